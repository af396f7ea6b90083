"""Kernel text for Numba: the step's own lines inside the time loop, for one cell or for blocks of lanes.

The loop calls the step as an intrinsic that is lowered straight to LLVM (`numba.native`), so that it stands in the loop
as flat straight-line code. Where that cannot be, the step's own lines are written into the loop; a step with early
returns or nested functions is compiled and called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from brainpy_lab.codegen.fields import renamed
from brainpy_lab.codegen.headings import docstring, words
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout
from brainpy_lab.drivers.numba.array_turns import written_out
from brainpy_lab.drivers.numba.feed import LANES, Feed
from brainpy_lab.drivers.numba.feeds import feeds

# Contraction to fused multiply-add and reciprocals of loop-invariant divisors; nan and infinity keep their meaning.
FAST_MATH = {"arcp", "contract"}
FAST_TEXT = ", ".join(repr(flag) for flag in sorted(FAST_MATH))

#: Names that the kernels' own lines use besides those that begin with k_.
_OWN_NAMES = frozenset({"step", "run", "np", "njit", "native", "range", "min"})


@dataclass
class Kernel:
    """Text of a kernel and, for errors, its lines' origin in the step code."""

    text: str
    line_map: dict[int, int] = field(default_factory=dict)


class Writer:
    """Lines of a kernel's text, with their origin in the step code."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line_map: dict[int, int] = {}

    def add(self, depth: int, text: str, origin: int | None = None) -> None:
        """One or several lines."""
        for line in text.split("\n"):
            self.lines.append("    " * depth + line)
            if origin is not None:
                self.line_map[len(self.lines)] = origin

    def add_lines(self, depth: int, lines: Iterable[str]) -> None:
        """The same for lines that come one by one."""
        for line in lines:
            self.add(depth, line)

    def kernel(self) -> Kernel:
        """What has been written."""
        return Kernel("\n".join(self.lines) + "\n", self.line_map)


def _is_own(name: str) -> bool:
    return name.startswith("k_") or name in _OWN_NAMES


def set_apart(code: StepCode, layout: Layout) -> tuple[StepCode, Layout]:
    """Code and layout with other names for what the model calls as the kernels call their own; lines stay in place."""
    clashing = [f.name for f in code.arguments if f.role not in ("time", "step") and _is_own(f.name)]
    if not clashing:
        return code, layout
    prefix = "model_"
    while prefix in code.text:
        prefix += "_"

    names = {n: f"{prefix}{n}" for n in clashing}

    def new(given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(n, n) for n in given)

    pattern = rf"\b({'|'.join(clashing)})\b(?!\s*\()"  # what is followed by a bracket is a function
    apart = replace(
        code, text=re.sub(pattern, rf"{prefix}\1", code.text),
        blocks=tuple(replace(b, signature=renamed(b.signature, names)) for b in code.blocks),
        draws=tuple(replace(d, name=names.get(d.name, d.name)) for d in code.draws),
    )  # fmt: skip
    moved = replace(
        layout, varying=new(layout.varying), driven=new(layout.driven), driven_lanes=new(layout.driven_lanes),
        driven_narrow=new(layout.driven_narrow), matrices=new(layout.matrices),
    )  # fmt: skip
    return apart, moved


@dataclass
class _Step:
    """The step function taken apart: statements, and the expressions it returns."""

    body: list[ast.stmt]
    results: list[ast.expr]


def _take_apart(code: StepCode) -> _Step | None:
    """The statements of a step that can be written into a loop; None when it must be called."""
    function = code.function("step")
    *body, last = function.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # a docstring
    others = [n for s in body for n in ast.walk(s)]
    own_flow = ast.Return | ast.FunctionDef | ast.Lambda
    if not isinstance(last, ast.Return) or any(isinstance(n, own_flow) for n in others):
        return None
    arguments = {a.arg for a in function.args.args}
    stored = {n.id for n in others if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if stored & arguments or any(_is_own(name) for name in stored):
        return None
    value = last.value
    assert value is not None
    return _Step(body, list(value.elts) if isinstance(value, ast.Tuple) else [value])


#: Arguments of the kernels with their Numba types; feeds add theirs.
Arguments = tuple[tuple[str, str], ...]
CLOCK: Arguments = (("k_n", "i8"), ("k_first", "i8"), ("k_t0", "f8"), ("dt", "f8"))
_SINGLE: Arguments = (
    *CLOCK, ("k_y", "f8[::1]"), ("k_p", "f8[::1]"), ("k_drive", "f8[:, ::1]"), ("k_every", "i8"), ("k_left", "i8"),
    ("k_record", "i8[::1]"), ("k_row", "i8"), ("k_rows", "f8[:, ::1]"), ("k_es", "i8[::1]"), ("k_ek", "i8[::1]"),
)  # fmt: skip
#: What kernels of lanes and of array states take after their parameters.
LANES_RECORD: Arguments = (
    ("k_drive", "f8[:, ::1]"), ("k_ldrive", "f8[:, :, ::1]"), ("k_every", "i8"), ("k_first_left", "i8"),
    ("k_record", "i8[::1]"), ("k_first_row", "i8"), ("k_rows", "f8[:, :, ::1]"), ("k_es", "i8[::1]"),
    ("k_el", "i8[::1]"), ("k_ek", "i8[::1]"),
)  # fmt: skip
_LANE: Arguments = (
    ("k_low", "i8"), ("k_high", "i8"), *CLOCK, ("k_y", "f8[:, ::1]"), ("k_p", "f8[::1]"), ("k_lp", "f8[:, ::1]"),
    *LANES_RECORD,
)  # fmt: skip


def define(writer: Writer, arguments: Arguments, fed: list[Feed]) -> None:
    """Decorator and head of ``run``."""
    for feed in fed:
        writer.add_lines(0, feed.header)
    names, kinds = zip(*arguments, *(pair for feed in fed for pair in feed.arguments), strict=True)
    options = f"nogil=True, error_model='numpy', fastmath={{{FAST_TEXT}}}"
    writer.add(0, f"@k_njit('i8({', '.join(kinds)})', {options})")
    writer.add(0, f"def run({', '.join(names)}):")


def is_native(text: str, names: Iterable[str]) -> bool:
    """Whether these functions of a text can all be lowered straight to LLVM."""
    from brainpy_lab.drivers.numba.native import native
    from brainpy_lab.drivers.numba.rows import NotNativeError

    try:
        for name in names:
            native(text, name)
    except NotNativeError:
        return False
    return True


def native_header(writer: Writer, code: StepCode, names: Iterable[str], packs: bool = False) -> None:
    """The code's functions as intrinsics made from its text, which stands in the kernel's file."""
    writer.add(0, docstring(f"Kernel of {words(code.model)}: {code.method}."))
    writer.add(0, "import numpy as np")
    writer.add(0, "from numba import njit\nfrom brainpy_lab.drivers.numba.cache import kept_njit as k_njit")
    writer.add(0, "from brainpy_lab.drivers.numba.native import native\n")
    writer.add(0, f"TEXT = {code.text!r}")
    for name in names:
        writer.add(0, f"{name} = native(TEXT, {name!r}, {packs})")
    writer.add(0, "\n")


def plain_header(writer: Writer, code: StepCode, call_step: bool) -> None:
    """The code's functions for Numba to compile; the step among them where it is called."""
    writer.add(0, docstring(f"Kernel of {words(code.model)}: {code.method}."))
    writer.add(0, "import numpy as np")
    writer.add(0, "from numba import njit\nfrom brainpy_lab.drivers.numba.cache import kept_njit as k_njit")
    for node in code.tree.body:
        if isinstance(node, ast.FunctionDef):
            if node.name != "step" or call_step:
                writer.add(0, f"\n\n@njit(error_model='numpy', fastmath={{{FAST_TEXT}}})")
                writer.add(0, ast.unparse(written_out(node)), node.lineno)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            writer.add(0, ast.unparse(node), node.lineno)
    writer.add(0, "\n")


