"""A run as it was asked for: the arguments of `Model.run`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal

from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.simulation.model_code import ModelCode
from brainpy_lab.simulation.records.picks import Pick
from brainpy_lab.simulation.run_defaults import is_number
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.brownian import BrownianPath

#: What an interrupt does: KeyboardInterrupt goes on, or the run returns what it had computed.
OnInterrupt = Literal["raise", "return"]


#: What to record: names, parts of variables, or intervals by name.
Records = list[str] | tuple[str, ...] | Mapping[str, float | None]
#: What a field says of two runs that differ in it; without one of these words they are runs of two kinds.
_OWN = {"role": "own"}  # the rest of their making is the same: it is read anew for each
_NAMED = {"role": "named"}  # the same, as long as they have the same names in it
_SPECIAL = {"role": "special"}  # a run that is given one is like no other


@dataclass
class Request:
    """The arguments of `Model.run`."""

    model: ModelCode = field(metadata=_OWN)
    code: StepCode | None = field(metadata=_SPECIAL)
    backend: str
    method: str
    duration: float
    dt: float
    initial: Mapping[str, Any] | None = field(default=None, metadata=_NAMED)
    seed: int | None = field(default=None, metadata=_OWN)
    record: Records | None = field(default=None, metadata=_NAMED)
    record_every: float | None = None
    record_at: Sequence[float] | None = field(default=None, metadata=_SPECIAL)
    progress: bool | Progress = field(default=False, metadata=_OWN)
    rtol: float | None = None
    atol: float | Mapping[str, float] | None = None
    max_step: float | None = None
    threads: int = 1
    start: float | Solution | Checkpoint | None = None
    history: Mapping[str, Any] | None = field(default=None, metadata=_SPECIAL)
    max_delay: float | None = None
    stop: threading.Event | None = field(default=None, metadata=_OWN)
    noise: BrownianPath | None = field(default=None, metadata=_SPECIAL)
    grading: float | None = None
    memory: float | None = None
    crossing: Crossing | None = None
    on_interrupt: OnInterrupt = field(default="return", metadata=_OWN)
    parameters: Mapping[str, Any] = field(default_factory=dict, metadata=_NAMED)
    picks: tuple[Pick, ...] | None = None  # of `record`, read by `checks.with_picks`

    @property
    def alike(self) -> tuple[Any, ...]:
        """Values of the fields that runs of one kind share."""
        values: tuple[Any, ...] = _ALIKE(self)
        return values

    @property
    def is_special(self) -> bool:
        """Whether the run is like no other."""
        return any(value is not None for value in _SPECIALS(self))

    @property
    def is_graded(self) -> bool:
        """Whether steps grow along a mesh; what is no number is refused where the method reads it."""
        return is_number(self.grading) and self.grading != 1

    @property
    def checkpoint(self) -> Checkpoint | None:
        """Where the run goes on from, when it does."""
        return self.start.checkpoint if isinstance(self.start, Solution) else _checkpoint(self.start)


def _with(role: str | None) -> list[str]:
    return [f.name for f in fields(Request) if f.metadata.get("role") == role]


_ALIKE = attrgetter(*_with(None))
_SPECIALS = attrgetter(*_with("special"))


def _checkpoint(start: object) -> Checkpoint | None:
    return start if isinstance(start, Checkpoint) else None
