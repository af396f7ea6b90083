"""Events as lines of a step: each condition tested, its block run, and what the next test is compared with.

A condition fires where it holds and did not hold at the last test. The hidden variable ``<event>_on`` is the last test:
0 where the condition did not hold; where it held, how far beyond its border the state was left by the event's own
block, plus 1, or `FREE` where no block has led it back towards the border. A condition that becomes true in the
dead time of its event counts as one that did not hold, so that it fires when that time is over.

Three alarms end a run, so that nothing wrong is called completed:

``<event>_stuck``
    The block left its condition true, and the state moved further beyond the border: it would go on for ever, since an
    event whose condition does not become false does not fire again.
``<event>_spoiled``
    The step in which the event fired ran so far beyond the border that the stages of the method, computed there, have
    spoiled a state that the block does not reset. Such a step is told by the reset state, which left its tangent by
    more than the tangent is long, and by the other state, which left its own by more than `SPOILED` of its size.
``<event>_backward``
    The block holds for a time that depends on states, and that is negative or no number.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.crossing import crossed_between, distance
from brainpy_lab.codegen.draws import is_drawn
from brainpy_lab.codegen.hidden import armed_name, held_events, hold_name
from brainpy_lab.codegen.printing import names_used, parse, rename
from brainpy_lab.equations.system import CONSTANTS, Assign, Event, Hold, System
from brainpy_lab.symbolic.inline import substitute

_AWAITS = "what comes true in the dead time may fire at its end"
#: The last test of a condition that came to hold without a block that led back: larger than any distance.
FREE = 1e308
#: Part of the speed across a border before a block that counts as standing still after it: rounding.
STILL = 1e-9
#: Part of its size by which a step may take a state away from its tangent across a reset.
SPOILED = 0.02


@dataclass(frozen=True)
class Alarm:
    """A flag that ends the run, and the event it is about; ``kind`` is "stuck", "spoiled" or "backward"."""

    flag: str
    event: str
    kind: str


@dataclass
class Tested:
    """What the events of a step give: hidden variables, flags, and alarms with their flags.

    ``waiting`` is what the next test of an event is compared with in cells where its block has not run.
    """

    hidden: dict[str, str]
    waiting: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)


def write_events(
    step: StepBuilder,
    new: dict[str, str],
    hidden: dict[str, str],
    slopes: Callable[[], Mapping[str, str]] | None = None,
    time: str = "t + dt",
    *,
    bridge: bool = False,
) -> Tested:
    """Test every event at the new states and run its block; ``new`` then names the states after all blocks.

    ``slopes()`` are the derivatives at the step's start, where later stages of the method can be spoiled by an event.
    With ``bridge`` an event also happens when the noisy path crossed its border within the step.
    """
    tested = Tested(hidden)
    for event in step.system.events:
        _write_event(step, event, new, tested, slopes, time, bridge)
    return tested


def _write_event(
    step: StepBuilder,
    event: Event,
    new: dict[str, str],
    tested: Tested,
    slopes: Callable[[], Mapping[str, str]] | None,
    time: str,
    bridge: bool,
) -> None:
    system, on = step.system, armed_name(event)
    line = event.span.line if event.span else None
    step.phase("test", event.name, new)
    step.stage(f"event {event.name}: {ast.unparse(event.condition)}")
    names = step.definitions([event.condition], f"_{event.name}", new, time)
    condition = rename(event.condition, names)
    between = crossed_between(step, event, new, time) if bridge else None
    dead = _dead_time(step, event, tested.hidden, time)
    if not is_watched(system, event):
        side = step.line(f"{on}_new", ast.IfExp(condition, ast.Constant(1.0), ast.Constant(0.0)), "", line)
        crossed = parse(f"{side} > {on}")
        crossed = _unless(dead, crossed if between is None else ast.BoolOp(ast.Or(), [crossed, between]))
        flag = step.line(event.name, crossed, "the condition has become true", line)
        if dead:
            side = step.line(f"{on}_new", parse(f"minimum({side}, {on}) if {dead} else {side}"), _AWAITS)
        tested.hidden[on] = tested.waiting[event.name] = side
        tested.flags.append(flag)
        _watch_holds(step, event, flag, new, tested, time)
        step.phase("act", event.name, new)
        write_block(step, event, flag, new, tested.hidden, time)
        return
    holds = step.line(f"{event.name}_true", condition, "", line)
    fires: ast.expr = parse(f"{holds} and {on} == 0.0")
    fires = _unless(dead, fires if between is None else ast.BoolOp(ast.Or(), [fires, between]))
    flag = step.line(event.name, fires, "the condition has become true", line)
    tested.flags.append(flag)
    depth = rename(distance(event.condition), names)
    stuck = ast.BoolOp(
        ast.And(), [parse(f"{holds} and {on} > 0.0"), ast.Compare(_plus_one(depth), [ast.Gt()], [parse(on)])]
    )
    alarm = step.line(f"{event.name}_stuck", stuck, "its block left it true, and it moved further beyond")
    tested.alarms.append(Alarm(alarm, event.name, "stuck"))
    _watch_spoiled(step, event, flag, new, tested, slopes)
    _watch_holds(step, event, flag, new, tested, time)
    waiting = tested.waiting[event.name] = f"{on} if {holds} else 0.0"  # 0 too where it came true in the dead time
    step.phase("act", event.name, new)
    left = write_block(step, event, flag, new, tested.hidden, time)
    tested.hidden[on] = step.line(f"{on}_new", parse(f"{left} if {flag} else ({waiting})"))


def _dead_time(step: StepBuilder, event: Event, hidden: Mapping[str, str], time: str) -> str:
    """Write whether a step lies in the dead time of an event; "" where it has none."""
    if event.name not in held_events(step.system):
        return ""
    release = hidden[hold_name(event.name)]
    return step.line(f"{event.name}_dead", f"{time} + 0.5*dt < {release}", f"too soon after the last {event.name}")


def _unless(dead: str, fires: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), [fires, ast.UnaryOp(ast.Not(), ast.Name(dead, ast.Load()))]) if dead else fires


def is_watched(system: System, event: Event) -> bool:
    """Whether an event may leave its own condition true, by what its block does: it is then told how far beyond."""
    if system.is_fractional or system.is_delayed:  # a drift is no slope at the step's end there
        return system.is_reset(event)
    return system.is_reset(event) or bool(turning_states(system, event))


def write_block(
    step: StepBuilder, event: Event, flag: str | None, new: dict[str, str], hidden: dict[str, str], time: str
) -> str | None:
    """Run an event's block as `write_actions` does; the name of what the next test is compared with, where watched."""
    watched, is_reset = is_watched(step.system, event), step.system.is_reset(event)
    before = approach(step, event, "before", new, time) if watched and not is_reset else None
    write_actions(step, event, flag, new, hidden, time)
    if not watched:
        return None
    names = step.definitions([event.condition], f"_{event.name}_after", new, time)
    depth = _plus_one(rename(distance(event.condition), names))
    if before is not None:
        after = approach(step, event, "after", new, time)
        depth = ast.IfExp(parse(f"({before} > 0.0) != ({after} > {STILL}*{before})"), depth, ast.Constant(FREE))
    left = ast.IfExp(rename(event.condition, names), depth, ast.Constant(0.0))
    return step.line(f"{event.name}_left", left, "0: the block has made the condition false")


