"""Numba programs for array states whose elements mix (``sum``, ``mean``, ``dot``, ``@``): whole arrays in the loop.

The step is a function of one-dimensional arrays, of one number for what is no array; an ensemble is run member after
member.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode, write_content_named
from brainpy_lab.drivers.driver import Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.random_draws import narrowed
from brainpy_lab.errors import CodeError, DriverError

_DECORATOR = "@njit(cache=True, nogil=True, error_model='numpy')"


def array_kernel_text(code: StepCode, layout: Layout) -> str:
    """``run(n, first, t0, dt, values, parameters, drive, every, left, record, row, rows, es, el, ek, draws)``.

    It runs one member. ``values`` and ``parameters`` are tuples of arrays; matrices stand among the parameters as they
    are; ``draws`` are tables (steps, elements).
    """
    lines = [f'"""Kernel of {code.model}: {code.method}, array states."""', "from numba import njit"]
    for node in code.tree.body:
        if isinstance(node, ast.FunctionDef):
            lines += ["", "", _DECORATOR]
        lines.append(ast.unparse(node))
    carried = code.states + code.memory
    lines += [
        "",
        "",
        _DECORATOR,
        "def run(k_n, k_first, k_t0, dt, k_values, k_parameters, k_drive, k_every, k_left, k_record, k_row, k_rows,"
        " k_es, k_el, k_ek, k_draws):",
    ]
    lines += [f"    {name} = k_values[{i}].copy()" for i, name in enumerate(carried)]
    lines += [f"    {name} = k_parameters[{i}]" for i, name in enumerate(code.parameters) if name not in layout.driven]
    lines += ["    k_count = 0", "    for k_i in range(k_n):", "        t = k_t0 + (k_first + k_i) * dt"]
    lines += [f"        {name} = k_drive[k_i, {k}:{k + 1}]" for k, name in enumerate(layout.driven)]
    lines += [f"        {name} = k_draws[{k}][k_i]" for k, name in enumerate(code.noise)]
    results = [f"k_new_{i}" for i in range(len(code.functions["step"].results))]
    call = f"step({', '.join(code.functions['step'].arguments)})"
    lines.append(f"        {', '.join(results)} = {call}")
    for name, new in zip(carried, results, strict=False):
        lines.append(f"        {name}[:] = {new}")
    for kind, flag in enumerate(results[len(carried) :]):
        lines += [
            f"        for k_j in range({flag}.size):",
            f"            if {flag}[k_j]:",
            "                if k_count < k_es.size:",
            f"                    k_es[k_count] = k_first + k_i + 1; k_el[k_count] = k_j; k_ek[k_count] = {kind}",
            "                k_count += 1",
        ]
    lines += ["        k_left -= 1", "        if k_left == 0:", "            k_left = k_every"]
    for i, name in enumerate(carried):
        lines += [
            "            for k_r in range(k_record.size):",
            f"                if k_record[k_r] == {i}:",
            f"                    k_rows[k_r, k_row, :] = {name}",
        ]
    lines.append("            k_row += 1")
    lines += [f"    k_values[{i}][:] = {name}" for i, name in enumerate(carried)]
    lines.append("    return k_count")
    return "\n".join(lines) + "\n"


class ArrayProgram(Program):
    """One kernel over whole arrays; Numba compiles it when the arrays' kinds are known, at the first chunk."""

    def __init__(self, code: StepCode, layout: Layout) -> None:
        if layout.driven_lanes:
            raise DriverError(
                "The numba driver cannot drive a parameter differently in each member when elements of states mix.",
                advice="Run it on the numpy, jax or torch driver.",
            )
        self.code, self.layout = code, layout
        text = array_kernel_text(code, layout)
        file = write_content_named(text, f"{code.model}_{code.method}_arrays", "kernels")
        module = ModuleType(f"brainpy_lab_kernel_{file.stem}")
        module.__file__ = str(file)
        sys.modules[module.__name__] = module
        exec(compile(text, str(file), "exec"), vars(module))
        self.run = module.run

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        return ArrayFlow(self, setup)


