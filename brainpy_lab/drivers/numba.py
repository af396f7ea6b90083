"""The Numba driver: step and time loop fused into one native function; lanes for ensembles."""

from __future__ import annotations

import ast
import importlib.util
import sys
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.codegen.cachefolder import write_content_named
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive import AdaptiveLoop
from brainpy_lab.drivers.adaptive_functions import ADAPTIVE_FUNCTIONS, Shape, function_text
from brainpy_lab.drivers.driver import Capability, Chunk, Driver, Flow, Layout, Program, Setup
from brainpy_lab.drivers.numba_feed import supplies
from brainpy_lab.equations.system import System
from brainpy_lab.errors import CodeError, DriverError, Location

if TYPE_CHECKING:
    from brainpy_lab.drivers.numba_kernel import Kernel

_MINIMUM_EVENTS = 1024


class NumbaProgram(Program):
    """One compiled kernel."""

    def __init__(self, code: StepCode, layout: Layout) -> None:
        from brainpy_lab.drivers.numba_kernel import lane_kernel, single_kernel

        self.code, self.layout = code, layout
        self._of_widths: dict[frozenset[str] | None, Any] = {}
        make_kernel = lane_kernel if layout.ensemble else single_kernel
        self.run: Any = None if layout.mixes else self._compiled(make_kernel(code, layout))

    def _compiled(self, kernel: Kernel) -> Any:
        module = _compiled(kernel, self.code)
        _release_with(self, module)
        return module.run

    def run_with(self, wide: frozenset[str] | None) -> Any:
        """The kernel of array states for one choice of names that hold a number for each element."""
        from brainpy_lab.drivers.numba_arrays import array_kernel

        if wide not in self._of_widths:
            self._of_widths[wide] = self._compiled(array_kernel(self.code, self.layout, wide))
        return self._of_widths[wide]

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if self.layout.mixes:
            from brainpy_lab.drivers.numba_arrays import ArrayFlow

            return ArrayFlow(self, setup)
        return NumbaFlow(self, setup)


def _compiled(kernel: Kernel, code: StepCode) -> ModuleType:
    """A kernel as a module of its content-named file."""
    file = write_content_named(kernel.text, f"{code.model}_{code.method}", "kernels")
    return _load(kernel.text, file, code, kernel.line_map)


