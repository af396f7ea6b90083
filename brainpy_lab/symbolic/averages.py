"""Conditions in t as averages: what a method of fixed steps needs to see a switch within a step.

Whatever is constant between switches in t (a comparison, heaviside, sign, floor, a choice between such) becomes a
parameter, which holds in each step the average over it. A choice between other branches becomes their sum, weighted
with the part of the step during which each applies. What moves between its jumps (t % period, a function of such) is
computed as usual in steps without a jump, at times within the step, and is its average over a step with one.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from brainpy_lab.equations.system import Parameter, System, names_reached
from brainpy_lab.symbolic.corners import Corner, Finder
from brainpy_lab.symbolic.inline import NotStraightError, inline, substitute

Part = Literal["mean", "first", "last", "jumps", "integral", "begin", "end"]


@dataclass(frozen=True, eq=False)
class Switched:
    """What is constant between switches in t, and the parameters that stand for it in the equations.

    Attributes
    ----------
    corner : Corner
        Its values, and within it where it switches.
    names : dict of Part to str
        Parameters of its average over a step; of the first and the last time in a step at which it is true; of what
        moves between jumps: whether there is one in a step, its average then, the first and last time in the step.
    """

    corner: Corner
    names: dict[Part, str] = field(default_factory=dict)


def averaged(system: System, driven: frozenset[str] = frozenset()) -> tuple[System, tuple[Switched, ...]]:
    """``system`` with parameters in place of what switches in t alone; ``driven`` parameters move otherwise."""
    return _averaged(system, system.name, system.text, driven)


@lru_cache(maxsize=64)
def _averaged(system: System, name: str, text: str, driven: frozenset[str]) -> tuple[System, tuple[Switched, ...]]:
    # name and text are part of the key: equal systems of different cells have different texts
    rewriter = _Rewriter(system, driven)
    states = tuple(s if s.drift is None else replace(s, drift=rewriter.value(s.drift)) for s in system.states)
    intermediates = tuple(
        d if d.name in rewriter.finder.written else replace(d, expr=rewriter.value(d.expr))
        for d in system.intermediates
    )
    found = tuple(rewriter.switched.values())
    if not found:
        return system, ()
    added = tuple(Parameter(n, 0.0) for part in found for n in part.names.values())
    return replace(system, states=states, intermediates=intermediates, parameters=(*system.parameters, *added)), found


class _Rewriter:
    """Writes the equations of one system anew."""

    def __init__(self, system: System, driven: frozenset[str]) -> None:
        self.system, self.driven, self.finder = system, driven, Finder(system)
        self.helpers = {f.name for f in system.functions}
        self.switched: dict[str, Switched] = {}
        self.taken = {*system.state_names, *system.parameter_names, *self.finder.named, *self.helpers}
        self.taken |= {*system.noise_sources, *self.finder.moving, *(e.name for e in system.events)}

    def value(self, expr: ast.expr) -> ast.expr:
        """``expr``, which stands for a number, with parameters in place of what switches in t alone."""
        if not self._may_switch(expr):
            return expr
        # from the simplest to the most general: what is constant between switches needs its mean alone
        if self._is_switched(expr):
            return self._parameter(expr, "mean")
        if self._moves_between_jumps(expr):
            return self._integrated(expr)
        match expr:
            case ast.Name(id=name):
                return self.value(self.finder.written[name]) if name in self.finder.written else expr
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse)
            case ast.Call(func=ast.Name(id="where"), args=[test, body, orelse]):
                return self._choice(test, body, orelse)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                if name in self.helpers:
                    return self._called(expr)
                return ast.Call(expr.func, [self.value(a) for a in arguments], [])
            case ast.BinOp(left=left, op=ast.Div(), right=right) if self._may_switch(right) and self._is_of_time(right):
                inverse = ast.BinOp(ast.Constant(1.0), ast.Div(), right)  # its average, not one over the average
                return ast.BinOp(self.value(left), ast.Mult(), self.value(inverse))
            case ast.BinOp(left=left, op=operation, right=right):
                return ast.BinOp(self.value(left), operation, self.value(right))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return ast.UnaryOp(expr.op, self.value(operand))
        return expr  # a condition on states too

    def _called(self, expr: ast.expr) -> ast.expr:
        try:
            return self.value(inline(expr, self.system.functions))
        except NotStraightError:  # a helper with loops is no expression: computed at the times of the stages, as it is
            return expr

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> ast.expr:
        """``body if test else orelse`` with the parts of ``test`` that are of t alone taken out, as weights."""
        match test:
            case _ if self._is_switched(test):
                opposite = ast.UnaryOp(ast.Not(), test)
                return ast.BinOp(self._share(test, body), ast.Add(), self._share(opposite, orelse))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._choice(operand, orelse, body)
            case ast.BoolOp(op=operation, values=values):
                timed = [v for v in values if self._is_switched(v)]
                rest = [v for v in values if not self._is_switched(v)]
                if timed:
                    first = timed[0] if len(timed) == 1 else ast.BoolOp(operation, timed)
                    second = rest[0] if len(rest) == 1 else ast.BoolOp(operation, rest)
                    inner = ast.IfExp(second, body, orelse)
                    is_and = isinstance(operation, ast.And)
                    return self._choice(first, inner, orelse) if is_and else self._choice(first, body, inner)
        return ast.IfExp(test, self.value(body), self.value(orelse))

    def _moves_between_jumps(self, expr: ast.expr) -> bool:
        """Whether an expression of t alone takes more than sums and multiples of what is constant between switches."""
        match expr:
            case ast.Call(func=ast.Name(id=name)):
                if name == "where" or (name in self.helpers and self._is_straight(expr)):
                    return False
            case ast.BinOp(op=ast.Mod() | ast.FloorDiv() | ast.Pow()):
                pass
            case ast.BinOp(op=ast.Div(), right=right) if self._may_switch(right):
                pass
            case _:
                return False
        return self._is_of_time(expr)

    def _integrated(self, expr: ast.expr) -> ast.expr:
        """The average of ``expr`` over a step with a jump in it; else its value, at times within the step."""
        # a stage at t + dt that ends on a jump would read the value beyond it: t is kept between begin and end
        begin, end = self._parameter(expr, "begin"), self._parameter(expr, "end")
        time = _call("minimum", _call("maximum", ast.Name("t", ast.Load()), begin), end)
        some = ast.Compare(self._parameter(expr, "jumps"), [ast.Gt()], [ast.Constant(0.0)])
        return ast.IfExp(some, self._parameter(expr, "integral"), substitute(self._straight(expr), {"t": time}))

    def _share(self, test: ast.expr, branch: ast.expr) -> ast.expr:
        """``branch`` times the part of the step during which ``test`` holds, computed at times at which it does."""
        weight, value = self._parameter(test, "mean"), self.value(branch)
        if isinstance(value, ast.Constant):
            return ast.BinOp(weight, ast.Mult(), value)
        if "t" in names_reached([value], self.finder.named):
            first, last = self._parameter(test, "first"), self._parameter(test, "last")
            time = _call("minimum", _call("maximum", ast.Name("t", ast.Load()), first), last)
            value = substitute(substitute(value, self.finder.written), {"t": time})
        # a branch that never applies in the step may be infinite there: 0 times that would be nan
        some = ast.Compare(weight, [ast.Gt()], [ast.Constant(0.0)])
        return ast.BinOp(weight, ast.Mult(), ast.IfExp(some, value, ast.Constant(0.0)))

    def _may_switch(self, expr: ast.expr) -> bool:
        """Whether there may be a condition in t within."""
        return "t" in names_reached([expr], self.finder.named) and bool(self.finder.of(self._written(expr)))

    def _written(self, expr: ast.expr) -> ast.expr:
        return substitute(expr, self.finder.written)

    def _is_switched(self, expr: ast.expr) -> bool:
        """Whether an expression depends on t and parameters alone, and is constant between its switches."""
        return self._is_of_time(expr) and self.finder.degree(self._straight(expr)) == 0

    def _is_of_time(self, expr: ast.expr) -> bool:
        """Whether an expression is of t and parameters alone, and holds no equality that is true at lone instants."""
        if not self.finder.is_timed(expr) or names_reached([expr], self.finder.named) & self.driven:
            return False
        return not any(isinstance(n, ast.MatMult) or self._is_instant(n) for n in ast.walk(self._straight(expr)))

    def _is_straight(self, expr: ast.expr) -> bool:
        try:
            inline(expr, self.system.functions)
        except NotStraightError:
            return False
        return True

    def _is_instant(self, node: ast.AST) -> bool:
        """Whether a node is an equality that holds at lone instants."""
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return False
        return any(self.finder.degree(side) for side in (node.left, *node.comparators))

    def _straight(self, expr: ast.expr) -> ast.expr:
        """``expr`` in terms of t and parameters, helpers written out; a helper with loops stays a call."""
        try:
            return inline(self._written(expr), self.system.functions)
        except NotStraightError:
            return self._written(expr)

    def _parameter(self, expr: ast.expr, part: Part) -> ast.expr:
        """The parameter that stands for ``part`` of ``expr``; one for all places where the same stands."""
        whole = self._straight(expr)
        key = ast.dump(whole)
        if key not in self.switched:
            self.switched[key] = Switched(self.finder.corner("zero", whole))
        names = self.switched[key].names
        if part not in names:
            number = list(self.switched).index(key) + 1
            name = f"switch_{number}" if part == "mean" else f"switch_{number}_{part}"
            while name in self.taken:
                name += "_"
            self.taken.add(name)
            names[part] = name
        return ast.Name(names[part], ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), [copy.deepcopy(a) for a in arguments], [])
