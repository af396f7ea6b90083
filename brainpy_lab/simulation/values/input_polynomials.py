"""Inputs that move all the time, for adaptive methods: polynomials of time, piece by piece, written into the equations.

A function that cannot be read, an input that is linear between samples, or an earlier Solution becomes polynomials of
degree five that follow it to a hundredth of the tolerance; the adaptive loop stops where one gives way to the next.
Jumps are found by bisection and are met as break points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from brainpy_lab.codegen.printing import parse
from brainpy_lab.equations.system import Definition, Parameter, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.values.input_functions import put_in_place
from brainpy_lab.simulation.values.problem import Drive

DEGREE = 5  # the order of the usual adaptive pair: errors of input and step shrink alike
_START = 64  # pieces of a function at first
_SMALLEST = 1e-12  # of the run: a change within less is a jump
_MOST = 100_000  # pieces: each ends a step, and with more of them a fixed step is the better choice
#: Chebyshev's points of a piece, and those between them at which the error is largest.
_NODES = 0.5 - 0.5 * np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
_BETWEEN = np.array([0.0, *(0.5 * (_NODES[1:] + _NODES[:-1])), 1.0])
_TO_POWERS = np.linalg.inv(np.vander(_NODES, increasing=True))
_AT_BETWEEN = np.vander(_BETWEEN, DEGREE + 1, increasing=True) @ _TO_POWERS


@dataclass(frozen=True)
class Pieces:
    """A quantity over time: sum of ``powers[k, i] * u**i`` with u = (t - ends[k])/(ends[k + 1] - ends[k]).

    ``powers`` has the shape (pieces, degree + 1, *shape).
    """

    ends: np.ndarray
    powers: np.ndarray

    def within(self, start: float, end: float) -> dict[str, np.ndarray]:
        """Values of the parameters that stand for it in the equations between two break points, by their suffix."""
        middle = 0.5 * (start + end)
        k = int(np.clip(np.searchsorted(self.ends, middle, side="right") - 1, 0, len(self.powers) - 1))
        begin, length = self.ends[k], self.ends[k + 1] - self.ends[k]
        values = {"at": np.asarray(begin), "per": np.asarray(1.0 / length)}
        return values | {str(i): self.powers[k, i] for i in range(DEGREE + 1)}

    def jumps_at(self, time: float) -> bool:
        """Whether it jumps at the end of a piece."""
        k = int(np.searchsorted(self.ends, time))
        if not 0 < k < len(self.powers):
            return False
        left, right = self.powers[k - 1].sum(axis=0), self.powers[k, 0]
        # pieces follow the function to a hundredth of the tolerance: what neighbours differ by more is a jump
        return bool(np.any(np.abs(right - left) > 1e-6 * (np.abs(left) + np.abs(right))))


def pieces_at_first(start: float, end: float, max_step: float) -> int:
    """Pieces in which a function is looked at before it is known where it needs more."""
    return int(min(max(_START, np.ceil((end - start) / max_step)), _MOST // 2))  # half is left for halving pieces


def pieces_of(name: str, drive: Drive, start: float, end: float, rtol: float, max_step: float = np.inf) -> Pieces:
    """Polynomials that follow ``drive`` from ``start`` to ``end``; functions are looked at in each ``max_step``.

    Raises
    ------
    ArgumentError
        When it changes too often for that.
    """
    inner = np.empty(0)
    if drive.knots is not None:
        inner = drive.knots[(drive.knots > start) & (drive.knots < end)]
    if drive.knots is not None and drive.is_linear:
        return _lines(drive, _with_neighbours(drive.knots, start, end))
    edges = np.linspace(start, end, pieces_at_first(start, end, max_step) + 1)
    try:
        return fitted(name, drive.at, np.unique(np.concatenate([edges, inner])), rtol)
    except ArgumentError:
        if drive.knots is None:
            raise
        return _lines(drive, np.array([start, *inner, end]))  # an earlier run of very many steps


def _with_neighbours(knots: np.ndarray, start: float, end: float) -> np.ndarray:
    """The knots of a run and those next to it: lines between them do not depend on where it begins and ends."""
    first, last = np.searchsorted(knots, start, side="right") - 1, np.searchsorted(knots, end)
    before = [knots[0] - 1.0] if first < 0 else []  # outside its knots an input keeps its value
    after = [knots[-1] + 1.0] if last >= len(knots) else []
    return np.array([*before, *knots[max(0, first) : last + 1], *after])


def _lines(drive: Drive, ends: np.ndarray) -> Pieces:
    values = drive.at(ends)
    powers = np.zeros((len(ends) - 1, DEGREE + 1, *values.shape[1:]))
    powers[:, 0], powers[:, 1] = values[:-1], np.diff(values, axis=0)
    return Pieces(ends, powers)


def fitted(name: str, at: Callable[[np.ndarray], np.ndarray], edges: np.ndarray, rtol: float) -> Pieces:
    """Pieces between edges, halved until each follows the function."""
    start, end = float(edges[0]), float(edges[-1])
    todo = [(a, b) for a, b in zip(edges[-2::-1], edges[:0:-1], strict=True)]  # a stack: the earliest piece on top
    values = at(edges)
    if not np.isfinite(values).all():
        where = edges[~np.isfinite(values.reshape(len(edges), -1)).all(axis=1)][0]
        raise ArgumentError(f"The input of '{name}' is not a finite number at t = {where:g}.")
    largest = float(np.abs(values).max(initial=0.0))
    ends, powers = [start], []
    while todo:
        a, b = todo.pop()
        values, between = at(a + (b - a) * _NODES), at(a + (b - a) * _BETWEEN)
        largest = max(largest, float(np.abs(between).max(initial=0.0)))
        error = np.abs(np.tensordot(_AT_BETWEEN, values, 1) - between).max(initial=0.0)
        # `not <=`, so that nan halves too; 1e-10: tighter tolerances would only follow the rounding of the function
        if b - a > _SMALLEST * (end - start) and not error <= 0.01 * max(rtol, 1e-10) * largest:
            middle = 0.5 * (a + b)
            todo += [(middle, b), (a, middle)]
        else:
            ends.append(b)
            powers.append(np.tensordot(_TO_POWERS, values, 1))
        if len(todo) + len(powers) > _MOST:
            raise ArgumentError(
                f"The input of '{name}' changes too often for steps that adapt to it.",
                advice="Use a fixed-step method, for example method='rk4'.",
            )
    return Pieces(np.array(ends), np.array(powers))


def parameters_of(name: str, system: System, degree: int = DEGREE) -> dict[str, str]:
    """Names of the parameters that stand for ``name`` in the equations, by their suffix."""
    suffixes = ("at", "per", *map(str, range(degree + 1)))
    taken = {*system.state_names, *system.parameter_names, *(d.name for d in system.derived + system.intermediates)}
    prefix = f"{name}_"
    while any(f"{prefix}{suffix}" in taken for suffix in ("u", *suffixes)):
        prefix += "_"
    return {suffix: f"{prefix}{suffix}" for suffix in suffixes}


def with_polynomials(system: System, names: Mapping[str, Mapping[str, str]]) -> System:
    """``system`` with each of ``names`` as a polynomial of t whose coefficients are parameters."""
    for name, parts in names.items():
        u = parts["at"].removesuffix("at") + "u"
        degree = len(parts) - 3
        text = parts[str(degree)]
        for power in range(degree - 1, -1, -1):
            text = f"{parts[str(power)]} + {u}*({text})" if power < degree - 1 else f"{parts[str(power)]} + {u}*{text}"
        definitions = (
            Definition(u, parse(f"(t - {parts['at']})*{parts['per']}"), f"fraction of the piece of {name}"),
            Definition(name, parse(text), f"the input of {name}, as a polynomial"),
        )
        new = tuple(Parameter(part, 0.0) for part in parts.values())
        system = put_in_place(system, name, definitions, new)
    return system
