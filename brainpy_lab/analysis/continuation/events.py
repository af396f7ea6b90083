"""Further events of a diagram, in the user's words: where an expression of its points becomes zero."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_tracing import CycleTracer
from brainpy_lab.analysis.continuation.special import KINDS, SpecialPoint
from brainpy_lab.analysis.continuation.tracing import Tracer
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.extremes import on_mesh
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import CONSTANTS
from brainpy_lab.equations.text.phrases import Phrase, check_phrase, read_phrases
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.symbolic.compiling import Compiler

#: What the largest and the smallest value of a state are called inside.
SIDES = {"max": "largest_value_of_", "min": "smallest_value_of_"}

#: ``max(V)`` and ``min(V)`` of a cycle; with two arguments they are functions of numbers.
OF_CYCLE = re.compile(r"\b(max|min)\(\s*([A-Za-z_]\w*)\s*\)")

#: How exactly an event is found in the way between two points, relative to it.
PART = 1e-13


@dataclass(frozen=True)
class Event:
    """An expression that is watched along branches.

    Attributes
    ----------
    name : str
        The kind of the points.
    reads : frozenset of str
    value : callable
        From values by name to that of the expression.
    """

    name: str
    reads: frozenset[str]
    value: Callable[[Mapping[str, float]], float]

    def is_of_cycles(self, states: tuple[str, ...]) -> bool:
        """Whether it has a value on cycles: it reads no state as such."""
        return not self.reads & set(states)

    @property
    def is_of_equilibria(self) -> bool:
        """Whether it has a value at equilibria: it reads nothing that only cycles have."""
        return not any(name == "period" or name.startswith(tuple(SIDES.values())) for name in self.reads)


def read_events(field: VectorField, given: Mapping[str, str] | None) -> list[Event]:
    """The events a user gave: their names and expressions of states and parameters, or of a cycle.

    Raises
    ------
    ArgumentError
        For what is no expression, a name that is taken, or an expression that has no value anywhere.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ArgumentError("events= is a mapping of names to expressions.", advice='Write {"T36": "period - 36"}.')
    if given and any(not name.isidentifier() for name in field.free):
        raise ArgumentError(
            f"{field.system.name} has array states; events= reads states that are one number.", advice="Leave it out."
        )
    return [_read(field, name, expression) for name, expression in (given or {}).items()]


def _check_zeros(name: str, expression: str, reads: set[str], found: list[ast.expr], names: set[str]) -> None:
    """Refuse what becomes zero nowhere, or cannot be evaluated along branches."""
    if isinstance(found[0], ast.Compare | ast.BoolOp) or (
        isinstance(found[0], ast.UnaryOp) and isinstance(found[0].op, ast.Not)
    ):
        raise ArgumentError(
            f"The event '{name}' is a condition: {expression}.", advice="Give what is zero there: 'V - 1' for V > 1."
        )
    if strange := sorted(reads - names - {"t", *CONSTANTS}):
        raise ArgumentError(
            f"The event '{name}' reads {', '.join(s.replace('_', '.', 1) for s in strange)}: diagrams have no sides.",
            advice="Write the name of the state or parameter alone.",
        )
    if not reads & names:
        raise ArgumentError(f"The event '{name}' is the same everywhere: {expression}.", advice="Let it read a state.")


def _read(field: VectorField, name: str, expression: Any) -> Event:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ArgumentError(f"An event is called by a line of text, not {name!r:.60}.", advice='{"T36": "period - 36"}')
    if name in KINDS:
        raise ArgumentError(f"The event '{name}' is called like a kind of point.", advice="Give it another name.")
    check_phrase(f"The event '{name}'", expression)
    states = field.free
    of_cycle = [side + state for side in SIDES.values() for state in states] + ["period"]
    names = [*states, *field.held, *field.params]
    names += [n for n in of_cycle if n not in names]
    for m in OF_CYCLE.finditer(expression):
        if m[2] not in states:
            raise ArgumentError(
                f"The event '{name}' reads {m[0]}, and {m[2]} is no state that varies.",
                advice=did_you_mean(m[2], states) or f"States: {', '.join(states)}.",
            )
    inside = OF_CYCLE.sub(lambda m: SIDES[m[1]] + m[2], expression)
    phrase = Phrase(f"The event '{name}'", expression, "post.event += ", inside)
    shown = [*(n for n in names if n not in of_cycle), *(f"max({s})" for s in states), "period"]
    system = read_phrases([phrase], "".join(f"{n} = 0.0\n" for n in names), shown, name="Event", synapse=True)
    found = [c.value for c in system.couplings]
    _check_zeros(name, expression, system.names_read(*found), found, {*names})
    function: Any = Compiler(system).compile(found, (), ())
    event = Event(
        str(name), frozenset(system.names_read(*found)),
        lambda values: float(function(*(np.float64(values.get(n, np.nan)) for n in names), 0.0)[0]),
    )  # fmt: skip
    if not event.is_of_cycles(states) and not event.is_of_equilibria:
        raise ArgumentError(
            f"The event '{name}' reads a state and what only cycles have: {expression}.",
            advice=f"A cycle has no single value of a state: write max({states[0]}) or min({states[0]}).",
        )
    return event


