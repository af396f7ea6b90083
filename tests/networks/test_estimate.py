"""What a run will take, told before it: memory, and a rough time from cells, connections and rates."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs.memory import bytes_of_group, bytes_of_synapses
from tests.networks.cells import AMPA, STDP, lif, synapse


def _network(size: int = 100, text: str = AMPA, **options: object) -> bp.Network:
    E = bp.NeuGroup(lif(), size, name="E", method="exponential_euler")
    P = bp.PoissonGroup(20, rate=0.5, name="P")
    rule = bp.connect.fixed_in_degree(10, seed=1)
    exc = bp.Synapses(pre=E, post=E, model=synapse(text), connect=rule, name="exc", **options)
    drive = bp.Synapses(pre=P, post=E, model=synapse(AMPA), connect=rule, name="drive")
    return bp.Network(E, P, exc, drive)


def test_an_estimate_counts_steps_arrivals_and_bytes() -> None:
    net = _network()
    found = net.estimate(200.0, dt=0.1, rate=0.02)
    assert found.steps == 2000
    assert found.arrivals == pytest.approx(1000 * 0.02 * 200 + 1000 * 0.5 * 200)
    assert found.memory == sum(map(bytes_of_group, net.groups)) + sum(map(bytes_of_synapses, net.synapses))
    # cells with V and the two conductances that are lumped with it
    assert found.time == pytest.approx(1e-9 * (2000 * 100 * (1 + 2 * 3) + 4 * found.arrivals))
    assert str(found) == (
        "About 28.8 KiB of memory besides records, and about 0.0018 s on numba with one thread: 2,000 steps, and "
        "1.04e+05 connections that spikes reach if cells spike at 0.02 per unit of time. A factor of two or three "
        "either way; numpy and torch take some ten times as long."
    )


def test_what_connections_do_in_every_step_and_postsynaptic_spikes_count() -> None:
    lumped, own = (_network(kept=kept).estimate(100.0, dt=0.1) for kept in ({}, {"g": "connection"}))
    # g is advanced and summed at each of 1,000 connections, and is no state of the cells
    assert own.time - lumped.time == pytest.approx(1e-9 * 1000 * (1000 * 2 * 4 - 100 * 2))
    plastic = _network(text=STDP).estimate(100.0, dt=0.1)
    assert plastic.arrivals - lumped.arrivals == pytest.approx(1000 * 0.01 * 100)


def test_a_wrong_duration_is_refused() -> None:
    with pytest.raises(bp.errors.ArgumentError, match="duration"):
        _network().estimate(-1.0)