class ArrayFlow(Flow):
    """A run over members of an ensemble, each with its own arrays."""

    def __init__(self, program: ArrayProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        code = program.code
        self.names = code.states + code.memory
        given = {**setup.states, **setup.memory}
        parameters = [np.asarray(setup.parameters[n], dtype=float) for n in code.parameters]
        self.members = int(np.prod(setup.ensemble, dtype=int))
        self.values_of = [self._members(given[n], i < len(code.states)) for i, n in enumerate(self.names)]
        self.parameters_of = [self._parameter(p, n) for n, p in zip(code.parameters, parameters, strict=True)]
        self.record = np.array([self.names.index(n) for n in setup.record], dtype=np.int64)

    def _members(self, value: Any, is_state: bool) -> np.ndarray:
        """A value as (members, size), written to; hidden variables have the size of the array states."""
        array = np.asarray(value, dtype=float)
        size = array.shape[-1] if array.ndim else 1
        if not is_state:
            size = int(np.prod(self.setup.cell, dtype=int))
        whole = np.broadcast_to(array, (*self.setup.ensemble, size))
        return np.array(whole).reshape(self.members, size)

    def _parameter(self, value: np.ndarray, name: str) -> list[np.ndarray]:
        """A parameter for each member: a matrix as it is, all else as an array of one axis."""
        if name in self.setup.matrices:
            return [np.ascontiguousarray(value)] * self.members
        size = value.shape[-1] if value.ndim else 1
        whole = np.broadcast_to(value, (*self.setup.ensemble, size)).reshape(self.members, size)
        return [np.ascontiguousarray(row) for row in whole]

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run every member through the chunk."""
        from numba.core.errors import NumbaError

        if rows is None:
            raise DriverError("The numba driver cannot take derivatives; use jax or torch.")
        setup = self.setup
        left = setup.every - self.step % setup.every
        drive = setup.drive(self.step, n_steps) if setup.drive else np.empty((0, 0))
        cell = int(np.prod(setup.cell, dtype=int))
        table = rows.reshape(*rows.shape[:2], self.members, cell)
        room = max(1024, n_steps * cell * len(self.program.code.flags))
        draws = self._draws(n_steps)
        found = []
        for member in range(self.members):
            values = tuple(v[member] for v in self.values_of)
            parameters = tuple(p[member] for p in self.parameters_of)
            es, el, ek = (np.empty(room, np.int64) for _ in range(3))
            try:
                count = self.program.run(
                    n_steps, self.step, setup.t0, setup.dt, values, parameters, drive, setup.every, left, self.record,
                    row, table[:, :, member], es, el, ek, tuple(d[:, member] for d in draws),
                )  # fmt: skip
            except NumbaError as error:
                raise CodeError(
                    f"Numba cannot compile this step over arrays: {str(error).strip().splitlines()[0]}",
                    advice="Run the model on the numpy driver: backend='numpy'.",
                ) from None
            found.append((es[:count], el[:count] + member * cell, ek[:count]))
        self.step += n_steps
        return Chunk(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _draws(self, n_steps: int) -> list[np.ndarray]:
        """The chunk's random draws: for each a table (steps, members, elements)."""
        noise, draws = self.setup.noise, self.program.code.draws
        if not draws:
            return []
        table = noise.table(draws, self.step, n_steps).reshape(n_steps, len(draws), self.members, -1)
        rows = narrowed(np.moveaxis(table, 1, 0), noise.narrow_among(draws))
        return [np.ascontiguousarray(np.moveaxis(r, 1, 0)).swapaxes(0, 1) for r in rows]

    def values(self) -> dict[str, Any]:
        """States and hidden variables now, with the ensemble's axes first."""
        ensemble = self.setup.ensemble
        return {
            name: value.reshape(*ensemble, value.shape[1]).copy()
            for name, value in zip(self.names, self.values_of, strict=True)
        }

    def restore(self, values: Mapping[str, Any], step: int) -> None:
        """Go back to ``values`` at ``step``."""
        for name, into in zip(self.names, self.values_of, strict=True):
            into[:] = np.asarray(values[name]).reshape(into.shape)
        self.step = step
