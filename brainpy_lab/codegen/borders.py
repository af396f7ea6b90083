"""Borders of events: functions of the states whose zeros bound the times at which a condition holds."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from brainpy_lab.codegen.printing import rename
from brainpy_lab.equations.system import System, names_reached

MOST_PIECES = 16  # smooth pieces into which one comparison is taken apart
_KINKED = frozenset({"abs", "minimum", "maximum", "clip", "where", "sign", "heaviside"})


@dataclass(frozen=True)
class Border:
    """One function whose zeros bound an event's condition.

    Attributes
    ----------
    event : int
        Number of the event.
    expr : ast.expr
        The function.
    degree : int
        Its degree as a polynomial in the states and t; 0 where it is none.
    """

    event: int
    expr: ast.expr
    degree: int


def borders_of(system: System) -> tuple[Border, ...]:
    """The borders of all events, event by event.

    Between two neighbouring zeros of an event's borders its condition keeps its truth. Comparisons joined by ``and``,
    ``or`` and ``not`` give a border each; absolute values, extremes and conditionals in them give one for each of their
    smooth pieces.
    """
    named = {d.name: d.expr for d in system.intermediates}  # each after those it reads
    degrees = _Degrees(system)
    found: list[Border] = []
    for number, event in enumerate(system.events):
        reached = names_reached([event.condition], named)
        condition = event.condition
        if any(_has_kink(named[name]) for name in reached & named.keys()) or not _is_logical(condition):
            condition = _inlined(condition, named)
        texts: set[str] = set()
        for expr in _comparisons(condition):
            if ast.unparse(expr) not in texts:
                texts.add(ast.unparse(expr))
                found.append(Border(number, expr, degrees.of(expr) or 0))
    return tuple(found)


def _is_logical(condition: ast.expr) -> bool:
    return isinstance(condition, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _comparisons(condition: ast.expr) -> Iterator[ast.expr]:
    """The borders of a condition, each smooth where its pieces are."""
    if isinstance(condition, ast.BoolOp):
        for value in condition.values:
            yield from _comparisons(value)
    elif isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        yield from _comparisons(condition.operand)
    elif isinstance(condition, ast.Compare):
        sides = [condition.left, *condition.comparators]
        for left, right in pairwise(sides):
            yield from _pieces(ast.BinOp(left, ast.Sub(), right))
    elif not isinstance(condition, ast.Constant):
        yield ast.IfExp(condition, ast.Constant(1.0), ast.Constant(-1.0))


def _pieces(expr: ast.expr) -> list[ast.expr]:
    """The smooth functions of which ``expr`` is pieced together, and the borders between them."""
    done: list[ast.expr] = []
    todo = [expr]
    while todo:
        piece = todo.pop()
        kink = next((n for n in ast.walk(piece) if _is_kink(n)), None)
        if kink is None or len(done) + len(todo) >= MOST_PIECES:
            done.append(piece)
            continue
        choices, borders = _choices(kink)
        todo += [_replaced(piece, kink, choice) for choice in choices]
        for border in borders:
            done += list(_comparisons(border)) if _is_logical(border) else [border]
    return done


def _is_kink(node: ast.AST) -> bool:
    if isinstance(node, ast.IfExp):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINKED


def _has_kink(expr: ast.expr) -> bool:
    return any(_is_kink(node) for node in ast.walk(expr))


def _choices(kink: ast.AST) -> tuple[list[ast.expr], list[ast.expr]]:
    """What a kinked expression may be, and the conditions or functions that decide which."""
    if isinstance(kink, ast.IfExp):
        return [kink.body, kink.orelse], [kink.test]
    assert isinstance(kink, ast.Call)
    assert isinstance(kink.func, ast.Name)
    first = kink.args[0]
    if kink.func.id == "abs":
        return [first, ast.UnaryOp(ast.USub(), first)], []
    if kink.func.id == "where":
        return list(kink.args[1:]), [first]
    if kink.func.id in ("sign", "heaviside"):
        return [ast.Constant(1.0), ast.Constant(-1.0 if kink.func.id == "sign" else 0.0)], [first]
    return list(kink.args), []


def _replaced(tree: ast.expr, old: ast.AST, new: ast.expr) -> ast.expr:
    """A copy of ``tree`` with ``new`` in the place of its node ``old``."""

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return copy.deepcopy(new) if node is old else self.generic_visit(_shallow(node))

    result = Replacing().visit(tree)
    assert isinstance(result, ast.expr)
    return result


def _shallow(node: ast.AST) -> ast.AST:
    """A copy of one node that owns its lists of children, for a transformer that must leave the original alone."""
    twin = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(twin, name, list(value))
    return twin


def _inlined(expr: ast.expr, named: Mapping[str, ast.expr]) -> ast.expr:
    """``expr`` with intermediates written out."""
    for name, value in reversed(list(named.items())):
        expr = rename(expr, {name: value})
    return expr


class _Degrees:
    """Degrees of expressions as polynomials in states and t."""

    def __init__(self, system: System) -> None:
        self.known: dict[str, int | None] = dict.fromkeys((*system.state_names, "t"), 1)
        self.known |= dict.fromkeys((d.name for d in system.delays), None)
        for definition in system.intermediates:
            self.known[definition.name] = self.of(definition.expr)

    def of(self, expr: ast.expr) -> int | None:
        """The degree; None where ``expr`` is no polynomial."""
        if isinstance(expr, ast.Constant):
            return 0
        if isinstance(expr, ast.Name):
            return self.known.get(expr.id, 0)
        if isinstance(expr, ast.UnaryOp):
            return self.of(expr.operand)
        if isinstance(expr, ast.BinOp):
            return self._of_operation(expr)
        children = [c for c in ast.iter_child_nodes(expr) if isinstance(c, ast.expr)]
        if isinstance(expr, ast.Call):
            children = expr.args
        return 0 if all(self.of(child) == 0 for child in children) else None

    def _of_operation(self, expr: ast.BinOp) -> int | None:
        left, right = self.of(expr.left), self.of(expr.right)
        if left is None or right is None:
            return None
        if isinstance(expr.op, ast.Add | ast.Sub):
            return max(left, right)
        if isinstance(expr.op, ast.Mult):
            return left + right
        if isinstance(expr.op, ast.Div) and right == 0:
            return left
        if isinstance(expr.op, ast.Pow) and isinstance(expr.right, ast.Constant):
            power = expr.right.value
            if isinstance(power, int | float) and power == int(power) and power >= 0:
                return left * int(power)
        return 0 if left == right == 0 else None
