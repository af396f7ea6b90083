"""Many orbits of one field at once, each with steps of its own, through resets too.

Dormand and Prince's pair of orders five and four. A step that ends in a reset is shortened until it ends where the
condition becomes true.

Reference: J. R. Dormand, P. J. Prince (1980). A family of embedded Runge-Kutta formulae. J. Comput. Appl. Math. 6,
19-26. doi:10.1016/0771-050X(80)90013-3
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.vector_field import Array, VectorField

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

#: Halvings of the step in which a reset happens.
HALVINGS = 50


class Ensemble:
    """Orbits from ``starts``, shape (n_free, n_orbits).

    Attributes
    ----------
    y : ndarray, shape (n_free, n_orbits)
        Where the orbits are; nan where one has no finite value any more.
    t : ndarray, shape (n_orbits,)
    has_reset : ndarray of bool, shape (n_orbits,)
        Which orbits were reset by the last step; ``before`` is where that happened.
    """

    def __init__(self, field: VectorField, resets: Resets, starts: Array, units: Array, rtol: float) -> None:
        self.field, self.resets, self.rtol, self._units = field, resets, rtol, units[:, None]
        self.atol = 1e-2 * rtol * units[:, None]
        self.y, self.t = starts.copy(), np.zeros(starts.shape[1])
        self.before = starts.copy()
        self.has_reset = np.zeros(starts.shape[1], dtype=bool)
        self._slope = self._rhs(self.y)
        speed = np.abs(self._slope / units[:, None]).max(axis=0)
        with np.errstate(all="ignore"):
            self._h = np.where(speed > 0, 1e-3 / speed, 1.0)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave all orbits but ``which``."""
        self.y, self.before, self._slope = self.y[:, which], self.before[:, which], self._slope[:, which]
        self.t, self._h, self.has_reset = self.t[which], self._h[which], self.has_reset[which]

    def step(self, until: float = np.inf) -> None:
        """One step of each orbit, none beyond the time ``until``."""
        h = np.minimum(self._h, until - self.t)
        y, slopes = self._trial(self.y, self._slope, h)
        with np.errstate(all="ignore"):
            size = self.atol + self.rtol * np.maximum(np.abs(self.y), np.abs(y))
            error = np.abs(h * np.tensordot(_ERROR, slopes, axes=1) / size).max(axis=0)
        good = error <= 1
        with np.errstate(all="ignore"):
            factor = np.clip(0.9 * np.where(error > 0, error, 1e-10) ** -0.2, 0.2, 5.0)
        # a step that gives no finite value is tried with a tenth, until there is no step left
        grown = np.where(np.isfinite(error), h * factor, h / 10)
        lost = ~good & ~(np.abs(grown * self._slope / self._units).max(axis=0) > NO_STEP)
        self._h = np.where(good & (h < self._h), np.maximum(self._h, grown), grown)  # cut at `until`: not its own size
        moved = np.where(good, y, self.y)
        self.t = np.where(good, self.t + h, self.t)
        slope = np.where(good, slopes[-1], self._slope)
        self.has_reset = np.zeros(len(h), dtype=bool)
        if self.resets:
            self.has_reset = good & self.resets.holds(y)
            at = np.flatnonzero(self.has_reset)
            if at.size:
                part, state = self._until_reset(self.y[:, at], self._slope[:, at], h[at])
                self.t[at] += part - h[at]
                self.before[:, at] = state
                moved[:, at] = self.resets.apply(state)
                slope[:, at] = self._rhs(moved[:, at])
        self.y = np.where(lost, np.nan, moved)
        self._slope = slope

    def _until_reset(self, y: Array, slope: Array, h: Array) -> tuple[Array, Array]:
        """The part of the steps after which the condition holds, and the states there."""
        low, high = np.zeros_like(h), h.copy()
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            holds = self.resets.holds(self._trial(y, slope, middle)[0])
            low, high = np.where(holds, low, middle), np.where(holds, middle, high)
        return high, self._trial(y, slope, high)[0]

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
