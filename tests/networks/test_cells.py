"""Sides of connections: sizes, positions, distances."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.cells import Cells, Part


def parts(pre, post):
    """Two lists of pairs of cells at these positions."""
    sides = [Cells(len(p), np.asarray(p, dtype=float)) for p in (pre, post)]
    return [Part(side, np.arange(side.size), name) for side, name in zip(sides, ("pre", "post"), strict=True)]


def test_distance_is_euclidean():
    pre, post = parts([[0, 0], [1, 1]], [[3, 4], [1, 2]])
    assert bp.distance(pre, post).tolist() == [5.0, 1.0]


def test_distance_of_blocks_has_all_pairs():
    a, b = np.random.default_rng(1).random((2, 5, 3))
    pre, post = Part(Cells(5, a), np.arange(5)[:, None], "pre"), Part(Cells(5, b), np.arange(5), "post")
    assert bp.distance(pre, post) == pytest.approx(np.linalg.norm(a[:, None] - b, axis=-1), rel=1e-14)


def test_the_way_around_a_periodic_space_counts_where_it_is_shorter():
    pre, post = parts([[0.1, 0.1], [0.2, 0.9]], [[0.9, 0.1], [0.2, 0.1]])
    assert bp.distance(pre, post, 1.0) == pytest.approx([0.2, 0.2])
    assert bp.distance(pre, post, (np.inf, 1.0)) == pytest.approx([0.8, 0.2])
    assert bp.distance(pre, post, (2.0, 1.6)) == pytest.approx([0.8, 0.8])


def test_a_grid_has_as_many_cells_as_places():
    assert Cells((4, 5)).size == 20
    assert repr(Cells((4, 5))) == "Cells((4, 5))"
    assert repr(Cells(7)) == "Cells(7)"


WRONG = [
    (lambda: Cells(-1), "Cells: size is a whole number from 0 to 2,147,483,647; got -1."),
    (lambda: Cells((2**20, 2**20)), "Cells: 1,099,511,627,776 cells are more than 2,147,483,647."),
    (
        lambda: Cells(3, [1, 2, 3]),
        "Cells: 3 cells have no positions of shape (3,).\n  Cells on a line have one coordinate each",
    ),
    (lambda: Cells(2, [[1, 2], [1, np.nan]]), "Cells: the position of cell 1 is not finite."),
    (lambda: Cells(2, [["a"], ["b"]]), "Cells: positions are no numbers"),
    (lambda: Cells(2, members=[1, 1]), "Cells: members are different numbers from 0 on."),
    (lambda: Cells(2, members=[1.0, 2.0]), "Cells: members are 2 whole numbers, one a cell."),
    (lambda: bp.distance(1, 2), "distance takes the two arguments of a function of cells."),
    (lambda: bp.distance(*parts([[1]], [[1, 2]])), "distance: the positions have 1 and 2 dimensions."),
    (lambda: bp.distance(*parts([[1]], [[1]]), (1, 2)), "distance: periodic has 2 lengths; the positions have 1 dim"),
    (lambda: bp.distance(*parts([[1]], [[1]]), True), "distance: periodic is the length of the space, above 0"),
    (lambda: bp.distance(*parts([[1]], [[1]]), -1), "distance: periodic is the length of the space, above 0"),
    (lambda: bp.distance(*[Part(Cells(1), np.arange(1), "pre")] * 2), "The presynaptic cells have no positions."),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message[:40] for _, message in WRONG])
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises(ArgumentError) as told:
        make()
    assert message in str(told.value)
