"""Where a derivative jumps, at the corners of abs, min, max, clip and where, or grows without bound, at poles.

Two equilibria may meet at a corner, which is a fold in all but its slopes. Eigenvalues jump there, and may do so over
the imaginary axis: that is neither a Hopf nor a branch point, whose equations need derivatives (a boundary equilibrium
bifurcation: M. di Bernardo et al. 2008, doi:10.1007/978-1-84628-708-4, chapter 5).

At a pole that a branch passes, as where 0/0 has a value, eigenvalues go through infinity to the other side.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: The slopes on both sides of a point are compared this far from it, in units, and from nearer by the second factor.
BESIDE, NEARER = 1e-6, 0.1

#: They jump where they differ by more than this part of them, and by no less than the second part from nearer: what is
#: steep but smooth differs by as much less as it is nearer.
JUMP, LEFT = 1e-3, 0.5

#: And by so many times as much from nearer at a pole; beside the corner of a square root it is 3.
POLE = 6.0

#: It is said once of places that are nearer to each other than this part of the range.
ONE_PLACE = 1e-3

#: What is said of a fold there.
NOTE = "at a corner: a derivative jumps there"


def kind_at(problem: EquilibriumProblem, curve: Curve, u: Array) -> str:
    """Whether a point is at a "corner" or at a "pole"; "" where derivatives go on as they are."""
    # no two unknowns alike: a corner where two are equal is to be crossed too
    way = BESIDE * curve.units * np.linspace(1.0, 0.5, len(u))
    try:
        far, size = _difference(problem, curve, u, way)
        near, _ = _difference(problem, curve, u, NEARER * way)
    except AnalysisError:  # a delay would be negative there
        return ""
    if not (far > JUMP * size and near > LEFT * far):
        return ""
    return "corner" if near < POLE * far else "pole"


def _difference(problem: EquilibriumProblem, curve: Curve, u: Array, aside: Array) -> tuple[float, float]:
    """Of the slopes on both sides, and how large they are; in units."""
    sides = [problem.slopes(u + side * aside) * curve.units / curve.units[:-1, None] for side in (-1, 1)]
    return float(np.abs(sides[1] - sides[0]).max()), max(float(np.abs(s).max()) for s in sides)


def noted(found: Located) -> Located:
    """A fold at a corner."""
    return replace(found, point=replace(found.point, note=NOTE))


def said_at(kind: str, name: str, parameter: float) -> str:
    """What is said where eigenvalues jump, or go through infinity."""
    place = f"At {name} = {parameter:.6g}"
    if kind == "pole":
        return (
            f"{place} an equilibrium is at a pole, where a derivative grows without bound: eigenvalues go through "
            "infinity there, and it is no bifurcation of this kind."
        )
    return (
        f"{place} an equilibrium is at a corner, where a derivative jumps: eigenvalues jump over "
        "the imaginary axis, or touch it there alone, and it is neither a Hopf nor a branch point. Cycles and branches "
        "that begin there are not followed from it."
    )


def said_along(kind: str, name: str, parameter: float) -> str:
    """What is said of a branch that begins there."""
    place = f"The equilibrium at {name} = {parameter:.6g}"
    if kind == "pole":
        return f"{place} is at a pole, where a derivative grows without bound: its eigenvalues are made of errors."
    return (
        f"{place} is at a corner, where a derivative jumps: its eigenvalues are those of neither side, nor are those "
        "of others on its branch that are at the corner too."
    )
