"""Probabilities that depend on the distance of two cells."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.cells import distance, lengths_of
from brainpy_lab.networks.connect.function_of_pairs import connect_by_function
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class ByDistance(Rule):
    """Each pair is connected with a probability that its distance gives; short for `fixed_probability` of a function.

    Every pair is looked at.

    Attributes
    ----------
    periodic : float, tuple of float or None
        Length of the space that closes on itself, one for all dimensions or one each.
    seed : int
    autapses : bool
    """

    periodic: Any = field(default=None, kw_only=True)
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)

    @abstractmethod
    def probability(self, distances: np.ndarray) -> np.ndarray:
        """The probability at each distance."""

    def check_arguments(self) -> None:
        """The form of the space; the rule's own arguments come before."""
        lengths_of(self.name, self.periodic)

    def check(self, sides: Sides) -> None:
        """Refuse cells that stand nowhere, or in different spaces."""
        here, there = sides.pre.positions, sides.post.positions
        for side, cells in (("pre", sides.pre), ("post", sides.post)):
            if cells.positions is None:
                raise ArgumentError(
                    f"{self.name}: the {side}synaptic cells have no positions.", advice=cells.where_to_get_positions
                )
        if here is None or there is None:
            return
        lengths = lengths_of(self.name, self.periodic)
        if here.shape[1] != there.shape[1]:
            raise ArgumentError(f"{self.name}: positions have {here.shape[1]} and {there.shape[1]} dimensions.")
        if lengths is not None and lengths.size not in (1, here.shape[1]):
            raise ArgumentError(
                f"{self.name}: periodic has {lengths.size} lengths; the positions have {here.shape[1]} dimensions."
            )

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        space = PairSpace(self.name, sides, self.autapses)
        buffer = RowBuffer(space.n_pre, space.n_post, 0, lambda n, done: self.check_fits(sides, n, done))

        def probability(pre: Any, post: Any) -> np.ndarray:
            return self.probability(distance(pre, post, self.periodic))

        connect_by_function(self.name, "p", probability, sides, space, building, buffer)
        return self.table(sides, *buffer.finish())
