"""Several networks side by side, which differ in a few numbers: for sweeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.runs.spikes import DrawnTrain
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution


@dataclass(frozen=True)
class Members:
    """The values of an ensemble: arrays that broadcast against each other.

    Attributes
    ----------
    shape : tuple of int
    given : dict of str to array
        By parameter, ``E.I``; broadcast to the shape.
    axes : dict of str to array
        The same as they were given, with as many axes as the ensemble has.
    """

    shape: tuple[int, ...]
    given: dict[str, np.ndarray]
    axes: dict[str, np.ndarray]

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Members:
        """From the argument ``parameters`` of a run."""
        arrays = {str(key): _numbers(str(key), value) for key, value in parameters.items()}
        try:
            shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
        except ValueError:
            shapes = ", ".join(f"{key} {a.shape}" for key, a in arrays.items() if a.ndim)
            raise ArgumentError(
                f"parameters: these arrays do not broadcast to one ensemble: {shapes}.",
                advice="Give arrays of one length, or of axes of their own: a[:, None] and b.",
            ) from None
        if 0 in shape:
            raise ArgumentError("parameters: an ensemble has at least one member; an array is empty.")
        whole = {key: np.broadcast_to(a, shape).reshape(-1) for key, a in arrays.items()}
        axes = {key: a.reshape((1,) * (len(shape) - a.ndim) + a.shape) for key, a in arrays.items()}
        return cls(shape, whole, axes)

    def __len__(self) -> int:
        return int(np.prod(self.shape, dtype=int))

    def values(self, number: int) -> dict[str, float]:
        """Those of one member."""
        return {key: float(a[number]) for key, a in self.given.items()}


def _numbers(key: str, value: Any) -> np.ndarray:
    array = np.asarray(value) if not callable(value) and not isinstance(value, bool) else np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise ArgumentError(
            f"parameters: '{key}' is a number, or an array with one for each member; got {value!r:.60}.",
            advice="What differs between cells or moves in time is set at the part itself, before the run.",
        )
    return array.astype(float)


class Halt:
    """A stop flag of the ensemble's own beside that of the user."""

    def __init__(self, stop: threading.Event | None) -> None:
        self.stop, self.own = stop, threading.Event()

    def is_set(self) -> bool:
        """Whether the runs are to end."""
        return self.own.is_set() or (self.stop is not None and self.stop.is_set())


class Progresses:
    """The fraction done of all members together."""

    def __init__(self, report: Progress, n: int) -> None:
        self.report, self.done, self.lock = report, np.zeros(n), threading.Lock()

    def of(self, number: int) -> Progress:
        """The report of one member."""

        def report(fraction: float) -> None:
            with self.lock:
                self.done[number] = fraction
                self.report(float(self.done.mean()))

        return report


def side_by_side(
    runs: Sequence[Callable[[], NetworkSolution]], threads: int, halt: Halt
) -> tuple[list[NetworkSolution], bool]:
    """The results of all runs, ``threads`` of them at once, and whether the user interrupted them.

    After an interrupt the members that are on their way end, and those after them do not begin.
    """
    is_interrupted = False
    results: list[NetworkSolution] = []
    futures: list[Future[NetworkSolution]] = []
    with ThreadPoolExecutor(threads, thread_name_prefix="network") as pool:
        while len(results) < len(runs):
            try:
                while len(futures) < len(runs):  # an interrupt may come before all of them have begun
                    futures.append(pool.submit(runs[len(futures)]))
                results.append(futures[len(results)].result())
            except KeyboardInterrupt:
                is_interrupted = True
                halt.own.set()
            except BaseException:
                halt.own.set()
                raise
    return results, is_interrupted


