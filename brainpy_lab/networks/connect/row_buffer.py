"""Targets that come row by row, in one array that grows where there are more of them than was expected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from brainpy_lab.networks.connections import index_type

_GROWTH = 1.25


class RowBuffer:
    """Targets of presynaptic cells, written from the first cell to the last.

    Parameters
    ----------
    n_pre, n_post : int
    expected : float
        About how many targets there will be.
    check : function of (connections, bytes taken already)
        Refuses a size before the array grows to it.
    """

    def __init__(self, n_pre: int, n_post: int, expected: float, check: Callable[[float, int], None]) -> None:
        self._counts = np.zeros(n_pre, dtype=np.int64)
        self._targets = np.empty(int(expected + 6 * expected**0.5) + 16, dtype=index_type(n_post))
        self._check, self._size = check, 0

    def add(self, first: int, counts: np.ndarray, targets: np.ndarray) -> None:
        """Append the targets of the rows from ``first`` on, ``counts`` of them each; a row may be added to again."""
        self._counts[first : first + len(counts)] += counts
        end = self._size + len(targets)
        if end > len(self._targets):
            self._check(_GROWTH * end, self._targets.nbytes)
            self._targets.resize(int(_GROWTH * end), refcheck=False)
        self._targets[self._size : end] = targets
        self._size = end

    def expect(self, connections: float) -> None:
        """Refuse about so many in all, before they are made."""
        self._check(connections, self._targets.nbytes)

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets of the rows, and all targets."""
        self._targets.resize(self._size, refcheck=False)
        return np.concatenate([[0], np.cumsum(self._counts)]), self._targets
