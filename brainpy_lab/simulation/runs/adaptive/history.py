"""Histories of adaptive runs: the tables that the loop reads delayed states from, and what they hold at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from brainpy_lab.drivers.adaptive.past import (
    BREAKS,
    CONSTANT,
    COUNT,
    LATEST,
    LONGEST,
    MOST_BREAKS,
    SPAN,
    WIDTH,
    add_break,
)
from brainpy_lab.equations.system import System
from brainpy_lab.simulation.runs.adaptive.breaks import history_breaks
from brainpy_lab.simulation.runs.delays import DelayRange, all_histories
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.values.history import History, Recalled, finite_values, with_lanes
from brainpy_lab.simulation.values.problem import Problem

_TABLES = ("H", "S", "B")
_FIRST_ROWS = 256
_FEWEST_PIECES, _SHORTEST_PIECE = 32, 1e-9
_MOST_PIECES = 200_000


@dataclass
class StepTables:
    """Arrays of the loop, see `brainpy_lab.drivers.adaptive.past`: one history, span and list of breaks a lane."""

    H: np.ndarray
    S: np.ndarray
    B: np.ndarray
    delayed: np.ndarray
    steady: np.ndarray
    states: tuple[str, ...] = ()

    @staticmethod
    def none(lanes: int) -> StepTables:
        """Of a system without delays."""
        shapes = (lanes, 0, 0), (lanes, SPAN), (lanes, 0, 2)
        H, S, B = (np.zeros(s) for s in shapes)
        return StepTables(H, S, B, np.zeros((0, 2), np.int64), np.zeros(0, bool))

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """As the loop takes them."""
        return self.H, self.S, self.B, self.delayed, self.steady

    def make_room(self) -> None:
        """Twice as many rows, when some lane has used most of its own."""
        lanes, rows, width = self.H.shape
        if rows and self.S[:, COUNT].max() > rows // 2:
            self.H = np.concatenate([self.H, np.zeros((lanes, rows, width))], axis=1)

    @property
    def kept(self) -> dict[str, np.ndarray]:
        """What another run needs to go on with them: the rows in use, spans and breaks."""
        rows = 1 + int(self.S[:, COUNT].max())  # with that of the step to come
        return {"H": self.H[:, :rows].copy(), "S": self.S.copy(), "B": self.B.copy()} if self.states else {}

    def jumped(self, t: float) -> None:
        """Inputs have jumped at ``t``: the states' derivatives break there."""
        for j in range(len(self.S) if len(self.states) else 0):
            add_break(self.S[j], self.B[j], t, 1.0)

    def remembered(self, shape: tuple[int, ...]) -> Remembered | None:
        """The course of the delayed states up to the end of the run."""
        if not self.states:
            return None
        width = int(self.S[0, WIDTH])
        lanes: list[Remembered] = []
        for table, span in zip(self.H, self.S, strict=True):
            used = table[: int(span[COUNT])]
            pieces = {}
            for d, state in enumerate(self.states):
                own = used[:, 2 + d * width : 2 + (d + 1) * width].copy()
                own[:, 1:] *= used[:, 1:2]
                pieces[state] = own
            breaks = self.B[len(lanes), : int(span[BREAKS])].copy()
            lanes.append(Remembered(used[:, 0].copy(), used[:, 1].copy(), pieces, bool(span[CONSTANT]), breaks))
        return lanes[0] if not shape else Remembered.of_lanes(lanes, shape)


