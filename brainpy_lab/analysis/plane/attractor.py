"""What orbits settle to, and the test that one has come there for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_continuous_lyapunov
from scipy.spatial import cKDTree

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.stability import described
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import equilibria
from brainpy_lab.errors import ByName

#: The largest and the smallest region around a fixed point in which all orbits are tested to come nearer.
LARGEST, SMALLEST = 0.1, 1e-7

#: An orbit this near to a cycle, in units of the box, is on it.
ON_ORBIT = 2e-3

#: The kind of what orbits come to where fixed points are not isolated.
LINE = "line of equilibria"


@dataclass(frozen=True, eq=False)
class Attractor:
    """What the orbits of one basin settle to.

    Attributes
    ----------
    kind : str
        'fixed point', 'cycle', 'line of equilibria', 'escapes', 'undefined' for starts at which the equations have no
        finite value, or 'unsettled' for orbits that came to none of them.
    values : dict
        The states at a fixed point; of a cycle, those at one of its points; empty for the others.
    period : float or None
        Of a cycle, in units of the model's time.
    max, min : dict
        The largest and smallest value of each state on a cycle, and those at a fixed point.
    point : FixedPoint or None
    cycle : Cycle or None
        With its multipliers; None for cycles with resets.
    """

    kind: str
    values: dict[str, float]
    period: float | None = None
    max: Mapping[str, float] | None = None
    min: Mapping[str, float] | None = None
    point: FixedPoint | None = None
    cycle: Cycle | None = None
    resets: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", ByName(self.values, "state"))

    def __repr__(self) -> str:
        if self.kind == "escapes":
            return "escapes: leaves the box by more than 100 times its width, or to infinity"
        if self.kind == "undefined":
            return "undefined: the equations have no finite value at the start"
        if self.kind == LINE:
            return "line of equilibria: comes to rest at one of them, which one depends on the start"
        if self.kind == "unsettled":
            return "unsettled: bounded, and at no fixed point or cycle in the time looked at"
        if self.point is not None:
            return repr(self.point)
        low, high = self.min or {}, self.max or {}
        spans = ", ".join(f"{name} from {low[name]:.6g} to {high[name]:.6g}" for name in self.values)
        times = f" with {self.resets} reset{'s' if self.resets > 1 else ''}" if self.resets else ""
        return f"cycle{times}: period {self.period:.6g}; {spans}"


class Capture:
    """Where orbits are at a fixed point for good: an ellipsoid in which they come nearer all the time.

    Its form solves Lyapunov's equation for the linearised field; it is shrunk until, at 400 points inside, the field
    points inwards and no event resets the state.
    """

    def __init__(self, field: VectorField, resets: Resets, place: Array, units: Array) -> None:
        self._place, self._units = place, units
        scale = units / units[:, None]
        matrix = field.jacobian(place) * scale
        self._form = solve_continuous_lyapunov(matrix.T, -np.eye(len(place)))
        root = np.linalg.cholesky(np.linalg.inv(self._form))
        directions = spread(len(place), 400) * 2 - 1
        inside = root @ (directions / np.maximum(1.0, np.linalg.norm(directions, axis=0)))
        self.level = 0.0
        reach = LARGEST / np.abs(root).sum(axis=1).max()
        while reach > SMALLEST:
            z = reach * inside
            drift = field.rhs(place[:, None] + z * units[:, None]) / units[:, None]
            nearer = np.einsum("ik,ij,jk->k", drift, self._form, z)
            if (nearer < 0).all() and not resets.holds(place[:, None] + z * units[:, None]).any():
                self.level = reach**2
                break
            reach /= 2

    def holds(self, y: Array) -> NDArray[np.bool_]:
        """Whether the states ``y``, shape (n_free, n), are in it."""
        z = (y - self._place[:, None]) / self._units[:, None]
        result: NDArray[np.bool_] = np.einsum("ik,ij,jk->k", z, self._form, z) < self.level
        return result


class Rest:
    """Where orbits are at some stable fixed point for good; the points are found from where orbits are."""

    def __init__(self, field: VectorField, resets: Resets, units: Array) -> None:
        self._field, self._resets, self._units = field, resets, units
        self._known: list[Capture] = []

    def holds(self, y: Array) -> NDArray[np.bool_]:
        """Which of the states ``y``, shape (n_free, n), are at one."""
        result = self._at_known(y)
        moving = np.flatnonzero(~result)
        if moving.size and self._found(y[:, moving[0]]):
            result = self._at_known(y)
        return result

    def _at_known(self, y: Array) -> NDArray[np.bool_]:
        result = np.zeros(y.shape[1], dtype=bool)
        for capture in self._known:
            result |= capture.holds(y)
        return result

    def _found(self, y: Array) -> bool:
        """Find the fixed point that the orbit at ``y``, shape (n_free,), is near."""
        zero = newton(equilibria(self._field).in_units(self._units, self._units), y / self._units)
        place = zero.point * self._units
        if not zero.converged or any(capture.holds(place[:, None])[0] for capture in self._known):
            return False
        if not described(self._field, place, 0, np.zeros(len(y)), self._units, {}).stable:
            return False
        capture = Capture(self._field, self._resets, place, self._units)
        if capture.level > 0:
            self._known.append(capture)
        return capture.level > 0


class Orbit:
    """Where orbits are on a cycle: beside its points, shape (n_free, n_points)."""

    def __init__(self, points: Array, units: Array) -> None:
        self._tree, self._units = cKDTree((points / units[:, None]).T), units

    def holds(self, y: Array) -> NDArray[np.bool_]:
        """Whether the states ``y``, shape (n_free, n), are on it."""
        finite = np.isfinite(y).all(axis=0)
        result = np.zeros(y.shape[1], dtype=bool)
        distance, _ = self._tree.query((y[:, finite] / self._units[:, None]).T, distance_upper_bound=ON_ORBIT)
        result[finite] = np.isfinite(distance)
        return result
