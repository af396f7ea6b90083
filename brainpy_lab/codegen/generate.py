"""System + Method -> StepCode, in the dialect of a driver."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from brainpy_lab.codegen.borders import borders_of
from brainpy_lab.codegen.builder import Line, Loop, Remark, StepBuilder
from brainpy_lab.codegen.crossing import distance
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.events import Alarm, approach, turning_states, write_actions, write_events
from brainpy_lab.codegen.exponentials import share_exponentials
from brainpy_lab.codegen.fields import CELLS, CLOCK, TIME, Field, Fields, Role, Signature, fields, join
from brainpy_lab.codegen.headings import comment, docstring, heading_of
from brainpy_lab.codegen.hidden import held_states, hold_name, memory_names, past_names
from brainpy_lab.codegen.printing import Dialect, Printer, names_used, rename
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.codegen.written import StepWriter, Written
from brainpy_lab.equations.system import Event, Function, State, System
from brainpy_lab.symbolic.singularities import filled_system

Crossing = Literal["step", "bridge", "exact"]


class _Text:
    """Lines of code with the map to the user's lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line_map: dict[int, int] = {}

    def add(self, text: str = "", cell_line: int | None = None) -> None:
        for part in text.split("\n"):
            self.lines.append(part)
            if cell_line is not None:
                self.line_map[len(self.lines)] = cell_line


def generate(
    system: System,
    method: StepWriter,
    dialect: Dialect,
    backend: str,
    *,
    share_exp: bool = True,
    crossing: Crossing = "step",
) -> StepCode:
    """Write the step code of ``system`` under ``method`` for the driver ``backend``.

    Parameters
    ----------
    system : System
    method : Method
    dialect : Dialect
        The driver's spelling.
    backend : str
        The driver's name.
    share_exp : bool
        Write exponentials with commensurate arguments as powers of one (see `exponentials`).
    crossing : {"step", "bridge", "exact"}
        Whether events are tested at the ends of steps alone, or also for crossings of noisy paths within them, or are
        located inside the step: the code then has the functions that the adaptive loop calls.
    """
    heading = _docstring(system, method, backend)
    system = filled_system(system)
    printer = Printer(dialect, _helper_names(system), _model_names(system))
    code = _Text()
    functions: dict[str, Signature] = {}
    helpers = [_helper(f, printer, dialect) for f in system.functions]
    writer = _FunctionWriter(system, method, printer, share_exp, crossing)
    bodies = writer.located() if method.is_adaptive or crossing == "exact" else writer.fixed_step()
    parts = []
    for name, signature, lines in bodies:
        functions[name] = signature
        parts.append((name, signature, _printed(lines, printer)))
    code.add(heading)
    if printer.imports:
        code.add(f"from {dialect.module} import {', '.join(printer.imports)}")
    for helper, function in zip(helpers, system.functions, strict=True):
        code.add("\n")
        code.add(helper, function.span.line if function.span and not function.captured else None)
    for name, signature, texts in parts:
        code.add("\n")
        code.add(f"def {name}({', '.join(signature.arguments.names)}):")
        for text, cell_line in texts:
            code.add(f"    {text}", cell_line)
        code.add(f"    return {', '.join(signature.results.names)}")
    code.add("")
    return StepCode(
        text="\n".join(code.lines),
        model=system.name,
        method=method.name,
        backend=backend,
        alarms=writer.alarms,
        borders=writer.borders,
        functions=functions,
        line_map=code.line_map,
        draws=writer.draws,
    )


#: Functions that step code and the loops around it define themselves.
_OWN_FUNCTIONS = frozenset(
    {"step", "dense", "derivative", "crossing", "derivative_at", "step_from", "dense_from", "crossing_at", "act", "run"}
    | {"lagged", "lagged_at"}
    | {"njit", "native"}
)


def _helper_names(system: System) -> dict[str, str]:
    """Name of each helper function in the step code: its own, unless the step code needs that itself."""
    own = _OWN_FUNCTIONS | {f"at_{e.name}" for e in system.events}
    return {f.name: f"{f.name}_of_model" if f.name in own else f.name for f in system.functions}