def _plus_one(expr: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(1.0), ast.Add(), expr)


def turning_states(system: System, event: Event) -> tuple[str, ...]:
    """States of the condition whose derivative the block changes, where it changes none of them themselves.

    A ball's height is one: the block turns its velocity round. Such an event must be watched: the ball may turn again.
    """
    if system.is_reset(event) or not isinstance(event.condition, ast.Compare):
        return ()
    read = system.names_read(event.condition)
    assigned = {a.target for a in event.actions if isinstance(a, Assign) and not (a.places and a.target in read)}
    drifts = {s.name: s.drift for s in system.states if s.drift is not None and s.name in read}
    return tuple(name for name, drift in drifts.items() if system.names_read(drift) & assigned)


def approach(
    step: StepBuilder, event: Event, when: str, values: Mapping[str, str] | None = None, time: str = "t"
) -> str:
    """How fast the state moves across the event's border at ``values``: positive further beyond it."""
    from brainpy_lab.symbolic import view
    from brainpy_lab.symbolic.printing import to_ast

    moving = {*step.system.state_names, *(d.name for d in step.system.intermediates), *step.past}
    border, bounds = _without_part(distance(event.condition), moving)
    suffix = f"_{event.name}_{when}"
    terms: list[str] = []
    moves = {s.name: s.drift for s in step.moving if s.drift is not None} | {"t": ast.Constant(1.0)}
    for name, drift in moves.items():
        slope = view(step.system).derivative_of(border, f"the border of {event.name}", name)
        if slope == 0:
            continue
        weight = to_ast(slope)
        names = step.definitions([drift, weight], suffix, values, time)
        product = ast.BinOp(rename(weight, names), ast.Mult(), rename(drift, names))
        terms.append(step.line(f"{event.name}_by_{name}_{when}", product))
    speed = " + ".join(terms) or "0.0"
    if bounds and terms:
        speed = f"part({speed}, {', '.join(bounds)})"
    return step.line(f"{event.name}_speed_{when}", speed, "across the border")


