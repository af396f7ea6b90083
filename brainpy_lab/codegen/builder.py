"""StepBuilder: what a method writes its step with. Collects lines `name = expression`, their comments and origins."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from brainpy_lab.codegen.blocks import Phase
from brainpy_lab.codegen.hidden import held_states, hidden_names, hold_name, past_names
from brainpy_lab.codegen.noise_lines import NoiseLines
from brainpy_lab.codegen.printing import names_used, parse, rename
from brainpy_lab.equations.names import in_order
from brainpy_lab.equations.system import Definition, Delay, State, System


@dataclass
class Line:
    """``target = expr``; ``cell_line`` is the user's line it comes from."""

    target: str
    expr: ast.expr
    comment: str = ""
    cell_line: int | None = None


@dataclass
class Remark:
    """A comment line of its own, before a stage or an event."""

    text: str


@dataclass
class Loop:
    """``body`` again and again, at most ``times`` times, until the call ``until`` is true."""

    times: int
    body: list[Line | Remark | Loop]
    until: ast.expr


Lines = list[Line | Remark | Loop]


def targets(line: Line | Remark | Loop) -> set[str]:
    """Names that a line gives a value."""
    if isinstance(line, Line):
        return set(line.target.split(", "))
    return {name for inner in line.body for name in targets(inner)} if isinstance(line, Loop) else set()


@dataclass
class Part:
    """Lines of one phase of a step; ``phase`` is "" for what all phases have in common, the derived parameters.

    ``ends`` are the names under which the lines know the states at the step's end, once the step has advanced.
    """

    phase: Phase | Literal[""]
    event: str = ""
    ends: dict[str, str] = field(default_factory=dict)
    body: Lines = field(default_factory=list)


