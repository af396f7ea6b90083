"""Helper functions that read elements of an array state in loops: rows that every driver runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.errors import DriverError, ModelError

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


class Element(float):
    """A number that knows the array it stands in, as a helper function sees its argument."""

    def __new__(cls, array: np.ndarray, place: int) -> Element:
        new = super().__new__(cls, array[place])
        new.array = array
        return new

    def __getitem__(self, place: int) -> float:
        return float(self.array[place])


START = np.array([0.3, -0.4, 1.1, 2.2, 0.9, -1.3])
#: Bodies of f(x), whether their loops stay loops in step code.
BODIES = {
    "two sums": ("s = 0\n    m = x[0]\n    for i in range(6):\n        d = x[i] - x\n        s += d**2\n"
                 "        m += x[i]\n    return s + m", True),
    "a number and an array": ("a = 0.0\n    b = 1.0\n    for i in range(6):\n        a = a + x[i]\n"
                              "        b = b + sin(a - x)\n    return a*b", True),
    "swapped": ("a = 0.0\n    b = 1.0\n    for i in range(6):\n        c = a\n        a = b + x[i]\n        b = c*x\n"
                "    return a - b", True),
    "nested": ("s = 0.0\n    for i in range(3):\n        for j in range(2): s += x[2*i + j]*x - j\n    return s", True),
    "downwards": ("s = 1.0\n    for i in range(2, 0, -1): s = s*x[i]\n    return s + x[-1]", True),
    "ring": ("s = 0.0\n    for i in range(6): s = s + x[(i + 1) % 6]*x[i] - x\n    return s", True),
    "choice": ("s = 0.0\n    for i in range(6):\n        if x[i] > x: s = s + x[i]\n    return s", True),
    "choice by number": ("s = 0\n    for i in range(6): s = s + (i if i != 3 else 10)*x[i]\n    return s", True),
    "one loop after another": ("s = 0.0\n    for i in range(6): s = s + x[i]\n    r = s/6\n"
                               "    for i in range(6): s = s + (x[i] - r)**2*x\n    return s + r", True),
    "last turn": ("d = 0\n    for i in range(5):\n        d = x[i] - x\n    return d", True),
    "neighbours that are there": ("s = 0.0\n    for i in range(6):\n        if i > 0: s = s + x[i - 1]*x\n"
                                  "        if i < 5: s = s + x[i + 1]\n    return s", False),
    "leaves early": ("if x[0] > 9:\n        return x\n    s = 0.0\n    for i in range(6): s = s + x[i]*x\n"
                     "    return s", False),
}  # fmt: skip


def element_slopes(text: str) -> list[float]:
    """f at each element of `START`, by Python itself."""
    namespace = {"sin": np.sin}
    exec(text, namespace)
    return [namespace["f"](Element(START, k)) for k in range(6)]


def model_of(text: str, backend: str) -> bp.Model:
    return bp.model(f"{text}\ndx/dt = 0*x + f(x)\nx(0) = start", backend=backend, namespace={"start": START})


def slopes(text: str, backend: str) -> np.ndarray:
    found = model_of(text, backend).run(0.5, dt=0.5, method="euler").x
    return (found[-1] - found[0]) / 0.5


@pytest.mark.parametrize(("body", "stays"), BODIES.values(), ids=BODIES)
def test_a_loop_is_what_python_computes(body: str, stays: bool) -> None:
    text = f"def f(x):\n    {body}"
    (function,) = model_of(text, "numpy").system.functions
    assert (function.loops is not None) is stays
    np.testing.assert_allclose(slopes(text, "numpy"), element_slopes(text), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_every_driver_computes_the_same(backend: str) -> None:
    # all bodies in one function each of one model: one compilation
    chosen = [name for name, (_, stays) in BODIES.items() if stays]
    texts = [f"def f_{k}(x):\n    {BODIES[name][0]}" for k, name in enumerate(chosen)]
    total = " + ".join(f"f_{k}(x)" for k in range(len(chosen)))
    text = "\n".join([*texts, f"def f(x):\n    return {total}"])
    np.testing.assert_allclose(slopes(text, backend), element_slopes(text), rtol=1e-12, atol=1e-12)


def test_the_loop_is_a_loop_in_step_code() -> None:
    assert (
        """
    s = 0.0
    for i in range(5):
        s = s + sin(x[..., i:i + 1] - x)
    return s
