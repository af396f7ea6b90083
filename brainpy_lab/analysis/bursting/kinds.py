"""Kinds of bursting, named by the bifurcations of the frozen model at which the active phase begins and ends.

References
----------
J. Rinzel (1987). A formal classification of bursting mechanisms in excitable systems. In Mathematical Topics in
Population Biology, Morphogenesis and Neurosciences, 267-281. doi:10.1007/978-3-642-93360-8_26
E. M. Izhikevich (2000). Neural excitability, spiking and bursting. Int. J. Bifurcation Chaos 10, 1171-1266.
doi:10.1142/S0218127400000840
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from brainpy_lab.analysis.bursting.phases import Course
from brainpy_lab.analysis.continuation.diagram import Diagram
from brainpy_lab.analysis.continuation.special import SpecialPoint

#: Rinzel's names beside Izhikevich's.
ALSO = {
    ("fold", "homoclinic"): "square-wave",
    ("circle", "circle"): "parabolic",
    ("subHopf", "fold cycle"): "elliptic",
}

#: A phase begins or ends at a bifurcation that is this near, in parts of the way that the slow variable goes.
AT = 0.25

#: Fewer spikes than this between two rests are no burst.
FEWEST = 2

#: What a point is called where spiking ends.
SPIKING_ENDS = {"homoclinic": "homoclinic", "fold of cycles": "fold cycle", "snic": "circle"}


def beginning(
    diagram: Diagram, rested: float, foot: float, lingers: bool, width: float
) -> tuple[str, SpecialPoint] | None:
    """The name of the bifurcation at which rest ends between two values of the slow variable, and its point.

    A state that stays beside its equilibrium when this has become unstable has passed a Hopf point; one that leaves has
    seen the equilibrium vanish.
    """
    if lingers:
        return _nearest(diagram, _hopf, rested, rested, width)
    between = min(rested, foot), max(rested, foot), width
    # a fold on an invariant circle is listed twice, as fold and as snic: the latter says more
    for name in (_circle, _fold, _hopf):
        if found := _nearest(diagram, name, *between):
            return found
    return None


def ending(diagram: Diagram, last: float, rests: float, width: float) -> tuple[str, SpecialPoint] | None:
    """The name of the bifurcation at which spiking ends between two values of the slow variable, and its point."""
    return _nearest(diagram, _spiking_ends, min(last, rests), max(last, rests), width)


def in_words(begins: str, ends: str) -> str:
    """The kind: Izhikevich's name, and Rinzel's where there is one."""
    also = ALSO.get((begins, ends))
    return f"{begins}/{ends}" + (f" ({also})" if also else "")


def not_bursting(course: Course) -> str | None:
    """Why a trajectory is no bursting, or None where it is."""
    if course.bursts and np.median([b.spikes for b in course.bursts]) >= FEWEST:
        return None
    if course.bursts:
        return "not bursting: it rests after each spike"
    if not course.spikes:
        return "not bursting: it rests" if course.rests > 0.5 else "not bursting: no spike is seen"
    if course.spikes < 3 or course.rests > 0.1:
        return "not known: the trajectory is too short to see two rests with spikes between them"
    return "not bursting: it spikes without rest"


def _circle(p: SpecialPoint) -> str | None:
    return "circle" if p.kind == "snic" else None


def _fold(p: SpecialPoint) -> str | None:
    return "fold" if p.kind == "fold" else None


def _spiking_ends(p: SpecialPoint) -> str | None:
    # cycles shrink to nothing at a Hopf point that is supercritical
    return "supHopf" if _hopf(p) == "supHopf" else SPIKING_ENDS.get(p.kind)


def _hopf(p: SpecialPoint) -> str | None:
    if p.kind != "hopf":
        return None
    return "supHopf" if p.data.get("l1", np.nan) < 0 else "subHopf"


def _nearest(
    diagram: Diagram, name: Callable[[SpecialPoint], str | None], low: float, high: float, width: float
) -> tuple[str, SpecialPoint] | None:
    """The point nearest to an interval of those that have a name, unless all are far."""
    found = [(max(low - p.parameter, p.parameter - high, 0.0), k, p) for k, p in enumerate(diagram.points) if name(p)]
    if not found:
        return None
    distance, _, point = min(found, key=lambda f: f[:2])
    return (str(name(point)), point) if distance <= AT * width else None
