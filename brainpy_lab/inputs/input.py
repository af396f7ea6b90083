"""Samples of a quantity over time, which add and multiply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError, in_words

#: Numbers that an input holds at most: 16 GB.
MOST_NUMBERS = 2_000_000_000


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
        # single precision stays: half the memory of long recordings, and runs compute in double anyway
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
        # slack, in samples: step borders are k*dt, and fall a rounding error beside the samples they are meant to meet
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


def sample_times(duration: float, dt: float) -> np.ndarray:
    """Sample times 0, dt, 2 dt, ... up to ``duration`` inclusive, shape (n_times,).

    Raises
    ------
    ArgumentError
        For a duration or dt that is no positive number.
    MemoryLimitError
        For more samples than an input may hold.
    """
    if not (np.isfinite(duration) and duration >= 0 and np.isfinite(dt) and dt > 0):
        raise ArgumentError(f"duration and dt are positive numbers; got duration={duration}, dt={dt}.")
    if any(isinstance(number, bool | np.bool_) for number in (duration, dt)):
        raise ArgumentError(f"duration and dt are numbers; got duration={duration}, dt={dt}.")
    if duration / dt > MOST_NUMBERS:
        advice = "Take a larger dt or a shorter duration; a function of t needs no samples."
        raise MemoryLimitError(
            f"An input of {duration:g} at dt = {dt:g} has {duration / dt:.1e} samples.", advice=advice
        )
    return dt * np.arange(round(duration / dt) + 1)
