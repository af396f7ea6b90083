"""What a run remembers of delayed states at its end, so that another run can go on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.simulation.solution.checkpoint import Checkpoint, in_part

_PART = "past"  # of a checkpoint


@dataclass(frozen=True)
class Remembered:
    """The delayed states' course up to the end of a run, as piecewise polynomials; a run that continues it reads it.

    Attributes
    ----------
    start : array (n_pieces,)
        Where each piece begins, ascending; the first one holds for earlier times too.
    length : array (n_pieces,)
        Unit of time of each piece.
    coefficients : mapping of state to array (n_pieces, powers, *shape)
        ``y(start + s length) = c0 + c1 s + c2 s² + ...``
    is_constant : bool
        Whether the first piece's value holds for all times before it, too.
    breaks : array (n_breaks, 2)
        Times at which the course is known not to be smooth, and which derivative of it jumps there.
    """

    start: np.ndarray
    length: np.ndarray
    coefficients: Mapping[str, np.ndarray]
    is_constant: bool = False
    breaks: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))

    def at(self, state: str, times: np.ndarray) -> np.ndarray:
        """Values of a state, times first; nan where nothing is known."""
        place = np.searchsorted(self.start, times, side="right") - 1
        known = (place >= 0) | self.is_constant
        place = np.maximum(place, 0)
        c = self.coefficients[state][place]
        extra = (1,) * (c.ndim - 2)
        s = ((times - self.start[place]) / self.length[place]).reshape(-1, *extra)
        total = np.zeros_like(c[:, 0])
        for k in range(c.shape[1] - 1, -1, -1):
            total = c[:, k] + s * total
        unknown: np.ndarray = np.where(known.reshape(-1, *extra), total, np.nan)
        return unknown

    def last_steps(self, state: str, n: int) -> np.ndarray | None:
        """The last ``n`` pieces of a state, where they are steps of one length: None where there are fewer."""
        found = self.coefficients[state][-n:]
        if len(found) < n and not self.is_constant:
            return None
        constant = np.zeros((n - len(found), *found.shape[1:]))
        constant[:, 0] = found[0, 0]
        return np.concatenate([constant, found])

    @property
    def since(self) -> float:
        """The earliest time at which the course is known."""
        return -np.inf if self.is_constant else float(self.start[0])

    @property
    def arrays(self) -> dict[str, Any]:
        """The same as arrays of a checkpoint."""
        return in_part(_PART, self._named())

    def _named(self) -> dict[str, Any]:
        numbers = {"start": self.start, "length": self.length, "breaks": self.breaks, "constant": self.is_constant}
        return {**{k: np.asarray(v) for k, v in numbers.items()}, **in_part("states", self.coefficients)}

    @staticmethod
    def of(checkpoint: Checkpoint) -> Remembered | None:
        """What a checkpoint holds of it."""
        found = checkpoint.part(_PART)
        if not found:
            return None
        states = {s: np.asarray(c) for s, c in checkpoint.part(f"{_PART}/states").items()}
        if "counts" in found:
            return RememberedLanes.of_named(found, states)
        return Remembered(found["start"], found["length"], states, bool(found["constant"]), found["breaks"])

    @staticmethod
    def of_lanes(lanes: Sequence[Remembered], shape: tuple[int, ...]) -> RememberedLanes:
        """What lanes remember that have each their own pieces."""
        first, breaks = lanes[0], np.concatenate([lane.breaks for lane in lanes])
        return RememberedLanes(first.start, first.length, first.coefficients, False, breaks, tuple(lanes), shape)


@dataclass(frozen=True)
class RememberedLanes(Remembered):
    """The same where each lane has its own pieces, as adaptive ensembles do."""

    lanes: tuple[Remembered, ...] = ()
    shape: tuple[int, ...] = ()

    def at(self, state: str, times: np.ndarray) -> np.ndarray:
        """Values of a state, times first."""
        columns = [lane.at(state, times) for lane in self.lanes]
        return np.stack(columns, axis=1).reshape(len(times), *self.shape)

    def _named(self) -> dict[str, Any]:
        """The lanes' pieces one after the other, with how many of them, and of the breaks, each lane has."""
        lanes = [lane._named() for lane in self.lanes]
        named = {k: np.concatenate([np.atleast_1d(lane[k]) for lane in lanes]) for k in lanes[0]}
        counts = [(len(lane.start), len(lane.breaks)) for lane in self.lanes]
        return {**named, "counts": np.array(counts), "shape": np.array(self.shape, dtype=np.int64)}

    @staticmethod
    def of_named(named: Mapping[str, Any], states: Mapping[str, np.ndarray]) -> Remembered:
        """Back from `_named`."""
        ends = np.cumsum(named["counts"], axis=0)[:-1]
        starts, lengths, breaks = (
            np.split(named[k], ends[:, i]) for k, i in (("start", 0), ("length", 0), ("breaks", 1))
        )
        pieces = {s: np.split(c, ends[:, 0]) for s, c in states.items()}
        lanes = [
            Remembered(start, lengths[j], {s: p[j] for s, p in pieces.items()}, bool(named["constant"][j]), breaks[j])
            for j, start in enumerate(starts)
        ]
        return Remembered.of_lanes(lanes, tuple(named["shape"].tolist()))

    @property
    def since(self) -> float:
        """The earliest time at which the course is known in all lanes."""
        return max(lane.since for lane in self.lanes)
