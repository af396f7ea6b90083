"""Initial values, initial slopes and histories of the states."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.equations import constants
from brainpy_lab.equations.names import CircularDefinition, in_order, is_noise, names_in, substitute
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Parameter
from brainpy_lab.equations.text.definitions import Definitions
from brainpy_lab.equations.text.draft import Draft
from brainpy_lab.equations.text.lines import TextLine
from brainpy_lab.equations.text.scope import CellScope


@dataclass
class Initials:
    """What is known of the states at and before the start, by state."""

    values: dict[str, ast.expr] = field(default_factory=dict)
    slopes: dict[str, ast.expr] = field(default_factory=dict)
    histories: dict[str, ast.expr] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_initials(source: Source, draft: Draft, scope: CellScope, definitions: Definitions) -> Initials:
    """Read the lines V(0) = ..., dV(0) = ... and V(t <= 0) = ...; raises ModelSyntaxError."""
    reader = _Reader(source, scope, definitions)
    found = Initials()
    found.values = {name: reader.value(line, name) for name, line in draft.initials.items()}
    found.slopes = {name: reader.value(line, f"d{name}") for name, line in draft.slopes.items()}
    found.histories = {name: reader.history(line) for name, line in draft.histories.items()}
    for name in draft.states:
        if name in found.values:
            continue
        if name in found.histories:
            found.values[name] = substitute(found.histories[name], {"t": ast.Constant(0.0)})
        else:
            found.notes.append(f"{name}(0) was not given: 0")
    _check_circle(source, draft, found)
    return found


class _Reader:
    def __init__(self, source: Source, scope: CellScope, definitions: Definitions) -> None:
        self.source = source
        self.scope = scope
        self.definitions = definitions

    def value(self, line: TextLine, name: str) -> ast.expr:
        """An initial value: numbers, parameters and other initial values."""
        array = self.array(line)
        if array is not None:
            return self.hoist(line, name, array)
        expression = self.definitions.inline(self.normal(line))
        self.check(
            line,
            expression,
            "initial value",
            forbidden={"t": "the time", **dict.fromkeys(self.scope.delays, "a delayed state")},
        )
        return expression

    def history(self, line: TextLine) -> ast.expr:
        """The course before the start: an expression of t and parameters."""
        expression = self.definitions.inline(self.normal(line))
        states = dict.fromkeys([*self.scope.states, *self.scope.delays], "a state")
        self.check(line, expression, "history", forbidden=states)
        return expression

    def normal(self, line: TextLine) -> ast.expr:
        self.scope.at_start = True
        try:
            return self.scope.normalise(line.value)
        finally:
            self.scope.at_start = False

    def check(self, line: TextLine, expression: ast.expr, what: str, forbidden: dict[str, str]) -> None:
        for name in sorted(names_in(expression)):
            if is_noise(name) or name in self.definitions.noisy:
                raise self.source.error(
                    f"White noise '{name}' cannot stand in an {what}.".replace("an history", "a history"), line.value
                )
            if name in forbidden:
                raise self.source.error(
                    f"The {what} of '{line.name}' cannot depend on '{name}', {forbidden[name]}.", line.value
                )

    def array(self, line: TextLine) -> np.ndarray | None:
        """The array that a line writes out; None for a number, or where it reads a name."""
        try:
            value = constants.evaluate(line.value)
        except constants.NotConstant:
            return None
        except constants.BadConstant as error:
            raise self.source.error(
                f"The initial value of '{line.name}' cannot be computed: {error}.", line.value
            ) from None
        return value if isinstance(value, np.ndarray) else None

    def hoist(self, line: TextLine, name: str, array: np.ndarray) -> ast.expr:
        """An array written out as an initial value becomes a parameter: expressions hold names and numbers only."""
        own, number = f"{name}_0", 2
        while own in self.scope.known() or own in self.scope.delays:
            own, number = f"{name}_0_{number}", number + 1
        self.scope.parameters[own] = Parameter(own, array, description=f"initial value of {name}", span=line.span)
        return ast.copy_location(ast.Name(own, ast.Load()), line.value)


def _check_circle(source: Source, draft: Draft, found: Initials) -> None:
    try:
        in_order(found.values, lambda name: sorted(names_in(found.values[name])))
    except CircularDefinition as error:
        line = draft.initials[error.cycle[0]]
        raise source.error(
            "These initial values need each other: " + " -> ".join(error.cycle) + ".",
            line.value,
            "Give one of them a number.",
        ) from None
