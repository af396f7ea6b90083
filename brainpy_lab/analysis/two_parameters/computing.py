"""From a model and two ranges to its diagram in two parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import check_range
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.news import News, leave
from brainpy_lab.analysis.continuation.special import SpecialPoint, in_order
from brainpy_lab.analysis.continuation.starting import boxes_of, delays, held_time, moving_field, resets
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.attractors import look
from brainpy_lab.analysis.two_parameters.following import PlaneTracer
from brainpy_lab.analysis.two_parameters.given import given_starts
from brainpy_lab.analysis.two_parameters.lines import Lines
from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
from brainpy_lab.analysis.two_parameters.regions import Place, Region
from brainpy_lab.analysis.vector_field import ModelLike, Range
from brainpy_lab.errors import ArgumentError

#: What is said where cycles might have been expected.
EQUILIBRIA_ALONE = "Curves of folds of cycles, of period doublings and of homoclinic orbits are not followed."

#: Points of a usual diagram with its lines: half of the work is taken to be done after these.
USUAL = 500


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
    news: News[PlaneDiagram],
) -> PlaneDiagram:
    """The curves of folds and Hopf points of ``model`` in a box of two parameters; see `bifurcation`."""
    first, second = _two(names, "parameters")
    box = tuple(check_range(name, bounds) for name, bounds in zip((first, second), _two(ranges, "ranges"), strict=True))
    if first == second:
        raise ArgumentError(f"'{first}' is given twice.", advice="Name two parameters.")
    field = moving_field(model, {first: box[0][0], second: box[1][0]}, given, t)
    boxes = boxes_of(field, limits, getattr(model, "initial", {}))
    widths = np.array([high - low for low, high in boxes[0].values()])
    problem = EquilibriumProblem(field, first, second)
    tracer = PlaneTracer(problem, (box[0], box[1]), widths, step, tolerance)
    lines = Lines(field, (first, second), (box[0], box[1]), widths, step, tolerance)
    making = _Making(
        tracer, boxes, (*caveats.remarks(field), *resets(field), *held_time(field), *delays(field)), cycles
    )
    tracer.heard = lines.heard = lambda u: making.tell(news)
    try:
        with np.errstate(all="ignore"):
            if start is not None:
                tracer.follow_given(given_starts(problem, start, (box[0], box[1])))
            else:
                for found in lines.starts(boxes):
                    tracer.follow_from([found])
                tracer.follow_crossings(lines.crossings)
    except KeyboardInterrupt as interrupt:
        leave(making.diagram("Interrupted: what was found until then."))
        interrupt.add_note("What was found until then is bp.analysis.interrupted().")
        raise
    if tracer.is_stopped or lines.is_stopped:
        return making.diagram("Stopped: what was found until then.")
    if news.progress is not None:
        news.progress(1.0)
    return making.diagram()


@dataclass
class _Making:
    """A diagram in the making."""

    tracer: PlaneTracer
    boxes: list[dict[str, Range]]
    remarks: tuple[str, ...]
    cycles: bool
    points: int = 0

    def tell(self, news: News[PlaneDiagram]) -> bool:
        """Tell of another point; how many there will be is not known."""
        self.points += 1
        return news.tell(self.points / (self.points + USUAL), self.diagram)

    def diagram(self, *more: str) -> PlaneDiagram:
        """The diagram of the curves that have been followed."""
        tracer = self.tracer
        field, (first, second) = tracer.problem.field, tracer.problem.names
        alone = (EQUILIBRIA_ALONE,) if self.cycles and len(field.free) > 1 else ()
        remarks = dict.fromkeys((*self.remarks, *tracer.remarks, *alone, *more))
        return PlaneDiagram(
            field.system.name, (first, second), tracer.ranges, list(tracer.branches),
            in_order(found.point for found in tracer.located), tuple(remarks), self._look,
        )  # fmt: skip

    def _look(self, place: Place, cycles: bool) -> Region:
        field = self.tracer.problem.field
        first, second = self.tracer.problem.names
        has_cycles = cycles and not (resets(field) or held_time(field) or delays(field))
        with np.errstate(all="ignore"):
            return look(field, self.boxes, place, (first, second), has_cycles)


def _two(values: Any, what: str) -> tuple[Any, Any]:
    try:
        first, second = values
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The {what} are {values!r}; two are needed.", advice='Write ("I", "a"), ((0, 2), (0, 1)).'
        ) from None
    return first, second
