"""What is to be recorded, as the user writes it: ``"V"``, ``"x[:5]"``, ``"x[3]"``, ``{"V": 0.1, "w": 1.0}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.run_defaults import positive
from brainpy_lab.simulation.values.problem import Problem

_PART = re.compile(r"\s*([^\[\]\s]+)\s*\[(.*)\]\s*")
_INDEX, _SLICE = re.compile(r"\s*(-?\d+)\s*"), re.compile(r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*:?\s*")

Part = int | tuple[int | None, int | None]
Index = tuple[Any, ...]


@dataclass(frozen=True)
class Pick:
    """One thing to record.

    Attributes
    ----------
    key : str
        As it was written, and as the Solution calls it.
    name : str
        The variable.
    part : int, or (int, int), optional
        One of its numbers, or the borders of a slice of them; all by default.
    every : float, optional
        Time between its records; by default the run's.
    steps : int
        The same in steps of fixed length.
    """

    key: str
    name: str
    part: Part | None = None
    every: float | None = None
    steps: int = 1

    @staticmethod
    def of(key: Any, every: Any = None) -> Pick:
        """Read what a user wrote."""
        if not isinstance(key, str):
            raise ArgumentError(f"record takes names of variables, not {key!r}.")
        if every is not None:
            positive(f"record['{key}']", every)
            every = float(every)
        found = _PART.fullmatch(key)
        if not found:
            return Pick(key, key, every=every)
        name, inside = found.groups()
        if one := _INDEX.fullmatch(inside):
            return Pick(key, name, int(one[1]), every)
        if piece := _SLICE.fullmatch(inside):
            low, high = (None if border is None else int(border) for border in piece.groups())
            return Pick(key, name, (low, high), every)
        raise ArgumentError(
            f"record has '{key}': a part of a variable is one of its numbers, or a slice without a step.",
            advice=f"For example '{name}[3]' or '{name}[:5]'.",
        )

    def index(self, problem: Problem) -> Index:
        """Where in the variable's values, ensemble first, the part stands.

        Raises
        ------
        ArgumentError
            The variable has no such part.
        """
        if self.part is None:
            return ()
        is_state = self.name in problem.system.state_names
        if problem.mixes and not is_state:
            raise ArgumentError(
                f"record has '{self.key}': '{self.name}' is computed from all elements of the states.",
                advice=f"Record '{self.name}' as a whole.",
            )
        is_array = bool(problem.cell) and self.name not in problem.narrow
        if not is_array and len(problem.ensemble) != 1:
            kind = f"an ensemble of {len(problem.ensemble)} axes" if problem.ensemble else "a single run"
            raise ArgumentError(
                f"record has '{self.key}': '{self.name}' is one number, in {kind}.",
                advice="Parts are elements of array states, or members of an ensemble of one axis.",
            )
        size, what = (problem.cell[-1], "elements") if is_array else (problem.ensemble[0], "members")
        borders = (self.part,) if isinstance(self.part, int) else self.part
        low, high, _ = (0, 1, 1) if isinstance(self.part, int) else slice(*self.part).indices(size)
        beyond = -1 if isinstance(self.part, int) else 0
        if low >= high or any(b is not None and not -size <= b <= size + beyond for b in borders):
            raise ArgumentError(
                f"record has '{self.key}': '{self.name}' has {size} {what}.", advice=f"They are 0 to {size - 1}."
            )
        place = self.part if isinstance(self.part, int) else slice(low, high)
        return (*((slice(None),) * len(problem.ensemble) if is_array else ()), place)


def picks_of(record: Any) -> tuple[Pick, ...] | None:
    """The picks of an argument ``record`` that is more than a list of names; None where it is not."""
    if isinstance(record, Mapping):
        return tuple(Pick.of(key, every) for key, every in record.items())
    if isinstance(record, list | tuple) and any(isinstance(key, str) and "[" in key for key in record):
        return tuple(dict.fromkeys(map(Pick.of, record)))
    return None


def settled(
    picks: tuple[Pick, ...], record_every: float | None, others: bool
) -> tuple[float | None, tuple[Pick, ...] | None]:
    """The run's interval, and what is recorded at other times or in parts; None for whole variables at that interval.

    Parameters
    ----------
    record_every : float, optional
        What the user gave.
    others : bool
        Whether another option says when to record.

    Raises
    ------
    ArgumentError
        Intervals of variables beside an option that they contradict.
    """
    intervals = {p.every for p in picks}
    given = sorted(every for every in intervals if every is not None)
    if given and others:
        raise ArgumentError(
            "Intervals in record and record_at or grading both say when to record.", advice="Give one of them."
        )
    if given and record_every is not None and None not in intervals:
        raise ArgumentError(
            "record_every says nothing where record has an interval for each variable.",
            advice="Leave it out, or write None for the variables that follow it: record={'V': 0.1, 'w': None}.",
        )
    every = given[0] if given and None not in intervals else record_every
    own = tuple(replace(p, every=None) if p.every == every else p for p in picks)
    return every, own if any(p.part is not None or p.every is not None for p in own) else None


def in_steps(picks: tuple[Pick, ...], base: int, dt: float) -> tuple[int, tuple[Pick, ...]]:
    """The steps after which a run looks whether anything is due, and the picks with their intervals in steps.

    Raises
    ------
    ArgumentError
        An interval is no whole multiple of dt.
    """
    own = tuple(
        replace(p, steps=base if p.every is None else steps_between(p.every, dt, f"record['{p.key}']")) for p in picks
    )
    return gcd(*(p.steps for p in own)), own


def steps_between(every: float, dt: float, name: str) -> int:
    """Steps from one record to the next.

    Raises
    ------
    ArgumentError
        They are no whole number.
    """
    steps = round(min(every / dt, 2.0**53))  # which no run has
    if steps < 1 or (abs(steps * dt - every) > 1e-6 * every and steps < 2**53):
        raise ArgumentError(
            f"{name} ({every:g}) must be a whole multiple of dt ({dt:g}).",
            advice=f"For example {name.split('[')[0]}={max(1, steps) * dt:g}."
            if name == "record_every"
            else f"For example {max(1, steps) * dt:g}.",
        )
    return steps


def longer_than_run(every: float, duration: float) -> str:
    """What is said where nothing but the start is recorded."""
    return (
        f"record_every ({every:g}) is longer than the run ({duration:g}): of it the start alone is recorded. "
        f"Give at most record_every={duration:g}; what the run has come to is in sol.final."
    )


def regular(every: float, t0: float, duration: float) -> np.ndarray:
    """Times from ``t0`` on, ``every`` apart, up to the end."""
    times = t0 + every * np.arange(int(np.floor(duration / every + 1e-9)) + 1)
    return np.asarray(np.minimum(times, t0 + duration))


def all_times(picks: tuple[Pick, ...], every: float | None, t0: float, duration: float) -> np.ndarray:
    """All times at which anything is recorded, where methods can record at any.

    Raises
    ------
    ArgumentError
        A variable is to be recorded at the run's own steps.
    """
    if every is None:
        free = next(p.key for p in picks if p.every is None)
        raise ArgumentError(
            f"record has no interval for '{free}', and others for other variables: in this run steps have any length.",
            advice=f"Give '{free}' an interval too, or record_every.",
        )
    return np.unique(np.concatenate([regular(p.every or every, t0, duration) for p in picks]))
