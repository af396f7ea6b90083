"""One branch of a one-dimensional manifold, grown from its saddle with the flow or against it.

The branch begins on a parabola: the eigenvector and its second-order correction, exact to the cube of the offset. From
there the equations are solved along the curve: by its arc length, and more slowly beside points where the drift
vanishes, so that those are approached smoothly and not stepped over.

References: B. Krauskopf et al. (2005). A survey of methods for computing (un)stable manifolds of vector fields.
Int. J. Bifurcation Chaos 15, 763-791. doi:10.1142/S0218127405012533
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.integrate import DOP853, OdeSolution

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.analysis.zero_problem import equilibria, plain

#: Errors of a step, in units of the box: those of a branch stay below 1e-9.
RTOL, ATOL = 1e-12, 1e-13

#: The longest step, so that what lies on the way is seen.
LONGEST = 0.05

#: Where the drift is below this part of its usual size, the curve is followed more slowly than by arc length.
SLOW = 1e-3

#: A branch ends in a fixed point from which it is this far: it then stays, or the point is a saddle that it meets.
ARRIVED = 1e-5

#: It has left its saddle, to which it may come back, when it is farther off than this.
LEFT = 1e-3

#: Steps of one branch, at most.
MOST_STEPS = 6000

#: Steps between looks for a cycle, and how near the curve must come to where it has been.
LOOKS, NEAR, ON_CYCLE = 40, 1e-3, 1e-4

#: Beside a cycle one turn differs from the next by less than this part of its size, in each state; around a weak focus
#: by more in some.
TURNS_ALIKE = 0.05


@dataclass(frozen=True)
class Grown:
    """A branch: ``path`` over ``s`` from 0 to ``length``, in units of the box; where it ends, as a word and a place."""

    path: Callable[[Any], Array]
    edges: Array
    end: str
    place: Array


@dataclass(frozen=True)
class _Beginning:
    """The parabola from a saddle to where the integration begins, as SciPy's interpolants are called."""

    saddle: Array
    direction: Array
    curvature: Array
    offset: float

    def __call__(self, s: Any) -> Array:
        s = np.asarray(s, dtype=float)
        along, bent = np.multiply.outer(self.direction, s), np.multiply.outer(self.curvature, s**2)
        result: Array = self.saddle.reshape(-1, *(1,) * s.ndim) + along + bent
        return result


class Flow:
    """The drift of a field in units, with the flow (sign 1) or against it (-1), at nearly constant speed."""

    def __init__(self, field: VectorField, units: Array, usual: float, sign: int) -> None:
        self.field, self.units, self.usual, self.sign = field, units, usual, sign
        self._plain = plain(field, field.free, ())

    def __reduce__(self) -> tuple[Any, ...]:
        return Flow, (self.field, self.units, self.usual, self.sign)

    def drift(self, z: Array) -> Array:
        """The drift in units of the box, at one point; in plain numbers where those have a value."""
        y = z * self.units
        if self._plain is not None:
            given, places, function = self._plain
            arguments = given.copy()
            for place, value in zip(places, y.tolist(), strict=True):
                arguments[place] = value
            try:
                return np.array(function(*arguments), dtype=float)[self.field.rows] / self.units
            except (ArithmeticError, ValueError, TypeError):
                pass
        result: Array = self.field.rhs(y) / self.units
        return result

    def __call__(self, _: float, z: Array) -> Array:
        drift = self.drift(z)
        result: Array = drift * (self.sign / math.sqrt(drift @ drift + (SLOW * self.usual) ** 2))
        return result

    def matrix(self, z: Array) -> Array:
        """The Jacobian in units."""
        result: Array = self.field.jacobian(z * self.units) * self.units / self.units[:, None]
        return result


def beginning(flow: Flow, saddle: Array, eigenvalue: float, direction: Array) -> _Beginning:
    """The parabola on which the branch in ``direction`` begins.

    Its second-order term solves (2λ - J) w = B(v, v)/2, which makes the curve invariant to that order.
    """
    step = 1e-4  # the difference is exact to its square, and rounding leaves 1e-12
    bent = (flow.matrix(saddle + step * direction) - flow.matrix(saddle - step * direction)) @ direction / (2 * step)
    matrix = flow.matrix(saddle)
    curvature = np.asarray(np.linalg.solve(2 * eigenvalue * np.eye(len(saddle)) - matrix, bent / 2), dtype=float)
    offset = 1e-3
    while offset > 4e-6:
        found = _Beginning(saddle, direction, curvature, offset)
        drift, tangent = flow.sign * flow.drift(found(offset)), direction + 2 * offset * curvature
        cosine = drift @ tangent / np.linalg.norm(drift) / np.linalg.norm(tangent)
        across = drift / np.linalg.norm(drift) - tangent / np.linalg.norm(tangent)
        if cosine > 0 and np.linalg.norm(across) * offset < 1e-12:
            break
        offset /= 2
    return _Beginning(saddle, direction, curvature, offset)