def _model_names(system: System) -> frozenset[str]:
    definitions = system.derived + system.intermediates
    names = {*system.state_names, *system.parameter_names, *(d.name for d in definitions)}
    for function in system.functions:
        names |= {function.name, *(n.arg for n in ast.walk(function.node) if isinstance(n, ast.arg))}
        for node in (function.node, *([function.loops] if function.loops else [])):
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(names)


def _helper(function: Function, printer: Printer, dialect: Dialect) -> str:
    from brainpy_lab.equations import straighten

    node = function.node
    if dialect.selects:
        node = function.loops or (straighten(function) if function.vectorizable else node)
    return printer.function(node)


def _printed(body: Iterable[Line | Remark | Loop], printer: Printer) -> list[tuple[str, int | None]]:
    """The lines' texts, each with the user's line it comes from."""
    texts: list[tuple[str, int | None]] = []
    for line in body:
        if isinstance(line, Remark):
            texts.append((f"# {comment(line.text)}", None))
        elif isinstance(line, Loop):
            texts.append((f"for _ in range({line.times}):", None))
            texts += [(f"    {text}", cell_line) for text, cell_line in _printed(line.body, printer)]
            texts.append((f"    if {printer.expression(line.until)}:", None))
            texts.append(("        break", None))
        else:
            text = f"{line.target} = {printer.expression(line.expr)}"
            texts.append((f"{text}  # {comment(line.comment)}" if line.comment else text, line.cell_line))
    return texts


def _docstring(system: System, method: StepWriter, backend: str) -> str:
    equations = [f"{_left_side(s)} = {_equation(s)}" for s in system.states if s.drift is not None]
    return docstring(str(heading_of(system.name, method.title, backend)), "", *equations)


def _left_side(state: State) -> str:
    if state.order is None:
        return f"d{state.name}/dt"
    return f"Caputo derivative of {state.name} of order {ast.unparse(state.order)}"


def _equation(state: State) -> str:
    """The right-hand side as the user reads it: drift and noise."""
    assert state.drift is not None
    terms = [ast.unparse(state.drift)]
    for noise in state.noise:
        text = ast.unparse(ast.BinOp(noise.amplitude, ast.Mult(), ast.Name(noise.source, ast.Load())))
        terms.append(noise.source if isinstance(noise.amplitude, ast.Constant) and noise.amplitude.value == 1 else text)
    return " + ".join(terms)