def at_equilibria(tracer: Tracer, events: list[Event]) -> list[SpecialPoint]:
    """The events on branches of equilibria."""
    name, field = tracer.problem.name, tracer.problem.field
    free = field.free
    found = []
    for event in (e for e in events if e.is_of_equilibria):

        def value(u: Array, event: Event = event) -> float:
            return event.value({**field.held, **field.params, **dict(zip((*free, name), u.tolist(), strict=True))})

        for branch, curve in zip(tracer.branches, tracer.curves, strict=True):
            for i in _changes(np.array([value(u) for u in branch.points])):
                u = _on_the_way(curve, branch.points[i], branch.points[i + 1], value)
                states = dict(zip(free, (float(v) for v in u), strict=False))
                found.append(SpecialPoint(event.name, {name: float(u[-1])}, states))
    return found


def on_cycles(tracer: CycleTracer, events: list[Event]) -> list[SpecialPoint]:
    """The events on branches of cycles."""
    field = tracer.flow
    found = []
    for event in (e for e in events if e.is_of_cycles(field.free)):
        for branch in tracer.branches:
            values = np.array([event.value(_of(field, branch, orbit)) for orbit in branch.orbits])
            for i in _changes(values):
                found.append(_cycle_event(tracer, branch, branch.orbits[i], branch.orbits[i + 1], event))
    return found


def _changes(values: Array) -> list[int]:
    """After which points a function changes its sign."""
    return [int(i) for i in np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)]


def _on_the_way(curve: Curve, a: Array, b: Array, value: Callable[[Array], float]) -> Array:
    """The point between two others at which a function of it is zero; where the way is lost, the nearest one known."""
    way = b - a
    length = float(np.linalg.norm(way / curve.units))
    ends = CurvePoint(a, way / length), CurvePoint(b, way / length)
    known = {0.0: a, 1.0: b}

    def at(part: float) -> float:
        if part not in known:
            point = curve.between(*ends, part)
            known[part] = known[min(known, key=lambda p: abs(p - part))] if point is None else point.u
        return value(known[part])

    part = zero_between(at, 0.0, 1.0, xtol=PART)
    at(part)
    return known[part]


def _of(field: VectorField, branch: CycleBranch, orbit: Orbit) -> dict[str, float]:
    """What an event may read on a cycle."""
    low, high = on_mesh(orbit.mesh, orbit.profile)
    named = {SIDES["min"]: low, SIDES["max"]: high}
    extreme = {side + n: float(v) for side, row in named.items() for n, v in zip(branch.names, row, strict=True)}
    held = {**field.held, **field.params, branch.parameter: orbit.parameter}
    return {**held, **extreme, **({} if "period" in held else {"period": orbit.period})}


def _cycle_event(tracer: CycleTracer, branch: CycleBranch, a: Orbit, b: Orbit, event: Event) -> SpecialPoint:
    curve = tracer.curve_beside(b, b.period)
    mesh = adapted(b.mesh, b.profile, curve.scales(b.profile), 2 * b.mesh.intervals)
    orbit = _between(
        tracer,
        curve,
        Orbit(mesh, a.mesh.at(a.profile, mesh.nodes), a.period, a.parameter),
        Orbit(mesh, b.mesh.at(b.profile, mesh.nodes), b.period, b.parameter),
        branch,
        event,
    )
    low, high = (dict(zip(branch.names, row.tolist(), strict=True)) for row in on_mesh(orbit.mesh, orbit.profile))
    data = {"orbit": orbit, "min": low, "max": high}
    return SpecialPoint(event.name, {branch.parameter: orbit.parameter}, high, orbit.period, data)


def _between(tracer: CycleTracer, curve: CycleCurve, a: Orbit, b: Orbit, branch: CycleBranch, event: Event) -> Orbit:
    """The cycle between two on one mesh at which an event happens."""
    pack = curve.collocation.pack
    ends = [pack(o.profile, o.period, o.parameter) for o in (a, b)]
    guess = curve.take(b, ends[1] - ends[0])
    corrected = [curve.corrected(u, guess.tangent / curve.units) for u in ends]
    first, last = (u if v is None else v for u, v in zip(ends, corrected, strict=True))

    def value(u: Array) -> float:
        return event.value(_of(tracer.flow, branch, curve.orbit(CurvePoint(u, u))))

    if value(first) * value(last) > 0:  # the finer mesh has moved it over an end
        return curve.orbit(CurvePoint(first if abs(value(first)) < abs(value(last)) else last, first))
    return curve.orbit(CurvePoint(_on_the_way(curve, first, last, value), first))
