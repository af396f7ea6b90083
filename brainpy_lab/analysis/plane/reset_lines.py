"""Where events reset a state, and where they put it: the threshold and the reset line of a plane, as data.

An event resets wherever its condition holds, so that the border of that region is the threshold. A state that the block
gives a value of its own lies on a straight line after it; where the block moves states from where they are, the line is
what it makes of the threshold.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from brainpy_lab.analysis.contours import level_lines
from brainpy_lab.analysis.nullclines import GRID_POINTS, MARGIN, clipped
from brainpy_lab.analysis.roots import line_of, narrowed
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.equations.system import Assign, Event
from brainpy_lab.symbolic.compiling import Compiler, call

#: Slopes of a border are differences over this part of the plane.
BESIDE = 1e-6

Function = Callable[[Array], Array]


class ResetLines(NamedTuple):
    """Curves by event: arrays of shape (n_points, 2), on a phase line points of shape (1, 2)."""

    threshold: dict[str, list[Array]]
    reset: dict[str, list[Array]]


@np.errstate(all="ignore")
def reset_lines(field: VectorField, ranges: Sequence[Range]) -> ResetLines:
    """The thresholds and reset lines of a field of one or two free states, within ``ranges``."""
    system, free = field.system, set(field.free)
    threshold: dict[str, list[Array]] = {}
    reset: dict[str, list[Array]] = {}
    for event in system.events:
        if not (system.is_reset(event) and system.names_read(event.condition) & free):
            continue
        margin = _margin(event.condition)
        if margin is None:
            continue
        border = _border(_function(field, margin), ranges)
        threshold[event.name] = [piece.T for piece in border]
        if not system.resets_at_random:  # else there is no line
            reset[event.name] = [piece.T for piece in _after(field, event, border, ranges)]
    return ResetLines(threshold, reset)


def _margin(condition: ast.expr) -> ast.expr | None:
    """An expression that is positive where ``condition`` holds and negative where it does not; None without one."""
    match condition:
        case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE()], comparators=[right]):
            return ast.BinOp(left=left, op=ast.Sub(), right=right)
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[right]):
            return ast.BinOp(left=right, op=ast.Sub(), right=left)
        case ast.Compare(left=left, ops=ops, comparators=rights):  # a < V < b
            lefts = [left, *rights[:-1]]
            pairs = [ast.Compare(a, [op], [b]) for a, op, b in zip(lefts, ops, rights, strict=True)]
            return _margin(ast.BoolOp(ast.And(), list(pairs))) if len(ops) > 1 else None
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _margin(operand)
            return None if inner is None else ast.UnaryOp(op=ast.USub(), operand=inner)
        case ast.BoolOp(op=op, values=values):
            parts = [_margin(value) for value in values]
            result = parts[0]
            for part in parts[1:]:
                if result is None or part is None:
                    return None
                result = call("minimum" if isinstance(op, ast.And) else "maximum", result, part)
            return result
    return None


def _function(field: VectorField, expression: ast.expr) -> Function:
    """``expression`` over free states, shape (n_free, ...), with everything else as the field holds it."""
    compiled = Compiler(field.system).compile([expression])

    def evaluate(y: Array) -> Array:
        (value,) = compiled(*field.arguments(y))
        return np.broadcast_to(np.asarray(value, dtype=float), y.shape[1:])

    return evaluate


# --- the threshold ------------------------------------------------------------------------------------


def _border(margin: Function, ranges: Sequence[Range]) -> list[Array]:
    """The pieces, shape (2, n_points), of the line on which ``margin`` changes its sign."""
    if len(ranges) == 1:
        x = line_of(ranges[0], 401, MARGIN)
        value = margin(x[None])
        at = np.flatnonzero((value[:-1] < 0) != (value[1:] < 0))
        places = narrowed(lambda points: margin(points[None]), x[at], x[at + 1]) if at.size else np.zeros(0)
        low, high = ranges[0]
        return [np.array([[place], [0.0]]) for place in places if low <= place <= high]
    x, y = (line_of(r, GRID_POINTS, MARGIN) for r in ranges)
    lines = level_lines(x, y, margin(np.stack(np.meshgrid(x, y))))
    widths = np.array([[high - low] for low, high in ranges])
    return [p for line in lines for p in clipped(_straight(_exact(margin, line, widths), widths), ranges)]


def _exact(margin: Function, line: Array, widths: Array) -> Array:
    """``line`` moved onto the border by Newton's steps with differences for slopes."""
    for _ in range(3):
        value = margin(line)
        slope = _slopes(margin, line, widths)
        step = widths * value * slope / (slope**2).sum(axis=0)
        line = np.where(np.isfinite(step) & (np.abs(step) < 2 * MARGIN * widths), line - step, line)
    return line


def _slopes(margin: Function, line: Array, widths: Array) -> Array:
    """The gradient in units of the plane, shape (2, n_points)."""
    found = []
    for axis in range(2):
        step = np.zeros((2, 1))
        step[axis] = BESIDE * widths[axis]
        found.append((margin(line + step) - margin(line - step)) / (2 * BESIDE))
    return np.stack(found)


def _straight(line: Array, widths: Array) -> Array:
    """A line along an axis by its two ends."""
    for axis in range(2):
        if np.ptp(line[axis]) <= 1e-9 * widths[axis]:
            ends = np.stack([line[:, 0], line[:, -1]], axis=1)
            ends[axis] = np.median(line[axis])
            return np.asarray(ends[:, np.argsort(ends[1 - axis])])
    return line


# --- what a reset makes of it -------------------------------------------------------------------------


def _after(field: VectorField, event: Event, border: list[Array], ranges: Sequence[Range]) -> list[Array]:
    """The pieces of the line on which the states lie after the event."""
    given = {a.target: a.value for a in event.actions if isinstance(a, Assign) and a.places is None}
    moving = set(field.system.state_names)
    fixed = {
        axis: float(_function(field, given[name])(np.array([[low] for low, _ in ranges]))[0])
        for axis, name in enumerate(field.free)
        if name in given and not (field.system.names_read(given[name]) & moving)
    }
    if len(ranges) == 1:
        if fixed:
            (value,) = fixed.values()
            return [np.array([[value], [0.0]])] if ranges[0][0] <= value <= ranges[0][1] else []
        return [_moved(field, event, piece) for piece in border]
    if not fixed:
        return [p for piece in border for p in clipped(_moved(field, event, piece), ranges)]
    if any(not ranges[axis][0] <= value <= ranges[axis][1] for axis, value in fixed.items()):
        return []
    ends = np.array(ranges, dtype=float)
    for axis, value in fixed.items():
        ends[axis] = value
    return [ends]


def _moved(field: VectorField, event: Event, piece: Array) -> Array:
    """What the block makes of a piece, one action after another."""
    free: list[Any] = list(field.free)
    points = piece[: len(free)].copy()
    for action in event.actions:
        if isinstance(action, Assign) and action.target in free:
            points[free.index(action.target)] = _function(field, action.value)(points)
    return np.concatenate([points, piece[len(free) :]])
