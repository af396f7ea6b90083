"""Networks a step at a time, on whole arrays of the driver's own library: values and spikes stay on its device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import (
    Act,
    Advance,
    Arrive,
    Emit,
    Fire,
    Gather,
    NetworkCode,
    Operation,
    Recall,
    Recollect,
    Remember,
    Share,
    Take,
)
from brainpy_lab.drivers.loaded import load_functions
from brainpy_lab.drivers.network import Event, NetworkChunk, NetworkFlow, NetworkProgram, NetworkSetup
from brainpy_lab.drivers.tensor.network_arrays import Array, NetworkArrays
from brainpy_lab.drivers.tensor.network_cells import HASTY, ActInCells, AdvanceCells, Fault, FireCells
from brainpy_lab.drivers.tensor.network_connections import GatherSums, ShareSums, SpikesArrive
from brainpy_lab.drivers.tensor.network_hasty import hasty_steps
from brainpy_lab.drivers.tensor.network_pasts import AddLatest, RecallValues, RememberSteps, pasts_of
from brainpy_lab.drivers.tensor.network_quiet import quiet_tests
from brainpy_lab.drivers.tensor.network_turns import SpikesInTurn
from brainpy_lab.drivers.tensor.network_values import NetworkValues
from brainpy_lab.drivers.trial import try_functions

#: Numbers of a run up to which a chunk looks at what its steps gave when all are taken.
_FEW = 1 << 17


class TensorNetwork(NetworkProgram):
    """The functions of a network's step.

    Parameters
    ----------
    code : NetworkCode
    make_arrays : callable
        What a run does with arrays of the driver's library: a `NetworkArrays`.
    computing : callable
        The context in which steps are taken.
    """

    def __init__(
        self, code: NetworkCode, make_arrays: Callable[[], NetworkArrays], computing: Callable[[], Any]
    ) -> None:
        self.code, self.make_arrays, self.computing = code, make_arrays, computing
        self.functions = load_functions(code) | quiet_tests(code) | self._steps(make_arrays())

    def _steps(self, arrays: NetworkArrays) -> dict[str, Callable[..., Any]]:
        """Steps of cells in as few operations as the library has for them, and without rare cases."""
        code = self.code
        steps = {o.function: code.function(o.function) for o in code.schedule if isinstance(o, Advance)}
        found: dict[str, Callable[..., Any]] = {}
        for suffix, functions in (("", steps), (HASTY, hasty_steps(code))):
            for name, function in functions.items():
                taken = code.functions[name].arguments
                rows = [f.name for f in taken if f.axis]
                numbers = [f.name for f in taken if not f.axis and f.role != "passed"]
                functions[name] = arrays.fused(function, rows, numbers)
            loaded = load_functions(code, functions, arrays.known)
            found |= {name + suffix: loaded[name] for name in functions}
        return found

    def try_functions(self) -> None:
        """Call each function of the text once."""
        two = self.make_arrays().floats(np.ones(2))
        with self.computing(), np.errstate(all="ignore"):
            try_functions(self.code, lambda name, *given: self.functions[name](*given), 1.0, two, np.shape)

    def start(self, setup: NetworkSetup) -> TensorNetworkFlow:
        """Begin a run."""
        return TensorNetworkFlow(self, setup)


class TensorNetworkFlow(NetworkFlow):
    """A run of a network, step by step."""

    def __init__(self, program: TensorNetwork, setup: NetworkSetup) -> None:
        self.program, self.code, self.setup, self.arrays = program, program.code, setup, program.make_arrays()
        self.now = NetworkValues(program.code, setup, self.arrays)
        self.pasts = {key: pasts_of(past, setup.first, self.arrays) for key, past in setup.pasts.items()}
        self.operations = [self._bound(o) for o in self.code.schedule]
        self.sources: Mapping[str, tuple[np.ndarray, np.ndarray]] = {}
        self.tables: Mapping[tuple[str, str], Array] = {}
        self.offset = 0
        self.record = [(r.axis, r.row, self.arrays.numbers(r.index)) for r in setup.record]
        numbers = sum(setup.sizes[axis.name] * len(axis.rows) for axis in self.code.axes)
        self.looks_back = numbers <= _FEW  # else it would take too long to keep what each chunk begins with

    @property
    def step(self) -> int:  # type: ignore[override]
        """Number of the next step."""
        return self.now.step

    def _bound(self, operation: Operation) -> Callable[[], Fault | None]:
        """An operation with where all it takes stands."""
        functions = self.program.functions
        match operation:
            case Advance():
                return AdvanceCells(operation, self.now, functions)
            case Fire():
                return FireCells(operation, self.now, functions)
            case Act():
                return ActInCells(operation.axis, operation.event, operation.function, self.now, functions)
            case Gather():
                return GatherSums(operation, self.now, functions)
            case Share():
                return ShareSums(operation, self.now, functions)
            case Arrive(in_turn=True):
                return SpikesInTurn(operation, self.now, functions)
            case Arrive():
                return SpikesArrive(operation, self.now, functions)
            case Recall():
                return RecallValues(operation, self.now, self.pasts[operation.source])
            case Remember():
                return RememberSteps(operation, self.now, self.pasts[operation.axis, operation.row])
            case Recollect():
                return AddLatest(operation, self.now, self.pasts[operation.source])
            case Take(axis, row):
                return lambda: self._take(axis, row)
            case Emit(axis):
                return lambda: self._emit(axis)

    def _take(self, axis: str, row: str) -> None:
        self.now.rows[axis][row] = self.arrays.copy(self.tables[axis, row][self.offset])

    def _emit(self, axis: str) -> None:
        offsets, cells = self.sources[axis]
        some = cells[offsets[self.offset] : offsets[self.offset + 1]]
        self.now.fired((axis, "spike"), self.now.once_each(some))

    def advance(self, n_steps: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Take steps one after the other."""
        setup, now = self.setup, self.now
        drive = setup.drive(now.step, n_steps)
        self.sources = {name: spikes(now.step, n_steps) for name, spikes in setup.sources.items()}
        self.tables = {place: self.arrays.floats(v(now.step, n_steps)) for place, v in setup.taken.items()}
        with self.program.computing(), np.errstate(all="ignore"):
            taken = self._unseen(n_steps, drive) if self.looks_back else None
            lines, fault = taken or self._steps(n_steps, drive)
            for i, line in enumerate(lines):
                rows[row + i] = self.arrays.to_numpy(line)
        return self._chunk(self.offset, fault)

    def _unseen(self, n_steps: int, drive: np.ndarray) -> tuple[list[Array], Fault | None] | None:
        """Take steps, and look afterwards whether all that they gave is finite; None, and nothing done, where not."""
        back, now = self.mark(), self.now
        now.signs = []
        try:
            lines, fault = self._steps(n_steps, drive)
            if fault is None and self.arrays.all_signs_finite(now.signs):
                return lines, None
        except Exception:  # of what is not finite: the steps that are looked at one by one end before it
            pass
        finally:
            now.signs = None
        back()
        self.looks_back = False  # nor is it known later whether a number is not finite or large
        return None

    def _steps(self, n_steps: int, drive: np.ndarray) -> tuple[list[Array], Fault | None]:
        """What is recorded, and what went wrong in the step after the last."""
        setup, now, fault, lines = self.setup, self.now, None, []
        now.found, self.offset = [], 0
        while self.offset < n_steps and fault is None:
            if self.code.driven:
                now.scalars.update(zip(self.code.driven, drive[self.offset], strict=True))
            fault = self._take_step()
            if fault is None:
                now.step, self.offset = now.step + 1, self.offset + 1
                if self.record and (now.step - setup.first) % setup.every == 0:
                    lines.append(
                        self.arrays.joined([self.arrays.at(now.rows[a][r], index) for a, r, index in self.record])
                    )
        return lines, fault

    def _take_step(self) -> Fault | None:
        self.now.t = self.setup.t0 + self.now.step * self.setup.dt
        for operation in self.operations:
            fault = operation()
            if fault is not None:
                return fault
        return None

    def observe(self) -> None:
        """Sum up what is recorded at the ends of steps of the values as they are."""
        setup, observed = self.setup, self.code.at_end
        self.now.t = setup.t0 + (self.now.step - 1) * setup.dt
        with self.program.computing(), np.errstate(all="ignore"):
            for operation, do in zip(self.code.schedule, self.operations, strict=True):
                if operation in observed:
                    do()

    def _chunk(self, taken: int, fault: Fault | None) -> NetworkChunk:
        """The spikes of the steps, in the order in which they were found."""
        found = self.now.found
        parts = [part for _, _, cells in found for part in cells]
        lengths = [sum(len(part) for part in cells) for _, _, cells in found]
        step, event = (np.repeat(np.array([f[i] for f in found], np.int64), lengths) for i in (0, 1))
        cell = self.arrays.to_numpy(self.arrays.joined(parts)) if parts else np.empty(0, np.int64)
        return NetworkChunk(taken, step, event, cell, fault)

    # --- values ------------------------------------------------------------------------------------------------------

    def values(self, axis: str, row: str) -> np.ndarray:
        """A row of an axis."""
        return np.array(self.arrays.to_numpy(self.now.rows[axis][row]))

    def is_finite(self, axis: str, row: str) -> bool:
        """Whether all values of a row are numbers."""
        with self.program.computing(), np.errstate(all="ignore"):
            return self.arrays.all_finite([self.now.rows[axis][row]])

    def scale(self, axis: str, row: str, factor: float) -> None:
        """Multiply a row of an axis."""
        self.now.rows[axis][row] = self.now.rows[axis][row] * factor

    def mark(self) -> Callable[[], None]:
        """What brings the run back to where it stands, as often as it is called."""
        now, copy = self.now, self.arrays.copy
        rows = {axis: {row: copy(v) for row, v in named.items()} for axis, named in now.rows.items()}
        queues = {event: dict(queue) for event, queue in now.queues.items()}
        pasts, step, zero = {key: copy(ring) for key, ring in self.pasts.items()}, now.step, set(now.zero)

        def back() -> None:
            for axis, named in rows.items():
                now.rows[axis].update({row: copy(values) for row, values in named.items()})
            for key, ring in pasts.items():
                self.pasts[key][:] = ring
            now.queues.update({event: dict(queue) for event, queue in queues.items()})
            now.step, now.zero = step, set(zero)

        return back

    def past(self, group: str, state: str) -> np.ndarray:
        """The last steps of a state that is read later."""
        ring = self.arrays.to_numpy(self.pasts[group, state])
        return np.roll(ring, -(self.step % len(ring)), axis=0)

    def queue(self, event: Event) -> dict[int, np.ndarray]:
        """Spikes that may still arrive."""
        return {
            step: np.concatenate([np.empty(0, np.int64), *map(self.arrays.to_numpy, cells)])
            for step, cells in self.now.queues[event].items()
        }

    def load_queue(self, event: Event, spikes: Mapping[int, np.ndarray]) -> None:
        """Take up such spikes of a run before."""
        self.now.queues[event] = {step: self.now.once_each(cells) for step, cells in spikes.items()}
