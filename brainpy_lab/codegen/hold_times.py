"""How long events hold: whether that is known before a run, and, where it is not, the alarm for a negative time."""

from __future__ import annotations

import ast

from brainpy_lab.codegen.draws import is_drawn
from brainpy_lab.equations.system import CONSTANTS, Assign, Event, Hold, System
from brainpy_lab.symbolic.inline import substitute


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
    found: list[ast.expr] = []
    values: dict[str, ast.expr] = {}
    for action in event.actions:
        value = action.value if isinstance(action, Assign) else action.duration
        if values:
            value = _with(system, value, values)
        if isinstance(action, Assign):
            if not action.places:
                values[action.target] = value
        elif not _is_known(system, action.duration):
            found.append(value)
    return found


def _with(system: System, expr: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """An expression with what a block has set, in the intermediates that it reads too."""
    moved = dict(values)
    for definition in system.intermediates:
        inner = substitute(definition.expr, moved)
        if ast.dump(inner) != ast.dump(definition.expr):
            moved[definition.name] = inner
    return substitute(expr, moved)
