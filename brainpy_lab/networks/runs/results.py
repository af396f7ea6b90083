"""A run of a network as a user reads it: records, spikes, where everything ended."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.running import RunOf
from brainpy_lab.networks.runs.spikes import DrawnTrain, arrivals
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.solution import Solution


def solution_of(run: RunOf) -> NetworkSolution:
    """The run as a user reads it."""
    plan, dt, first = run.plan, run.plan.state.dt, run.setup.first
    count = run.done // plan.every + 1
    t = (first + np.arange(count) * plan.every) * dt
    window = (first * dt, run.flow.step * dt)
    shapes: dict[str, tuple[int, ...]] = {g.name: g.shape for g in plan.network.groups}
    data: dict[str, dict[str, np.ndarray]] = {g.name: {} for g in plan.network.groups}
    for w in plan.record:
        shapes.setdefault(w.key, w.shape)
    wall = time.perf_counter() - run.began
    stats: dict[str, Any] = {
        "steps": run.done, "dt": dt, "backend": plan.code.backend, "wall_time": wall,
        "compile_time": run.compile_time, "end": window[1],
    }  # fmt: skip
    if run.ended:
        stats["ended"] = run.ended
    if run.store is not None:
        return run.store.solution(run.rows, run.done, _final(run), run.outcome, stats)
    for (key, name), values in run.kept.found(run.done).items():
        data.setdefault(key, {})[name] = values
    trains = _trains(run, window, shapes)
    parts = {
        key: Solution(
            t, named, events=trains.get(key, {}), seed=plan.state.seed, outcome=run.outcome, model_name=key,
            ensemble_shape=shapes[key], stats=stats,
            checkpoint=Checkpoint(window[1], seed=plan.state.seed, model_name=key, ensemble_shape=shapes[key]),
        )
        for key, named in data.items()
    }  # fmt: skip
    return NetworkSolution(t, parts, _final(run), plan.state.seed, run.outcome, stats, plan.network.name)


def _trains(
    run: RunOf, window: tuple[float, float], shapes: dict[str, tuple[int, ...]]
) -> dict[str, dict[str, EventTrain]]:
    found: dict[str, dict[str, EventTrain]] = {}
    dt, first, last = run.plan.state.dt, run.setup.first, run.flow.step
    for number, (axis, name) in enumerate(run.plan.code.events):
        if axis not in run.plan.network.by_name:  # a clock
            continue
        group = run.drawn.get(axis)
        train: EventTrain
        if group is not None:
            train = DrawnTrain(run.setup.sources[axis], first, last, dt, group.shape, group.total_rate)
        else:
            steps, cells = run.spikes.of(number)
            count = None
            if not isinstance(run.plan.network.by_name[axis], NeuGroup):
                steps, cells, count = arrivals(steps, cells)
            train = EventTrain(steps * dt, cells, shapes[axis], window, count)
        found.setdefault(axis, {})[name] = train
    return found


def _final(run: RunOf) -> dict[str, dict[str, np.ndarray]]:
    final: dict[str, dict[str, np.ndarray]] = {}
    for part in run.plan.network.groups:
        if isinstance(part, NeuGroup):
            final[part.name] = {n: np.array(v).reshape(part.shape) for n, v in part.state.items()}
    for syn in run.plan.network.synapses:
        own = {n: np.array(syn.state[n]) for n in syn.homes.at("connection")}
        for n, (home, values) in syn.at_cells.items():
            group = syn.pre_group if home == "pre" else syn.post_group
            own[n] = np.array(values).reshape(group.shape)
        final[syn.name] = own
    return final
