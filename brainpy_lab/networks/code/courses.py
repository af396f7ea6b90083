"""Parameters that move in time, within a step: polynomials, so that methods of higher order keep their order."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.equations.system import System
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.driven import DEGREE, Driven
from brainpy_lab.simulation.values.input_polynomials import parameters_of, with_polynomials
from brainpy_lab.solvers.method import Method

#: Up to this order it is enough to know what moves in the middle of the step.
_HELD = 2


@dataclass(frozen=True)
class Course:
    """What stands in the equations of a group for a part of a parameter that moves.

    Attributes
    ----------
    parameter : str
    part : str
        "at" and "per", the start of the step and the inverse of its length, or a power of the part of the step that has
        passed.
    is_shared : bool
        Whether all cells have one.
    """

    parameter: str
    part: str
    is_shared: bool


def is_followed(given: Driven, order: float) -> bool:
    """Whether a method of this order follows a parameter within the step; else it holds it over the step."""
    return order > _HELD and given.is_smooth


def with_courses(group: NeuGroup, system: System, method: Method) -> tuple[System, dict[str, Course]]:
    """The equations of a group with polynomials of time for what moves within a step, and what is given of each."""
    names = {
        name: parameters_of(name, system, DEGREE)
        for name, given in group.moving.items()
        if is_followed(given, method.order)
    }
    courses = {
        own: Course(name, part, part in ("at", "per") or not group.moving[name].size)
        for name, parts in names.items()
        for part, own in parts.items()
    }
    return with_polynomials(system, names), courses