def make_tables(
    problem: Problem,
    histories: Mapping[str, History],
    t0: float,
    reach: DelayRange,
    powers: int,
    rtol: float,
    moving: tuple[int, ...],
) -> StepTables:
    """The tables at the start of a run: the histories as polynomials that are far more accurate than the run."""
    system, lanes = problem.system, problem.lanes
    states, width = system.delayed_states, powers + 1
    sources = all_histories(problem, histories)
    back = reach.back if reach.longest is None else reach.longest
    edges = np.array([t0 - 1.0, t0])
    jumps: list[float] = []
    carried: dict[float, float] = {}
    if sources:
        back = back * (1 + 1e-9) + 1e-9 * max(1.0, abs(t0)) if back > 0 else 1.0
        carried = {t: k for t, k in _carried(sources) if t0 - back < t < t0}
        known = sorted({t0 - back, *history_breaks(problem, t0 - back, t0), *carried, t0})
        edges, jumps = _pieces(sources, np.array(known), powers, rtol, problem.shape)
        jumps = [t for t in jumps if t not in carried]
    n = len(edges) - 1
    rows = max(_FIRST_ROWS, 2 * n + 16)
    H = np.zeros((lanes, rows, 2 + len(states) * width))
    lengths = edges[1:] - edges[:-1]
    H[:, :n, 0], H[:, :n, 1] = edges[:-1], lengths
    breaks_off = np.zeros(lanes, dtype=bool)
    for d, state in enumerate(states):
        start = np.full(problem.shape, problem.states[state], dtype=float).reshape(-1)
        column = 2 + d * width
        if state not in sources:
            H[:, :n, column] = start[:, None]
            continue
        own = _fitted(state, sources[state], edges, powers, problem.shape)  # (pieces, width, lanes)
        H[:, :n, column : column + width] = np.moveaxis(own, 2, 0)
        ends = own.sum(axis=1)
        gaps = np.abs(own[1:, 0] - ends[:-1]).max(axis=1, initial=0.0)
        jumps += edges[1:-1][gaps > 1e-9 * max(1e-300, float(np.abs(ends).max()))].tolist()
        end = ends[-1]
        breaks_off |= np.abs(end - start) > 1e-9 * np.maximum(1.0, np.abs(start))
        H[:, :n, column + 1 : column + width] /= lengths[None, :, None]
    S = np.zeros((lanes, SPAN))
    S[:, COUNT], S[:, WIDTH], S[:, CONSTANT] = n, width, 0.0 if sources else 1.0
    S[:, LATEST] = t0
    S[:, LONGEST] = np.inf if reach.longest is None else reach.longest
    B = np.zeros((lanes, MOST_BREAKS, 2))
    for j in range(lanes):
        for time, order in sorted({**carried, **dict.fromkeys(jumps, 0.0)}.items())[-MOST_BREAKS // 2 :]:
            add_break(S[j], B[j], time, order)
        add_break(S[j], B[j], t0, 0.0 if breaks_off[j] else 1.0)
    assert S[0, BREAKS] >= 1
    return StepTables(H, S, B, *_indices(system, moving), states)


def _indices(system: System, moving: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The delayed states with the places of their slopes, and which delays no state moves."""
    place = {i: k for k, i in enumerate(moving)}
    numbers = [system.state_names.index(s) for s in system.delayed_states]
    delayed = np.array([[i, place.get(i, -1)] for i in numbers], dtype=np.int64)
    return delayed, np.array([not system.is_state_dependent(d) for d in system.delays], dtype=bool)


def tables_from(
    kept: Mapping[str, np.ndarray], system: System, reach: DelayRange, moving: tuple[int, ...]
) -> StepTables:
    """The tables that another run has kept, see `StepTables.kept`, with room for more."""
    H, S, B = (np.array(kept[name]) for name in _TABLES)
    lanes, rows, width = H.shape
    if reach.longest is not None:
        S[:, LONGEST] = np.maximum(S[:, LONGEST], reach.longest)
    room = np.zeros((lanes, max(_FIRST_ROWS, rows), width))
    return StepTables(np.concatenate([H, room], axis=1), S, B, *_indices(system, moving), system.delayed_states)


def _carried(sources: Mapping[str, History]) -> list[tuple[float, float]]:
    """The breaks that an earlier run knew in its course."""
    courses = [source for source in sources.values() if isinstance(source, Recalled)]
    return [(time, order) for course in courses for time, order in course.remembered.breaks.tolist()]


def _fitted(state: str, history: History, edges: np.ndarray, powers: int, shape: tuple[int, ...]) -> np.ndarray:
    """Polynomials of degree ``powers`` through Chebyshev points of each piece: (pieces, coefficients, lanes)."""
    points = _chebyshev(powers + 1)
    times = (edges[:-1, None] + np.diff(edges)[:, None] * points).reshape(-1)
    whole = _values(state, history, times, shape).reshape(len(edges) - 1, powers + 1, -1)
    first = whole[:, :1]
    inverse = np.linalg.inv(points[:, None] ** np.arange(powers + 1))
    fitted = np.einsum("ij,njl->nil", inverse, whole - first)
    fitted[:, 0] += first[:, 0]
    return np.asarray(fitted)


def _chebyshev(n: int) -> np.ndarray:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (2 * np.arange(n) + 1) / (2 * n)))


def _pieces(
    sources: Mapping[str, History], known: np.ndarray, powers: int, rtol: float, shape: tuple[int, ...]
) -> tuple[np.ndarray, list[float]]:
    """Edges of pieces on which polynomials follow all histories, and the times at which one of them may jump.

    ``known`` are the start, the times at which histories are known not to be smooth, and the end.
    """
    back = known[-1] - known[0]
    edges = np.unique(np.concatenate([np.linspace(known[0], known[-1], _FEWEST_PIECES + 1), known]))
    between = np.array([0.0, 0.13, 0.37, 0.5, 0.81, 1.0])
    tolerance = min(max(1e-2 * rtol, 1e-14), 1e-12)
    settled = np.zeros(len(edges) - 1, dtype=bool)
    jumps: list[float] = known[1:-1].tolist()
    while not settled.all() and len(edges) < _MOST_PIECES:
        wrong = np.zeros(len(settled), dtype=bool)
        open_ = np.flatnonzero(~settled)
        for state, history in sources.items():
            left, length = edges[open_], np.diff(edges)[open_]
            pairs = np.stack([left, left + length], axis=1).reshape(-1)
            fitted = _fitted(state, history, pairs, powers, shape)[::2]
            inside = np.clip(between, 1e-6, 1 - 1e-6)
            times = (left[:, None] + length[:, None] * inside).reshape(-1)
            values = _values(state, history, times, shape).reshape(len(left), len(inside), -1)
            found = np.einsum("sk,nkl->nsl", inside[:, None] ** np.arange(powers + 1), fitted)
            scale = np.abs(values).max(axis=(1, 2), initial=1e-300) + np.abs(values).max(initial=1e-300)
            wrong[open_] |= np.abs(found - values).max(axis=(1, 2), initial=0.0) > tolerance * scale
        short = wrong & (np.diff(edges) < _SHORTEST_PIECE * back)
        split = wrong & ~short
        middles = 0.5 * (edges[:-1] + edges[1:])[split]
        places = [
            _place_of_jump(sources, float(a), float(b), shape)
            for a, b in zip(edges[:-1][short], edges[1:][short], strict=True)
        ]
        settled = np.repeat(~split, np.where(split, 2, 1))
        jumps += places
        edges = np.sort(np.concatenate([edges, middles]))
    return _with_jumps(edges, jumps, _SHORTEST_PIECE * back), jumps


def _values(state: str, history: History, times: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values of a history, times first, with all lanes."""
    values = finite_values(state, np.asarray(history(times), dtype=float), times)
    return np.broadcast_to(with_lanes(values, shape), (len(times), *shape)).reshape(len(times), -1)


def _place_of_jump(sources: Mapping[str, History], low: float, high: float, shape: tuple[int, ...]) -> float:
    """Where between two times the histories jump most, as exactly as there are numbers."""

    def all_values(time: float) -> np.ndarray:
        return np.concatenate([_values(s, h, np.array([time]), shape)[0] for s, h in sources.items()])

    left, right = all_values(low), all_values(high)
    for _ in range(80):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        now = all_values(middle)
        if np.abs(now - left).max() <= np.abs(now - right).max():
            low = middle
        else:
            high = middle
    return high


def _with_jumps(edges: np.ndarray, jumps: list[float], near: float) -> np.ndarray:
    """The edges with each jump in the place of those around it."""
    places = np.array(sorted(set(jumps)))
    if not len(places):
        return edges
    inner = edges[1:-1]
    apart = np.abs(inner[:, None] - places).min(axis=1, initial=np.inf)
    return np.unique(np.concatenate([edges[:1], inner[apart > 2.0 * near], places, edges[-1:]]))
