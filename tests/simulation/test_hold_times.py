"""A hold of a negative time is refused before a run, or ends it where only the run can tell."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning

LIF = "t_ref = 2; k = 1\ntau = 10; I = 20\ndV/dt = (I - V)/tau\nwhen V >= 10:\n    V = 0\n    hold(V, {})"


def lif(duration, event="V"):
    text = LIF.replace("hold(V", f"hold({event}").format(duration)
    return bp.model(text, name="LIF")


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
@pytest.mark.parametrize("wrong", [-5, np.array([1.0, -5.0]), bp.inputs.Input(np.array([1.0, -5.0, 1.0]), dt=10.0)])
def test_parameters_that_say_a_negative_time_are_refused(method, wrong):
    with pytest.raises(ArgumentError, match=r"LIF.*'spike' holds 'V' for a negative time.*t_ref = -5"):
        lif("t_ref").run(40.0, dt=0.1, method=method, t_ref=wrong)


def test_a_derived_time_names_its_parameters_in_a_run_of_the_same_kind_too():
    model = lif("k*t_ref", "spike")
    model.run(10.0, dt=0.1, backend="numpy", k=1.0)
    with pytest.raises(ArgumentError, match=r"k \* t_ref is -6, with t_ref = 2, k = -3"):
        model.run(10.0, dt=0.1, backend="numpy", k=-3.0)


def test_groups_name_the_cell_also_after_a_value_was_set():
    E = bp.NeuGroup(lif("t_ref"), 3, name="E", t_ref=np.array([0.0, 1.0, 2.0]))
    net = bp.Network(E)
    net.run(1.0, dt=0.1, backend="numpy")
    E.t_ref = np.array([0.0, 1.0, -2.0])
    with pytest.raises(ArgumentError, match=r"E: .* in cell 2: t_ref = -2"):
        net.run(1.0, dt=0.1, backend="numpy")
    E.t_ref = 0.0
    with pytest.raises(ArgumentError, match=r"t_ref = -1"):
        net.run(1.0, start=0, dt=0.1, backend="numpy", parameters={"E.t_ref": np.array([1.0, -1.0])})
    E.t_ref = lambda t: 2 - t
    with pytest.raises(ArgumentError, match=r"at t = 2.05: t_ref = -0.05"):
        net.run(4.0, start=0, dt=0.1, backend="numpy")


DRIVERS = ["numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("numba", "jax", "torch"))]


@pytest.mark.parametrize("backend", DRIVERS)
@pytest.mark.parametrize("run", [{"method": "rk4"}, {"method": "rk4", "crossing": "exact"}, {"method": "rkdp"}])
def test_a_time_that_turns_negative_ends_the_run_at_its_event(backend, run):
    """Of 2 - n after n spikes the third is -1; a spike takes 10 log 2, held for 1 and 0 more."""
    text = LIF.replace("V = 0", "V = 0\n    n += 1").format("length - n/k") + "\nlength = k*t_ref\nn(0) = 0"
    with pytest.warns(RunWarning, match=r"the event 'spike'.*negative"):
        sol = bp.model(text).run(40.0, dt=0.1, backend=backend, **run)
    assert sol.outcome.name == "HOLD_NEGATIVE"
    assert float(sol.t[-1]) == pytest.approx(30 * np.log(2) + 1, abs=0.31)


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_group_says_where_a_random_time_is_negative(backend):
    E = bp.NeuGroup(lif("t_ref*randn()"), 3, name="E", method="rk4", initial={"V": np.array([0.0, 1.0, 9.9])})
    with pytest.warns(RunWarning, match=r"E: the event 'spike' in cell \d .*negative"):
        sol = bp.Network(E).run(100.0, dt=0.1, backend=backend, seed=1)
    assert sol.outcome.name == "HOLD_NEGATIVE"
