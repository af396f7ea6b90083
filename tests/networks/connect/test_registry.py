"""Rules are found by name, say what they take, and can be of one's own."""

import inspect
from dataclasses import dataclass, fields

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError


@pytest.mark.parametrize("rule", bp.connect.registry().values(), ids=list(bp.connect.registry()))
def test_a_rule_says_what_it_takes(rule):
    text = inspect.getdoc(rule)
    assert "Parameters\n----------" in text or not fields(rule)
    assert ">>> " in text
    for field in fields(rule):
        assert field.name in text or not field.init
    assert getattr(bp.connect, rule.name) is rule
    assert rule.name in dir(bp.connect)


@dataclass(frozen=True, eq=False, repr=False)
class Ring(bp.connect.Rule):
    """Each cell to the next."""

    name = "ring"
    step: int = 1

    def check(self, sides):
        if sides.pre.size != sides.post.size:
            raise ArgumentError("ring: both sides have as many cells.")

    def connect(self, sides, building):
        cells = np.arange(sides.pre.size)
        return self.table(sides, np.arange(len(cells) + 1), (cells + self.step) % len(cells))


def test_a_rule_of_ones_own():
    assert Ring(2).build(5, 5, same=True).post_index.tolist() == [2, 3, 4, 0, 1]
    assert repr(Ring(2)) == "ring(step=2)"
    with pytest.raises(ArgumentError, match=r"ring: too many positional arguments.\n  It takes step=1."):
        Ring(1, 2)
    with pytest.raises(ArgumentError, match="ring: both sides have as many cells."):
        Ring().build(2, 3)


def test_a_function_cannot_move_the_cells_that_it_looks_at():
    def moved(pre, post):
        pre.index[:] += 1
        return True

    with pytest.raises(ArgumentError, match="ValueError: .*read-only"):
        bp.connect.fixed_probability(moved).build(3, 3)
