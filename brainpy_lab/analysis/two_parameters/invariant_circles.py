"""Along which part of a curve of folds an orbit leads from the fold back to it: a saddle-node on an invariant circle.

Beyond such a fold a stable cycle begins with a period that grows as one over the square root of the way to it. The one
orbit that leaves the fold is simulated. It comes back on the side from which orbits end in the fold, or it passes by,
or it goes elsewhere. Where these parts of the curve meet is a saddle-node loop: the orbit comes back along the fast
direction.

References: S. Schecter (1987). The saddle-node separatrix-loop bifurcation. SIAM J. Math. Anal. 18, 1142-1156.
doi:10.1137/0518083. E. M. Izhikevich (2007). Dynamical Systems in Neuroscience, section 6.2.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import copysign
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.two_parameters.detection import Detector
from brainpy_lab.analysis.two_parameters.stations import Station
from brainpy_lab.analysis.vector_field import Array

#: How far from the fold the orbit begins, how near it has to come back, and how far it has gone in between, in units.
BEGINS, BACK, GONE = 1e-3, 2e-4, 1e-2

#: An orbit that turns back so often, as one does that goes round and round, ends elsewhere.
TURNS = 4

#: At a saddle-node loop the orbit that passes the fold comes this near to it.
NEARBY = 0.05

#: Evaluations of the equations, at most, an orbit.
EVALUATIONS = 20_000

#: At rest elsewhere: it moves by less than this, in units, in the time that the fastest motion takes.
AT_REST = 1e-9

#: So often the way between two folds of which one is on a circle is halved.
HALVINGS = 12

#: What is said of a saddle-node loop.
HALVED = "beyond it the fold is on no invariant circle; found by halving, to about 1e-4"


@dataclass(frozen=True)
class Circles:
    """What is known of the circles along one curve.

    Attributes
    ----------
    stations : list of Station
        Those of the curve, and the saddle-node loops between them.
    on_circle : list of bool
        Which of these folds are on an invariant circle.
    loops : list of Station
        The saddle-node loops.
    """

    stations: list[Station]
    on_circle: list[bool]
    loops: list[Station]


def circles(stations: Sequence[Station], detector: Detector) -> Circles:
    """A curve of folds, asked at each of its points whether the fold is on an invariant circle."""
    ways = [way_from(detector, s).ends_in_it for s in stations]
    found = Circles([stations[0]], [ways[0]], [])
    for (a, on_a), (b, on_b) in pairwise(zip(stations, ways, strict=True)):
        loop = _loop(detector, a, b, on_a) if on_a != on_b else None
        if loop is not None:
            found.stations.append(loop)
            found.on_circle.append(True)
            found.loops.append(loop)
        found.stations.append(b)
        found.on_circle.append(on_b)
    return found


def _loop(detector: Detector, a: Station, b: Station, on_a: bool) -> Station | None:
    """The end of a part, between a fold on a circle and one that is not; None where that is something else."""
    nearest = np.inf
    for _ in range(HALVINGS):
        m = detector.middle(a, b)
        if m is None:
            return None
        way = way_from(detector, m)
        if not way.ends_in_it:
            nearest = way.nearest
        if way.ends_in_it == on_a:
            a = m
        else:
            b = m
    # at a cusp or a Bogdanov-Takens point the fold itself changes; far from the fold the orbit meets a saddle
    is_same = all(a.tests[k] * b.tests[k] > 0 for k in a.tests) and a.unstable == b.unstable
    return (a if on_a else b) if is_same and nearest < NEARBY else None


@dataclass(frozen=True)
class Way:
    """Where the orbit that leaves a fold goes, and how near it comes to it again."""

    ends_in_it: bool
    nearest: float = np.inf


def way_from(detector: Detector, fold: Station) -> Way:
    """Follow the orbit that leaves a fold."""
    bend, product = fold.tests["cusp"], fold.tests.get("bogdanov-takens", 0.0)
    if fold.unstable or fold.kernel is None or not bend * product:
        return Way(False)
    return _followed(detector, fold, copysign(1.0, bend * product))


def _followed(detector: Detector, fold: Station, side: float) -> Way:
    from scipy.integrate import LSODA

    problem, n = detector.curve.along.system.problem, len(fold.kernel)  # type: ignore[arg-type]
    field = problem.field
    for name, value in zip(problem.names, fold.point.u[n:].tolist(), strict=True):
        field = field.moved(name, value)
    units, rest = detector.curve.units[:n], fold.point.u[:n]
    slopes = field.jacobian(rest)
    way = fold.kernel * side  # type: ignore[operator]
    ahead = _left_of(slopes * units / units[:, None])
    course = LSODA(
        lambda t, x: field.rhs(x), 0.0, rest + BEGINS * way * units, np.inf, rtol=1e-7, atol=1e-8 * units,
        jac=lambda t, x: field.jacobian(x),
    )  # fmt: skip
    least = AT_REST * float(np.abs(np.linalg.eigvals(slopes)).max())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # LSODA's, where its steps fail: its status says so too
        return _ending(course, rest, units, ahead / float(ahead @ way), lambda x: np.asarray(field.rhs(x)), least)


def _ending(course: Any, rest: Array, units: Array, ahead: Array, rates: Callable[[Array], Array], least: float) -> Way:
    """Go along an orbit until it is known where it goes; ``ahead`` measures how far it is in front of the fold."""
    has_gone = has_turned = False
    before, turns, nearest, rises = BEGINS, 0, np.inf, True
    while course.status == "running" and course.nfev < EVALUATIONS and turns < TURNS:
        course.step()
        y = (course.y - rest) / units
        far, earlier, before = float(np.linalg.norm(y)), before, float(ahead @ y)
        if not np.isfinite(far):
            break
        has_gone = has_gone or far > GONE
        has_turned = has_gone and (has_turned or before < earlier)
        if not has_turned:
            continue
        nearest = min(nearest, far)
        if far < BACK:
            return Way(before < 0, nearest)
        turns += before > earlier and not rises
        rises = before > earlier
        if far > GONE and float(np.linalg.norm(rates(course.y) / units)) < least:
            break
    return Way(False, nearest)


def _left_of(slopes: Array) -> NDArray[np.float64]:
    """The left kernel of a singular matrix."""
    left: NDArray[np.float64] = np.linalg.svd(slopes)[0][:, -1]
    return left