"""
        in bp.model(PAIRWISE).code("numba", "euler").text
    )


def test_removable_singularities_in_a_loop() -> None:
    text = "def f(x):\n    s = 0.0\n    for i in range(6): s = s + (x[i] - x)/(1 - exp(-(x[i] - x)))\n    return s"
    apart = START[:, None] - START + np.where(np.eye(6), 1e-9, 0)
    np.testing.assert_allclose(slopes(text, "numpy"), (apart / (1 - np.exp(-apart))).sum(axis=0), rtol=1e-6)


def test_functions_of_more_turns_than_anyone_reads() -> None:
    text = PAIRWISE.replace("range(5)", "range(1000)").replace("/5", "/1000").replace("1, 5)", "1, 1000)")
    end = bp.model(text, backend="numpy").run(0.01, dt=0.01, method="euler").x
    start = np.linspace(0, 1, 1000)
    expected = start + 0.01 * np.sin(start[:, None] - start).mean(axis=0)
    np.testing.assert_allclose(end[-1], expected, rtol=0, atol=1e-14)


def test_arguments_that_are_more_than_a_state() -> None:
    text = PAIRWISE.replace(
        "dx/dt = pull(x)/5", "y = 2*x\ndx/dt = (pull(y) + twice(x - 1))/5\ndef twice(u):\n    return 2*pull(u)"
    )
    start = np.linspace(0, 1, 5)
    apart = start[:, None] - start
    end = bp.model(text, backend="numpy").run(0.1, dt=0.1, method="euler").x
    np.testing.assert_allclose(end[-1] - start, 0.02 * (np.sin(2 * apart) + 2 * np.sin(apart)).sum(axis=0), atol=1e-14)


def test_elements_of_parameters() -> None:
    text = "w = [1, 2, 3]\ndx/dt = -f(x)\nx(0) = [1, 2]\n"
    text += "def f(y):\n    s = 0.0\n    for i in range(3): s += w[i]*y\n    return s"
    for backend in ("numpy", "numba"):
        end = bp.model(text, backend=backend).run(0.1, dt=0.1, method="euler").x
        np.testing.assert_allclose(end[-1], [0.4, 0.8], rtol=1e-14)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_elements_that_are_not_there(backend: str) -> None:
    with pytest.raises(ModelError, match=r"'pull' reads x\[4\], and its 'x' has 3 elements, numbered 0 to 2\."):
        bp.model(PAIRWISE.replace("1, 5)", "1, 3)"), backend=backend).run(0.1)
    with pytest.raises(ModelError, match=r"'pull' reads x\[0\], and its 'x' is one number\."):
        bp.model(PAIRWISE.replace("linspace(0, 1, 5)", "1"), backend=backend).run(0.1)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_what_no_driver_runs_says_what_to_write(backend: str) -> None:
    with pytest.raises(DriverError) as refusal:
        bp.model(PAIRWISE.replace("range(5)", "range(n)") + "n = 5", backend=backend).run(0.1)
    assert refusal.value.advice.startswith("No driver runs it as it is")
    assert "for i in range(3)" in refusal.value.advice


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_the_drivers_that_can_are_asked(backend: str) -> None:
    text = "def f(y):\n    s = 0.0\n    while s < 1: s += y*y + 0.1\n    return s\ndy/dt = -f(y)\ny(0) = 1"
    with pytest.raises(DriverError) as refusal:
        bp.model(text, backend=backend).run(0.1)
    assert refusal.value.advice == "Run it on the numba driver: backend='numba'."
