"""method="auto": what is chosen, and that it says why."""

import numpy as np
import pytest
import torch

import brainpy_lab as bp

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
