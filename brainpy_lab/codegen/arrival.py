"""What the spike of one side of a synapse does, as functions: one called once a spike, one for each connection.

Where a block adds to a value of the target cell, the function gives what is added: the sums over connections are then
formed in one order, that of the connections, on every driver.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from brainpy_lab.codegen.builder import Line, Lines, StepBuilder
from brainpy_lab.codegen.draws import Addresses
from brainpy_lab.codegen.events import write_actions
from brainpy_lab.codegen.fields import CLOCK, Field, Fields, Signature, join
from brainpy_lab.codegen.functions import all_lines, assigned, names_needed, without_unused
from brainpy_lab.codegen.network import CONNECTION, KEPT_POST, KEPT_PRE, POST
from brainpy_lab.codegen.printing import copy_of, parse, rename
from brainpy_lab.codegen.traces import Trace
from brainpy_lab.equations.system import CONSTANTS, Assign, Event, State, System

#: The time at which blocks of arriving spikes run.
ARRIVAL = "t + dt"
#: Of a block without random numbers.
NOTHING_DRAWN = Addresses()
#: The middle of the step, which tells whether a state is held in it, counted from that time.
_MIDDLE = "t - 0.5*dt"


@dataclass(frozen=True)
class Place:
    """Where a name of a synapse's text stands: the kind of axis, "" for one number, and the row or scalar."""

    axis: str
    row: str


@dataclass
class Written:
    """A function: what it takes and gives, and its lines."""

    signature: Signature
    lines: Lines


def is_additive(event: Event, name: str, system: System) -> bool:
    """Whether a block does nothing with ``name`` but add to it what does not depend on it."""
    for action in event.actions:
        if not isinstance(action, Assign):
            return False
        value = action.value
        if action.target == name:
            if added(value, name) is None:
                return False
            value = added(value, name) or value
        if name in system.names_read(value):
            return False
    return True


def added(value: ast.expr, name: str) -> ast.expr | None:
    """``x`` of ``name + x`` or, negative, of ``name - x``; None of any other expression."""
    match value:
        case ast.BinOp(left=ast.Name(id=found), op=ast.Add(), right=right) if found == name:
            return right
        case ast.BinOp(left=ast.Name(id=found), op=ast.Sub(), right=right) if found == name:
            return ast.UnaryOp(ast.USub(), right)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Name(id=found)) if found == name:
            return left
    return None


def write_arrival(
    system: System,
    event: Event,
    places: Mapping[str, Place],
    held: Mapping[str, str],
    traces: Iterable[Trace] = (),
    addresses: Addresses = NOTHING_DRAWN,
) -> tuple[Written | None, Written | None]:
    """The functions of a block: of the cell that has fired, and of each of its connections.

    Parameters
    ----------
    system : System
        The synapse.
    event : Event
        Its block for the spikes of a side.
    places : mapping of str to Place
        Where the names of the synapse stand.
    held : mapping of str to str
        For states of the two cells that may be held: the name of the time of release.
    traces : iterable of Trace
        States that stand nowhere themselves, but are read from what is kept of them.
    addresses : Addresses
        Of its random numbers.
    """
    own = KEPT_PRE if event.side == "pre" else KEPT_POST
    summed = {n for n, p in places.items() if p.axis and p.axis not in (CONNECTION, own)}
    summed = {n for n in summed if is_additive(event, n, system)}
    step, new, sums = _lines(system, event, places, held, summed, tuple(traces), addresses)
    lines = all_lines(step)
    changed = {n: v for n, v in new.items() if v != n and n not in sums.values()}
    kept = {n: v for n, v in changed.items() if places[n].axis == own}
    cell: Written | None = None
    if kept:
        cell = Written(Signature(Fields(), Fields()), without_unused(list(lines), kept.values()))
        lines = [line for line in lines if not (isinstance(line, Line) and line.target in assigned(cell.lines))]
    others = {n: v for n, v in changed.items() if n not in kept}
    results = join(
        Fields(Field(others[n], places[n].axis, "state", places[n].row) for n in others),
        Fields(Field(new[s], places[n].axis, "sum", places[n].row) for n, s in sums.items() if new[s] != s),
    )
    lines = without_unused(lines, results.names)
    # what the cell's function changes has changed when that of a connection is called: the value of before is handed on
    passed = names_needed(lines) & (assigned(cell.lines) | set(kept)) if cell else set()
    if cell:
        given = Fields(Field(v, own, "state", places[n].row) for n, v in kept.items())
        passes = Fields(Field(n, "", "passed") for n in sorted(passed))
        handed_on = passed - assigned(cell.lines)
        cell.signature = Signature(_taken(cell.lines, places, set(), handed_on), join(given, passes))
    connection = Written(Signature(_taken(lines, places, passed), results), lines) if results else None
    return cell, connection


