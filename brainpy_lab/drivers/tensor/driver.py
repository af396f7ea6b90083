"""Base of the tensor drivers: the step acts on whole arrays, a Python loop repeats it.

A driver whose arrays follow NumPy's operators needs little more than its dialect and the conversion of arrays; see
`brainpy_lab.drivers.numpy.driver`.
"""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.functions import ADAPTIVE_FUNCTIONS, Shape, function_text
from brainpy_lab.drivers.adaptive.loop import AdaptiveLoop, advance
from brainpy_lab.drivers.driver import Array, Capability, Chunk, Driver, Flow, Layout, Program, Setup
from brainpy_lab.drivers.feeds.random_draws import narrowed
from brainpy_lab.drivers.feeds.widths import raised_lanes
from brainpy_lab.drivers.tensor.past import Histories, StepHistory


def load_functions(
    code: StepCode, instead: Mapping[str, ast.FunctionDef] | None = None
) -> dict[str, Callable[..., Any]]:
    """The functions of a step code as Python functions of its file, some with another definition ``instead``."""
    tree = code.tree
    if instead:
        body = [instead.get(n.name, n) if isinstance(n, ast.FunctionDef) else n for n in tree.body]
        tree = ast.Module(body, tree.type_ignores)
    namespace: dict[str, Any] = {"__file__": str(code.file), "__name__": f"brainpy_lab_step_{code.hash}"}
    exec(compile(tree, str(code.file), "exec"), namespace)
    return {name: namespace[name] for name in code.functions}


class TensorProgram(Program):
    """The step function and its driver."""

    def __init__(self, driver: TensorDriver, code: StepCode, layout: Layout) -> None:
        self.driver, self.code, self.layout = driver, code, layout
        self.step = driver.wrap(load_functions(code)["step"])

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        return TensorFlow(self, setup)


