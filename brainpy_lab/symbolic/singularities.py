"""Removable singularities of rate functions are filled: u/(1 - exp(-u/k)) at u = 0.

Rates of ion channels are often written as a quotient that is 0/0 at one voltage (Hodgkin and Huxley's alpha_m at
V = -40). Written with exprel(z) = (exp(z) - 1)/z, whose value at 0 is 1, the quotient has its limit there and no
cancellation near it, and so have its derivatives.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from brainpy_lab.equations.system import Assign, Definition, Event, Function, State, System
from brainpy_lab.symbolic.inline import NotStraightError, expression_of
from brainpy_lab.symbolic.rational import Ratio, Rational, ratio, rational

_LARGEST_POWER = 4  # of a quotient that is taken apart: the fourth power of a gate is the highest in common models


def filled_system(system: System) -> System:
    """``system`` with every such quotient written with exprel, in its helper functions too; made once a System.

    It is kept with the System itself: others that are equal to it may have other initial values, texts and places.
    """
    kept = vars(system)
    if "_filled" not in kept:
        kept["_filled"] = _with_quotients_filled(system)
    filled: System = kept["_filled"]
    return filled


def _with_quotients_filled(system: System) -> System:
    named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
    # helpers first, and filled ones from there on: a call of them is then no quotient any more
    fill = _Fill(named, {f.name: f for f in system.functions})
    functions = tuple(_filled_function(f, fill.functions) for f in system.functions)
    fill = _Fill(named, {f.name: f for f in functions})
    return replace(
        system,
        states=tuple(_filled_state(s, fill) for s in system.states),
        derived=_filled_definitions(system.derived, fill),
        intermediates=_filled_definitions(system.intermediates, fill),
        events=tuple(_filled_event(e, fill) for e in system.events),
        functions=functions,
    )


def filled(expr: ast.expr, named: Mapping[str, ast.expr] | None = None) -> ast.expr:
    """``expr`` with every such quotient written with exprel; ``named`` are expressions that its names stand for."""
    return _Fill(named or {}, {})(expr)


def _filled_definitions(definitions: Iterable[Definition], fill: _Fill) -> tuple[Definition, ...]:
    return tuple(replace(d, expr=fill(d.expr)) for d in definitions)


def _filled_state(state: State, fill: _Fill) -> State:
    def maybe(expr: ast.expr | None) -> ast.expr | None:
        return None if expr is None else fill(expr)

    return replace(
        state,
        drift=maybe(state.drift),
        initial=maybe(state.initial),
        initial_slope=maybe(state.initial_slope),
        history=maybe(state.history),
        noise=tuple(replace(n, amplitude=fill(n.amplitude)) for n in state.noise),
    )


def _filled_event(event: Event, fill: _Fill) -> Event:
    actions = tuple(
        replace(a, value=fill(a.value)) if isinstance(a, Assign) else replace(a, duration=fill(a.duration))
        for a in event.actions
    )
    return replace(event, condition=fill(event.condition), actions=actions)


def _filled_function(function: Function, functions: Mapping[str, Function]) -> Function:
    if not _has_exponential(function.node):
        return function
    loops = None if function.loops is None else _filled_definition(function.loops, functions)
    return replace(function, node=_filled_definition(function.node, functions), loops=loops)


def _filled_definition(function: ast.FunctionDef, functions: Mapping[str, Function]) -> ast.FunctionDef:
    """A function with its quotients filled; a local name stands for its expression where neither changes any more."""
    node = copy.deepcopy(function)
    local: dict[str, list[ast.expr | None]] = {a.arg: [None] for a in node.args.args}
    for inner in ast.walk(node):
        match inner:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                local.setdefault(name, []).append(value)
            case ast.Name(id=name, ctx=ast.Store()):
                local.setdefault(name, [])
            case ast.AugAssign(target=ast.Name(id=name)):
                local.setdefault(name, []).append(None)
    once = {n: values[0] for n, values in local.items() if len(values) == 1 and values[0] is not None}
    settled = {n for n, values in local.items() if len(values) == 1}
    named = {n: e for n, e in once.items() if _names(e) & set(local) <= settled}
    new = ast.fix_missing_locations(_Statements(_Fill(named, functions)).visit(node))
    assert isinstance(new, ast.FunctionDef)
    return new


def _names(expr: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(expr) if isinstance(n, ast.Name)}


def _has_exponential(tree: ast.AST) -> bool:
    return any(isinstance(n, ast.Name) and n.id in ("exp", "expm1") for n in ast.walk(tree))


class _Statements(ast.NodeTransformer):
    """Fills every expression in the statements of a function."""

    def __init__(self, fill: _Fill) -> None:
        self.fill = fill

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            return self.fill(node)
        return super().generic_visit(node)


class _Fill(ast.NodeTransformer):
    """Takes products and quotients apart and puts them together without 0/0."""

    def __init__(self, named: Mapping[str, ast.expr], functions: Mapping[str, Function]) -> None:
        self.named = named
        # a loop is filled row by row; written out it is a sum of hundreds of terms and no quotient
        self.functions = {name: f for name, f in functions.items() if f.vectorizable and f.loops is None}
        self.count = 0

    def __call__(self, expr: ast.expr) -> ast.expr:
        """``expr``, itself where there is nothing to fill."""
        before = self.count
        result = self.visit(copy.deepcopy(expr))
        assert isinstance(result, ast.expr)
        return result if self.count > before else expr

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Mult | ast.Div):
            factors = _factors(node, 1)
            if any(power < 0 for _, power in factors):
                new = _Product(self, factors).filled()
                if new is not None:
                    self.count += 1
                    return ast.copy_location(new, node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function that is a quotient of its arguments is written out where they make it 0/0."""
        self.generic_visit(node)
        function = self.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is not None and any(isinstance(n, ast.Div) for n in ast.walk(function.node)):
            expanded = self.expand(node)
            if expanded is not None and _has_exponential(expanded) and not _has_exponential(function.node):
                before = self.count
                new = self.visit(expanded)
                if self.count > before:
                    assert isinstance(new, ast.expr)
                    return new
        return node

    def expand(self, node: ast.expr) -> ast.expr | None:
        """What a name or a call of a helper function stands for."""
        match node:
            case ast.Name(id=name):
                return self.named.get(name)
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in self.functions:
                try:
                    return expression_of(self.functions[name], arguments)
                except NotStraightError:
                    return None
        return None

    def rational(self, node: ast.expr) -> Rational | None:
        """An expression as a quotient of polynomials."""
        return rational(node, self.expand)


