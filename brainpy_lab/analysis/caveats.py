"""What a fixed point of the drift leaves out of a run: time that stands still, states that are held, resets, noise."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import Assign, System, names_reached
from brainpy_lab.symbolic.compiling import Compiler

#: An event this near to a point, relative to the box, happens at it: points that near are one (`equilibria.SAME`).
BESIDE = 1e-7


def frozen(field: VectorField) -> dict[str, float]:
    """What ``field`` holds, its free states depend on, and a run would move: ``t`` and other states, by name."""
    reached = _reached(field.system, tuple(sorted(field.free_states)))
    result = {"t": float(field.t)} if "t" in reached else {}
    moved = {a.target for e in field.system.events for a in e.actions if isinstance(a, Assign)}
    moved |= {s.name for s in field.system.states if s.drift is not None}
    return result | {name: float(value) for name, value in field.held.items() if name.split("[")[0] in reached & moved}


def remarks(field: VectorField) -> tuple[str, ...]:
    """What holds for all fixed points of ``field``, in sentences."""
    if any(s.noise for s in field.system.states if s.name in field.free_states):
        return ("Noise is left out: these are fixed points of the drift.",)
    return ()


def reset_at(field: VectorField, point: Array, widths: Array) -> str | None:
    """The event that happens at ``point``, shape (n_free,), or right beside it, and resets the state; None without."""
    names = [e.name for e in field.system.events if field.system.is_reset(e)]
    if not names:
        return None
    step = np.diag(BESIDE * widths)
    around = np.concatenate([np.zeros((len(point), 1)), step, -step], axis=1) + point[:, None]
    with np.errstate(all="ignore"):
        happens = _conditions(field.system)(*field.arguments(around))
    return next((name for name, true in zip(names, happens, strict=True) if np.any(true)), None)


@lru_cache(maxsize=64)
def _conditions(system: System) -> Callable[..., tuple[Any, ...]]:
    """The conditions of the events that reset, as one function of states, parameters and t."""
    return Compiler(system).compile([e.condition for e in system.events if system.is_reset(e)])


@lru_cache(maxsize=64)
def _reached(system: System, free: tuple[str, ...]) -> frozenset[str]:
    """Names that the drifts of ``free`` depend on, through definitions, delays and orders.

    A delay reads its state earlier, at ``t - tau``: it depends on time when tau does.
    """
    named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
    states = [s for s in system.states if s.name in free]
    reached = names_reached([e for s in states for e in (s.drift, s.order) if e is not None], named)
    while more := {n for d in system.delays if d.name in reached for n in _read_by(d.state, d.time, named)} - reached:
        reached |= more
    return frozenset(reached)


def _read_by(state: str, time: ast.expr, named: dict[str, ast.expr]) -> set[str]:
    """What a delayed value depends on: its state, and what moves the delay."""
    terms = _terms(time)
    # the value is read at `time`, so the delay is t - time: a bare t among the terms cancels in it
    own = next((i for i, term in enumerate(terms) if isinstance(term, ast.Name) and term.id == "t"), None)
    return {state} | names_reached([term for i, term in enumerate(terms) if i != own], named)


def _terms(expr: ast.expr) -> list[ast.expr]:
    """The terms of a sum, those subtracted marked with their sign."""
    match expr:
        case ast.BinOp(op=ast.Add()):
            return _terms(expr.left) + _terms(expr.right)
        case ast.BinOp(op=ast.Sub()):
            return [*_terms(expr.left), ast.UnaryOp(op=ast.USub(), operand=expr.right)]
    return [expr]