def _begin(writer: Writer, code: StepCode, packs: bool = False) -> _Step | None:
    """Write the head of a kernel; returns the step's lines when they are to be written into the loop."""
    if is_native(code.text, code.functions):
        native_header(writer, code, code.functions, packs)
        return None
    step = _take_apart(code)
    plain_header(writer, code, step is None)
    return step


class _Results(NamedTuple):
    """Names of what a step gives: new states and hidden variables, then flags."""

    values: list[str]
    flags: list[str]


def write_step(
    writer: Writer, depth: int, code: StepCode, step: _Step | None, fed: list[Feed], table: str = ""
) -> _Results:
    """The step, within the loops that feeds put around it; with a ``table`` its results stand in that."""
    for feed in fed:
        if feed.repeat:
            writer.add(depth, feed.repeat)
            depth += 1
    for feed in fed:
        writer.add_lines(depth, feed.ready)
    names = _write_lines(writer, depth, code, step, table)
    for feed in fed:
        writer.add_lines(depth, feed.result)
    return _Results(code.results.pick(names, "state", "hidden"), code.results.pick(names, "flag"))


def _write_lines(writer: Writer, depth: int, code: StepCode, step: _Step | None, table: str) -> list[str]:
    """The step's lines; returns the names of its results."""
    names = []
    if step is None:
        names = [f"k_new_{i}" for i in range(len(code.results))]
        arguments = ", ".join(code.arguments.names)
        writer.add(depth, f"step({arguments}, {table})" if table else f"{', '.join(names)} = step({arguments})")
        return names
    for statement in step.body:
        writer.add(depth, ast.unparse(statement), statement.lineno)
    carried = set(code.states + code.hidden)
    for number, (result, given) in enumerate(zip(step.results, code.results, strict=True)):
        own = given.role in ("state", "hidden", "flag")  # all else is called as feeds expect
        if isinstance(result, ast.Name) and result.id not in carried and own:
            names.append(result.id)
        else:
            writer.add(depth, f"k_new_{number} = {ast.unparse(result)}", result.lineno)
            names.append(f"k_new_{number}")
    return names


