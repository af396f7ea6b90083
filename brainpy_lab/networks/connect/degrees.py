"""Rows with a number of cells each, chosen at random: in-degrees and out-degrees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import whole
from brainpy_lab.networks.connect.distinct import any_rows, distinct_rows, without
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides


@dataclass(frozen=True, eq=False, repr=False)
class FixedDegree(Rule):
    """Every cell of one side has ``degree`` connections to cells of the other, chosen at random.

    Attributes
    ----------
    degree : int or array of int
    seed : int
    autapses, multapses : bool
    sides : (str, str)
        The side whose cells have the degree, and the other.
    """

    sides: ClassVar[tuple[str, str]]
    degree: Any
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number, or an array of them."""
        self._set(degree=read_degree(self.name, self.degree))

    def check(self, sides: Sides) -> None:
        """Refuse degrees above the number of cells on the other side."""
        check_degree(self.name, self.degree, self._space(sides), self.sides, self.multapses)

    def expected(self, sides: Sides) -> float:
        """The sum of the degrees."""
        return float(np.sum(self.degree) if np.ndim(self.degree) else self.degree * getattr(sides, self.sides[0]).size)

    def chosen(self, sides: Sides, building: Building) -> tuple[np.ndarray, np.ndarray]:
        """Offsets and columns of the rows."""
        space, expected = self._space(sides), self.expected(sides)
        buffer = RowBuffer(space.n_pre, space.n_post, expected, lambda n, done: self.check_fits(sides, n, done))
        choose_rows(self.degree, space, building, buffer, self.multapses)
        return buffer.finish()

    def _space(self, sides: Sides) -> PairSpace:
        rows, columns = (getattr(sides, side) for side in self.sides)
        return PairSpace(self.name, Sides(rows, columns, sides.same), self.autapses)


def read_degree(owner: str, degree: Any) -> int | np.ndarray:
    """A whole number from 0 on, or an array of them."""
    if not isinstance(degree, list | tuple | np.ndarray):
        return whole(owner, "degree", degree)
    try:
        numbers = np.array(degree)
    except ValueError:  # rows of different lengths
        numbers = np.array(None)
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu") or (numbers < 0).any():
        raise ArgumentError(f"{owner}: degree is one whole number for all cells, or an array of them, from 0 on.")
    return numbers.astype(np.int64)


def check_degree(owner: str, degree: int | np.ndarray, space: PairSpace, sides: tuple[str, str], repeats: bool) -> None:
    """Refuse degrees that the cells of the other side cannot give.

    Parameters
    ----------
    owner : str
    degree : int or array of int
    space : PairSpace
        Its rows are the cells that have the degree.
    sides : (str, str)
        Of the rows and of the columns: ``"pre"`` and ``"post"``, or the reverse.
    repeats : bool
        Whether a pair may be connected more than once.
    """
    row, column = sides
    if isinstance(degree, np.ndarray) and len(degree) != space.n_pre:
        raise ArgumentError(f"{owner}: degree has {len(degree):,} numbers for {space.n_pre:,} {row}synaptic cells.")
    degrees, widths = np.broadcast_arrays(np.asarray(degree, dtype=object), space.widths)
    if not space.n_pre:
        return
    if not isinstance(degree, np.ndarray):
        degrees, widths = degrees.reshape(-1)[:1], np.asarray(np.min(space.widths)).reshape(1)
    wrong = (degrees > 0) & (widths == 0) if repeats else degrees > widths
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        raise ArgumentError(
            f"{owner}: degree={degrees[k]:,} is more than the {widths[k]:,} {column}synaptic cells that a cell has.",
            advice="Take fewer, or let a pair be connected more than once: multapses=True."
            if widths[k]
            else "There is no cell to connect to.",
        )


def choose_rows(
    degree: int | np.ndarray, space: PairSpace, building: Building, buffer: RowBuffer, repeats: bool
) -> None:
    """Choose the columns of each row."""
    degrees = np.broadcast_to(degree, space.n_pre).astype(np.int64)
    widths = np.broadcast_to(space.widths, space.n_pre)
    is_inverse = np.zeros(space.n_pre, dtype=bool) if repeats else degrees > widths // 2
    counts = np.where(is_inverse, widths - degrees, degrees)  # numbers to draw: those left out, where they are fewer
    firsts = np.cumsum(counts) - counts
    for rows in _chunks(np.where(is_inverse, widths, degrees), building.chunk):
        drawn, columns = counts[rows], np.empty(0, dtype=np.int64)
        if repeats:
            columns = _repeated(building, widths[rows], drawn, firsts[rows])
        else:
            columns = distinct_rows(building.draws, widths[rows], drawn, firsts[rows])
        if is_inverse[rows].any():
            columns = _inverted(widths[rows], drawn, columns, is_inverse[rows])
        buffer.add(rows[0], degrees[rows], space.beyond_own(np.repeat(rows, degrees[rows]), columns))


def _repeated(building: Building, widths: np.ndarray, counts: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    if (widths == widths[0]).all():
        return any_rows(building.draws, int(widths[0]), counts, int(firsts[0]))
    parts = [
        any_rows(building.draws, int(w), counts[k : k + 1], int(firsts[k])) for k, w in enumerate(widths) if counts[k]
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _inverted(widths: np.ndarray, counts: np.ndarray, columns: np.ndarray, is_inverse: np.ndarray) -> np.ndarray:
    """Put what was not drawn in place of what was, in the rows that say so."""
    if is_inverse.all():
        return without(widths, counts, columns)
    ends = np.cumsum(counts)
    parts = [columns[end - n : end] for end, n in zip(ends, counts, strict=True)]
    for k in np.flatnonzero(is_inverse):
        parts[k] = without(widths[k : k + 1], counts[k : k + 1], parts[k])
    return np.concatenate(parts)


def _chunks(work: np.ndarray, chunk: int) -> Any:
    """Rows one after the other, of about ``chunk`` numbers together."""
    ends, first = np.cumsum(work), 0
    while first < len(work):
        done = ends[first - 1] if first else 0
        stop = min(max(first + 1, int(np.searchsorted(ends, done + chunk, side="right"))), first + chunk)
        yield np.arange(first, stop)
        first = stop
