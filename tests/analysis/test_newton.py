"""Newton's method: its order, what it says of where it came, and what it does where there is no zero."""

from itertools import pairwise

import numpy as np
import pytest

from brainpy_lab.analysis.newton import batched_newton, newton, newton_step, to_multiple
from brainpy_lab.analysis.zero_problem import ZeroProblem


def line(function, slope):
    """A problem of one equation and one unknown."""
    return ZeroProblem(1, function, lambda u: slope(u)[None])


SQUARE = line(lambda u: u**2 - 2, lambda u: 2 * u)
NOWHERE = line(lambda u: u**2 + 1, lambda u: 2 * u)
CUBIC = line(lambda u: u**3 - u, lambda u: 3 * u**2 - 1)
CIRCLE = ZeroProblem(2, lambda u: u[:1] ** 2 + u[1:] ** 2 - 1, lambda u: 2 * u[None])


# --- from one point ----------------------------------------------------------------------------------------------


def test_each_error_is_of_the_order_of_the_square_of_the_last():
    errors = [abs(newton(SQUARE, np.array([1.5]), most=k).point[0] - 2**0.5) for k in (1, 2, 3)]
    for before, after in pairwise(errors):
        assert after == pytest.approx(before**2 / (2 * 2**0.5), rel=0.01)  # |f''/(2 f')|


def test_the_result_of_one_point():
    found = newton(SQUARE, np.array([1.5]))
    assert found.converged
    assert found.point[0] == pytest.approx(2**0.5, rel=4e-16)
    assert found.iterations == 4  # the last is shorter than 1e-10
    assert found.residual <= 5e-16
    at_zero = newton(CUBIC, np.array([1.0]))
    assert (at_zero.converged, at_zero.iterations, at_zero.residual) == (True, 1, 0.0)


def test_too_few_steps_are_said():
    found = newton(SQUARE, np.array([1.5]), most=2)
    assert (found.converged, found.iterations) == (False, 2)
    assert 1e-6 < found.residual < 1e-4


@pytest.mark.parametrize(
    ("problem", "start"),
    [
        (NOWHERE, 0.7),
        (line(np.arctan, lambda u: 1 / (1 + u**2)), 3.0),  # each step is longer than the last
        (line(lambda u: np.sign(u - 1) + 2, lambda u: 0 * u), 0.0),  # flat and not zero
        (line(lambda u: np.exp(-(u**2)), lambda u: -2 * u * np.exp(-(u**2))), 1.0),  # a zero at infinity alone
        (line(lambda u: np.sqrt(u - 3), lambda u: 0.5 / np.sqrt(u - 3)), 1.0),  # not a number
    ],
)
def test_where_there_is_no_zero_it_says_so(problem, start):
    found = newton(problem, np.array([start]))
    assert not found.converged
    assert not found.residual < 1e-6


def test_a_start_is_left_as_it_was():
    start = np.array([1.5])
    newton(SQUARE, start)
    assert start[0] == 1.5


def test_with_an_unknown_too_many_it_goes_the_shortest_way():
    found = newton(CIRCLE, np.array([2.0, 2.0]))
    assert found.converged
    np.testing.assert_allclose(found.point, [0.5**0.5, 0.5**0.5], rtol=1e-15)


def test_small_unknowns_in_units_of_their_own():
    amperes = line(lambda u: (u * 1e12) ** 2 - 2, lambda u: 2e24 * u)
    found = newton(amperes.in_units(np.array([2.0**-40]), np.ones(1)), np.array([1.5e-12]) * 2**40)
    assert found.converged
    assert found.point[0] * 2.0**-40 == pytest.approx(2**0.5 * 1e-12, rel=1e-15)