class StepBuilder(NoiseLines):
    """Lines of one step of one system, in the order in which they will run.

    A method calls `stage`, `drift` and `line`; the builder keeps names from clashing with the model's.
    """

    def __init__(
        self,
        system: System,
        hold_test: str = "t + 0.5*dt",
        *,
        by_stages: bool = False,
        remembered: Collection[str] = (),
        set_outside: Collection[str] = (),
    ) -> None:
        self.system = system
        #: The states that others set at the ends of steps, as the system's own events do.
        self.set_outside = frozenset(set_outside)
        #: The states whose course over the step is wanted as a polynomial, since they are read later.
        self.remembered = tuple(s.name for s in system.states if s.name in (*system.delayed_states, *remembered))
        self.by_stages = (
            by_stages  # each stage is a part of its own: what it reads of other cells is gathered before it
        )
        #: The names of the states at each stage, by state, for those of a stage that are not the states themselves.
        self.stage_values: list[dict[str, str]] = []
        #: The part of the step that has passed at each.
        self.stage_nodes: list[float] = []
        self.parts = [Part("")]
        self.body = self.parts[0].body
        self._at_start: set[str] = set()  # intermediates computed at the step's start, under the model's own names
        self._hold_test = hold_test
        self._taken = {*system.state_names, *system.parameter_names, *hidden_names(system), "t", "dt"}
        self._taken |= {d.name for d in system.derived + system.intermediates} | {f.name for f in system.functions}
        self._taken |= {d.name for d in system.delays}
        #: Name of the history of each delayed state, which the step takes.
        self.past = past_names(system)
        self._taken |= set(self.past.values())
        self._looked_up: dict[tuple[str, str], str] = {}  # delayed values that the stages at one time share
        self._before_act = self._looked_up
        self.held: dict[str, str] = {}
        super().__init__()
        self._stages: dict[str, dict[str, str | ast.expr]] = {}  # intermediates that a stage has computed, by suffix
        #: Derivatives at the step's start that are handed in (adaptive methods), by state.
        self.first: dict[str, str] = {}
        self._derived()
        self.phase("advance")

    # --- what methods call ---------------------------------------------------------------------------------------

    def phase(self, phase: Phase, event: str = "", ends: Mapping[str, str] | None = None) -> None:
        """Begin a phase of the step; those of events say which, and the names of the states at the step's end."""
        if self.parts[-1].phase == "act":
            self._looked_up = self._before_act  # where phases are printed apart, none sees what a block looked up
        if phase == "act":
            self._before_act = dict(self._looked_up)
        self.parts.append(Part(phase, event, dict(ends or {})))
        self.body = self.parts[-1].body

    def stage(self, text: str) -> None:
        """Begin a stage with a comment."""
        self.body.append(Remark(text))

    def fresh(self, name: str) -> str:
        """``name``, or with underscores added while the model uses it already."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def line(self, name: str, expr: ast.expr | str, comment: str = "", cell_line: int | None = None) -> str:
        """Add ``name = expr`` under a fresh name; returns the name given."""
        target = self.fresh(name)
        self.body.append(Line(target, parse(expr) if isinstance(expr, str) else expr, comment, cell_line))
        return target

    def assign(self, name: str, expr: ast.expr | str, cell_line: int | None = None) -> str:
        """Add ``name = expr`` for a name that stands already; returns it."""
        self.body.append(Line(name, parse(expr) if isinstance(expr, str) else expr, "", cell_line))
        return name

    def together(self, names: Iterable[str], expr: str) -> list[str]:
        """Add ``a, b = expr`` under fresh names."""
        targets = [self.fresh(name) for name in names]
        self.body.append(Line(", ".join(targets), parse(expr)))
        return targets

    @contextmanager
    def loop(self, times: int) -> Iterator[Loop]:
        """Lines added within belong to a loop; set its ``until`` before leaving."""
        outer, loop = self.body, Loop(times, [], ast.Constant(False))
        self.body = loop.body
        yield loop
        self.body = outer
        outer.append(loop)

    def drift_holds(self) -> None:
        """Compute which states are held, before a loop or a Jacobian needs it."""
        self._holds()

    def drift(
        self,
        suffix: str,
        values: Mapping[str, str] | None = None,
        time: str = "t",
        without: Container[str] = (),
    ) -> dict[str, str]:
        """Evaluate all derivatives at the states ``values`` (default: the step's start); state -> name of derivative.

        ``suffix`` marks the stage in the names; ``time`` is the time of the stage as an expression. The derivatives of
        the states ``without`` are left out.
        """
        self._holds()
        self._cut(values or {}, time)
        moving = [s for s in self.moving if s.name not in without]
        names = self._at_stage([s.drift for s in moving if s.drift is not None], suffix, values, time)
        derivatives = {}
        for state in moving:
            assert state.drift is not None
            expr = self.zero_if_held(state.name, rename(state.drift, names))
            line = state.span.line if state.span else None
            derivatives[state.name] = self.line(f"d{state.name}{suffix}", expr, f"d{state.name}/dt", line)
        return derivatives

    def _cut(self, values: Mapping[str, str], time: str) -> None:
        """Begin a part of the step with a stage, but for the first one."""
        if not self.by_stages or self.parts[-1].phase != "advance":
            return
        if self.stage_values:
            self.parts.append(Part("advance"))
            self.body = self.parts[-1].body
        self.stage_values.append({s: n for s, n in values.items() if s != n})
        self.stage_nodes.append(node_of(time))

    def at_stage(
        self, expr: ast.expr, suffix: str, values: Mapping[str, str] | None = None, time: str = "t"
    ) -> ast.expr:
        """An expression of the model at ``values``, what it needs computed before it."""
        return rename(expr, self._at_stage([expr], suffix, values, time))

    def named(self, name: str, expr: ast.expr) -> str:
        """``expr`` as a line, or as it is when it is a number or a parameter."""
        return ast.unparse(expr) if self._is_fixed(expr) else self.line(name, expr)

    def _is_fixed(self, expr: ast.expr) -> bool:
        if isinstance(expr, ast.Constant):
            return True
        derived = tuple(d.name for d in self.system.derived)
        return isinstance(expr, ast.Name) and expr.id in self.system.parameter_names + derived

    def _at_stage(
        self, wanted: Iterable[ast.expr], suffix: str, values: Mapping[str, str] | None, time: str
    ) -> dict[str, str | ast.expr]:
        """As `definitions`, computing once what drift and diffusion of one stage have in common."""
        if not values:
            return self.definitions(wanted, "", values, time)
        known = self._stages.setdefault(suffix, {})
        known.update(self.definitions(wanted, suffix, values, time, known))
        return known

    def definitions(
        self,
        wanted: Iterable[ast.expr],
        suffix: str,
        values: Mapping[str, str] | None = None,
        time: str = "t",
        known: Mapping[str, str | ast.expr] | None = None,
    ) -> dict[str, str | ast.expr]:
        """Compute the intermediates that ``wanted`` need, at ``values``; returns how model names are to be renamed.

        Those in ``known`` are there already, under the names given.
        """
        names: dict[str, str | ast.expr] = {**(values or {}), **(known or {})}
        if time != "t":
            names["t"] = parse(time)
        needed = self._needed(wanted)
        for definition in self._named:
            if definition.name not in needed or definition.name in (known or {}):
                continue
            line = definition.span.line if definition.span else None
            if isinstance(definition, Delay):
                key = (definition.name, time)
                if key in self._looked_up:
                    names[definition.name] = self._looked_up[key]
                    continue
                expr, comment = self._lookup(definition, names, time), _as_written(definition)
            else:
                expr, comment = rename(definition.expr, names), "" if values else definition.description
            if values:
                names[definition.name] = self.line(f"{definition.name}{suffix}", expr, comment, line)
            elif definition.name not in self._at_start:
                self._at_start.add(definition.name)
                self.body.append(Line(definition.name, expr, comment, line))
            if isinstance(definition, Delay) and not self.system.is_state_dependent(definition):
                self._looked_up[definition.name, time] = str(names.get(definition.name, definition.name))
        return names

    def _lookup(self, delay: Delay, names: Mapping[str, str | ast.expr], time: str) -> ast.expr:
        """``past(x_past, t - tau)``; at the step's end the value just before that time, should it jump there."""
        function = "before" if time == "t + dt" else "past"
        arguments = [ast.Name(self.past[delay.state], ast.Load()), rename(delay.time, names)]
        return ast.Call(ast.Name(function, ast.Load()), arguments, [])

    @property
    def _by_name(self) -> dict[str, Definition | Delay]:
        by_name: dict[str, Definition | Delay] = {d.name: d for d in self.system.delays}
        by_name.update({d.name: d for d in self.system.intermediates})
        return by_name

    @property
    def _named(self) -> list[Definition | Delay]:
        """Intermediates and delayed values, each after those it reads."""
        system = self.system
        if not system.delays:
            return list(system.intermediates)
        by_name = self._by_name
        return [by_name[n] for n in in_order(by_name, lambda n: sorted(names_used(expression_of(by_name[n]))))]

    @property
    def moving(self) -> tuple[State, ...]:
        """States that have a derivative."""
        return tuple(s for s in self.system.states if s.drift is not None)

    def unless_held(self, state: str, expr: ast.expr | str) -> ast.expr:
        """``expr``, or the state's own value while an event holds it."""
        self._holds()
        expr = parse(expr) if isinstance(expr, str) else expr
        if state not in self.held:
            return expr
        return ast.IfExp(ast.Name(self.held[state], ast.Load()), ast.Name(state, ast.Load()), expr)

    def zero_if_held(self, state: str, expr: ast.expr) -> ast.expr:
        """``expr``, or 0 while an event holds the state."""
        self._holds()
        if state not in self.held:
            return expr
        return ast.IfExp(ast.Name(self.held[state], ast.Load()), ast.Constant(0.0), expr)

    # --- inside --------------------------------------------------------------------------------------------------

    def _derived(self) -> None:
        for definition in self.system.derived:
            line = definition.span.line if definition.span else None
            self.body.append(Line(definition.name, rename(definition.expr, {}), definition.description, line))

    def _holds(self) -> None:
        if self.held:
            return
        for state in held_states(self.system):
            name = self.line(f"{state}_held", f"{self._hold_test} < {hold_name(state)}", f"{state} keeps its value")
            self.held[state] = name

    def _needed(self, wanted: Iterable[ast.expr]) -> set[str]:
        by_name = self._by_name
        needed: set[str] = set()
        todo = [n for expr in wanted for n in names_used(expr)]
        while todo:
            name = todo.pop()
            if name in by_name and name not in needed:
                needed.add(name)
                todo.extend(names_used(expression_of(by_name[name])))
        return needed


def node_of(time: str) -> float:
    """The part of the step that has passed at a time as methods write it: ``t``, ``t + dt`` or ``t + 1/3*dt``."""
    if time in ("t", "t + dt"):
        return float(time != "t")
    return float(Fraction(time.removeprefix("t + ").removesuffix("*dt")))


def expression_of(definition: Definition | Delay) -> ast.expr:
    """What a named value is computed from: its expression, or the time at which a delayed state is read."""
    return definition.time if isinstance(definition, Delay) else definition.expr


def _as_written(delay: Delay) -> str:
    return f"{delay.state}({ast.unparse(delay.time)})"
