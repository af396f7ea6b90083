"""Equations of elements and slices of array states."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.errors import ModelError

CABLE = """
D = 2
dx[0]/dt = D*(x[1] - x[0]) + 1
dx[1:-1]/dt = D*(x[2:] - 2*x[1:-1] + x[:-2])
dx[-1]/dt = D*(x[-2] - x[-1]) - x[-1]
x(0) = [1, 0, 0, 0, 2]
"""


def cable(t, x):
    inner = 2 * (x[2:] - 2 * x[1:-1] + x[:-2])
    return np.concatenate([[2 * (x[1] - x[0]) + 1], inner, [2 * (x[-2] - x[-1]) - x[-1]]])


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_cable_with_ends_of_its_own(backend):
    exact = solve_ivp(cable, (0, 1), [1.0, 0, 0, 0, 2], rtol=1e-11, atol=1e-12).y[:, -1]
    sol = bp.model(CABLE, name="Cable").run(1.0, dt=0.01, method="rk4", backend=backend)
    np.testing.assert_allclose(sol.final["x"], exact, rtol=1e-7)


def test_order_of_lines_ensembles_and_a_whole_slice():
    lines = CABLE.strip().split("\n")
    turned = bp.model("\n".join([lines[0], *lines[3:0:-1], lines[4]]), name="CableTurned")
    sol = turned.run(1.0, dt=0.01, method="rk4", backend="numpy", D=np.array([1.0, 2.0]))
    one = bp.model(CABLE, name="Cable").run(1.0, dt=0.01, method="rk4", backend="numpy")
    np.testing.assert_allclose(sol.final["x"][1], one.final["x"], rtol=1e-13)
    whole = bp.model("dx[:]/dt = -x\nx(0) = [1, 2]", name="Whole").run(1.0, dt=0.01, method="rk4", backend="numpy")
    np.testing.assert_allclose(whole.final["x"], np.exp(-1.0) * np.array([1, 2]), rtol=1e-8)


def test_noise_of_one_element():
    text = "dx[0]/dt = 0.5*xi\ndx[1]/dt = 1\nx(0) = [0, 0]"
    sol = bp.model(text, name="NoiseOfOne").run(1.0, dt=0.01, method="euler_maruyama", backend="numpy", seed=3)
    assert np.std(np.diff(sol.x[:, 0])) == pytest.approx(0.05, rel=0.25)
    np.testing.assert_allclose(sol.x[:, 1], sol.t, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dx[0]/dt = 1\ndx[1:2]/dt = 1\nx(0) = [1, 2, 3, 4, 5]",
            r"'x' has 5 elements, and .* no derivative: x\[2:5\]\.",
        ),
        ("dx[0]/dt = 1\ndx[2]/dt = 1\nx(0) = [1, 2, 3, 4]", r"no derivative: x\[1\], x\[3\]\."),
        ("dx[0]/dt = 1\ndx[0:]/dt = 1\nx(0) = [1, 2]", r"x\[0\] has two derivatives: at line 1 and here"),
        ("dx[7]/dt = 1\ndx[0:]/dt = 1\nx(0) = [1, 2]", r"'x\[7\]' is none of the 2 elements"),
        ("dx[0]/dt = 1\ndx/dt = 1\nx(0) = [1, 2]", "'x' is defined twice: at line 1 and here"),
        ("dx/dt = 1\ndx[0]/dt = 1\nx(0) = [1, 2]", "'x' is defined twice: at line 1 and here"),
        ("dx[0]/dt = 1\ndx[1]/dt = 1", "how many elements it has is not known"),
        ("dx[0]/dt = 1\ndx[1:]/dt = x[:2]\nx(0) = [1, 2]", "This has 2 elements; 1 are set"),
        ("dx[i]/dt = 1\nx(0) = [1, 2]", "Elements and slices have whole numbers"),
    ],
)
def test_elements_that_stand_in_no_line_or_in_two_are_refused(text, message):
    with pytest.raises(ModelError, match=message):
        bp.model(text, name="Refused")
