"""Where the values of cells stand among all values: whole numbers for each connection, made once a network.

A hundred million of them take seconds, and a slider runs the same network again and again.
"""

from __future__ import annotations

import weakref
from threading import Lock

import numpy as np

from brainpy_lab.drivers.numba.feed import LANES


def addresses(base: int, rows: int, index: np.ndarray) -> np.ndarray:
    """Places of the first row's values of cells: blocks of 64 cells hold ``rows`` rows of 64 values."""
    index = np.asarray(index)
    found: np.ndarray = index // LANES * ((rows - 1) * LANES)
    found += index
    found += base
    return found


class KeptAddresses:
    """Addresses of the last run, for the next one with the same connections."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[weakref.ref[np.ndarray], int, int, np.ndarray]] = {}
        self._lock = Lock()

    def of(self, key: tuple[str, str], base: int, rows: int, index: np.ndarray) -> np.ndarray:
        """Those of ``index``, which nobody writes to; 32 bits each."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0]() is index and kept[1:3] == (base, rows):
                return kept[3]
            found = addresses(base, rows, index).astype(np.int32)
            self._kept[key] = (weakref.ref(index, lambda _: self._kept.pop(key, None)), base, rows, found)
            return found
