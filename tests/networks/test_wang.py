"""Wang's network of a decision: all to all, in blocks, with a saturating NMDA gate once a presynaptic cell.

X.-J. Wang (2002). Probabilistic decision making by slow reverberation in cortical circuits. Neuron 36, 955-968.
doi:10.1016/S0896-6273(02)01092-9
"""

from __future__ import annotations

import pytest

import brainpy_lab as bp

#: mV, ms, nS, pF, pA.
CELL = """
C = 500; g_L = 25; t_ref = 2; g_ext = 2.1; I = 0
dV/dt = (-g_L*(V + 70) - g_ext*s*V + I)/C
ds/dt = -s/2
V(0) = -55
when V >= -50:
    V = -55
    hold(V, t_ref)
"""
OUTSIDE = "when pre.spike:\n    post.s += 1"
AMPA = "g = 0.05; weight = 1\nds/dt = -s/2\npost.I += -g*s*post.V\nwhen pre.spike:\n    s += weight"
GABA = "g = 1.3\nds/dt = -s/5\npost.I += -g*s*(post.V + 70)\nwhen pre.spike:\n    s += 1"
NMDA = """
g = 0.165; weight = 1
ds/dt = -s/100 + 0.5*x*(1 - s)
dx/dt = -x/2
post.I += -g*weight*s*post.V/(1 + exp(-0.062*post.V)/3.57)
when pre.spike:
    x += 1
"""
#: Cells of the two populations that prefer a direction each, and of the others.
SIZES = {"A": 240, "B": 240, "N": 1120}
#: Conductances to excitatory and inhibitory cells.
CONDUCTANCES = {"ampa": (0.05, 0.04), "nmda": (0.165, 0.13), "gaba": (1.3, 1.0)}


def weight(pre: str, post: str, potentiated: float = 1.7, fraction: float = 0.15) -> float:
    """Within a population connections are stronger; to one of another preference they are weaker."""
    if post in "NI":
        return 1.0
    return potentiated if pre == post else 1 - fraction * (potentiated - 1) / (1 - fraction)


def network(rule: object, seed: int = 1) -> bp.Network:
    """The network, its cells connected by a rule."""
    cell = bp.model(CELL, name="Cell")
    models = {n: bp.model(t, name=n, synapse=True) for n, t in (("ampa", AMPA), ("nmda", NMDA), ("gaba", GABA))}
    outside = bp.model(OUTSIDE, name="Outside", synapse=True)
    start = bp.dist.uniform(-60, -52, seed=seed)
    groups = {
        n: bp.NeuGroup(cell, k, name=n, method="exponential_euler", initial={"V": start}) for n, k in SIZES.items()
    }
    groups["I"] = bp.NeuGroup(
        cell, 400, name="I", method="exponential_euler", C=200, g_L=20, t_ref=1, g_ext=1.62,
        initial={"V": start},
    )  # fmt: skip
    parts = []
    for post, group in groups.items():
        drive = bp.PoissonGroup(group.size, rate=2.4, name=f"P{post}")
        connect = bp.connect.one_to_one()
        parts += [drive, bp.Synapses(pre=drive, post=group, model=outside, connect=connect, name=f"outside_{post}")]
        for pre in groups:
            for kind in ("gaba",) if pre == "I" else ("ampa", "nmda"):
                given = {} if kind == "gaba" else {"weight": weight(pre, post)}
                g = CONDUCTANCES[kind][post == "I"]
                parts.append(
                    bp.Synapses(
                        pre=groups[pre], post=group, model=models[kind], connect=rule, delay=0.5, g=g,
                        name=f"{kind}_{pre}{post}", **given,
                    )
                )  # fmt: skip
    for name in "AB":
        evidence = bp.PoissonGroup(SIZES[name], rate=0.0, name=f"to_{name}")
        connect = bp.connect.one_to_one()
        parts += [
            evidence,
            bp.Synapses(pre=evidence, post=groups[name], model=outside, connect=connect, name=f"in_{name}"),
        ]
    return bp.Network(*groups.values(), *parts)


def rates(sol: object) -> dict[str, float]:
    """Spikes per second of each population."""
    return {name: 1000 * sol[name].events["spike"].rate() for name in ("A", "B", "N", "I")}


@pytest.mark.slow
def test_spontaneous_rates_and_a_decision() -> None:
    net = network(bp.connect.all_to_all())
    assert all(s.totals.are_taken for s in net.synapses if not s.name.startswith(("outside", "in_")))
    net.run(300.0, dt=0.1, seed=3)
    rest = rates(net.run(700.0))
    assert rest["N"] == pytest.approx(3, abs=1.5) and rest["I"] == pytest.approx(9, abs=3)
    assert rest["A"] == pytest.approx(rest["B"], abs=2)
    net["to_A"].rate, net["to_B"].rate = 0.040 * 1.512, 0.040 * 0.488  # motion of 51.2 % coherence
    net.run(900.0)
    choice = rates(net.run(400.0))
    assert choice["A"] > 20 and choice["B"] < 5
    net["to_A"].rate = net["to_B"].rate = 0.0
    net.run(300.0)
    memory = rates(net.run(500.0))  # it holds without evidence
    assert memory["A"] > 12 and memory["B"] < 5
