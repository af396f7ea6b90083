"""A run on the Numba driver: its values, and the kernel called over as many steps as its feeds are ready for."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Chunk, Flow, Layout, Setup
from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.feeds import supplies
from brainpy_lab.errors import DriverError

_MINIMUM_EVENTS = 1024


class Compiled(Protocol):
    """A compiled step with its kernels."""

    code: StepCode
    layout: Layout
    run: Any  # the kernel; None where array states choose it by their widths

    def run_with(self, wide: frozenset[str] | None) -> Any:
        """The kernel of array states for one choice of names that hold a number for each element."""


class NumbaFlow(Flow):
    """A run on the Numba driver."""

    def __init__(self, program: Compiled, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        self.run = program.run
        self.names = program.code.states + program.code.hidden
        self._take_values(setup)
        self.record = np.array([self.names.index(n) for n in setup.record], dtype=np.int64)
        self.supplies = supplies(program.code, program.layout, setup)
        self._size_events(_MINIMUM_EVENTS)
        self._taken: tuple[int, dict[str, Any]] | None = None  # the last state that was asked for

    def _take_values(self, setup: Setup) -> None:
        """States and parameters as the kernel takes them, the number of lanes, and the lanes of a block."""
        code, layout = self.program.code, self.program.layout
        given = {**setup.states, **setup.hidden}
        lanes = setup.lanes
        self.lanes, self.block = lanes, LANES
        if layout.ensemble:
            self.y = np.ascontiguousarray([np.broadcast_to(given[n], lanes) for n in self.names], dtype=float)
            self.y = self.y.reshape(len(self.names), lanes)
            rows = [np.broadcast_to(setup.parameters[n], lanes) for n in layout.varying]
            lane_p = [np.ascontiguousarray(rows, dtype=float).reshape(len(rows), lanes)]
        else:
            self.y, lane_p = np.array([float(given[n]) for n in self.names]), []
        moving = layout.varying + layout.driven + layout.driven_lanes
        p = np.array([0.0 if n in moving else float(setup.parameters[n]) for n in code.parameters])
        self.given: tuple[Any, ...] = (p, *lane_p)

    def _size_events(self, size: int) -> None:
        self.events = [np.empty(size if self.program.code.flags else 0, np.int64) for _ in range(3)]

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run the kernel, over as many steps at a time as its feeds are ready for."""
        if rows is None:
            raise DriverError("The numba driver cannot take derivatives; use jax or torch.")
        end, every, start = self.step + n_steps, self.setup.every, self.setup.first
        chunks: list[Chunk] = []
        while self.step < end:
            first = self.step
            count = min([end - first, *(supply.prepare(first, end - first) for supply in self.supplies)])
            chunks.append(self._advance_at_once(count, rows, row))
            row += (self.step - start) // every - (first - start) // every
        if len(chunks) == 1:
            return chunks[0]
        chunks = chunks or [Chunk(*[np.empty(0, np.int64)] * 3)]  # no steps may be asked for
        return Chunk(*(np.concatenate([getattr(c, part) for c in chunks]) for part in ("step", "lane", "kind")))

    def _advance_at_once(self, n_steps: int, rows: np.ndarray, row: int) -> Chunk:
        """When an event buffer was too small, the kernel runs again from the same state with a larger one."""
        before = self.state() if self.program.code.flags else {}
        while True:
            count = self._run(n_steps, rows, row)
            if count <= self.events[0].size:
                break
            self._size_events(2 * count)
            self.load(before, self.step)
        self.step += n_steps
        step, lane, kind = (e[:count].copy() for e in self.events)
        return Chunk(step, lane, kind)

    def resume(self, setup: Setup) -> None:
        """Go on from here with another clock and noise."""
        super().resume(setup)
        self.supplies = supplies(self.program.code, self.program.layout, setup)

    def _run(self, n_steps: int, rows: np.ndarray, row: int) -> int:
        setup, layout = self.setup, self.program.layout
        left = setup.every - (self.step - setup.first) % setup.every
        empty = np.empty((0, 0))
        drive = setup.drive(self.step, n_steps) if setup.drive else empty
        clock = (n_steps, self.step, setup.t0, setup.dt)
        fed = tuple(value for supply in self.supplies for value in supply.arguments(self.step, n_steps))
        if not (layout.ensemble or layout.mixes):
            events = (self.events[0], self.events[2])
            self.events[1][:] = 0
            record = (setup.every, left, self.record, row, rows)
            return int(self.run(*clock, self.y, *self.given, drive, *record, *events, *fed))
        lane_drive = setup.drive_lanes(self.step, n_steps) if setup.drive_lanes else np.empty((n_steps, 0))
        lane_drive = lane_drive.reshape(n_steps, len(layout.driven_lanes), self.lanes)
        rows = rows.reshape(*rows.shape[:2], self.lanes)
        arguments = (*clock, self.y, *self.given, drive, lane_drive, setup.every, left, self.record, row, rows)
        if setup.threads == 1:
            return int(self.run(0, self.lanes, *arguments, *self.events, *fed))
        return self._run_threads(arguments, fed)

    def _run_threads(self, arguments: tuple[Any, ...], fed: tuple[Any, ...]) -> int:
        blocks = -(-self.lanes // self.block)
        bounds = np.linspace(0, blocks, min(self.setup.threads, blocks) + 1).astype(int) * self.block
        bounds[-1] = self.lanes
        size = self.events[0].size
        parts = [[np.empty(size, np.int64) for _ in range(3)] for _ in bounds[1:]]
        with ThreadPoolExecutor(len(parts)) as pool:
            runs = [
                pool.submit(self.run, int(low), int(high), *arguments, *events, *fed)
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
        return dict(zip(self.names, self.y.copy(), strict=True))

    def state(self) -> dict[str, Any]:
        """States, hidden variables, and what feeds carry."""
        if self._taken is None or self._taken[0] != self.step:  # taken at the end of a chunk, and before the next
            found = self.values()
            for supply in self.supplies:
                found |= supply.state(self.step)
            self._taken = self.step, found
        return dict(self._taken[1])

    def load(self, state: Mapping[str, Any], step: int) -> None:
        """Go to ``state`` at ``step``."""
        self._taken = None
        for i, name in enumerate(self.names):
            self._load_value(i, state[name])
        for supply in self.supplies:
            supply.load(state, step)
        self.step = step

    def _load_value(self, i: int, value: Any) -> None:
        self.y[i] = value
