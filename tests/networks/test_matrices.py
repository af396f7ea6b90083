"""Weights and delays as a matrix (pre, post), and where cells stand on a line."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import KICK, lif, synapse


def connected(**options: object) -> bp.Synapses:
    A, E = (bp.NeuGroup(lif(), n, name=name) for n, name in ((3, "A"), (4, "E")))
    connect = bp.connect.pairs([2, 0, 0, 1], [1, 3, 0, 2])
    return bp.Synapses(pre=A, post=E, model=synapse(KICK), connect=connect, name="s", **{"weight": 0.5, **options})


def test_a_matrix_has_the_value_of_each_connection_in_their_order() -> None:
    matrix = np.arange(12.0).reshape(3, 4)
    syn = connected(weight=matrix, delay=matrix / 10 + 1)
    assert syn.weight.tolist() == [9, 3, 0, 6] and syn.delay == pytest.approx([1.9, 1.3, 1.0, 1.6])
    syn.set(weight=(-matrix).tolist())
    assert syn.weight.tolist() == [-9, -3, 0, -6]
    assert syn.to_scipy("weight").toarray()[2, 1] == -9


def test_a_matrix_between_parts_counts_within_them() -> None:
    E = bp.NeuGroup(lif(), 5, name="E")
    options = {"model": synapse(KICK), "connect": bp.connect.all_to_all(), "name": "s"}
    syn = bp.Synapses(pre=E[:2], post=E[2:], weight=np.arange(6.0).reshape(2, 3), **options)
    assert dict(zip(zip(syn.pre_index, syn.post_index, strict=True), syn.weight, strict=True))[1, 2] == 5.0


def test_a_matrix_of_another_shape_is_refused_with_what_there_is() -> None:
    with pytest.raises(
        bp.errors.ArgumentError, match=r"s: 'weight' is a matrix of shape \(4, 3\); the sides have 3 and 4"
    ):
        connected(weight=np.ones((4, 3)))


def test_cells_on_a_line_are_told_how_to_say_where_they_stand() -> None:
    with pytest.raises(bp.errors.ArgumentError, match=r"no positions of shape \(3,\)") as error:
        bp.NeuGroup(lif(), 3, name="E", positions=np.arange(3.0))
    assert "positions[:, np.newaxis]" in str(error.value)


def test_a_network_without_a_name_is_not_called_by_its_kind_twice() -> None:
    E = bp.NeuGroup(lif(), 3, name="E")
    assert bp.Network(E).explain().startswith("Network: 3 cells") and "network, driver" in str(
        bp.Network(E).code("numpy")
    )
    assert bp.Network(E, name="cortex").explain().startswith("Network cortex: 3 cells")
