"""Weights that differ between connections, taken from what is summed to what a spike adds.

``post.I += weight*g`` with ``g += 1`` at a spike, where g obeys a linear equation that all connections share: the sum
of ``weight*g`` over the connections of a target obeys it too, and a spike adds ``weight``: ``post.I += g``, g lumped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from brainpy_lab.codegen.arrival import added
from brainpy_lab.codegen.printing import rename
from brainpy_lab.equations.system import Assign, Coupling, Hold, System
from brainpy_lab.networks.states.homes import Home, homes


@dataclass(frozen=True)
class Weighted:
    """The equations of a synapse with weights where a spike adds.

    Attributes
    ----------
    system : System
    by : mapping of str to str
        For each state that stands for itself times weights: these, as text.
    names : tuple of str
        The parameters that are these weights.
    """

    system: System
    by: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def weighted(system: System, varying: Iterable[str], spread: Mapping[str, bool], kept: Mapping[str, Home]) -> Weighted:
    """The equations in which as many states as possible are sums for each target.

    Parameters
    ----------
    system : System
    varying : iterable of str
        Parameters, and states by their initial values, that differ between connections.
    spread, kept : mappings
        As `homes` takes them, and as users ask for them.
    """
    found, differs = Weighted(system), set(varying)
    weights = differs & set(system.parameter_names)
    for coupling in system.couplings if weights else ():
        states = _moving(system, coupling)
        by = tuple(sorted(n for n in _factors(_plain(found.system, coupling.value)) if n in weights))
        if not by or not states or states & (set(kept) | set(found.by)) or coupling.side != "post":
            continue
        moved = _moved(found.system, states, by)
        if moved is None or not states <= set(homes(moved, differs, spread=spread, kept=kept).at("lumped")):
            continue
        names = tuple(dict.fromkeys((*found.names, *by)))
        found = Weighted(moved, {**found.by, **dict.fromkeys(sorted(states), "*".join(by))}, names)
    return found


def _moving(system: System, coupling: Coupling) -> set[str]:
    """The states that a coupling reads, themselves or through their equations."""
    known = {s.name: s.drift for s in system.states if s.drift is not None}
    states, todo = set[str](), [coupling.value]
    while todo:
        more = (system.names_read(todo.pop()) & set(known)) - states
        states |= more
        todo += [drift for n in more if (drift := known[n]) is not None]
    return states


def _moved(system: System, states: set[str], by: tuple[str, ...]) -> System | None:
    """The equations with the weights moved from couplings to spikes; None where they do not stand alike in all."""
    couplings: list[Coupling] = []
    for coupling in system.couplings:
        if not system.names_read(coupling.value) & states:
            couplings.append(coupling)
            continue
        value = _plain(system, coupling.value)
        for name in by:
            value, is_there = _without(value, name)
            if not is_there:
                return None
        couplings.append(replace(coupling, value=value))
    weight = "*".join(by)

    def moved(action: Assign | Hold) -> Assign | Hold:
        if not isinstance(action, Assign) or action.target not in states:
            return action
        more = added(action.value, action.target)
        if more is None:  # no sum: `homes` will say so
            return action
        value: ast.expr = ast.parse(weight, mode="eval").body
        if not (isinstance(more, ast.Constant) and more.value == 1):
            value = ast.BinOp(value, ast.Mult(), more)
        return replace(action, value=ast.BinOp(ast.Name(action.target, ast.Load()), ast.Add(), value))

    events = tuple(replace(event, actions=tuple(map(moved, event.actions))) for event in system.events)
    return replace(system, couplings=tuple(couplings), events=events)


def _plain(system: System, value: ast.expr) -> ast.expr:
    """A value with the definitions written out that read something which moves."""
    for definition in reversed(system.intermediates):
        value = rename(value, {definition.name: definition.expr})
    return value


def _factors(value: ast.expr) -> set[str]:
    """The names by which a product is multiplied as a whole."""
    match value:
        case ast.Name(id=name):
            return {name}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            return _factors(value.operand)
        case ast.BinOp(op=ast.Mult()):
            return _factors(value.left) | _factors(value.right)
        case ast.BinOp(op=ast.Div()):
            return _factors(value.left)
    return set()


def _without(value: ast.expr, name: str) -> tuple[ast.expr, bool]:
    """A product without one of its factors, and whether that was there."""
    match value:
        case ast.Name(id=found) if found == name:
            return ast.Constant(1.0), True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            inner, is_there = _without(value.operand, name)
            return ast.UnaryOp(value.op, inner), is_there
        case ast.BinOp(op=ast.Mult()):
            left, is_there = _without(value.left, name)
            if is_there:
                return value.right if _is_one(left) else ast.BinOp(left, value.op, value.right), True
            right, is_there = _without(value.right, name)
            return value.left if is_there and _is_one(right) else ast.BinOp(left, value.op, right), is_there
        case ast.BinOp(op=ast.Div()):
            left, is_there = _without(value.left, name)
            return ast.BinOp(left, value.op, value.right), is_there
    return value, False


def _is_one(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == 1.0
