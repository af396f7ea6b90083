"""Delay equations: reference problems, histories, break points, all drivers, and what is refused."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.special import lambertw

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError, MethodError, ModelError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution

ENTRIES = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["entries"]
REFERENCE = {e["id"]: e for e in ENTRIES if e["category"] == "dde"}
TIGHT = {"method": "rkdp", "rtol": 1e-11, "atol": 1e-13}

LINEAR = "tau = 1\ndy/dt = -y(t - tau)\ny(0) = 1"
MACKEY_GLASS = "tau = 17\ndx/dt = 0.2*x(t - tau)/(1 + x(t - tau)**10) - 0.1*x\nx(0) = 1.2"
#: Equations, times, dt of rk4.
PROBLEMS = {
    "DDE_lin_lag1": (LINEAR, range(1, 11), 0.01),
    "DDE_statedep2": ("dy/dt = cos(t)*y(y(t) - 2)\ny(0) = 1", [1], 0.005),
    "MackeyGlass_tau17": (MACKEY_GLASS, [50, 100, 200, 300, 500], 0.02),
    "MackeyGlass_tau6": (MACKEY_GLASS.replace("17", "6").replace("1.2", "0.5"), [12, 30, 60], 0.02),
    "Hutchinson_a1.7": ("a = 1.7\ndy/dt = -a*y(t - 1)*(1 + y)\ny(0) = 0.1", [5, 10, 20], 0.005),
}
#: Neutral: refused by name below. Roots of characteristic equations: tests of the analysis.
ELSEWHERE = {"DDE_neutral_cos", "DDE_charroot", "DDE_charroot_next", "DDE_hopf_hutchinson"}

NETWORK = """
tau = 3
dV/dt = -V + 1.5 - 0.8*x(t - tau)
dx/dt = -x/2 + 0.1*V(t - 1.3)
when V >= 1:
    V = 0
    x += 1