def _without_part(border: ast.expr, moving: set[str]) -> tuple[ast.expr, tuple[str, ...]]:
    """A border of the same part of all that moves in it, ``x[0]``, as that of whole arrays; and the bounds of the part.

    Any other is given as it is, with no bounds.
    """
    parts = [n for n in ast.walk(border) if isinstance(n, ast.Call) and ast.unparse(n.func) == "part"]
    found = {tuple(ast.unparse(bound) for bound in part.args[1:]) for part in parts}
    whole = _Whole()
    result = whole.visit(copy.deepcopy(border))
    if len(found) != 1 or whole.outside & moving:
        return border, ()
    return result, found.pop()


class _Whole(ast.NodeTransformer):
    """Puts arrays in the place of their parts; ``outside`` are the names that stand elsewhere."""

    def __init__(self) -> None:
        self.outside: set[str] = set()

    def visit_Name(self, node: ast.Name) -> ast.expr:
        self.outside.add(node.id)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if ast.unparse(node.func) == "part":
            return node.args[0]
        self.generic_visit(node)
        return node


def _watch_spoiled(
    step: StepBuilder,
    event: Event,
    flag: str,
    new: Mapping[str, str],
    tested: Tested,
    slopes: Callable[[], Mapping[str, str]] | None,
) -> None:
    """Add the alarm for states that the stages beyond the border have spoiled."""
    system = step.system
    if slopes is None or not system.is_reset(event):
        return
    read = system.names_read(event.condition)
    written = {a.target: names_used(a.value) for a in event.actions if isinstance(a, Assign)}
    leading = [s.name for s in step.moving if s.name in written and s.name in read]
    quiet = {s.name for s in step.moving if not s.noise}  # a noisy state leaves its tangent by itself
    kept = [s for s in system.state_names if s in quiet and s not in leading and s in written.get(s, {s})]
    if not leading or not kept:
        return
    tangent = {s: f"dt*{slope}" for s, slope in slopes().items()}
    runs = [f"abs({new[s]} - {s} - {tangent[s]}) > abs({tangent[s]})" for s in leading]
    leaves = [f"abs({new[s]} - {s} - {tangent[s]}) > {SPOILED}*(abs({s}) + abs({tangent[s]}))" for s in kept]
    text = f"{flag} and ({' or '.join(runs)}) and ({' or '.join(leaves)})"
    alarm = step.line(f"{event.name}_spoiled", text, "stages beyond the border have spoiled it")
    tested.alarms.append(Alarm(alarm, event.name, "spoiled"))


