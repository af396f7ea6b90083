"""One run of a network: its values as a driver takes them, the chunks of steps, and what is kept of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import NetworkCode, Side, Take
from brainpy_lab.drivers.feeds.draw_rows import DrawRows
from brainpy_lab.drivers.feeds.levy_areas import terms_for
from brainpy_lab.drivers.network import NetworkChunk, NetworkFlow, NetworkSetup, Table
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code import Assembly
from brainpy_lab.networks.group import NeuGroup, initial_of
from brainpy_lab.networks.parts import Parts
from brainpy_lab.networks.runs.driven import Driven
from brainpy_lab.networks.runs.interrupts import held_back
from brainpy_lab.networks.runs.recording import Wanted, wanted
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.sources import SpikeSource
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import Wiring
from brainpy_lab.simulation.records.picks import steps_between
from brainpy_lab.simulation.runs.clock import steps_of
from brainpy_lab.simulation.runs.control import ChunkSize, Progress, reporter
from brainpy_lab.simulation.runs.progress_bar import ProgressBar
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.problem import NEVER

#: Numbers from outside (draws, courses of each cell) that are made for a chunk at once: 32 MiB.
_MOST = 1 << 22


@dataclass
class Plan:
    """What is to be run.

    Attributes
    ----------
    n_steps : int
    every : int
        Steps from one record to the next.
    wired : dict of str to Wiring
    """

    network: Parts
    assembly: Assembly
    code: NetworkCode
    state: NetworkState
    n_steps: int
    every: int
    record: tuple[Wanted, ...]
    wired: dict[str, Wiring]
    report: Progress
    stop: threading.Event | None

    @classmethod
    def of(
        cls,
        network: Parts,
        wired: dict[str, Wiring],
        assembly: Assembly,
        code: NetworkCode,
        state: NetworkState,
        *,
        duration: float,
        record: Any,
        record_every: float | None,
        progress: bool | Progress,
        stop: threading.Event | None,
    ) -> Plan:
        """The plan of a run, all of it checked."""
        n_steps, rest = steps_of(duration, state.dt)
        if rest:
            raise ArgumentError(
                f"A run of {duration:g} is not a whole number of steps of {state.dt:g}.",
                advice=f"Run for {n_steps * state.dt:g} or {(n_steps + 1) * state.dt:g}.",
            )
        every = 1 if record_every is None else steps_between(record_every, state.dt, "record_every")
        for group in network.groups:
            if isinstance(group, SpikeSource) and not state.step:
                group.check_start(0.0)
        places = {name: w.stored for name, w in wired.items()}
        found = wanted(record, network.by_name, places)
        report: Progress = ProgressBar(network.name) if progress is True else reporter(progress)
        return cls(network, assembly, code, state, n_steps, every, found, wired, report, stop)

    def setup(self) -> NetworkSetup:
        """The values with which a driver starts."""
        code, state, network = self.code, self.state, self.network
        parts = network.by_name
        tables: dict[tuple[str, Side], Table] = {
            (name, side): table for name, w in self.wired.items() for side, table in w.tables.items()
        }
        sources = {
            g.name: g.spikes(0.0, state.dt, state.seed, number)
            for number, g in enumerate(network.groups) if not isinstance(g, NeuGroup)
        }  # fmt: skip
        return NetworkSetup(
            t0=0.0,
            dt=state.dt,
            sizes={a.name: self._size(a.name) for a in code.axes},
            rows={a.name: self._rows(a.name, a.rows) for a in code.axes},
            scalars={s: _scalar(parts, s) for s in code.scalars},
            drive=self._drive,
            taken={(o.axis, o.row): self._taken(o) for o in code.schedule if isinstance(o, Take)},
            pre={name: w.pre for name, w in self.wired.items()},
            post={name: w.post for name, w in self.wired.items()},
            tables=tables,
            sources=sources,
            record=tuple(w.record for w in self.record),
            every=self.every,
            first=state.step,
        )

    def _drive(self, first: int, n: int) -> np.ndarray:
        """Values of the parameters that move in time and are alike for all cells, (n, driven scalars)."""
        table = np.empty((n, len(self.code.driven)))
        for column, key in enumerate(self.code.driven):
            table[:, column] = self._course(*key.split(".")).of_steps(self.state.dt, first, n)
        return table

    def _course(self, group: str, name: str) -> Driven:
        part = self.network.by_name[group]
        assert isinstance(part, NeuGroup)
        return part.moving[name]

    def _taken(self, operation: Take) -> Callable[[int, int], np.ndarray]:
        draw = self.assembly.draws.get((operation.axis, operation.row))
        if draw is None:
            return partial(self._course(operation.axis, operation.row).of_steps, self.state.dt)
        groups = [g for g in self.network.groups if isinstance(g, NeuGroup)]
        number = next(i for i, g in enumerate(groups) if g.name == operation.axis)
        return DrawRows(draw, self.state.seed, number, groups[number].size, terms_for(self.state.dt))

    def _size(self, axis: str) -> int:
        name, _, side = axis.partition(".")
        part = self.network.by_name[name]
        if isinstance(part, Synapses):
            return part.pre_group.size if side == "pre" else part.post_group.size if side else len(part)
        return part.size

    def _rows(self, axis: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        name = axis.partition(".")[0]
        part = self.network.by_name[name]
        if isinstance(part, Synapses):
            return {row: self._row_of_synapse(part, axis, row) for row in names}
        assert isinstance(part, NeuGroup)
        return self._rows_of_group(part, names)

    def _rows_of_group(self, group: NeuGroup, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        system = self.assembly.systems[group.name]
        parameters = self._parameters(group)
        start = initial_of(system, parameters, group.initial)
        found = {}
        for row in names:
            kept = self.state.row(group.name, row)
            if row in group.parameters:
                value: Any = parameters[row]
            elif row in group.state:
                value = group.state[row]
            elif kept is not None and row not in group.system.state_names:
                value = kept
            elif row in start:
                value = start[row]
            else:
                value = NEVER if row.endswith("_release") else 0.0
            found[row] = np.asarray(value, dtype=float)
        return found

    def _parameters(self, group: NeuGroup) -> dict[str, Any]:
        """All parameters of a group's equations, those of synapses among them."""
        system = self.assembly.systems[group.name]
        own = group.at_start()
        return {p.name: own.get(p.name, p.value) for p in system.parameters}

    def _row_of_synapse(self, syn: Synapses, axis: str, row: str) -> np.ndarray:
        if axis != syn.name:
            kept = self.state.row(axis, row)
            return np.asarray(syn.initial(row) if kept is None else kept, dtype=float)
        stored = self.wired[syn.name].stored
        value = syn.values[row] if row in syn.values else syn.state.get(row, syn.initial(row))
        array = np.asarray(value, dtype=float)
        return array if stored is None or not array.ndim else array[stored]


