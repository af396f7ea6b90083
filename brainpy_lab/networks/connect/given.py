"""Connections that are given one by one, from wherever they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.networks.connect.edge_table import check_given, rows_of
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True)
class Edges:
    """Presynaptic and postsynaptic cells, what else was given of each, and why other things are no values."""

    pre: np.ndarray
    post: np.ndarray
    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Given(Rule):
    """Rules that have all connections beforehand, and say with `edges` which they are."""

    bytes_each = 40

    @property
    def edges(self) -> Edges:
        """The connections."""
        raise NotImplementedError

    def check(self, sides: Sides) -> None:
        """Refuse cells that are not there, and pairs that were not asked for."""
        edges = self.edges
        check_given(
            self.name,
            sides,
            edges.pre,
            edges.post,
            autapses=getattr(self, "autapses", False),
            multapses=getattr(self, "multapses", False),
        )

    def expected(self, sides: Sides) -> float:
        """All that are given."""
        return len(self.edges.pre)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table, by presynaptic and postsynaptic cells."""
        edges = self.edges
        offsets, targets, order = rows_of(sides.pre.size, sides.post.size, edges.pre, edges.post)
        values = {name: array[order] for name, array in edges.values.items()}
        return self.table(sides, offsets, targets, values=values)
