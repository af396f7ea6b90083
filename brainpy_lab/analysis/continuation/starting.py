"""Where diagrams begin: the field that moves, boxes in which equilibria are looked for, starts given, what is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.equilibria import isolated, ranges_of
from brainpy_lab.analysis.layout import ModelLike, by_element, layout_of
from brainpy_lab.analysis.many_states import zeros_among
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.vector_field import Array, Range, VectorField, make_field, moving
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.simulation.run_defaults import is_finite, is_number

#: A state that the box does not name is looked for as far from its initial value as so many times its size: branches
#: lead out of that, and each start takes a search.
AROUND = 3.0

#: And so many times the size of everything, one after the other, where there is nothing nearer.
FARTHEST = 30.0, 3e4, 3e7

#: States, at most, with which cycles are followed: each step takes the third power of their number.
MOST_WITH_CYCLES = 40

#: And with which period doublings are followed, if nothing is said: the mesh has twice as many intervals there, and
#: nearly all that happens is the doubled cycles' own.
MOST_WITH_DOUBLINGS = 20

#: Parameters above this are no sizes of states: rates and capacitances in units that do not fit.
LARGE = 1e4

#: What a user may give.
Start = SpecialPoint | FixedPoint | Cycle | Mapping[str, float]

#: So far beside a special point a branch is begun, in parts of the range: then it leads through the point.
ASIDE = 1e-3


def moving_field(model: ModelLike, moved: Mapping[str, float], given: Mapping[str, Any], t: float) -> VectorField:
    """The field of ``model`` whose parameters ``moved`` move, at these values; ``given`` are the values of others.

    Raises
    ------
    ArgumentError
        For a name that is unknown, or has a value besides.
    AnalysisError
        For fractional models, and delays that are not constant.
    """
    system, layout = model.system, layout_of(model)
    known = (*system.parameter_names, *(system.state_names if layout is None else layout.names))
    for name in moved:
        if layout is not None and name in {*dict(layout.ranks), *layout.groups} - {*layout.names}:
            is_parameter = name in system.parameter_names
            raise ArgumentError(
                f"'{name}' is an array, and what moves is one number.",
                advice=f"Write g*{name} in the model, with a parameter g." if is_parameter else f"Name {name}[0].",
            )
        if name in given:
            raise ArgumentError(f"'{name}' moves over its range, and cannot have a value besides.")
        if name not in known:
            raise ArgumentError(
                f"'{name}' is no parameter of {system.name}.",
                advice=did_you_mean(str(name), known) or f"It has {', '.join(system.parameter_names) or 'none'}.",
            )
    for what, is_so in (
        ("fractional orders", system.is_fractional),
        ("delays that depend on its states", any(system.is_state_dependent(d) for d in system.delays)),
    ):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: such bifurcations are not computed.",
                advice="bp.analysis.fixed_points gives its equilibria and their stability at one value.",
            )
    held = {**by_element(layout, given), **moved}
    free = tuple(name for name in moving(model, layout) if name not in held)
    field = make_field(model, free, held, t, arrays=len(moved) == 1)
    if system.is_delayed and "t" in caveats.frozen(field):
        raise AnalysisError(
            f"{system.name} has delays, and its equations or delays depend on time.",
            advice="Make them constant: bifurcations with delays are those of autonomous equations.",
        )
    return field


def check_number(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside its limits."""
    if not is_number(value):
        raise ArgumentError(f"{name} is {value!r:.60}; it must be a number.")
    if not low <= float(value) <= high:
        raise ArgumentError(f"{name} is {value!r}; it must lie between {low:g} and {high:g}.")


def check_whole(name: str, value: int, low: int, high: int) -> None:
    """Refuse what is no whole number, or one outside its limits."""
    check_number(name, value, low, high)
    if float(value) != int(value):
        raise ArgumentError(f"{name} is {value!r}; it must be a whole number.")


def boxes_of(field: VectorField, limits: Mapping[str, Range], near: Mapping[str, float]) -> list[dict[str, Range]]:
    """Where to look for equilibria, one box after the other until there are some."""
    first = dict(zip(field.free, ranges_of(field, limits, near, AROUND), strict=True))
    # a model without initial values: its states are of the size of its parameters, as voltages are of reversal
    # potentials
    numbers = [abs(v) for v in field.params.values() if np.ndim(v) == 0]
    most = AROUND * max((v for v in numbers if v < LARGE), default=1.0)
    wider = {n: limits.get(n) or (min(low, -most), max(high, most)) for n, (low, high) in first.items()}
    return [first] if wider == first else [first, wider]


def widest_boxes(field: VectorField, limits: Mapping[str, Range], range_: Range) -> list[dict[str, Range]]:
    """Where to look when nothing is found elsewhere: states of the size of all that the model is told, and more."""
    numbers = [abs(v) for v in (*field.params.values(), *range_) if np.ndim(v) == 0]
    size = max((v for v in numbers if v < LARGE), default=1.0)
    is_bounded = all(n in limits for n in field.free)
    return [
        {n: limits.get(n) or (-times * size, times * size) for n in field.free}
        for times in (FARTHEST[:1] if is_bounded else FARTHEST)
    ]


def found_in(
    field: VectorField, name: str, value: float, ranges: Mapping[str, Range], near: Mapping[str, float] | None = None
) -> list[Array]:
    """The isolated equilibria at a value of a parameter, each with that value behind its states."""
    if field.layout is not None:
        start = np.array([(near or {}).get(n, 0.0) for n in field.free])
        zeros = zeros_among(field.moved(name, value), list(ranges.values()), start)
        return [np.append(u, value) for u in zeros.points[:, ~zeros.singular].T]
    return [np.append(u, value) for u in isolated(field.moved(name, value), ranges)]