def _targets(names: tuple[str, ...]) -> str:
    """Names as the left side of an assignment from a tuple."""
    return ", ".join(names) + ("," if len(names) == 1 else "")


def single_kernel(code: StepCode, layout: Layout) -> Kernel:
    """``run(n, first_step, t0, dt, y, p, drive, every, left, record, row, rows, event_step, event_kind)`` for one cell.

    ``y`` holds states and hidden variables and is updated; ``rows[r, row]`` takes the variable ``record[r]``. Returns
    the number of event occurrences, which may exceed what the event arrays hold.
    """
    code, layout = set_apart(code, layout)
    w = Writer()
    step = _begin(w, code, packs=True)
    carried = code.states + code.hidden
    w.add(0, "from brainpy_lab.drivers.numba.native import pack as k_pack, unpack as k_unpack\n")
    w.add(0, f"k_states, k_store = k_unpack({len(carried)}), k_pack({len(carried)})")
    w.add(0, f"k_parameters = k_unpack({len(code.parameters)})")
    w.add(0, "\n")
    fed = feeds(code, layout)
    define(w, _SINGLE, fed)
    w.add(1, f"{_targets(carried)} = k_states(k_y)")
    if code.parameters:
        w.add(1, f"{_targets(code.parameters)} = k_parameters(k_p)")
    w.add(1, "k_count = 0")
    for feed in fed:
        w.add_lines(1, feed.begin + feed.block)
    w.add(1, "for k_i in range(k_n):")
    w.add(2, "t = k_t0 + (k_first + k_i) * dt")
    for i, name in enumerate(layout.driven):
        w.add(2, f"{name} = k_drive[k_i, {i}]")
    for feed in fed:
        w.add_lines(2, feed.step + feed.before)
    results = write_step(w, 2, code, step, fed)
    for name, new in zip(carried, results.values, strict=True):
        w.add(2, f"{name} = {new}")
    for feed in fed:
        w.add_lines(2, feed.after + feed.end)
    for kind, flag in enumerate(results.flags):
        w.add(2, f"if {flag}:")
        w.add(3, f"if k_count < k_es.size:\n    k_es[k_count] = k_first + k_i + 1\n    k_ek[k_count] = {kind}")
        w.add(3, "k_count += 1")
    w.add(2, "k_left -= 1")
    w.add(2, "if k_left == 0:")
    w.add(3, "k_left = k_every")
    w.add(3, f"k_store(k_y, {', '.join(carried)})")
    w.add(3, "for k_r in range(k_record.size):\n    k_rows[k_r, k_row] = k_y[k_record[k_r]]")
    w.add(3, "k_row += 1")
    for feed in fed:
        w.add_lines(1, feed.block_end)
    w.add(1, f"k_store(k_y, {', '.join(carried)})")
    w.add(1, "return k_count")
    return w.kernel()


