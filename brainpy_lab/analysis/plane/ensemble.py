"""Many orbits of one field at once, each with steps of its own, through resets too.

Dormand and Prince's pair of orders five and four. A step that ends in a reset is shortened until it ends where the
condition becomes true.

Reference: J. R. Dormand, P. J. Prince (1980). A family of embedded Runge-Kutta formulae. J. Comput. Appl. Math. 6,
19-26. doi:10.1016/0771-050X(80)90013-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.plane.cubic import Cubic
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.vector_field import Array

_A = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])

#: A step that moves the state by less than this part of its unit is none: the field has no finite value beside it.
NO_STEP = 1e-15

#: Halvings of the step in which a reset happens, and those that the cubic through its ends is good for.
HALVINGS, COARSE_HALVINGS = 50, 20

#: So near, in parts of a step, to where a cubic comes to the condition the orbit does.
BESIDE = 1e-3


class Drift(Protocol):
    """What orbits follow."""

    def rhs(self, y: Array) -> Array:
        """The drift, shape (n_free, n), of the states ``y``."""


@dataclass(frozen=True)
class _Held:
    """A field in which some states, (n_free, n), of some orbits do not move."""

    field: Drift
    which: NDArray[np.bool_]

    def rhs(self, y: Array) -> Array:
        """The drift, shape (n_free, n)."""
        return np.where(self.which, 0.0, self.field.rhs(y))


class Ensemble:
    """Orbits from ``starts``, shape (n_free, n_orbits).

    Attributes
    ----------
    y : ndarray, shape (n_free, n_orbits)
        Where the orbits are; nan where one has no finite value any more.
    slope : ndarray, shape (n_free, n_orbits)
        The field there.
    t : ndarray, shape (n_orbits,)
    has_reset : ndarray of bool, shape (n_orbits,)
        Which orbits were reset by the last step; ``before`` is where that happened, ``after`` the states right after
        it, ``since`` when. Behind a reset that holds a state, ``y`` and ``t`` are those at the end of that time.
    """

    def __init__(self, field: Drift, resets: Resets | None, starts: Array, units: Array, rtol: float) -> None:
        self.field, self.resets, self.rtol, self._units = field, resets, rtol, units[:, None]
        self.atol = 1e-2 * rtol * units[:, None]
        self.y, self.t = starts.copy(), np.zeros(starts.shape[1])
        self.before, self.after, self.since = starts.copy(), starts.copy(), self.t.copy()
        self.has_reset = np.zeros(starts.shape[1], dtype=bool)
        self.slope = self._rhs(self.y)
        speed = np.abs(self.slope / units[:, None]).max(axis=0)
        with np.errstate(all="ignore"):
            self._h = np.where(speed > 0, 1e-3 / speed, 1.0)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave all orbits but ``which``."""
        self.y, self.before, self.slope = self.y[:, which], self.before[:, which], self.slope[:, which]
        self.after, self.since = self.after[:, which], self.since[which]
        self.t, self._h, self.has_reset = self.t[which], self._h[which], self.has_reset[which]

    def hold(self, before: Array) -> None:
        """Pass the time in which a reset, from the state ``before``, shape (n_free,), holds some of the states."""
        if self.resets:
            self.y, time = self._held(np.repeat(before[:, None], self.y.shape[1], axis=1), self.y)
            self.t, self.slope = self.t + time, self._rhs(self.y)

    def step(self, until: float | Array = np.inf) -> None:
        """One step of each orbit, none beyond the time ``until``."""
        h = np.minimum(self._h, until - self.t)
        y, slopes = self._trial(self.y, self.slope, h)
        with np.errstate(all="ignore"):
            size = self.atol + self.rtol * np.maximum(np.abs(self.y), np.abs(y))
            error = np.abs(h * np.tensordot(_ERROR, slopes, axes=1) / size).max(axis=0)
        good = error <= 1
        with np.errstate(all="ignore"):
            factor = np.clip(0.9 * np.where(error > 0, error, 1e-10) ** -0.2, 0.2, 5.0)
        # a step that gives no finite value is tried with a tenth, until there is no step left
        grown = np.where(np.isfinite(error), h * factor, h / 10)
        lost = ~good & ~(np.abs(grown * self.slope / self._units).max(axis=0) > NO_STEP)
        self._h = np.where(good & (h < self._h), np.maximum(self._h, grown), grown)  # cut at `until`: not its own size
        moved = np.where(good, y, self.y)
        self.t = np.where(good, self.t + h, self.t)
        slope = np.where(good, slopes[-1], self.slope)
        self.has_reset = np.zeros(len(h), dtype=bool)
        if self.resets:
            self.has_reset = good & self._holds(y)
            at = np.flatnonzero(self.has_reset)
            if at.size:
                part, state = self._until_reset(self.y[:, at], self.slope[:, at], h[at])
                self.t[at] += part - h[at]
                self.before[:, at], self.since[at] = state, self.t[at]
                self.after[:, at] = self.resets.apply(state)
                moved[:, at], time = self._held(state, self.after[:, at])
                self.t[at] += time
                slope[:, at] = self._rhs(moved[:, at])
        self.y = np.where(lost, np.nan, moved)
        self.slope = slope

    def _until_reset(self, y: Array, slope: Array, h: Array) -> tuple[Array, Array]:
        """The part of the steps after which the condition holds, and the states there.

        It is found on the cubic through both ends, then between two short steps' ends, where that cubic is exact.
        """
        end, slopes = self._trial(y, slope, h)
        low, high, _ = self._on_cubic((y, slope), (end, slopes[-1]), h, COARSE_HALVINGS)
        low, high = np.maximum(low - BESIDE * h, 0.0), np.minimum(high + BESIDE * h, h)
        (before, first), (after, last) = self._trial(y, slope, low), self._trial(y, slope, high)
        _, part, state = self._on_cubic((before, first[-1]), (after, last[-1]), high - low, HALVINGS)
        part = low + part
        missed = np.flatnonzero(self._holds(before) | ~self._holds(after))
        if missed.size:
            part[missed], state[:, missed] = self._by_steps(y[:, missed], slope[:, missed], h[missed])
        return part, state

    def _on_cubic(
        self, left: tuple[Array, Array], right: tuple[Array, Array], h: Array, halvings: int
    ) -> tuple[Array, Array, Array]:
        """The last time before the condition holds, the first at which it does, and the states there.

        ``left`` and ``right`` are states and slopes at the ends of steps ``h``, between which a cubic is laid.
        """
        cubic = Cubic.between(left, right, h)
        low, high = np.zeros_like(h), np.ones_like(h)
        for _ in range(halvings):
            middle = (low + high) / 2
            holds = self._holds(cubic.at(middle))
            low, high = np.where(holds, low, middle), np.where(holds, middle, high)
        return low * h, high * h, np.where(high == 1, right[0], cubic.at(high))

    def _by_steps(self, y: Array, slope: Array, h: Array) -> tuple[Array, Array]:
        """The same by steps of all lengths, where the condition changes too abruptly for a cubic."""
        low, high = np.zeros_like(h), h.copy()
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            holds = self._holds(self._trial(y, slope, middle)[0])
            low, high = np.where(holds, low, middle), np.where(holds, middle, high)
        return high, self._trial(y, slope, high)[0]

    def _holds(self, y: Array) -> NDArray[np.bool_]:
        """Whether a reset happens in the states ``y``."""
        return self.resets.holds(y) if self.resets else np.zeros(y.shape[1:], dtype=bool)

    def _held(self, before: Array, after: Array) -> tuple[Array, Array]:
        """The states at the end of the time in which resets hold some of them, and that time, (n,)."""
        left = np.zeros(after.shape)
        for row, duration in self.resets.holding(before, after) if self.resets else ():
            left[row] = np.maximum(left[row], duration)
        times = left.max(axis=0)
        while (left > 0).any():
            stretch = np.where(left > 0, left, np.inf).min(axis=0)
            stretch[np.isinf(stretch)] = 0.0
            orbits = Ensemble(_Held(self.field, left > 0), None, after, self._units[:, 0], self.rtol)
            while ((orbits.t < stretch) & np.isfinite(orbits.y).all(axis=0)).any():
                orbits.step(stretch)
            after, left = orbits.y, np.where(left > stretch, left - stretch, 0.0)
        return after, times

    def _trial(self, y: Array, slope: Array, h: Array) -> tuple[Array, Array]:
        """States after steps ``h``, and the seven slopes."""
        slopes = np.empty((7, *y.shape))
        slopes[0] = slope
        new = y
        for stage, row in enumerate(_A, start=1):
            with np.errstate(all="ignore"):
                new = y + h * np.tensordot(np.array(row), slopes[:stage], axes=1)
            slopes[stage] = self._rhs(new)
        return new, slopes

    def _rhs(self, y: Array) -> Array:
        with np.errstate(all="ignore"):
            return self.field.rhs(y)