def _factors(node: ast.expr, power: int) -> list[tuple[ast.expr, int]]:
    """The factors of a product, those below a fraction bar with the power -1."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _factors(left, power) + _factors(right, power)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _factors(left, power) + _factors(right, -power)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [(ast.Constant(-1), 1), *_factors(operand, power)]
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as times)) if (
            not isinstance(times, bool) and 2 <= times <= _LARGEST_POWER
        ):
            return _factors(left, power) * times
    return [(node, power)]


class _Product:
    """The factors of one product, and the search for those that vanish together."""

    def __init__(self, fill: _Fill, factors: list[tuple[ast.expr, int]]) -> None:
        self.fill, self.factors = fill, factors

    def filled(self) -> ast.expr | None:
        """The product without 0/0, or None when there is none in it."""
        found = False
        while self._replace_one():
            found = True
        return self._product() if found else None

    def _replace_one(self) -> bool:
        """Put one pair of factors that vanish together, u and exp(z) - 1 with z proportional to u, as exprel(z)."""
        for i, (node, power) in enumerate(self.factors):
            difference = _Difference.of(node, self.fill)
            if difference is None:
                continue
            exponent = self.fill.rational(difference.exponent)
            if exponent is None or exponent.is_constant:
                continue
            for j, (other, other_power) in enumerate(self.factors):
                linear = self.fill.rational(other) if other_power == -power and i != j else None
                scale = None if linear is None or linear.is_constant else ratio(linear, exponent)
                if scale is not None:
                    exprel = ast.Call(ast.Name("exprel", ast.Load()), [difference.exponent], [])
                    new = [(f, power) for f in difference.scale] + [(exprel, power)]
                    kept = [f for k, f in enumerate(self.factors) if k not in (i, j)]
                    self.factors = self._scaled(scale, other_power, kept) + new
                    return True
        return False

    @staticmethod
    def _scaled(scale: Ratio, power: int, kept: list[tuple[ast.expr, int]]) -> list[tuple[ast.expr, int]]:
        """``scale``**power times the factors in ``kept``, what can be cancelled with them cancelled."""
        factor = scale.coefficient if power > 0 else 1 / scale.coefficient
        result = list(kept)
        if factor != 1:
            result.insert(0, (_number(factor), 1))
        for text, times in scale.powers:
            name, sign = ast.parse(text, mode="eval").body, power if times > 0 else -power
            for _ in range(abs(times)):
                opposite = next((k for k, (f, p) in enumerate(result) if p == -sign and ast.unparse(f) == text), None)
                if opposite is None:
                    result.append((name, sign))
                else:
                    del result[opposite]
        return result

    def _product(self) -> ast.expr:
        """The factors as one expression: numbers gathered in front, what has negative powers below a fraction bar."""
        coefficient = Fraction(1)
        over: list[ast.expr] = []
        under: list[ast.expr] = []
        for node, power in self.factors:
            number = _value(node)
            if number:
                coefficient *= number if power > 0 else 1 / number
            else:
                visited = self.fill.visit(node)
                (over if power > 0 else under).append(visited)
        if abs(coefficient) != 1 or not over:
            over.insert(0, _number(abs(coefficient)))
        result = _times(over)
        if coefficient < 0:
            result = ast.UnaryOp(ast.USub(), result)
        return ast.BinOp(result, ast.Div(), _times(under)) if under else result


def _times(factors: list[ast.expr]) -> ast.expr:
    return reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), factors) if factors else ast.Constant(1)


def _value(node: ast.expr) -> Fraction | None:
    """The number that ``node`` is, exactly as its digits say; None for what is none."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Fraction(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -Fraction(str(value))
    return None


