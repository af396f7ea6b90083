"""When the steps of a run end: how many it takes, and how long the last one is, so that it ends as was asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from brainpy_lab.drivers.driver import Setup
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


@dataclass
class Clock:
    """The times at which the steps of a run end.

    A run that goes on from another with its dt counts steps on: step n ends at origin + n*dt in both, to the last bit.

    Attributes
    ----------
    t0, duration, dt : float
        Start, length of the run, length of a step.
    mesh : array, optional
        Times of the steps counted from t0, when they are not uniform.
    first : int
        Steps that were taken before the run.
    origin : float
        The time before the first of these; by default t0.
    """

    t0: float
    duration: float
    dt: float
    mesh: np.ndarray | None = field(default=None, kw_only=True)
    first: int = field(default=0, kw_only=True)
    origin: float = field(default=float("nan"), kw_only=True)

    def __post_init__(self) -> None:
        if not self.first:
            self.origin = self.t0

    def times(self, steps: np.ndarray) -> np.ndarray:
        """Times at which steps end; fractions of a step lie between. The last one ends where the run was to end."""
        return self.into_times(np.array(steps, dtype=float))

    def sampled(self, steps: np.ndarray) -> np.ndarray:
        """The same where inputs are sampled, but a whole last step ends where it ends in a longer run."""
        return self.into_times(np.array(steps, dtype=float), is_exact=True)

    def into_times(self, steps: np.ndarray, is_exact: bool = False) -> np.ndarray:
        """The same in the place of the steps' numbers: a fresh array costs its pages."""
        if self.mesh is not None:
            return np.asarray(self.t0 + np.interp(steps, np.arange(len(self.mesh)), self.mesh))
        whole, rest = self.whole, self.division[1]
        last = None if is_exact else steps == self.end
        beyond = np.maximum(steps - whole, 0) * rest if rest else 0.0
        steps *= self.dt
        if rest:
            np.minimum(steps, whole * self.dt, out=steps)
            steps += beyond
        if self.origin:
            steps += self.origin
        if last is not None:
            steps[last] = self.t0 + self.duration
        return steps

    def time(self, step: int) -> float:
        """The time at which one step ends."""
        if self.mesh is not None or self.division[1]:
            return float(self.times(np.asarray(step)))
        return self.t0 + self.duration if step == self.end else step * self.dt + self.origin

    @cached_property
    def division(self) -> tuple[int, float]:
        """Steps of length dt, and the length of a shorter last one, 0 where there is none."""
        return steps_of(self.duration, self.dt) if self.mesh is None else (len(self.mesh) - 1, 0.0)

    @property
    def n_steps(self) -> int:
        """Steps that reach the end; the last one is shorter where dt does not divide the duration."""
        whole, rest = self.division
        return whole + (rest > 0)

    @property
    def whole(self) -> int:
        """Number of the step after the last one of length dt."""
        return self.first + self.division[0]

    @property
    def end(self) -> int:
        """Number of the step after the last one."""
        return self.first + self.n_steps

    def last_step(self, setup: Setup) -> Setup:
        """``setup`` with the length of the shorter last step, for the flow that has taken the whole ones."""
        whole, rest = self.whole, self.division[1]
        noise = setup.noise
        if noise.path is not None:
            noise = replace(noise, path=noise.path.at_step(whole, rest))
        return replace(setup, t0=self.origin + whole * self.dt - whole * rest, dt=rest, every=1, noise=noise)
