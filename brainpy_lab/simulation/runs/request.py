"""A run as it was asked for: the arguments of `Model.run`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.simulation.model_code import ModelCode
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.brownian import BrownianPath

#: What an interrupt does: KeyboardInterrupt goes on, or the run returns what it had computed.
OnInterrupt = Literal["raise", "return"]


@dataclass
class Request:
    """The arguments of `Model.run`."""

    model: ModelCode
    code: StepCode | None
    backend: str
    method: str
    duration: float
    dt: float
    initial: Mapping[str, Any] | None = None
    seed: int | None = None
    record: list[str] | tuple[str, ...] | None = None
    record_every: float | None = None
    record_at: Sequence[float] | None = None
    progress: bool | Progress = False
    rtol: float | None = None
    atol: float | Mapping[str, float] | None = None
    max_step: float | None = None
    threads: int = 1
    start: float | Solution | Checkpoint | None = None
    history: Mapping[str, Any] | None = None
    max_delay: float | None = None
    stop: threading.Event | None = None
    noise: BrownianPath | None = None
    grading: float | None = None
    memory: float | None = None
    crossing: Crossing | None = None
    on_interrupt: OnInterrupt = "return"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """Where the run goes on from, when it does."""
        return self.start.checkpoint if isinstance(self.start, Solution) else _checkpoint(self.start)


def _checkpoint(start: object) -> Checkpoint | None:
    return start if isinstance(start, Checkpoint) else None
