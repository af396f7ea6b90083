"""Caputo relaxation written by hand for Numba and SciPy's FFT: block kernels for either scheme.

Online convolution in blocks (Hairer, Lubich & Schlichte 1985): within a block of 512 steps the sums are taken directly,
step by step, as independent partial sums that vectorise; between blocks by FFT, with the transforms of the weights
kept. Sums that are made group by group, as `brainpy_lab.drivers.numba.recall` makes them, cost a quarter of that: with
them 2,000 steps by hand take about a third of the time, less than what any run costs before and after its loop.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from scipy import fft

BLOCK = 512


@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _dot(weights, values, low, count):
    total = 0.0
    for j in range(count):
        total += weights[BLOCK - count + j] * values[low + j]
    return total


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _explicit(n, low, rate, weight, recent, sums, moves, y):
    """Explicit Grünwald-Letnikov: ``moves`` are the increments."""
    for k in range(low, low + n):
        moves[k] = sums[k] + _dot(recent, moves, low, k - low) - weight * rate * y[k]
        y[k + 1] = y[k] + moves[k]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _corrected(first, n, low, rate, own, recent_p, recent_c, sums_p, sums_c, slopes, y):
    """Adams-Bashforth-Moulton: ``slopes`` are the right-hand sides."""
    for k in range(first, first + n):
        slope = -rate * y[k]
        ahead = sums_p[k] + _dot(recent_p, slopes, low, k - low) + own[0] * slope
        y[k + 1] = sums_c[k] + _dot(recent_c, slopes, low, k - low) + own[1] * slope - own[2] * rate * ahead
        slopes[k] = slope


def _blocks(step, n, weights, sums, values):
    """Call ``step(low, count)`` block by block and add to later sums what each block's values weigh."""
    transforms = {}
    for block in range(-(-n // BLOCK)):
        low = block * BLOCK
        step(low, min(BLOCK, n - low))
        end = low + BLOCK
        if end >= n:
            return
        length = ((block + 1) & -(block + 1)) * BLOCK
        if length not in transforms:
            transforms[length] = [fft.rfft(w[: 2 * length], 2 * length) for w in weights]
        spectrum = fft.rfft(values[end - length : end], 2 * length)
        count = min(length, n - end)
        for table, target in zip(transforms[length], sums, strict=True):
            target[end : end + count] += fft.irfft(spectrum * table, 2 * length)[length : length + count]


def grunwald_letnikov(order: float, rate: float, dt: float, n: int) -> np.ndarray:
    """States at all steps of the explicit Grünwald-Letnikov method from y(0) = 1."""
    k = np.arange(1.0, n + 1)
    weights = -np.concatenate([[1.0], np.cumprod((k - order) / k)])
    padded = np.pad(weights, (0, max(0, BLOCK + 1 - len(weights))))
    recent, sums = np.ascontiguousarray(padded[BLOCK:0:-1]), np.zeros(n)
    moves, y = np.zeros(n), np.empty(n + 1)
    y[0] = 1.0
    weight = dt**order

    def step(low, count):
        _explicit(count, low, rate, weight, recent, sums, moves, y)

    _blocks(step, n, [weights], [sums], moves)
    return y


def caputo_pece(order: float, rate: float, dt: float, n: int) -> np.ndarray:
    """States at all steps of the fractional Adams-Bashforth-Moulton method from y(0) = 1."""
    k, p = np.arange(n + 1.0), order + 1.0
    predictor = np.diff(np.arange(n + 2.0) ** order) * dt**order / math.gamma(p)
    scale = dt**order / math.gamma(p + 1.0)
    powers = np.arange(n + 3.0) ** p
    corrector = (powers[2:] - 2 * powers[1:-1] + powers[:-2]) * scale
    start = (k**p - (k - order) * (k + 1.0) ** order) * scale
    recent = [np.ascontiguousarray(np.pad(w, (0, BLOCK))[BLOCK:0:-1]) for w in (predictor, corrector)]
    sums = [np.ones(n), np.ones(n)]
    slopes, y = np.zeros(n), np.empty(n + 1)
    y[0] = 1.0
    first = np.array([predictor[0], order * scale, scale])
    own = np.array([predictor[0], corrector[0], scale])

    def step(low, count):
        if low == 0:
            _corrected(0, 1, 0, rate, first, *recent, *sums, slopes, y)
            sums[1][1:] += (start - corrector)[1:n] * slopes[0]
            _corrected(1, count - 1, 0, rate, own, *recent, *sums, slopes, y)
        else:
            _corrected(low, count, low, rate, own, *recent, *sums, slopes, y)

    _blocks(step, n, [predictor, corrector], sums, slopes)
    return y


METHODS = {"grunwald_letnikov": grunwald_letnikov, "caputo_pece": caputo_pece}
