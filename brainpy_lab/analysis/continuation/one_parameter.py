"""Bifurcation diagrams: equilibria over a parameter, where they appear, vanish and lose their stability."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import check_range, read_box
from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_tracing import CycleTracer
from brainpy_lab.analysis.continuation.diagram import Diagram, States
from brainpy_lab.analysis.continuation.events import Event, at_equilibria, on_cycles, read_events
from brainpy_lab.analysis.continuation.news import EQUILIBRIA, News, leave
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.continuation.special import SpecialPoint, in_order
from brainpy_lab.analysis.continuation.starting import (
    Start,
    boxes_of,
    check_number,
    check_start,
    check_whole,
    delays,
    doublings_left,
    doublings_of,
    found_in,
    given_equilibrium,
    given_orbits,
    held_time,
    is_of_cycles,
    many_states,
    moving_field,
    resets,
    widest_boxes,
)
from brainpy_lab.analysis.continuation.tracing import Tracer
from brainpy_lab.analysis.cycles.conserved import GENERIC, families
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.rotations import followed_once, not_followed
from brainpy_lab.analysis.layout import ModelLike, initial_of
from brainpy_lab.analysis.points import FixedPoint, FixedPoints
from brainpy_lab.analysis.stability import ROUNDING, described
from brainpy_lab.analysis.two_parameters.computing import plane_diagram
from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.simulation.by_name import takes_parameters

#: Values of the parameter, in parts of its range, at which equilibria are looked for: what misses all is missed.
LOOKED_AT = (0.0, 1.0, 0.5, 0.25, 0.75)

#: The longest step, in parts of the range, that a user may ask for.
LONGEST = 0.5


@overload
def bifurcation(
    model: ModelLike,
    parameter: str,
    range: tuple[float, float],
    *,
    box: Mapping[str, tuple[float, float]] | None = ...,
    start: Start | None = ...,
    events: Mapping[str, str] | None = ...,
    cycles: bool | None = ...,
    doublings: int | None = ...,
    max_period: float | None = ...,
    parameters: Mapping[str, Any] | None = ...,
    step: float = ...,
    tolerance: float = ...,
    t: float = ...,
    progress: Callable[[float], None] | None = ...,
    watch: Callable[[Diagram], None] | None = ...,
    stop: threading.Event | None = ...,
    **values: Any,
) -> Diagram: ...


@overload
def bifurcation(
    model: ModelLike,
    parameter: tuple[str, str],
    range: tuple[tuple[float, float], tuple[float, float]],
    *,
    box: Mapping[str, tuple[float, float]] | None = ...,
    start: SpecialPoint | FixedPoint | Mapping[str, float] | None = ...,
    cycles: bool | None = ...,
    doublings: int | None = ...,
    max_period: float | None = ...,
    parameters: Mapping[str, Any] | None = ...,
    step: float = ...,
    tolerance: float = ...,
    t: float = ...,
    progress: Callable[[float], None] | None = ...,
    watch: Callable[[PlaneDiagram], None] | None = ...,
    stop: threading.Event | None = ...,
    **values: Any,
) -> PlaneDiagram: ...


@in_words("bifurcation")
@takes_parameters(0, states=True)
def bifurcation(
    model: ModelLike,
    parameter: str | tuple[str, str],
    range: tuple[float, float] | tuple[tuple[float, float], tuple[float, float]],
    *,
    box: Mapping[str, tuple[float, float]] | None = None,
    start: Start | None = None,
    events: Mapping[str, str] | None = None,
    cycles: bool | None = None,
    doublings: int | None = None,
    max_period: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    step: float = 0.1,
    tolerance: float = 1e-10,
    t: float = 0.0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[Any], None] | None = None,
    stop: threading.Event | None = None,
    **values: Any,
) -> Diagram | PlaneDiagram:
    """The equilibria and cycles of ``model`` while a parameter moves over a range.

    Equilibria are looked for at five values of the parameter and followed both ways, through folds, to the borders of
    the range; where branches cross, the other ones are followed too. Folds, Hopf points and branch points are found by
    counting eigenvalues, and then solved for. From every Hopf point, and from cycles to which orbits from scattered
    starts come, the cycles are followed, stable or not, to the borders, to another Hopf point or to where their period
    grows to infinity; folds, period doublings, tori and branch points of cycles are found on them.

    With two parameters the curves along which folds and Hopf points move are followed, from a few lines across the box
    of both ranges, and the points of codimension two on them are solved for: cusps, Bogdanov-Takens, Bautin, zero-Hopf
    and double Hopf points. With ``cycles=True`` those of folds of cycles, period doublings, tori and homoclinic orbits
    too, which takes ten seconds to a minute.

    Parameters
    ----------
    model : Model
    parameter : str or (str, str)
        A parameter of the model, or one of its states, which is then held and moved by hand; or two.
    range : (float, float) or two of them
        Of the parameter. Branches end exactly on its borders.
    box : mapping
        State name to (low, high): where equilibria are looked for. Branches may leave it.
    start : FixedPoint, Cycle, SpecialPoint or mapping
        Follow the branch through this equilibrium or cycle alone, and what hangs together with it: all branches through
        a branch point or a period doubling. Or values of the states, and of the parameter if it is not in the middle of
        the range. It is corrected first. With two parameters: the curve through this point, of cycles too.
    events : mapping, optional
        Further events, a name and an expression each, which is zero there: of the states and parameters on branches of
        equilibria; of ``period``, ``max(V)``, ``min(V)`` and parameters on those of cycles, as in
        ``{"T36": "period - 36"}``. They are points of the kind that their name says.
    cycles : bool, optional
        Whether cycles are followed; if nothing is said, in one parameter, and not in two.
    doublings : int, optional
        How many times in a row period doublings are followed to the cycles of twice the period; if nothing is said,
        once, and with more than 20 states not at all. Doubled cycles to which simulated orbits settle are followed in
        any case.
    max_period : float, optional
        Where branches of cycles end; by default 60 times the longest period at a Hopf point. In two parameters
        homoclinic orbits are followed as cycles of this period.
    parameters, **values
        Other parameters, by name or as keywords.
    step : float
        The longest step, in units of the range and of the ranges that the states pass.
    tolerance : float
        Relative error of the points of branches. Special points are solved for to rounding errors.
    t : float
        The time at which a drift that depends on time is frozen.
    progress : callable, optional
        Called with the part of the work that is done, about: from 0 to 1, never falling.
    watch : callable, optional
        Called with the diagram as far as it is, ten times a second at most: equilibria come first, then cycles.
    stop : threading.Event, optional
        Ends the work; what was found is kept.

    Returns
    -------
    Diagram or PlaneDiagram
        ``points``, the special points; ``branches``, as arrays; ``plot()``; ``at(value)``, all equilibria there (one
        parameter).

    Raises
    ------
    ArgumentError
        For unknown names, impossible ranges and starts.
    AnalysisError
        For fractional models, and delays that are not constant.
    KeyboardInterrupt
        The user interrupted the work: what was found until then is ``bp.analysis.interrupted()``.

    References
    ----------
    Y. A. Kuznetsov (2004). Elements of Applied Bifurcation Theory, 3rd ed., chapter 10. doi:10.1007/978-1-4757-3978-7.
    W. J. F. Govaerts (2000). Numerical Methods for Bifurcations of Dynamical Equilibria.
    doi:10.1137/1.9780898719543

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> diagram = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2))
    >>> diagram.points
    fold of cycles at I = 0.324179, period 68.53
    subcritical Hopf at I = 0.331281, period 22.81
    subcritical Hopf at I = 1.41872, period 22.81
    fold of cycles at I = 1.42582, period 68.53
    """
    limits, given = read_box(model, box, parameters, values)
    check_number("step", step, 1e-4, LONGEST)
    check_number("tolerance", tolerance, 1e-13, 1e-4)
    if doublings is not None:
        check_whole("doublings", doublings, 0, 10)
    check_start(start)
    if cycles not in (True, False, None):
        raise ArgumentError(f"cycles is True, False or None, not {cycles!r:.60}.")
    if max_period is not None:
        check_number("max_period", max_period, 0.0, np.inf)
    if not isinstance(parameter, str):
        if isinstance(start, Cycle):
            raise ArgumentError("In two parameters there are no branches of cycles.", advice="Give a special point.")
        if events:
            raise ArgumentError("In two parameters there are no events of one's own.", advice="Leave events= out.")
        return plane_diagram(
            model, parameter, range, limits, given, start=start, cycles=cycles,
            doublings=1 if doublings is None else doublings, max_period=max_period, step=step, tolerance=tolerance,
            t=t, news=News(progress, watch, stop),
        )  # fmt: skip
    cycles = cycles is not False
    low, high = check_range(parameter, range)
    field = moving_field(model, {parameter: low}, given, t)
    watched = read_events(field, events)
    problem = EquilibriumProblem(field, parameter)
    near = initial_of(model, field.layout)
    boxes = boxes_of(field, limits, near)
    widths = np.array([high - low for low, high in boxes[0].values()])
    news = News(progress, watch, stop)
    search = Search(((low, high),), widths, step, tolerance)
    tracer = Tracer(problem, search)
    values_at = tuple(low + part * (high - low) for part in LOOKED_AT)
    initial = np.array([near.get(name, 0.0) for name in field.free])
    rhythms = CycleTracer(tracer, replace(search), max_period, values_at, doublings_of(field, doublings), initial)
    kept = families(field.moved(parameter, low + GENERIC * (high - low)), near)
    without_cycles = (
        *kept, *resets(field), *held_time(field), *delays(field), *(many_states(field) if cycles else ()),
    )  # fmt: skip
    has_cycles = cycles and not without_cycles
    turning = not_followed(field) if has_cycles else ()
    said = (*caveats.remarks(field), *without_cycles, *turning, *followed_once(field, tracer.turns))
    making = _Making(tracer, rhythms, watched, said)
    share = EQUILIBRIA if has_cycles else 1.0
    tracer.search.heard = lambda u: news.tell(share * abs(float(u[-1]) - low) / (high - low), making.so_far)
    rhythms.search.heard = lambda u: news.tell(share + (1 - share) * rhythms.part, making.so_far)
    try:
        with np.errstate(all="ignore"):
            if kept:
                pass  # nothing is isolated, and searches for what is take long to find nothing
            elif start is not None and is_of_cycles(start):
                if not has_cycles:
                    raise ArgumentError(
                        "The start is a cycle, and cycles are not followed.", advice="Leave cycles=False out."
                    )
                rhythms.follow_through(given_orbits(problem, start, (low, high)))
            elif start is not None:
                tracer.follow_from([given_equilibrium(problem, start, (low, high))])
            else:
                for ranges in boxes:
                    _follow_all(tracer, ranges, values_at, near)
                for ranges in widest_boxes(field, limits, (low, high)) if field.layout is None else ():
                    if not tracer.branches and not tracer.search.is_stopped:
                        _follow_all(tracer, ranges, values_at, near)
            if has_cycles and not tracer.search.is_stopped and not (start is not None and is_of_cycles(start)):
                rhythms.follow()
    except KeyboardInterrupt as interrupt:
        leave(making.so_far("Interrupted: what was found until then."))
        interrupt.add_note("What was found until then is bp.analysis.interrupted().")
        raise
    stopped = ("Stopped: what was found until then.",) if tracer.search.is_stopped or rhythms.search.is_stopped else ()
    if progress is not None and not stopped:
        progress(1.0)
    left = doublings_left(field, doublings, parameter, rhythms.points)
    return making.diagram(
        *left, *stopped, at=lambda value: States([*_at(tracer, field, parameter, value, widths), *rhythms.at(value)])
    )


def _follow_all(tracer: Tracer, box: Mapping[str, Range], values: tuple[float, ...], near: Mapping[str, float]) -> None:
    """Follow the branches through all equilibria of a box.

    A wider box is looked at in the middle of the range first, and elsewhere if that has shown another branch: it rarely
    has more, and takes longer than to follow the branches. Networks are looked at in it if there is no branch at all.
    """
    field, name = tracer.problem.field, tracer.problem.name
    known = len(tracer.branches)
    middle = sum(tracer.range) / 2
    if known and field.layout is not None:
        return
    if known:
        values = (middle, *(v for v in values if v != middle))
    for value in values:
        tracer.follow_from(tracer.in_middle(found_in(field, name, value, box, near), box))
        if len(tracer.branches) == known > 0:
            return


@dataclass(frozen=True)
class _Making:
    """A diagram in the making."""

    tracer: Tracer
    rhythms: CycleTracer
    events: list[Event]
    remarks: tuple[str, ...]

    def so_far(self, *more: str) -> Diagram:
        """The diagram with what there is of the branch being followed, for a look: it cannot be asked for more."""
        return self._made([*self.tracer.so_far, *self.rhythms.so_far], more, None)

    def diagram(self, *more: str, at: Callable[[float], States]) -> Diagram:
        """The diagram of the branches that have been followed."""
        with np.errstate(all="ignore"):
            further = [*at_equilibria(self.tracer, self.events), *on_cycles(self.rhythms, self.events)]
        return self._made([*self.tracer.branches, *self.rhythms.branches], more, at, further)

    def _made(
        self,
        branches: list[Branch | CycleBranch],
        more: tuple[str, ...],
        at: Callable[[float], States] | None,
        further: Sequence[SpecialPoint] = (),
    ) -> Diagram:
        field, name = self.tracer.problem.field, self.tracer.problem.name
        points = in_order([*(p.point for p in self.tracer.located), *self.rhythms.points, *further])
        points.events = tuple(event.name for event in self.events)
        remarks = dict.fromkeys((*self.remarks, *self.tracer.remarks, *self.rhythms.remarks, *more))
        return Diagram(field.system.name, name, self.tracer.range, branches, points, tuple(remarks), at)


def _at(tracer: Tracer, field: VectorField, name: str, value: float, widths: Array) -> FixedPoints:
    moved = field.moved(name, value)
    held = caveats.frozen(moved)
    points = []
    for u in sorted(tracer.at(value), key=lambda u: tuple(u[:-1])):
        rounding = ROUNDING * (np.abs(moved.jacobian(u[:-1])) @ np.abs(u[:-1]))
        points.append(described(moved, u[:-1], 0, rounding, widths, held))
    return FixedPoints(points, frozen=held, complete="Branches that were not found are not in it.")
