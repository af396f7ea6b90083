"""The Numba driver: step and time loop fused into one native function; lanes for ensembles.

Numba itself is imported by the first model that is compiled: a session on another driver does not wait for it.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import NetworkCode, Operation
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.functions import ADAPTIVE_FUNCTIONS, Shape, function_text
from brainpy_lab.drivers.adaptive.loop import AdaptiveLoop
from brainpy_lab.drivers.driver import Capability, Driver, Layout, Program
from brainpy_lab.drivers.network import NetworkProgram
from brainpy_lab.equations.system import System


class NumbaDriver(Driver):
    """Compiled kernels: scalar code for one cell, SIMD lanes for ensembles; cached on disk by content."""

    name = "numba"
    title = "Numba (JIT)"
    capabilities = frozenset({Capability.JIT, Capability.ELEMENT_LOGIC, Capability.MIXING, Capability.THREADS})
    dialect = Dialect(module="brainpy_lab.drivers.numba.math", selects=False)

    def available(self) -> str | None:
        """None when numba is installed."""
        return None if importlib.util.find_spec("numba") else "numba is not installed: pip install numba"

    def dialect_for(self, system: System) -> Dialect:
        """Functions of whole arrays where elements of array states mix, of single numbers elsewhere."""
        if system.mixes_elements:
            return Dialect(module="brainpy_lab.drivers.numba.array_math", selects=True)
        return self.dialect

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Compile one kernel for the layout."""
        from brainpy_lab.drivers.numba.program import NumbaProgram

        return NumbaProgram(code, layout)

    def compile_network(self, code: NetworkCode) -> NetworkProgram:
        """One kernel for all of a network."""
        from brainpy_lab.drivers.numba.network.flow import NumbaNetwork

        return NumbaNetwork(code)

    def done_alone(self, code: NetworkCode) -> tuple[Operation, ...]:
        """What changes values that other threads own, or is of no cells."""
        from brainpy_lab.drivers.numba.network.phases import phases_of

        return tuple(operation for phase in phases_of(code) for _, operation in phase.alone)

    def array(self, value: Any) -> np.ndarray:
        """A NumPy float64 array."""
        return np.asarray(value, dtype=float)

    def compile_adaptive(self, code: StepCode, shape: Shape) -> AdaptiveLoop:
        """The model's functions, compiled each, handed to the loop that is compiled once for all models."""
        from brainpy_lab.drivers.numba.adaptive import compiled_loop
        from brainpy_lab.drivers.numba.adaptive_kernel import adaptive_kernel
        from brainpy_lab.drivers.numba.program import compiled_module, release_with

        module = compiled_module(adaptive_kernel(code, function_text(shape), ADAPTIVE_FUNCTIONS), code)
        addresses = np.array([getattr(module, name).address for name in ADAPTIVE_FUNCTIONS])
        loop = compiled_loop(bool(shape.events), bool(shape.pasts or shape.lags))

        def run(*arguments: Any) -> tuple[int, int]:
            return loop(addresses, *arguments)

        release_with(run, module)
        return run


NUMBA = NumbaDriver()