"""


def cell(text, **options):
    return bp.model(text.strip(), name="Delayed", **options)


def drivers():
    return [d.name for d in bp.drivers.registry().values() if d.available() is None]


# --- references -----------------------------------------------------------------------------------------------


def test_every_reference_problem_is_looked_at():
    assert set(PROBLEMS) | ELSEWHERE == set(REFERENCE)


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
@pytest.mark.parametrize("problem", PROBLEMS)
def test_reference(problem, method):
    text, times, dt = PROBLEMS[problem]
    run = TIGHT if method == "rkdp" else {"dt": dt}
    sol = cell(text).run(max(times), backend="numba", record_every=1.0, **run)
    entry = REFERENCE[problem]
    found = next(iter(sol.data.values()))[list(times)]
    np.testing.assert_allclose(found, np.atleast_1d(entry["value"]), rtol=0, atol=entry["tolerance"])


def test_mackey_glass_on_every_driver(driver):
    run = {"dt": 0.5, "record": []} if driver in ("jax", "torch", "numpy") else {"dt": 0.05, "record": []}
    sol = cell(MACKEY_GLASS).run(50.0, backend=driver, **run)
    assert sol.final["x"] == pytest.approx(REFERENCE["MackeyGlass_tau17"]["value"][0], abs=2e-6)


def test_adaptive_on_every_driver(driver):
    sol = cell(LINEAR).run(2.5, backend=driver, method="rkdp", rtol=1e-6, atol=1e-8)
    assert sol(2.0)["y"] == pytest.approx(-0.5, abs=1e-8)
    assert {1.0, 2.0} <= set(sol.t)  # steps end on break points


# --- the drivers agree ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [3.0, np.array([0.02, 1.0, 2.7])])
def test_drivers_agree_with_resets_and_delays_that_differ(driver, tau):
    model = cell(NETWORK)
    ours = model.run(4.0, dt=0.05, backend=driver, tau=tau)
    reference = model.run(4.0, dt=0.05, backend="numpy", tau=tau)
    assert len(reference.events["spike"].t) >= 2
    np.testing.assert_allclose(ours.V, reference.V, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(ours.events["spike"].t, reference.events["spike"].t)


def test_derivatives_through_a_delay():
    import torch

    model = cell("tau = 1\nk = 1\ndy/dt = -k*y(t - tau)\ny(0) = 1")
    given = {"k": 1.2, "tau": 0.93}
    tensors = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in given.items()}
    model.run(2.0, dt=0.1, backend="torch", **tensors).y[-1].backward()
    for name, value in given.items():
        up, down = (model.run(2.0, dt=0.1, backend="numpy", **{**given, name: value + h}).y[-1] for h in (1e-5, -1e-5))
        assert float(tensors[name].grad) == pytest.approx((up - down) / 2e-5, abs=1e-8)


def test_derivatives_through_a_delay_on_jax():
    import jax

    model = cell("tau = 1\nk = 1\ndy/dt = -k*y(t - tau)\ny(0) = 1")
    with jax.enable_x64(True):
        slope = jax.grad(lambda tau: model.run(2.0, dt=0.1, backend="jax", tau=tau).y[-1])(0.93)
    up, down = (model.run(2.0, dt=0.1, backend="numpy", tau=0.93 + h).y[-1] for h in (1e-5, -1e-5))
    assert float(slope) == pytest.approx((up - down) / 2e-5, abs=1e-8)


def test_delays_and_noise_together(driver):
    model = cell("tau = 1\ns = 0.3\ndx/dt = -x(t - tau) + s*xi\nx(0) = 1")
    assert model.method == "euler_maruyama"
    ours = model.run(1.5, dt=0.05, backend=driver, seed=3)
    reference = model.run(1.5, dt=0.05, backend="numpy", seed=3)
    np.testing.assert_allclose(ours.x, reference.x, rtol=0, atol=1e-13)


def test_variance_of_a_noisy_delay_equation():
    """dx = -k x(t - 1) dt + s dW: variance s² (1 + sin k)/(2 k cos k) (Küchler & Mensch 1992)."""
    k, s = 0.8, 0.5
    model = cell("k = 0.8\ndx/dt = -k*x(t - 1) + 0.5*xi\nx(0) = 0*start", namespace={"start": np.zeros(4000)})
    sol = model.run(60.0, dt=0.02, backend="numba", record_every=10.0, seed=1)
    expected = s**2 * (1 + np.sin(k)) / (2 * k * np.cos(k))
    assert float(np.var(sol.x[3:])) == pytest.approx(expected, rel=0.06)


# --- histories --------------------------------------------------------------------------------------------------

TWO = "a = 2\ndx/dt = -x(t - 1)\nx(t <= 0) = cos(a*t)"
AFTER_ONE = 1 - np.sin(2) / 2  # 1 minus the integral of cos(2 t) over [-1, 0]


@pytest.mark.parametrize("run", [{"dt": 0.01}, TIGHT])
class TestHistories:
    def test_expression(self, run):
        assert cell(TWO).run(1.0, backend="numpy", **run).x[-1] == pytest.approx(AFTER_ONE, abs=1e-10)

    def test_expression_with_a_parameter_that_spans_an_ensemble(self, run):
        a = np.array([1.0, 2.0])
        found = cell(TWO).run(1.0, backend="numba", a=a, **run).x[-1]
        np.testing.assert_allclose(found, 1 - np.sin(a) / a, atol=1e-10)

    @pytest.mark.parametrize("function", [lambda t: np.cos(2 * t), lambda t: float(np.cos(2 * t)) if t > -9 else 0.0])
    def test_function(self, run, function):
        sol = cell(LINEAR).run(1.0, backend="numpy", history={"y": function}, **run)
        assert sol.y[0] == 1.0
        assert sol.y[-1] == pytest.approx(AFTER_ONE, abs=1e-10)

    def test_number(self, run):
        sol = cell(LINEAR).run(1.0, backend="numpy", history={"y": 0.5}, initial={"y": 2.0}, **run)
        assert sol.y[-1] == pytest.approx(1.5, abs=1e-12)

    def test_solution(self, run):
        before = cell("dy/dt = -2*sin(2*t - 6)\ny(0) = c", namespace={"c": np.cos(6.0)}).run(
            3.0, backend="numpy", **run
        )
        sol = cell(LINEAR).run(1.0, backend="numpy", history={"y": before}, **run)
        assert sol.y[-1] == pytest.approx(AFTER_ONE, abs=1e-9)

    def test_a_run_goes_on_where_another_ended(self, run):
        model = cell(LINEAR)
        first = model.run(2.5, backend="numba", **run)
        second = model.run(2.5, backend="numba", start=first, **run)
        assert second.t[0] == 2.5
        assert second.y[-1] == pytest.approx(REFERENCE["DDE_lin_lag1"]["value"][4], abs=1e-10)

    def test_start_at_another_time(self, run):
        sol = cell(TWO).run(1.0, backend="numpy", start=3.0, **run)
        assert sol.x[-1] == pytest.approx(np.cos(6) - (np.sin(6) - np.sin(4)) / 2, abs=1e-9)


def test_ensembles_go_on_too():
    model, tau = cell(LINEAR), np.array([0.5, 1.0])
    for run in ({"dt": 0.01}, TIGHT):
        whole = model.run(5.0, backend="numba", tau=tau, **run).y[-1]
        first = model.run(2.5, backend="numba", tau=tau, **run)
        np.testing.assert_allclose(
            model.run(2.5, backend="numba", start=first, tau=tau, **run).y[-1], whole, atol=1e-10
        )


def test_what_no_run_remembers_is_taken_from_records_or_asked_for():
    model = cell(LINEAR)
    start = Checkpoint(2.5, {"y": 1.0}, model_name="Cell")
    with pytest.raises(
        ArgumentError, match=r"(?s)checkpoint of Cell does not hold what 'y' was before it.*history={'y'"
    ):
        model.run(2.5, dt=0.05, backend="numpy", start=start)
    sol = model.run(0.5, dt=0.05, backend="numpy", start=start, history={"y": 1.0})
    assert sol.y[-1] == pytest.approx(0.5)
    told = Solution(np.linspace(0, 2.5, 51), {"y": np.ones(51)}, checkpoint=start)
    assert model.run(0.5, dt=0.05, backend="numpy", start=told).y[-1] == pytest.approx(0.5)


def test_a_history_that_jumps_is_met_by_a_step():
    sol = cell(LINEAR).run(1.0, backend="numpy", history={"y": lambda t: 1.0 if t > -0.4321 else 0.0}, **TIGHT)
    assert np.abs(sol.t - 0.5679).min() < 1e-8
    assert sol.y[-1] == pytest.approx(1 - 0.4321, abs=1e-9)


def test_between_records_of_a_fixed_step():
    sol = cell(LINEAR).run(2.0, dt=0.01, backend="numpy")
    assert sol(0.4567)["y"] == pytest.approx(1 - 0.4567, abs=1e-12)
    np.testing.assert_allclose(sol(np.array([1.234]))["y"], -0.234 + 0.234**2 / 2, atol=1e-8)


# --- delays of all kinds ------------------------------------------------------------------------------------------


def test_time_dependent_delay_with_its_break_points():
    """x' = -x(t - 1 - sin(t)/2) from 1: 1 - t until the delay reads 0, at t = 1.4987..., where a step must end."""
    model = cell("dx/dt = -x(t - 1 - 0.5*sin(t))\nx(0) = 1")
    sol = model.run(3.0, backend="numba", **TIGHT)
    read_start = 1.4987011335178482
    assert np.abs(sol.t - read_start).min() < 1e-12
    assert sol(read_start)["x"] == pytest.approx(1 - read_start, abs=1e-12)
    assert sol.x[-1] == pytest.approx(model.run(3.0, dt=0.001, backend="numba").x[-1], abs=1e-8)


