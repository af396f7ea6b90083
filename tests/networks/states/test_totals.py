"""All to all: sums over all presynaptic cells are those over the connections, and no connection is made for them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import AMPA, KICK, STDP, lif, synapse

CELL = """
I = 0; J = 0; tau = 20; w = 1
dV/dt = (I - V + J)/tau
dg/dt = -g/5
when V >= 10:
    V = 0
    hold(V, 2)
"""
#: Saturates: kept once a presynaptic cell (Wang 2002).
GATE = """
tau = 100; weight = 0.05; E = 20
ds/dt = -s/tau + 0.5*x*(1 - s)
dx/dt = -x/2
post.J += weight*s*(E - post.V)/(1 + exp(-0.1*post.V))
when pre.spike:
    x += 1
"""
JUMP = "weight = 0.01\nwhen pre.spike:\n    post.V += weight*pre.w*(1 + post.g)"
DECAY = "weight = 0.2; tau = 5\ndh/dt = -h/tau\npost.J += h\nwhen pre.spike:\n    h += weight"
GAP = "weight = 0.001\npost.J += weight*(pre.V - post.V)"
DEPRESSES = """
U = 0.3; weight = 0.05
x(0) = 1; u(0) = 0
dx/dt = (1 - x)/100
du/dt = -u/50
when pre.spike:
    u += U*(1 - u)
    post.g += weight*u*x
    x -= u*x
