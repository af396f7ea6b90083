"""``interp(x, xs, ys)``: read from lists and arrays, the same numbers as NumPy's, derivatives and break points too."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.equations import read_function, read_text
from brainpy_lab.errors import ModelError
from brainpy_lab.symbolic import numeric

XS, YS = np.array([-2.0, -0.5, 0.25, 1.0, 3.0]), np.array([1.0, -1.0, 4.0, 4.0, 0.5])
X = np.array([-9.0, -2.0, -1.3, -0.5, 0.1, 0.25, 0.6, 1.0, 2.9, 3.0, 50.0])


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_numbers_are_those_of_numpy(backend: str) -> None:
    text = "k = [0, 1, 3]\ndef f(x): return interp(x, k, [1.0, -1, 4])\ndx/dt = 0\ndy/dt = interp(x, xs, ys) + f(x)"
    model = bp.model(text, name="Table", namespace={"xs": XS, "ys": YS})
    assert model.system.parameter_names == ()
    final = model.run(1.0, dt=1.0, method="euler", backend=backend, initial={"x": X}).final
    np.testing.assert_allclose(final["y"], np.interp(X, XS, YS) + np.interp(X, [0, 1, 3], [1, -1, 4]), rtol=1e-14)


def test_a_table_in_time_has_its_break_points() -> None:
    model = bp.model("dy/dt = interp(t, [1, 1.001, 1.002], [0, 1000, 0])", name="Pulse")
    assert model.run(10.0, method="tsit5", backend="numpy").final["y"] == pytest.approx(1.0, rel=1e-9)


def test_points_may_be_parameters() -> None:
    model = bp.model("a = 2; b = 1\ndx/dt = 0\ndy/dt = interp(x, [0, b, 2], [0, a, 0])\nx(0) = 0.5", name="Hat")
    assert model.run(1.0, method="euler", backend="numpy").final["y"] == pytest.approx(1.0)
    assert model.run(1.0, method="euler", backend="numpy", a=4, b=0.25).final["y"] == pytest.approx(4 * 1.5 / 1.75)


def test_the_slope_is_the_derivative() -> None:
    system = read_text("dx/dt = interp(x, xs, ys)*x", namespace={"xs": XS, "ys": YS})
    found = numeric(system).jacobian(np.array([[-5.0, -1.0, 0.0, 0.5, 2.0]]), {})[0, 0]
    values = np.interp([-5.0, -1.0, 0.0, 0.5, 2.0], XS, YS)
    slopes = np.array([0.0, -2 / 1.5, 5 / 0.75, 0.0, -3.5 / 2])
    np.testing.assert_allclose(found, values + slopes * [-5.0, -1.0, 0.0, 0.5, 2.0], rtol=1e-14)


def test_nan_stays_nan() -> None:
    system = read_text("dx/dt = interp(x, [0, 1, 2], [0, 1, 0])")
    assert np.isnan(numeric(system).rhs(np.array([np.nan]), {})).all()


def test_a_function_reads_arrays_around_it() -> None:
    def hat(x, t, a=1.0):  # type: ignore[no-untyped-def]
        return a * np.interp(x, XS, YS)

    assert numeric(read_function(hat)).rhs(np.array([0.1]), {"a": 2.0}) == pytest.approx(2 * np.interp(0.1, XS, YS))


@pytest.mark.parametrize(
    ("call", "message", "column"),
    [
        ("interp(x, [1, 0], [1, 2])", "do not increase", 18),
        ("interp(x, [1, 2, 3], [1, 2])", "3 points and 2 values", 8),
        ("interp(x, x, [1, 2])", "a list or an array", 18),
        ("interp(x, [1], [1])", "2 to 257 points", 8),
        ("interp(x, linspace(0, 1, 300), linspace(0, 1, 300))", "2 to 257 points; this one has 300", 8),
        ("interp(x, [0, 1])", "takes the place, the points and the values", 8),
    ],
)
def test_refused(call: str, message: str, column: int) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        read_text(f"dx/dt = {call}")
    assert caught.value.location is not None
    assert caught.value.location.column == column
