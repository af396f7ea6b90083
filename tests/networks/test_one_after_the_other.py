"""Spikes of one step that meet what the one before them has set: the same on every driver, in the documented order."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

DRIVERS = ("numpy", "numba", "jax", "torch")
STILL = "V(0) = 1\ndV/dt = 0*V"


def _still(n: int) -> bp.NeuGroup:
    return bp.NeuGroup(bp.model(STILL, name="Still"), n, name="E", method="euler")


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_block_that_sets_a_value_of_the_target_takes_connections_by_their_numbers(backend: str) -> None:
    S = bp.SpikeSource([1.0, 1.0, 1.0, 2.0], [0, 2, 3, 3], 4, name="S")
    E = _still(2)
    pre, post = np.array([0, 1, 2, 3, 3]), np.array([0, 0, 0, 0, 1])
    weight = np.array([1.0, 50.0, 2.0, 4.0, 7.0])
    halved = synapse("when pre.spike:\n    post.V = 0.5*post.V + weight")
    syn = bp.Synapses(pre=S, post=E, model=halved, connect=bp.connect.pairs(pre, post), weight=weight, name="syn")
    sol = bp.Network(S, E, syn).run(3.0, dt=0.1, backend=backend)
    first = ((0.5 * 1 + 1) * 0.5 + 2) * 0.5 + 4  # cells 0, 2 and 3 reach cell 0 at 1.0
    assert sol.final["E"]["V"] == pytest.approx([0.5 * first + 4, (0.5 * 1 + 7) * 0.5 + 7], rel=1e-14)


@pytest.mark.parametrize("backend", DRIVERS)
def test_several_spikes_of_one_cell_in_one_step_each_meet_what_the_last_has_left(backend: str) -> None:
    """Depression (Tsodyks & Markram 1997) without recovery: what is left is halved by each spike."""
    S = bp.SpikeSource([1.0, 1.02, 1.04, 1.05], [0, 0, 1, 0], 2, name="S")
    E = _still(1)
    text = "U = 0.5\nx(0) = 1\nwhen pre.spike:\n    post.V += weight*U*x\n    x -= U*x"
    model = synapse(text)
    for kept in ({}, {"x": "connection"}):
        syn = bp.Synapses(
            pre=S, post=E, model=model, connect=bp.connect.all_to_all(), name="syn", kept=kept, weight=8.0
        )
        sol = bp.Network(S, E, syn).run(2.0, dt=0.1, backend=backend)
        assert sol.final["E"]["V"] == pytest.approx([1 + 8 * (0.5 + 0.25 + 0.125) + 8 * 0.5], rel=1e-14)
        assert sol.final["syn"]["x"] == pytest.approx([0.125, 0.5], rel=1e-14)


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_connection_that_is_due_twice_acts_twice_before_the_next_has_its_turn(backend: str) -> None:
    S = bp.SpikeSource([1.0, 1.0, 1.0], [0, 0, 1], 2, name="S")
    E = _still(1)
    text = "x(0) = 1\nwhen pre.spike:\n    x += 1\n    post.V = 0.5*post.V + x"
    syn = bp.Synapses(pre=S, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn")
    sol = bp.Network(S, E, syn).run(2.0, dt=0.1, backend=backend)
    assert sol.final["E"]["V"] == pytest.approx([((0.5 + 2) * 0.5 + 3) * 0.5 + 2], rel=1e-14)
    assert list(sol.final["syn"]["x"]) == [3.0, 2.0]
