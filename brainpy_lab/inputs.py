"""Inputs: quantities over time that drive a parameter of a run, ``m.run(200, I=bp.inputs.ramp(0, 2, 200))``.

Each function gives an `Input`: samples at a fixed interval ``dt``, from time 0 to ``duration`` inclusive. Times and
``dt`` are in the model's unit of time, values in the unit of the parameter they drive. Inputs of the same sampling add
and multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError, in_words

__all__ = ["Input", "constant", "ou_noise", "poisson", "pulses", "ramp", "section", "sine", "spikes", "step"]


#: Numbers that an input holds at most: 16 GB.
_MOST = 2_000_000_000


@dataclass(frozen=True, eq=False)
class Input:
    """Samples of a quantity over time.

    Parameters
    ----------
    values : array (n_times, *shape)
        Sample ``k`` is the value at ``start + k*dt``. ``shape`` broadcasts with the run's ensemble.
    dt : float
        Interval of the samples, in the model's unit of time.
    start : float
        Time of the first sample.
    interpolation : {"previous", "linear"}
        What holds between samples: the sample before, or the straight line. Outside, the first or last sample.

    Examples
    --------
    >>> current = Input(np.array([0.0, 1.0, 4.0]), dt=0.5, interpolation="linear")
    >>> float(current(0.75))
    2.5
    >>> (2 * current).values
    array([0., 2., 8.])
    """

    values: Any
    dt: float
    start: float = 0.0
    interpolation: Literal["previous", "linear"] = "previous"

    @in_words("Input")
    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        if values.dtype.kind not in "fiub" or values.ndim == 0 or len(values) == 0:
            raise ArgumentError("An input needs at least one sample, and samples are real numbers.")
        if not np.isfinite(values).all():
            raise ArgumentError("The samples of an input are finite numbers; one of these is not.")
        if not (np.isfinite(self.dt) and self.dt > 0):
            raise ArgumentError(f"The interval of the samples must be positive; dt is {self.dt}.")
        if self.interpolation not in ("previous", "linear"):
            raise ArgumentError(f"interpolation is 'previous' or 'linear', not {self.interpolation!r}.")
        object.__setattr__(self, "values", values if values.dtype == np.float32 else values.astype(float, copy=False))

    @property
    def t(self) -> np.ndarray:
        """Times of the samples (n_times,)."""
        return self.start + self.dt * np.arange(len(self.values))

    @property
    def duration(self) -> float:
        """Time between the first sample and the last."""
        return self.dt * (len(self.values) - 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample: ``()`` when all cells get the same."""
        return tuple(self.values.shape[1:])

    def __len__(self) -> int:
        return len(self.values)

    @in_words("An input")
    def __call__(self, t: Any) -> Any:
        """The value at time ``t`` (a number, or an array whose shape comes before that of one sample)."""
        place = (np.asarray(t, dtype=float) - self.start) / self.dt
        last = len(self.values) - 1
        if self.interpolation == "previous":
            # a grid time computed as k*dt may lie a rounding error before sample k
            return self.values[np.clip(np.floor(place + 1e-9 + 1e-15 * np.abs(place)), 0, last).astype(int)]
        place = np.clip(place, 0, last)
        left = np.minimum(np.floor(place).astype(int), max(last - 1, 0))
        part = np.reshape(place - left, (*place.shape, *[1] * (self.values.ndim - 1)))
        return self.values[left] * (1 - part) + self.values[np.minimum(left + 1, last)] * part

    def mean(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Averages between times, (n, *shape), of an input that is constant between samples: no impulse is lost."""
        last, slack = len(self.values) - 1, 1e-9
        low, high = ((np.asarray(time, dtype=float) - self.start) / self.dt for time in (begin, end))
        slack += 1e-15 * float(max(np.abs(low).max(initial=0.0), np.abs(high).max(initial=0.0)))
        first = np.clip(np.floor(low + slack), 0, last).astype(int)
        found = np.array(self.values[first], dtype=float)
        several = np.flatnonzero(np.clip(np.ceil(high - slack) - 1, 0, last).astype(int) > first)
        if several.size:
            sums = np.concatenate([np.zeros((1, *self.shape)), np.cumsum(self.values, axis=0, dtype=float)])
            up_to = [self._integral(place[several], sums) for place in (low, high)]
            width = np.reshape(high[several] - low[several], (-1, *[1] * len(self.shape)))
            found[several] = (up_to[1] - up_to[0]) / width
        return found

    def _integral(self, place: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """Integral from the first sample to ``place``, in samples; ``sums[k]`` is that of the first k samples."""
        left = np.clip(np.floor(place), 0, len(self.values) - 1).astype(int)
        part = np.reshape(place - left, (-1, *[1] * len(self.shape)))
        return np.asarray(sums[left] + part * self.values[left])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        shape = f" of shape {self.shape}" if self.shape else ""
        end = self.start + self.duration
        return f"Input({len(self)} samples{shape}, dt={self.dt:g}, from {self.start:g} to {end:g})"

    def __add__(self, other: Any) -> Input:
        return self._combined(other, np.add)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Input:
        return self._combined(other, np.subtract)

    def __rsub__(self, other: Any) -> Input:
        return self._combined(other, lambda mine, theirs: theirs - mine)

    def __mul__(self, other: Any) -> Input:
        return self._combined(other, np.multiply)

    __rmul__ = __mul__

    def __neg__(self) -> Input:
        return self * -1.0

    @in_words("Arithmetic with an input")
    def _combined(self, other: Any, operation: Callable[[Any, Any], np.ndarray]) -> Input:
        interpolation = self.interpolation
        if isinstance(other, Input):
            if (len(other), other.dt, other.start) != (len(self), self.dt, self.start):
                message = f"{self} and {other} have different sampling."
                raise ArgumentError(message, advice="Give both the same dt and duration.")
            if other.interpolation != interpolation:
                interpolation = "previous"
            mine, theirs = self.values, other.values
            n = max(mine.ndim, theirs.ndim)
            mine, theirs = (a.reshape(len(a), *[1] * (n - a.ndim), *a.shape[1:]) for a in (mine, theirs))
            return Input(operation(mine, theirs), self.dt, self.start, interpolation)
        added = np.asarray(other, dtype=float)
        mine = self.values.reshape(len(self), *[1] * max(0, added.ndim - self.values.ndim + 1), *self.shape)
        return Input(operation(mine, added), self.dt, self.start, interpolation)


@in_words("inputs.constant")
def constant(value: float | Sequence[float] | np.ndarray, duration: float, dt: float = 0.1) -> Input:
    """The same ``value`` (a number, or one for each cell) from time 0 to ``duration``.

    >>> constant(2.0, 0.3).values
    array([2., 2., 2., 2.])
    """
    amplitude = np.asarray(value, dtype=float)
    return Input(np.broadcast_to(amplitude, (len(_times(duration, dt)), *amplitude.shape)).copy(), dt)


@in_words("inputs.section")
def section(values: Sequence[Any], durations: Sequence[float], dt: float = 0.1) -> Input:
    """Values that hold one after the other, each for its duration.

    Parameters
    ----------
    values : sequence of numbers, or of arrays with one number for each cell
    durations : sequence of float
        How long each holds; a boundary takes the value after it.
    dt : float
        Interval of the samples.

    Examples
    --------
    >>> section([0.0, 1.0], [0.2, 0.3]).values
    array([0., 0., 1., 1., 1., 1.])
    """
    if len(values) != len(durations) or not len(values):
        raise ArgumentError(f"section needs one duration for each value; got {len(values)} and {len(durations)}.")
    if min(durations) < 0:
        raise ArgumentError(f"Durations are not negative; got {min(durations)}.")
    ends = np.cumsum(np.asarray(durations, dtype=float))
    which = np.searchsorted(ends, _times(ends[-1], dt) + 1e-9 * dt, side="right")
    levels = np.stack(np.broadcast_arrays(*[np.asarray(v, dtype=float) for v in values]))
    return Input(levels[np.minimum(which, len(levels) - 1)], dt)


@in_words("inputs.step")
def step(amplitude: Any, at: float, duration: float, dt: float = 0.1, before: Any = 0.0) -> Input:
    """``before`` until time ``at``, then ``amplitude`` until ``duration``.

    >>> step(1.0, at=0.2, duration=0.4).values
    array([0., 0., 1., 1., 1.])
    """
    if not 0 <= at <= duration:
        raise ArgumentError(f"The step at {at} is not between 0 and the duration, {duration}.")
    return section([before, amplitude], [at, duration - at], dt)


@in_words("inputs.ramp")
def ramp(
    first: float, last: float, duration: float, t_start: float = 0.0, t_end: float | None = None, dt: float = 0.1
) -> Input:
    """``first`` until ``t_start``, a straight line to ``last`` at ``t_end`` (the end), ``last`` from there on.

    >>> ramp(0.0, 1.0, duration=0.4, t_start=0.1, t_end=0.3).values.round(3)
    array([0. , 0. , 0.5, 1. , 1. ])
    """
    t_end = duration if t_end is None else t_end
    if not 0 <= t_start < t_end:
        raise ArgumentError(f"The ramp must end after it starts; it goes from {t_start} to {t_end}.")
    return Input(np.interp(_times(duration, dt), [t_start, t_end], [first, last]), dt, interpolation="linear")


@in_words("inputs.pulses")
def pulses(
    times: Sequence[float] | np.ndarray,
    duration: float,
    width: float | Sequence[float] = 1.0,
    amplitude: float | Sequence[float] = 1.0,
    dt: float = 0.1,
) -> Input:
    """Rectangular pulses; where pulses overlap they add.

    Parameters
    ----------
    times : sequence of float
        When each pulse begins.
    duration : float
        Length of the input.
    width, amplitude : float or sequence of float
        How long each pulse lasts and how high it is; one for all, or one for each.
    dt : float
        Interval of the samples: pulses begin and end on it.

    Examples
    --------
    >>> pulses([0.1, 0.4], duration=0.6, width=0.2, amplitude=[1.0, 3.0]).values
    array([0., 1., 1., 0., 3., 3., 0.])
    """
    try:
        each = (np.asarray(given, dtype=float) for given in (np.atleast_1d(times), width, amplitude))
        begins, widths, heights = np.broadcast_arrays(*each)
    except ValueError as error:
        raise ArgumentError("width and amplitude are one number, or one for each pulse.") from error
    if not np.isfinite(begins).all() or not np.all(widths > 0):
        raise ArgumentError("Pulses begin at finite times and have a positive width.")
    grid = _times(duration, dt)
    values = np.zeros(len(grid))
    first, end = (np.clip(np.rint(edge / dt), 0, len(grid)).astype(int) for edge in (begins, begins + widths))
    for i, j, height in zip(first, end, heights, strict=True):
        values[i:j] += height
    return Input(values, dt)


@in_words("inputs.sine")
def sine(
    amplitude: float, period: float, duration: float, phase: float = 0.0, bias: float = 0.0, dt: float = 0.1
) -> Input:
    """``bias + amplitude * sin(2 pi t / period + phase)``, ``period`` in the model's time, ``phase`` in radians.

    >>> sine(2.0, period=0.4, duration=0.4).values.round(12) + 0.0
    array([ 0.,  2.,  0., -2.,  0.])
    """
    if not period > 0:
        raise ArgumentError(f"The period is positive; got {period}.")
    values = bias + amplitude * np.sin(2 * np.pi * _times(duration, dt) / period + phase)
    return Input(values, dt, interpolation="linear")


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
        Number of independent paths; values then have shape (n_times, n).

    References
    ----------
    Gillespie DT (1996). Exact numerical simulation of the Ornstein-Uhlenbeck process and its integral.
    Phys Rev E 54:2084. doi:10.1103/PhysRevE.54.2084
    """
    if not tau > 0 or not sigma >= 0:
        raise ArgumentError(f"tau is positive and sigma not negative; got tau={tau}, sigma={sigma}.")
    n_times = len(_times(duration, dt))
    decay = np.exp(-dt / tau)
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


@in_words("inputs.spikes")
def spikes(times: Sequence[float] | np.ndarray, duration: float, area: float = 1.0, dt: float = 0.1) -> Input:
    """An impulse at each time: one sample of height ``area / dt``, so that its integral over time is ``area``.

    Parameters
    ----------
    times : sequence of float
        When the spikes happen; each falls into the sample that holds then. Times outside the input are an error.
    duration, dt : float
        Length of the input and interval of its samples.
    area : float
        Integral of one impulse: the jump it makes in ``dV/dt = I``.

    Examples
    --------
    >>> spikes([0.1, 0.3], duration=0.4, area=2.0).values
    array([ 0., 20.,  0., 20.,  0.])
    """
    grid = _times(duration, dt)
    at = np.asarray(times, dtype=float).ravel()
    if not np.isfinite(at).all():
        raise ArgumentError("Spike times are finite numbers; one of these is not.")
    which = np.floor(at / dt + 1e-9).astype(int)
    if np.any((which < 0) | (which >= len(grid))):
        raise ArgumentError(f"Spike times lie between 0 and the duration, {duration}.")
    return Input(np.bincount(which, minlength=len(grid)) * (area / dt), dt)


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
        Number of independent trains; values then have shape (n_times, n).
    """
    if not rate >= 0:
        raise ArgumentError(f"The rate is not negative; got {rate}.")
    n_times = len(_times(duration, dt))
    trains = [_generator(seed, path).poisson(rate * dt, n_times) for path in range(_n_paths(n, n_times))]
    values = np.stack(trains, axis=1) * (area / dt)
    return Input(values if n is not None else values[:, 0], dt)


def _times(duration: float, dt: float) -> np.ndarray:
    """Sample times from 0 to ``duration`` inclusive."""
    if not (np.isfinite(duration) and duration >= 0 and np.isfinite(dt) and dt > 0):
        raise ArgumentError(f"duration and dt are positive numbers; got duration={duration}, dt={dt}.")
    if any(isinstance(number, bool | np.bool_) for number in (duration, dt)):
        raise ArgumentError(f"duration and dt are numbers; got duration={duration}, dt={dt}.")
    if duration / dt > _MOST:
        advice = "Take a larger dt or a shorter duration; a function of t needs no samples."
        raise MemoryLimitError(
            f"An input of {duration:g} at dt = {dt:g} has {duration / dt:.1e} samples.", advice=advice
        )
    return dt * np.arange(round(duration / dt) + 1)


def _n_paths(n: int | None, n_times: int) -> int:
    if n is None:
        return 1
    if isinstance(n, bool | np.bool_) or n < 1 or n != int(n):
        raise ArgumentError(f"The number of paths n is a whole number, at least 1; got {n!r:.40}.")
    if n * n_times > _MOST:
        raise MemoryLimitError(
            f"n = {n!s:.40} paths of {n_times} samples do not fit into memory.", advice="Take fewer."
        )
    return int(n)


def _generator(seed: int, path: int) -> np.random.Generator:
    """Counter-based generator of one path: addressed by seed and path, whatever the number of paths."""
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0 on, not {seed!r:.80}.")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, path])))
