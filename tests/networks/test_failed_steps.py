"""After a step in which something becomes nan or infinite a run stands at the end of the last good one."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs.failures import steps
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
    monkeypatch.setattr(steps, "_MARKED", 10)
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


#: Weights of the power law of Morrison, Aertsen & Diesmann 2007 (doi:10.1162/neco.2007.19.6.1437), much too fast ones.
POWER = """
weight(0) = 0.5
dx/dt = -x/20
dy/dt = -y/20
when pre.spike:
    post.V += 0.001*weight
    x += 1
    weight -= 0.4*y
when post.spike:
    y += 1
    weight += 0.1*weight**0.4*x
"""


def learning(first: float) -> bp.Network:
    """Pairs of spikes, first after and then before: the first makes the weight of connection 1 negative."""
    A = bp.SpikeSource([5.0, 5.5, 7.0], [1, 1, 0], size=2, name="A")
    B = bp.NeuGroup(bp.model("V(0) = 0\ndV/dt = 0\nwhen sin(t) > 0.5:\n    V = 0", name="B"), 1, name="B")
    s = bp.Synapses(
        pre=A, post=B, model=synapse(POWER), connect=bp.connect.all_to_all(), weight=np.array([0.5, first]), name="s"
    )
    return bp.Network(A, B, s)


@pytest.mark.filterwarnings("ignore::brainpy_lab.simulation.runs.warning.RunWarning")
@pytest.mark.parametrize("backend", DRIVERS)
def test_a_weight_that_is_no_number_ends_the_run_before_it_reaches_a_cell(backend: str) -> None:
    net = learning(0.5)
    sol = net.run(10.0, dt=0.1, backend=backend, record={"s": ["weight"]})
    events = sol["B"].events["spike"].t
    y = np.exp(-(5.0 - 0.6) / 20)  # of the one postsynaptic spike, at 0.6: sin(t) > 0.5 there, and again from 6.9 on
    assert events == pytest.approx([0.6])
    weight = 0.5 - 0.4 * y - 0.4 * y * np.exp(-0.5 / 20)
    assert weight < 0 and sol.outcome.name == "NON_FINITE" and sol.end == pytest.approx(6.8)
    assert sol.final["s"]["weight"] == pytest.approx([0.5, weight], rel=1e-12)
    assert sol["s"].weight[-1] == pytest.approx([0.5, weight], rel=1e-12) and len(sol["s"].weight) == 69
    said = sol.stats["ended"]
    assert said.startswith("s: 'weight' became nan or infinite in connection 1 (from cell 1 to 0) at t = 6.9.")
    assert f"weight ** 0.4 is nan: weight is {weight:g}, and negative numbers have no power 0.4." in said
    assert "Bound 'weight' where it is set" in said and net.time == pytest.approx(6.8)
    assert learning(2.0).run(10.0, dt=0.1, backend=backend).outcome.name == "COMPLETED"


def test_in_a_large_network_the_time_of_such_a_weight_is_known_to_a_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_MARKED", 1)
    with pytest.warns(RunWarning, match=r"(?s)connection 1 \(from cell 1 to 0\) between t = .* The network is large"):
        sol = learning(0.5).run(10.0, dt=0.1, backend="numpy")
    assert sol.outcome.name == "NON_FINITE" and sol.end >= 6.9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dg/dt = -g/5\npost.I += g\nwhen pre.spike:\n    g += log(-weight)\nweight = 1",
         "B: 's_g' became nan or infinite in cell 0 at t = 5.\n  Spikes of s have set it: 'g' is not "),
        ("weight(0) = 1\nq(0) = 0\nwhen every(2):\n    weight = weight/post.sum(q)\nwhen pre.spike:\n    q += 0*post.V",
         "s: 'weight' became nan or infinite in connection 0 (from cell 0 to 0) at t = 2.1."),
    ],
)  # fmt: skip
def test_the_line_of_the_synapse_is_told_where_it_reaches_a_cell_or_runs_every_t(text: str, said: str) -> None:
    A = bp.SpikeSource([5.0], [1], size=2, name="A")
    B = bp.NeuGroup(bp.model("I = 0\ndV/dt = I - V", name="B"), 1, name="B", method="euler")
    s = bp.Synapses(pre=A, post=B, model=synapse(text), connect=bp.connect.pairs([0, 1], [0, 0]), name="s")
    with pytest.warns(RunWarning):
        sol = bp.Network(A, B, s).run(10.0, dt=0.1, backend="numpy")
    assert sol.stats["ended"].startswith(said) and "is not finite there: cell, line 4, column 5:" in sol.stats["ended"]
    if "every" in text:
        assert "weight / post.sum(q) divides by zero" in sol.stats["ended"]
