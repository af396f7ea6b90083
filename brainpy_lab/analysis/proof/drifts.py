"""The drifts of a field over boxes: the model's expressions, evaluated with intervals and slopes."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np

from brainpy_lab.analysis.proof import jets
from brainpy_lab.analysis.proof.intervals import Interval
from brainpy_lab.analysis.proof.jets import Jet, Mask
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import CONSTANTS
from brainpy_lab.symbolic.inline import NotStraightError, inline
from brainpy_lab.symbolic.singularities import filled_system


class UnprovableError(Exception):
    """Something in the equations has no interval form; the argument says what."""


class Enclosures(NamedTuple):
    """What is known of all drifts over each box.

    Attributes
    ----------
    low, high : ndarray, shape (n, n_boxes)
    slopes_low, slopes_high : ndarray, shape (n, n, n_boxes)
        Entry (i, j): of drift i by state j.
    smooth, undefined : ndarray of bool, shape (n_boxes,)
        Where slopes hold; where some drift has no value anywhere in the box.
    """

    low: Array
    high: Array
    slopes_low: Array
    slopes_high: Array
    smooth: Mask
    undefined: Mask


class Truth(NamedTuple):
    """Where a condition holds in all of a box, and where in none of it."""

    always: Mask
    never: Mask


class Drifts:
    """The drifts of a field, as functions of boxes.

    Parameters
    ----------
    field : VectorField

    Raises
    ------
    UnprovableError
        Where an expression has no interval form.
    """

    def __init__(self, field: VectorField) -> None:
        self.field = field
        system = filled_system(field.system)
        try:
            self._named = {d.name: inline(d.expr, system.functions) for d in (*system.derived, *system.intermediates)}
            drifts = {s.name: s.drift for s in system.states if s.drift is not None}
            self._drifts = [inline(drifts[name], system.functions) for name in field.free]
        except NotStraightError as obstacle:
            raise UnprovableError(f"a helper function has {obstacle}") from obstacle
        self._delayed = {d.name: d.state for d in system.delays}
        self(np.zeros((len(field.free), 1)), np.zeros((len(field.free), 1)))  # all of it has an interval form

    def __call__(self, low: Array, high: Array) -> Enclosures:
        """The drifts over boxes with the ends ``low`` and ``high``, shape (n, n_boxes)."""
        shape, zero = low.shape[1:], Interval(np.zeros(()), np.zeros(()))
        with np.errstate(all="ignore"):
            evaluation = _Evaluation(self, low, high, len(low))
            found = [evaluation.jet(expr) for expr in self._drifts]
        ends = [np.array([np.broadcast_to(jet.value[k], shape) for jet in found]) for k in (0, 1)]
        slopes = [
            np.array([[np.broadcast_to((s or zero)[k], shape) for s in jet.slopes] for jet in found]) for k in (0, 1)
        ]
        smooth = reduce(operator.and_, [np.broadcast_to(jet.smooth, shape) for jet in found])
        undefined = reduce(operator.or_, [np.broadcast_to(jet.undefined, shape) for jet in found])
        return Enclosures(ends[0], ends[1], slopes[0], slopes[1], smooth, undefined)

    def at(self, points: Array) -> Interval:
        """The drifts at points, shape (n, n_points), with their rounding errors."""
        with np.errstate(all="ignore"):
            evaluation = _Evaluation(self, points, points, 0)
            found = [evaluation.jet(expr).value for expr in self._drifts]
        low, high = (np.array([np.broadcast_to(value[k], points.shape[1:]) for value in found]) for k in (0, 1))
        return Interval(low, high)

    def expression(self, name: str) -> ast.expr | None:
        """What a definition stands for."""
        return self._named.get(name)

    def state(self, name: str) -> str:
        """The state that a delayed value is one of; the name itself otherwise."""
        return self._delayed.get(name, name)


class _Evaluation:
    """One evaluation, with slopes by ``n`` states: all of them or none. Definitions are computed once."""

    def __init__(self, drifts: Drifts, low: Array, high: Array, n: int) -> None:
        self._drifts, self._known = drifts, dict[str, Jet]()
        field = drifts.field
        one, yes, no = Interval(np.array(1.0), np.array(1.0)), np.array(True), np.array(False)
        for i, name in enumerate(field.free):
            slopes = tuple(one if k == i else None for k in range(n))
            self._known[name] = Jet(Interval(low[i], high[i]), slopes, yes, no)
        for name, value in {**field.held, **field.params, **CONSTANTS, "t": field.t}.items():
            self._known.setdefault(name, jets.constant(value, n))
        self._unknowns = n

    def jet(self, node: ast.expr) -> Jet:
        """The value and slopes of an expression."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return jets.constant(float(value), self._unknowns)
            case ast.Name(id=name):
                return self._name(self._drifts.state(name))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return jets.negative(self.jet(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.jet(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self.jet(left), self.jet(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._where(self.truth(test), self.jet(body), self.jet(orelse))
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                one, zero = jets.constant(1.0, self._unknowns), jets.constant(0.0, self._unknowns)
                return self._where(self.truth(node), one, zero)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise UnprovableError(f"{ast.unparse(node)} has no interval form")

    def _name(self, name: str) -> Jet:
        if name not in self._known:
            expr = self._drifts.expression(name)
            if expr is None:
                raise UnprovableError(f"{name} has no interval form")
            self._known[name] = self.jet(expr)
        return self._known[name]

    def _binary(self, op: ast.operator, a: Jet, b: Jet) -> Jet:
        match op:
            case ast.Add():
                return jets.add(a, b)
            case ast.Sub():
                return jets.add(a, jets.negative(b))
            case ast.Mult():
                return jets.multiply(a, b)
            case ast.Div():
                return jets.divide(a, b)
            case ast.Pow():
                n = _whole(b)
                return jets.any_power(a, b) if n is None else jets.whole_power(a, n)
            case ast.FloorDiv():
                return jets.steps(jets.divide(a, b), np.floor)
            case ast.Mod():
                times = jets.steps(jets.divide(a, b), np.floor)
                return jets.add(a, jets.negative(jets.multiply(b, times)))
        raise UnprovableError(f"the operation {type(op).__name__} has no interval form")

    def _call(self, name: str, arguments: list[ast.expr]) -> Jet:
        if name == "where" and len(arguments) == 3:
            return self._where(self.truth(arguments[0]), self.jet(arguments[1]), self.jet(arguments[2]))
        known: dict[str, Callable[..., Jet]] = {
            **jets.FUNCTIONS,
            "minimum": jets.smaller,
            "maximum": jets.larger,
            "clip": lambda x, low, high: jets.smaller(jets.larger(x, low), high),
            "heaviside": jets.heaviside,
            "logaddexp": jets.log_of_sum,
        }
        if name not in known:
            raise UnprovableError(f"{name}() has no interval form")
        return known[name](*(self.jet(a) for a in arguments))

    def _where(self, truth: Truth, a: Jet, b: Jet) -> Jet:
        return jets.picked(truth.always, truth.never, a, b, False)

    def truth(self, node: ast.expr) -> Truth:
        """Where a condition holds."""
        match node:
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self.jet(side).value for side in (left, *comparators)]
                found = [_compared(op, a, b) for op, a, b in zip(ops, sides[:-1], sides[1:], strict=True)]
                return reduce(_both, found)
            case ast.BoolOp(op=ast.And(), values=values):
                return reduce(_both, [self.truth(v) for v in values])
            case ast.BoolOp(values=values):
                return _swapped(reduce(_both, [_swapped(self.truth(v)) for v in values]))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _swapped(self.truth(operand))
            case ast.Call(func=ast.Name(id="logical_not"), args=[operand]):
                return _swapped(self.truth(operand))
        value = self.jet(node).value
        return Truth((value.low > 0) | (value.high < 0), (value.low == 0) & (value.high == 0))


def rounding_at(field: VectorField, point: Array) -> Array | None:
    """How far from zero rounding may leave the drifts at a fixed point, shape (n,), or None where it is not known.

    A multiple zero is left where Newton's steps come to nothing, and what the drift has there counts, too: eight times
    the last step then moves the vanishing eigenvalue by more than itself, whatever the multiplicity.
    """
    try:
        value = Drifts(field).at(point[:, None])
    except UnprovableError:
        return None
    errors: Array = 8 * np.maximum(np.abs(value.low), np.abs(value.high))[:, 0]
    return errors if np.isfinite(errors).all() else None


def _whole(exponent: Jet) -> int | None:
    """An exponent that is one whole number."""
    low, high = exponent.value
    if low.ndim or low != high or any(s is not None for s in exponent.slopes) or not abs(low) <= 1000:
        return None
    return int(low) if low == np.round(low) else None


def _both(a: Truth, b: Truth) -> Truth:
    return Truth(a.always & b.always, a.never | b.never)


def _swapped(a: Truth) -> Truth:
    return Truth(a.never, a.always)


def _compared(op: ast.cmpop, a: Interval, b: Interval) -> Truth:
    match op:
        case ast.Lt():
            return Truth(a.high < b.low, a.low >= b.high)
        case ast.LtE():
            return Truth(a.high <= b.low, a.low > b.high)
        case ast.Gt():
            return Truth(a.low > b.high, a.high <= b.low)
        case ast.GtE():
            return Truth(a.low >= b.high, a.high < b.low)
        case ast.Eq():
            apart = (a.high < b.low) | (b.high < a.low)
            return Truth((a.low == a.high) & (b.low == b.high) & (a.low == b.low), apart)
        case ast.NotEq():
            return _swapped(_compared(ast.Eq(), a, b))
    raise UnprovableError("a comparison has no interval form")
