"""Actions that set elements and slices of array states: x[0] = 0, x[1:] = x[:-1]."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ModelError

#: Nothing moves: what the block at t = 0.5 leaves is what the run ends with.
STILL = "dx/dt = 0*sum(x)\nx(0) = [1, 2, 3, 4]\nwhen t >= 0.5:\n    "
STARTS = {"start": np.array([1.0, 2.0, 3.0, 4.0])}


def final(text: str, backend: str = "numpy", **options: object) -> bp.Solution:
    options = {"dt": 0.1, "method": "rk4"} | options
    return bp.model(text, name="Set", namespace=STARTS).run(1.0, backend=backend, **options)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("x[0] = 7", [7, 2, 3, 4]),
        ("x[-1] = 7", [1, 2, 3, 7]),
        ("x[1] += 10", [1, 12, 3, 4]),
        ("x[0] = x[2] + x[-1]", [7, 2, 3, 4]),
        ("x[1:] = 0", [1, 0, 0, 0]),
        ("x[1:-1] *= 2", [1, 4, 6, 4]),
        ("x[1:] = x[:-1]", [1, 1, 2, 3]),
        ("x[:-1] = 2*x[1:] - x[:-1]", [3, 4, 5, 4]),
        ("x[2:] = x[:2]", [1, 2, 1, 2]),
        ("x[:2] = sum(x[2:])", [7, 7, 3, 4]),
        ("x[-3:] = -x[-3:]", [1, -2, -3, -4]),
        ("x[:] = 0", [0, 0, 0, 0]),
        ("x[0] = 5; x[1] = x[0] + 1", [5, 6, 3, 4]),
        ("x[0] = 5; x = 2*x", [10, 4, 6, 8]),
    ],
)
def test_elements_are_set_as_numpy_sets_them(block: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(final(STILL + block).final["x"], expected)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_every_driver_sets_elements(backend: str) -> None:
    text = "dV/dt = 1 + 0*sum(V)\nV(0) = 0.1*start\nwhen V[0] >= 0.45:\n    V[1:] = V[:-1]\n    V[0] = 0"
    sol = final(text, backend)
    np.testing.assert_allclose(sol.V[[3, 4, 5]], [[0.4, 0.5, 0.6, 0.7], [0, 0.5, 0.6, 0.7], [0.1, 0.6, 0.7, 0.8]])
    np.testing.assert_allclose(sol.events["spike"].t, [0.4, 0.9])


def test_where_elements_do_not_mix_and_events_are_located() -> None:
    text = "dx/dt = 1\nx(0) = start\nwhen t >= 0.55: x[0] = -5; x[1:] = 2*x[1:]"
    for options in ({"method": "tsit5"}, {"method": "rk4", "crossing": "exact"}):
        sol = final(text, **options)
        np.testing.assert_allclose(sol.final["x"], np.array([-5, 5.1, 7.1, 9.1]) + 0.45, rtol=1e-9)


def test_an_event_of_one_element_may_set_others() -> None:
    text = "dV/dt = 1 + 0*sum(V)\nV(0) = [0.3, 0]\nwhen V[0] >= 0.45: V[1] = 5"
    sol = final(text)
    assert sol.outcome.name == "COMPLETED"
    np.testing.assert_allclose(sol.final["V"], [1.3, 5.8])
    assert len(sol.events["spike"].t) == 1


def test_the_sign_of_a_speed_is_that_of_the_element() -> None:
    text = "dx/dt = v + 0*sum(x); dv/dt = -9.81 + 0*x\nx(0) = [0.3, 5]; v(0) = [0, 0]\nwhen x[0] <= 0: v[0] = -v[0]"
    sol = final(text, dt=0.01)
    impact = np.sqrt(2 * 0.3 / 9.81)
    np.testing.assert_allclose(sol.events["spike"].t, [impact, 3 * impact], atol=0.03)
    np.testing.assert_allclose(sol.final["x"][1], 5 - 9.81 / 2)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (STILL + "x[4] = 0", r"'x\[4\]' is none of the 4 elements of 'x'", (4, 4)),
        (STILL + "x[2:2] = 0", r"'x\[2:2\]' is none of the 4 elements", (4, 4)),
        (STILL + "x[1:] = x[:2]", "This has 2 elements; 3 are set", (4, 12)),
        (STILL + "x[::2] = 0", "Elements and slices have whole numbers", (4, 6)),
        (STILL + "x[0][1] = 0", r"'x\[0\]\[1\]' cannot be set", (4, 4)),
        (STILL + "y[0] = 0", "'y' is set here, but it is no state", (4, 4)),
        ("dx/dt = 1\nwhen x >= 1: x[0] = 0", "'x' is one number", (2, 13)),
        ("dx/dt = 1\nx(0) = start\nwhen x >= 1: x[0] = 0", "'x' is tested for each element by itself", (3, 13)),
        ("dx/dt = 1\ny = 2*x\nx(0) = start\nwhen y >= 1: x[0] = 0", "'x' is tested for each element", (4, 13)),
    ],
)
def test_refused(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        bp.model(text, name="Refused", namespace=STARTS)
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == place


def test_a_number_is_a_condition_on_torch() -> None:
    text = "first = [1, 0]\ndx/dt = where(first, 1, -2) + 0*sum(x)\nx(0) = [0, 0]"
    np.testing.assert_allclose(final(text, "torch").final["x"], [1, -2])
