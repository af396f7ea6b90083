"""From a model and two ranges to its diagram in two parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import check_range
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.news import News, leave
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.continuation.special import SpecialPoint, in_order
from brainpy_lab.analysis.continuation.starting import boxes_of, delays, held_time, many_states, moving_field, resets
from brainpy_lab.analysis.cycles.conserved import GENERIC, families
from brainpy_lab.analysis.cycles.rotations import not_followed
from brainpy_lab.analysis.layout import initial_of
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.attractors import look
from brainpy_lab.analysis.two_parameters.cycle_following import CyclePlaneTracer
from brainpy_lab.analysis.two_parameters.cycle_lines import CycleLines
from brainpy_lab.analysis.two_parameters.following import PlaneTracer
from brainpy_lab.analysis.two_parameters.given import OF_CYCLES, given_cycle, given_starts
from brainpy_lab.analysis.two_parameters.lines import Lines
from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
from brainpy_lab.analysis.two_parameters.regions import Place, Region
from brainpy_lab.analysis.vector_field import ModelLike, Range
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.run_defaults import is_number

#: What is said where cycles might have been expected.
EQUILIBRIA_ALONE = (
    "Curves of folds of cycles, of period doublings, of tori and of homoclinic orbits are followed with cycles=True."
)

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
    cycles: bool | None,
    doublings: int,
    max_period: float | None,
    step: float,
    tolerance: float,
    t: float,
    news: News[PlaneDiagram],
) -> PlaneDiagram:
    """The curves of special points of ``model`` in a box of two parameters; see `bifurcation`."""
    first, second = _two(names, "parameters")
    bounds = _two(ranges, "ranges")
    if all(is_number(bound) for bound in bounds):
        raise ArgumentError(
            f"The ranges are {ranges!r}, which is one; two are needed.",
            advice=f'Write ("{first}", "{second}"), ({ranges!r}, (low, high)).',
        )
    box = check_range(first, bounds[0]), check_range(second, bounds[1])
    if first == second:
        raise ArgumentError(f"'{first}' is given twice.", advice="Name two parameters.")
    field = moving_field(model, {first: box[0][0], second: box[1][0]}, given, t)
    near = initial_of(model, field.layout)
    boxes = boxes_of(field, limits, near)
    widths = np.array([high - low for low, high in boxes[0].values()])
    problem = EquilibriumProblem(field, first, second)
    search = Search(box, widths, step, tolerance)
    tracer = PlaneTracer(problem, search)
    lines = Lines(field, (first, second), search)
    rhythms = CyclePlaneTracer(field, (first, second), search, tracer.located)
    generic = field
    for name, (low, high) in zip((first, second), box, strict=True):
        generic = generic.moved(name, low + GENERIC * (high - low))
    kept = families(generic, near)
    refused, turning = (*kept, *resets(field), *held_time(field), *delays(field)), not_followed(field)
    without = (*refused, *(many_states(field) if cycles else ()))
    said = (*caveats.remarks(field), *without, *(turning if cycles is not False and not without else ()))
    making = _Making(tracer, rhythms, box, boxes, said, cycles is None and not without, refused, turning)
    search.heard = lambda u: making.tell(news)
    try:
        with np.errstate(all="ignore"):
            if kept:
                pass  # nothing is isolated, and searches for what is take long to find nothing
            elif isinstance(start, SpecialPoint) and start.kind in OF_CYCLES:
                rhythms.follow([given_cycle(problem, start, box)])
            elif start is not None:
                tracer.follow_given(given_starts(problem, start, box))
            else:
                for found in lines.starts(boxes):
                    tracer.follow_from([found])
                tracer.follow_crossings(lines.crossings)
                if cycles and not without and len(field.free) > 1:
                    initial = np.array([near.get(name, 0.0) for name in field.free])
                    making.loops = tracer.ask_for_circles()
                    _follow_cycles(rhythms, CycleLines(lines, initial, max_period, doublings), making)
    except KeyboardInterrupt as interrupt:
        leave(making.diagram("Interrupted: what was found until then."))
        interrupt.add_note("What was found until then is bp.analysis.interrupted().")
        raise
    if search.is_stopped:
        return making.diagram("Stopped: what was found until then.")
    if news.progress is not None:
        news.progress(1.0)
    return making.diagram()


def _follow_cycles(rhythms: CyclePlaneTracer, lines: CycleLines, making: _Making) -> None:
    """Follow the curves of cycles through what is found on lines, and from Bautin points that they do not meet."""
    for start in lines.starts():
        rhythms.follow([start])
    for found in [k for k in rhythms.known if k.point.kind == "bautin"]:
        if not any(found is met for met in rhythms.met):
            starts = list(lines.beside(found))
            rhythms.follow(starts)
            if not starts:
                rhythms.remarks.append(f"No fold of cycles was found beside the {found.point}: none is followed there.")
    making.remarks = (*making.remarks, *lines.remarks, lines.looked_at)


@dataclass
class _Making:
    """A diagram in the making; ``refused`` says why no cycles are looked for, ``turning`` which orbits are none."""

    tracer: PlaneTracer
    rhythms: CyclePlaneTracer
    ranges: tuple[Range, Range]
    boxes: list[dict[str, Range]]
    remarks: tuple[str, ...]
    alone: bool
    refused: tuple[str, ...]
    turning: tuple[str, ...]
    points: int = 0
    loops: list[SpecialPoint] = field(default_factory=list)

    def tell(self, news: News[PlaneDiagram]) -> bool:
        """Tell of another point; how many there will be is not known."""
        self.points += 1
        return news.tell(self.points / (self.points + USUAL), self.diagram)

    def diagram(self, *more: str) -> PlaneDiagram:
        """The diagram of the curves that have been followed."""
        tracer, rhythms = self.tracer, self.rhythms
        field, (first, second) = tracer.problem.field, tracer.problem.names
        alone = (EQUILIBRIA_ALONE,) if self.alone and len(field.free) > 1 and not rhythms.branches else ()
        remarks = dict.fromkeys((*self.remarks, *tracer.remarks, *rhythms.remarks, *alone, *more))
        return PlaneDiagram(
            field.system.name, (first, second), self.ranges, [*tracer.branches, *rhythms.branches],
            in_order([*(found.point for found in tracer.located), *rhythms.points, *self.loops]), tuple(remarks),
            self._look, self.refused, self.turning,
        )  # fmt: skip

    def _look(self, place: Place, cycles: bool) -> Region:
        field = self.tracer.problem.field
        first, second = self.tracer.problem.names
        has_cycles = cycles and not self.refused
        with np.errstate(all="ignore"):
            return look(field, self.boxes, place, (first, second), has_cycles, self.rhythms.orbits_near(place.values))


def _two(values: Any, what: str) -> tuple[Any, Any]:
    try:
        first, second = values
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The {what} are {values!r}; two are needed.", advice='Write ("I", "a"), ((0, 2), (0, 1)).'
        ) from None
    return first, second
