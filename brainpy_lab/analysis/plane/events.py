"""The resets of a model on many states at once: where their conditions hold, and what they make of the states."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import Assign, Event, Hold, System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.compiling import Compiler


class Resets:
    """The events of a model that reset its state, in the coordinates of a field.

    Parameters
    ----------
    field : VectorField
        Its free states are those that a reset may change.

    Raises
    ------
    AnalysisError
        For events that hold an event, draw random numbers, or change states that their condition does not read.
    """

    def __init__(self, field: VectorField) -> None:
        self.field = field
        acting = [e for e in field.system.events if e.actions]
        for event in acting:
            _refuse(field.system, event, field.free)
        self.events = [e for e in acting if field.system.is_reset(e)]

    def __reduce__(self) -> tuple[Any, ...]:
        return Resets, (self.field,)

    def __bool__(self) -> bool:
        return bool(self.events)

    def holds(self, y: Array) -> NDArray[np.bool_]:
        """Whether some event resets the states ``y``, shape (n_free, n); shape (n,)."""
        result = np.zeros(y.shape[1:], dtype=bool)
        for true in self._evaluate(self._conditions, y) if self.events else ():
            result = result | np.asarray(true, dtype=bool)
        return result

    def apply(self, y: Array) -> Array:
        """The states after the resets whose condition holds at ``y``, one event after another."""
        y = y.copy()
        for event, (condition, actions) in zip(self.events, self._actions, strict=True):
            happens = np.broadcast_to(np.asarray(self._evaluate(condition, y)[0], dtype=bool), y.shape[1:])
            assigned = (a for a in event.actions if isinstance(a, Assign))
            for action, function in zip(assigned, actions, strict=True):
                row = self.field.free.index(action.target)
                y[row] = np.where(happens, self._evaluate(function, y)[0], y[row])
        return y

    def holding(self, before: Array, after: Array) -> list[tuple[int, Array]]:
        """The rows that are held after resets that took the states ``before`` to ``after``, and for how long, (n,)."""
        result = []
        for (condition, _), holds in zip(self._actions, self._holds, strict=True):
            if holds:
                happens = np.asarray(self._evaluate(condition, before)[0], dtype=bool)
                for row, duration in holds:
                    time = np.asarray(self._evaluate(duration, after)[0], dtype=float)
                    result.append((row, np.where(happens & (time > 0), time, 0.0) + np.zeros(after.shape[1:])))
        return result

    @cached_property
    def _holds(self) -> list[list[tuple[int, Callable[..., tuple[Any, ...]]]]]:
        compiler = Compiler(self.field.system)
        return [
            [(self.field.free.index(a.state), compiler.compile([a.duration])) for a in e.actions if isinstance(a, Hold)]
            for e in self.events
        ]

    @cached_property
    def _conditions(self) -> Callable[..., tuple[Any, ...]]:
        return Compiler(self.field.system).compile([e.condition for e in self.events])

    @cached_property
    def _actions(self) -> list[tuple[Callable[..., tuple[Any, ...]], list[Callable[..., tuple[Any, ...]]]]]:
        compiler = Compiler(self.field.system)
        return [
            (compiler.compile([e.condition]), [compiler.compile([a.value]) for a in e.actions if isinstance(a, Assign)])
            for e in self.events
        ]

    def _evaluate(self, function: Callable[..., tuple[Any, ...]], y: Array) -> tuple[Any, ...]:
        parameters = (np.float64(self.field.params[p]) for p in self.field.system.parameter_names)
        with np.errstate(all="ignore"):
            return function(*self.field.complete(y), *parameters, np.float64(self.field.t))


def _refuse(system: System, event: Event, free: tuple[str, ...]) -> None:
    """Refuse an event whose effect is not a map of the state where it happens."""
    why = None
    held = {a.state for a in event.actions if isinstance(a, Hold)}
    read = {name for e in system.events if e.actions for name in system.names_read(e.condition)}
    if held - set(free):
        why = "holds an event, or what is held here, for a time"
    elif held and read & set(free) - held:
        why = "holds a state for a time in which a condition may become true"
    elif system.resets_at_random:
        why = "draws random numbers"
    elif not system.is_reset(event):
        why = "changes the state where its condition becomes true, and not wherever it holds"
    elif any(isinstance(a, Assign) and (a.target not in free or a.places is not None) for a in event.actions):
        why = "changes a state that is held or an array"
    if why is not None:
        raise AnalysisError(
            f"The event '{event.name}' of {system.name} {why}: that is not followed here.",
            advice="Simulate it: m.run(..., initial={...}) takes arrays of starts.",
        )