class TensorFlow(Flow):
    """A run whose values are one array a variable."""

    def __init__(self, program: TensorProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        code, driver = program.code, program.driver
        self.names = code.states + code.memory
        given = {**setup.states, **setup.memory}
        self.now: list[Array] = [driver.array(given[n]) for n in self.names]
        self.parameters: dict[str, Array] = {n: driver.array(setup.parameters[n]) for n in code.parameters}
        self.histories = self._histories()

    def _histories(self) -> Histories | None:
        setup, layout = self.setup, self.program.layout
        if setup.past is None:
            return None
        ensemble = setup.ensemble if layout.mixes and setup.cell else None
        return Histories(self.program.driver, self.program.code.delayed, setup.past, setup, ensemble)

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Repeat the step; records go into ``rows`` or are kept as the driver's own arrays."""
        setup, layout, driver = self.setup, self.program.layout, self.program.driver
        drive = setup.drive(self.step, n_steps) if setup.drive else None
        lane_drive = setup.drive_lanes(self.step, n_steps) if setup.drive_lanes else None
        draws = self.program.code.draws
        noise = setup.noise.table(draws, self.step, n_steps) if draws else None
        narrow = setup.noise.narrow_among(draws)
        record = [self.names.index(n) for n in setup.record]
        kept: list[list[Array]] = []
        events: list[tuple[int, int, int]] = []
        results = self.program.code.results
        with driver.computing(setup.differentiable):
            for i in range(n_steps):
                t = setup.t0 + self.step * setup.dt
                for k, name in enumerate(layout.driven):
                    assert drive is not None
                    self.parameters[name] = driver.array(drive[i, k])
                for k, name in enumerate(layout.driven_lanes):
                    assert lane_drive is not None
                    self.parameters[name] = driver.array(layout.lanes_of(name, lane_drive[i, k]))
                fed = () if noise is None else [driver.array(d) for d in narrowed(noise[i], narrow)]
                values = self._take(driver.array(t), fed)
                self.now = results.pick(values, "state", "hidden")
                self.step += 1
                for kind, flag in enumerate(results.pick(values, "flag")):
                    lanes = raised_lanes(driver.to_numpy(flag), setup, layout)
                    events += [(self.step, int(lane), kind) for lane in lanes]
                if record and (self.step - setup.first) % setup.every == 0:
                    if rows is None:
                        kept.append([self.now[r] for r in record])
                    else:
                        for r, index in enumerate(record):
                            rows[r, row] = driver.to_numpy(self.now[index])
                        row += 1
        found = np.array(events, dtype=np.int64).reshape(-1, 3)
        return Chunk(found[:, 0], found[:, 1], found[:, 2], kept or None)

    def _take(self, t: Array, fed: Iterable[Array]) -> list[Array]:
        """The results of one step; with delays shorter than it, of the last of several passes over it."""
        histories, driver = self.histories, self.program.driver
        sweeps = histories.past.sweeps if histories else 1
        before: list[Array] = []
        for sweep in range(sweeps):
            past = histories.begin(self.step, sweep) if histories else []
            arguments = (*self.now, *self.parameters.values(), *fed, *past)
            result = self.program.step(t, driver.array(self.setup.dt), *arguments)
            values = list(result) if isinstance(result, tuple) else [result]
            if histories is None:
                return values
            for state in histories.states:
                pieces = self.program.code.results.pick(values, "polynomial", owner=state)
                histories.store(self.step, state, self.now[self.names.index(state)], pieces)
            if sweep and all(
                np.array_equal(driver.to_numpy(a), driver.to_numpy(b), equal_nan=True)
                for a, b in zip(before, values, strict=True)
            ):
                break
            before = values
        return values

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and the rings of delayed states."""
        return self.values() | (self.histories.state() if self.histories else {})

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        self.now = [self.program.driver.array(state[n]) for n in self.names]
        self.step = step
        if self.histories:
            self.histories.load(state, step)


def _put(into: np.ndarray, values: Any) -> None:
    into[...] = values


class TensorDriver(Driver):
    """A driver whose step acts on whole arrays."""

    capabilities = frozenset({Capability.MIXING})
    first_chunk = 128  # a step takes Python some microseconds, or some milliseconds

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Load the step function."""
        if code.arguments.of("sum"):
            from brainpy_lab.drivers.tensor.memory import TensorMemoryProgram

            return TensorMemoryProgram(self, code, layout, self.wrap(load_functions(code)["step"]))
        return TensorProgram(self, code, layout)

    def compile_adaptive(self, code: StepCode, shape: Shape) -> AdaptiveLoop:
        """The adaptive loop in Python, around functions that compute with the driver's arrays."""
        adapt = self.on_arrays if shape.sizes else self.on_numbers
        namespace: dict[str, Any] = {name: adapt(self.wrap(f)) for name, f in load_functions(code).items()}
        namespace["k_put"] = _put
        exec(compile(function_text(shape), "adaptive functions", "exec"), namespace)
        functions = tuple(namespace[name] for name in ADAPTIVE_FUNCTIONS)

        def run(*arguments: Any) -> tuple[int, int]:
            with self.computing(False):
                return advance(functions, *arguments)

        return run

    def on_arrays(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from NumPy arrays to NumPy arrays that computes with the driver's arrays in between."""

        def call(*values: Any) -> Any:
            result = function(*(self.array(v) for v in values))
            if isinstance(result, tuple):
                return tuple(self.to_numpy(r) for r in result)
            return self.to_numpy(result)

        return call

    def on_numbers(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from numbers to numbers that computes with the driver's arrays in between."""

        def call(*values: float) -> Any:
            result = function(*(StepHistory(self, v) if isinstance(v, tuple) else self.array(v) for v in values))
            if isinstance(result, tuple):
                return tuple(float(r) for r in result)
            return float(result)

        return call

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What the driver makes of a step function: by default the function itself."""
        return function

    def computing(self, differentiable: bool) -> Any:
        """The context of a chunk: nan and infinity are found by the run, not announced by the array library."""
        return np.errstate(all="ignore")

    @abstractmethod
    def array(self, value: Any) -> Array:
        """A number or NumPy array as the driver's own float64 array."""

    def gather(self, ring: Array, slot: np.ndarray) -> Array:
        """``ring[slot[j], :, j]`` for each element j: (coefficients, *shape)."""
        shape = np.broadcast_shapes(slot.shape, ring.shape[2:])
        whole = np.broadcast_to(ring, (*ring.shape[:2], *shape))
        return np.take_along_axis(whole, np.broadcast_to(slot, shape)[None, None], axis=0)[0]

    def mask(self, value: np.ndarray) -> Array:
        """Truth values as the driver's own array."""
        return value

    def choose(self, condition: Array, yes: Array, no: Array) -> Array:
        """Elementwise choice."""
        return np.where(condition, yes, no)

    def stack(self, values: Sequence[Array]) -> Array:
        """Arrays of one shape as one, along a first axis."""
        return np.stack(values)