def _load(text: str, file: Path, code: StepCode, line_map: Mapping[int, int]) -> ModuleType:
    """A kernel's text as a module; its functions are compiled by their own decorators.

    Python must know the module by name: Numba imports it when it loads a kernel from the disk cache.
    """
    from numba.core.errors import NumbaError

    module = ModuleType(f"brainpy_lab_kernel_{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(file), "exec"), vars(module))
    except NumbaError as error:
        line = getattr(getattr(error, "loc", None), "line", None)
        origin = line_map.get(line) if line else None
        lines = [s.strip() for s in str(error).splitlines() if s.strip()]
        detail = next((s for s in lines if "rror" in s), lines[0] if lines else type(error).__name__)
        raise CodeError(
            f"Numba cannot compile this step: {detail}",
            location=_location(code, origin) if origin else None,
            advice=_advice(code),
        ) from None
    return module


def _release_with(user: object, module: ModuleType) -> None:
    """Let go of a kernel's module when ``user`` of its functions, evicted by its driver, is in no run any more."""
    from brainpy_lab.drivers.numba_cache import release

    weakref.finalize(user, release, module).atexit = False


def _advice(code: StepCode) -> str:
    """What to do about code that Numba does not compile: other drivers run it only where no function has a loop."""
    if code.edited or not any(isinstance(n, ast.For | ast.While) for n in ast.walk(code.tree)):
        return "Correct the line, or run the model on the numpy driver: backend='numpy'."
    return "Correct the line: a function with such a loop runs on no other driver."


def _location(code: StepCode, line: int) -> Location:
    return Location(line, 0, code.text.splitlines()[line - 1], 1, f"step code of {code.model}")


class NumbaFlow(Flow):
    """A run on the Numba driver."""

    def __init__(self, program: NumbaProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        self.run = program.run
        self.names = program.code.states + program.code.memory
        self._take_values(setup)
        self.record = np.array([self.names.index(n) for n in setup.record], dtype=np.int64)
        self.supplies = supplies(program.code, program.layout, setup)
        self._size_events(_MINIMUM_EVENTS)

    def _take_values(self, setup: Setup) -> None:
        """States and parameters as the kernel takes them, the number of lanes, and the lanes of a block."""
        from brainpy_lab.drivers.numba_kernel import LANES

        code, layout = self.program.code, self.program.layout
        given = {**setup.states, **setup.memory}
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
        end, every = self.step + n_steps, self.setup.every
        chunks: list[Chunk] = []
        while self.step < end:
            first = self.step
            count = min([end - first, *(supply.prepare(first, end - first) for supply in self.supplies)])
            chunks.append(self._advance_at_once(count, rows, row))
            row += self.step // every - first // every
        if len(chunks) == 1:
            return chunks[0]
        chunks = chunks or [Chunk(*[np.empty(0, np.int64)] * 3)]  # no steps may be asked for
        return Chunk(*(np.concatenate([getattr(c, part) for c in chunks]) for part in ("step", "lane", "kind")))

    def _advance_at_once(self, n_steps: int, rows: np.ndarray, row: int) -> Chunk:
        """When an event buffer was too small, the kernel runs again from the same state with a larger one."""
        before = self.y.copy()
        while True:
            count = self._run(n_steps, rows, row)
            if count <= self.events[0].size:
                break
            self._size_events(2 * count)
            self.y = before.copy()
            self._rewind()
        self.step += n_steps
        step, lane, kind = (e[:count].copy() for e in self.events)
        return Chunk(step, lane, kind)

    def resume(self, setup: Setup) -> None:
        """Go on from here with another clock and noise."""
        super().resume(setup)
        self.supplies = supplies(self.program.code, self.program.layout, setup)

    def _rewind(self) -> None:
        for supply in self.supplies:
            supply.rewind()

    def _run(self, n_steps: int, rows: np.ndarray, row: int) -> int:
        setup, layout = self.setup, self.program.layout
        left = setup.every - self.step % setup.every
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
        return {name: self.y[i].copy() for i, name in enumerate(self.names)}

    def past(self) -> dict[str, Any]:
        """The rings of the delayed states."""
        return {state: ring for supply in self.supplies for state, ring in supply.past().items()}

    def restore(self, values: Mapping[str, Any], step: int) -> None:
        """Go back to ``values`` at ``step``."""
        for i, name in enumerate(self.names):
            self._restore_value(i, values[name])
        self._rewind()
        self.step = step

    def _restore_value(self, i: int, value: Any) -> None:
        self.y[i] = value


class NumbaDriver(Driver):
    """Compiled kernels: scalar code for one cell, SIMD lanes for ensembles; cached on disk by content."""

    name = "numba"
    title = "Numba (JIT)"
    capabilities = frozenset({Capability.JIT, Capability.ELEMENT_LOGIC, Capability.MIXING, Capability.THREADS})
    dialect = Dialect(module="brainpy_lab.drivers.numba_math", selects=False)

    def available(self) -> str | None:
        """None when numba is installed."""
        return None if importlib.util.find_spec("numba") else "numba is not installed: pip install numba"

    def dialect_for(self, system: System) -> Dialect:
        """Functions of whole arrays where elements of array states mix, of single numbers elsewhere."""
        if system.mixes_elements:
            return Dialect(module="brainpy_lab.drivers.numba_array_math", selects=True)
        return self.dialect

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Compile one kernel for the layout."""
        return NumbaProgram(code, layout)

    def array(self, value: Any) -> np.ndarray:
        """A NumPy float64 array."""
        return np.asarray(value, dtype=float)

    def compile_adaptive(self, code: StepCode, shape: Shape) -> AdaptiveLoop:
        """The model's functions, compiled each, handed to the loop that is compiled once for all models."""
        from brainpy_lab.drivers.numba_adaptive import compiled_loop
        from brainpy_lab.drivers.numba_adaptive_kernel import adaptive_kernel

        module = _compiled(adaptive_kernel(code, function_text(shape), ADAPTIVE_FUNCTIONS), code)
        addresses = np.array([getattr(module, name).address for name in ADAPTIVE_FUNCTIONS])
        loop = compiled_loop()

        def run(*arguments: Any) -> tuple[int, int]:
            return loop(addresses, *arguments)

        _release_with(run, module)
        return run


NUMBA = NumbaDriver()
