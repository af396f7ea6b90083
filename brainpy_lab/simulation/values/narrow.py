"""States that are one number beside array states whose elements mix."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from brainpy_lab.equations.system import END, Assign, Hold, System
from brainpy_lab.symbolic.inline import NotStraightError, inline

_NARROWING = ("sum", "mean", "dot")


def narrow_states(system: System, shapes: Mapping[str, tuple[int, ...]]) -> frozenset[str]:
    """States that begin as one number and stay so: nothing with a value for each element drives or sets them.

    Parameters
    ----------
    system : System
    shapes : mapping
        The shape that each parameter and state has in one member of an ensemble.
    """
    return frozenset(system.state_names) - widths_of(system, shapes).wide


def widths_of(system: System, shapes: Mapping[str, tuple[int, ...]]) -> Widths:
    """What has a value for each element in the equations of ``system``, with the same arguments."""
    return _widths_of(system, tuple(n for n, shape in shapes.items() if shape not in ((), (1,))))


@lru_cache(maxsize=64)
def _widths_of(system: System, arrays: tuple[str, ...]) -> Widths:
    widths = Widths(system, set(arrays))
    driven = [(s.name, e) for s in system.states for e in (s.drift, s.order, *(n.amplitude for n in s.noise)) if e]
    for event in system.events:
        assigned = [a for a in event.actions if isinstance(a, Assign)]
        driven += [pair for a in assigned for pair in ((a.target, a.value), (a.target, event.condition))]
    driven += [(a.state, a.duration) for e in system.events for a in e.actions if isinstance(a, Hold)]
    driven += [(d.name, ast.BinOp(ast.Name(d.state), ast.Add(), d.time)) for d in system.delays]
    driven += [(d.name, d.expr) for d in (*system.derived, *system.intermediates)]
    while more := {name for name, expr in driven if name not in widths.wide and widths(expr)}:
        widths.wide |= more
    return widths


class Widths:
    """Whether an expression has a value for each element, where the names ``wide`` have."""

    def __init__(self, system: System, wide: set[str]) -> None:
        self.system, self.wide = system, wide
        self.helpers = {f.name for f in system.functions}

    def __call__(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.wide
            case ast.BinOp(op=ast.MatMult()):
                return True
            case ast.Call(func=ast.Name(id=name)) if name in _NARROWING:
                return False
            case ast.Call(func=ast.Name(id="part"), args=[array, start, stop]):
                return self(array) and not _is_one(int(ast.literal_eval(start)), int(ast.literal_eval(stop)))
            case ast.Call(func=ast.Name(id=name), args=given) if name in self.helpers:
                try:
                    return self(inline(node, self.system.functions))
                except NotStraightError:  # loops: taken to be as wide as its widest argument
                    return any(map(self, given))
        return any(map(self, ast.iter_child_nodes(node)))


def _is_one(start: int, stop: int) -> bool:
    """Whether a slice is one element."""
    return stop - start == 1 or (start == -1 and stop == END)
