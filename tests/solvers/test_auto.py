"""method="auto": what is chosen, and that it says why."""

import numpy as np
import pytest
import torch

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.values import input_functions

from . import stiff


def chosen(model, duration, **run):
    sol = model.run(duration, method="auto", record=[], **run)
    assert sol.outcome
    return sol.stats["method"], sol.stats["why"]


@pytest.mark.parametrize(("name", "duration"), [("Robertson_t1e11", 1e11), ("vdP1000_t2000", 2000.0), ("OREGO", 360.0)])
def test_stiff_models_get_the_stiff_method(name, duration):
    method, why = chosen(stiff.PROBLEMS[name].model(), duration, rtol=1e-4)
    assert method == "rodas4"
    assert "stiff: the fastest rate is" in why


@pytest.mark.parametrize("name", ["hodgkin_huxley", "fitzhugh_nagumo", "izhikevich"])
def test_neurons_are_not_stiff(name):
    model = getattr(bp.models, name)()
    method, why = chosen(model, 200.0)
    assert method == "tsit5"
    assert "not stiff" in why
    assert ("events" in why) == bool(model.system.events)


def test_tight_tolerances_get_order_eight():
    assert chosen(bp.models.fitzhugh_nagumo(), 50.0, rtol=1e-11)[0] == "dop853"


@pytest.mark.parametrize(
    ("text", "method", "word"),
    [
        ("dx/dt = -x + 0.1*xi", ("sra1", "euler_maruyama"), "additive"),
        ("dx/dt = -x + 0.1*x*xi", ("sri1w1", "euler_maruyama"), "diagonal"),
        ("dx/dt = -x + 0.1*x*xi\ndy/dt = -y + x*xi", ("euler_maruyama",), "shared"),
        ("dx/dt = -x(t - 1)\nx(0) = 1", ("rkdp", "rk4"), "delays"),
    ],
)
def test_other_equations(text, method, word):
    name, why = chosen(bp.model(text, name="Other"), 1.0, dt=0.01)
    assert name in method
    assert word in why


@pytest.mark.parametrize("more", ["", "when x >= 5:\n    x = 0"])
def test_delays_and_events_of_arrays_that_mix_get_fixed_steps(more):
    text = f"dx/dt = mean(x{'' if more else '(t - 1)'}) - x\nx(0) = start\n{more}"
    model = bp.model(text, name="Mixing", namespace={"start": np.array([0.0, 1.0])})
    assert chosen(model, 1.0, dt=0.1, backend="numpy") == (
        "rk4", "elements of array states mix, with delays or events: steps of fixed length"
    )  # fmt: skip


def test_derivatives_of_delayed_models_get_fixed_steps():
    model = bp.model("k = 1\ndx/dt = -k*x(t - 1)\nx(0) = 1", name="Delayed")
    k = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    sol = model.run(1.0, method="auto", dt=0.1, backend="torch", k=k)
    assert sol.stats["method"] == "rk4"
    sol.final["x"].backward()
    assert float(k.grad) == pytest.approx(-1.0)  # x(1) = 1 - k


def test_the_models_own_method_may_be_auto():
    model = bp.model("dx/dt = -x\nx(0) = 1", name="Plain", method="auto")
    assert model.method == "auto"
    assert model.code().method == "tsit5"
    sol = model.run(1.0)
    assert sol.final["x"] == pytest.approx(np.exp(-1), rel=1e-5)
    assert sol.stats["method"] == "tsit5"


def test_a_derivative_through_a_run_takes_fixed_steps():
    import jax

    def end(x0):
        model = bp.model("dx/dt = -x", name="Plain")
        return model.run(1.0, dt=0.01, method="auto", backend="jax", initial={"x": x0}).final["x"]

    with jax.enable_x64(True):
        assert float(jax.grad(end)(1.0)) == pytest.approx(np.exp(-1), rel=1e-8)


