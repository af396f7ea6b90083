"""What cells of fractional orders remember in a run: sums over all their past, block by block of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.memory_sums import LANE_BLOCK, MemorySums
from brainpy_lab.drivers.network import NetworkFlow
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.networks.code.memory_rows import MemoryRows
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.room import check_room
from brainpy_lab.networks.runs.memory import bytes_of_memory
from brainpy_lab.networks.runs.own_delays import problem_of
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.simulation.runs.fractional import Begun, entries_of

#: What the memory of a group holds besides arrays.
METHOD = "method"


class GroupMemory:
    """The memory of one group's states.

    Parameters
    ----------
    group : NeuGroup
    rows : MemoryRows
    system : System
        The group's equations with all that synapses write into them.
    state : NetworkState
        Where the run begins.
    steps : int
        Steps from time 0 to the end of the run.

    Raises
    ------
    ArgumentError, MethodError, MemoryLimitError
        An order out of range or one that moves, an input that such methods cannot take, a memory that does not fit the
        run that goes on, or more of it than there is room for.
    """

    def __init__(self, group: NeuGroup, rows: MemoryRows, system: System, state: NetworkState, steps: int) -> None:
        self.group, self.rows, self.steps, self.dt = group, rows, steps, state.dt
        self.done = state.step
        _check_inputs(group)
        check_room(
            f"{group.name}: {steps:,} steps that {', '.join(rows.remembered)} of fractional order remembers",
            bytes_of_memory(group, rows.method, steps),
            "Take a larger dt, a shorter run or fewer cells.",
        )
        earlier = state.memories.get(group.name) if state.step else None
        if state.step and earlier is None:
            raise ArgumentError(f"{group.name}: what it remembers is not known.", advice="Give start=0 to begin anew.")
        self._check_method(earlier)
        try:
            problem = replace(problem_of(group), system=system, states=group.start())
            self.begun = Begun.of(problem, rows.method, (group.size,), earlier)
        except BrainPyLabError as error:
            error.message = f"{group.name}: {error.message}"
            raise

    def _check_method(self, earlier: Mapping[str, Any] | None) -> None:
        known = None if earlier is None else str(earlier[METHOD])
        if known not in (None, self.rows.method.name):
            name = self.rows.method.name
            raise ArgumentError(
                f"{self.group.name}: it has run with '{known}', and its memory does not serve '{name}'.",
                advice="Give start=0 to begin anew.",
            )

    @cached_property
    def sums(self) -> MemorySums:
        """The sums: made when the run begins, after all that may be refused."""
        return self.begun.sums(self.rows.method, self.steps, self.dt, (self.group.size,))

    @property
    def room(self) -> int:
        """Steps from here for which the sums are made."""
        return int(self.sums.begin(self.done))

    def taken(self, row: str) -> Callable[[int, int], np.ndarray]:
        """What comes from outside for a row, ``(first step, n) -> (n, cells)``."""
        if row in self.rows.weights:
            number = self.rows.weights[row]
            return lambda first, n: np.tile(self.sums.own(first)[number], (n, 1 if self._differ else self.group.size))
        number = self.rows.sums[row]
        return lambda first, n: self.sums.sums[number, first : first + n]

    @property
    def _differ(self) -> bool:
        """Whether orders differ between cells."""
        return self.sums.recent.ndim == 3

    def recent(self, row: str) -> np.ndarray:
        """Weights of the latest steps in a sum: (block,) or (block, cells), the oldest first."""
        weights: np.ndarray = self.sums.recent[self.rows.sums[row]]
        return weights

    def ring(self, state: str) -> np.ndarray:
        """What the last steps have left of a state, the latest at the end: (block, 1, cells)."""
        found = np.zeros((LANE_BLOCK, 1, self.group.size))
        known = self.sums.remembered[self.begun.names.index(state), max(0, self.done - LANE_BLOCK) : self.done]
        found[LANE_BLOCK - len(known) :, 0] = known
        return found

    def take(self, flow: NetworkFlow) -> None:
        """Take over what the steps since the last time have left: a block of them at most."""
        count = flow.step - self.done
        for number, name in enumerate(self.begun.names if count else ()):
            ring = flow.past(self.group.name, self.rows.remembered[name])
            self.sums.remembered[number, self.done : flow.step] = ring[len(ring) - count :, 0]
        self.done = flow.step

    def kept(self) -> dict[str, Any]:
        """What a run that goes on must know; the sums are made anew."""
        found = entries_of(self.sums, self.begun.names, self.done, (self.group.size,))
        del self.sums
        return {METHOD: self.rows.method.name, **found}


def _check_inputs(group: NeuGroup) -> None:
    """Refuse inputs that move within steps: such methods compute right-hand sides at the ends of steps alone."""
    for name, course in group.moving.items():
        if course.drive.change_times is None:
            raise ArgumentError(
                f"{group.name}: '{name}' moves all the time, which cells of fractional order do not take in networks.",
                advice=f"Write it into the model, such as {name} = sin(t), or give an Input that is constant between "
                "jumps.",
            )
