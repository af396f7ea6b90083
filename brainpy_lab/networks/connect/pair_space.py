"""The pairs that may be connected, numbered row by row: what rules draw from that do not look at the cells."""

from __future__ import annotations

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.rule import Sides

#: Pairs that can be numbered: whole numbers up to here are exact in float64, and so are the draws.
_MOST = 2**51


class PairSpace:
    """Pairs 0, 1, 2 ... of presynaptic and postsynaptic cells, without those of a cell with itself.

    Parameters
    ----------
    owner : str
        The rule, for messages.
    sides : Sides
    autapses : bool
        Whether pairs of a cell with itself are among them.

    Attributes
    ----------
    widths : array of int or int
        Postsynaptic cells of each presynaptic one; one number where all have as many.
    total : int
    """

    def __init__(self, owner: str, sides: Sides, autapses: bool) -> None:
        n_pre, n_post = sides.pre.size, sides.post.size
        if n_pre * n_post > _MOST:
            raise ArgumentError(
                f"{owner}: {n_pre:,} × {n_post:,} pairs of cells are more than the {_MOST:,} it can draw from.",
                advice="Connect parts of the cells.",
            )
        self.n_pre, self.n_post = n_pre, n_post
        self.own = None if autapses else sides.own()
        self.widths: int | np.ndarray = n_post
        self._starts: np.ndarray | None = None
        if self.own is not None and (self.own >= 0).all():
            self.widths = n_post - 1
        elif self.own is not None:
            self.widths = n_post - (self.own >= 0)
            self._starts = np.concatenate([[0], np.cumsum(self.widths)])
        self.total = n_pre * self.widths if isinstance(self.widths, int) else int(self.widths.sum())

    def pairs(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Presynaptic and postsynaptic cells of the pairs of these ascending numbers."""
        if self._starts is not None:
            rows = np.searchsorted(self._starts, numbers, side="right") - 1
            columns = numbers - self._starts[rows]
        else:
            rows, columns = np.divmod(numbers, max(1, int(self.widths)))
        return rows, self.beyond_own(rows, columns)

    def beyond_own(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """From places among the cells that a cell may connect to, to numbers of cells; in ascending order in a row."""
        if self.own is None:
            return columns
        own = self.own[rows]
        return np.asarray(columns + ((own >= 0) & (columns >= own)))