def _number(value: Fraction) -> ast.expr:
    number = ast.Constant(float(abs(value)))
    return number if value >= 0 else ast.UnaryOp(ast.USub(), number)


class _Difference:
    """A difference that vanishes with its exponent z: the factors ``scale`` times (exp(z) - 1)."""

    def __init__(self, scale: list[ast.expr], exponent: ast.expr) -> None:
        self.scale, self.exponent = scale, exponent

    @classmethod
    def of(cls, node: ast.expr, fill: _Fill) -> _Difference | None:
        """The difference that ``node`` is, or stands for."""
        for _ in range(8):  # names that stand for names; helpers that call each other need an end
            meant = fill.expand(node)
            if meant is None:
                break
            node = meant
        match node:
            case ast.Call(func=ast.Name(id="expm1"), args=[exponent]):
                return cls([], exponent)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = cls.of(operand, fill)
                return inner and cls([ast.Constant(-1), *inner.scale], inner.exponent)
            case ast.BinOp(left=left, op=ast.Sub() | ast.Add() as op, right=right):
                a = _Exponential(left, fill)
                b = _Exponential(right if isinstance(op, ast.Sub) else ast.UnaryOp(ast.USub(), right), fill)
                return cls._between(a, b)
        return None

    @classmethod
    def _between(cls, a: _Exponential, b: _Exponential) -> _Difference | None:
        """``c*exp(p) - c*exp(q)`` as ``c*exp(q)*(exp(p - q) - 1)``."""
        if not (a.arguments or b.arguments) or a.scale is None or b.scale is None:
            return None
        same = ratio(a.scale, b.scale) if not a.scale.is_constant else None
        equal = (same == Ratio(Fraction(1), ())) if same else a.scale == b.scale
        if not equal:
            return None
        if not a.arguments:  # 1 - exp(q)
            return cls([ast.Constant(-1), *b.factors], b.argument)
        if not b.arguments:
            return cls(list(a.factors), a.argument)
        constant = ast.Call(ast.Name("exp", ast.Load()), [b.argument], [])
        return cls([*b.factors, constant], ast.BinOp(a.argument, ast.Sub(), b.argument))


class _Exponential:
    """A term as factors times the exponential of a sum of arguments."""

    def __init__(self, node: ast.expr, fill: _Fill) -> None:
        self.arguments: list[tuple[ast.expr, int]] = []
        self.factors: list[ast.expr] = []
        for factor, power in _factors(fill.expand(node) or node, 1):
            match factor:
                case ast.Call(func=ast.Name(id="exp"), args=[argument]):
                    self.arguments.append((argument, power))
                case _ if power > 0:
                    self.factors.append(factor)
                case _:
                    self.factors.append(ast.BinOp(ast.Constant(1), ast.Div(), factor))
        self.scale = fill.rational(_times(self.factors))
        self.factors = [f for f in self.factors if _value(f) != 1]

    @property
    def argument(self) -> ast.expr:
        """The sum of the arguments."""
        (first, sign), *rest = self.arguments
        total = first if sign > 0 else ast.UnaryOp(ast.USub(), first)
        for argument, sign in rest:
            total = ast.BinOp(total, ast.Add() if sign > 0 else ast.Sub(), argument)
        return total