FRACTIONAL = "lam = -1\na = 0.7\norder(x) = a\ndx/dt = lam*x\nx(0) = 1"


@pytest.mark.parametrize("order", [0.3, 0.5, 0.7, 1.0, 1.3, 1.7, 1.9])
def test_fractional_runs_stay_stable_at_high_rates(order):
    model, dt = bp.model(FRACTIONAL, name="Relaxation"), 0.01
    # rate*dt**order; the explicit method is unstable from 1.2 to 4 on, the implicit one for orders above 1 from 9 on
    for speed in (0.4, 1.0, 4.0, *((1e3,) if order <= 1 else ())):
        sol = model.run(3.0, method="auto", dt=dt, a=order, lam=-0.999 * speed * dt**-order)
        assert np.abs(sol.x).max() <= 1.5
        assert sol.stats["method"] == ("caputo_pi" if speed > 2.0 ** (order - 1) else "caputo_pece")
        assert "the fastest rate times dt**order is" in sol.stats["why"]


def test_orders_above_1_have_no_method_for_any_rate():
    model = bp.model(FRACTIONAL, name="Oscillation")
    with pytest.warns(RunWarning, match="No method for orders above 1 .* Take a dt 70 times smaller"):
        model.run(0.1, method="auto", dt=0.01, a=1.3, lam=-1e3 * 0.01**-1.3)


def test_the_step_and_its_grading_decide_between_explicit_and_implicit():
    model = bp.model(FRACTIONAL, name="Relaxation")
    assert chosen(model, 1.0, lam=-100.0, dt=0.01)[0] == "caputo_pi"
    assert chosen(model, 1.0, lam=-100.0, dt=0.001)[0] == "caputo_pece"
    assert chosen(model, 1.0, lam=-100.0, dt=0.001, grading=3.0)[0] == "caputo_pi"
    assert chosen(model, 1.0, lam=2.0, dt=0.01)[0] == "caputo_pece"


@pytest.mark.parametrize("drift", ["1.5 - V", "V**2 + 1", "2e6 - 1e6*V"])
def test_events_that_set_a_fractional_state_get_the_default(drift):
    text = f"order(V) = 0.8\ndV/dt = {drift}\nwhen V >= 1:\n    V = 0\n    hold(V, 2)"
    model = bp.model(text, name="Resetting")
    method, why = chosen(model, 10.0, dt=0.05)
    assert method == model.method
    assert method in ("caputo_l1", "grunwald_letnikov")
    assert "events set the fractional state V" in why


def test_a_derivative_through_a_fractional_run():
    import jax

    model = bp.model(FRACTIONAL, name="Relaxation", dt=0.05)

    def end(lam, method):
        return model.run(1.0, method=method, backend="jax", lam=lam).final["x"]

    expected = jax.grad(lambda lam: end(lam, "caputo_pece"))(-1.0)
    assert float(jax.grad(lambda lam: end(lam, "auto"))(-1.0)) == float(expected)


def test_one_fast_mode_that_time_drives_is_stiff():
    sol = bp.model("dx/dt = -1e6*(x - cos(t))\nx(0) = 1", name="Driven").run(100.0, method="auto", record_every=50.0)
    assert sol.stats["method"] == "rodas4"
    assert sol.x[-1] == pytest.approx(np.cos(100), abs=1e-5)


def test_a_function_given_as_input_is_read_once_a_run(monkeypatch):
    read, names = input_functions._read, []
    monkeypatch.setattr(input_functions, "_read", lambda name, *given: names.append(name) or read(name, *given))
    model = bp.model("a = 1\ndx/dt = a - x\nx(0) = 0", name="ReadOnce", method="auto", backend="numpy")
    sol = model.run(2.0, a=lambda time: np.cos(time) + 1)
    assert names == ["a"]
    assert sol.x[-1] == pytest.approx((np.cos(2.0) + np.sin(2.0) - np.exp(-2.0)) / 2 + 1 - np.exp(-2.0), abs=1e-6)