def test_state_dependent_delay_with_its_break_points():
    """y' = -y(t - 1 - y/2) from 1: 1 - t until t - 1 - y/2 is 0, at t = 1."""
    model = cell("dy/dt = -y(t - 1 - 0.5*y)\ny(0) = 1")
    sol = model.run(4.0, backend="numba", max_delay=2.0, **TIGHT)
    assert np.abs(sol.t - 1.0).min() < 1e-5
    assert sol(0.9)["y"] == pytest.approx(0.1, abs=1e-10)
    assert sol.y[-1] == pytest.approx(model.run(4.0, dt=0.001, backend="numba", max_delay=2.0).y[-1], abs=1e-6)


def test_vanishing_delay():
    """The pantograph equation y' = -y(t/2): sum of (-t)^n 2^(-n(n-1)/2)/n!."""
    terms = [(-3.0) ** n * 2.0 ** (-n * (n - 1) / 2) / float(np.prod(np.arange(1.0, n + 1))) for n in range(30)]
    model = cell("dy/dt = -y(t/2)\ny(0) = 1")
    assert model.run(3.0, backend="numba", **TIGHT).y[-1] == pytest.approx(sum(terms), abs=1e-10)
    assert model.run(3.0, dt=0.01, backend="numba").y[-1] == pytest.approx(sum(terms), abs=1e-9)


