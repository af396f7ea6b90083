"""Functions of step code before they are printed: what they take of a system, and lines that have been settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from brainpy_lab.codegen.blocks import Block
from brainpy_lab.codegen.builder import Line, Lines, Loop, StepBuilder, targets
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.events import Alarm
from brainpy_lab.codegen.exponentials import share_exponentials
from brainpy_lab.codegen.fields import CELLS, Field, Fields, fields, join
from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import System


@dataclass
class Functions:
    """All functions of one step code; see `StepCode` for the rest."""

    made: list[tuple[Block, Lines]] = field(default_factory=list)
    draws: tuple[Draw, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    borders: tuple[tuple[int, int], ...] = ()

    def add(self, block: Block, lines: Lines) -> None:
        """Add a function with its lines."""
        self.made.append((block, lines))


def settle(step: StepBuilder, *, share: bool) -> None:
    """With ``share`` write commensurate exponentials as powers of one.

    Each phase shares among its own lines: its numbers are the same where phases are functions of their own.
    """
    for part in step.parts if share else ():
        part.body[:] = share_exponentials(part.body, step.fresh)


def all_lines(step: StepBuilder) -> Lines:
    """The lines of all phases, one after the other."""
    return [line for part in step.parts for line in part.body]


def carried(system: System, hidden: Iterable[str]) -> Fields:
    """States and hidden variables as functions take them."""
    names = {s: s for s in system.state_names}
    return join(fields("state", names), fields("hidden", {name: name for name in hidden}))


def drawn(draws: Iterable[Draw]) -> Fields:
    """Random draws as functions take them."""
    return Fields(Field(d.name, CELLS, "draw", d.source) for d in draws)


def parameters(system: System) -> Fields:
    """The parameters as functions take them."""
    return fields("parameter", system.parameter_names)


def assigned(lines: Lines) -> set[str]:
    """Names that lines give a value."""
    return {name for line in lines for name in targets(line)}


def names_needed(lines: Lines) -> set[str]:
    """Names that lines read before they give them a value."""
    needed: set[str] = set()
    for line in reversed(lines):
        needed -= targets(line)
        if isinstance(line, Line):
            needed |= names_used(line.expr)
        elif isinstance(line, Loop):
            needed |= names_needed(line.body) | (names_used(line.until) - assigned(line.body))
    return needed


def without_unused(lines: Lines, results: Iterable[str]) -> Lines:
    """``lines`` without those that give only names that neither ``results`` nor a line after them reads."""
    wanted = set(results)
    kept: Lines = []
    for line in reversed(lines):
        if isinstance(line, Line):
            if wanted.isdisjoint(targets(line)):
                continue
            wanted |= names_used(line.expr)
        elif isinstance(line, Loop):
            wanted |= names_needed([line])
        kept.append(line)
    return kept[::-1]