def combined(members: Members, found: Sequence[NetworkSolution]) -> NetworkSolution:
    """All members as one solution, whose arrays have the ensemble's axes behind time.

    Where members ended early, what they lack is nan.
    """
    longest = max(found, key=lambda sol: len(sol.t))
    outcome = next((sol.outcome for sol in found if sol.outcome is not Outcome.COMPLETED), Outcome.COMPLETED)
    stats = dict(longest.stats)
    stats |= {"steps": sum(sol.stats["steps"] for sol in found), "ends": [sol.end for sol in found]}
    for key in ("wall_time", "compile_time"):
        stats[key] = sum(sol.stats[key] for sol in found)
    failed = [number for number, sol in enumerate(found) if "ended" in sol.stats]
    if failed:
        stats["ended"] = _ended(members, found, failed)
    parts = {key: _part(members, [sol[key] for sol in found], longest, outcome, stats) for key in longest}
    final = {
        part: {
            name: np.stack([sol.final[part][name] for sol in found]).reshape(*members.shape, *np.shape(value))
            for name, value in values.items()
        }
        for part, values in longest.final.items()
    }
    return NetworkSolution(
        longest.t, parts, final, longest.seed, outcome, stats, longest.name, members.shape, tuple(found)
    )


def _ended(members: Members, found: Sequence[NetworkSolution], failed: Sequence[int]) -> str:
    """What went wrong, in the first member of those that ended early."""
    values = ", ".join(f"{key} = {value:g}" for key, value in members.values(failed[0]).items())
    many = f"{len(failed):,} of {len(members):,} members ended early. " if len(members) > 1 else ""
    return f"{many}{values}: {found[failed[0]].stats['ended']}"


def _part(
    members: Members, of: Sequence[Solution], longest: NetworkSolution, outcome: Outcome, stats: dict[str, Any]
) -> Solution:
    """One part of the network in all members."""
    n_times, cells = len(longest.t), of[0].ensemble_shape
    shape = (*members.shape, *cells)
    data = {}
    for name in of[0].data:
        whole = np.full((n_times, len(members), *of[0].data[name].shape[1:]), np.nan)
        for number, sol in enumerate(of):
            whole[: len(sol.t), number] = sol.data[name]
        data[name] = whole.reshape(n_times, *members.shape, *whole.shape[2:])
    events = {name: _train([sol.events[name] for sol in of], shape, longest.end) for name in of[0].events}
    params = {key: a.reshape(*a.shape, *(1,) * len(cells)) for key, a in members.axes.items()}
    checkpoint = Checkpoint(longest.end, seed=longest.seed, model_name=of[0].model_name, ensemble_shape=shape)
    return Solution(
        longest.t, data, params=params, events=events, seed=longest.seed, outcome=outcome, stats=stats,
        model_name=of[0].model_name, ensemble_shape=shape, checkpoint=checkpoint,
        ensemble_params=tuple(key for key, a in members.axes.items() if a.size > 1),
    )  # fmt: skip


def _train(trains: Sequence[EventTrain], shape: tuple[int, ...], end: float) -> EventTrain:
    """The events of all members; drawn when they are read where those of the members are."""
    start = trains[0].window[0] if trains[0].window else 0.0
    if any(isinstance(train, DrawnTrain) for train in trains):
        return _DrawnTrains(trains, shape, (start, end))
    t, index, count = _together(trains)
    return EventTrain(t, index, shape, (start, end), count)


def _together(trains: Sequence[EventTrain]) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Entries of all members by time, then cell."""
    size = trains[0].n_cells
    index = np.concatenate([np.asarray(train.index) + number * size for number, train in enumerate(trains)])
    t = np.concatenate([train.t for train in trains])
    order = np.lexsort((index, t))
    given = [train.multiplicity for train in trains]
    count = None if given[0] is None else np.concatenate(given)[order]
    return t[order], index[order], count


class _DrawnTrains(DrawnTrain):
    """Those of all members of an ensemble."""

    def __init__(self, trains: Sequence[EventTrain], shape: tuple[int, ...], window: tuple[float, float]) -> None:
        self._trains, self.ensemble_shape, self.window = trains, shape, window
        self.expected = sum(train.expected if isinstance(train, DrawnTrain) else train.count() for train in trains)

    @cached_property
    def _drawn(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        t, index, count = _together(self._trains)
        assert count is not None  # those of sources have it
        return t, index, count
