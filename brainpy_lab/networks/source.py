"""What spikes come from and go to: a number of cells with a name, and parts of them."""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.cells import Cells

#: Spikes of steps first, first + 1, ...: offsets, and the cells between them.
Spikes = tuple[np.ndarray, np.ndarray]


class Source:
    """Cells that spike.

    Attributes
    ----------
    name : str
        Under which its spikes and records are found.
    is_named : bool
        Whether the user gave that name.
    cells : Cells
    """

    name: str
    is_named: bool
    cells: Cells
    #: What it has of its own, for those who ask for something else.
    _has: ClassVar[tuple[str, ...]] = ()

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.cells.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the grid of cells."""
        return self.cells.shape

    @property
    def positions(self) -> np.ndarray | None:
        """Where the cells stand, (number of cells, dimension)."""
        return self.cells.positions

    @property
    def events(self) -> tuple[str, ...]:
        """Names of its events."""
        return ("spike",)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "cells" not in self.__dict__:
            raise AttributeError(name)
        known = (*self._has, "name", "size", "shape", "positions")
        hint = where_events_are(self, name) or did_you_mean(name, known) or f"It has: {', '.join(known)}."
        raise AttributeError(f"{self.name} has no '{name}': it is a source of spikes, without states. {hint}")

    def steps_of_spikes(self, t0: float, dt: float, seed: int, stream: int) -> Callable[[int, int], Spikes]:
        """The spikes of a run, where they are known beforehand: a function of the first step and their number."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, key: Any) -> View:
        return View(self, key)


def where_events_are(part: Source, name: str) -> str | None:
    """Where the events of cells are read, for those who ask the cells for them."""
    found = name if name in part.events else part.events[0] if part.events else None
    if found is None or name not in (*part.events, "spike", "spikes"):
        return None
    return f"Events are in what a run gives: sol['{part.name}'].events['{found}']."


class View:
    """Some cells of a group or source: ``E[:100]``, ``E[mask]``, ``E[[3, 5]]``, and some of these: ``E[:100][::2]``.

    Attributes
    ----------
    group : Source
    index : array of int
        The cells, in the group's numbers.
    text : str
        What it is called in records: ``E[:100]``.
    """

    def __init__(self, whole: Source | View, key: Any) -> None:
        set_own, chosen = super().__setattr__, _index_of(whole, key)
        is_part = isinstance(whole, View)
        set_own("group", whole.group if is_part else whole)
        set_own("index", whole.index[chosen] if is_part else chosen)
        self.index.flags.writeable = False
        set_own("text", f"{whole.name}[{_shown(key)}]")

    @property
    def cells(self) -> Cells:
        """The two sides of connections see it so."""
        positions = None if self.group.positions is None else self.group.positions[self.index]
        return Cells(len(self.index), positions, self.index)

    @property
    def name(self) -> str:
        """Its text."""
        return str(self.text)

    @property
    def size(self) -> int:
        """How many cells they are."""
        return len(self.index)

    @property
    def shape(self) -> tuple[int]:
        """Cells of a part stand in a row."""
        return (self.size,)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, key: Any) -> View:
        return View(self, key)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "group" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.group, name)[self.index]

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(self.group, "set_values"):
            raise ArgumentError(f"{self.group.name} has no '{name}' to set.")
        self.group.set_values(name, value, self.index)

    def __repr__(self) -> str:
        return f"<{self.text}: {len(self.index):,} of {self.group.size:,} cells>"


def _index_of(group: Source | View, key: Any) -> np.ndarray:
    numbers = np.arange(group.size).reshape(group.shape)
    if key is None or isinstance(key, bool | np.bool_):  # NumPy would take them as all cells
        raise ArgumentError(f"{group.name}[{key}]: cells are chosen by whole numbers, a mask or a slice.")
    if isinstance(key, list | np.ndarray):
        array = np.asarray(key)
        if array.dtype == bool and array.shape not in (group.shape, (group.size,)):
            raise ArgumentError(
                f"{group.name}: a mask has one truth value for each of {group.size:,} cells; got shape {array.shape}."
            )
        if array.dtype == bool and array.shape == (group.size,):
            numbers = numbers.reshape(-1)
        elif array.dtype.kind not in "biu" and array.size:
            raise ArgumentError(f"{group.name}: cells are chosen by whole numbers, a mask or a slice.")
        key = array if array.size else array.astype(int)
    try:
        found = np.atleast_1d(numbers[key]).reshape(-1)
    except (IndexError, TypeError, ValueError) as error:
        raise ArgumentError(f"{group.name}[{_shown(key)}]: {error}.") from None
    if len(np.unique(found)) < len(found):
        raise ArgumentError(f"{group.name}[{_shown(key)}] has a cell twice.")
    return found


def _shown(key: Any) -> str:
    if isinstance(key, tuple):
        return ", ".join(_shown(k) for k in key)
    if isinstance(key, slice):
        parts = [key.start, key.stop] if key.step is None else [key.start, key.stop, key.step]
        return ":".join("" if p is None else str(p) for p in parts)
    if not isinstance(key, np.ndarray | list):
        return str(key)
    array = np.asarray(key)
    chosen = np.flatnonzero(array) if array.dtype == bool else array
    return str(array.tolist()) if len(array) <= 4 else f"{chosen.size} cells #{_digest(chosen)}"


def _digest(cells: np.ndarray) -> str:
    """What tells as many other cells from these: records are found by the text of a view, in files too."""
    return hashlib.blake2b(np.asarray(cells, dtype="<i8").tobytes(), digest_size=4).hexdigest()


def check_name(owner: str, name: Any) -> str:
    """A name for a part of a network, or an error."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or "__" in name:
        raise ArgumentError(f"{owner}: a name is a word of letters, digits and '_'; got {name!r:.60}.")
    return name
