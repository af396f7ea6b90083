"""Synapses as matrices, tables and graphs, and values taken from them: checked, never reordered in silence."""

from __future__ import annotations

import numpy as np
import pytest
import xarray
from scipy.sparse import csr_array

import brainpy_lab as bp
from tests.networks.cells import KICK, lif, synapse

PRE, POST = [2, 0, 1, 2], [0, 1, 2, 1]


def given(pre: list[int] = PRE, post: list[int] = POST, **options: object) -> bp.Synapses:
    """Four connections of 3 cells to 4, in an order of their own."""
    E, F = bp.NeuGroup(lif(), 3, name="E"), bp.NeuGroup(lif(), 4, name="F")
    rule = bp.connect.pairs(pre, post, multapses=True)
    weight = np.arange(1.0, 1 + len(pre))
    return bp.Synapses(pre=E, post=F, model=synapse(KICK), connect=rule, weight=weight, name="exc", **options)


def test_matrices_go_out_and_in() -> None:
    exc = given()
    dense = exc.to_scipy("weight").toarray()
    assert dense.tolist() == [[0, 2, 0, 0], [0, 0, 3, 0], [1, 4, 0, 0]]
    assert exc.to_scipy().toarray().sum() == 4
    exc.set(weight=10 * exc.to_scipy("weight"))
    assert exc.weight.tolist() == [10, 20, 30, 40]
    exc.set(delay=csr_array(dense))
    assert exc.delay.tolist() == [1, 2, 3, 4]
    twice = given([0, 0, 1], [1, 1, 0])
    twice.set(weight=twice.to_scipy("weight"))
    assert twice.weight.tolist() == [1, 2, 3]


def test_tables_go_out_and_in() -> None:
    exc = given(delay=0.5)
    table = exc.to_xarray()
    assert table.pre.values.tolist() == PRE and table.post.values.tolist() == POST
    assert table.weight.values.tolist() == [1, 2, 3, 4] and np.all(table.delay == 0.5)
    exc.set(weight=table.weight * 2)
    assert exc.weight.tolist() == [2, 4, 6, 8]
    cells = xarray.DataArray(np.arange(12.0).reshape(4, 3), dims=("post", "pre"))
    exc.set(weight=cells)
    assert exc.weight.tolist() == [cells.values[j, i] for i, j in zip(PRE, POST, strict=True)]
    graph = exc.to_networkx("weight")
    assert graph.number_of_edges() == 4 and graph[("pre", 2)][("post", 0)] == {"weight": 2.0}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (csr_array((3, 3)), "exc: 'weight' is a matrix of shape (3, 3); the sides have 3 and 4 cells."),
        (csr_array((3, 4)), "exc: the matrix 'weight' has no entry for the connection of 0 to 1."),
        (csr_array(np.ones((3, 4))), "exc: the matrix 'weight' has an entry for 0 to 0, which are not connected."),
        (xarray.DataArray(np.ones((4, 3)), dims=("pre", "post")),
         "exc: 'weight' is a matrix of shape (4, 3); the sides have 3 and 4 cells."),
        (xarray.DataArray(np.full((3, 4), np.nan), dims=("pre", "post")), "exc: 'weight' is not finite at 0."),
        (xarray.DataArray(np.ones((3, 4)), dims=("a", "b")),
         "exc: 'weight' has the axes a (3), b (4); there are 4 connections."),
        (given().to_xarray().weight[::-1],
         "exc: 'weight' has its connections in another order, or others: its pre is not exc.pre_index."),
        (np.ones((4, 3)), "exc: 'weight' is a matrix of shape (4, 3); the sides have 3 and 4 cells."),
        (np.ones((3, 4, 1)), "exc: 'weight' has the shape (3, 4, 1); there are 4 connections."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(values: object, message: str) -> None:
    exc = given()
    with pytest.raises(bp.errors.ArgumentError) as error:
        exc.set(weight=values)
    assert error.value.message == message
    assert exc.weight.tolist() == [1, 2, 3, 4]


def test_unknown_names_are_refused() -> None:
    exc = given()
    with pytest.raises(bp.errors.ArgumentError, match="exc: its connections have no 'wieght'"):
        exc.to_scipy("wieght")
