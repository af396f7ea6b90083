"""Elements, slices and rolls of array states: the same numbers on every driver; what does not fit is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.equations import read_text
from brainpy_lab.errors import ModelError

TEXT = """
D = 0.3
u = x[0]
dx/dt = D*(roll(x, 1) - 2*x + roll(x, -1)) + 0.1*u - 0.01*x[1]
dy/dt = x[0] - y + x[-2]
dz/dt = sum(x[1:]*x[:-1]) - z + 0*x[-1]
x(0) = [1.0, 2, 3, 5]
"""
START = np.array([1.0, 2, 3, 5])


def slopes(t: float, s: np.ndarray) -> np.ndarray:
    x, y, z = s[:4], s[4], s[5]
    dx = 0.3 * (np.roll(x, 1) - 2 * x + np.roll(x, -1)) + 0.1 * x[0] - 0.01 * x[1]
    return np.array([*dx, x[0] - y + x[-2], np.sum(x[1:] * x[:-1]) - z])


EXACT = solve_ivp(slopes, (0, 2), [*START, 0, 0], rtol=1e-12, atol=1e-12).y[:, -1]


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_every_driver(backend: str) -> None:
    model = bp.model(TEXT, name="Ring")
    sol = model.run(2.0, dt=0.05, method="rk4", backend=backend, record=["x", "y", "z", "u"])
    np.testing.assert_allclose(sol.x[-1], EXACT[:4], rtol=1e-6)
    np.testing.assert_allclose([sol.y[-1], sol.z[-1]], EXACT[4:], rtol=1e-6)
    np.testing.assert_array_equal(sol.u, sol.x[:, 0])
    assert sol.y.shape == (41,)


def test_ensembles_adaptive_runs_and_delays() -> None:
    model = bp.model(TEXT, name="Ring")
    many = model.run(2.0, dt=0.05, method="rk4", backend="numpy", D=np.array([0.3, 0.0]))
    np.testing.assert_allclose(many.final["y"][0], EXACT[4], rtol=1e-6)
    np.testing.assert_allclose(model.run(2.0, method="rkdp", backend="numpy").final["x"], EXACT[:4], rtol=1e-4)
    late = bp.model("late = x(t - 1)\ndx/dt = 0*x\ndy/dt = late[-1]\nx(0) = [1.0, 7]", name="Late")
    assert late.run(2.0, dt=0.5, method="rk4", backend="numpy").final["y"] == pytest.approx(14.0)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_an_event_of_one_number_happens_once(backend: str) -> None:
    text = "dx/dt = -x + x[0]\nx(0) = [1.0, 2, 3]\nwhen x[2] < 2 as low:\n    x = 2*x"
    sol = bp.model(text, name="Once").run(1.0, dt=0.1, method="rk4", backend=backend)
    assert len(sol.events["low"]) == 1


def test_an_element_makes_an_event() -> None:
    model = bp.model("dx/dt = v\nx(0) = v\nwhen x[1] >= 3:\n    x = 0*x", name="E",
                     namespace={"v": np.array([1.0, 2.0])})  # fmt: skip
    sol = model.run(1.0, dt=0.25, method="euler", backend="numpy")
    np.testing.assert_allclose(sol.x, [[1, 2], [1.25, 2.5], [0, 0], [0.25, 0.5], [0.5, 1.0]])


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("dx/dt = x[0]", "'x' is one number", (1, 8)),
        ("dx/dt = x[5] + x\nx(0) = [1, 2, 3]", "3 elements, numbered 0 to 2", (1, 8)),
        ("y = sum(x[-4])\ndx/dt = y*x\nx(0) = [1, 2, 3]", "3 elements, numbered 0 to 2", (1, 8)),
        ("dx/dt = x[1:]\nx(0) = [1, 2, 3]", "This has 2 elements; the array states have 3", (1, 8)),
        ("dx/dt = x[1:] + x\nx(0) = [1, 2, 3]", "Arrays of 2 and of 3 elements", (1, 8)),
        ("dx/dt = x[::2]", "Elements and slices have whole numbers", (1, 10)),
        ("dx/dt = x[t]", "Elements and slices have whole numbers", (1, 10)),
        ("dx/dt = (x + 1)[0]", "taken of a name", (1, 9)),
        ("a = 1\ndx/dt = roll(x, a)", "'roll' moves by a whole number", (2, 16)),
    ],
)
def test_refused(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        bp.model(text, name="Refused").run(1.0, dt=0.1, method="euler", backend="numpy")
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == place


def test_typeset_as_subscripts() -> None:
    from brainpy_lab.equations.latex import system_latex

    lines = system_latex(read_text("y = sum(x[1:]*x[:-1])\ndx/dt = x[0] - x[-1]\nx(0) = [1, 2]"))
    assert lines[:2] == [r"y = \operatorname{sum}\left(x_{1:}\,x_{:-1}\right)", r"\frac{dx}{dt} = x_{0} - x_{-1}"]


def test_an_element_is_set_by_a_mask() -> None:
    text = "first = [1, 0, 0]\ndV/dt = where(first, 1, -V) + 0*V[0]\nV(0) = [0.0, 2, 3]\n"
    text += "when V[0] >= 0.45: V = where(first, 0, V)"
    sol = bp.model(text, name="Mask").run(1.0, dt=0.1, method="rk4", backend="numpy")
    np.testing.assert_allclose(sol.V[[4, 5], 0], [0.4, 0.0], atol=1e-12)
    np.testing.assert_allclose(sol.V[-1, 1:], np.array([2, 3]) * np.exp(-1), rtol=1e-6)


def test_noise_of_more_elements_than_its_state_is_refused() -> None:
    model = bp.model("k = [1, 2]\nx(0) = [1]\ndx/dt = mean(x) - k*xi", name="NoiseTooLong")
    with pytest.raises(ModelError, match="element"):
        model.run(0.1, dt=0.01, method="euler_maruyama", backend="numpy")
