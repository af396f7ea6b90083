"""Weights that differ between connections, taken from sums to spikes: lumped, with the numbers of all connections."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import lif, synapse

CURRENT = "tau = 5; weight = 1\ndg/dt = -g/tau\npost.I += weight*g\nwhen pre.spike:\n    g += 1"
#: Conductances that rise and decay, through a definition; two couplings take the same weight.
DUAL = """
tau_d = 6; tau_r = 2; E = 0; weight = 1
dg/dt = -g/tau_d + h
dh/dt = -h/tau_r
current = weight*g*(post.V - E)
post.I += -current
post.J += 0.1*g*weight
when pre.spike:
    h += 0.5
"""
CELL = "tau = 20; I = 0; J = 0\ndV/dt = (-60 - V + I + J) / tau\nV(0) = -60"


def network(text: str, **options: object) -> bp.Network:
    """Poisson spikes to cells, with weights that differ."""
    P = bp.PoissonGroup(20, rate=0.1, name="P")
    E = bp.NeuGroup(bp.model(CELL, name="Cell"), 15, name="E", method="exponential_euler")
    given = {"weight": bp.dist.uniform(0.5, 1.5, seed=4), "delay": 0.3} | options
    rule = bp.connect.fixed_probability(0.4, seed=3)
    return bp.Network(P, E, bp.Synapses(pre=P, post=E, model=synapse(text), connect=rule, name="s", **given))


def kept(text: str) -> dict[str, str]:
    return {n: "connection" for n in ("g", "h") if f"d{n}/dt" in text}


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_weighted_sums_are_those_over_connections(backend: str) -> None:
    runs = [network(CURRENT, **o).run(20.0, dt=0.1, backend=backend, record={"E": ["V"]}, seed=2)
            for o in ({}, {"kept": {"g": "connection"}}, {"kept": {"g": "pre"}})]  # fmt: skip
    V = [sol["E"].V for sol in runs]
    assert np.ptp(V[0][-1]) > 0.1
    assert np.abs(V[0] - V[1]).max() < 1e-12 and np.abs(V[0] - V[2]).max() < 1e-12
    net = network(CURRENT)
    total = np.bincount(net["s"].post_index, net["s"].weight * runs[1].final["s"]["g"], minlength=15)
    assert np.allclose(runs[0].final["s"]["g"], total, rtol=1e-12)


def test_equations_of_several_states_and_couplings_are_lumped_too() -> None:
    """Both are of order 1 under exponential Euler, against rk4 of small steps: lumped states see each other frozen over
    a step (0.44, 0.22, 0.11 off at dt 0.1, 0.05, 0.025), those of connections are exact (0.034, 0.017, 0.009).
    """
    ends = [[network(DUAL, **o).run(20.0, dt=dt, backend="numpy", seed=2).final["E"]["V"]
             for o in ({}, {"kept": kept(DUAL)})] for dt in (0.05,)]  # fmt: skip
    assert np.abs(ends[0][0] - ends[0][1]).max() < 0.02 * np.ptp(ends[0][0])
    said = network(DUAL).explain()
    assert "g: one value a cell of E, in its equations: s_g, times weight" in said
    text = str(network(DUAL).code("numpy"))
    assert "s_h" in text and "sum_s" not in text and "h_added_new = weight * 0.5" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CURRENT.replace("-g/tau", "(1 - g)/tau"), "its equation is not linear in it"),
        (CURRENT.replace("g += 1", "g = 1"), ""),
        (CURRENT.replace("weight*g", "weight*g + g"), ""),
        (CURRENT.replace("weight = 1", "weight(0) = 1") + "\n    weight += 0.1", ""),
    ],
)
def test_what_is_no_weighted_sum_stays_as_it_is(text: str, why: str) -> None:
    s = network(text)["s"]
    assert s.weighted.by == {} and s.homes.of["g"] != "lumped"
    assert why in s.homes.why.get("g", "")


def test_weights_in_sums_cannot_be_set_where_a_run_goes_on() -> None:
    net = network(CURRENT)
    net.run(1.0, dt=0.1, backend="numpy")
    net["s"].weight = 2.0
    with pytest.raises(bp.errors.ArgumentError) as error:
        net.run(1.0, backend="numpy")
    assert (
        error.value.message == "s: 'weight' stands in the sums of its last run; it cannot be set where a run goes on."
    )
    assert net.run(1.0, dt=0.1, start=0, backend="numpy").t[-1] == 1.0
    net["s"].weight = bp.dist.uniform(0, 1, seed=1)
    with pytest.raises(bp.errors.ArgumentError, match="s: 'weight' stands in g; it cannot be set where a run goes on"):
        net.run(1.0, backend="numpy")


@pytest.mark.parametrize("weight", [2.0, bp.dist.uniform(0.5, 1.5, seed=8)], ids=["one", "others"])
def test_nor_by_way_of_a_checkpoint(weight: object) -> None:
    """Sums hold the weights of the spikes before: a network with other weights cannot go on with them."""
    net, same = network(CURRENT), network(CURRENT)
    net.run(1.0, dt=0.1, backend="numpy", seed=1)
    point = net.checkpoint()
    net["s"].weight = weight
    for checkpoint in (point, net.checkpoint()):  # as the run has left it, whatever has been set since
        with pytest.raises(bp.errors.ArgumentError, match="weight"):
            net.run(1.0, start=checkpoint, backend="numpy")
        assert same.run(1.0, start=checkpoint, backend="numpy").t[-1] == 2.0


def test_the_cells_of_a_run_fire_alike() -> None:
    """A lumped and a per-connection network of spiking cells."""

    def spikes(**options: object) -> np.ndarray:
        E = bp.NeuGroup(lif(), 30, name="E", method="exponential_euler", I=11.0,
                        initial={"V": bp.dist.uniform(-60, -50, seed=1)})  # fmt: skip
        s = bp.Synapses(pre=E, post=E, model=synapse(CURRENT), connect=bp.connect.fixed_probability(0.3, seed=1),
                        weight=bp.dist.normal(0.2, 0.1, seed=5), name="s", **options)  # fmt: skip
        return bp.Network(E, s).run(60.0, dt=0.1, backend="numpy")["E"].events["spike"].t

    assert len(spikes()) > 20 and np.array_equal(spikes(), spikes(kept={"g": "connection"}))
