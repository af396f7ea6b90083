"""Sums over what the latest steps of a fractional run remember, compiled once for all models.

A single cell's sums are made group by group: `recall` gives a group of `GROUP` steps what earlier steps remember, then
each step of it hands on what it remembers itself, by `spread`. A step so waits for one product of the step before it,
and not for a sum over all. `W` in both holds weights by lag, from -`GROUP` + 1 on, zero up to lag 0. Ensembles take the
sum at each step, lane by lane at once: `recall_lanes`.
"""

from __future__ import annotations

import numpy as np

from brainpy_lab.drivers.numba.cache import kept_njit

GROUP = 32  # steps

_OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


@kept_njit("void(f8[::1], f8[::1], f8[::1], i8, i8, i8)", **_OPTIONS)
def recall(into: np.ndarray, W: np.ndarray, remembered: np.ndarray, low: int, step: int, group: int) -> None:
    """What the steps from ``low`` up to ``step`` give to the sums of the group that begins with step ``group``."""
    into[:] = 0.0
    first = low
    if (group - low) % 2:
        weights, value = W[group - low + GROUP - 1 : group - low + 2 * GROUP - 1], remembered[low]
        for j in range(GROUP):
            into[j] += weights[j] * value
        first += 1
    for i in range(first, group, 2):  # two at once, or what was stored last would be waited for
        weights = W[group - i + GROUP - 2 : group - i + 2 * GROUP - 1]
        value, later = remembered[i], remembered[i + 1]
        for j in range(GROUP):
            into[j] += weights[j + 1] * value + weights[j] * later
    for i in range(group, step):  # as `spread` has added them, where a chunk begins within the group
        weights, value = W[GROUP - 1 - i + group : 2 * GROUP - 1 - i + group], remembered[i]
        for j in range(GROUP):
            into[j] += weights[j] * value


@kept_njit("void(f8[::1], f8[::1], i8, f8)", **_OPTIONS)
def spread(into: np.ndarray, W: np.ndarray, place: int, value: float) -> None:
    """Add to the group's later sums what the step at ``place`` in it gives, which remembers ``value``."""
    weights = W[GROUP - 1 - place : 2 * GROUP - 1 - place]
    for j in range(GROUP):
        into[j] += weights[j] * value


@kept_njit("void(f8[::1], f8[:, ::1], f8[:, ::1], i8, i8, i8, i8)", **_OPTIONS)
def recall_lanes(
    into: np.ndarray, W: np.ndarray, remembered: np.ndarray, low: int, step: int, first: int, lanes: int
) -> None:
    """Add what the steps from ``low`` up to ``step`` give, for the ``lanes`` from ``first`` on.

    ``W`` holds the weights of a block, the oldest step's first, for every lane or one for all.
    """
    count = step - low
    for i in range(count):
        weights, values = W[len(W) - count + i], remembered[low + i]
        if W.shape[1] == 1:
            for j in range(lanes):
                into[j] += weights[0] * values[first + j]
        else:
            for j in range(lanes):
                into[j] += weights[first + j] * values[first + j]
