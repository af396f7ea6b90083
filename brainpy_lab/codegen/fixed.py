"""The fixed step: one function, or its phases as functions of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from brainpy_lab.codegen.blocks import STEP, Block
from brainpy_lab.codegen.builder import Line, Lines, Part, StepBuilder
from brainpy_lab.codegen.events import write_block, write_events
from brainpy_lab.codegen.fields import CELLS, CLOCK, Field, Fields, Role, Signature, fields, join
from brainpy_lab.codegen.functions import (
    Functions,
    all_lines,
    assigned,
    carried,
    drawn,
    names_needed,
    parameters,
    settle,
    without_unused,
)
from brainpy_lab.codegen.hidden import armed_name, hidden_names
from brainpy_lab.codegen.printing import parse
from brainpy_lab.codegen.written import StepWriter
from brainpy_lab.equations.system import CONSTANTS, Event, System

#: The time of events, as blocks of a step write it.
END = "t + dt"
#: The coefficients of a state that does not move.
_NOTHING = "0.0"


class FixedStep:
    """One step of a method with all that belongs to it, written once and given in either form."""

    def __init__(
        self,
        system: System,
        method: StepWriter,
        share_exp: bool,
        *,
        bridge: bool,
        by_stages: bool = False,
        remembered: Iterable[str] = (),
        set_outside: Iterable[str] = (),
    ) -> None:
        self.system, self.method, self.share_exp = system, method, share_exp
        self.step = step = StepBuilder(
            system, by_stages=by_stages, remembered=tuple(remembered), set_outside=tuple(set_outside)
        )
        self.written = written = method.write(step)
        self.advanced = {s: written.new.get(s, s) for s in system.state_names}
        self.new = dict(self.advanced)
        self.pieces = self._pieces()
        self.hidden = {name: name for name in hidden_names(system)}
        self.tested = write_events(step, self.new, self.hidden, self._slopes(), bridge=bridge)
        self.remembered: dict[str, str] = {}
        if written.conclude:
            step.phase("act", ends=self.new)
            self.remembered = written.conclude(self.new, self.hidden)
        self.held = (*hidden_names(system), *written.carried)

    # --- one function ----------------------------------------------------------------------------------------------

    def together(self) -> Functions:
        """The step as one function."""
        step = self.step
        settle(step, share=self.share_exp)
        events = dict(zip((e.name for e in self.system.events), self.tested.flags, strict=True))
        events |= {alarm.flag: alarm.flag for alarm in self.tested.alarms}
        results = join(
            fields("state", {s: self.new[s] for s in self.system.state_names}),
            fields("hidden", {m: self.hidden[m] for m in self.held}),
            fields("flag", events), self.pieces, fields("remembered", self.remembered),
        )  # fmt: skip
        found = Functions(draws=step.draws, alarms=tuple(self.tested.alarms))
        found.add(Block("step", Signature(self._given(), results), STEP), all_lines(step))
        return found

    def _given(self) -> Fields:
        """All that the step takes."""
        step = self.step
        past = fields("history", step.past)
        own = join(carried(self.system, self.held), parameters(self.system), drawn(step.draws), past)
        return join(CLOCK, own, self.written.sums)

    # --- phases apart ----------------------------------------------------------------------------------------------

    def apart(self) -> Functions:
        """The phases as functions of their own, each of which takes and gives what it needs alone.

        ``stage_<number>``, by stages
            Gives what the stages after it, and what is gathered for the next one, need of it.
        ``advance``
            Gives the states at the step's end, before any event, and what later phases need of it (role ``passed``).
        ``test_<event>``
            Takes the states at the step's end as they have become meanwhile (role ``end_state``). Gives the flag of the
            event, those of its alarms, and the hidden variables of cells in which it did not fire.
        ``at_<event>``
            For the cells in which it fired. Takes the states at the step's end, and gives those that its block sets.
        ``conclude``
            Fractional methods, after all events: what is to be remembered of the step.

        Run in this order, each test followed by its block, they give what the one function gives, bit for bit.
        """
        settle(self.step, share=self.share_exp)
        common, *others = self.step.parts
        parts = [p for p in others if p.phase == "test" or not p.event]
        stages = sum(p.phase == "advance" for p in parts)
        for part in parts:
            part.body += self._waiting(part)
        found = Functions(draws=self.step.draws, alarms=tuple(self.tested.alarms))
        for number, part in enumerate(parts):
            later = {name for p in parts[number + 1 :] for name in names_needed(p.body)}
            stage = number + 1 if number + 1 < stages else 0
            if stage:
                later |= set(self.pieces.names)
            passed = later & assigned(part.body) - {*self.advanced.values()}
            if stage:
                of = {n: s for s, n in self.step.stage_values[stage].items() if n in assigned(part.body)}
                results = Fields(Field(n, CELLS, "passed", of.get(n, "")) for n in sorted(passed | of.keys()))
            else:
                results = join(self._results(part), fields("passed", sorted(passed)))
            if part.body:
                self._add(found, part, without_unused(common.body + part.body, results.names), results, stage)
            if part.event:
                self._add_block(found, next(e for e in self.system.events if e.name == part.event))
        taken = {name for block, _ in found.made for name in block.signature.arguments.of("draw").names}
        found.draws = tuple(d for d in dict.fromkeys(found.draws) if d.name in taken)
        return found

    def _waiting(self, part: Part) -> Lines:
        """The last test of a part's event in cells where its block does not run, where no line of the part gives it."""
        event = next((e for e in self.system.events if e.name == part.event), None)
        if event is None or self.hidden[armed_name(event)] in assigned(part.body):
            return []
        return [Line(self.hidden[armed_name(event)], parse(self.tested.waiting[event.name]), "where it has not fired")]

    def _results(self, part: Part) -> Fields:
        """What a part gives, besides what it passes on."""
        made = assigned(part.body)
        hidden = fields("hidden", {m: self.hidden[m] for m in self.held if self.hidden[m] in made})
        if part.phase == "test":
            number = [e.name for e in self.system.events].index(part.event)
            flags = {part.event: self.tested.flags[number]}
            flags |= {a.flag: a.flag for a in self.tested.alarms if a.event == part.event}
            return join(fields("flag", flags), hidden)
        concluded = assigned(self.step.parts[-1].body) if self.step.parts[-1].phase == "act" else set()
        if part.phase == "act":
            return join(hidden, fields("remembered", {s: n for s, n in self.remembered.items() if n in concluded}))
        remembered = fields("remembered", {s: n for s, n in self.remembered.items() if n not in concluded})
        return join(fields("state", self.advanced), hidden, self.pieces, remembered)

    def _add(self, found: Functions, part: Part, lines: Lines, results: Fields, stage: int) -> None:
        """Add the function of one phase, which takes what its lines need."""
        needed = names_needed(lines) | set(results.names) - assigned(lines)
        ends = Fields(f for f in fields("end_state", part.ends) if f.name in needed)
        known = Fields(f for f in self._given() if f.role in ("time", "step") or f.name in needed - {*ends.names})
        passed = needed - {*known.names, *ends.names, *CONSTANTS, _NOTHING}
        arguments = join(CLOCK, known[2:], ends, fields("passed", sorted(passed)))
        name = f"test_{part.event}" if part.event else "conclude" if part.phase == "act" else "advance"
        name = f"stage_{stage}" if stage else name
        assert part.phase
        node = self.step.stage_nodes[stage] if stage else 0.0
        found.add(Block(name, Signature(arguments, results), (part.phase,), node=node), lines)

    def _add_block(self, found: Functions, event: Event) -> None:
        """Add the function of an event's block; an event without one needs none."""
        step = StepBuilder(self.system)
        step.phase("act", event.name)
        new = {s: s for s in self.system.state_names}
        hidden = {name: name for name in hidden_names(self.system)}
        hidden[armed_name(event)] = write_block(step, event, None, new, hidden, END) or armed_name(event)
        settle(step, share=self.share_exp)
        results = join(_changed("state", new), _changed("hidden", hidden))
        if not results:
            return
        lines = without_unused(all_lines(step), results.names)
        past = fields("history", step.past)
        own = join(carried(self.system, hidden), parameters(self.system), drawn(step.draws), past)
        arguments = join(CLOCK, Fields(f for f in own if f.name in names_needed(lines)))
        found.draws += step.draws
        found.add(Block(f"at_{event.name}", Signature(arguments, results), ("act",), event.name), lines)

    def _slopes(self) -> Callable[[], Mapping[str, str]] | None:
        """The derivatives at the step's start, where the method computes others further on."""
        if self.system.is_fractional or not (self.method.stages > 1 or self.method.is_implicit):
            return None
        return lambda: self.written.first or self.step.drift("_start")

    def _pieces(self) -> Fields:
        """Coefficients of each remembered state's polynomial over the step, by state and power.

        A method that has none of its own gives straight lines from the old to the new states.
        """
        delayed, step, written = self.step.remembered, self.step, self.written
        if not delayed:
            return Fields()
        moving = {s.name for s in step.moving}
        if written.first is None:
            step.stage("the step as a straight line, for later delayed values")
            slopes = {s: step.line(f"{s}_q1", f"({written.new[s]} - {s})/dt") for s in delayed if s in moving}
            rows = [slopes]
        else:
            rows = [written.first, *written.dense]
        named = ((s, row[s] if s in moving else _NOTHING) for s in delayed for row in rows)
        return Fields(Field(name, CELLS, "polynomial", state) for state, name in named)


def _changed(role: Role, names: Mapping[str, str]) -> Fields:
    """Those values that have another name than at the start."""
    return fields(role, {owner: name for owner, name in names.items() if name != owner})