def lane_kernel(code: StepCode, layout: Layout) -> Kernel:
    """The same for lanes ``low`` to ``high`` of an ensemble: time outside, lanes inside, in blocks of `LANES`.

    ``run(low, high, n, first_step, t0, dt, y, p, lane_p, drive, lane_drive, every, left, record, row, rows,
    event_step, event_lane, event_kind)``. Block buffers are padded to whole vectors with copies of the last lane.
    """
    code, layout = set_apart(code, layout)
    w = Writer()
    step = _begin(w, code)
    carried = code.states + code.hidden
    size = len(carried) + len(layout.varying)
    fed = feeds(code, layout)
    define(w, _LANE, fed)
    for i, name in enumerate(code.parameters):
        if name not in layout.varying + layout.driven + layout.driven_lanes:
            w.add(1, f"{name} = k_p[{i}]")
    w.add(1, f"k_block = np.empty({size * LANES})")
    if code.flags:
        w.add(1, f"k_flags = np.empty({len(code.flags) * LANES})")
    w.add(1, "k_count = 0")
    for feed in fed:
        w.add_lines(1, feed.begin)
    w.add(1, f"for k_b in range(k_low, k_high, {LANES}):")
    w.add(2, f"k_m = min({LANES}, k_high - k_b)")
    w.add(2, "k_padded = (k_m + 7) // 8 * 8")
    w.add(2, "for k_j in range(k_padded):")
    w.add(3, "k_c = k_b + min(k_j, k_m - 1)")
    for i in range(len(carried)):
        w.add(3, f"k_block[{i * LANES} + k_j] = k_y[{i}, k_c]")
    for i in range(len(layout.varying)):
        w.add(3, f"k_block[{(len(carried) + i) * LANES} + k_j] = k_lp[{i}, k_c]")
    w.add(2, "k_left = k_first_left\nk_row = k_first_row")
    for feed in fed:
        w.add_lines(2, feed.block)
    w.add(2, "for k_i in range(k_n):")
    w.add(3, "t = k_t0 + (k_first + k_i) * dt")
    for i, name in enumerate(layout.driven):
        w.add(3, f"{name} = k_drive[k_i, {i}]")
    for feed in fed:
        w.add_lines(3, feed.step)
    w.add(3, "for k_j in range(k_padded):")
    for i, name in enumerate(carried + layout.varying):
        w.add(4, f"{name} = k_block[{i * LANES} + k_j]")
    for i, name in enumerate(layout.driven_lanes):
        w.add(4, f"{name} = k_ldrive[k_i, {i}, k_b + min(k_j, k_m - 1)]")
    for feed in fed:
        w.add_lines(4, feed.before)
    results = write_step(w, 4, code, step, fed)
    for i, new in enumerate(results.values):
        w.add(4, f"k_block[{i * LANES} + k_j] = {new}")
    for i, flag in enumerate(results.flags):
        w.add(4, f"k_flags[{i * LANES} + k_j] = 1.0 if {flag} else 0.0")
    for feed in fed:
        w.add_lines(4, feed.after)
    for feed in fed:
        w.add_lines(3, feed.end)
    _write_lane_events(w, len(code.flags))
    w.add(3, "k_left -= 1")
    w.add(3, "if k_left == 0:")
    w.add(4, "k_left = k_every")
    w.add(4, "for k_r in range(k_record.size):")
    w.add(5, f"k_o = k_record[k_r] * {LANES}")
    w.add(5, "for k_j in range(k_m):\n    k_rows[k_r, k_row, k_b + k_j] = k_block[k_o + k_j]")
    w.add(4, "k_row += 1")
    for feed in fed:
        w.add_lines(2, feed.block_end)
    w.add(2, "for k_j in range(k_m):")
    for i in range(len(carried)):
        w.add(3, f"k_y[{i}, k_b + k_j] = k_block[{i * LANES} + k_j]")
    w.add(1, "return k_count")
    return w.kernel()


def _write_lane_events(w: Writer, kinds: int) -> None:
    for kind in range(kinds):
        w.add(3, "k_any = 0.0")
        w.add(3, f"for k_j in range(k_m):\n    k_any += k_flags[{kind * LANES} + k_j]")
        w.add(3, "if k_any > 0.0:")
        w.add(4, "for k_j in range(k_m):")
        w.add(5, f"if k_flags[{kind * LANES} + k_j] > 0.0:")
        w.add(6, "if k_count < k_es.size:")
        w.add(7, f"k_es[k_count] = k_first + k_i + 1\nk_el[k_count] = k_b + k_j\nk_ek[k_count] = {kind}")
        w.add(6, "k_count += 1")
