"""Random inputs: Ornstein-Uhlenbeck noise and Poisson spikes, each path with its own generator."""

from __future__ import annotations

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError, in_words
from brainpy_lab.inputs.input import MOST_NUMBERS, Input, sample_times


@in_words("inputs.ou_noise")
def ou_noise(
    mean: float, sigma: float, tau: float, duration: float, seed: int, n: int | None = None, dt: float = 0.1
) -> Input:
    """Ornstein-Uhlenbeck noise: ``dx = (mean - x)/tau dt + sigma*sqrt(2/tau) dW``, exact at the samples, stationary.

    Parameters
    ----------
    mean, sigma : float
        Mean and standard deviation of the stationary process.
    tau : float
        Correlation time: the autocovariance is ``sigma**2 * exp(-|s|/tau)``.
    duration, dt : float
        Length of the input and interval of its samples.
    seed : int
        The same seed gives the same noise; cell ``i`` gets the same path for every ``n > i``.
    n : int, optional
        Number of independent paths; values then have shape (n_times, n), else (n_times,).

    Raises
    ------
    ArgumentError
        For a tau that is not positive, a negative sigma, a seed or n that is no whole number.
    MemoryLimitError
        For more samples than fit into memory.

    References
    ----------
    Gillespie DT (1996). Exact numerical simulation of the Ornstein-Uhlenbeck process and its integral.
    Phys Rev E 54:2084. doi:10.1103/PhysRevE.54.2084
    """
    if not tau > 0 or not sigma >= 0:
        raise ArgumentError(f"tau is positive and sigma not negative; got tau={tau}, sigma={sigma}.")
    n_times = len(sample_times(duration, dt))
    decay = np.exp(-dt / tau)  # exact for any dt: no step of a method is taken
    kick = sigma * np.sqrt(-np.expm1(-2 * dt / tau))
    normals = np.stack(
        [_generator(seed, path).standard_normal(n_times) for path in range(_n_paths(n, n_times))], axis=1
    )
    values = np.empty_like(normals)
    deviation = sigma * normals[0]
    values[0] = deviation
    for k in range(1, n_times):
        deviation = deviation * decay + kick * normals[k]
        values[k] = deviation
    values += mean
    return Input(values if n is not None else values[:, 0], dt, interpolation="linear")


@in_words("inputs.poisson")
def poisson(rate: float, duration: float, seed: int, n: int | None = None, area: float = 1.0, dt: float = 0.1) -> Input:
    """Impulses of a Poisson process: ``rate`` per unit of time, each of integral ``area`` (height ``area / dt``).

    Parameters
    ----------
    rate : float
        Expected number per unit of the model's time (20 Hz in a model in milliseconds is 0.02).
    duration, dt : float
        Length of the input and interval of its samples.
    seed : int
        The same seed gives the same spikes; cell ``i`` gets the same train for every ``n > i``.
    n : int, optional
        Number of independent trains; values then have shape (n_times, n), else (n_times,).

    Raises
    ------
    ArgumentError
        For a negative rate, a seed or n that is no whole number.
    MemoryLimitError
        For more samples than fit into memory.
    """
    if not rate >= 0:
        raise ArgumentError(f"The rate is not negative; got {rate}.")
    n_times = len(sample_times(duration, dt))
    trains = [_generator(seed, path).poisson(rate * dt, n_times) for path in range(_n_paths(n, n_times))]
    values = np.stack(trains, axis=1) * (area / dt)
    return Input(values if n is not None else values[:, 0], dt)


def _n_paths(n: int | None, n_times: int) -> int:
    if n is None:
        return 1
    if isinstance(n, bool | np.bool_) or n < 1 or n != int(n):
        raise ArgumentError(f"The number of paths n is a whole number, at least 1; got {n!r:.40}.")
    if n * n_times > MOST_NUMBERS:
        raise MemoryLimitError(
            f"n = {n!s:.40} paths of {n_times} samples do not fit into memory.", advice="Take fewer."
        )
    return int(n)


def _generator(seed: int, path: int) -> np.random.Generator:
    """Counter-based generator of one path: addressed by seed and path, whatever the number of paths."""
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0 on, not {seed!r:.80}.")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, path])))
