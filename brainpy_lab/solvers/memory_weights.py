"""Weights with which fractional methods sum their past, on uniform meshes and on any other.

On a uniform mesh a weight depends on the lag alone, so that the sum is a convolution. All are written without
cancellation: differences of powers as series in 1/lag where the lag is large.

K. Diethelm, N. J. Ford, A. D. Freed, Nonlinear Dynamics 29, 3-22, 2002. doi:10.1023/A:1016592219341
R. Garrappa, Mathematics 6, 16, 2018. doi:10.3390/math6020016
"""

from __future__ import annotations

import numpy as np

_SERIES_FROM = 8.0  # argument from which differences of powers are taken as series
_TERMS = 20  # the first left out is of the order 8**-20 = 1e-18
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(10)


def gamma(x: float) -> float:
    """The gamma function; SciPy's special functions take long to load, and only fractional models need them."""
    from scipy.special import gamma as of_number

    return float(of_number(x))


def rectangle(order: float, lags: np.ndarray) -> np.ndarray:
    """(k + 1)^a - k^a: the product rectangle rule, without its factor dt^a/Gamma(a + 1)."""
    k = np.asarray(lags, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = k**order * np.expm1(order * np.log1p(1.0 / k))
    return np.where(k == 0, 1.0, differences)


def trapezoid(order: float, lags: np.ndarray) -> np.ndarray:
    """(k+2)^(a+1) - 2(k+1)^(a+1) + k^(a+1): the product trapezoid rule, without its factor dt^a/Gamma(a + 2)."""
    x, p = np.asarray(lags, dtype=float) + 1.0, order + 1.0
    direct = (x + 1) ** p - 2 * x**p + (x - 1) ** p
    return np.where(x < _SERIES_FROM, direct, 2 * x**p * _binomial_series(p, x, 2, 2, 1.0))


def trapezoid_start(order: float, steps: np.ndarray) -> np.ndarray:
    """n^(a+1) - (n - a)(n + 1)^a: the weight of the value at the start in step n, without the same factor."""
    x, p = np.asarray(steps, dtype=float) + 1.0, order + 1.0
    direct = (x - 1) ** p - (x - p) * x**order
    return np.where(x < _SERIES_FROM, direct, x**p * _binomial_series(p, x, 2, 1, -1.0))


def _binomial_series(p: float, x: np.ndarray, first: int, stride: int, sign: float) -> np.ndarray:
    """Sum of C(p, m) (sign/x)^m over m = first, first + stride, ..."""
    total, power = np.zeros_like(x), np.ones_like(x)
    coefficient, u = 1.0, sign / np.maximum(x, _SERIES_FROM)
    for m in range(1, _TERMS):
        coefficient *= (p - m + 1) / m
        power = power * u
        if m >= first and (m - first) % stride == 0:
            total += coefficient * power
    return total


def l1(order: float, lags: np.ndarray) -> np.ndarray:
    """(k + 1)^(1-a) - k^(1-a): the L1 formula's weight of an increment; 1 at lag 0."""
    return rectangle(1.0 - order, lags) if order < 1 else np.where(np.asarray(lags) == 0, 1.0, 0.0)


def grunwald(order: float, lags: int) -> np.ndarray:
    """(-1)^k C(a, k) for k = 0 ... ``lags``: the weights of Grünwald and Letnikov."""
    k = np.arange(1.0, lags + 1)
    return np.concatenate([[1.0], np.cumprod((k - 1 - order) / k)])


def grunwald_of_increments(order: float, lags: int) -> np.ndarray:
    """Partial sums of the Grünwald weights, (-1)^k C(a - 1, k): what increments are weighted with."""
    return grunwald(order - 1.0, lags)


# --- any mesh ------------------------------------------------------------------------------------------------


def rectangle_row(order: float, times: np.ndarray) -> np.ndarray:
    """Weights of the slopes at ``times[:-1]`` in the integral of order a to ``times[-1]``: product rectangle rule."""
    return _moments(order, times)[0]


def trapezoid_row(order: float, times: np.ndarray) -> np.ndarray:
    """Weights of the slopes at ``times`` in the integral of order a up to ``times[-1]``: product trapezoid rule."""
    whole, right = _moments(order, times)
    row = np.zeros(len(times))
    row[:-1] = whole - right
    row[1:] += right
    return row


def l1_row(order: float, times: np.ndarray) -> np.ndarray:
    """Weights of the increments between ``times`` in the derivative at ``times[-1]``: the L1 formula."""
    if order == 1:
        return np.append(np.zeros(len(times) - 2), 1.0 / (times[-1] - times[-2]))
    return _moments(1.0 - order, times)[0] / np.diff(times)


def _moments(order: float, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integrals over each interval of k(s) = (T - s)^(a-1)/Gamma(a), and of k times the rising hat function.

    Closed forms near T, Gauss's quadrature where an interval is short against its distance from T, in which the closed
    forms cancel.
    """
    left, right, d = times[-1] - times[:-1], times[-1] - times[1:], np.diff(times)
    whole, rising = np.empty(len(d)), np.empty(len(d))
    # beyond, the singularity lies four half-widths from the middle, and ten points of Gauss err by 7.9**-20 = 1e-18
    near = right < 1.5 * d
    a, b, h = left[near], right[near], d[near]
    whole[near] = (a**order - b**order) / gamma(order + 1)
    first = (a ** (order + 1) - b ** (order + 1)) / (order + 1)
    rising[near] = (a * (a**order - b**order) / order - first) / (h * gamma(order))
    far = ~near
    u = 0.5 + 0.5 * _NODES[:, None]
    kernel = (left[far] - u * d[far]) ** (order - 1) / gamma(order) * (0.5 * _NODE_WEIGHTS[:, None])
    whole[far] = d[far] * kernel.sum(axis=0)
    rising[far] = d[far] * (u * kernel).sum(axis=0)
    return whole, rising
