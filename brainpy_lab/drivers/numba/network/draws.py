"""The draws of a group on the Numba driver, made by native code."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import carray, types

from brainpy_lab.drivers.feeds.draw_rows import APART, DrawRows
from brainpy_lab.drivers.numba.cache import kept_cfunc
from brainpy_lab.drivers.numba.draws.noise import ROW, draw_context, fill
from brainpy_lab.drivers.numba.network.pointers import pointer

_WORDS = 16


def native_rows(rows: Callable[[int, int], np.ndarray], first: int, n: int) -> np.ndarray:
    """What comes from outside in ``n`` steps: draws by native code, all else and Levy areas as the run gives it."""
    if not isinstance(rows, DrawRows) or rows.draw.kind == "area":
        return rows(first, n)
    padded = -(-rows.size // ROW) * ROW
    context = draw_context(rows.seed, rows.draw.stream, is_uniform=rows.draw.is_uniform)
    words = np.array([rows.group * APART + first, n, padded, *context], np.int64)
    table = np.empty((n, padded))
    _filler()(pointer(words), pointer(table))
    return rows.placed(table[:, : rows.size])


@cache
def _filler() -> Any:
    """The function that fills a table of draws, block by block."""

    @kept_cfunc(types.void(types.CPointer(types.int64), types.CPointer(types.float64)), error_model="numpy")
    def rows(words_at, table_at):  # type: ignore[no-untyped-def]
        words = carray(words_at, (_WORDS,))
        first, n, padded, filler, context = words[0], words[1], words[2], words[3], words[4:]
        table, drawn = carray(table_at, (n, padded)), np.empty(2 * ROW)
        for pair in range(first // 2, (first + n + 1) // 2):
            for block in range(0, padded, ROW):
                fill(filler, drawn, context, 0, block, pair, 1, ROW)
                for half in range(2):
                    step = 2 * pair + half - first
                    if step >= 0 and step < n:
                        for j in range(ROW):
                            table[step, block + j] = drawn[half * ROW + j]

    return rows.ctypes