@dataclass
class _FunctionWriter:
    system: System
    method: StepWriter
    printer: Printer
    share_exp: bool
    crossing: Crossing = "step"
    draws: tuple[Draw, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    borders: tuple[tuple[int, int], ...] = ()

    def _finish(self, step: StepBuilder) -> list[Line | Remark | Loop]:
        return share_exponentials(step.body, step.fresh) if self.share_exp else step.body

    def fixed_step(self) -> Iterable[tuple[str, Signature, list[Line | Remark | Loop]]]:
        system, step = self.system, StepBuilder(self.system)
        written = self.method.write(step)
        new = {s: written.new.get(s, s) for s in system.state_names}
        pieces = self._pieces(step, written)
        memory = {name: name for name in memory_names(system)}
        tested = write_events(step, new, memory, self._slopes(step, written), bridge=self.crossing == "bridge")
        remembered = written.conclude(new, memory) if written.conclude else {}
        self.draws, held = step.draws, (*memory_names(system), *written.carried)
        self.alarms = tuple(tested.alarms)
        past = fields("history", step.past)
        given = join(_carried(system, held), _parameters(system), _drawn(step), past, written.sums)
        events = dict(zip((e.name for e in system.events), tested.flags, strict=True))
        events |= {alarm.flag: alarm.flag for alarm in tested.alarms}
        results = join(
            fields("state", {s: new[s] for s in system.state_names}), fields("hidden", {m: memory[m] for m in held}),
            fields("flag", events), pieces, fields("remembered", remembered),
        )  # fmt: skip
        yield "step", Signature(join(CLOCK, given), results), self._finish(step)

    def _slopes(self, step: StepBuilder, written: Written) -> Callable[[], Mapping[str, str]] | None:
        """The derivatives at the step's start, where the method computes others further on."""
        if self.system.is_fractional or not (self.method.stages > 1 or self.method.is_implicit):
            return None
        return lambda: written.first or step.drift("_start")

    def _pieces(self, step: StepBuilder, written: Written) -> Fields:
        """Coefficients of each delayed state's polynomial over the step, by state and power.

        A method that has none of its own gives straight lines from the old to the new states.
        """
        delayed = self.system.delayed_states
        if not delayed:
            return Fields()
        moving = {s.name for s in step.moving}
        if written.first is None:
            step.stage("the step as a straight line, for later delayed values")
            slopes = {s: step.line(f"{s}_q1", f"({written.new[s]} - {s})/dt") for s in delayed if s in moving}
            rows = [slopes]
        else:
            rows = [written.first, *written.dense]
        named = ((s, row[s] if s in moving else "0.0") for s in delayed for row in rows)
        return Fields(Field(name, CELLS, "polynomial", state) for state, name in named)

    def located(self) -> Iterable[tuple[str, Signature, list[Line | Remark | Loop]]]:
        """The functions of the adaptive loop, which locates events inside steps; a fixed-step method has no error."""
        system = self.system
        carried = _carried(system, tuple(hold_name(s) for s in held_states(system)))
        steady = join(_parameters(system), fields("history", past_names(system)))
        common = join(carried, steady)
        yield self._derivative(common)
        step = StepBuilder(system)
        step.first = {s.name: step.fresh(f"d{s.name}_1") for s in step.moving}
        written = self.method.write(step)
        if written.last is None:
            step.stage("the slope at the new state")
            states = {s: written.new.get(s, s) for s in system.state_names}
            written.last = step.drift("_end", states, "t + dt")
        arguments = join(CLOCK, carried, fields("slope", step.first), steady)
        results = join(
            fields("state", {s: written.new.get(s, s) for s in system.state_names}),
            self._moving("error", written.error), self._moving("error", written.coarse),
            self._moving("end_slope", written.last), *(self._moving("stage", names) for names in written.kept.values()),
        )  # fmt: skip
        yield "step", Signature(arguments, results), self._finish(step)
        yield self._dense(written, carried, steady)
        if system.events:
            yield self._crossing(common)
        for event in system.events:
            yield self._action(event, common)
        if system.delays:
            yield self._lagged(common)

    def _moving(self, role: Role, names: Mapping[str, str] | None) -> Fields:
        """What a method gives of each state that has a derivative, where it gives any."""
        if not names:
            return Fields()
        return fields(role, {s.name: names[s.name] for s in self.system.states if s.drift is not None})

    def _dense(
        self, written: Written, carried: Fields, steady: Fields
    ) -> tuple[str, Signature, list[Line | Remark | Loop]]:
        """The dense output of a step, from what the step has computed."""
        step = StepBuilder(self.system)
        moving = [s.name for s in step.moving]

        def handed(names: dict[str, str] | None) -> dict[str, str]:
            return {s: step.fresh((names or {})[s]) for s in moving}

        step.first = {s: step.fresh(f"d{s}_1") for s in moving}
        end = Written(handed(written.new), last=handed(written.last))
        end.kept = {number: handed(names) for number, names in written.kept.items()}
        rows = self.method.write_dense(step, end) if self.method.is_adaptive else cubic(step, end)
        results = join(*(self._moving("polynomial", row) for row in rows))
        assert end.last is not None
        handed_in = join(
            fields("slope", step.first), fields("end_state", end.new), fields("end_slope", end.last),
            *(fields("stage", names) for names in end.kept.values()),
        )  # fmt: skip
        signature = Signature(join(CLOCK, carried, handed_in, steady), results)
        return "dense", signature, _without_unused(self._finish(step), results.names)

    def _derivative(self, common: Fields) -> tuple[str, Signature, list[Line | Remark | Loop]]:
        step = StepBuilder(self.system, hold_test="t")
        slopes = step.drift("")
        signature = Signature(join(TIME, common), self._moving("slope", slopes))
        return "derivative", signature, self._finish(step)

    def _lagged(self, common: Fields) -> tuple[str, Signature, list[Line | Remark | Loop]]:
        """The times at which delayed states are read."""
        step = StepBuilder(self.system, hold_test="t")
        names = step.definitions([d.time for d in self.system.delays], "")
        times = {}
        for delay in self.system.delays:
            line = delay.span.line if delay.span else None
            times[delay.name] = step.line(f"{delay.name}_time", rename(delay.time, names), "", line)
        return "lagged", Signature(join(TIME, common), fields("time", times)), step.body

    def _crossing(self, common: Fields) -> tuple[str, Signature, list[Line | Remark | Loop]]:
        """For each event its borders; then how far beyond the border it is, whether it holds, and how fast it moves."""
        step = StepBuilder(self.system, hold_test="t")
        borders: list[Field] = []
        depths: dict[str, str] = {}
        truths: dict[str, str] = {}
        speeds: dict[str, str] = {}
        found = borders_of(self.system)
        self.borders = tuple((b.event, b.degree) for b in found)
        for number, event in enumerate(self.system.events):
            step.stage(f"event {event.name}: {ast.unparse(event.condition)}, its borders where these are zero")
            line = event.span.line if event.span else None
            own = [b.expr for b in found if b.event == number]
            names = step.definitions([event.condition, *own], "")
            for expr in own:
                name = step.line(f"{event.name}_border", rename(expr, names), "", line)
                borders.append(Field(name, CELLS, "border", event.name))
            depth = rename(distance(event.condition), names)
            depths[event.name] = step.line(f"{event.name}_depth", depth, "positive where it holds", line)
            truth = ast.IfExp(rename(event.condition, names), ast.Constant(1.0), ast.Constant(0.0))
            truths[event.name] = step.line(f"{event.name}_true", truth, "", line)
            speeds[event.name] = approach(step, event, "at") if turning_states(self.system, event) else "0.0"
        results = join(borders, fields("depth", depths), fields("truth", truths), fields("speed", speeds))
        return "crossing", Signature(join(TIME, common), results), step.body

    def _action(self, event: Event, common: Fields) -> tuple[str, Signature, list[Line | Remark | Loop]]:
        step = StepBuilder(self.system, hold_test="t")
        held = tuple(hold_name(s) for s in held_states(self.system))
        new, memory = {s: s for s in self.system.state_names}, {name: name for name in held}
        write_actions(step, event, None, new, memory, "t")
        self.draws += step.draws
        results = join(fields("state", new), fields("hidden", memory))
        return f"at_{event.name}", Signature(join(TIME, common, _drawn(step)), results), step.body


def _carried(system: System, hidden: Iterable[str]) -> Fields:
    """States and hidden variables as functions take them."""
    names = {s: s for s in system.state_names}
    return join(fields("state", names), fields("hidden", {name: name for name in hidden}))


def _drawn(step: StepBuilder) -> Fields:
    """The random draws that what a builder holds takes."""
    return Fields(Field(d.name, CELLS, "draw", d.source) for d in step.draws)


def _parameters(system: System) -> Fields:
    return fields("parameter", system.parameter_names)


def cubic(step: StepBuilder, end: Written) -> list[dict[str, str]]:
    """Coefficients of the cubic through states and slopes at both ends of a step: an error of order 4 in its length.

    It places events inside the step; the state there comes from a step of the method that ends at the event.
    """
    assert end.last is not None
    step.stage("the step as a cubic: y(t + s*dt) = y + dt*(s*dy_1 + s**2*y_q2 + s**3*y_q3)")
    second, third = {}, {}
    for s in (state.name for state in step.moving):
        mean = step.line(f"{s}_mean", f"({end.new[s]} - {s})/dt")
        second[s] = step.line(f"{s}_q2", f"3*{mean} - 2*{step.first[s]} - {end.last[s]}")
        third[s] = step.line(f"{s}_q3", f"{step.first[s]} + {end.last[s]} - 2*{mean}")
    return [step.first, second, third]


def _without_unused(body: list[Line | Remark | Loop], results: Iterable[str]) -> list[Line | Remark | Loop]:
    """``body`` without the lines that nothing after them reads."""
    wanted = set(results)
    kept: list[Line | Remark | Loop] = []
    for line in reversed(body):
        if isinstance(line, Line):
            if wanted.isdisjoint(line.target.split(", ")):
                continue
            wanted |= names_used(line.expr)
        kept.append(line)
    return kept[::-1]
