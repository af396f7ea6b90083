"""Fractional runs on Numba: kernels that take a block of steps and sum what the block itself remembers."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode, write_content_named
from brainpy_lab.drivers.driver import Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.memory_sums import MemorySums
from brainpy_lab.drivers.numba_kernel import LANES
from brainpy_lab.drivers.numba_memory_kernel import lane_memory_kernel, single_memory_kernel
from brainpy_lab.errors import DriverError

_MINIMUM_EVENTS = 1024


class NumbaMemoryProgram(Program):
    """One compiled kernel."""

    def __init__(self, code: StepCode, layout: Layout) -> None:
        from brainpy_lab.drivers.numba import _load, _mathematics_stamp

        if layout.mixes:
            raise DriverError(
                "The numba driver cannot run fractional orders where elements of array states mix.",
                advice="Run the model on the numpy, jax or torch driver: backend='jax'.",
            )
        self.code, self.layout = code, layout
        kernel = lane_memory_kernel(code, layout) if layout.ensemble else single_memory_kernel(code, layout)
        text = f"# {_mathematics_stamp()}\n{kernel.text}"
        line_map = {line + 1: origin for line, origin in kernel.line_map.items()}
        file = write_content_named(text, f"{code.model}_{code.method}", "kernels")
        self.run = _load(text, file, code, line_map).run

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        return NumbaMemoryFlow(self, setup)


class NumbaMemoryFlow(Flow):
    """A run of a fractional model."""

    def __init__(self, program: NumbaMemoryProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        code, layout = program.code, program.layout
        assert setup.sums is not None
        self.sums: MemorySums = setup.sums
        self.names = code.states + code.memory
        given = {**setup.states, **setup.memory}
        lanes = setup.lanes
        moving = layout.varying + layout.driven + layout.driven_lanes
        self.p = np.array([0.0 if n in moving else float(setup.parameters[n]) for n in code.parameters])
        if layout.ensemble:
            rows = [np.broadcast_to(given[n], lanes) for n in self.names]
            self.y = np.ascontiguousarray(rows, dtype=float).reshape(len(self.names), lanes)
            rows = [np.broadcast_to(setup.parameters[n], lanes) for n in layout.varying]
            self.lane_p = np.ascontiguousarray(rows, dtype=float).reshape(len(rows), lanes)
            if self.sums.mesh is None and self.sums.recent.ndim == 2:
                self.sums.recent = self.sums.recent[:, :, None]
        else:
            self.y = np.array([float(given[n]) for n in self.names])
        self.record = np.array([self.names.index(n) for n in setup.record], dtype=np.int64)
        self.recent = self.sums.recent if self.sums.mesh is None else np.zeros((len(self.sums.sums), 1, 1))
        if not layout.ensemble:
            self.recent = np.ascontiguousarray(self.recent.reshape(len(self.sums.sums), -1))
        self._size_events(_MINIMUM_EVENTS)

    def _size_events(self, size: int) -> None:
        self.events = [np.zeros(size if self.program.code.flags else 0, np.int64) for _ in range(3)]

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run the kernel block by block."""
        if rows is None:
            raise DriverError("The numba driver cannot take derivatives; use jax or torch.")
        end, every, found = self.step + n_steps, self.setup.every, []
        while self.step < end:
            with np.errstate(all="ignore"):
                count = min(end - self.step, self.sums.begin(self.step))
            happened = self._block(count, rows, row)
            if happened:
                found.append([e[:happened].copy() for e in self.events])
            row += (self.step + count) // every - self.step // every
            self.step += count
        if not found:
            return Chunk(*[np.empty(0, np.int64)] * 3)
        return Chunk(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _block(self, count: int, rows: np.ndarray, row: int) -> int:
        """Run the steps of one block; again from the same state when an event buffer was too small."""
        before = self.y.copy()
        while True:
            happened = self._run(count, rows, row)
            if happened <= self.events[0].size:
                return happened
            self._size_events(2 * happened)
            self.y[:] = before

    def _run(self, count: int, rows: np.ndarray, row: int) -> int:
        setup, layout, sums = self.setup, self.program.layout, self.sums
        drive = setup.drive(self.step, count) if setup.drive else np.empty((0, 0))
        t0, number, dt = sums.clock(self.step, setup.t0)
        left = setup.every - self.step % setup.every
        clock = (count, self.step, number, t0, dt)
        record = (setup.every, left, self.record, row, rows)
        own, low = sums.own(self.step), sums.low(self.step)
        if not layout.ensemble:
            memory = (sums.sums, own, self.recent, sums.remembered, low)
            return int(
                self.program.run(*clock, self.y, self.p, drive, *record, self.events[0], self.events[2], *memory)
            )
        own = np.array(np.broadcast_to(own.reshape(len(own), -1), (len(own), setup.lanes)))
        memory = (sums.sums, own, self.recent, sums.remembered, low)
        lane_drive = setup.drive_lanes(self.step, count) if setup.drive_lanes else np.empty((0, 0, 0))
        arguments = (*clock, self.y, self.p, self.lane_p, drive, lane_drive, *record)
        if setup.threads == 1:
            return int(self.program.run(0, setup.lanes, *arguments, *self.events, *memory))
        return self._run_threads(arguments, memory)

    def _run_threads(self, arguments: tuple[Any, ...], memory: tuple[Any, ...]) -> int:
        blocks = -(-self.setup.lanes // LANES)
        bounds = np.linspace(0, blocks, min(self.setup.threads, blocks) + 1).astype(int) * LANES
        bounds[-1] = self.setup.lanes
        size = self.events[0].size
        parts = [[np.zeros(size, np.int64) for _ in range(3)] for _ in bounds[1:]]
        with ThreadPoolExecutor(len(parts)) as pool:
            runs = [
                pool.submit(self.program.run, int(low), int(high), *arguments, *events, *memory)
                for low, high, events in zip(bounds, bounds[1:], parts, strict=False)
            ]
            counts = [int(run.result()) for run in runs]
        if max(counts) > size or sum(counts) > size:
            return max(2 * max(counts), sum(counts), size + 1)
        start = 0
        for count, events in zip(counts, parts, strict=True):
            for whole, part in zip(self.events, events, strict=True):
                whole[start : start + count] = part[:count]
            start += count
        return start

    def values(self) -> dict[str, Any]:
        """States and hidden variables now."""
        return {name: self.y[i].copy() for i, name in enumerate(self.names)}

    def restore(self, values: Mapping[str, Any], step: int) -> None:
        """Go back to ``values`` at ``step``."""
        for i, name in enumerate(self.names):
            self.y[i] = values[name]
        self.step = step