"""
DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None and d.name != "numpy"]


def rule(*, totals: bool, autapses: bool = False) -> object:
    """All to all, or the same connections by a rule that does not say so."""
    if totals:
        return bp.connect.all_to_all(autapses=autapses)
    return bp.connect.fixed_probability(1.0, autapses=autapses)


def network(
    models: tuple[str, ...],
    *,
    totals: bool,
    parts: bool = False,
    delay: float = 0.3,
    autapses: bool = False,
    alone: bool = False,
) -> bp.Network:
    """Two groups, or one alone, connected within one and to the other, as a whole or in overlapping parts."""
    cell, start = bp.model(CELL, name="Cell"), {"V": bp.dist.uniform(0, 10, seed=3)}
    drive = bp.dist.uniform(9, 16, seed=1)
    E = bp.NeuGroup(cell, 12, name="E", method="euler", I=drive, w=bp.dist.uniform(0.5, 1.5, seed=2), initial=start)
    F = bp.NeuGroup(cell, 10, name="F", method="euler", I=drive, initial=start)
    synapses = []
    for number, text in enumerate(models):
        for post in (E,) if alone else (E, F):
            late = {"delay": delay} if "when" in text else {}
            sides = (E[[7, 3, 4, 5, 6]], post[[5, 2, 9, 1, 7]]) if parts else (E, post)
            synapses.append(
                bp.Synapses(
                    pre=sides[0], post=sides[1], model=synapse(text), name=f"s{number}{post.name}",
                    connect=rule(totals=totals, autapses=autapses), **late,
                )
            )  # fmt: skip
    return bp.Network(*((E,) if alone else (E, F)), *synapses)


def assert_agree(net: bp.Network, other: bp.Network, backend: str = "numpy", duration: float = 24.0) -> None:
    """Both forms give the same spikes, and the same values but for rounding."""
    assert all(s.totals.are_taken for s in net.synapses) and not any(s.totals.are_taken for s in other.synapses)
    found, known = net.run(duration, dt=0.1, backend=backend), other.run(duration, dt=0.1, backend="numpy")
    assert len(known["E"].events["spike"].t) > 5
    for name in (g.name for g in net.groups):
        assert np.array_equal(found[name].events["spike"].t, known[name].events["spike"].t)
        for state in ("V", "g"):
            assert found.final[name][state] == pytest.approx(known.final[name][state], rel=1e-12, abs=1e-12)


#: Half of all combinations hold every pair of values; the others are for the long set.
COMBINED = [
    pytest.param(parts, delay, autapses, marks=() if parts ^ (delay > 0) ^ autapses else pytest.mark.slow)
    for parts, delay, autapses in product((False, True), (0.0, 0.3), (False, True))
]


@pytest.mark.parametrize(("parts", "delay", "autapses"), COMBINED)
def test_both_forms_agree(parts: bool, delay: float, autapses: bool) -> None:
    models = (GATE, JUMP, DECAY, GAP, DEPRESSES)
    nets = [network(models, totals=t, parts=parts, delay=delay, autapses=autapses) for t in (True, False)]
    assert_agree(*nets)


@pytest.mark.parametrize("backend", DRIVERS)
def test_both_forms_agree_on_every_driver(backend: str) -> None:
    nets = [network((GATE, JUMP), totals=t, parts=True, alone=True) for t in (True, False)]
    assert_agree(*nets, backend)


def test_several_spikes_of_one_cell_in_a_step_all_count() -> None:
    def net(totals: bool) -> bp.Network:
        P = bp.PoissonGroup(4, rate=0.5, sources=20, name="P")
        E = bp.NeuGroup(bp.model(CELL, name="Cell"), 3, name="E", method="euler")
        return bp.Network(
            P, E, bp.Synapses(pre=P, post=E, model=synapse(DEPRESSES), name="s", connect=rule(totals=totals))
        )

    g = [net(t).run(5.0, dt=0.1, seed=1, backend="numpy").final["E"]["g"] for t in (True, False)]
    assert g[0] == pytest.approx(g[1], rel=1e-12) and g[0][0] > 0.05


def test_connections_are_not_made_where_nothing_asks_for_them() -> None:
    n = 10_000
    E = bp.NeuGroup(bp.model(CELL, name="Cell"), n, name="E", method="euler", initial={"V": np.arange(n) / n})
    gap = bp.Synapses(pre=E, post=E, model=synapse(GAP), connect=bp.connect.all_to_all(), name="gap")
    kick = bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=bp.connect.all_to_all(), name="kick", weight=0.1)
    net = bp.Network(E, gap, kick)
    assert len(gap) == len(kick) == 99_990_000
    V = np.arange(n) / n
    V += 0.1 / 20 * (-V + 0.001 * (V.sum() - n * V))
    assert net.run(0.1, dt=0.1, backend="numpy").final["E"]["V"] == pytest.approx(V, rel=1e-12)
    assert gap.table.nbytes == kick.table.nbytes == 0
    assert gap.table.in_degree()[3] == gap.table.out_degree()[3] == n - 1


def test_code_and_explanation_say_so() -> None:
    net = network((GATE,), totals=True)
    said = "sums over all cells of E, made once for all targets"
    assert f"    {said}, a cell's own term taken off\n" in net.explain()
    text = str(net.code("numpy"))
    assert f"    {said}\n" in text
    assert "1. sums over all cells that s0E connects: total_s_s0E_J gives total_s\n" in text
    assert "2. from the sums over all cells to each target of s0E: sum_s0E_J, held over the step (order 1)\n" in text
    assert "(total_s - s) * (weight * (E - post_V)" in text


# --- values that are set afterwards ----------------------------------------------------------------------------------


def test_weights_that_differ_are_summed_over_connections_and_it_is_said() -> None:
    net, other = (network((GATE,), totals=t) for t in (True, False))
    for one in (net, other):
        one.run(5.0, dt=0.1, backend="numpy")
    weights = np.linspace(0.01, 0.1, len(net["s0E"]))
    with pytest.warns(RunWarning) as said:
        net["s0E"].weight = weights
    assert (
        str(said[0].message) == "s0E: its sums are over connections from here on: 'weight' differs between connections."
    )
    assert "    sums over connections: 'weight' differs between connections\n" in net.explain()
    other["s0E"].weight = weights
    ends = [one.run(10.0, backend="numpy").final["E"]["V"] for one in (net, other)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)
    for one in (net, other):
        one["s0E"].weight = 0.02
    assert net["s0E"].totals.are_taken
    ends = [one.run(10.0, backend="numpy").final["E"]["V"] for one in (net, other)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


@pytest.mark.parametrize("parts", [False, True], ids=["whole", "parts"])
def test_a_checkpoint_goes_on_in_either_form(parts: bool) -> None:
    net, other = (network((GATE, JUMP), totals=t, parts=parts) for t in (True, False))
    net.run(5.0, dt=0.1, backend="numpy")
    kept = net.checkpoint()
    ends = [one.run(10.0, start=kept, backend="numpy").final["E"]["V"] for one in (net, other)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


# --- what stays per connection ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        (KICK, {"weight": bp.dist.uniform(0, 1, seed=1)}, "'weight' differs between connections"),
        (KICK, {"delay": bp.dist.uniform(1, 2, seed=1)}, "the delay differs between connections"),
        (STDP, {}, "'weight' is kept once a connection"),
        (AMPA, {"kept": {"g": "connection"}}, "'g' is kept once a connection"),
        ("post.I += sin(pre.V - post.V)", {}, "what it adds to post.I is no sum of products of the two cells' values"),
        (
            "when pre.spike:\n    post.V += exp(pre.I*post.I)",
            {},
            "what a spike adds to 'post_V' is no sum of products of the two cells' values",
        ),
        ("when pre.spike:\n    post.V = 2", {}, "the block of pre_spike does more than add to 'post_V'"),
        (
            "when pre.spike:\n    post.V += 0.1*pre.V",
            {},
            "the block of pre_spike reads what other spikes of the same step may change",
        ),
        ("when post.spike:\n    post.V += 0.1", {}, "its blocks wait for more than presynaptic spikes"),
        ("when pre.spike:\n    pre.V += 0.1", {}, "the block of pre_spike does more than add to 'pre_V'"),
        ("in_degree = 2\nwhen pre.spike:\n    post.V += in_degree", {}, "the name 'in_degree' is taken"),
    ],
)
def test_what_is_no_such_sum_is_summed_over_connections(text: str, options: dict[str, object], why: str) -> None:
    E = bp.NeuGroup(lif(), 5, name="E", method="euler")
    syn = bp.Synapses(pre=E, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="s", **options)
    assert not syn.totals.are_taken and syn.totals.why == why
    assert len(syn.table.targets) == 20 and syn.table.nbytes > 0


def test_other_rules_have_no_such_sums_and_nothing_to_say() -> None:
    E = bp.NeuGroup(lif(), 5, name="E", method="euler")
    syn = bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=bp.connect.fixed_probability(0.5), name="s")
    assert not syn.totals.are_taken and syn.totals.why == ""
