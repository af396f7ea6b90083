"""Events in normal form: names given, conditions and actions checked."""

from __future__ import annotations

import ast

from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Assign, Event, Hold
from brainpy_lab.equations.text.checks import check_no_noise
from brainpy_lab.equations.text.definitions import Definitions
from brainpy_lab.equations.text.draft import Draft
from brainpy_lab.equations.text.elements_set import ElementSetter
from brainpy_lab.equations.text.events import RawAction, RawEvent
from brainpy_lab.equations.text.scope import CellScope
from brainpy_lab.equations.text.synapses import NO_NETWORKS
from brainpy_lab.errors import ModelError, did_you_mean


def read_actions(
    source: Source, draft: Draft, scope: CellScope, definitions: Definitions, elements: ElementSetter
) -> tuple[Event, ...]:
    """The events of a draft; raises ModelSyntaxError."""
    reader = _EventReader(source, draft, scope, definitions, elements)
    return tuple(reader.event(raw, number) for number, raw in enumerate(draft.events))


class _EventReader:
    def __init__(
        self, source: Source, draft: Draft, scope: CellScope, definitions: Definitions, elements: ElementSetter
    ) -> None:
        self.source = source
        self.draft = draft
        self.scope = scope
        self.noisy = set(definitions.noisy)
        self.elements = elements
        self.seen: dict[str, int] = {}
        self.count = 0  # random numbers in the actions read
        self.explicit = {raw.name for raw in draft.events if raw.name is not None}

    def event(self, raw: RawEvent, number: int) -> Event:
        """A `when` block in normal form; without a name the first is called 'spike', the others by their number."""
        self.scope.random = self.count
        own = raw.name or self.free("spike" if number == 0 else f"event_{number + 1}")
        actions = tuple(self.hold(a, own) if a.holds else self.assign(a) for a in raw.actions)
        self.count, self.scope.random = self.scope.random, None
        match raw.condition:
            case ast.Attribute(value=ast.Name(id="pre" | "post" as side), attr=watched):
                self.scope.side(raw.condition, side)
                self.scope.sides.pop(f"{side}_{watched}", None)
                name = self.name(raw, f"{side}_{watched}")
                condition: ast.expr = ast.copy_location(ast.Name(watched, ast.Load()), raw.condition)
                return Event(name, condition, actions, raw.span, "pre" if side == "pre" else "post")
            case ast.Call(func=ast.Name(id="every"), args=[period], keywords=[]) if self.scope.synapse:
                return Event(self.name(raw, "every"), self.period(period), actions, raw.span, "every")
        condition = self.scope.normalise(raw.condition)
        check_no_noise(self.source, condition, "a condition", self.noisy)
        self.elements.check_condition(raw, condition)
        if not isinstance(condition, (ast.Compare, ast.BoolOp, ast.UnaryOp)) or (
            isinstance(condition, ast.UnaryOp) and not isinstance(condition.op, ast.Not)
        ):
            raise self.source.error(
                "A condition compares two values.", raw.condition, "Write one of > >= < <=: when V >= V_th:"
            )
        return Event(self.name(raw, "spike" if number == 0 else f"event_{number + 1}"), condition, actions, raw.span)

    def period(self, node: ast.expr) -> ast.expr:
        """The time after which a block runs again: a number, or a parameter."""
        period = self.scope.normalise(node)
        is_number = isinstance(period, ast.Constant) and isinstance(period.value, int | float) and period.value > 0
        if is_number or (isinstance(period, ast.Name) and period.id in self.scope.parameters):
            return period
        raise self.source.error("'every' takes a time: a number above 0, or a parameter.", node, "when every(100):")

    def name(self, raw: RawEvent, default: str) -> str:
        """The event's name; two events may not share one."""
        name = raw.name if raw.name is not None else self.free(default)
        if name in self.seen:
            raise self.source.error(
                f"Two events are called '{name}': at line {self.seen[name]} and here.",
                raw.name_span,
                "Name this one: when ... as other_name:",
            )
        self.seen[name] = raw.span.line
        return name

    def free(self, default: str) -> str:
        name, number = default, 2
        while name in self.seen or name in self.explicit:
            name, number = f"{default}_{number}", number + 1
        return name

    def assign(self, raw: RawAction) -> Assign:
        value = self.scope.normalise(raw.value) if self.is_target(raw) else raw.value
        check_no_noise(self.source, value, "an action", self.noisy)
        if raw.part is not None:
            return self.elements(raw, value)
        return Assign(f"{raw.side}_{raw.target}" if raw.side else raw.target, value, raw.span)

    def is_target(self, raw: RawAction) -> bool:
        """True where an action may set its target; raises where it may not, with what would make it a state."""
        if raw.side:
            if not self.scope.synapse:
                raise self.source.error(
                    f"'{raw.side}' is a side of a synapse, and this model is none.",
                    raw.target_span,
                    NO_NETWORKS,
                )
            return True
        if raw.target not in self.scope.states:
            raise self.no_state(raw, "set")
        return True

    def hold(self, raw: RawAction, event: str) -> Hold:
        """A state that is held by the block of an event, or an event that does not happen for a while."""
        is_event = raw.target not in self.scope.states and raw.target in (event, *self.seen, *self.explicit)
        if raw.target not in self.scope.states and (not is_event or self.scope.synapse):
            raise self.no_state(raw, "held")
        if not is_event and raw.target not in self.draft.derivatives:
            raise self.source.error(
                f"'{raw.target}' has no derivative: it keeps its value anyway.", raw.target_span, "Delete the line."
            )
        duration = self.scope.normalise(raw.value)
        check_no_noise(self.source, duration, "a duration", self.noisy)
        if (
            isinstance(duration, ast.UnaryOp)
            and isinstance(duration.op, ast.USub)
            and isinstance(duration.operand, ast.Constant)
        ):
            raise self.source.error("A duration cannot be negative.", duration)
        return Hold(raw.target, duration, raw.span)

    def no_state(self, raw: RawAction, verb: str) -> ModelError:
        name = raw.target
        line = self.draft.definitions.get(name)
        if line is not None:
            kind = "a parameter" if name in self.scope.parameters else "an intermediate"
            advice = (
                f"Only states change. To make '{name}' a state, write {name}(0) = ... instead of line {line.span.line}."
            )
            return self.source.error(f"'{name}' is {kind}; it cannot be {verb}.", raw.target_span, advice)
        near = did_you_mean(name, self.scope.states)
        make = f"To make it a state, write {name}(0) = 0 on a line of the model."
        return self.source.error(
            f"'{name}' is {verb} here, but it is no state.", raw.target_span, f"{near} {make}" if near else make
        )
