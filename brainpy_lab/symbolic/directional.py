"""Derivatives of the drift along several directions: forward differentiation of the model's definitions.

Along a direction u, every name z of the model has a tangent z_u: that of a state is its component of u, that of a
definition d = e(z1, z2, ...) is the sum of de/dz z_u over the names that e reads. The tangent of a tangent along v is
the second derivative, and so on. All are definitions themselves, so the work grows with the length of the model and not
with the number of its second derivatives.

Reference: A. Griewank, A. Walther (2008). Evaluating Derivatives, 2nd ed., chapters 3 and 13.
doi:10.1137/1.9780898717761
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import reduce
from itertools import chain, combinations
from typing import Any

import sympy

from brainpy_lab.equations.system import Definition, System
from brainpy_lab.symbolic.compiling import call
from brainpy_lab.symbolic.convert import symbol, to_sympy
from brainpy_lab.symbolic.differentiate import differentiate
from brainpy_lab.symbolic.functions import Phi
from brainpy_lab.symbolic.kept import Expressions
from brainpy_lab.symbolic.mixing import LINEAR, Mixed
from brainpy_lab.symbolic.printing import to_ast
from brainpy_lab.symbolic.view import view, working

#: Numbers of the directions that a tangent is taken along.
Along = tuple[int, ...]


def directional(
    system: System,
    order: int,
    parameters: tuple[str, ...],
    parts: Mixed | None = None,
    values: bool = False,
) -> Expressions:
    """The derivative of each drift along all directions, which are arguments.

    Parameters
    ----------
    system : System
    order : int
        The number of directions.
    parameters : tuple of str
        Those that the directions have components for, after the states.
    parts : Mixed, optional
        The equations, where elements of arrays mix in them; their definitions are then among those that are given.
    values : bool
        Whether the drifts themselves come first, of such equations.
    """
    with working():
        tangents = _Tangents(system, order, parameters)
        if parts is not None:
            return _of_mixed(tangents, parts, values)
        for name, expr in view(system).definitions.items():
            tangents.define(name, expr)
        drifts = [tangents.derivative(expr) for expr in view(system).drifts.values()]
        results = [to_ast(r) for r in tangents.shared(drifts)]
        return Expressions(results, tangents.definitions, tangents.arguments)


def _of_mixed(tangents: _Tangents, parts: Mixed, values: bool) -> Expressions:
    for definition in parts.definitions:
        if parts.is_mix(definition.expr):
            tangents.mix(definition.name, definition.expr)
        else:
            tangents.define(definition.name, to_sympy(definition.expr))
    results = [to_ast(r) for r in tangents.shared([tangents.derivative(to_sympy(d)) for d in parts.drifts])]
    results = [*parts.drifts, *results] if values else results
    return Expressions(results, [*parts.definitions, *tangents.definitions], tangents.arguments)


class _Tangents:
    """The tangents of a system's names along directions 0, 1, ... and the definitions that compute them."""

    def __init__(self, system: System, order: int, parameters: tuple[str, ...]) -> None:
        self.order = order
        self.definitions: list[Definition] = []
        self.arguments: list[str] = []
        self._known: dict[tuple[str, Along], Any] = {}
        self._meaning: dict[Any, tuple[str, Along]] = {}
        self._temporaries = sympy.numbered_symbols("shared ", real=True)  # a space: no clash with the model's names
        self._delayed = [(d.name, d.state) for d in system.delays]
        for k in range(order):
            for name in (*system.state_names, *parameters):
                self.arguments.append(self._new(name, (k,)).name)
            for name, state in self._delayed:  # the present value stands for the past
                self._known[name, (k,)] = self._known[state, (k,)]

    def define(self, name: str, expr: Any) -> None:
        """Add the tangents of the definition ``name`` along every set of directions."""
        every = chain.from_iterable(combinations(range(self.order), n) for n in range(1, self.order + 1))
        found: dict[Along, Any] = {(): expr}
        for along in every:
            found[along] = self._step(found[along[:-1]], along[-1])  # shorter sets come first in `every`
            if found[along] != 0:
                self._new(name, along)
        present = [along for along in found if along and found[along] != 0]
        values = self.shared([found[along] for along in present])
        for along, value in zip(present, values, strict=True):
            self.definitions.append(Definition(self._known[name, along].name, to_ast(value)))

    def mix(self, name: str, expr: ast.expr) -> None:
        """Add the tangents of a definition that mixes elements: ``sum(x)`` of x, ``dot(x, y)`` of both."""
        assert isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
        places = (0, 1) if expr.func.id == "dot" else (LINEAR[expr.func.id],)
        names = [argument.id for k in places if isinstance(argument := expr.args[k], ast.Name)]
        for along in chain.from_iterable(combinations(range(self.order), n) for n in range(1, self.order + 1)):
            splits: list[tuple[Along, ...]] = [(along,)]
            if len(names) == 2:
                splits = [(a, tuple(k for k in along if k not in a)) for a in _parts(along)]
            terms: list[ast.expr] = []
            for split in splits:
                tangents = [self._tangent(n, a) for n, a in zip(names, split, strict=True)]
                arguments = list(expr.args)
                if all(t is not None for t in tangents):
                    for place, tangent in zip(places, tangents, strict=True):
                        arguments[place] = tangent  # type: ignore[assignment]
                    terms.append(call(expr.func.id, *arguments))
            if terms:
                made = self._new(name, along)
                total = reduce(lambda a, b: ast.BinOp(left=a, op=ast.Add(), right=b), terms)
                self.definitions.append(Definition(made.name, total))

    def _tangent(self, name: str, along: Along) -> ast.expr | None:
        """The tangent of a name for each of its elements, or the name itself where it is along none."""
        value = ast.Name(id=name, ctx=ast.Load())
        if not along:
            return value
        known = self._known.get((name, along))
        return None if known is None else call("widened", ast.Name(id=known.name, ctx=ast.Load()), value)

    def derivative(self, expr: Any) -> Any:
        """The derivative of ``expr`` along all directions."""
        for k in range(self.order):
            expr = self._step(expr, k)
        return expr

    def shared(self, exprs: list[Any]) -> list[Any]:
        """``exprs`` with what they have in common computed before them, and what the language lacks by name."""
        # sorted, here and below: sets of SymPy have no order of their own, and equal models get equal code
        for phi in sorted(set().union(*(e.atoms(Phi) for e in exprs)), key=str):
            name = next(self._temporaries)
            order, x = phi.args
            value = call("numpy phi", to_ast(x), ast.Constant(int(order)))
            self.definitions.append(Definition(name.name, value))
            exprs = [e.xreplace({phi: name}) for e in exprs]
        common, results = sympy.cse(exprs, symbols=self._temporaries, list=True)
        self.definitions += [Definition(s.name, to_ast(value)) for s, value in common]
        return list(results)

    def _step(self, expr: Any, k: int) -> Any:
        """The derivative of ``expr`` along direction ``k``."""
        result = sympy.S.Zero
        for read in sorted(expr.free_symbols, key=str):
            name, along = self._meaning.get(read, (read.name, ()))
            tangent = self._known.get((name, (*along, k)))
            if tangent is not None:
                result += differentiate(expr, read) * tangent
        return result

    def _new(self, name: str, along: Along) -> Any:
        new = symbol(f"{name} along {' '.join(map(str, along))}")
        self._known[name, along] = new
        self._meaning[new] = (name, along)
        return new


def _parts(along: Along) -> Iterator[Along]:
    """All choices among the directions, none of them and all of them too."""
    return chain.from_iterable(combinations(along, n) for n in range(len(along) + 1))
