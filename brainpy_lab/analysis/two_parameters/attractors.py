"""The attractors of a model at one point of the plane: stable equilibria, and what simulated orbits settle to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.cycles.closing import EscapeError, RestError, settled
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.solving import closed
from brainpy_lab.analysis.equilibria import find
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.regions import Place, Region
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.errors import AnalysisError

#: Evaluations of the equations, at most, an orbit.
EVALUATIONS = 30_000

#: How far from an unstable equilibrium an orbit begins, in parts of the box.
ASIDE = 0.01

#: And from a stable one, in each of the first states.
KICK, KICKED = 0.1, 2

#: How many cycles of curves nearby are begun from, and how much farther than on them from their middle.
NEAREST, OUTSIDE = 3, 1.3

#: Two cycles are one when period and extremes differ by less, relative.
SAME = 1e-3

#: Accuracy of the cycles: their kind is asked for.
RTOL, INTERVALS = 1e-6, 120

#: Why the attractors of a region are its stable equilibria alone.
UNLOOKED = "cycles were not looked for"
NO_CYCLES = "one variable has no cycles"


@dataclass
class Look:
    """What orbits were seen to do."""

    cycles: list[Cycle]
    escapes: bool = False
    unsettled: bool = False


def look(
    field: VectorField,
    boxes: Sequence[Mapping[str, Range]],
    place: Place,
    names: tuple[str, str],
    cycles: bool,
    orbits: Sequence[Orbit] = (),
) -> Region:
    """The region around a place: its equilibria in the first box that has any, and stable cycles if they are wanted.

    ``orbits`` are cycles of curves nearby: stable ones may be near those too.
    """
    parameters = dict(zip(names, place.values, strict=True))
    for name, value in parameters.items():
        field = field.moved(name, value)
    ranges, points = boxes[0], list[FixedPoint]()
    for ranges in boxes:
        points = [p for p in find(field, ranges) if not p.dimension]
        if points:
            break
    stable = [p for p in points if p.stable]
    others = tuple(p for p in points if not p.stable)
    seen = Look([])
    is_simulated = cycles and len(field.free) > 1
    if is_simulated:
        for start in _starts(field, ranges, points):
            _follow(field, start, seen)
        for start in _beside(orbits):
            _follow(field, start, seen)
    return Region(
        parameters,
        place.share,
        (*stable, *seen.cycles),
        others,
        seen.escapes,
        seen.unsettled,
        "" if is_simulated else NO_CYCLES if cycles else UNLOOKED,
    )


def _starts(field: VectorField, ranges: Mapping[str, Range], points: list[FixedPoint]) -> Iterator[Array]:
    """Beside equilibria: along the fastest direction where they are not stable, else a kick of a state away."""
    low, high = np.array(list(ranges.values())).T
    unit = np.eye(len(low)) * (high - low)
    for point in points:
        at = np.array(list(point.values.values()))
        ways = list(KICK * unit[:KICKED])
        if not point.stable:
            values, vectors = np.linalg.eig(field.jacobian(at))
            way = vectors[:, int(np.argmax(values.real))].real
            ways = [ASIDE * way / np.abs(way / (high - low)).max()]
        starts = [at + side * way for way in ways for side in (1, -1)]
        yield from (start for start in starts if np.isfinite(field.jacobian(start)).all())


def _beside(orbits: Sequence[Orbit]) -> Iterator[Array]:
    """On the nearest orbits, and a little outside of them: of two that meet at a fold the outer one may be stable."""
    for orbit in orbits[:NEAREST]:
        if np.ptp(orbit.profile, axis=1).any():
            middle = orbit.profile @ orbit.mesh.shares
            far = orbit.profile[:, int(np.argmax(np.abs(orbit.profile[0] - middle[0])))]
            yield far
            yield middle + OUTSIDE * (far - middle)


def _follow(field: VectorField, start: Array, seen: Look) -> None:
    try:
        piece = settled(field, start, evaluations=EVALUATIONS)
    except RestError:
        return
    except EscapeError:
        seen.escapes = True
        return
    except AnalysisError:
        seen.unsettled = True
        return
    found = closed(field, piece.on(INTERVALS), RTOL)
    if found is None or found.is_unstable:
        seen.unsettled = True
        return
    cycle = Cycle(field, found.mesh, found.profile, found.period, ())
    if not any(_is_one(cycle, other) for other in seen.cycles):
        seen.cycles.append(cycle)


def _is_one(a: Cycle, b: Cycle) -> bool:
    def numbers(cycle: Cycle) -> list[float]:
        return [cycle.period, *cycle.max.values(), *cycle.min.values()]

    return bool(np.allclose(numbers(a), numbers(b), rtol=SAME, atol=1e-6))
