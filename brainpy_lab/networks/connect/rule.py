"""What all rules of connection share: two sides, the order of what is done, and the refusal of what does not fit."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import Named, described, seed_and_stream, truth, whole
from brainpy_lab.networks.cells import Cells
from brainpy_lab.networks.connections import Connections
from brainpy_lab.networks.draws import CONNECTIONS, Draws
from brainpy_lab.networks.room import check_room

#: Pairs, or connections, that are looked at at once.
CHUNK = 2**20


@dataclass(frozen=True)
class Sides:
    """What a rule connects.

    Attributes
    ----------
    pre, post : Cells
    same : bool
        Whether both are cells of one group.
    """

    pre: Cells
    post: Cells
    same: bool

    @property
    def are_whole(self) -> bool:
        """Whether neither is a part of a group."""
        return self.pre.members is None and self.post.members is None

    def own(self) -> np.ndarray | None:
        """Of each presynaptic cell, its own number on the other side, or -1; None where none is on both sides."""
        if not self.same:
            return None
        if self.are_whole:
            return np.arange(self.pre.size) if self.pre.size else None
        here, there = (np.arange(c.size) if c.members is None else c.members for c in (self.pre, self.post))
        if not len(here) or not len(there):
            return None
        order = np.argsort(there)
        nearest = order[np.minimum(np.searchsorted(there, here, sorter=order), len(there) - 1)]
        own = np.where(there[nearest] == here, nearest, -1)
        return own if (own >= 0).any() else None


@dataclass(frozen=True)
class Building:
    """How a table is built: the random numbers, and how much at once."""

    draws: Draws
    chunk: int


@dataclass(frozen=True, eq=False, repr=False)
class Rule(metaclass=Named):
    """A rule of connection: a description, whose `build` makes the table.

    A rule of one's own derives from it, as a frozen dataclass with a ``name``, and gives `connect`.

    Attributes
    ----------
    name : str
        What it is called by.
    bytes_each : int
        Memory that a connection takes while the table is built.
    """

    name: ClassVar[str] = ""
    bytes_each: ClassVar[int] = 5

    def __post_init__(self) -> None:
        """Check the arguments that mean the same in all rules, then the rule's own."""
        for option in ("autapses", "multapses", "center"):
            if hasattr(self, option):
                self._set(**{option: truth(self.name, option, getattr(self, option))})
        if hasattr(self, "seed"):
            self._set(seed=seed_and_stream(self.name, self.seed)[0])
        self.check_arguments()

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return described(self)

    def check_arguments(self) -> None:
        """Refuse arguments that have no meaning for any cells, and bring the others into one form."""

    def check(self, sides: Sides) -> None:
        """Refuse cells that the rule cannot connect."""

    def expected(self, sides: Sides) -> float:
        """About how many connections there will be, where the rule tells before it is built."""
        return 0

    @abstractmethod
    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""

    def build(self, pre: Any, post: Any, *, same: bool = False, stream: int = 0, chunk: int = CHUNK) -> Connections:
        """Make the table of connections.

        Parameters
        ----------
        pre, post : int, tuple of int or Cells
            The two sides: number of cells, shape of a grid of cells, or `Cells` with positions.
        same : bool
            Whether both sides are one group: a cell then connects to itself with ``autapses=True`` alone.
        stream : int
            Another stream gives a table that is independent of that of this one under the same seed.
        chunk : int
            Pairs or connections that are looked at at once. The table is the same for each.

        Returns
        -------
        Connections

        Raises
        ------
        ArgumentError
            The rule cannot connect these cells; nothing has been built.
        MemoryLimitError
            The table would not fit into memory.
        """
        sides = Sides(_cells(self.name, "pre", pre), _cells(self.name, "post", post), truth(self.name, "same", same))
        if sides.same and sides.are_whole and sides.pre.size != sides.post.size:
            raise ArgumentError(
                f"{self.name}: same=True, but the sides have {sides.pre.size:,} and {sides.post.size:,} cells.",
                advice="Parts of one group say which: Cells(size, members=...).",
            )
        seed, stream = seed_and_stream(self.name, getattr(self, "seed", 0), stream)
        building = Building(Draws(seed, CONNECTIONS + stream), whole(self.name, "chunk", chunk, 1))
        self.check(sides)
        self.check_fits(sides, self.expected(sides))
        return self.connect(sides, building)

    def check_fits(self, sides: Sides, connections: float, done: int = 0) -> None:
        """Refuse so many connections where memory does not hold them, with the estimate."""
        wide = 1 if sides.post.size < 2**31 else 2
        needed = connections * self.bytes_each * wide + 16 * (sides.pre.size + sides.post.size)
        what = f"{self.name}: about {connections:,.0f} connections of {sides.pre.size:,} cells to {sides.post.size:,}"
        check_room(what, needed, "Take fewer cells or fewer connections.", done=done)

    def table(self, sides: Sides, offsets: np.ndarray, targets: np.ndarray, **more: Any) -> Connections:
        """The table of these rows."""
        return Connections(sides.pre.size, sides.post.size, offsets, targets, same=sides.same, **more)


def _cells(owner: str, side: str, given: Any) -> Cells:
    if isinstance(given, Cells):
        return given
    try:
        return Cells(given)
    except ArgumentError as error:
        raise ArgumentError(f"{owner}: {side}: {error.message}", advice=error.advice) from None
