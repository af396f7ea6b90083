"""Which line of a group or synapse gave a value that is nan or infinite: an equation, or one of a block."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.equations.system import Assign, Span, System
from brainpy_lab.errors import ModelError
from brainpy_lab.simulation.endings.culprit import Culprits
from brainpy_lab.simulation.values.initial import value_of
from brainpy_lab.symbolic.singularities import filled_system

#: Whatever keeps a line from being followed: numbers that are drawn, sums over connections.
_UNKNOWN = (KeyError, ModelError, ArithmeticError, ValueError, TypeError)


def line_at_fault(system: System, state: str, known: Mapping[str, Any]) -> str | None:
    """The line whose value is not finite with what is ``known``, and its operation; None where none is found.

    A step may have run several blocks: each is followed alone, then all of them one after the other.
    """
    with np.errstate(all="ignore"):
        follower = _Follower(filled_system(system), state)
        drifts = ((s.name, s.drift, s.span) for s in system.states if s.name == state and s.drift is not None)
        for name, drift, span in drifts:
            found = follower.told(f"d{name}/dt", drift, span, dict(known))
            if found is not None:
                return found
        blocks = [event.actions for event in system.events]
        for actions in (*blocks, [action for block in blocks for action in block]):
            found = follower.block(actions, dict(known))
            if found is not None:
                return found
    return None


class _Follower:
    def __init__(self, system: System, state: str) -> None:
        self.system, self.state = system, state

    def block(self, actions: Iterable[Any], known: dict[str, Any]) -> str | None:
        """Run a block, up to the line that gives what is not finite to the state or to what it is made of."""
        for action in actions:
            if not isinstance(action, Assign):
                continue
            found = self.told(action.target, action.value, action.span, known)
            if found is not None:
                return found if action.target == self.state else None
            try:
                known[action.target] = np.asarray(value_of(action.value, known), dtype=float)
            except _UNKNOWN:
                known.pop(action.target, None)
        return None

    def told(self, name: str, expr: ast.expr, span: Span | None, known: dict[str, Any]) -> str | None:
        """The line and operation, where the value is not finite."""
        for definition in self.system.derived + self.system.intermediates:
            try:
                known[definition.name] = np.asarray(value_of(definition.expr, known), dtype=float)
            except _UNKNOWN:
                known.pop(definition.name, None)
        try:
            operation = Culprits(self.system).operation(expr, known)
        except _UNKNOWN:
            return None
        if operation is None:
            return None
        where = f": {self.system.place(span)}" if span else "."
        return f"'{self._written(name)}' is not finite there{where}\n  {self._written(operation)}."

    def _written(self, text: str) -> str:
        """A text with names of the two sides as they are written: ``post.V``, ``post.sum(weight)``."""
        own = {*self.system.state_names, *self.system.parameter_names}
        own |= {d.name for d in self.system.derived + self.system.intermediates}

        def one(found: re.Match[str]) -> str:
            if found[0] in own:
                return found[0]
            side, name = found[1], found[2]
            return f"{side}.sum({name.removeprefix('sum_')})" if name.startswith("sum_") else f"{side}.{name}"

        return re.sub(r"\b(pre|post)_(\w+)", one, text)
