"""Exponentials with commensurate arguments become powers of one.

Rates of ion channels are full of them: in Hodgkin-Huxley five of six are powers of exp(-V/80). One exponential and a
few products replace five exponentials; the result differs from the original by a few units in the last place.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from fractions import Fraction

from brainpy_lab.codegen.builder import Line, Loop, Remark, targets
from brainpy_lab.codegen.printing import parse
from brainpy_lab.symbolic.linear import Linear, linear

#: A variable, and how often it had been assigned before: after an event's block it is another number.
_Key = tuple[str, int]

LARGEST_POWER = 16
LARGEST_OFFSET = 20  # of an argument: factors beyond its exponential may leave the range of numbers


def _exponentials(line: Line) -> list[tuple[ast.Call, Linear]]:
    found = []
    for node in ast.walk(line.expr):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exp", "exprel"):
            argument = linear(node.args[0])
            if argument and argument.variable and abs(argument.offset) <= LARGEST_OFFSET:
                found.append((node, argument))
    return found


def _bases(slopes: set[Fraction]) -> dict[Fraction, Fraction]:
    """Slope -> the base slope it is a small whole multiple of; empty when there is nothing to share."""
    chosen: dict[Fraction, Fraction] = {}
    left = sorted(slopes, key=lambda s: (abs(s), s < 0))
    while left:
        base = left[0]
        family = [s for s in left if (s / base).denominator == 1 and abs(s / base) <= LARGEST_POWER]
        chosen.update(dict.fromkeys(family, base))
        left = [s for s in left if s not in family]
    return chosen if len(set(chosen.values())) < len(chosen) else {}


class _Replace(ast.NodeTransformer):
    def __init__(self, new: dict[int, ast.expr]) -> None:
        self.new = new

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if id(node) in self.new:
            return self.new[id(node)]
        self.generic_visit(node)
        return node


def _argument(variable: str, slope: Fraction) -> str:
    sign = "-" if slope < 0 else ""
    size = abs(slope)
    if size.numerator == 1 and size.denominator > 1:
        return f"{sign}{variable}/{size.denominator}"
    return f"{float(slope)!r}*{variable}"


def _power(base: str, power: int, offset: Fraction) -> ast.expr:
    scale = f"exp({float(offset)!r})" if offset else ""
    if power == 1:
        term = base
    elif power > 1:
        term = f"{base}**{power}"
    else:
        return parse(f"{scale or '1.0'}/{base}**{-power}" if power < -1 else f"{scale or '1.0'}/{base}")
    return parse(f"{scale}*{term}" if scale else term)


def _replacement(node: ast.Call, base: str, power: int, offset: Fraction) -> ast.expr:
    """The power in place of an exponential, or what exprel makes of it."""
    shared = _power(base, power, offset)
    if isinstance(node.func, ast.Name) and node.func.id == "exprel":
        return ast.Call(ast.Name("exprel_of", ast.Load()), [shared, node.args[0]], [])
    return shared


def share_exponentials(body: list[Line | Remark | Loop], fresh: object) -> list[Line | Remark | Loop]:
    """``body`` with exponentials of commensurate arguments written as powers of one exponential.

    ``fresh(name)`` must give an unused name. Lines keep their order; each new exponential stands before its first use.
    The body of a loop shares within itself.
    """
    assert callable(fresh)
    found = _with_keys(body)
    slopes: dict[_Key, set[Fraction]] = defaultdict(set)
    for own in found:
        for _, argument, key in own:
            slopes[key].add(argument.slope)
    bases = {key: _bases(given) for key, given in slopes.items()}
    made: dict[tuple[_Key, Fraction], str] = {}
    result: list[Line | Remark | Loop] = []
    for line, own in zip(body, found, strict=True):
        if isinstance(line, Loop):
            line = Loop(line.times, share_exponentials(line.body, fresh), line.until)
        if isinstance(line, Line):
            new: dict[int, ast.expr] = {}
            for node, argument, key in own:
                variable = key[0]
                base = bases[key].get(argument.slope)
                if base is None:
                    continue
                if key not in {k for k, _ in made}:
                    # all at once: independent exponentials beside each other run in parallel
                    for number, first in enumerate(dict.fromkeys(bases[key].values())):
                        name = fresh(f"{variable}_exp{number + 1 if number else ''}")
                        made[(key, first)] = name
                        comment = "" if number else f"exponentials of {variable} below are powers of these"
                        result.append(Line(name, parse(f"exp({_argument(variable, first)})"), comment))
                new[id(node)] = _replacement(node, made[(key, base)], int(argument.slope / base), argument.offset)
            if new:
                line = Line(line.target, _Replace(new).visit(line.expr), line.comment, line.cell_line)
        result.append(line)
    return result


def _with_keys(body: list[Line | Remark | Loop]) -> list[list[tuple[ast.Call, Linear, _Key]]]:
    """The exponentials of each line, each with its variable and how often that had been assigned before."""
    count: dict[str, int] = defaultdict(int)
    found = []
    for line in body:
        own = _exponentials(line) if isinstance(line, Line) else []
        found.append([(node, a, (a.variable, count[a.variable])) for node, a in own if a.variable])
        for name in targets(line):
            count[name] += 1
    return found
