"""Orbits from many starts followed until each has come to an attractor; attractors that are not known are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.limit_cycle import cycle_from
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.plane.attractor import ON_ORBIT, Attractor, Capture, Orbit
from brainpy_lab.analysis.plane.ensemble import Ensemble
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.stability import described
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import equilibria
from brainpy_lab.errors import AnalysisError

#: Errors of a step, relative: a start nearer than that to a border of basins may be told wrongly.
RTOL = 1e-6

#: Orbits this many widths of the box away from it escape.
FAR_AWAY = 100.0

#: Steps between looks where the orbits are.
LOOK = 20

#: The label of orbits that rest where no fixed point is known to hold them, nearer to one than so many widths.
RESTS, AT_REST = -3, 1e-3

#: Rounds, each with twice the time of the one before, after which what has not settled is left so.
ROUNDS = 8

#: Steps of all rounds, at most, and of an orbit that is followed alone.
MOST_STEPS = 6000

#: Evaluations of the equations for one cycle, and how many times none may be found where it was looked for.
EVALUATIONS, MOST_FAILURES = 20_000, 4

#: Most resets in a period.
MOST_RESETS = 40


class Holding(Protocol):
    """What says which orbits are at an attractor."""

    def holds(self, y: Array) -> NDArray[np.bool_]:
        """Whether the states ``y``, shape (n_free, n), are there."""


@dataclass
class Settling:
    """The search: ``field`` with its ``resets``, the box as ``low`` and ``high``, one unit for each state.

    Attributes
    ----------
    attractors : list of Attractor
        What orbits came to, as far as found.
    """

    field: VectorField
    resets: Resets
    low: Array
    high: Array
    units: Array
    time: float

    def __post_init__(self) -> None:
        self.attractors: list[Attractor] = []
        self._tests: list[Holding] = []
        self._steps = 0

    def add_point(self, point: FixedPoint) -> bool:
        """Add a stable fixed point; False where no region is found from which orbits do not leave it."""
        place = np.array([point.values[name] for name in self.field.free])
        capture = Capture(self.field, self.resets, place, self.units)
        if capture.level > 0:
            self.attractors.append(Attractor("fixed point", point.values, None, point.values, point.values, point))
            self._tests.append(capture)
        return capture.level > 0

    def settle(self, starts: Array) -> NDArray[np.int_]:
        """The number of the attractor of each start, shape (n_starts,); -1 for escapes, -2 the unsettled, `RESTS`."""
        labels = np.full(starts.shape[1], -2)
        left = np.arange(starts.shape[1])
        orbits = Ensemble(self.field, self.resets, starts, self.units, RTOL)
        until, failures = self.time, 0
        for _ in range(ROUNDS):
            left = self._follow(orbits, left, labels, until)
            while left.size and failures < MOST_FAILURES:
                if not self._found(orbits.y[:, 0]):
                    failures += 1
                    break
                before, left = left.size, self._take(orbits, left, labels)
                if left.size == before:  # the attractor is known, and this orbit not there yet
                    break
            if not left.size or self._steps >= MOST_STEPS:
                break
            until = 2 * until
        labels[left[self._rests(orbits.y)]] = RESTS
        return labels

    def _rests(self, y: Array) -> NDArray[np.bool_]:
        """Where the states ``y``, shape (n_free, n), are beside an equilibrium: by Newton's shortest step there."""
        slopes = np.moveaxis(self.field.jacobian(y) / self.units[:, None, None] * self.units[:, None], -1, 0)
        drift = (self.field.rhs(y) / self.units[:, None]).T[:, :, None]
        known: NDArray[np.bool_] = np.isfinite(np.concatenate([slopes, drift], axis=2)).all(axis=(1, 2))
        # along a line of equilibria the slope vanishes: no step leads there
        step = np.linalg.pinv(np.where(known[:, None, None], slopes, 0.0), rcond=1e-3) @ drift
        result: NDArray[np.bool_] = known & (np.abs(step).max(axis=(1, 2), initial=0.0) < AT_REST)
        return result

    def _follow(
        self, orbits: Ensemble, left: NDArray[np.int_], labels: NDArray[np.int_], until: float
    ) -> NDArray[np.int_]:
        """Follow all orbits to a time; those that settle leave."""
        left = self._take(orbits, left, labels)
        while left.size and (orbits.t < until).any() and self._steps < MOST_STEPS:
            orbits.step(until)
            self._steps += 1
            if self._steps % LOOK == 0:
                left = self._take(orbits, left, labels)
        return self._take(orbits, left, labels)

    def _take(self, orbits: Ensemble, left: NDArray[np.int_], labels: NDArray[np.int_]) -> NDArray[np.int_]:
        """Label the orbits that have come to an attractor, and leave them."""
        found = np.full(left.size, -2)
        reach = FAR_AWAY * (self.high - self.low)
        away = (orbits.y < (self.low - reach)[:, None]) | (orbits.y > (self.high + reach)[:, None])
        found[(away | ~np.isfinite(orbits.y)).any(axis=0)] = -1
        for number, test in enumerate(self._tests):
            open_ = np.flatnonzero(found == -2)
            found[open_[test.holds(orbits.y[:, open_])]] = number
        labels[left] = found
        orbits.keep(found == -2)
        rest: NDArray[np.int_] = left[found == -2]
        return rest

    def _found(self, y: Array) -> bool:
        """Find what the orbit that is at ``y`` settles to."""
        return self._found_point(y) or (self._found_spiking(y) if self.resets else self._found_cycle(y))

    def _found_point(self, y: Array) -> bool:
        """A stable fixed point that is near: one outside the box."""
        zero = newton(equilibria(self.field).in_units(self.units, self.units), y / self.units)
        if not zero.converged or np.abs(zero.point - y / self.units).max() > 0.1:
            return False
        point = described(self.field, zero.point * self.units, 0, np.zeros(len(y)), self.units, {})
        known = any(a.point and _apart(a.point, point, self.units) < 1e-6 for a in self.attractors)
        return point.stable and not known and self.add_point(point)

    def _found_cycle(self, y: Array) -> bool:
        try:
            cycle = cycle_from(self.field, y, None, 1e-9, EVALUATIONS)
        except AnalysisError:  # it comes to rest, escapes, or does not repeat itself yet
            return False
        points = np.array(list(cycle(np.linspace(0, cycle.period, 2000)).values()))
        values = {name: float(v) for name, v in zip(self.field.free, points[:, 0], strict=True)}
        self._add_cycle(Attractor("cycle", values, cycle.period, cycle.max, cycle.min, cycle=cycle), points)
        return True

    def _add_cycle(self, cycle: Attractor, points: Array) -> None:
        """Add a cycle with its ``points``, shape (n_free, n_points), if it is not known."""
        if not any(_is_same(a, cycle, self.units) for a in self.attractors if a.period):
            self.attractors.append(cycle)
            self._tests.append(Orbit(_filled(points, self.units), self.units))

    def _found_spiking(self, y: Array) -> bool:
        """A cycle with resets: the states after them repeat themselves."""
        orbit = Ensemble(self.field, self.resets, y[:, None], self.units, RTOL)
        after: list[Array] = []
        times, marks, path = [], [], [y]
        for _ in range(MOST_STEPS):
            orbit.step()
            if not np.isfinite(orbit.y).all():
                return False
            if orbit.has_reset[0]:
                path.append(orbit.before[:, 0])
                after.append(orbit.y[:, 0])
                times.append(float(orbit.t[0]))
                marks.append(len(path))
                path.append(orbit.after[:, 0])  # a state that is held stays there for a time
                turn = self._turn(after)
                if turn:
                    self._add_spiking(np.array(path[marks[-1 - turn] : marks[-1]]).T, times, turn)
                    return True
            path.append(orbit.y[:, 0])
        return False

    def _turn(self, after: list[Array]) -> int:
        """After how many resets the states repeat themselves; 0 where they do not."""
        for turn in range(1, min(MOST_RESETS, (len(after) - 1) // 2) + 1):
            gaps = [np.abs((after[-1 - k] - after[-1 - k - turn]) / self.units).max() for k in range(turn + 1)]
            if max(gaps) < ON_ORBIT / 20:
                return turn
        return 0

    def _add_spiking(self, path: Array, times: list[float], turn: int) -> None:
        names = self.field.free
        values, low, high = path[:, 0], path.min(axis=1), path.max(axis=1)
        named = [dict(zip(names, row.tolist(), strict=True)) for row in (values, high, low)]
        period = times[-1] - times[-1 - turn]
        self._add_cycle(Attractor("cycle", named[0], period, named[1], named[2], resets=turn), path)


def _apart(a: FixedPoint, b: FixedPoint, units: Array) -> float:
    difference = np.array(list(a.values.values())) - np.array(list(b.values.values()))
    return float(np.abs(difference / units).max())


def _is_same(a: Attractor, b: Attractor, units: Array) -> bool:
    """Whether two cycles have the same period and extent, as far as orbits show it."""
    extents = np.array([[list((c.max or {}).values()), list((c.min or {}).values())] for c in (a, b)])
    is_near = np.abs((extents[0] - extents[1]) / units).max() < 2 * ON_ORBIT
    return bool(is_near and abs((a.period or 0) - (b.period or 0)) < 0.01 * (a.period or 0))


def _filled(points: Array, units: Array) -> Array:
    """``points``, shape (n, n_points), with others on the chords between them: none is farther than half of a test."""
    z = points / units[:, None]
    distance = np.concatenate([[0.0], np.linalg.norm(np.diff(z, axis=1), axis=0).cumsum()])
    even = np.linspace(0, distance[-1], int(distance[-1] / (ON_ORBIT / 2)) + 2)
    result: Array = np.array([np.interp(even, distance, row) for row in points])
    return result