def test_a_border_chooses_the_zero():
    plane = CIRCLE.bordered(np.array([[1.0, 0.0]]), np.array([0.6, 0.0]))
    np.testing.assert_allclose(newton(plane, np.array([0.5, 1.0])).point, [0.6, 0.8], rtol=1e-15)
    np.testing.assert_allclose(newton(plane, np.array([0.5, -1.0])).point, [0.6, -0.8], rtol=1e-15)


# --- from many points --------------------------------------------------------------------------------------------


def test_many_points_find_every_zero():
    found = batched_newton(CUBIC, np.linspace(-2, 2, 40)[None], 30)
    assert found.converged.all()
    assert set(np.round(found.points[0], 12)) == {-1.0, 0.0, 1.0}
    assert found.residuals.max() < 1e-15
    assert (found.iterations > 0).all()
    assert found.iterations.max() < 30


def test_each_point_says_for_itself_whether_it_converged():
    heights = np.array([1.0, -1.0, 0.0])
    parabolas = line(lambda u: u**2 + heights, lambda u: 2 * u)
    found = batched_newton(parabolas, np.array([[2.0, 2.0, np.nan]]), 40)
    assert found.converged.tolist() == [False, True, False]
    assert found.points[0, 1] == pytest.approx(1.0, rel=1e-15)
    assert found.residuals[0] >= 1.0
    assert found.iterations[2] == 0


def test_damping_reaches_what_full_steps_do_not():
    problem = line(np.arctan, lambda u: 1 / (1 + u**2))
    found = batched_newton(problem, np.array([[3.0, -20.0]]), 40)
    assert found.converged.all()
    assert np.abs(found.points).max() < 1e-15


def test_a_flat_place_is_no_zero():
    found = batched_newton(line(lambda u: 0 * u + 1, lambda u: 0 * u), np.array([[0.0, 1.0]]), 10)
    assert not found.converged.any()


def test_a_multiple_zero_is_reached_by_extrapolation():
    cube = line(lambda u: (u - 0.3) ** 3, lambda u: 3 * (u - 0.3) ** 2)
    start = np.array([[0.9, -0.5]])
    slow = batched_newton(cube, start, 10).points
    assert np.abs(slow - 0.3).min() > 5e-3  # (2/3)**10 of the way is left
    assert np.abs(to_multiple(cube, start) - 0.3).max() < 1e-7


# --- with slopes that are dear -----------------------------------------------------------------------------------


class Divided:
    """A slope that solves for itself."""

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def solve(self, right: np.ndarray) -> np.ndarray:
        return right / np.float64(self.slope)


class Dear:
    """u**2 = 2, which counts how often its slope is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def value(self, u: np.ndarray) -> np.ndarray:
        return u**2 - 2

    def both(self, u: np.ndarray) -> tuple[np.ndarray, Divided]:
        self.asked += 1
        return self.value(u), Divided(2 * float(u[0]))


@pytest.mark.parametrize(("start", "asked"), [(1.4142, 2), (1.42, 2), (1.5, 3), (4.0, 5)])
def test_slopes_of_a_good_guess_are_taken_there_and_at_the_zero_alone(start, asked):
    problem = Dear()
    found = newton(problem, np.array([start]))
    assert found.converged and found.point[0] == pytest.approx(2**0.5, rel=1e-12)
    assert found.slopes.slope == 2 * found.point[0] and found.residual < 1e-11
    assert problem.asked == asked
    assert newton(problem, np.array([0.0])).converged is False


# --- one step ----------------------------------------------------------------------------------------------------


def test_steps_of_regular_singular_and_infinite_matrices():
    matrices = np.stack([[[2.0, 0.0], [0.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]], [[np.inf, 0.0], [0.0, 1.0]]], axis=-1)
    steps = newton_step(matrices, np.array([[2.0, 2.0, 1.0], [4.0, 2.0, 1.0]]))
    np.testing.assert_allclose(steps[:, :2].T, [[-1.0, -1.0], [-1.0, -1.0]], rtol=1e-14)
    assert np.isnan(steps[:, 2]).all()
