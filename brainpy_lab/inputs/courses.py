"""Inputs whose course is given: constants, steps, ramps, pulses, sines, spikes at known times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.inputs.input import Input, sample_times


@in_words("inputs.constant")
def constant(value: float | Sequence[float] | np.ndarray, duration: float, dt: float = 0.1) -> Input:
    """The same ``value`` from time 0 to ``duration``, both included, with samples every ``dt``.

    ``value`` is a number, or an array with one number for each cell; the values have shape (n_times, *shape).

    >>> constant(2.0, 0.3).values
    array([2., 2., 2., 2.])
    """
    amplitude = np.asarray(value, dtype=float)
    return Input(np.broadcast_to(amplitude, (len(sample_times(duration, dt)), *amplitude.shape)).copy(), dt)


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

    Raises
    ------
    ArgumentError
        When there is not one duration for each value, or one is negative.

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
    # 1e-9: a sample on a boundary may lie a rounding error before it, and takes the value after it
    which = np.searchsorted(ends, sample_times(ends[-1], dt) + 1e-9 * dt, side="right")
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
    return Input(np.interp(sample_times(duration, dt), [t_start, t_end], [first, last]), dt, interpolation="linear")


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

    Raises
    ------
    ArgumentError
        For a width that is not positive, a time that is not finite, or lists of different lengths.

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
    grid = sample_times(duration, dt)
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
    values = bias + amplitude * np.sin(2 * np.pi * sample_times(duration, dt) / period + phase)
    return Input(values, dt, interpolation="linear")


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
    grid = sample_times(duration, dt)
    at = np.asarray(times, dtype=float).ravel()
    if not np.isfinite(at).all():
        raise ArgumentError("Spike times are finite numbers; one of these is not.")
    which = np.floor(at / dt + 1e-9).astype(int)  # 0.3/0.1 is a rounding error below 3
    if np.any((which < 0) | (which >= len(grid))):
        raise ArgumentError(f"Spike times lie between 0 and the duration, {duration}.")
    return Input(np.bincount(which, minlength=len(grid)) * (area / dt), dt)
