"""Spikes of Poisson sources on the Numba driver: the same numbers as `feeds.poisson_spikes`, made by native code."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
from numba import carray, types

from brainpy_lab.drivers.feeds.poisson_points import PoissonPoints
from brainpy_lab.drivers.feeds.poisson_spikes import LARGE, STREAMS, Counts, PoissonSpikes
from brainpy_lab.drivers.numba.cache import kept_cfunc
from brainpy_lab.drivers.numba.draws.noise import ROW, draw_context, fill
from brainpy_lab.drivers.numba.network.pointers import pointer
from brainpy_lab.drivers.numba.network.poisson_points import native_points

_BLOCK = 1 << 22  # numbers that are made at once
_WORDS = 18
_F8, _I8, _I4 = (types.CPointer(t) for t in (types.float64, types.int64, types.int32))


def native_spikes(source: Callable[[int, int], Any]) -> Callable[[int, int], Any]:
    """The spikes of a source, made by native code where it has some."""
    if isinstance(source, PoissonSpikes):
        return partial(source.spikes, counts=partial(_counts, source), rounds=_in_rounds, block=_BLOCK)
    if isinstance(source, PoissonPoints):
        return partial(source.spikes, points=partial(native_points, source))
    return source


def _counts(source: PoissonSpikes, mean: np.ndarray, first: int, n: int) -> Counts:
    """`PoissonSpikes.counts`."""
    if mean.size and mean.max() > LARGE:
        return source.counts(mean, first, n)
    mean = np.ascontiguousarray(mean)
    silent = np.exp(-mean)
    room = int(1.1 * np.sum(1.0 - silent) * (n if len(mean) == 1 else 1)) + 4096
    context = draw_context(source.seed, STREAMS + source.stream, is_uniform=True)
    work = np.empty(2 * -(-source.size // ROW) * ROW)
    while True:
        words = np.array([first, n, source.size, len(mean) > 1, room, *context], np.int64)
        found = np.empty((3, room), np.int32)
        taken = _counter()(*map(pointer, (words, mean, silent, work, found)))
        if taken >= 0:
            step, cell, count = found[:, :taken]
            return step, cell, count
        room *= 2


@cache
def _counter() -> Any:
    """The function that finds the cells with spikes; -1 where it lacks room for them."""

    @kept_cfunc(types.int64(_I8, _F8, _F8, _F8, _I4), error_model="numpy")
    def count(words_at, mean_at, silent_at, work_at, found_at):  # type: ignore[no-untyped-def]
        words = carray(words_at, (_WORDS,))
        first, n, cells, moves, room, filler = words[0], words[1], words[2], words[3], words[4], words[5]
        context = words[6:]
        rows = n if moves else 1
        mean, silent = carray(mean_at, (rows, cells)), carray(silent_at, (rows, cells))
        padded = (cells + ROW - 1) // ROW * ROW
        work, found = carray(work_at, (2, padded)), carray(found_at, (3, room))
        even, odd = work[0], work[1]
        drawn, taken = np.empty(2 * ROW), 0
        for pair in range(first // 2, (first + n + 1) // 2):
            for block in range(0, padded, ROW):
                fill(filler, drawn, context, 0, block, pair, 1, ROW)
                for j in range(ROW):
                    even[block + j], odd[block + j] = 1.0 - drawn[j], 1.0 - drawn[ROW + j]
            for half in range(2):
                step = 2 * pair + half - first
                if step < 0 or step >= n:
                    continue
                row = step if moves else 0
                for block in range(0, cells, ROW):
                    end = min(block + ROW, cells)
                    hits = 0
                    for j in range(block, end):
                        hits += 1 if work[half, j] >= silent[row, j] else 0
                    if hits == 0:
                        continue
                    if taken + hits > room:
                        return -1
                    for j in range(block, end):
                        u = work[half, j]
                        term = silent[row, j]
                        if u < term:
                            continue
                        total, k = term, 0
                        while u >= total and k <= 400:
                            k += 1
                            term = term * mean[row, j] / k
                            total += term
                        found[0, taken], found[1, taken], found[2, taken] = step, j, k
                        taken += 1
        return taken

    return count.ctypes


def _in_rounds(step: np.ndarray, cell: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`in_rounds`; ``cell`` and ``count`` are used up."""
    total = int(count.sum())
    words, found = np.array([len(step), total], np.int64), np.empty(total, np.int64)
    _rounder()(*map(pointer, (words, step, cell, count, found)))
    return found


@cache
def _rounder() -> Any:
    """The function that puts spikes in rounds, step by step."""

    @kept_cfunc(types.int64(_I8, _I8, _I8, _I8, _I8), error_model="numpy")
    def rounds(words_at, step_at, cell_at, count_at, found_at):  # type: ignore[no-untyped-def]
        words = carray(words_at, (2,))
        n = words[0]
        step, cell, count = carray(step_at, (n,)), carray(cell_at, (n,)), carray(count_at, (n,))
        found = carray(found_at, (words[1],))
        begin = place = 0
        while begin < n:
            end = begin
            while end < n and step[end] == step[begin]:
                end += 1
            following, left = end, end
            while left > begin:  # those that are left move to the front
                end, left = left, begin
                for j in range(begin, end):
                    found[place] = cell[j]
                    place += 1
                    if count[j] > 1:
                        cell[left], count[left] = cell[j], count[j] - 1
                        left += 1
            begin = following
        return place

    return rounds.ctypes
