"""The functions that the loop of adaptive methods calls: it locates events inside steps."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from brainpy_lab.codegen.blocks import Block
from brainpy_lab.codegen.borders import borders_of
from brainpy_lab.codegen.builder import Lines, StepBuilder
from brainpy_lab.codegen.crossing import distance
from brainpy_lab.codegen.events import approach, turning_states, write_actions
from brainpy_lab.codegen.fields import CELLS, CLOCK, TIME, Field, Fields, Role, Signature, fields, join
from brainpy_lab.codegen.functions import (
    Functions,
    all_lines,
    carried,
    drawn,
    parameters,
    settle,
    without_unused,
)
from brainpy_lab.codegen.hidden import held_events, held_states, hold_name, past_names
from brainpy_lab.codegen.printing import rename
from brainpy_lab.codegen.written import StepWriter, Written
from brainpy_lab.equations.system import Event, System
from brainpy_lab.errors import MethodError


@dataclass
class Located:
    """Writes them; a fixed-step method has no error."""

    system: System
    method: StepWriter
    share_exp: bool

    def __post_init__(self) -> None:
        if dead := held_events(self.system):
            raise MethodError(
                f"The event '{dead[0]}' of '{self.system.name}' is held for a dead time, which needs whole steps.",
                advice="Use a fixed-step method, for example method='rk4', without crossing='exact'.",
            )
        self.holds = tuple(hold_name(s) for s in held_states(self.system))
        self.carried = carried(self.system, self.holds)
        self.steady = join(parameters(self.system), fields("history", past_names(self.system)))
        self.common = join(self.carried, self.steady)

    def functions(self) -> Functions:
        """All of them."""
        system, found = self.system, Functions()
        found.add(*self._derivative())
        block, lines, written = self._step()
        found.add(block, lines)
        found.add(*self._dense(written))
        if system.events:
            self._add_crossing(found)
        for event in system.events:
            self._add_action(found, event)
        if system.delays:
            found.add(*self._lagged())
        return found

    def _finish(self, step: StepBuilder) -> Lines:
        settle(step, share=self.share_exp)
        return all_lines(step)

    def _step(self) -> tuple[Block, Lines, Written]:
        system = self.system
        step = StepBuilder(system)
        step.first = {s.name: step.fresh(f"d{s.name}_1") for s in step.moving}
        written = self.method.write(step)
        if written.last is None:
            step.stage("the slope at the new state")
            states = {s: written.new.get(s, s) for s in system.state_names}
            written.last = step.drift("_end", states, "t + dt")
        arguments = join(CLOCK, self.carried, fields("slope", step.first), self.steady)
        results = join(
            fields("state", {s: written.new.get(s, s) for s in system.state_names}),
            self._moving("error", written.error), self._moving("error", written.coarse),
            self._moving("end_slope", written.last), *(self._moving("stage", names) for names in written.kept.values()),
        )  # fmt: skip
        return Block("step", Signature(arguments, results), ("advance",)), self._finish(step), written

    def _moving(self, role: Role, names: Mapping[str, str] | None) -> Fields:
        """What a method gives of each state that has a derivative, where it gives any."""
        if not names:
            return Fields()
        return fields(role, {s.name: names[s.name] for s in self.system.states if s.drift is not None})

    def _dense(self, written: Written) -> tuple[Block, Lines]:
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
        signature = Signature(join(CLOCK, self.carried, handed_in, self.steady), results)
        return Block("dense", signature), without_unused(self._finish(step), results.names)

    def _derivative(self) -> tuple[Block, Lines]:
        step = StepBuilder(self.system, hold_test="t")
        slopes = step.drift("")
        signature = Signature(join(TIME, self.common), self._moving("slope", slopes))
        return Block("derivative", signature), self._finish(step)

    def _lagged(self) -> tuple[Block, Lines]:
        """The times at which delayed states are read."""
        step = StepBuilder(self.system, hold_test="t")
        names = step.definitions([d.time for d in self.system.delays], "")
        times = {}
        for delay in self.system.delays:
            line = delay.span.line if delay.span else None
            times[delay.name] = step.line(f"{delay.name}_time", rename(delay.time, names), "", line)
        return Block("lagged", Signature(join(TIME, self.common), fields("time", times))), all_lines(step)

    def _add_crossing(self, found: Functions) -> None:
        """For each event its borders; then how far beyond the border it is, whether it holds, and how fast it moves."""
        step = StepBuilder(self.system, hold_test="t")
        borders: list[Field] = []
        depths: dict[str, str] = {}
        truths: dict[str, str] = {}
        speeds: dict[str, str] = {}
        own_borders = borders_of(self.system)
        found.borders = tuple((b.event, b.degree) for b in own_borders)
        for number, event in enumerate(self.system.events):
            step.stage(f"event {event.name}: {ast.unparse(event.condition)}, its borders where these are zero")
            line = event.span.line if event.span else None
            own = [b.expr for b in own_borders if b.event == number]
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
        found.add(Block("crossing", Signature(join(TIME, self.common), results), ("test",)), all_lines(step))

    def _add_action(self, found: Functions, event: Event) -> None:
        step = StepBuilder(self.system, hold_test="t")
        new, hidden = {s: s for s in self.system.state_names}, {name: name for name in self.holds}
        write_actions(step, event, None, new, hidden, "t", by_event=True)
        found.draws += step.draws
        signature = Signature(
            join(TIME, self.common, drawn(step.draws)), join(fields("state", new), fields("hidden", hidden))
        )
        found.add(Block(f"at_{event.name}", signature, ("act",), event.name), all_lines(step))


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
