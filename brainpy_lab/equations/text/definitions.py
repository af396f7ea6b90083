"""Named expressions: in an order that can be computed, parted into derived parameters, intermediates and noise."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from brainpy_lab.equations.names import CircularDefinition, in_order, is_noise, names_in, substitute
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import CONSTANTS, Definition
from brainpy_lab.equations.text.draft import Draft
from brainpy_lab.equations.text.noise import NoiseSplitter, Split
from brainpy_lab.equations.text.scope import CellScope


@dataclass
class Definitions:
    """The named expressions of a model."""

    derived: tuple[Definition, ...] = ()
    intermediates: tuple[Definition, ...] = ()
    noisy: dict[str, Split] = field(default_factory=dict)  # name -> what stands for it in the equations
    notes: list[str] = field(default_factory=list)

    def inline(self, expression: ast.expr, *, derived: bool = False) -> ast.expr:
        """``expression`` with intermediates (and derived parameters, if asked) replaced by what they stand for."""
        rows = [*(self.derived if derived else ()), *self.intermediates]
        for row in reversed(rows):
            if row.name in names_in(expression):
                expression = substitute(expression, {row.name: row.expr})
        return expression


def order_definitions(source: Source, draft: Draft, raw: Mapping[str, ast.expr], scope: CellScope) -> Definitions:
    """Sort the named expressions; raises ModelSyntaxError for a circle."""

    def needs(name: str) -> list[str]:
        read = names_in(scope.delays[name].time if name in scope.delays else raw[name])
        return [n for n in [*raw, *scope.delays] if n in read]

    try:
        ordered = [n for n in in_order([*raw, *scope.delays], needs) if n in raw]
    except CircularDefinition as error:
        cycle = [n for n in error.cycle if n in raw]
        line = draft.definitions[cycle[0]]
        if len(set(cycle)) == 1:
            message = f"'{cycle[0]}' is defined by itself."
        else:
            message = "These names need each other: " + " -> ".join([*dict.fromkeys(cycle), cycle[0]]) + "."
        raise source.error(message, line.name_span, f"If it changes in time, write d{cycle[0]}/dt = ...") from None
    rows = [Definition(n, raw[n], draft.definitions[n].description, draft.definitions[n].span) for n in ordered]
    return part_definitions(source, rows, scope.parameters)


def part_definitions(source: Source, rows: Iterable[Definition], parameters: Iterable[str]) -> Definitions:
    """Part named expressions, in an order that can be computed, into derived parameters, intermediates and noise."""
    result = Definitions()
    split = NoiseSplitter(source, result.noisy)
    fixed = {*parameters, *CONSTANTS}
    derived: list[Definition] = []
    intermediates: list[Definition] = []
    for row in rows:
        if split.is_noisy(row.expr):
            sources = ", ".join(sorted(n for n in names_in(row.expr) if is_noise(n) or n in result.noisy))
            result.noisy[row.name] = split(row.expr)
            consequence = "it is part of the equations that read it and cannot be recorded"
            result.notes.append(f"{row.name} contains noise ({sources}): {consequence}")
        elif names_in(row.expr) <= fixed:
            fixed.add(row.name)
            derived.append(row)
        else:
            intermediates.append(row)
    result.derived, result.intermediates = tuple(derived), tuple(intermediates)
    return result
