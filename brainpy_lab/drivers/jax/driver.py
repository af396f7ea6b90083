"""The JAX driver: the time loop as one XLA program; differentiable; float64 without touching the user's settings."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Capability, Flow, Layout, Program, Setup
from brainpy_lab.drivers.jax.flow import JaxFlow
from brainpy_lab.drivers.jax.loop import JaxLoop
from brainpy_lab.drivers.jax.past import with_steps
from brainpy_lab.drivers.jax.precision import x64
from brainpy_lab.drivers.jax.traced import TracedFlow, check_second_derivative
from brainpy_lab.drivers.network import NetworkProgram
from brainpy_lab.drivers.tensor.driver import TensorDriver


class JaxProgram(Program):
    """The compiled loop of one step function."""

    def __init__(self, code: StepCode, layout: Layout) -> None:
        self.code, self.layout = code, layout
        self.loop = JaxLoop(code, layout)

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if setup.differentiable:
            check_second_derivative(setup)
            return TracedFlow(JaxLoop(self.code, self.layout, fixed_loops=True), setup)
        return JaxFlow(self.loop, setup)


class JaxDriver(TensorDriver):
    """XLA on CPU or GPU; parameters and dt are run-time arguments."""

    name = "jax"
    title = "JAX (XLA)"
    capabilities = frozenset({Capability.JIT, Capability.AUTOGRAD, Capability.MIXING})
    dialect = Dialect(module="brainpy_lab.drivers.jax.math", selects=True)
    first_chunk = 2048  # tables of inputs and draws are compiled for each power of two steps

    def available(self) -> str | None:
        """None when jax is installed."""
        return None if importlib.util.find_spec("jax") else "JAX is not installed: pip install 'brainpy-lab[jax]'"

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Make the loop; XLA compiles it at the first chunk."""
        return JaxProgram(code, layout)

    def compile_network(self, code: NetworkCode) -> NetworkProgram:
        """The loop over a network's steps; XLA compiles it at the first chunk."""
        from brainpy_lab.drivers.jax.network import JaxNetwork

        return JaxNetwork(code)

    def on_arrays(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from arrays to arrays, jitted as a whole."""
        import jax

        inner = super().on_arrays(jax.jit(function))

        def call(*values: Any) -> Any:
            with x64():
                return inner(*values)

        return call

    def on_numbers(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from numbers to numbers, jitted as a whole."""
        import jax
        import jax.numpy as jnp

        delayed = with_steps(function)

        @jax.jit
        def jitted(*values: Array) -> Array:
            result = function(*values)
            parts = result if isinstance(result, tuple) else (result,)
            return jnp.stack([jnp.asarray(p, dtype=float) for p in parts])

        def call(*values: Any) -> Any:
            if any(isinstance(v, tuple) for v in values):
                with x64():
                    found = delayed(*values)
            else:
                with x64():
                    found = np.asarray(jitted(*values))
            return tuple(found) if len(found) > 1 else found[0]

        return call

    def array(self, value: Any) -> Array:
        """A float64 array."""
        import jax.numpy as jnp

        with x64():
            return jnp.asarray(value).astype(float)

    def is_traced(self, value: Any) -> bool:
        """Whether JAX is tracing through ``value``."""
        import sys

        jax = sys.modules.get("jax")
        return jax is not None and isinstance(value, jax.core.Tracer)

    def collect(self, initial: list[Array], records: Array) -> list[Array]:
        """Records with the initial value in front."""
        import jax.numpy as jnp

        with x64():
            return [jnp.concatenate([first[None], later]) for first, later in zip(initial, records, strict=True)]


JAX = JaxDriver()