def _lines(
    system: System,
    event: Event,
    places: Mapping[str, Place],
    held: Mapping[str, str],
    summed: set[str],
    traces: tuple[Trace, ...],
    addresses: Addresses,
) -> tuple[StepBuilder, dict[str, str], dict[str, str]]:
    """The block's lines; the names after them; and, for what is added to, the name of what is added."""
    sums = {n: f"{n}_added" for n in summed}
    actions, seen = [], set()
    for action in event.actions:
        assert isinstance(action, Assign)
        target, value = action.target, action.value
        if target in sums:
            more = added(value, target)
            assert more is not None
            target, value = sums[target], more
            if target in seen:
                value = ast.BinOp(ast.Name(target, ast.Load()), ast.Add(), more)
            seen.add(target)
        actions.append(replace(action, target=target, value=_unless_held(action, target, value, held)))
    variables = [n for n, p in places.items() if p.axis]
    known = {d.name for d in system.derived + system.intermediates}
    names = (*variables, *sums.values(), *(trace.name for trace in traces))
    states = tuple(State(n, None) for n in names if n not in known)
    parameters = tuple(p for p in system.parameters if p.name not in variables)
    pseudo = replace(system, states=states, parameters=parameters, events=(), couplings=(), delays=())
    step = StepBuilder(pseudo)
    step.phase("act", event.name)
    for trace in traces:
        trace.read(step, ARRIVAL)
    new = {s.name: s.name for s in states}
    drawn = _with_draws(step, replace(event, actions=tuple(actions)), addresses)
    # a cell's function hands on what connections read between two lines that set a value of the cell
    apart = {n for n, p in places.items() if p.axis in (KEPT_PRE, KEPT_POST)} | {trace.name for trace in traces}
    write_actions(step, drawn, None, new, {}, ARRIVAL, apart=apart)
    for trace in traces:
        name = new.pop(trace.name)
        if name != trace.name:
            new |= trace.write(step, name, ARRIVAL)
    return step, new, sums


def _with_draws(step: StepBuilder, event: Event, addresses: Addresses) -> Event:
    """Write a line for each random number of a block; the block with their names in the place of calls."""
    count = addresses.counts.get(event.name)
    if count is None:
        return event
    drawn = _Drawn(step, event, f"{addresses.connection}, {count}", addresses.seed)
    actions = (replace(a, value=drawn.visit(copy_of(a.value))) if isinstance(a, Assign) else a for a in event.actions)
    return replace(event, actions=tuple(actions))


class _Drawn(ast.NodeTransformer):
    """Puts names of random numbers in place of calls."""

    def __init__(self, step: StepBuilder, event: Event, address: str, seed: str) -> None:
        self.step, self.event, self.address, self.seed = step, event, address, seed

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """The name of what a call draws, whose line is written; all else as it is."""
        match node:
            case ast.Call(func=ast.Name(id="rand" | "randn" as kind), args=[ast.Constant(value=int() as number)]):
                drawn = f"{kind}_at({self.seed}, {number}, {self.address})"
                return ast.Name(self.step.line(f"{self.event.name}_{kind}", drawn), ast.Load())
        return ast.Call(node.func, [self.visit(a) for a in node.args], [])


def _unless_held(action: Assign, target: str, value: ast.expr, held: Mapping[str, str]) -> ast.expr:
    """What a line gives to a state of a cell: nothing while that is held."""
    release = held.get(action.target)
    if release is None:
        return value
    instead: ast.expr = ast.Constant(0.0) if target != action.target else ast.Name(target, ast.Load())
    return ast.IfExp(parse(f"{_MIDDLE} < {release}"), instead, value)


def _taken(lines: Lines, places: Mapping[str, Place], passed: set[str], handed_on: Iterable[str] = ()) -> Fields:
    """What lines need, and what is handed on as it was, in the order of ``places``."""
    needed = (names_needed(lines) | set(handed_on)) - {*CONSTANTS, "t", "dt"}
    known = {n: p for n, p in places.items() if n in needed - passed}
    found = [Field(n, p.axis, "state" if p.axis else "parameter", p.row) for n, p in known.items()]
    unknown = needed - {f.name for f in found} - passed
    assert not unknown, unknown
    return join(CLOCK, found, Fields(Field(n, "", "passed") for n in sorted(passed & needed)))


def write_sum(system: System, value: ast.expr, places: Mapping[str, Place], row: str, time: str = "t") -> Written:
    """The function that gives what one connection adds to ``row`` of its target, at a time of the step."""
    variables = [n for n, p in places.items() if p.axis]
    states = tuple(State(n, None) for n in variables)
    parameters = tuple(p for p in system.parameters if p.name not in variables)
    pseudo = replace(system, states=states, parameters=parameters, events=(), couplings=(), delays=())
    step = StepBuilder(pseudo)
    names = step.definitions([value], "", None, time)
    name = step.line("added", rename(value, names))
    lines = without_unused(all_lines(step), [name])
    return Written(Signature(_taken(lines, places, set()), Fields([Field(name, POST, "sum", row)])), lines)
