"""How the cells, connections and operations of a network are shared out among threads."""

from __future__ import annotations

import numpy as np

import brainpy_lab as bp
from brainpy_lab.drivers.network import Table
from brainpy_lab.drivers.numba.network.phases import phases_of
from brainpy_lab.drivers.numba.network.threads import bounds, cuts
from tests.networks.cells import AMPA, KICK, lif, synapse


def test_each_thread_owns_whole_blocks() -> None:
    assert bounds(200, 1) == [(0, 200)]
    assert bounds(200, 2) == [(0, 128), (128, 200)]
    assert bounds(130, 3) == [(0, 64), (64, 128), (128, 130)]
    assert [high - low for low, high in bounds(10, 3)] == [0, 0, 10]
    assert bounds(0, 2) == [(0, 0), (0, 0)]


def test_rows_are_cut_where_the_targets_of_another_thread_begin() -> None:
    start = np.array([0, 4, 4, 7])
    cells = np.array([1, 63, 64, 130, 64, 64, 65])
    (low, middle), (same, high) = cuts(start, cells, 131, 2)
    assert low.tolist() == [0, 4, 4] and high.tolist() == [4, 4, 7]
    assert middle.tolist() == same.tolist() == [2, 4, 4]
    assert Table(0, 1, start).rises(cells)
    assert not Table(0, 1, np.array([0, 7])).rises(cells)


def _phases(text: str, **options: object) -> list[tuple[int, int]]:
    """How many operations one thread does, and how many all do, in each phase of a recurrent network."""
    E = bp.NeuGroup(lif(), 70, name="E", method="exponential_euler")
    syn = bp.Synapses(pre=E, post=E, model=synapse(text), connect=bp.connect.fixed_in_degree(2), name="syn", **options)
    return [(len(p.alone), len(p.shared)) for p in phases_of(bp.Network(E, syn).code(backend="numba"))]


def test_what_changes_the_other_side_is_done_by_one() -> None:
    assert _phases(AMPA, weight=0.1) == [(0, 2), (0, 1)]
    assert _phases(KICK, weight=0.1, delay=1.0) == [(0, 3), (0, 0)]
    assert _phases("when pre.spike:\n    post.V += 0.1\n    pre.V -= 0.1") == [(0, 2), (1, 0)]


def test_what_reads_other_cells_waits_for_them_and_they_for_it() -> None:
    assert _phases("g = 0.1\npost.I += g*(pre.V - post.V)") == [(0, 1), (0, 2), (0, 0)]
    assert _phases("when pre.spike:\n    post.V += 0.1*pre.V") == [(0, 2), (1, 0)]


def test_connections_that_advance_by_themselves_are_not_owned_with_their_targets() -> None:
    alone = "tau = 5\ns(0) = 1\nds/dt = -s/tau\npost.I += s\nwhen pre.spike:\n    s += 0.1*(1 - s)"
    kept = {"s": "connection"}
    # sums and cells; connections; arrivals and tests
    assert _phases(alone, delay=1.0, kept=kept) == [(0, 2), (0, 1), (0, 2), (0, 0)]
