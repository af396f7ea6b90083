"""Pairs for which a function of the two cells is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.function_of_pairs import check_function, connect_by_function
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class Function(Rule):
    """Pairs of cells for which ``f(pre, post)`` is true.

    Parameters
    ----------
    f : function
        Of ``.index`` and ``.position``; called for blocks of pairs, gives an array of true and false.
    autapses : bool
        Whether, within one group, a cell may connect to itself.

    Examples
    --------
    >>> Function(lambda pre, post: (pre.index + post.index) % 3 == 0).build(3, 3).post_index
    array([0, 2, 1], dtype=int32)
    """

    name = "function"
    f: Callable[[Any, Any], Any]
    autapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A function of two arguments."""
        check_function(self.name, "f", self.f)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        space = PairSpace(self.name, sides, self.autapses)
        buffer = RowBuffer(space.n_pre, space.n_post, 0, lambda n, done: self.check_fits(sides, n, done))
        connect_by_function(self.name, "f", self._truth, sides, space, building, buffer)
        return self.table(sides, *buffer.finish())

    def _truth(self, pre: Any, post: Any) -> np.ndarray:
        given = np.asarray(self.f(pre, post))
        if given.dtype.kind != "b":
            raise ArgumentError(
                "function: f(pre, post) gives true and false.",
                advice="For probabilities there is fixed_probability; 'weight > 0' makes true and false of numbers.",
            )
        return given
