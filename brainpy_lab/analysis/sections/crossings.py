"""Crossings of a section by an orbit, or by many orbits at once."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.analysis.sections.condition import read_condition
from brainpy_lab.analysis.sections.seen import Seen, at_conditions, at_event
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.run_defaults import is_finite, is_number
from brainpy_lab.simulation.runs.warning import warn

#: Looks at a run at first; each further run looks eight times as often, as long as crossings lie between two looks.
LOOKS, FINER, TRIES = 2000, 8, 4

#: An orbit whose crossings differ by no more than this, relative to their size, rests.
REST = 1e-5

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.LtE: ast.Gt,
}  # fmt: skip


class EndedError(AnalysisError):
    """A run ends before its time."""


@dataclass(frozen=True)
class Crossings:
    """Crossings in the order of orbits, then of time.

    Attributes
    ----------
    t : ndarray, shape (n_crossings,)
    states : dict of ndarray, shape (n_crossings,)
    orbit : ndarray of int, shape (n_crossings,)
    """

    t: Array
    states: dict[str, Array]
    orbit: np.ndarray


def seen_at(system: System, section: str, direction: int, *, after: bool) -> Seen:
    """The system that sees crossings of ``section``: a condition, or the name of one of its events."""
    _refuse(system)
    if any(e.name == section for e in system.events):
        if direction != 1:
            raise ArgumentError(
                f"'{section}' is an event, which happens in one direction.", advice="Write its condition instead."
            )
        return at_event(system, section, after=after)
    if after:
        raise ArgumentError("after= is for events of the model: a section changes nothing.", advice="Leave it out.")
    condition = read_condition(system, section)
    chosen = {1: [condition], -1: [opposite(condition)], 0: [condition, opposite(condition)]}
    if direction not in chosen:
        raise ArgumentError(f"direction is {direction!r}; it is 1, -1 or 0 (both).")
    return at_conditions(system, chosen[direction])


def joined(parts: Sequence[Crossings]) -> Crossings:
    """All crossings of some sets of orbits."""
    first, *others = parts
    if not others:
        return first
    states = {name: np.concatenate([p.states[name] for p in parts]) for name in first.states}
    return Crossings(np.concatenate([p.t for p in parts]), states, np.concatenate([p.orbit for p in parts]))


def say_if_none(found: Crossings, model: str, section: str) -> None:
    """Warn where nothing was found."""
    if not len(found.t):
        warn(
            f"No orbit of {model} came to the section in this time: {section}. Does the condition become true on it, "
            "and not rest? A longer T=, or another transient= or initial=, may find one."
        )


def opposite(condition: ast.expr) -> ast.expr:
    """The condition that is true where ``condition`` is not."""
    match condition:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPPOSITE:
            return ast.Compare(left, [_OPPOSITE[type(op)]()], [right])
    return ast.UnaryOp(ast.Not(), condition)


def _refuse(system: System) -> None:
    for what, is_so in (
        ("noise", system.is_random), ("delays", system.is_delayed), ("fractional orders", system.is_fractional),
    ):  # fmt: skip
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: sections of such models are not computed.",
                advice="Run it with the section as an event, `when x > 0:` with `pass`, and look at sol.events.",
            )


def crossings(
    seen: Seen, names: tuple[str, ...], T: float, transient: float, initial: Mapping[str, Any], options: dict[str, Any]
) -> Crossings:
    """The crossings of a run between ``transient`` and ``transient + T``."""
    for name, value in (("T", T), ("transient", transient)):
        if not is_number(value) or not is_finite(value) or value < 0 or (name == "T" and value == 0):
            raise ArgumentError(f"{name} is {value!r}; it must be a positive number.")
    for name, given in initial.items():
        if name not in names:
            raise ArgumentError(
                f"initial: '{name}' is no state of {seen.system.name}.",
                advice=did_you_mean(str(name), names) or f"States: {', '.join(names)}.",
            )
        if np.ndim(given):
            raise ArgumentError(
                f"The start of '{name}' is an array; a section is of one orbit.", advice="Give a number."
            )
    model, start, begin = Model(seen.system), dict(initial), 0.0
    if transient:
        sol = _run(model, seen, transient, begin, start, {**options, "record": []})
        start, begin = {name: np.asarray(value) for name, value in sol.final.items()}, transient
    record = [*seen.states, seen.time, seen.count]
    looks = LOOKS
    for _ in range(TRIES):
        sol = _run(model, seen, T, begin, start, {**options, "record": record, "record_every": T / looks})
        counts = np.asarray(sol[seen.count], dtype=float).reshape(len(sol.t), -1)
        steps = np.diff(counts, axis=0)
        seen_states = np.stack([np.asarray(sol[name], dtype=float).reshape(len(sol.t), -1) for name in seen.states])
        if not ((steps.max(axis=0) > 1) & ~_rests(seen_states, steps)).any():
            break
        looks *= FINER
    else:
        raise AnalysisError(
            f"{seen.system.name} crosses the section several times within {T / looks * FINER:.2g}.",
            advice="Take a shorter T.",
        )
    orbit, at = np.nonzero(steps.T > 0)
    found = {name: np.asarray(sol[name], dtype=float).reshape(len(sol.t), -1)[at + 1, orbit] for name in record[:-1]}
    crossed = found[seen.time] > begin  # a condition that is true at the start becomes so nowhere
    states = {name: found[to][crossed] for name, to in zip(names, seen.states, strict=True)}
    return Crossings(found[seen.time][crossed], states, orbit[crossed])


def _rests(seen: Array, steps: Array) -> np.ndarray:
    """Which orbits are at rest: rounding leads them across a section again and again, at one point."""
    later = np.where(np.cumsum(steps, axis=0) > 0, seen[:, 1:], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # orbits without a crossing
        spread = np.nanmax(later, axis=1) - np.nanmin(later, axis=1)
        size = np.nanmax(np.abs(later), axis=1)
    return np.asarray((spread <= REST * (REST + size)).all(axis=0))


def _run(model: Model, seen: Seen, span: float, begin: float, start: dict[str, Any], options: dict[str, Any]) -> Any:
    sol = model.run(span, start=begin, initial=start, **options)
    if not sol.outcome:
        raise EndedError(
            f"A run of {seen.system.name} ends at t = {float(sol.t[-1]):.6g}. {sol.outcome.advice}",
            advice="Begin elsewhere, initial={...}, or take other parameters.",
        )
    return sol
