"""What networks take of memory: told by explain(), and refused with the name of the synapses before it is taken."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs.memory import bytes_of_synapses
from tests.networks.cells import KICK, STDP, lif, synapse


def connected(size: int, text: str = KICK, **options: object) -> bp.Synapses:
    E = bp.NeuGroup(lif(), size, name="E", method="exponential_euler")
    rule = options.pop("connect", bp.connect.fixed_probability(1.0))
    return bp.Synapses(pre=E, post=E, model=synapse(text), name="exc", connect=rule, **options)


def test_explain_says_how_much_memory_a_run_takes() -> None:
    syn = connected(6)
    # 6 cells with V, its next value, a release time and their spikes; a table of 7 offsets and 30 targets; two indices
    # a connection
    taken = 8 * 4 * 6 + 4 * (7 + 30) + 2 * 4 * 30
    net = bp.Network(syn.pre_group, syn)
    assert net.explain().splitlines()[-1] == f"A run takes about {taken} bytes of memory, besides its records."
    weights = bytes_of_synapses(connected(6, weight=np.ones(30))) - bytes_of_synapses(syn)
    assert weights == 8 * 30


@pytest.mark.parametrize(
    "options",
    [{"connect": bp.connect.all_to_all(), "text": STDP}, {"connect": bp.connect.fixed_in_degree(900_000)}],
    ids=["all", "degree"],
)
def test_connections_that_do_not_fit_are_refused_before_they_are_built(options: dict[str, object]) -> None:
    with pytest.raises(bp.errors.MemoryLimitError, match=r"^exc: (all_to_all|fixed_in_degree): .* TiB; .* free\."):
        connected(1_000_000, **options)


def test_all_connections_take_no_memory_where_sums_over_cells_serve() -> None:
    syn = connected(1_000_000, connect=bp.connect.all_to_all())
    assert len(syn) == 999_999_000_000
    assert bytes_of_synapses(syn) == (2 * 4 + 4 * 8) * 1_000_000
    for ask in (lambda: syn.pre_index, lambda: syn.set(weight=bp.dist.uniform(0, 1, seed=1)), syn.to_scipy):
        with pytest.raises(bp.errors.MemoryLimitError, match=r"exc: .* TiB; .* free\."):
            ask()
    assert syn.totals.are_taken and np.ndim(syn.values["weight"]) == 0


def test_a_network_of_which_a_run_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    syn = connected(1000, STDP)
    monkeypatch.setattr("brainpy_lab.networks.room.available_bytes", lambda: 2**24)
    with pytest.raises(bp.errors.MemoryLimitError) as error:
        bp.Network(syn.pre_group, syn)
    assert error.value.message == "exc: 999,000 connections in a run take 38.1 MiB; 12.8 MiB are free."