def test_delays_below_the_step():
    """y' = -y(t - tau): after a while exp(z t), where z = -exp(-z tau)."""
    z = lambertw(-0.03).real / 0.03
    for run in ({"dt": 0.1}, TIGHT):
        sol = cell(LINEAR).run(4.0, backend="numba", tau=0.03, **run)
        assert np.log(sol(4.0)["y"] / sol(3.0)["y"]) == pytest.approx(z, abs=1e-5)


def test_zero_delay_is_no_delay():
    for run in ({"dt": 0.01}, TIGHT):
        assert cell(LINEAR).run(1.0, backend="numba", tau=0.0, **run).y[-1] == pytest.approx(np.exp(-1), abs=1e-9)


def test_a_delay_that_an_input_moves():
    model = cell(LINEAR)
    moved = model.run(2.0, dt=0.01, backend="numba", tau=lambda t: 1 + 0.2 * np.sin(t))
    written = cell("dy/dt = -y(t - 1 - 0.2*sin(t))\ny(0) = 1").run(2.0, dt=0.01, backend="numba")
    assert moved.y[-1] == pytest.approx(written.y[-1], abs=1e-14)


# --- memory -------------------------------------------------------------------------------------------------------


def test_what_is_remembered_is_bounded_by_the_delay():
    model = cell(LINEAR)
    for run in ({"dt": 0.01}, {"method": "rkdp", "max_step": 0.01}):
        lengths = [
            len(model.run(T, backend="numba", record=[], **run).checkpoint.part("past")["start"]) for T in (10.0, 100.0)
        ]
        assert max(lengths) < 1000


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["dy(t - pi)", "y'(t - pi)", "dy/dt(t - pi)"])
def test_neutral_terms_are_refused_by_name(text):
    with pytest.raises(ModelError, match="neutral") as caught:
        cell(f"dy/dt = 1 + y - 2*y(t/2)**2 - {text}")
    assert caught.value.location.line == 1


def test_negative_delays():
    model = cell(LINEAR)
    with pytest.raises(ModelError, match="delay is negative") as caught:
        cell("dy/dt = -y(t + 1)")
    assert caught.value.location.column == 9
    with pytest.raises(ArgumentError, match=r"y\(t - tau\) is negative.*-2 at t = 0 in cell 1"):
        model.run(1.0, tau=np.array([1.0, -2.0]))
    with pytest.raises(ArgumentError, match=r"is -1 at t = "):
        model.run(1.0, tau=-1.0, method="rkdp")
    with pytest.raises(ArgumentError, match="not a finite number"):
        model.run(1.0, tau=np.inf)


@pytest.mark.parametrize("run", [{"dt": 0.01}, {"method": "rkdp"}])
def test_delays_that_turn_negative_stop_the_run(run):
    with pytest.warns(RunWarning, match=r"delay of y\(t - \(1 - 0.5 \* y\)\) turns negative"):
        sol = cell("dy/dt = 1 + 0*y(t - (1 - 0.5*y))\ny(0) = 0").run(5.0, backend="numba", max_delay=3.0, **run)
    assert sol.outcome is Outcome.DELAY_OUT_OF_REACH
    assert sol.t[-1] == pytest.approx(2.0, abs=0.05)
    assert sol.y[-1] == pytest.approx(sol.t[-1], abs=1e-9)


