"""From a model and two ranges to its diagram in two parameters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import check_range
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.special import SpecialPoint, in_order
from brainpy_lab.analysis.continuation.starting import boxes_of, held_time, moving_field, resets
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.following import PlaneTracer
from brainpy_lab.analysis.two_parameters.given import given_starts
from brainpy_lab.analysis.two_parameters.lines import Lines
from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
from brainpy_lab.analysis.vector_field import Array, ModelLike, Range
from brainpy_lab.errors import ArgumentError

#: What is said where cycles might have been expected.
EQUILIBRIA_ALONE = "Curves of folds of cycles, of period doublings and of homoclinic orbits are not followed."


def plane_diagram(
    model: ModelLike,
    names: Any,
    ranges: Any,
    limits: Mapping[str, Range],
    given: Mapping[str, Any],
    *,
    start: SpecialPoint | FixedPoint | Mapping[str, float] | None,
    cycles: bool,
    step: float,
    tolerance: float,
    t: float,
    progress: Callable[[float], None] | None,
    stop: threading.Event | None,
) -> PlaneDiagram:
    """The curves of folds and Hopf points of ``model`` in a box of two parameters; see `bifurcation`."""
    first, second = _two(names, "parameters")
    box = tuple(check_range(name, bounds) for name, bounds in zip((first, second), _two(ranges, "ranges"), strict=True))
    if first == second:
        raise ArgumentError(f"'{first}' is given twice.", advice="Name two parameters.")
    field = moving_field(model, {first: box[0][0], second: box[1][0]}, given, t)
    boxes = boxes_of(field, limits, getattr(model, "initial", {}))
    widths = np.array([high - low for low, high in boxes[0].values()])
    seen = 0

    def heard(u: Array) -> bool:
        nonlocal seen
        seen += 1
        if progress is not None:
            progress(seen / (seen + 500.0))  # how many points there will be is not known: it never falls
        return stop is not None and stop.is_set()

    problem = EquilibriumProblem(field, first, second)
    tracer = PlaneTracer(problem, (box[0], box[1]), widths, step, tolerance, heard)
    lines = Lines(field, (first, second), (box[0], box[1]), widths, step, tolerance, heard)
    with np.errstate(all="ignore"):
        if start is not None:
            tracer.follow_given(given_starts(problem, start, (box[0], box[1])))
        else:
            for found in lines.starts(boxes):
                tracer.follow_from([found])
            tracer.follow_crossings(lines.crossings)
    is_stopped = tracer.is_stopped or lines.is_stopped
    if progress is not None and not is_stopped:
        progress(1.0)
    remarks = [
        *caveats.remarks(field), *resets(field), *held_time(field), *tracer.remarks,
        *([EQUILIBRIA_ALONE] if cycles and len(field.free) > 1 else []),
        *(["Stopped: what was found until then."] if is_stopped else []),
    ]  # fmt: skip
    return PlaneDiagram(
        field.system.name, (first, second), (box[0], box[1]), tracer.branches,
        in_order(found.point for found in tracer.located), tuple(dict.fromkeys(remarks)),
    )  # fmt: skip


def _two(values: Any, what: str) -> tuple[Any, Any]:
    try:
        first, second = values
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The {what} are {values!r}; two are needed.", advice='Write ("I", "a"), ((0, 2), (0, 1)).'
        ) from None
    return first, second
