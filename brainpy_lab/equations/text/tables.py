"""Tables in equations: ``interp(x, xs, ys)`` becomes a helper function of branches, which drivers and SymPy can read.

The points are part of the equations. Each may be an expression of its own: ``interp(V, [-60, V_th], [0, g])``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from brainpy_lab.equations import constants
from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.expressions import Normaliser
from brainpy_lab.equations.names import names_in
from brainpy_lab.equations.python.helpers import Helper, plain_definition
from brainpy_lab.equations.system import System

#: Points of a table: each is a branch of the function; among 256 stretches eight comparisons find the place.
MAX_POINTS = 257

_FORM = "Write interp(x, [0, 1, 2], [5.0, 7.0, 6.0]), or give the points as arrays."


def lookup(
    normalise: Normaliser,
    node: ast.Call,
    array_of: Callable[[str], np.ndarray | float | None],
    helpers: dict[str, Helper],
) -> ast.expr:
    """The call of the table's function, which joins ``helpers``; ``array_of`` gives the array of a name."""
    source = normalise.source
    if len(node.args) != 3 or node.keywords:
        raise source.error("'interp' takes the place, the points and the values there.", node, _FORM)
    at = normalise(node.args[0])
    xs, ys = (_points(normalise, part, array_of) for part in node.args[1:])
    if len(xs) != len(ys):
        raise source.error(f"'interp' has {len(xs)} points and {len(ys)} values.", node, "Give one value a point.")
    if not 2 <= len(xs) <= MAX_POINTS:
        advice = "A course in time is given as an input, bp.inputs.Input; for a state take fewer points."
        raise source.error(
            f"A table has 2 to {MAX_POINTS} points; this one has {len(xs)}.", node, None if len(xs) < 2 else advice
        )
    numbers = [_number(x) for x in xs]
    if any(a is not None and b is not None and a >= b for a, b in pairwise(numbers)):
        raise source.error("The points of 'interp' do not increase.", node.args[1], "Sort them, each once.")
    reads = sorted(set().union(*(names_in(part) for part in (*xs, *ys))))
    name = _name_of(normalise, xs, ys, reads, helpers, node)
    arguments = [at, *(ast.Name(n, ast.Load()) for n in reads)]
    return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node.func), arguments, [])


def _points(
    normalise: Normaliser, node: ast.expr, array_of: Callable[[str], np.ndarray | float | None]
) -> list[ast.expr]:
    """The points or values of a table, in normal form."""
    if isinstance(node, ast.List | ast.Tuple):
        return [normalise(item) for item in node.elts]
    array: object = None
    if isinstance(node, ast.Name):
        array = array_of(node.id)
    else:
        try:
            array = constants.evaluate(node)
        except (constants.NotConstant, constants.BadConstant):
            array = None
    if not isinstance(array, np.ndarray) or array.ndim != 1:
        raise normalise.source.error("The points of 'interp' are a list or an array of numbers.", node, _FORM)
    return [ast.copy_location(literal(float(value)), node) for value in array]


def _number(node: ast.expr) -> float | None:
    try:
        value = constants.evaluate(node)
    except (constants.NotConstant, constants.BadConstant):
        return None
    return value if isinstance(value, float) else None


def _name_of(
    normalise: Normaliser,
    xs: list[ast.expr],
    ys: list[ast.expr],
    reads: list[str],
    helpers: dict[str, Helper],
    node: ast.Call,
) -> str:
    """The name of the table's function; equal tables share one."""
    place = "x"
    while place in reads or f"{place}_inside" in reads:
        place += "_"
    inside = f"{place}_inside"
    limited = ast.Call(ast.Name("clip", ast.Load()), [ast.Name(place, ast.Load()), xs[0], xs[-1]], [])
    body: list[ast.stmt] = [
        ast.Assign([ast.Name(inside, ast.Store())], limited),
        ast.Return(_branches(inside, xs, ys, 0, len(xs) - 1)),
    ]
    new = plain_definition("interp", [place, *reads], body, node)
    text = ast.dump(new)
    tables = {name: helper for name, helper in helpers.items() if name.startswith("interp_")}
    for name, helper in tables.items():
        if ast.dump(replaced_name(helper.node, "interp")) == text:
            return name
    number = len(tables) + 1
    taken = {*helpers, *normalise.scope.functions()}
    name = f"interp_{number}"
    while name in taken:
        name += "_"
    helpers[name] = Helper(name, replaced_name(new, name), (place, *reads), {}, captured=True, source=normalise.source)
    return name


def replaced_name(node: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """The definition ``node`` under another name."""
    return plain_definition(name, [a.arg for a in node.args.args], node.body, node)


def _branches(place: str, xs: list[ast.expr], ys: list[ast.expr], low: int, high: int) -> ast.expr:
    """The straight line between two points, found by halving."""
    at = ast.Name(place, ast.Load())
    if high - low > 1:
        middle = (low + high) // 2
        test = ast.Compare(at, [ast.Lt()], [xs[middle]])
        return ast.IfExp(test, _branches(place, xs, ys, low, middle), _branches(place, xs, ys, middle, high))
    slope: ast.expr = ast.BinOp(
        ast.BinOp(ys[high], ast.Sub(), ys[low]), ast.Div(), ast.BinOp(xs[high], ast.Sub(), xs[low])
    )
    number = _number(slope)
    if number is not None:  # of points that are numbers: divided once, here
        slope = literal(number)
    return ast.BinOp(ys[low], ast.Add(), ast.BinOp(slope, ast.Mult(), ast.BinOp(at, ast.Sub(), xs[low])))


def without_tables(system: System, tables: Iterable[str]) -> System:
    """``system`` without the arrays that are the points of its tables and nothing else."""
    read: set[str] = set().union(*map(names_in, system.expressions()))
    points = set(tables)
    notes = [f"{name}: the table of interp keeps the values of the text" for name in sorted(points)]
    parameters = tuple(p for p in system.parameters if p.name not in points - read)
    return replace(system, parameters=parameters, notes=(*system.notes, *notes)) if points else system
