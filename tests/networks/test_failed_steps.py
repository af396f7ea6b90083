"""After a step in which something becomes nan or infinite a run stands at the end of the last good one."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs import running
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import STDP, synapse

CELL = "I = 0\nV(0) = 0.5\ndV/dt = V**2 + I\nwhen V >= 1:\n    V = 0.9"
DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]


def network() -> bp.Network:
    """A group that fires, and learns; another blows up after it has advanced, with a spike on its way."""
    A = bp.NeuGroup(bp.model(CELL, name="A"), 3, name="A", method="euler", initial={"V": np.array([0.5, 0.9, 0.0])})
    B = bp.NeuGroup(bp.model("V(0) = 1\ndV/dt = V**2", name="B"), 2, name="B", method="euler")
    model = synapse(STDP + "    post.V += 0.001*weight")
    rule = bp.connect.all_to_all()
    return bp.Network(A, B, bp.Synapses(pre=A, post=A, model=model, connect=rule, delay=0.3, name="s"))


@pytest.mark.filterwarnings("ignore::brainpy_lab.simulation.runs.warning.RunWarning")
@pytest.mark.parametrize("backend", DRIVERS)
def test_final_values_are_those_of_the_last_good_step(backend: str) -> None:
    net = network()
    failed = net.run(5.0, dt=0.1, backend=backend, record={"A": ["V"]})
    assert failed.outcome.name == "NON_FINITE" and 1.0 < failed.end < 5.0
    good = network().run(failed.end, dt=0.1, backend=backend, record={"A": ["V"]})
    assert good.outcome.name == "COMPLETED" and len(good["A"].events["spike"].t) > 3
    for part, values in good.final.items():
        for name, value in values.items():
            assert np.array_equal(failed.final[part][name], value), (part, name)
    assert np.array_equal(failed["A"].V, good["A"].V)
    assert np.isfinite(failed.final["B"]["V"]).all() and np.array_equal(failed["A"].V[-1], failed.final["A"]["V"])
    assert net.time == pytest.approx(failed.end)


def test_of_a_large_network_it_is_said_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_MARKED", 10)
    with pytest.warns(RunWarning, match="The network is large: sol.final has what that step had computed so far."):
        sol = network().run(5.0, dt=0.1, backend="numpy")
    assert not np.isfinite(sol.final["B"]["V"]).all()


@pytest.mark.parametrize("backend", DRIVERS)
@pytest.mark.parametrize("method", ["rk4", "exponential_euler"])
def test_a_parameter_that_is_zero_where_it_divides_is_named_on_all_drivers(backend: str, method: str) -> None:
    model = bp.model("tau = 10; k = 1\ndV/dt = (20 - V)/(k*tau)", name="A")
    A = bp.NeuGroup(model, 3, name="A", method=method, tau=0.0)
    cause = r"A: 'V' became nan or infinite in cell 0 at t = 0.1.*\(20 - V\) / \(k \* tau\) divides by zero: tau is 0"
    with pytest.warns(RunWarning, match=f"(?s){cause}"):
        sol = bp.Network(A).run(1.0, dt=0.1, backend=backend)
    assert sol.outcome.name == "NON_FINITE" and sol.end == 0.0


def test_of_cells_that_differ_the_one_with_the_zero_is_named() -> None:
    A = bp.NeuGroup(bp.model("tau = 10\ndV/dt = (20 - V)/tau", name="A"), 3, name="A", tau=np.array([1.0, 0.0, 2.0]))
    with pytest.warns(RunWarning, match=r"(?s)in cell 1 at .* divides by zero: tau is 0"):
        bp.Network(A).run(1.0, dt=0.1, backend="numpy")


def test_a_parameter_of_synapses_that_is_zero_where_it_divides_is_named() -> None:
    A = bp.NeuGroup(bp.model(CELL, name="A"), 2, name="A", method="euler")
    model = synapse(
        "taup = 0\nweight(0) = 1\nda/dt = -a/taup\nwhen pre.spike:\n    a += 1\nwhen post.spike:\n    weight += a"
    )
    s = bp.Synapses(pre=A, post=A, model=model, connect=bp.connect.all_to_all(), name="s")
    with pytest.warns(RunWarning, match=r"(?s)s: 'weight' became nan .* -a / taup divides by zero: taup is 0"):
        bp.Network(A, s).run(5.0, dt=0.1, backend="numpy")