def grow(flow: Flow, start: _Beginning, box: Sequence[Range], length: float, at: Callable[[Array], bool]) -> Grown:
    """The branch that begins on ``start``.

    Parameters
    ----------
    flow : Flow
    start : _Beginning
    box : sequence of (low, high)
        The border of each state, in units.
    length : float
        It ends after this length.
    at : callable
        Whether the state, in units, is reset there.
    """
    first = start(start.offset)
    solver: Any = DOP853(flow, start.offset, first, length, max_step=LONGEST, rtol=RTOL, atol=ATOL)
    edges, nodes = [0.0, start.offset], [start.saddle, first]
    pieces: list[Any] = [start]
    end, place, has_left = "steps", first, False
    for count in range(1, MOST_STEPS + 1):
        if solver.status != "running" or not np.isfinite(first).all():
            end = "length" if solver.status == "finished" else "undefined"
            break
        solver.step()
        if solver.status == "failed" or not np.isfinite(solver.y).all():
            end = "undefined"
            break
        piece = solver.dense_output()
        edges, pieces, nodes = [*edges, solver.t], [*pieces, piece], [*nodes, solver.y]
        found = _border(piece, box) or _reset(piece, at)
        if found is not None:
            end, edges[-1] = found
            place = _on_border(piece(edges[-1]), box) if end == "border" else place
            break
        has_left = has_left or bool(np.linalg.norm(solver.y - start.saddle) > LEFT)
        point = _fixed_point(flow, solver.y) if has_left else None  # else it is the saddle itself
        if point is not None:
            end, place = "fixed point", point
            break
        if count % LOOKS == 0 and _is_on_cycle(flow, OdeSolution(edges, pieces), np.array(edges), np.array(nodes)):
            end = "cycle"
            break
    path = OdeSolution(edges, pieces)
    return Grown(path, np.array(edges), end, place if end in ("fixed point", "border") else path(edges[-1]))


def _border(piece: Any, box: Sequence[Range]) -> tuple[str, float] | None:
    """Where a step leaves the box."""
    found = []
    for i, bounds in enumerate(box):
        for low_or_high, sign in zip(bounds or (), (1, -1), strict=False):
            beyond = [sign * (piece(s)[i] - low_or_high) for s in (piece.t_old, piece.t)]
            if beyond[1] < 0:
                if beyond[0] <= 0:  # it begins on the border
                    found.append(piece.t_old)
                else:
                    found.append(zero_between(partial(_ahead, piece, i, low_or_high), piece.t_old, piece.t, xtol=1e-14))
    return ("border", float(min(found))) if found else None


def _ahead(piece: Any, i: int, border: float, s: float) -> float:
    return float(piece(s)[i] - border)


def _on_border(z: Array, box: Sequence[Range]) -> Array:
    """``z`` without the rounding errors by which it misses the border."""
    low, high = np.array(box).T
    z = np.clip(z, low, high)
    for bound in (low, high):
        z = np.where(np.abs(z - bound) < 1e-12, bound, z)
    return z


def _reset(piece: Any, at: Callable[[Array], bool]) -> tuple[str, float] | None:
    """Where an event of the model resets the state."""
    if not at(piece(piece.t)):
        return None
    low, high = piece.t_old, piece.t
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (low, middle) if at(piece(middle)) else (middle, high)
    return "reset", float(high)


def _fixed_point(flow: Flow, z: Array) -> Array | None:
    """The fixed point that ``z`` has arrived at."""
    drift = flow.drift(z)
    if np.linalg.norm(drift) > 0.1 * flow.usual:
        return None
    step = np.linalg.lstsq(flow.matrix(z), drift, rcond=None)[0]
    if np.linalg.norm(step) > 2 * ARRIVED:
        return None
    zero = newton(equilibria(flow.field).in_units(flow.units, np.ones(len(z))), z)
    return zero.point if zero.converged and np.linalg.norm(zero.point - z) <= ARRIVED else None


def _is_on_cycle(flow: Flow, path: Any, edges: Array, nodes: Array) -> bool:
    """Whether the curve has wound onto a cycle: each turn comes nearer to the one before, by a constant part."""
    here, direction = nodes[-1], flow(0.0, nodes[-1])
    height = (nodes - here) @ direction
    passes = np.flatnonzero((height[:-1] < 0) & (height[1:] >= 0))
    passes = passes[passes < len(nodes) - 4]

    def ahead(s: float) -> float:
        return float((path(s) - here) @ direction)

    crossings = [zero_between(ahead, edges[i], edges[i + 1]) for i in passes[-20:]]
    if not crossings:
        return False
    gaps = np.linalg.norm(path(np.array(crossings)) - here[:, None], axis=0)
    nearest = int(np.argmin(gaps))
    gap = float(gaps[nearest])
    if gap > NEAR:
        return False
    turn = edges[-1] - crossings[nearest]
    # the same place one turn earlier: as far before the nearest passage as that is before the end
    earlier = [c for c in crossings if abs(crossings[nearest] - c - turn) < 0.2 * turn]
    if not earlier:
        return False
    before = float(np.linalg.norm(path(earlier[-1]) - path(crossings[nearest])))
    shrinks = gap / before if before > 0 else 0.0
    turns = nodes[edges >= crossings[nearest]]
    apart = np.abs(path(crossings[nearest]) - here)
    if (apart > TURNS_ALIKE * np.ptp(turns, axis=0)).any():
        return False
    return gap < 1e-9 or (shrinks < 0.9 and gap * shrinks / (1 - shrinks) < ON_CYCLE)


def resets(field: VectorField, units: Array) -> Callable[[Array], bool]:
    """Whether an event resets the state at a point in units."""
    if not any(field.system.is_reset(e) for e in field.system.events):
        return lambda _: False
    return lambda z: caveats.reset_at(field, z * units, 0.0 * units) is not None
