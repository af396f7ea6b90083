"""What a run says of a state that became nan or infinite: line, operation, and whether a smaller dt can help."""

import re

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning


def said(text, duration=1.0, backend="numpy", **options):
    with pytest.warns(RunWarning) as caught:
        solution = bp.model(text, name="Burst", backend=backend).run(duration, **options)
    message = str(caught[-1].message)
    assert solution.stats["ended"] == message
    assert message in repr(solution)
    return message


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("D = 0\ndx/dt = exp(x/D)\nx(0) = 1", "x / D divides by zero"),
        ("D = 0\ndx/dt = x*(x/D)\nx(0) = 0", "x / D is 0/0"),
        ("y = x - 2\ndx/dt = log(y)\nx(0) = 1", "log(y) is nan, its argument -1"),
        ("dx/dt = exp(1000*x)\nx(0) = 1", "exp(1000 * x) is infinite, its argument 1000"),
        (
            "def f(u): return 1/u\ndx/dt = 1 + f(x)\nx(0) = 0",
            "1 / u divides by zero, in the helper 'f' (cell, line 1: def f(u): return 1/u)",
        ),
    ],
)
def test_the_operation_is_named(text, operation):
    message = said(text, dt=0.1, method="euler")
    assert operation in message
    assert "cell, line 2" in message or text.count("\n") == 1
    assert "A smaller dt does not make it finite" in message


def test_stiffness_is_named():
    message = said("k = 1e6\ndx/dt = -k*x\nx(0) = 1", dt=0.01, method="euler")
    assert "The model is stiff for 'euler': an eigenvalue is -1e+06, and steps are stable below 2e-06" in message
    assert "method='exponential_euler', 'backward_euler' or 'rodas4'" in message


def test_a_finite_model_is_told_to_take_smaller_steps():
    text = "dx/dt = -y*(x**2 + y**2)\ndy/dt = x*(x**2 + y**2)\nx(0) = 2"
    assert "take a smaller dt (it is 0.5)" in said(text, 10.0, dt=0.5, method="euler")


ADAPTIVE = ["rkdp", "dop853", "tsit5", "rodas4", "auto"]
AT_ONCE = "No shorter step and no other method makes it finite"
LEADS = "The solution itself leads there, and neither shorter steps nor another method get past it"
SINGULAR = "the solution itself has a singularity at t = 1, and neither shorter steps nor another method get past it"


@pytest.mark.parametrize("method", ADAPTIVE)
@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("D = 0\ndx/dt = D*exp((x - 1)/D)\nx(0) = 1.5", ("line 2", "(x - 1) / D divides by zero", AT_ONCE)),
        ("dx/dt = -1 + 0*log(x)\nx(0) = 1", ("line 1", "log(x) is nan, its argument -", LEADS)),
        ("dx/dt = x**2\nx(0) = 1", (SINGULAR,)),
        ("dx/dt = 1/(1 - t)\nx(0) = 1", (SINGULAR,)),
    ],
)
def test_an_adaptive_run_names_the_cause(method, text, cause):
    message = said(text, 2.0, method=method)
    assert all(part in message for part in cause), message
    assert "adaptive" not in message
    assert "take a smaller dt" not in message


def test_a_fixed_run_is_told_of_a_singularity():
    message = said("dx/dt = x**2\nx(0) = 1", 2.0, method="rk4", dt=0.01)
    assert SINGULAR in message
    assert "smaller dt" not in message


def test_a_smaller_step_comes_as_far_as_the_singularity():
    message = said("dx/dt = x**2\nx(0) = 1", 2.0, method="backward_euler", dt=0.1)
    assert "To come to t = 1, take a smaller dt (it is 0.1). dx/dt grows beyond all bounds" in message
    assert SINGULAR in message


def test_exact_crossings_name_the_cause():
    text = "dx/dt = -1 + 0*sqrt(x)\nx(0) = 1\nwhen x >= 5 as far: x = 0"
    message = said(text, 2.0, method="rk4", dt=0.01, crossing="exact")
    assert "sqrt(x) is nan, its argument -" in message
    assert LEADS in message


def test_growth_beyond_the_largest_number_is_no_matter_of_steps():
    message = said("dx/dt = 1000*x\nx(0) = 1", method="rkdp")
    assert "numbers end at 1.8e+308: the solution itself grows so" in message