@pytest.mark.parametrize("run", [{"dt": 0.01}, {"method": "rkdp", "max_step": 0.1}])
def test_delays_that_grow_past_max_delay_stop_the_run(run):
    with pytest.warns(RunWarning, match="raise max_delay"):
        sol = cell("dy/dt = 1 + 0*y(t - y)\ny(t <= 0) = t").run(8.0, backend="numba", max_delay=2.0, **run)
    assert sol.outcome is Outcome.DELAY_OUT_OF_REACH
    assert 1.9 < sol.t[-1] < 4.1


def test_edited_code_cannot_read_what_is_not_remembered():
    """Delays of the model's own text are known to lie in the ring; edited ones are checked, step by step."""
    model = cell(LINEAR + "\ny(t <= 0) = 1 + t", dt=0.1)
    text = model.code("numba", "rk4").text.replace("- tau", "- 3*tau")
    model.edit(text, backend="numba", method="rk4")
    with pytest.warns(RunWarning, match="the run remembers 1"):
        sol = model.run(2.0, backend="numba", method="rk4")
    assert sol.outcome is Outcome.DELAY_OUT_OF_REACH
    assert len(sol.t) == 1


def test_bad_arguments():
    model = cell(LINEAR)
    with pytest.raises(ArgumentError, match="is 1, longer than max_delay = 0.5"):
        model.run(1.0, max_delay=0.5)
    with pytest.raises(ArgumentError, match="max_delay must be"):
        model.run(1.0, max_delay=-1)
    with pytest.raises(ArgumentError, match="no state 'z'"):
        model.run(1.0, history={"z": 1.0})
    with pytest.raises(ArgumentError, match="history takes a course by state"):
        model.run(1.0, history=np.cos)
    with pytest.raises(ArgumentError, match="'history of y' must be a number"):
        model.run(1.0, history={"y": "cos"})
    with pytest.raises(ArgumentError, match=r"history of 'y' failed: ZeroDivisionError"):
        model.run(1.0, history={"y": lambda t: 1 / 0})
    with pytest.raises(ArgumentError, match=r"not finite at t = -"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.run(1.0, backend="numpy", history={"y": np.sqrt})
    short = cell("dy/dt = 1").run(0.5, dt=0.1, backend="numpy")
    with pytest.raises(ArgumentError, match="the solution given as history of 'y' is 0.5 long"):
        model.run(1.0, history={"y": short})
    with pytest.raises(ArgumentError, match="has no delays"):
        cell("dy/dt = 1").run(1.0, max_delay=1.0)
    with pytest.raises(MemoryLimitError, match="a delay of 1e"):
        model.run(1e12, tau=1e12, record=[])
    with pytest.raises(MethodError, match=r"has the delay .*\(t - .*cannot solve"):
        model.run(1.0, method="exponential_euler")


# --- bp.ddeint ------------------------------------------------------------------------------------------------------


def test_ddeint():
    @bp.ddeint(history={"x": np.cos}, dt=0.01, backend="numpy")
    def inhibition(x, t, tau=1.0):
        late = x(t - tau)
        return -late

    assert inhibition.system.notes == ()
    assert inhibition.run(1.0).x[-1] == pytest.approx(1 - np.sin(1), abs=1e-10)
    assert inhibition.run(1.0, history={"x": 1.0}).x[-1] == pytest.approx(0.0, abs=1e-12)
    assert "past(x_past, t - tau)" in str(inhibition.code())
    with pytest.raises(ArgumentError, match="no state 'y'"):
        bp.ddeint(lambda x, t: -x(t - 1), history={"y": 1.0})
    with pytest.raises(ModelError, match="neutral"):
        bp.ddeint(lambda x, t: -dx(t - 1))  # noqa: F821
