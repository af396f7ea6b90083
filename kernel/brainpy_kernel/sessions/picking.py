"""The point of a diagram that a click means: values of parameters, a state, and what is known of it, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from brainpy_lab.analysis import Cycle, Diagram, FixedPoint, PlaneDiagram, SpecialPoint
    from brainpy_lab.analysis.continuation.branch import Branch
    from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch

#: A click farther than this from every branch, in pixels, means none.
REACH = 30.0

#: A click so near to a special point in the plane of two parameters, in pixels, means it.
SNAP = 8.0

#: Eigenvalues and multipliers that are told.
MOST = 6

#: Smaller multipliers of a branch are not exact.
EXACT = 1e-6

#: A run starts this far beside an equilibrium, in parts of what the diagram shows: it comes back, or it leaves.
BESIDE = 0.01


@dataclass(frozen=True)
class Picked:
    """A point of a diagram: values of its parameters, the state at which a run starts, and what is known of it."""

    params: dict[str, float]
    state: dict[str, float]
    words: str


@dataclass(frozen=True)
class _Near:
    """Where a branch is near to a click: the nearest of its points, and parameter and variable between them."""

    branch: Branch | CycleBranch
    index: int
    place: tuple[float, float]


def pick(diagram: Diagram, variable: str, click: tuple[float, float], pixel: tuple[float, float]) -> Picked | None:
    """The equilibrium or cycle nearest to a click; None where there is none in reach."""
    near = _nearest(diagram, variable, click, pixel)
    if near is None:
        return None
    value, y = near.place
    low, high = diagram.range
    value = min(max(_to_a_pixel(value, pixel[0]), low), high)
    states = diagram.at(value)
    aside = _beside(diagram, variable)
    found: list[tuple[float, Picked]] = [
        (abs(p.values[variable] - y), _of_point(diagram.parameter, value, p, variable, aside))
        for p in states.fixed_points
    ]
    found += [
        (min(abs(c.max[variable] - y), abs(c.min[variable] - y)), _of_cycle(diagram.parameter, value, c))
        for c in states.cycles
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def pick_station(
    diagram: Diagram, variable: str, click: tuple[float, float], pixel: tuple[float, float]
) -> Picked | None:
    """The computed point of a branch nearest to a click, as it stands: of a diagram that is still growing."""
    from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch

    near = _nearest(diagram, variable, click, pixel)
    if near is None:
        return None
    branch, i = near.branch, near.index
    value = _told(float(branch[branch.parameter][i]), diagram.range)
    kind = "cycle" if isinstance(branch, CycleBranch) else "equilibrium"
    words = f"{'stable' if branch.stable[i] else 'unstable'} {kind} at {branch.parameter} = {value:g}: "
    if isinstance(branch, CycleBranch):
        state = dict(zip(branch.names, map(float, branch.orbits[i].profile[:, 0]), strict=True))
        exact = [m for m in branch.multipliers[i] if abs(m) > EXACT]
        smaller = " and smaller ones" if len(exact) < len(branch.multipliers[i]) else ""
        words += f"period {branch.period[i]:.5g}; multipliers {_numbers([1, *exact])}{smaller}"
        return Picked({branch.parameter: value}, state, words)
    state = {name: float(branch[name][i]) for name in branch.names}
    words += ", ".join(f"{name} = {v:.5g}" for name, v in state.items())
    state[variable] += _beside(diagram, variable)
    return Picked({branch.parameter: value}, state, f"{words}; eigenvalues {_numbers(branch.eigenvalues[i])}")


def pick_special(diagram: Diagram, variable: str, point: SpecialPoint) -> Picked:
    """A special point; its value is told to a billionth of the range, which sliders and people can read."""
    (name, exact), *_ = point.parameters.items()
    value = _told(exact, diagram.range)
    orbit = point.data.get("orbit")
    state = {**point.values, variable: point.values[variable] + _beside(diagram, variable)}
    if orbit is not None:
        state = dict(zip(point.values, map(float, orbit.profile[:, 0]), strict=True))
    said = [repr(point)]
    for what in ("eigenvalues", "multipliers"):
        if what in point.data:
            said.append(f"{what} {_numbers(point.data[what])}")
    return Picked({name: value}, state, "; ".join(said))


def pick_place(diagram: PlaneDiagram, click: tuple[float, float], pixel: tuple[float, float]) -> Picked:
    """The place of a click in the plane of two parameters, or the special point there; runs start as they did."""
    for point in diagram.points:
        place = [point.parameters[name] for name in diagram.parameters]
        if math.dist(*([v / size for v, size in zip(values, pixel, strict=True)] for values in (place, click))) < SNAP:
            return pick_in_plane(diagram, point)
    values = [
        min(max(_to_a_pixel(value, size), low), high)
        for value, size, (low, high) in zip(click, pixel, diagram.ranges, strict=True)
    ]
    return Picked(dict(zip(diagram.parameters, values, strict=True)), {}, "")


def pick_in_plane(diagram: PlaneDiagram, point: SpecialPoint) -> Picked:
    """A special point of two parameters, its values told to a billionth of their ranges."""
    values = {
        name: _told(point.parameters[name], bounds)
        for name, bounds in zip(diagram.parameters, diagram.ranges, strict=True)
    }
    said = [repr(point)]
    if "eigenvalues" in point.data:
        said.append(f"eigenvalues {_numbers(point.data['eigenvalues'])}")
    state = {name: value + BESIDE * max(1e-3, abs(value)) for name, value in point.values.items()}
    return Picked(values, state, "; ".join(said))


def _told(value: float, bounds: tuple[float, float]) -> float:
    """``value`` to a billionth of a range."""
    return round(value, 9 - math.floor(math.log10(bounds[1] - bounds[0])))


def _to_a_pixel(value: float, pixel: float) -> float:
    """``value`` with as many decimals as a pixel tells."""
    return round(value, -math.floor(math.log10(pixel)))


def _nearest(diagram: Diagram, variable: str, click: tuple[float, float], pixel: tuple[float, float]) -> _Near | None:
    """The place on a branch nearest to a click."""
    size = np.array(pixel)
    best, found = REACH, None
    for branch in diagram.branches:
        for line in branch.lines(variable):
            points = np.column_stack([branch[branch.parameter], line])
            if len(points) < 2:  # a branch that has just begun
                continue
            ways = np.diff(points, axis=0) / size
            aside = (np.array(click) - points[:-1]) / size
            squares = (ways**2).sum(axis=1)
            parts = np.clip((aside * ways).sum(axis=1) / np.where(squares > 0, squares, 1.0), 0.0, 1.0)
            far = np.linalg.norm(aside - parts[:, None] * ways, axis=1)
            i = int(np.argmin(far))
            if far[i] < best:
                best = float(far[i])
                foot = points[i] + parts[i] * (points[i + 1] - points[i])
                found = _Near(branch, i + round(float(parts[i])), (float(foot[0]), float(foot[1])))
    return found


def _beside(diagram: Diagram, variable: str) -> float:
    """How far beside an equilibrium a run starts."""
    shown = np.concatenate([line for branch in diagram.branches for line in branch.lines(variable)])
    return float(BESIDE * np.ptp(shown)) or BESIDE * max(1.0, float(np.abs(shown).max()))


def _of_point(parameter: str, value: float, point: FixedPoint, variable: str, aside: float) -> Picked:
    place = ", ".join(f"{name} = {v:.5g}" for name, v in point.values.items())
    words = f"{point.kind} at {parameter} = {value:g}: {place}; eigenvalues {_numbers(point.eigenvalues)}"
    return Picked({parameter: value}, {**point.values, variable: point.values[variable] + aside}, words)


def _of_cycle(parameter: str, value: float, cycle: Cycle) -> Picked:
    spans = ", ".join(f"{n} from {cycle.min[n]:.5g} to {cycle.max[n]:.5g}" for n in cycle.names)
    kind = "stable" if cycle.stable else "unstable"
    words = (
        f"{kind} cycle at {parameter} = {value:g}: period {cycle.period:.5g}; {spans}; "
        f"multipliers {_numbers(cycle.multipliers)}"
    )
    return Picked({parameter: value}, {n: float(v) for n, v in cycle(0.0).items()}, words)


def _numbers(values: Iterable[complex]) -> str:
    numbers = [complex(v) for v in values]
    return ", ".join(map(_number, numbers[:MOST])) + (f" and {len(numbers) - MOST} more" if len(numbers) > MOST else "")


def _number(value: complex) -> str:
    if abs(value.imag) <= 1e-12 * abs(value):
        return f"{value.real:.4g}"
    # what rounding leaves of a real part is not shown
    real = value.real if abs(value.real) > 1e-9 * abs(value) else 0.0
    return f"{real:.4g} {'+' if value.imag > 0 else '−'} {abs(value.imag):.4g}i"
