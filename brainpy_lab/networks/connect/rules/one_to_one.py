"""Each cell to the one of the same number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class OneToOne(Rule):
    """Cell i connects to cell i.

    Parameters
    ----------
    autapses : bool
        Whether a cell may connect to itself; within one group nothing else is possible.

    Examples
    --------
    >>> OneToOne().build(3, 3).post_index
    array([0, 1, 2], dtype=int32)
    """

    name = "one_to_one"
    autapses: bool = field(default=False, kw_only=True)

    def check(self, sides: Sides) -> None:
        """Refuse sides of different sizes, and cells that would connect to themselves."""
        if sides.pre.size != sides.post.size:
            raise ArgumentError(
                f"one_to_one: {sides.pre.size:,} presynaptic cells are not {sides.post.size:,} postsynaptic ones.",
                advice="Take as many cells on both sides.",
            )
        own = sides.own()
        if own is not None and not self.autapses and (own == np.arange(sides.pre.size)).any():
            raise ArgumentError(
                "one_to_one: within one group a cell would connect to itself.",
                advice="Ask for it with autapses=True, or connect parts of the group.",
            )

    def expected(self, sides: Sides) -> float:
        """One a cell."""
        return sides.pre.size

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        ends: Any = np.arange(sides.pre.size + 1)
        return self.table(sides, ends, ends[:-1].copy())