def resets(field: VectorField) -> tuple[str, ...]:
    """What is said of a model that resets."""
    names = [e.name for e in field.system.events if field.system.moves_states(e)]
    if not names:
        return ()
    return (
        f"The event '{names[0]}' changes the state: these are the equilibria of the equations between events. "
        "Cycles are not followed.",
    )


def held_time(field: VectorField) -> tuple[str, ...]:
    """What is said of a drift that depends on time."""
    held = caveats.frozen(field)
    if "t" not in held:
        return ()
    return (f"The equations depend on time, which is held at t = {held['t']:g}. Cycles are not followed.",)


def many_states(field: VectorField) -> tuple[str, ...]:
    """What is said of a model with more states than cycles are followed with."""
    if len(field.free) <= MOST_WITH_CYCLES:
        return ()
    return (
        f"Cycles of {len(field.free)} states are not followed: {MOST_WITH_CYCLES} are the most. "
        "limit_cycle finds them at one value.",
    )


def doublings_of(field: VectorField, given: int | None) -> int:
    """How many times in a row period doublings are followed."""
    return int(len(field.free) <= MOST_WITH_DOUBLINGS) if given is None else given


def doublings_left(field: VectorField, given: int | None, name: str, points: Iterable[SpecialPoint]) -> tuple[str, ...]:
    """What is said of period doublings that were not followed though nobody asked for that."""
    found = [p for p in points if p.kind == "period doubling" and p.data.get("crossing", 1) == 1]
    if given is not None or doublings_of(field, None) or not found:
        return ()
    return (
        f"Cycles of twice the period, as from {name} = {found[0].parameter:.6g} on, are not followed: with "
        f"{len(field.free)} states that takes minutes. doublings=1 follows them.",
    )


def delays(field: VectorField) -> tuple[str, ...]:
    """What is said of a model with delays."""
    if not field.system.is_delayed:
        return ()
    return ("With delays: stability by the rightmost characteristic roots. Cycles are not followed.",)


def is_of_cycles(start: Start) -> bool:
    """Whether a start is a cycle, or a special point of cycles."""
    return isinstance(start, Cycle) or (isinstance(start, SpecialPoint) and "orbit" in start.data)


def check_start(start: Any) -> None:
    """Refuse what no branch begins at.

    Raises
    ------
    ArgumentError
    """
    if start is None or isinstance(start, FixedPoint | Cycle | SpecialPoint):
        return
    advice = (
        "Give values of all states, {'V': -60, 'n': 0.3}, or what fixed_points, limit_cycle or a diagram has found."
    )
    if not isinstance(start, Mapping):
        raise ArgumentError(f"start is an equilibrium or a cycle to begin at, not {start!r:.60}.", advice=advice)
    for name, value in start.items():
        if not is_number(value) or not is_finite(value):
            raise ArgumentError(f"start: '{name}' is {value!r:.60}; it must be a finite number.", advice=advice)


def given_equilibrium(problem: EquilibriumProblem, start: Start, range_: Range) -> Array:
    """States and parameter of a start, which Newton's method is to correct."""
    assert not isinstance(start, Cycle)
    name, free = problem.name, problem.field.free
    values = dict(start) if isinstance(start, Mapping) else dict(start.values)
    missing = [n for n in free if n not in values]
    unknown = [n for n in values if n not in (*free, name)]
    if missing or unknown:
        what = f"has no value for {', '.join(missing)}" if missing else f"names {', '.join(unknown)}, which is no state"
        raise ArgumentError(f"The start {what}.", advice=f"Give {', '.join(free)}.")
    middle = (range_[0] + range_[1]) / 2
    known = {} if isinstance(start, Mapping) else start.parameters
    value = _inside(name, float(values.get(name, known.get(name, middle))), range_)
    if isinstance(start, SpecialPoint) and start.kind == "branch point":
        value = aside(value, range_)[0]
    return np.array([*(float(values[n]) for n in free), value])


def given_orbits(problem: EquilibriumProblem, start: Start, range_: Range) -> list[Orbit]:
    """The cycle of a start; beside a special point, first on one side of it and then on the other."""
    name = problem.name
    if isinstance(start, Cycle):
        if start.names != problem.field.free or name not in start.parameters:
            raise ArgumentError(
                f"The start is a cycle of {', '.join(start.names)}, and here {', '.join(problem.field.free)} vary.",
                advice=f"Give a cycle of this model, with its value of {name}.",
            )
        value = _inside(name, start.parameters[name], range_)
        return [Orbit(start.mesh, start.profile, start.period, value)]
    assert isinstance(start, SpecialPoint)
    orbit = start.data["orbit"]
    if tuple(start.values) != problem.field.free or name not in start.parameters:
        raise ArgumentError(f"The start is a point of another diagram: {start!r}.", advice="Give one of this model.")
    value = _inside(name, start.parameters[name], range_)
    if start.kind in ("homoclinic", "heteroclinic", "snic"):
        return [orbit]
    return [Orbit(orbit.mesh, orbit.profile, orbit.period, v) for v in aside(value, range_)]


def aside(value: float, range_: Range) -> list[float]:
    """Values beside one, inside the range: above and below, the one that is inside first."""
    low, high = range_
    way = ASIDE * (high - low)
    return sorted((min(value + way, high), max(value - way, low)), key=lambda v: -abs(v - value))


def _inside(name: str, value: float, range_: Range) -> float:
    low, high = range_
    if not low <= value <= high:
        raise ArgumentError(f"The start has {name} = {value:g}, outside {low:g} to {high:g}.")
    return value
