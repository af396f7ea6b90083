"""On which side of their borders a run's detectors begin: a condition that holds at the start has not become true."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.builder import armed_name, detectors
from brainpy_lab.equations.system import System
from brainpy_lab.simulation.problem import Problem
from brainpy_lab.symbolic.compiling import Compiler


@lru_cache(maxsize=64)
def _conditions(system: System) -> Callable[..., tuple[Any, ...]]:
    return Compiler(system).compile([event.condition for event in detectors(system)])


def sides_at(problem: Problem, t0: float) -> dict[str, Any]:
    """The hidden variable of each detector at the start: 1 where its condition holds."""
    system = problem.system
    found: dict[str, Any] = {}
    if problem.mixes or problem.traced or not detectors(system):
        return found
    parameters = {n: problem.expanded(v) for n, v in problem.parameters.items()}
    parameters |= {n: problem.expanded(drive.at(np.array([t0]))[0]) for n, drive in problem.drives.items()}
    states = [problem.expanded(problem.states[n]) for n in system.state_names]
    with np.errstate(all="ignore"):
        sides = _conditions(system)(*states, *(parameters[n] for n in system.parameter_names), t0)
    for event, side in zip(detectors(system), sides, strict=True):
        value = np.asarray(side, dtype=bool).astype(float)
        found[armed_name(event)] = value if value.ndim else float(value)
    return found
