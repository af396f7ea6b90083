"""Which special points of a branch of equilibria are one, found by two ways."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.continuation.branches_of_equilibria.on_branch import SAME
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.locating import Located, is_level_between

#: Along the branch that turns at a pitchfork an eigenvalue touches zero by the square: within this, in units, it
#: changes its sign by chance, and folds there would be 1e-8 aside.
BLURRED = 1e-4


def merged(located: list[Located], curve: Curve, found: Located) -> list[Located]:
    """The points that are known, with one more if it is none of them; a branch point takes the place of folds there."""
    here = [p for p in located if np.linalg.norm((p.u - found.u) / curve.units) < _reach(p, found)]
    kinds = {p.point.kind for p in here}
    if any(p.point.kind == found.point.kind and np.isclose(omega(p), omega(found), rtol=1e-6) for p in here):
        return located
    if found.point.kind in ("fold", "cusp") and "branch point" in kinds:
        return located  # the branches of a pitchfork turn there, which is no fold
    flat = [p for p in located if _may_be_one(p, found) and is_level_between(curve, p.u, found.u)]
    if any(p.point.kind == "branch point" and (found.point.kind == "fold" or not p.point.note) for p in flat):
        return located  # its branches are level beside a pitchfork of high order
    if found.point.kind == "branch point":
        folds = [p for p in here if p.point.kind == "fold"]
        located = [p for p in located if not any(p is q for q in (*folds, *flat))]
    return [*located, found]


def omega(found: Located) -> float:
    """The frequency of a Hopf point; 0 of others."""
    return float(found.point.data.get("omega", 0.0))


def _may_be_one(a: Located, b: Located) -> bool:
    """Whether two points may be a pitchfork that is told twice, or once as a fold of its branches."""
    kinds = {a.point.kind, b.point.kind}
    return "branch point" in kinds and kinds <= {"branch point", "fold"}


def _reach(a: Located, b: Located) -> float:
    """How near two points are that are one: a pitchfork blurs the eigenvalue along the branch that turns there."""
    is_pitchfork = "pitchfork" in (a.point.data.get("type"), b.point.data.get("type"))
    return BLURRED if is_pitchfork and _may_be_one(a, b) else SAME
