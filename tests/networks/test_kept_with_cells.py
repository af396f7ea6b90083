"""States of synapses that are kept once a cell: read where the network stands, and set where its run goes on."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

#: At a spike: what the target gets is the weight and the trace, then the weight is halved.
HALVED = "weight(0) = 1\ndx/dt = -x/4\nwhen pre.spike:\n    x += 1\n    post.w += weight + x\n    weight = 0.5*weight"
TIMES = {0: [0.3, 0.5, 1.4], 1: [0.8, 1.2]}  # by cell


def network(**options: object) -> tuple[bp.Network, bp.Synapses]:
    """Two cells of four, in another order, to three."""
    E = bp.NeuGroup(bp.model("dw/dt = 0*w", name="Cell"), 3, name="E", method="euler")
    times, cells = zip(*((t, 3 - c) for c, ts in TIMES.items() for t in ts), strict=True)
    P = bp.SpikeSource(times, cells, 4, name="P")
    pre = P[np.array([3, 2])]
    options = {"connect": bp.connect.all_to_all(), **options}
    syn = bp.Synapses(pre=pre, post=E, model=synapse(HALVED), name="syn", **options)
    return bp.Network(P, E, syn), syn


def arrived(weight: float, x: float, *, times: list[float], begin: float, end: float) -> tuple[float, float, float]:
    """What a cell gives until ``end``, and its weight and trace then."""
    given, last = 0.0, begin
    for t in (t for t in times if begin < t <= end):
        x = x * np.exp(-(t - last) / 4) + 1
        given, weight, last = given + weight + x, weight / 2, t
    return given, weight, x * np.exp(-(end - last) / 4)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_state_kept_with_cells_is_read_and_set_where_a_run_goes_on(backend: str, saved: bool) -> None:
    net, syn = network()
    assert syn.homes.of == {"weight": "pre", "x": "pre"}
    first = net.run(1.0, dt=0.1, backend=backend)
    then = [arrived(1.0, 0.0, times=TIMES[c], begin=0.0, end=1.0) for c in (0, 1)]
    for number, name in enumerate(("weight", "x"), 1):
        expected = np.array([then[c][number] for c in syn.pre_index])
        assert np.allclose(getattr(syn, name), expected, rtol=1e-12)
        assert np.allclose(syn.to_scipy(name).toarray(), expected.reshape(2, 3), rtol=1e-12)
        assert np.allclose(first.final["syn"][name][[3, 2]], expected.reshape(2, 3)[:, 0], rtol=1e-12)
    syn.weight = 3.0
    syn.x = 0.5
    assert np.all(syn.weight == 3.0) and np.all(syn.x == 0.5)
    start = {"start": net.checkpoint()} if saved else {}
    sol = net.run(1.0, backend=backend, **start)
    later = [arrived(3.0, 0.5, times=TIMES[c], begin=1.0, end=2.0) for c in (0, 1)]
    assert np.allclose(sol.final["E"]["w"], sum(given for given, *_ in [*then, *later]), rtol=1e-12)
    assert np.allclose(sol.final["syn"]["weight"], [1, 1, later[1][1], later[0][1]] * np.array([3, 3, 1, 1]))
    assert np.allclose(syn.x[[0, 3]], [later[0][2], later[1][2]], rtol=1e-12)
    net.reset()
    assert np.all(syn.weight == 3.0)  # what was last set


@pytest.mark.parametrize("saved", [False, True])
def test_a_weight_kept_with_cells_is_set_for_some_connections_and_then_each_has_its_own(saved: bool) -> None:
    net, syn = network()
    net.run(1.0, dt=0.1, backend="numpy")
    with pytest.warns(match="syn: its sums are over connections from here on: 'weight' differs"):
        syn.set(where=lambda pre, post: post.index == 1, weight=7.0)
    assert np.allclose(syn.weight, [0.25, 7, 0.25, 0.5, 7, 0.5]) and syn.homes.of["weight"] == "connection"
    before = net["E"].w.copy()
    start = {"start": net.checkpoint()} if saved else {}
    net.run(0.3, backend="numpy", **start)  # cell 1 fires at 1.2
    x = arrived(0.5, 0.0, times=TIMES[1], begin=0.0, end=1.2)[2]
    assert np.allclose(net["E"].w - before, np.array([0.5, 7, 0.5]) + x, rtol=1e-12)
    assert np.allclose(syn.weight, [0.25, 7, 0.25, 0.25, 3.5, 0.25])
    net.reset()
    assert np.all(syn.weight == [1, 7, 1, 1, 7, 1])  # what others had learned is not where they began


def test_members_of_an_ensemble_leave_the_values_of_their_network() -> None:
    net, syn = network()
    net.run(1.0, dt=0.1, backend="numpy")
    held = syn.weight.copy()
    net.run(1.0, dt=0.1, backend="numpy", start=net.checkpoint(), parameters={"syn.weight": [1.0, 2.0]})
    assert np.array_equal(syn.weight, held)


def test_a_sum_for_each_target_has_no_value_at_a_connection() -> None:
    E = bp.NeuGroup(bp.model("I = 0\ndV/dt = I", name="Cell"), 2, name="E", method="euler")
    P = bp.SpikeSource([0.3], [0], 2, name="P")
    model = synapse("dg/dt = -g/5\npost.I += g\nwhen pre.spike:\n    g += 1")
    syn = bp.Synapses(pre=P, post=E, model=model, connect=bp.connect.all_to_all(), name="syn")
    net = bp.Network(P, E, syn)
    assert np.all(syn.g == 0)
    sol = net.run(1.0, dt=0.1, backend="numpy")
    assert np.all(sol.final["syn"]["g"] > 0.8)
    with pytest.raises(AttributeError, match=r"'g' is a sum for each target cell.*sol.final.'syn']\['g'] has"):
        syn.g  # noqa: B018
    syn.g = 0.5
    for call in (lambda: net.run(1.0, backend="numpy"), net.checkpoint):
        with pytest.raises(bp.errors.ArgumentError, match="'g' is kept once a target cell; it cannot be set"):
            call()


GATE = "tau = 5; weight = 0.02\nds/dt = -s/tau\nwhen pre.spike: s += 1\npost.I += weight*s"


def gated(text: str = GATE, **options: object) -> bp.Network:
    cell = bp.model("I = 0\ndV/dt = -V/10 + I\nwhen V > 1: V = 0", name="Cell")
    P, E = bp.PoissonGroup(20, rate=0.1, name="P"), bp.NeuGroup(cell, 10, name="E", method="exponential_euler")
    some = bp.connect.fixed_probability(0.5, seed=1)
    return bp.Network(P, E, bp.Synapses(pre=P, post=E, model=synapse(text), connect=some, name="gate", **options))


def test_a_gate_that_could_be_a_sum_is_kept_where_it_is_asked_for() -> None:
    found = []
    for kept, home in ((None, "lumped"), ("pre", "pre"), ("connection", "connection")):
        net = gated(kept={} if kept is None else {"s": kept})
        assert net["gate"].homes.of == {"s": home}
        found.append(net.run(30.0, dt=0.1, backend="numpy", seed=1, record={"E": ["V"]})["E"].V)
        assert found[-1] == pytest.approx(found[0], abs=1e-13) and found[0].std() > 0.1


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (GATE, {"delay": bp.dist.uniform(0.5, 2, seed=1)}, "reach its connections after different delays"),
        (GATE, {"tau": bp.dist.uniform(4, 6, seed=1)}, "it reads 'tau', which differs between connections of a cell"),
        (GATE.replace("s += 1", "s += post.V"), {}, "it reads 'post.V', which differs between connections of a cell"),
        (f"{GATE}\nwhen post.spike: s = 0", {}, "the block of post_spike sets it"),
    ],
)
def test_what_differs_between_connections_of_a_cell_is_not_kept_once_a_cell(
    text: str, options: dict[str, object], reason: str
) -> None:
    with pytest.raises(bp.errors.ArgumentError, match=f"gate: 's' cannot be kept 'pre': .*{reason}"):
        gated(text, kept={"s": "pre"}, **options)
