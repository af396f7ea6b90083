"""Which states of a synapse are traces, updated where an event needs them, and which must advance in every step."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from brainpy_lab.cache.findings import found
from brainpy_lab.codegen.printing import names_used, parse
from brainpy_lab.codegen.traces import Trace
from brainpy_lab.equations.reduced import alone, equations_of
from brainpy_lab.equations.system import CONSTANTS, FUNCTIONS, State, System
from brainpy_lab.networks.states.homes import Homes


@dataclass(frozen=True)
class Traces:
    """The traces of a synapse.

    Attributes
    ----------
    of : dict of str to Trace
    why : dict of str to str
        For other states that move and are kept with cells or connections: why they advance in every step.
    """

    of: dict[str, Trace]
    why: dict[str, str]


def traces(system: System, homes: Homes, varying: Iterable[str]) -> Traces:
    """Find the traces of a synapse.

    Parameters
    ----------
    system : System
    homes : Homes
    varying : iterable of str
        Parameters that differ between connections.
    """
    differs, taken = set(varying), _names(system)
    result = Traces({}, {})
    for state in system.states:
        if state.drift is None or homes.of[state.name] == "lumped":
            continue
        if why := _obstacle(state, system):
            result.why[state.name] = why
        else:
            result.of[state.name] = _trace(state, system, differs, taken)
    return result


def _names(system: System) -> set[str]:
    taken = {*system.state_names, *system.parameter_names, "t", "dt", *(f.name for f in system.functions)}
    return taken | {d.name for d in system.derived + system.intermediates} | {d.name for d in system.delays}


def _trace(state: State, system: System, varying: set[str], taken: set[str]) -> Trace:
    def fresh(name: str) -> str:
        while name in taken:
            name += "_"
        taken.add(name)
        return name

    name, own = state.name, alone(system, [state])

    def ask() -> Any:
        from brainpy_lab.symbolic import view

        return ast.unparse(view(own).rate(name))

    rate = parse(found(own, f"rate of the trace {name}", ask))
    assert state.drift is not None
    degree = _degree(state.drift, name, {d.name: d.expr for d in own.derived + own.intermediates})
    if degree == "linear" and not own.names_read(rate) & varying:
        return Trace(name, own, rate, fresh(f"{name}_scaled"), factor=fresh(f"{name}_fade"))
    return Trace(name, own, rate, fresh(f"{name}_then"), since=fresh(f"{name}_since"))


def _obstacle(state: State, system: System) -> str:
    """Why a state is no trace; "" where it is one."""
    name = state.name
    assert state.drift is not None
    if state.noise or state.order is not None:
        return "it has noise" if state.noise else "its order is a fraction"
    named = {d.name: d.expr for d in system.derived + system.intermediates}
    known = {name, *system.parameter_names, *named, *CONSTANTS}
    called = {*FUNCTIONS, *(f.name for f in system.functions)}
    for other in sorted(system.names_read(state.drift) - known, key=lambda read: (read in called, read)):
        if other in called:
            return f"its equation calls {other}"
        side, _, rest = other.partition("_")
        return f"its equation reads {f'{side}.{rest}' if side in ('pre', 'post') and rest else other}"
    if _degree(state.drift, name, named) is None:
        return "its equation is not linear in it"
    for c in system.couplings:
        if name in system.names_read(c.value):
            return f"{c.side}.{c.target} reads it"
    for reader in system.states:
        if reader is not state and name in system.names_read(*equations_of([reader])):
            return f"the equation of {reader.name} reads it"
    if any(name in names_used(d.time) or d.state == name for d in system.delays):
        return "it is read at earlier times"
    return ""


def _degree(expr: ast.expr, name: str, named: dict[str, ast.expr]) -> str | None:
    """How ``name`` stands in an expression: "free" of it, "linear", "affine" (with free terms), or None."""

    def of(node: ast.expr) -> str | None:
        return _degree(node, name, named)

    match expr:
        case ast.Name(id=found_name):
            if found_name == name:
                return "linear"
            return of(named[found_name]) if found_name in named else "free"
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            return of(expr.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            left, right = of(expr.left), of(expr.right)
            if left is None or right is None:
                return None
            return left if left == right else "affine"
        case ast.BinOp(op=ast.Mult()):
            left, right = of(expr.left), of(expr.right)
            return right if left == "free" else left if right == "free" else None
        case ast.BinOp(op=ast.Div()):
            return of(expr.left) if of(expr.right) == "free" else None
    parts = expr.args if isinstance(expr, ast.Call) else ast.iter_child_nodes(expr)
    inner = [c for c in parts if isinstance(c, ast.expr)]
    return "free" if all(of(c) == "free" for c in inner) else None
