"""The points of Poisson sources on the Numba driver: those of `feeds.poisson_points`, by native code."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import carray, types

from brainpy_lab.drivers.feeds.poisson_points import HALF_ROW, PoissonPoints
from brainpy_lab.drivers.feeds.poisson_spikes import STREAMS
from brainpy_lab.drivers.numba.cache import kept_cfunc
from brainpy_lab.drivers.numba.draws.noise import ROW, draw_context, fill
from brainpy_lab.drivers.numba.network.pointers import pointer

_WORDS = 18
_F8, _I8 = (types.CPointer(t) for t in (types.float64, types.int64))
assert ROW == HALF_ROW


def native_points(source: PoissonPoints, stretches: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """`PoissonPoints.points`."""
    place = np.empty(int(counts.sum()), np.int64)
    if len(place):
        most = 2 * int(counts.max()) + 2 * ROW  # of which the powers of two are the numbers of bins
        context = draw_context(source.seed, STREAMS + source.stream, is_uniform=True)
        shares = source.shares
        words = np.array([len(stretches), source.steps, source.size, len(shares), most, *context], np.int64)
        counts = np.ascontiguousarray(counts, np.int64)
        _thrower()(*map(pointer, (words, stretches, counts, shares if len(shares) else np.zeros(1), place)))
    return place


@cache
def _thrower() -> Any:
    """The function that throws the points of all stretches."""

    @kept_cfunc(types.void(_I8, _I8, _I8, _F8, _I8), error_model="numpy")
    def throw(words_at, stretches_at, counts_at, shares_at, place_at):  # type: ignore[no-untyped-def]
        words = carray(words_at, (_WORDS,))
        n, steps, cells, parts, most, filler = words[0], words[1], words[2], words[3], words[4], words[5]
        context = words[6:]
        stretches, counts = carray(stretches_at, (n,)), carray(counts_at, (n,))
        shares, place = carray(shares_at, (max(1, parts),)), carray(place_at, (counts.sum(),))
        drawn, thrown, sorted_ = np.empty(2 * ROW), np.empty(most), np.empty(most)
        end = np.empty(most + 1, np.int64)
        taken = 0
        for s in range(n):
            count = counts[s]
            for row in range((count + 2 * ROW - 1) // (2 * ROW)):
                fill(filler, drawn, context, 0, row * ROW, stretches[s], 1, ROW)
                for j in range(2 * ROW):
                    thrown[2 * ROW * row + j] = 1.0 - drawn[j]
            # as many bins as points hold about one each
            bins = 1
            while bins < count:
                bins *= 2
            end[: bins + 1] = 0
            for k in range(count):
                end[np.int64(thrown[k] * bins) + 1] += 1
            for b in range(bins):
                end[b + 1] += end[b]
            for k in range(count):
                own = np.int64(thrown[k] * bins)
                sorted_[end[own]] = thrown[k]
                end[own] += 1
            for k in range(1, count):
                u, i = sorted_[k], k
                while i > 0 and sorted_[i - 1] > u:
                    sorted_[i] = sorted_[i - 1]
                    i -= 1
                sorted_[i] = u
            before = s * steps * cells
            for k in range(count):
                u = sorted_[k]
                if parts == 0:
                    found = np.int64(u * np.float64(steps * cells))
                else:
                    step = np.int64(u * steps)
                    rest = u * steps - step
                    low, high = 0, parts
                    while low < high:
                        middle = (low + high) // 2
                        if shares[middle] > rest:
                            high = middle
                        else:
                            low = middle + 1
                    found = step * cells + low
                place[taken] = before + found
                taken += 1

    return throw.ctypes
