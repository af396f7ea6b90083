"""Linear groups take the exact step of all that stands in their equations, those of synapses among them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

import brainpy_lab as bp
from tests.networks.cells import AMPA, lif, synapse

DT, STEPS, SIZE = 0.5, 200, 40
RELEASE = 4.0
CELL = """
tau = 20; t_ref = 4; I = 0
dV/dt = (-46 - V + I)/tau
when V >= -50:
    V = -60
    hold(V, t_ref)
"""
CURRENT = "tau = 5; weight = 1\ndg/dt = -g/tau\npost.I += g\nwhen pre.spike:\n    g += weight"


def network() -> bp.Network:
    """Currents of excitatory and inhibitory synapses (Vogels & Abbott 2005, doi:10.1523/JNEUROSCI.3508-05.2005)."""
    E = bp.NeuGroup(bp.model(CELL, name="CUBA"), SIZE, name="E", initial={"V": np.linspace(-60, -50.1, SIZE)})
    model, rule = synapse(CURRENT, "Current"), bp.connect.fixed_in_degree(4, seed=1)
    exc = bp.Synapses(pre=E[:30], post=E, model=model, connect=rule, weight=6, name="exc")
    return bp.Network(E, exc, bp.Synapses(pre=E[30:], post=E, model=model, connect=rule, weight=-9, tau=10, name="inh"))


def by_hand(net: bp.Network) -> list[tuple[int, int]]:
    """Step and cell of each spike, from the exponential of the whole matrix."""
    A = np.array([[-1 / 20, 1 / 20, 1 / 20, -46 / 20], [0, -1 / 5, 0, 0], [0, 0, -1 / 10, 0], [0, 0, 0, 0]])
    whole = expm(A * DT)
    x = np.array([np.linspace(-60, -50.1, SIZE), *np.zeros((2, SIZE)), np.ones(SIZE)])
    release, spikes = np.full(SIZE, -1), []
    for step in range(STEPS):
        new = whole @ x
        new[0] = np.where(step < release, x[0], new[0])
        fired = np.flatnonzero(new[0] >= -50)
        new[0, fired], release[fired] = -60, step + 1 + round(RELEASE / DT)
        for row, name, first, weight in ((1, "exc", 0, 6), (2, "inh", 30, -9)):
            is_there = np.isin(net[name].pre_index + first, fired)
            np.add.at(new[row], net[name].post_index[is_there], weight)
        spikes += [(step + 1, int(cell)) for cell in fired]
        x = new
    return spikes


@pytest.mark.parametrize("backend", [d.name for d in bp.drivers.registry().values() if d.available() is None])
def test_spikes_are_those_of_the_exponential_of_the_whole_matrix(backend: str) -> None:
    net = network()
    spikes = net.run(STEPS * DT, dt=DT, backend=backend)["E"].events["spike"]
    found = list(zip(np.rint(spikes.t / DT).astype(int).tolist(), spikes.index.tolist(), strict=True))
    expected = by_hand(net)
    assert len(expected) > 40
    assert found == expected


def test_a_network_chooses_it_for_linear_groups_that_name_no_method() -> None:
    assert "E: CUBA, exact\n" in str(network().code("numpy"))
    assert "NeuGroup E: 40 cells of CUBA; exact" in network().explain()
    E = bp.NeuGroup(lif(), 3, name="E")
    rule = bp.connect.one_to_one(autapses=True)
    conductance = bp.Synapses(pre=E, post=E, model=synapse(AMPA), connect=rule, name="exc")
    assert "E: LIF, exact\n" in str(bp.Network(E).code("numpy"))
    assert "E: LIF, rk4\n" in str(bp.Network(E, conductance).code("numpy"))
    named = bp.NeuGroup(lif(method="euler"), 3, name="E")
    assert "E: LIF, euler\n" in str(bp.Network(named).code("numpy"))
    with pytest.raises(bp.errors.MethodError, match=r"'LIF' is none: it has -exc_g \* \(V - exc_E\)\."):
        F = bp.NeuGroup(lif(), 3, name="F", method="exact")
        bp.Network(F, bp.Synapses(pre=F, post=F, model=synapse(AMPA), connect=rule, name="exc")).code("numpy")
