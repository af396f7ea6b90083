"""The exact step of linear equations: closed forms however long the step is, holds, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab import drivers
from brainpy_lab.errors import MethodError

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]

#: Currents with rates of their own, in closed form; and, by the exponential of a matrix, a circle, a chain of three
#: with equal rates, and one without any (whose matrix is singular).
ALL = """
tau = 20; tau_e = 5; tau_i = 20; omega = 1.3; E = -49; k = 0.5; a = 2
dV/dt = (E - V + ge + gi)/tau
dge/dt = -ge/tau_e
dgi/dt = -gi/tau_i
V(0) = -60
ge(0) = 3
gi(0) = -4
dx/dt = omega*y
dy/dt = -omega*x
x(0) = 1
du/dt = k*(v - u)
dv/dt = k*(z - v)
dz/dt = -k*z
z(0) = 1
dp/dt = q
dq/dt = r
dr/dt = a
r(0) = -1
"""


def closed(t: float) -> dict[str, float]:
    """The solution of `ALL`."""
    slow, fast = np.exp(-t / 20), np.exp(-t / 5)
    by_e = 3 / (20 * (1 / 20 - 1 / 5)) * (fast - slow)
    return {
        "V": -49 - 11 * slow + by_e - 4 * t / 20 * slow,
        "ge": 3 * fast,
        "gi": -4 * slow,
        "x": np.cos(1.3 * t),
        "y": -np.sin(1.3 * t),
        "u": (t / 2) ** 2 / 2 * np.exp(-t / 2),
        "v": t / 2 * np.exp(-t / 2),
        "z": np.exp(-t / 2),
        "p": -(t**2) / 2 + t**3 / 3,
        "q": -t + t**2,
        "r": -1 + 2 * t,
    }


@pytest.fixture(scope="module")
def linear() -> bp.Model:
    return bp.model(ALL, name="Linear", method="exact")


@pytest.mark.parametrize("backend", DRIVERS)
def test_long_steps_give_the_closed_form(linear: bp.Model, backend: str) -> None:
    for dt in (0.1, 7.0, 50.0):
        final = linear.run(3 * dt, dt=dt, backend=backend).final
        for name, value in closed(3 * dt).items():
            assert float(final[name]) == pytest.approx(value, rel=1e-13, abs=1e-13), (name, dt)


def test_another_step_or_parameter_compiles_nothing(linear: bp.Model) -> None:
    numba = drivers.get("numba")
    linear.run(3.0, dt=1.0, backend="numba")
    before = numba.compilations
    final = linear.run(7.0, dt=7.0, backend="numba", tau=11.0, omega=2.0).final
    assert numba.compilations == before
    assert float(final["x"]) == pytest.approx(np.cos(14.0), abs=1e-13)


def test_rates_that_nearly_agree() -> None:
    model = bp.model("a = 0.2; b = 0.2\ndV/dt = g - a*V\ndg/dt = -b*g\ng(0) = 1", name="Near", method="exact")
    b = 0.2 + np.array([0.0, 1e-15, 1e-12, 1e-7, 1e-3, 50.0])
    V = model.run(4.0, dt=4.0, backend="numpy", b=b).final["V"]
    # b*t - a*t is small: Taylor's series of (exp(-a*t) - exp(-b*t))/(b - a)
    distance = 4 * (b[:5] - 0.2)
    series = 4 * np.exp(-0.8) * (1 - distance / 2 + distance**2 / 6 - distance**3 / 24 + distance**4 / 120)
    np.testing.assert_allclose(V[:5], series, rtol=1e-14)
    assert V[5] == pytest.approx((np.exp(-0.8) - np.exp(-200.8)) / 50, rel=1e-14)


def test_each_cell_has_its_own_rates() -> None:
    model = bp.model("omega = 1\ndx/dt = omega*y\ndy/dt = -omega*x\nx(0) = 1", name="Circles", method="exact")
    omega = np.array([0.0, 1.3, 5.0])
    for backend in ("numpy", "numba"):
        final = model.run(9.0, dt=3.0, backend=backend, omega=omega).final
        np.testing.assert_allclose(final["x"], np.cos(9 * omega), atol=1e-13)


def test_a_held_state_is_constant_for_the_others() -> None:
    text = """
    tau_w = 7; t_ref = 6
    dV/dt = 1 - 0.1*w
    dw/dt = (V - w)/tau_w
    V(0) = 9.5
    when V >= 10:
        V = 3
        hold(V, t_ref)
    """
    model = bp.model("\n".join(line[4:] for line in text.splitlines()), name="Held", method="exact")
    sol = model.run(8.0, dt=2.0, backend="numpy")
    assert sol.events["spike"].t.tolist() == [2.0]
    np.testing.assert_array_equal(sol.V[1:], 3.0)
    np.testing.assert_allclose(sol.w[2:], 3 + (sol.w[1] - 3) * np.exp(-np.array([2, 4, 6]) / 7), rtol=1e-14)


def test_located_events_stand_at_the_crossing() -> None:
    model = bp.model("dV/dt = 12 - V\nwhen V >= 10:\n    V = 0", name="Located", method="exact")
    times = model.run(20.0, dt=5.0, crossing="exact", backend="numpy").events["spike"].t
    np.testing.assert_allclose(times, np.log(6.0) * np.arange(1, 12), rtol=1e-12)


@pytest.mark.parametrize("backend", [b for b in ("jax", "torch") if b in DRIVERS])
def test_derivatives_pass_through_the_exponential(backend: str) -> None:
    """Through the limits at equal rates too, and through halvings of a matrix that depend on what is varied."""
    model = bp.model("k = 1; b = 1\ndx/dt = k*y\ndy/dt = -k*x\nx(0) = 1\ndg/dt = h - k*g\ndh/dt = -b*h\nh(0) = 1")

    def both(k: Any) -> Any:
        final = model.run(4.0, dt=2.0, method="exact", backend=backend, k=k).final
        return final["x"] + final["g"]

    if backend == "torch":
        import torch

        k = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        slope = torch.autograd.grad(both(k), k)[0]
    else:
        import jax

        slope = jax.grad(both)(1.0)
    assert float(slope) == pytest.approx(-4 * np.sin(4.0) - 8 * np.exp(-4.0), rel=1e-6)


REFUSED = {
    "dV/dt = -V + g*(E - V)\ndg/dt = -g\nE = 1": "it has g * (E - V)",
    "dV/dt = -V**3": "it has V ** 3",
    "dV/dt = -exp(V)/2": "it has exp(V)",
    "dV/dt = 1/V": "it has 1 / V",
    "dV/dt = -V if V > 0 else 0": "it has -V if V > 0 else 0",
    "dV/dt = -sin(t)*V": "dV/dt has V with a coefficient that depends on t",
    "a = t + 1\nI = a*V\ndV/dt = -I": "dV/dt has V with a coefficient that depends on t",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_linear_is_refused_by_what_it_has(text: str) -> None:
    with pytest.raises(MethodError) as error:
        bp.model(text, name="Other").run(1.0, method="exact", backend="numpy")
    what = f"'exact' solves linear equations with constant coefficients, and 'Other' is none: {REFUSED[text]}."
    assert error.value.message == what
    assert error.value.advice == "Use 'exponential_euler', 'rk4' or another method."


def test_two_held_states_that_others_read_are_refused() -> None:
    text = "dx/dt = -x + w\ndy/dt = -y\ndw/dt = x + y - w\nwhen w > 1:\n    hold(x, 1)\n    hold(y, 2)"
    with pytest.raises(MethodError, match=r"'exact': events of 'Both' hold x and y, which other states read\."):
        bp.model(text, name="Both").run(1.0, method="exact", backend="numpy")


def test_the_exponential_of_a_matrix_beyond_all_scales_is_nan() -> None:
    from brainpy_lab.drivers.numpy.math import expm

    assert np.isnan(expm(0.0, 1e9, -1e9, 0.0)).all()
    np.testing.assert_allclose(expm(-1e6, 1e6, 0.0, -2.0)[0, 1], np.exp(-2.0) * 1e6 / (1e6 - 2), rtol=1e-13)