def _watch_holds(step: StepBuilder, event: Event, flag: str, new: Mapping[str, str], tested: Tested, time: str) -> None:
    """Add the alarm for holds whose length only the run can tell."""
    lengths = watched_lengths(step.system, event)
    if not lengths:
        return
    names = step.definitions(lengths, f"_{event.name}_hold", new, time)
    tests: list[ast.expr] = []
    for length in lengths:
        value = step.drawn(rename(length, names), event, by_event=False)
        tests.append(ast.UnaryOp(ast.Not(), ast.Compare(value, [ast.GtE()], [ast.Constant(0.0)])))
    backward = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
    expr = ast.BoolOp(ast.And(), [ast.Name(flag, ast.Load()), backward])
    alarm = step.line(f"{event.name}_backward", expr, "a hold of a negative time")
    tested.alarms.append(Alarm(alarm, event.name, "backward"))


def write_actions(
    step: StepBuilder,
    event: Event,
    flag: str | None,
    new: dict[str, str],
    hidden: dict[str, str],
    time: str,
    *,
    by_event: bool = False,
    apart: Container[str] = (),
) -> None:
    """Run an event's block where ``flag`` holds, or untested; changes ``new`` and ``hidden`` to the names after it.

    With ``by_event`` it takes the random draws of the event in place of those of the step. Those of ``apart`` have
    another name after each line that sets them, so that what they were between two of them can be read elsewhere.
    """
    for number, action in enumerate(event.actions, 1):
        value = action.value if isinstance(action, Assign) else action.duration
        suffix = f"_{event.name}" if number == 1 else f"_{event.name}_{number}"
        names = step.definitions([value], suffix, new, time)
        line = action.span.line if action.span else None
        expr = step.drawn(rename(value, names), event, by_event=by_event)
        if isinstance(action, Assign):
            target, old = action.target, new[action.target]
        else:
            target = hold_name(action.state)
            old = hidden[target]
            expr = ast.BinOp(parse(time), ast.Add(), expr)
        if (
            flag or step.system.mixes_elements
        ):  # one number for an array becomes the array, which the next line may read
            test = ast.Name(flag, ast.Load()) if flag else ast.Constant(True)
            expr = ast.IfExp(test, expr, ast.Name(old, ast.Load()))
        is_first = old == target or target in apart
        name = step.line(f"{target}_new", expr, "", line) if is_first else step.assign(old, expr, line)
        if isinstance(action, Assign):
            new[action.target] = name
        else:
            hidden[target] = name


def known_before(system: System) -> tuple[tuple[Event, Hold], ...]:
    """The holds whose length parameters alone say, so that it is looked at before a run."""
    found = ((e, a) for e in system.events for a in e.actions if isinstance(a, Hold))
    return tuple((e, a) for e, a in found if _is_known(system, a.duration))


def _is_known(system: System, duration: ast.expr) -> bool:
    known = {*system.parameter_names, *(d.name for d in system.derived), *CONSTANTS}
    return not is_drawn(duration) and system.names_read(duration) <= known


def watched_lengths(system: System, event: Event) -> list[ast.expr]:
    """How long an event holds where only the run can tell: expressions of the states before its block.

    What the lines before a hold have set stands in its expression.
    """
    return [
        _before(system, action.duration, event.actions[:k])
        for k, action in enumerate(event.actions)
        if isinstance(action, Hold) and not _is_known(system, action.duration)
    ]


def _before(system: System, expr: ast.expr, lines: Sequence[Assign | Hold]) -> ast.expr:
    """What stands after some lines of a block, by what stands before them.

    From the last line back: what ``expr`` does not need is left out, and a block of many lines that read each other
    would grow without end.
    """
    for line in reversed(lines):
        if isinstance(line, Assign) and not line.places:
            expr = _with(system, expr, {line.target: line.value})
    return expr


def _with(system: System, expr: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """An expression with what a block has set, in the intermediates that it reads too."""
    moved = dict(values)
    for definition in system.intermediates:
        inner = substitute(definition.expr, moved)
        if ast.dump(inner) != ast.dump(definition.expr):
            moved[definition.name] = inner
    return substitute(expr, moved)
