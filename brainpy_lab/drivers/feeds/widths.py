"""Which names of a step are arrays and which are one number, in models whose array states' elements mix.

A name is wide where it holds a number for each element. What is computed from a wide value is wide, except the results
of ``sum``, ``mean`` and ``dot``; a product with a matrix is wide whatever it multiplies.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup

_NARROWING = ("sum", "mean", "dot")


def with_widths(setup: Setup, code: StepCode, layout: Layout) -> Setup:
    """A run whose states and hidden variables begin as wide as they are going to be."""
    wide = wide_names(code, setup, layout)

    def fitted(values: Mapping[str, Any]) -> dict[str, Any]:
        return {n: _fitted(v, setup.cell, n in wide) for n, v in values.items()}

    return replace(setup, wide=wide, states=fitted(setup.states), hidden=fitted(setup.hidden))


def _fitted(value: Any, cell: tuple[int, ...], is_wide: bool) -> Any:
    """A number as an array, or an array of equal elements as one; what a derivative goes through stays as it is."""
    if not cell or not isinstance(value, int | float | np.ndarray | np.number):
        return value
    array = np.asarray(value, dtype=float)
    if is_wide:
        return np.array(np.broadcast_to(array, np.broadcast_shapes(array.shape, cell)))
    return array[..., :1] if array.ndim else array


def narrow_among(states: Sequence[str], setup: Setup) -> tuple[bool, ...]:
    """Which of the states are one number beside array states whose elements mix."""
    return tuple(bool(setup.cell and setup.wide) and state not in setup.wide for state in states)


def narrowed_rows(rows: Any, narrow: Sequence[bool]) -> list[Any]:
    """Arrays, of which the narrow ones have one number on the last axis."""
    return [row[..., :1] if row.ndim and is_narrow else row for row, is_narrow in zip(rows, narrow, strict=True)]


def raised_lanes(flag: np.ndarray, setup: Setup, layout: Layout) -> np.ndarray:
    """The lanes in which a flag is raised; that of one number beside array states, in its first element."""
    if not (setup.ensemble and setup.cell and layout.mixes):
        return np.flatnonzero(flag)
    last = flag.shape[-1] if flag.ndim else 1
    whole = np.broadcast_to(flag, (*setup.ensemble, last))
    return np.flatnonzero(whole) * (setup.cell[-1] // last)


def wide_names(code: StepCode, setup: Setup, layout: Layout) -> frozenset[str]:
    """The wide ones among all that a step takes, at the start of a run or soon after."""
    if not setup.cell:
        return frozenset()
    given = {**setup.parameters, **setup.states}
    wide = {n for n, v in given.items() if np.shape(v)[-1:] not in ((), (1,))} | (
        set(layout.driven_lanes) - set(layout.driven_narrow)
    )
    narrow = setup.noise.narrow_among(code.draws)
    wide |= {draw.name for draw, is_narrow in zip(code.draws, narrow, strict=True) if not is_narrow}
    key = "wide", frozenset(wide)
    if key not in code.found:
        code.found[key] = _all_wide(code, wide)
    all_wide: frozenset[str] = code.found[key]
    return all_wide


def _all_wide(code: StepCode, wide: set[str]) -> frozenset[str]:
    """What is wide, or becomes so, when the names ``wide`` are."""
    carried = code.states + code.hidden
    sources = {f.name: f.of for f in code.arguments.of("history", "sum", "weight")}
    names = _imported(code)
    while True:
        wide = wide | {name for name, state in sources.items() if state in wide}
        results = _results(code, "step", [a in wide for a in code.arguments.names], names)
        found = set(compress(carried, code.results.pick(results, "state", "hidden")))
        if found <= wide:
            return frozenset(wide & set(code.arguments.names))
        wide = wide | found


def _imported(code: StepCode) -> dict[str, str]:
    """The language's functions by the names under which the code calls them."""
    nodes = [n for n in code.tree.body if isinstance(n, ast.ImportFrom)]
    return {a.asname or a.name: a.name for n in nodes for a in n.names}


def _results(code: StepCode, function: str, arguments: list[bool], names: dict[str, str]) -> list[bool]:
    """Whether each result of a function is wide."""
    body = code.function(function)
    wide = {a.arg for a, is_wide in zip(body.args.args, arguments, strict=True) if is_wide}

    def is_wide(node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in wide
            case ast.Call(func=ast.Name(id=name), args=given) if name in code.functions or _is_local(code, name):
                return any(_results(code, name, [is_wide(a) for a in given], names))
            case ast.Call(func=ast.Name(id=name)) if names.get(name) == "matvec":
                return True
            case ast.Call(func=ast.Name(id=name)) if names.get(name) in _NARROWING:
                return False
            case ast.Subscript(slice=ast.Tuple(elts=[ast.Constant(), ast.Slice(lower=low, upper=high)])):
                return not is_one(low, high) and is_wide(node.value)
        return any(is_wide(child) for child in ast.iter_child_nodes(node))

    found: list[bool] = []
    before = None
    while before != wide:  # again for what loops carry to their next turn
        before = set(wide)
        for node in ast.walk(body):
            if isinstance(node, ast.Assign | ast.AugAssign) and is_wide(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                wide |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            elif isinstance(node, ast.Return) and node.value is not None:
                parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                found = [is_wide(p) for p in parts]
    return found


def is_one(low: ast.expr | None, high: ast.expr | None) -> bool:
    """Whether a slice is one element."""
    match low, high:
        case ast.Name() | ast.BinOp(), ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1)):
            return ast.dump(left) == ast.dump(low)  # x[..., i:i + 1]
        case ast.Name() | ast.BinOp(), _:
            return False
    first = 0 if low is None else ast.literal_eval(low)
    last = (0 if first < 0 else None) if high is None else ast.literal_eval(high)
    return last is not None and bool(last - first == 1)


def _is_local(code: StepCode, name: str) -> bool:
    return any(isinstance(n, ast.FunctionDef) and n.name == name for n in code.tree.body)
