"""Helper functions that read elements of an array state in loops: rows that every driver runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.equations import read_text

PAIRWISE = """
def pull(x):
    s = 0.0
    for i in range(5):
        s = s + sin(x[i] - x)
    return s
dx/dt = pull(x)/5
x(0) = linspace(0, 1, 5)
"""


def reference(start: np.ndarray, end: float) -> np.ndarray:
    found = solve_ivp(lambda t, x: np.sin(x[:, None] - x).mean(axis=0), (0, end), start, rtol=1e-10, atol=1e-12)
    return found.y[:, -1]


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_pairwise_sum_on_every_driver(backend: str) -> None:
    end = bp.model(PAIRWISE, backend=backend).run(0.5).x[-1]
    assert end == pytest.approx(reference(np.linspace(0, 1, 5), 0.5), abs=1e-9)


def test_ensembles_and_hundred_elements() -> None:
    text = PAIRWISE.replace("range(5)", "range(100)").replace("/5", "/100")
    start = np.linspace(0, 1, 100)
    model = bp.model(text.replace("1, 5)", "1, 100)"), backend="numpy")
    sol = model.run(0.1, initial={"x": np.stack([start, start**2])})
    assert sol.x.shape == (11, 2, 100)
    assert sol.x[-1, 1] == pytest.approx(reference(start**2, 0.1), abs=1e-9)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("s = 0.0\n    for i in range(1, 6, 2): s += i*x[i]\n    return s", 1 * 1 + 3 * 3 + 5 * 5),
        ("s = 0.0\n    for i in range(3):\n        for j in range(2): s += x[2*i + j]\n    return s", 15),
        ("s = 1.0\n    for i in range(2, 0, -1): s = s*x[i]\n    return s + x[-1]", 7),
        ("s = 0.0\n    for i in range(6): s = s + (x[i] if x[i] > 2 else 0)\n    return s", 12),
        ("s = 0.0\n    for i in range(6):\n        if x[i] > 2: s = s + x[i]\n    return s", 12),
        ("return x[5]*2", 10),
    ],
)
def test_loops_of_every_shape(body: str, value: float) -> None:
    model = bp.model(f"def f(x):\n    {body}\ndx/dt = 0*x + f(x)\nx(0) = arange(6)", backend="numpy")
    slope = model.run(1e-6, dt=1e-6, method="euler").x
    assert (slope[-1] - slope[0]) / 1e-6 == pytest.approx(np.full(6, value), rel=1e-4)


def test_python_functions_as_models() -> None:
    def pull(x):
        s = 0.0
        for i in range(5):
            s = s + np.sin(x[i] - x)
        return s

    def kuramoto(x, t):
        return pull(x) / 5

    model = bp.odeint(kuramoto, initial={"x": np.linspace(0, 1, 5)}, backend="numpy")
    assert model.run(0.5).x[-1] == pytest.approx(reference(np.linspace(0, 1, 5), 0.5), abs=1e-9)


def test_loops_over_numbers_and_over_own_arrays_stay_loops() -> None:
    head = "w = [1, 2, 3]\ndy/dt = -f(y)\ny(0) = 1\n"
    text = head + "def f(y):\n    s = 0.0\n    for i in range(3): s += w[i]*y\n    return s"
    (function,) = read_text(text).functions
    assert not function.vectorizable


def test_what_no_driver_runs_says_what_to_write() -> None:
    text = PAIRWISE.replace("range(5)", "range(n)") + "n = 5"
    for backend in ("numpy", "numba"):
        with pytest.raises(bp.BrainPyLabError) as refusal:
            bp.model(text, backend=backend).run(0.1)
        assert "for i in range(3)" in refusal.value.advice