def _scalar(parts: Mapping[str, Any], key: str) -> float:
    owner, _, name = key.partition(".")
    part = parts[owner]
    if isinstance(part, Synapses):
        if name == "delay":
            return float(np.asarray(part.delay_given))
        return float(np.asarray(part.values[name]))
    value = part.parameters[name]
    return value.at_start() if isinstance(value, Driven) else float(value)


class RunOf:
    """A plan on its way."""

    def __init__(self, plan: Plan, program: Any, compile_time: float) -> None:
        self.plan, self.compile_time = plan, compile_time
        self.began = time.perf_counter()
        self.setup = plan.setup()
        width = sum(len(r.index) for r in self.setup.record)
        count = plan.n_steps // plan.every + 1
        check_record_memory(count, {"records": ()}, (width,), record_every=plan.every * plan.state.dt)
        self.rows = np.empty((count, width))
        self.flow: NetworkFlow = program.start(self.setup)
        for event, spikes in plan.state.queues.items():
            self.flow.load_queue(event, spikes)
        self.chunks: list[NetworkChunk] = []
        self.outcome, self.ended = Outcome.COMPLETED, ""
        self._record_start()
        self._go()
        self._keep()

    def _record_start(self) -> None:
        if self.rows.size:
            parts = [self.flow.values(r.axis, r.row)[r.index] for r in self.setup.record]
            self.rows[0] = np.concatenate(parts)

    @property
    def done(self) -> int:
        """Steps taken."""
        return self.flow.step - self.setup.first

    def _go(self) -> None:
        plan = self.plan
        most = max(1, _MOST // max(1, sum(self.setup.sizes[axis] for axis, _ in self.setup.taken)))
        size = ChunkSize(sum(g.size for g in plan.network.groups), 2048)
        try:
            while self.done < plan.n_steps:
                if plan.stop is not None and plan.stop.is_set():
                    self.outcome = Outcome.STOPPED
                    return
                begun, n = time.perf_counter(), min(size.steps, plan.n_steps - self.done, most)
                with held_back() as interrupts:
                    chunk = self.flow.advance(n, self.rows, self.done // plan.every + 1)
                    self.chunks.append(chunk)
                size.took(n, time.perf_counter() - begun)
                if chunk.fault is not None:
                    self._explain(*chunk.fault)
                    return
                if interrupts:
                    self.outcome = Outcome.INTERRUPTED
                    return
                plan.report(self.done / plan.n_steps)
        except KeyboardInterrupt:
            self.outcome = Outcome.INTERRUPTED
        finally:
            if isinstance(plan.report, ProgressBar):
                plan.report.close()

    def _explain(self, axis: str, row: str, place: int) -> None:
        """Say what went wrong, and where."""
        t = (self.setup.first + self.done + 1) * self.plan.state.dt
        if row.endswith(("_stuck", "_spoiled")):
            self.outcome = Outcome.EVENT_STUCK if row.endswith("_stuck") else Outcome.EVENT_SPOILED
            what = f"the event '{row.rpartition('_')[0]}'"
        else:
            self.outcome = Outcome.NON_FINITE
            what = f"'{row}' became nan or infinite"
        self.ended = f"{axis}: {what} in cell {place} at t = {t:g}. {self.outcome.advice}"
        warn(self.ended)

    def _keep(self) -> None:
        """Let groups, synapses and the network know where the run has ended."""
        plan, state = self.plan, self.plan.state
        state.step = self.flow.step
        for axis in plan.code.axes:
            state.rows[axis.name] = {
                row: self.flow.values(axis.name, row) for row in axis.rows if self._is_kept(axis.name, row)
            }
        for event in plan.code.events:
            state.queues[event] = self.flow.queue(event)
        for part in plan.network.groups:
            if isinstance(part, NeuGroup):
                part.state.update({n: state.rows[part.name].pop(n) for n in part.system.state_names})
        for syn in plan.network.synapses:
            state.homes[syn.name], state.delays[syn.name] = dict(syn.homes.of), plan.wired[syn.name].delays
            state.starts[syn.name] = dict(syn.start)
            stored = plan.wired[syn.name].stored
            for name in syn.homes.at("connection"):
                values = self.flow.values(syn.name, name)
                if stored is not None:
                    values[stored] = values.copy()
                syn.state[name] = values

    def _is_kept(self, axis: str, row: str) -> bool:
        part = self.plan.network.by_name[axis.partition(".")[0]]
        if isinstance(part, Synapses):
            return axis != part.name
        return isinstance(part, NeuGroup) and row not in part.parameters and (axis, row) not in self.setup.taken

    # --- what it gives -----------------------------------------------------------------------------------------------

    def solution(self) -> NetworkSolution:
        """The run as a user reads it."""
        plan, dt, first = self.plan, self.plan.state.dt, self.setup.first
        count = self.done // plan.every + 1
        t = (first + np.arange(count) * plan.every) * dt
        window = (first * dt, self.flow.step * dt)
        shapes: dict[str, tuple[int, ...]] = {g.name: g.shape for g in plan.network.groups}
        data: dict[str, dict[str, np.ndarray]] = {g.name: {} for g in plan.network.groups}
        column = 0
        for w in plan.record:
            values = self.rows[:count, column : column + len(w.record.index)]
            column += len(w.record.index)
            shapes.setdefault(w.key, w.shape)
            data.setdefault(w.key, {})[w.name] = values.mean(axis=1) if w.is_mean else values.reshape(count, *w.shape)
        trains = self._trains(window)
        wall = time.perf_counter() - self.began
        stats: dict[str, Any] = {
            "steps": self.done, "dt": dt, "backend": plan.code.backend, "wall_time": wall,
            "compile_time": self.compile_time, "end": window[1],
        }  # fmt: skip
        if self.ended:
            stats["ended"] = self.ended
        parts = {
            key: Solution(
                t, named, events=trains.get(key, {}), seed=plan.state.seed, outcome=self.outcome, model_name=key,
                ensemble_shape=shapes[key], stats=stats,
                checkpoint=Checkpoint(window[1], seed=plan.state.seed, model_name=key, ensemble_shape=shapes[key]),
            )
            for key, named in data.items()
        }  # fmt: skip
        return NetworkSolution(t, parts, self._final(), plan.state.seed, self.outcome, stats, plan.network.name)

    def _trains(self, window: tuple[float, float]) -> dict[str, dict[str, EventTrain]]:
        empty = [np.empty(0, np.int64)]
        step, event, cell = (
            np.concatenate([getattr(c, name) for c in self.chunks] or empty) for name in ("step", "event", "cell")
        )
        found: dict[str, dict[str, EventTrain]] = {}
        for number, (axis, name) in enumerate(self.plan.code.events):
            chosen = event == number
            steps, cells = step[chosen], cell[chosen]
            if np.any((np.diff(steps) < 0) | ((np.diff(steps) == 0) & (np.diff(cells) < 0))):
                order = np.lexsort((cells, steps))
                steps, cells = steps[order], cells[order]
            shape = next(g.shape for g in self.plan.network.groups if g.name == axis)
            train = EventTrain(steps * self.plan.state.dt, cells, shape, window)
            found.setdefault(axis, {})[name] = train
        return found

    def _final(self) -> dict[str, dict[str, np.ndarray]]:
        final: dict[str, dict[str, np.ndarray]] = {}
        for part in self.plan.network.groups:
            if isinstance(part, NeuGroup):
                final[part.name] = {n: np.array(v).reshape(part.shape) for n, v in part.state.items()}
        for syn in self.plan.network.synapses:
            homes = syn.homes
            own = {n: np.array(syn.state[n]) for n in homes.at("connection")}
            for n, home in homes.of.items():
                if home != "connection":
                    group = syn.pre_group if home == "pre" else syn.post_group
                    place = (group.name, f"{syn.name}_{n}") if home == "lumped" else (f"{syn.name}.{home}", n)
                    own[n] = self.flow.values(*place).reshape(group.shape)
            final[syn.name] = own
        return final