@pytest.mark.parametrize("options", [{"method": "rkdp"}, {"method": "rk4", "dt": 0.01}])
def test_the_cell_of_an_ensemble_is_named(options):
    message = said("k = 1\ndx/dt = -k + 0*sqrt(x)\nx(0) = 1", 2.0, k=np.array([0.0, 0.1, 1.0]), **options)
    assert "in cell 2" in message or "x[2] became" in message
    assert "sqrt(x) is nan, its argument -" in message


@pytest.mark.parametrize("options", [{"method": "rkdp"}, {"method": "rk4", "dt": 0.01}])
def test_the_element_of_an_array_in_an_ensemble_is_named(options):
    text = "k = 1\nx(0) = [1, 2, 4]\ndx/dt = -k + 0*sqrt(x)"
    message = said(text, 2.0, k=np.array([0.0, 1.0]), **options)  # cells 0-2 stand still; the fourth is at zero first
    assert "t = 1 in cell 3" in message or "x[3] became" in message
    assert "sqrt(x) is nan, its argument -" in message


@pytest.mark.parametrize("options", [{"method": "rkdp"}, {"method": "rk4", "dt": 0.01}])
def test_the_delayed_state_is_named(options):
    message = said("tau = 1\ndx/dt = -1 + 0*log(x(t - tau))\nx(t <= 0) = 1", 3.0, **options)
    assert "log(x(t - tau)) is nan, its argument -" in message
    assert "x(t - tau) is x at t = 1, a delay of 1." in message


@pytest.mark.parametrize("options", [{"method": "rkdp"}, {"method": "rk4", "dt": 0.01}])
def test_the_innermost_helper_is_named(options):
    inner = "def g(u):\n    a = u - 1\n    if a < 0.5:\n        return log(a)\n    return 1\n"
    message = said(inner + "def f(u):\n    return 2*g(u)\ndx/dt = -1 + 0*f(x)\nx(0) = 2.5", 2.0, **options)
    assert ", in the helper 'g' (cell, line 4: return log(a))." in message
    assert "log(a) is nan, its argument -" in message


@pytest.mark.parametrize("method", ["rkdp", "rk4"])
def test_a_helper_with_a_loop_is_followed(method):
    text = "def f(u):\n    s = 0\n    for i in range(3):\n        s += 1/(u - i)\n    return s\ndx/dt = f(x)\nx(0) = 2"
    message = said(text, 0.1, backend="numba", method=method, dt=0.1)
    assert "1 / (u - i) divides by zero, in the helper 'f' (cell, line 4: s += 1/(u - i))." in message


def test_an_infinite_parameter_is_named():
    assert "k is infinite." in said("k = 1\ndx/dt = -k*x\nx(0) = 1", method="rkdp", k=np.inf)


def test_an_input_that_becomes_nan_is_named():
    text = "I = 0\ndx/dt = -x + I\nx(0) = 1"
    message = said(text, 2.0, method="rk4", dt=0.1, I=lambda t: np.where(t > 1.0, np.nan, 0.0))
    assert "I is nan." in message


def test_a_passed_reset_is_told_of_exact_crossings():
    text = "dV/dt = exp(V*V) - exp(V*V)/2\nV(0) = 1\nwhen V >= 6 as spike: V = 0"
    message = said(text, 3.0, method="rk4", dt=0.2)
    assert "it passed the event that resets the state. An adaptive method, or crossing='exact', finds" in message


def test_a_noisy_run_knows_that_its_equations_run_away():
    text = "dx/dt = x**3 + xi\nx(0) = 1"
    sol = bp.model(text, name="Cubic").run(10, dt=0.01, method="euler_maruyama", backend="numpy", seed=1)
    assert "'dx/dt' is not finite there" in sol.stats["ended"]
    assert "Without its noise too, x grows from 1000 beyond all bounds within 5e-07" in sol.stats["ended"]
    assert "smaller dt nor another method gets past it" in sol.stats["ended"]


@pytest.mark.parametrize(
    ("drift", "advice"),
    [
        ("-1000*x", "steps are stable below 0.002 .* Take method='exponential_euler', or"),
        ("x - x**3", "an eigenvalue is -2.7e\\+03, and steps are stable below 0.000741"),
    ],
)
def test_a_noisy_run_whose_steps_are_too_long(drift, advice):
    model = bp.model(f"dx/dt = {drift} + 3*xi\nx(0) = 30", name="Steps")
    sol = model.run(5, dt=0.01, method="euler_maruyama", backend="numpy", seed=1)
    assert "Without its noise" not in sol.stats["ended"]
    assert re.search(advice, sol.stats["ended"])
