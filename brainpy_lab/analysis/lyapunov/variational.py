"""The variational equations of a system, as a system: its states, small deviations from them, and what renews these.

A deviation v obeys dv/dt = J v, with the exact Jacobian along the orbit. An event, each time that a given interval has
passed, makes the deviations orthogonal and of length one again, in the order of their numbers (the triangular factor of
Gram and Schmidt), and adds the logarithms of their lengths up. So a run of this system, by any method on any driver,
computes the spectrum.

References: G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn (1980). Lyapunov characteristic exponents for smooth
dynamical systems. Meccanica 15, 9-30. doi:10.1007/BF02128236
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from brainpy_lab.equations.system import Assign, Definition, Event, Parameter, State, System
from brainpy_lab.symbolic.view import view, working


@dataclass(frozen=True)
class Variational:
    """A system with its deviations.

    Attributes
    ----------
    system : System
    free : tuple of str
        The states that move, which deviations are of.
    deviations : tuple of tuple of str
        The names of each deviation's components, in the order of ``free``.
    sums : tuple of str
        States that hold the sum of the logarithms of each deviation's lengths.
    interval : str
        The parameter that says how often deviations are renewed.
    last : str
        The state that holds when they were renewed.
    """

    system: System
    free: tuple[str, ...]
    deviations: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]
    interval: str
    last: str


@lru_cache(maxsize=32)
def variational(system: System, count: int) -> Variational:
    """The system with ``count`` deviations; its own events are left out.

    Raises
    ------
    AnalysisError
        Where an equation has no derivative that can be written down.
    """
    prefix = _prefix(system)
    free = tuple(s.name for s in system.states if s.drift is not None)
    slopes, shared = _slopes(system, free, prefix)
    deviations = tuple(tuple(f"{prefix}v{k}_{i}" for i in range(len(free))) for k in range(count))
    sums = tuple(f"{prefix}sum{k}" for k in range(count))
    interval, last, projection, length = (f"{prefix}{name}" for name in ("interval", "last", "projection", "length"))
    moving = [
        State(vector[i], _dot(slopes[i], [_name(v) for v in vector])) for vector in deviations for i in range(len(free))
    ]
    kept = [State(name, None) for name in (*sums, last, projection, length)]
    renewed = Event(
        f"{prefix}renew",
        ast.Compare(_name("t"), [ast.GtE()], [_sum(_name(last), _name(interval))]),
        (*_renewed(deviations, sums, projection, length), Assign(last, _name("t"))),
    )
    whole = replace(
        system,
        states=(*system.states, *moving, *kept),
        parameters=(*system.parameters, Parameter(interval, 1.0)),
        intermediates=(*system.intermediates, *shared),
        events=(renewed,),
    )
    return Variational(whole, free, deviations, sums, interval, last)


def _slopes(system: System, free: tuple[str, ...], prefix: str) -> tuple[list[list[ast.expr]], list[Definition]]:
    """The Jacobian by rows, and definitions of what its entries have in common."""
    import sympy

    from brainpy_lab.symbolic.printing import to_ast

    symbols = view(system)
    with working():
        entries = [symbols.drift_derivative(s, x) for s in free for x in free]
        temporaries = sympy.numbered_symbols(f"{prefix}shared", real=True)
        shared, results = sympy.cse(entries, symbols=temporaries, list=True)
        rows = [to_ast(r) for r in results]
        n = len(free)
        return (
            [rows[i * n : (i + 1) * n] for i in range(n)],
            [Definition(s.name, to_ast(value)) for s, value in shared],
        )


def _renewed(
    deviations: tuple[tuple[str, ...], ...], sums: tuple[str, ...], projection: str, length: str
) -> list[Assign]:
    """The assignments that make deviations orthogonal and of length one, one after another."""
    actions: list[Assign] = []
    for k, vector in enumerate(deviations):
        own = [_name(v) for v in vector]
        for earlier in deviations[:k]:
            actions.append(Assign(projection, _dot([_name(e) for e in earlier], own)))
            actions += [
                Assign(v, ast.BinOp(_name(v), ast.Sub(), _times(_name(projection), _name(e))))
                for v, e in zip(vector, earlier, strict=True)
            ]
        actions.append(Assign(length, _call("sqrt", _dot(own, own))))
        actions.append(Assign(sums[k], _sum(_name(sums[k]), _call("log", _name(length)))))
        actions += [Assign(v, ast.BinOp(_name(v), ast.Div(), _name(length))) for v in vector]
    return actions


def _prefix(system: System) -> str:
    """A beginning of names that the system does not use."""
    names = {*system.state_names, *system.parameter_names, *system.noise_sources}
    names |= {p.name for group in (system.derived, system.intermediates, system.functions) for p in group}
    prefix = "near_"
    while any(name.startswith(prefix) for name in names):
        prefix = f"{prefix}_"
    return prefix


def _dot(left: Sequence[ast.expr], right: Sequence[ast.expr]) -> ast.expr:
    """The sum of products, without those that are zero."""
    terms = [
        b if isinstance(a, ast.Constant) and a.value == 1 else _times(a, b)
        for a, b in zip(left, right, strict=True)
        if not (isinstance(a, ast.Constant) and a.value == 0)
    ]
    total: ast.expr = terms[0] if terms else ast.Constant(0.0)
    for term in terms[1:]:
        total = _sum(total, term)
    return total


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _sum(a: ast.expr, b: ast.expr) -> ast.expr:
    return ast.BinOp(a, ast.Add(), b)


def _times(a: ast.expr, b: ast.expr) -> ast.expr:
    return ast.BinOp(a, ast.Mult(), b)


def _call(name: str, argument: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])
