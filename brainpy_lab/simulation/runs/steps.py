"""How many steps a fixed-step run takes, and how long its last one is: a run ends at the time that was asked for."""

from __future__ import annotations

import math

import numpy as np

from brainpy_lab.errors import ArgumentError

_ROUNDING = 1e-9  # of a step: a rest below is no step of its own
_LARGEST = 2**53  # steps that can be told apart


def steps_of(duration: float, dt: float) -> tuple[int, float]:
    """Whole steps of ``dt`` in ``duration``, and the shorter last step that reaches its end, 0 where they fill it."""
    ratio = duration / dt
    if not ratio < _LARGEST:
        raise ArgumentError(
            f"A run of {duration:g} in steps of {dt:g} takes {ratio:.3g} steps, more than can be counted.",
            advice="Take a larger dt or a shorter run.",
        )
    nearest = round(ratio)
    if nearest and abs(ratio - nearest) <= _ROUNDING + 4 * np.finfo(float).eps * ratio:
        return nearest, 0.0
    whole = math.floor(ratio)
    return whole, duration - whole * dt


def count_of(duration: float, dt: float) -> int:
    """Steps of a run, a shorter last one among them."""
    whole, rest = steps_of(duration, dt)
    return whole + (rest > 0)


def check_times(t0: float, duration: float, dt: float | None) -> None:
    """Refuse a run whose times cannot be told apart; ``dt`` is that of steps of fixed length."""
    if dt is not None:
        steps_of(duration, dt)
    end = t0 + duration
    apart = float(np.spacing(max(abs(t0), abs(end))))
    if end == t0:
        raise ArgumentError(f"Times near t = {t0:g} lie {apart:.2g} apart: a run of {duration:g} ends where it starts.")
    if dt is not None and dt < apart:
        raise ArgumentError(
            f"Times near t = {max(t0, end, key=abs):g} lie {apart:.2g} apart, further than a step of {dt:g}.",
            advice="Take a larger dt, or let the run start nearer to 0.",
        )
