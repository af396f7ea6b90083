"""Base of the tensor drivers: the step acts on whole arrays, a Python loop repeats it.

A driver whose arrays follow NumPy's operators needs little more than its dialect and the conversion of arrays; see
`brainpy_lab.drivers.numpy.driver`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.functions import ADAPTIVE_FUNCTIONS, Shape, function_text
from brainpy_lab.drivers.adaptive.loop import AdaptiveLoop, advance
from brainpy_lab.drivers.driver import Array, Capability, Driver, Layout, Program
from brainpy_lab.drivers.loaded import load_functions
from brainpy_lab.drivers.network import NetworkProgram
from brainpy_lab.drivers.tensor.flow import TensorProgram
from brainpy_lab.drivers.tensor.network_arrays import NetworkArrays
from brainpy_lab.drivers.tensor.past import StepHistory


def _put(into: np.ndarray, values: Any) -> None:
    into[...] = values


class TensorDriver(Driver):
    """A driver whose step acts on whole arrays."""

    capabilities = frozenset({Capability.MIXING})
    first_chunk = 128  # a step takes Python some microseconds, or some milliseconds

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Load the step function."""
        return TensorProgram(self, code, layout, self.wrap(load_functions(code)["step"]))

    def compile_network(self, code: NetworkCode) -> NetworkProgram:
        """The functions of a network's step; spikes are sent on by the driver's own arrays."""
        from brainpy_lab.drivers.tensor.network import TensorNetwork

        return TensorNetwork(code, self.network_arrays, partial(self.computing, False))

    def network_arrays(self) -> NetworkArrays:
        """What networks do with the driver's arrays besides computing."""
        return NetworkArrays()

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
