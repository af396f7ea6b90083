"""One table a seed: whatever is looked at at once, and on every machine."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.connect import Cells

connect = bp.connect
GRID = Cells((10, 12), np.random.default_rng(1).random((120, 2)))


def near(pre, post):
    return 1 / (1 + np.abs(pre.index - post.index))


RULES = [
    connect.one_to_one(autapses=True), connect.all_to_all(), connect.fixed_probability(0.07, seed=1),
    connect.fixed_probability(0.8, seed=1), connect.fixed_probability(near, seed=1),
    connect.fixed_in_degree(11, seed=1), connect.fixed_in_degree(100, seed=1),
    connect.fixed_in_degree(np.arange(120) % 119, seed=1), connect.fixed_out_degree(13, seed=1),
    connect.fixed_out_degree(13, seed=1, multapses=True),
    connect.fixed_out_degree(np.arange(120), seed=1, multapses=True),
    connect.fixed_total_number(900, seed=1), connect.fixed_total_number(900, seed=1, multapses=True),
    connect.fixed_total_number(14_000, seed=1), connect.gaussian(0.1, seed=1), connect.exponential(0.1, seed=1),
    connect.difference_of_gaussians(0.1, 0.2, seed=1), connect.grid_neighbours(2), connect.small_world(6, 0.2, seed=1),
    connect.scale_free(2, seed=1), connect.function(lambda pre, post: (pre.index + post.index) % 7 == 0),
]  # fmt: skip
#: Of one group, and of two parts of one that overlap.
SIDES = {
    "group": (GRID, GRID),
    "parts": (
        Cells(120, GRID.positions, members=np.arange(120)[::-1]),
        Cells(120, GRID.positions, members=np.arange(60, 180)),
    ),
}
GROUPS_ONLY = {"small_world", "scale_free"}
CASES = [
    (rule, sides)
    for rule in RULES
    for sides in SIDES
    if sides == "group" or not (rule.name in GROUPS_ONLY or (rule.name == "fixed_in_degree" and np.ndim(rule.degree)))
]


def same(one, other):
    return np.array_equal(one.offsets, other.offsets) and np.array_equal(one.targets, other.targets)


@pytest.mark.parametrize(("rule", "sides"), CASES, ids=[f"{r!r:.60}-{s}" for r, s in CASES])
def test_the_table_is_the_same_whatever_is_looked_at_at_once(rule, sides):
    pre, post = SIDES[sides]
    if rule.name == "grid_neighbours":
        pre, post = GRID, GRID
    whole = rule.build(pre, post, same=True)
    assert len(whole) > 50
    for chunk in (50, 121, 1000, 2**40):
        assert same(rule.build(pre, post, same=True, chunk=chunk), whole)


@pytest.mark.parametrize("rule", [rule for rule in RULES if hasattr(rule, "seed")], ids=lambda rule: f"{rule!r:.60}")
def test_seeds_and_streams_give_tables_of_their_own(rule):
    tables = [
        rule.build(GRID, GRID, same=True),
        rule.build(GRID, GRID, same=True, stream=1),
        type(rule)(**{**vars(rule), "seed": 2}).build(GRID, GRID, same=True),
    ]
    assert same(rule.build(GRID, GRID, same=True), tables[0])
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert not same(tables[i], tables[j])


FIRST = [
    (connect.fixed_probability(0.01, seed=1), [(5, 48), (7, 36), (8, 36), (8, 43)]),
    (connect.fixed_in_degree(2, seed=1), [(0, 96), (1, 95), (2, 9), (2, 83)]),
    (connect.fixed_total_number(50, seed=1), [(2, 14), (2, 62), (5, 48), (5, 62)]),
    (connect.small_world(2, 0.5, seed=1), [(0, 5), (0, 78), (0, 89), (0, 99)]),
]


@pytest.mark.parametrize(("rule", "first"), FIRST, ids=[rule.name for rule, _ in FIRST])
def test_the_tables_are_these(rule, first):
    """In every version: networks of old notebooks stay what they were."""
    table = rule.build(100, 100, same=True)
    assert list(zip(table.pre_index[:4].tolist(), table.post_index[:4].tolist(), strict=True)) == first
