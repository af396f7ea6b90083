"""Numba kernels for array states whose elements mix (``sum``, ``mean``, ``dot``, ``@``): whole arrays in the loop.

The step is a function of arrays of one axis. Values lie in lanes as everywhere on this driver; a block of lanes is one
member of the ensemble, with all elements of its states. A variable that is one number in each member uses the first
lane of the block.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from brainpy_lab.codegen.headings import docstring, words
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.numba.array_native import plan_of, rows_of
from brainpy_lab.drivers.numba.array_plan import ArrayPlan
from brainpy_lab.drivers.numba.array_turns import written_out
from brainpy_lab.drivers.numba.feeds import feeds
from brainpy_lab.drivers.numba.flow import Compiled, NumbaFlow
from brainpy_lab.drivers.numba.kernel import (
    CLOCK,
    FAST_TEXT,
    LANES_RECORD,
    Arguments,
    Kernel,
    Writer,
    define,
    set_apart,
    write_step,
)
from brainpy_lab.drivers.numba.rows import NotNativeError

_BLOCK: Arguments = (("k_low", "i8"), ("k_high", "i8"))
_VALUES: Arguments = (
    ("k_y", "f8[:, ::1]"), ("k_m", "i8"), ("k_widths", "i8[::1]"), ("k_p", "f8[:, ::1]"), ("k_places", "i8[::1]"),
)  # fmt: skip


def array_kernel(code: StepCode, layout: Layout, wide: frozenset[str] | None) -> Kernel:
    """The kernel of `lane_kernel` with one member of the ensemble, ``m`` lanes, in place of a block.

    ``run(low, high, n, first_step, t0, dt, y, m, widths, p, places, *matrices, drive, lane_drive, every, left, record,
    row, rows, event_step, event_lane, event_kind)``. ``widths`` are the lanes that each row of ``y`` uses in a block;
    ``p`` holds a row of parameters for each member, the i-th from ``places[i]`` to ``places[i + 1]``. ``wide`` are the
    names that hold a number for each element, those of single numbers have arrays of one; None where sizes differ.
    """
    is_uneven = wide is None
    plain, (code, layout) = code, set_apart(code, layout)
    names = dict(zip(plain.arguments.names, code.arguments.names, strict=True))
    wide = frozenset(names.get(n, n) for n in wide or ())
    w = Writer()
    plan = None if is_uneven else _plan(code, layout, wide)
    if plan is None:
        _write_header(w, code)
    else:
        _write_native_header(w, code, wide, frozenset(layout.matrices))
    carried = code.states + code.hidden
    fed = feeds(code, layout)
    matrices = tuple((name, "f8[:, ::1]") for name in layout.matrices)
    define(w, (*_BLOCK, *CLOCK, *_VALUES, *matrices, *LANES_RECORD), fed)
    w.add(1, "k_count = 0")
    if plan is not None:
        w.add(1, f"k_table = np.empty(({rows_of(plan)}, k_m))")
        for i, (_, is_wide) in enumerate(plan.results):
            w.add(1, f"k_new_{i} = k_table[{i}, :{'k_m' if is_wide else '1'}]")
    for feed in fed:
        w.add_lines(1, feed.begin)
    w.add(1, "for k_b in range(k_low, k_high, k_m):")
    for i, name in enumerate(carried):
        w.add(2, f"{name} = k_y[{i}, k_b:k_b + k_widths[{i}]]")
    for i, name in enumerate(_rowed(code, layout)):
        w.add(2, f"{name} = k_p[k_b // k_m, k_places[{i}]:k_places[{i + 1}]]")
    w.add(2, "k_left, k_row = k_first_left, k_first_row")
    for feed in fed:
        w.add_lines(2, feed.block)
    w.add(2, "for k_i in range(k_n):")
    w.add(3, "t = k_t0 + (k_first + k_i) * dt")
    for i, name in enumerate(layout.driven):
        w.add(3, f"{name} = k_drive[k_i, {i}:{i + 1}]")
    for i, name in enumerate(layout.driven_lanes):
        width = "1" if name in layout.driven_narrow else "k_m"
        w.add(3, f"{name} = k_ldrive[k_i, {i}, k_b:k_b + {width}]")
    for feed in fed:
        w.add_lines(3, feed.step + feed.before)
    results = write_step(w, 3, code, None, fed, "k_table" if plan else "")
    for name, new in zip(carried, results.values, strict=True):
        w.add(3, f"k_put({name}, {new})")
    for feed in fed:
        w.add_lines(3, feed.after + feed.end)
    for kind, flag in enumerate(results.flags):
        w.add(3, f"k_count = k_mark({flag}, k_first + k_i + 1, k_b, {kind}, k_es, k_el, k_ek, k_count)")
    w.add(3, "k_left -= 1")
    w.add(3, "if k_left == 0:")
    w.add(4, "k_left = k_every")
    w.add(4, "for k_r in range(k_record.size):")
    w.add(5, "k_o = k_record[k_r]")
    w.add(5, "k_put(k_rows[k_r, k_row, k_b:k_b + k_m], k_y[k_o, k_b:k_b + k_widths[k_o]])")
    w.add(4, "k_row += 1")
    for feed in fed:
        w.add_lines(2, feed.block_end)
    w.add(1, "return k_count")
    return w.kernel()


def _plan(code: StepCode, layout: Layout, wide: frozenset[str]) -> ArrayPlan | None:
    """How the step is lowered straight to LLVM; None where Numba must compile it."""
    try:
        return plan_of(code.text, "step", wide, frozenset(layout.matrices))
    except NotNativeError:
        return None


def _write_native_header(w: Writer, code: StepCode, wide: frozenset[str], matrices: frozenset[str]) -> None:
    _write_imports(w, code)
    w.add(0, "from brainpy_lab.drivers.numba.array_native import array_function\n")
    w.add(0, f"TEXT = {code.text!r}")
    w.add(0, f"step = array_function(TEXT, 'step', frozenset({sorted(wide)!r}), frozenset({sorted(matrices)!r}))")
    w.add(0, "\n")


def _rowed(code: StepCode, layout: Layout) -> tuple[str, ...]:
    """The parameters that stand in the rows of ``p``."""
    return tuple(n for n in code.parameters if n not in layout.driven + layout.driven_lanes + layout.matrices)


def _write_imports(w: Writer, code: StepCode) -> None:
    w.add(0, docstring(f"Kernel of {words(code.model)}: {code.method}, array states."))
    w.add(0, "import numpy as np")
    w.add(0, "from numba import njit\nfrom brainpy_lab.drivers.numba.cache import kept_njit as k_njit")
    w.add(0, "from brainpy_lab.drivers.numba.elements import mark as k_mark, put as k_put")


def _write_header(w: Writer, code: StepCode) -> None:
    _write_imports(w, code)
    for node in code.tree.body:
        if isinstance(node, ast.FunctionDef):
            w.add(0, f"\n\n@njit(error_model='numpy', fastmath={{{FAST_TEXT}}})")
            node = written_out(node)
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            w.add(0, ast.unparse(node), node.lineno)
    w.add(0, "\n")


class ArrayFlow(NumbaFlow):
    """A run whose blocks of lanes are the members of an ensemble, each with its own arrays."""

    def __init__(self, program: Compiled, setup: Setup) -> None:
        self.cell = int(np.prod(setup.cell, dtype=int))
        super().__init__(program, setup)
        self.run = program.run_with(setup.wide if self.is_even else None)

    def _take_values(self, setup: Setup) -> None:
        code, layout = self.program.code, self.program.layout
        given = {**setup.states, **setup.hidden}
        members = int(np.prod(setup.ensemble, dtype=int))
        self.lanes, self.block = members * self.cell, self.cell
        self.widths = np.array([self.cell if n in setup.wide else 1 for n in self.names], dtype=np.int64)
        rows = [np.broadcast_to(self._elements(given[n]), (*setup.ensemble, self.cell)) for n in self.names]
        self.y = np.ascontiguousarray(rows, dtype=float).reshape(len(rows), self.lanes)
        rowed = _rowed(code, layout)
        parts = [self._elements(setup.parameters[n]) for n in rowed]
        parts = [np.broadcast_to(p, (*setup.ensemble, p.shape[-1])).reshape(members, p.shape[-1]) for p in parts]
        #: Whether all arrays have as many elements as the states, as kernels lowered straight to LLVM take them.
        self.is_even = all(
            p.shape[1] == (self.cell if n in setup.wide else 1) for n, p in zip(rowed, parts, strict=True)
        )
        places = np.cumsum([0, *(p.shape[1] for p in parts)], dtype=np.int64)
        table = np.concatenate([np.empty((members, 0)), *parts], axis=1)
        matrices = [np.ascontiguousarray(setup.parameters[n], dtype=float) for n in layout.matrices]
        self.is_even = self.is_even and all(m.shape == (self.cell, self.cell) for m in matrices)
        self.given = (self.cell, self.widths, np.ascontiguousarray(table), places, *matrices)

    def _elements(self, value: Any) -> np.ndarray:
        """A value with an axis for the elements behind those of the ensemble."""
        array = np.asarray(value, dtype=float)
        return array if array.ndim and self.setup.cell else array[..., None]

    def values(self) -> dict[str, Any]:
        """States and hidden variables now, with the ensemble's axes first."""
        whole = self.y.reshape(len(self.names), *self.setup.ensemble, self.cell)
        return {name: whole[i, ..., : self.widths[i]].copy() for i, name in enumerate(self.names)}

    def _load_value(self, i: int, value: Any) -> None:
        whole = self.y[i].reshape(*self.setup.ensemble, self.cell)
        whole[...] = np.asarray(value)
