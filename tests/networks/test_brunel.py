"""Brunel's network at full size: its regimes have the rates that are known.

N. Brunel (2000). Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons. Journal of
Computational Neuroscience 8, 183-208. doi:10.1023/A:1008925309027
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import brainpy_lab as bp

LIF = """
tau = 20; V_th = 20; V_reset = 10; t_ref = 2
dV/dt = -V/tau
V(0) = 0
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""
DELTA = "weight = 0.1\nwhen pre.spike:\n    post.V += weight"
SIZES = {"E": 10000, "I": 2500}
IN_DEGREES = {"E": 1000, "I": 250}
J = 0.1


def _network(g: float, eta: float) -> bp.Network:
    lif, delta = bp.model(LIF, name="LIF"), bp.model(DELTA, name="Delta", synapse=True)
    threshold = 20 / (J * IN_DEGREES["E"] * 20)  # the rate that alone leads to the threshold, in spikes per ms
    groups, parts = {}, []
    for k, (name, size) in enumerate(SIZES.items()):
        groups[name] = bp.NeuGroup(lif, size, name=name, initial={"V": bp.dist.uniform(0, 20, seed=5 + k)})
        outside = bp.PoissonGroup(size, rate=eta * threshold, sources=IN_DEGREES["E"], name=f"P{name}")
        drive = bp.Synapses(
            pre=outside, post=groups[name], model=delta, connect=bp.connect.one_to_one(), weight=J, name=f"x{name}"
        )
        parts += [outside, drive]
    for k, (pre, post) in enumerate((a, b) for a in groups for b in groups):
        rule = bp.connect.fixed_in_degree(IN_DEGREES[pre], seed=k, multapses=True)
        weight = J if pre == "E" else -g * J
        parts.append(
            bp.Synapses(
                pre=groups[pre], post=groups[post], model=delta, connect=rule, delay=1.5, weight=weight, name=pre + post
            )
        )
    return bp.Network(*groups.values(), *parts)


@pytest.mark.slow
@pytest.mark.parametrize(("regime", "start"), [("AI", 200), ("SI_fast", 200), ("SI_slow", 300)])
def test_rates_of_the_regimes(regime: str, start: float, reference: Callable[[str], dict[str, Any]]) -> None:
    known = reference(f"Brunel_{regime}_sim")
    net = _network(**known["parameters"])
    net.run(start, dt=0.1, seed=11)
    sol = net.run(600.0)
    rates = {name: 1000 * sol[name].events["spike"].rate() for name in SIZES}
    assert rates["E"] == pytest.approx(known["value"], abs=known["tolerance"])
    assert rates["I"] == pytest.approx(rates["E"], rel=0.02)
