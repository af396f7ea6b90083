"""The neighbours of a cell on a grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import truth, whole
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class GridNeighbours(Rule):
    """Cells of a grid of any dimension connect to those at most ``radius`` places away.

    Parameters
    ----------
    radius : int
    corners : bool
        Whether places are counted along each axis alone, so that a square around the cell is reached (8 neighbours in
        two dimensions); otherwise along all axes together (4 neighbours).
    periodic : bool
        Whether the grid closes on itself.
    center : bool
        Whether the cell at the same place is reached too: within one group, the cell itself.

    Examples
    --------
    >>> GridNeighbours(1, corners=False).build((3, 3), (3, 3)).out_degree().reshape(3, 3)
    array([[2, 3, 2],
           [3, 4, 3],
           [2, 3, 2]], dtype=int32)
    """

    name = "grid_neighbours"
    radius: int = 1
    corners: bool = field(default=True, kw_only=True)
    periodic: bool = field(default=False, kw_only=True)
    center: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number and options."""
        self._set(
            radius=whole(self.name, "radius", self.radius, 1),
            corners=truth(self.name, "corners", self.corners),
            periodic=truth(self.name, "periodic", self.periodic),
        )

    def check(self, sides: Sides) -> None:
        """Refuse sides that are not one grid."""
        if sides.pre.shape != sides.post.shape:
            raise ArgumentError(
                f"grid_neighbours: the sides are grids of {sides.pre.shape} and {sides.post.shape} cells.",
                advice="Both have one shape, such as size=(64, 64).",
            )

    def expected(self, sides: Sides) -> float:
        """At most so many, at the borders fewer."""
        reach = [min(2 * self.radius + 1, 2 * n + 1) for n in sides.pre.shape]
        return float(sides.pre.size * min(float(np.prod(reach, dtype=float)), sides.post.size))

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        shape, steps = sides.pre.shape, self._steps(sides.pre.shape)
        expected = sides.pre.size * len(steps)
        buffer = RowBuffer(sides.pre.size, sides.pre.size, expected, lambda n, done: self.check_fits(sides, n, done))
        height = max(1, building.chunk // max(1, len(steps)))
        for first in range(0, sides.pre.size, height):
            rows = np.arange(first, min(sides.pre.size, first + height))
            targets, is_there = self._reached(shape, rows, steps)
            buffer.add(first, is_there.sum(axis=1), targets[is_there])
        return self.table(sides, *buffer.finish())

    def _steps(self, shape: tuple[int, ...]) -> np.ndarray:
        """From a cell to those that it reaches: (number, dimension)."""
        reach = [min(self.radius, n // 2 if self.periodic else n - 1) for n in shape]
        steps = np.array(list(product(*(range(-r, r + 1) for r in reach))), dtype=np.int64).reshape(-1, len(shape))
        away = np.abs(steps).sum(axis=1)
        is_near = np.full(len(steps), True) if self.corners else away <= self.radius
        chosen: np.ndarray = steps[is_near if self.center else is_near & (away > 0)]
        return chosen

    def _reached(self, shape: tuple[int, ...], rows: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cells that each row reaches, ascending, and which of them there are."""
        places = np.stack(np.unravel_index(rows, shape), axis=-1)[:, None, :] + steps
        inside = ((places >= 0) & (places < shape)).all(axis=-1)
        wrapped = places % shape
        targets = np.ravel_multi_index(tuple(np.moveaxis(wrapped, -1, 0)), shape)
        targets[~inside & (not self.periodic)] = -1
        targets.sort(axis=1)
        is_there = targets >= 0
        is_there[:, 1:] &= targets[:, 1:] != targets[:, :-1]  # around an even grid two ways lead to the cell opposite
        return targets, is_there
