"""One run with a fixed step: chunk after chunk, looking up between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Chunk, Driver, Flow, Layout, Program, Setup
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.drivers.feeds.widths import with_widths
from brainpy_lab.errors import ArgumentError, MethodError
from brainpy_lab.simulation.endings.blowup import BlowUp, find_blow_up
from brainpy_lab.simulation.endings.cause import Past
from brainpy_lab.simulation.runs.control import ChunkSize
from brainpy_lab.simulation.runs.delays import remember
from brainpy_lab.simulation.runs.fractional import make_sums, memory_entries, shifts, short_memory
from brainpy_lab.simulation.runs.further import delay_at_fault
from brainpy_lab.simulation.runs.plan import Plan, Result
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome, ended_at_event
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.values.history import with_lanes
from brainpy_lab.simulation.values.problem import Drive, Problem


def layout_of(problem: Problem, plan: Plan, code: StepCode) -> Layout:
    """The layout that a run needs."""
    parameters, drives = problem.system.parameter_names, problem.drives
    driven = tuple(n for n in parameters if n in drives and not drives[n].shape) if drives else ()
    driven_lanes = tuple(n for n in parameters if n in drives and drives[n].shape) if drives else ()
    varying: tuple[str, ...] = ()
    if problem.shape:
        varying = tuple(n for n in parameters if n not in drives and hasattr(problem.parameters[n], "shape"))
    matrices = tuple(p.name for p in problem.system.parameters if problem.mixes and np.ndim(p.value) == 2)
    past = plan.past
    is_short = past is not None and past.sweeps > 1
    # edited code may read at other times than the model's delays say
    is_steady = past is not None and past.is_steady and not code.edited
    narrow = tuple(n for n in driven_lanes if problem.mixes and problem.cell and drives[n].shape[-1] == 1)
    return Layout(
        bool(problem.shape), varying, driven, driven_lanes, problem.mixes, matrices, is_short, is_steady, narrow
    )


@dataclass(frozen=True)
class FixedRuns:
    """Fixed-step code compiled for one layout, ready for runs that differ in their numbers."""

    code: StepCode
    driver: Driver
    layout: Layout
    program: Program

    @staticmethod
    def of(code: StepCode, driver: Driver, problem: Problem, plan: Plan) -> FixedRuns:
        """For the problem's kind of values."""
        layout = layout_of(problem, plan, code)
        return FixedRuns(code, driver, layout, driver.program(code, layout))

    def run(self, problem: Problem, plan: Plan, compile_time: float = 0.0) -> Result:
        """Run and collect what was asked for."""
        started = time.perf_counter()
        code, layout = self.code, self.layout
        setup = make_setup(problem, plan, layout)
        _check_areas(code, setup.noise, problem)
        if code.arguments.of("sum"):
            setup.sums = make_sums(problem, plan)
            setup.memory = {**shifts(problem, plan, code.memory), **setup.memory}
        if problem.mixes:
            setup = with_widths(setup, code, layout)
        flow = self.program.start(setup)
        if setup.differentiable:
            return _run_traced(flow, self.driver, problem, plan)
        loop = _Loop(flow, self.driver, problem, plan, code)
        loop.go()
        result = loop.result()
        wall = time.perf_counter() - started
        if setup.sums is not None:
            result.memory |= memory_entries(problem, setup.sums, loop.done)
            result.stats |= short_memory(problem, setup.sums, loop.done)
        result.stats.update(compile_time=compile_time, wall_time=wall, steps=loop.done)
        return result


def make_setup(problem: Problem, plan: Plan, layout: Layout) -> Setup:
    """The problem in flat lanes, as programs take it."""
    traced = problem.traced
    lanes = problem.lanes if problem.shape and not problem.mixes and not traced else 1
    if problem.traced and problem.drives:
        raise ArgumentError("A derivative cannot be taken through a run whose parameters move in time.")

    def flat(value: Any) -> Any:
        if problem.mixes or traced or not problem.shape:
            return value
        return np.broadcast_to(np.asarray(value, dtype=float), problem.shape).reshape(-1)

    varying = {n: flat(v) if hasattr(v, "shape") else v for n, v in problem.parameters.items()}
    return Setup(
        t0=plan.t0,
        dt=plan.dt,
        states={n: flat(v) for n, v in problem.states.items()},
        memory={n: flat(v) for n, v in problem.memory.items()},
        parameters=varying,
        lanes=lanes,
        record=plan.record,
        every=plan.every,
        drive=_drive_table(problem, plan, layout.driven) if layout.driven else None,
        drive_lanes=_lane_table(problem, plan, layout.driven_lanes) if layout.driven_lanes else None,
        ensemble=problem.ensemble,
        cell=problem.cell,
        differentiable=traced,
        threads=plan.threads,
        noise=_noise(plan.noise, problem) if problem.system.is_random else plan.noise,
        past=plan.past,
    )


def _noise(noise: Noise, problem: Problem) -> Noise:
    """The run's noise with the shape of its draws: flat lanes, or the axes of programs that keep them."""
    if not (problem.traced or problem.mixes):
        return replace(noise, shape=(problem.lanes,) if problem.shape else ())
    if not (problem.mixes and problem.cell):
        return replace(noise, shape=problem.shape)
    return replace(noise, shape=problem.shape, narrow=_narrow_sources(problem))


def _narrow_sources(problem: Problem) -> frozenset[str]:
    """Noise sources that drive states of one number beside array states."""
    wide: set[str] = set()
    narrow: set[str] = set()
    for state in problem.system.states:
        (narrow if state.name in problem.narrow else wide).update(term.source for term in state.noise)
    for source in sorted(wide & narrow):
        raise ArgumentError(
            f"The noise '{source}' drives an array state and a state of one number.",
            advice="Each element of an array state has noise of its own: give the other state another, such as xi_2.",
        )
    return frozenset(narrow)


def _check_areas(code: StepCode, noise: Noise, problem: Problem) -> None:
    """Refuse Levy areas between noise of one number and noise of each element."""
    sources = problem.system.noise_sources
    for draw in code.draws:
        if draw.kind != "area":
            continue
        one, other = (sources[d.number] for d in draw.increments)
        if (one in noise.narrow) != (other in noise.narrow):
            raise MethodError(
                f"'{code.method}' cannot solve '{code.model}': the noise '{one}' and '{other}' do not commute, and one "
                "of them is noise of each element, the other of one number.",
                advice="Use method='euler_maruyama' (Ito) or 'euler_heun' (Stratonovich).",
            )


def _sampled(drive: Drive, plan: Plan, first: int, n: int) -> np.ndarray:
    """``drive`` over ``n`` steps: its average where it is constant between jumps, else in the middle or as it says."""
    if drive.mean is not None:
        edges = plan.times(first + np.arange(n + 1))
        return drive.mean(edges[:-1], edges[1:])
    return drive.at(plan.times(first + drive.place + np.arange(n)))


def _drive_table(problem: Problem, plan: Plan, names: tuple[str, ...]) -> Callable[[int, int], np.ndarray]:
    def table(first: int, n: int) -> np.ndarray:
        columns = [_sampled(problem.drives[name], plan, first, n) for name in names]
        return np.ascontiguousarray(np.stack(columns, axis=1), dtype=float)

    return table


def _lane_table(problem: Problem, plan: Plan, names: tuple[str, ...]) -> Callable[[int, int], np.ndarray]:
    def table(first: int, n: int) -> np.ndarray:
        rows = [_sampled(problem.drives[name], plan, first, n) for name in names]
        aligned = [with_lanes(r, problem.shape) for r in rows]
        lanes = problem.shape if problem.mixes else (-1,)
        whole = [np.broadcast_to(r, (n, *problem.shape)).reshape(n, *lanes) for r in aligned]
        return np.ascontiguousarray(np.stack(whole, axis=1), dtype=float)

    return table


class _Loop:
    """The chunked loop of one run."""

    def __init__(self, flow: Flow, driver: Driver, problem: Problem, plan: Plan, code: StepCode) -> None:
        self.flow, self.driver, self.problem, self.plan, self.code = flow, driver, problem, plan, code
        self.n_rows = plan.count(plan.n_steps)
        shape = problem.shape
        check_record_memory(self.n_rows, dict.fromkeys(plan.record, ()), shape, record_every=plan.every * plan.dt)
        lanes = (problem.lanes,) if shape and not problem.mixes else shape
        self.rows = np.empty((len(plan.record), self.n_rows if plan.record else 0, *lanes))
        self.chunks: list[Chunk] = []
        self.done = 0
        self.outcome = Outcome.COMPLETED
        self.blow_up: BlowUp | None = None
        self.ended = ""
        self.last = self._values()
        for r, name in enumerate(plan.record):
            self.rows[r, 0] = self.last[name]

    def _values(self) -> dict[str, np.ndarray]:
        return {n: self.driver.to_numpy(v) for n, v in self.flow.values().items()}

    def go(self) -> None:
        """Advance until the end, or until something stops the run."""
        plan, size = self.plan, ChunkSize(_work(self.problem), self.driver.first_chunk)
        try:
            whole, rest = plan.division
            while self.done < whole:
                if plan.stop is not None and plan.stop.is_set():
                    self.outcome = Outcome.STOPPED
                    return
                n = min(size.steps, whole - self.done)
                begin = time.perf_counter()
                chunk = self.flow.advance(n, self.rows, self.done // plan.every + 1)
                values = self._values()
                if not self._is_finite(values):
                    self._find_blow_up(n, self.rows, self.done // plan.every + 1)
                    return
                if self.code.alarms and self._is_alarmed(chunk):
                    return
                size.took(n, time.perf_counter() - begin)
                self.last, self.done = values, self.done + n
                self.chunks.append(chunk)
                plan.report(self.done / plan.n_steps)
            if rest:
                self._take_last_step()
        except KeyboardInterrupt:
            self.outcome = Outcome.INTERRUPTED

    def _take_last_step(self) -> None:
        """The shorter step that ends where the run was to end; its length compiles nothing."""
        plan = self.plan
        if plan.stop is not None and plan.stop.is_set():
            self.outcome = Outcome.STOPPED
            return
        self.flow.resume(plan.last_step(self.flow.setup))
        row = np.empty((len(plan.record), 1, *self.rows.shape[2:]))
        chunk = self.flow.advance(1, row, 0)
        values = self._values()
        if not self._is_finite(values):
            self._find_blow_up(1, row, 0)
            return
        if self.code.alarms and self._is_alarmed(chunk):
            return
        if len(self.rows) and self.n_rows > plan.count(self.done):
            self.rows[:, -1] = row[:, 0]
        self.last, self.done = values, self.done + 1
        self.chunks.append(chunk)
        plan.report(1.0)

    def _is_finite(self, values: Mapping[str, np.ndarray]) -> bool:
        """Whether all states are; the hidden variables need not be."""
        states = [values[s] for s in self.problem.system.state_names]
        if not self.problem.shape:
            return all(map(math.isfinite, states))
        return all(np.isfinite(state).all() for state in states)

    def _is_alarmed(self, chunk: Chunk) -> bool:
        """Whether an event of the chunk has gone wrong; the run then ends before the step in which it did."""
        first = len(self.code.events)
        raised = np.flatnonzero(chunk.kind >= first)
        if not raised.size:
            return False
        earliest = raised[np.argmin(chunk.step[raised])]
        alarm, step = self.code.alarms[int(chunk.kind[earliest]) - first], int(chunk.step[earliest])
        self.flow.restore(self.last, self.done)
        if step - 1 > self.done:
            row = self.done // self.plan.every + 1
            self.chunks.append(self.flow.advance(step - 1 - self.done, self.rows, row))
            self.last, self.done = self._values(), step - 1
        self.outcome = Outcome.EVENT_STUCK if alarm.kind == "stuck" else Outcome.EVENT_SPOILED
        lane = int(chunk.lane[earliest]) if self.problem.shape else None
        end = float(self.plan.times(np.asarray(self.done)))
        self._end(ended_at_event(self.outcome, self.problem.system, alarm.event, end, lane))
        return True

    def _find_blow_up(self, n: int, rows: np.ndarray, row: int) -> None:
        found = find_blow_up(self.flow, self._values, self.problem, self.last, self.done, n, rows, row)
        if self.plan.past is not None:
            time = float(self.plan.times(np.asarray(found.step)))
            longest, edited = (self.plan.past.window - 1) * self.plan.dt, self.code.edited
            found.delay = delay_at_fault(
                self.problem, self.plan, edited, found.values, longest, time, self.plan.dt, found.lane
            )
        self.chunks.append(found.chunk)
        self.last, self.done, self.blow_up = found.values, found.step, found
        self.outcome = Outcome.NON_FINITE if found.delay is None else Outcome.DELAY_OUT_OF_REACH
        found.past = self._past()
        self._end(found.message(self.problem, self.plan))

    def _past(self) -> Past | None:
        """The delayed states' course up to where the run stands."""
        remembered = self._remembered()
        return None if remembered is None else remembered.at

    def _end(self, message: str) -> None:
        """Say why the run has ended, and keep it with the result."""
        self.ended = message
        warn(message)

    def result(self) -> Result:
        """What the run has given so far, cut where it ended."""
        problem, plan = self.problem, self.plan
        t = plan.recorded(self.done)
        n_rows = len(t)
        shape = problem.shape
        if problem.mixes:
            data = {name: self.rows[r, :n_rows] for r, name in enumerate(plan.record)}
            final = {name: np.array(np.broadcast_to(v, self._own_shape(v))) for name, v in self.last.items()}
            for name in problem.narrow:
                final[name] = final[name].reshape(problem.ensemble)
                if name in data:
                    data[name] = data[name].reshape(n_rows, *shape)[..., 0]
        else:
            data = {name: self.rows[r, :n_rows].reshape(n_rows, *shape) for r, name in enumerate(plan.record)}
            final = {name: np.asarray(v).reshape(shape) for name, v in self.last.items()}
        states = {n: _scalar(final[n]) for n in problem.system.state_names}
        memory = {n: final[n] for n in self.code.memory} | dict(plan.counts)
        stats: dict[str, Any] = {"end": float(plan.times(np.asarray(self.done))), "dt": plan.dt}
        if problem.system.is_random:
            stats["noise_steps"] = plan.noise.start + self.done
        if self.blow_up is not None:
            stats["non_finite"] = self.blow_up.summary(problem, plan)
        if self.ended:
            stats["ended"] = self.ended
        return Result(t, data, states, memory, self._events(), self.outcome, stats, remembered=self._remembered())

    def _own_shape(self, value: np.ndarray) -> tuple[int, ...]:
        """The shape of a value of all members of the ensemble, whose last axis is one or all elements."""
        shape = self.problem.shape
        return (*shape[:-1], value.shape[-1] if value.ndim else 1) if self.problem.cell else shape

    def _remembered(self) -> Remembered | None:
        """The histories with which a run continues this one."""
        plan, past = self.plan, self.plan.past
        if past is None:
            return None
        if self.outcome is Outcome.INTERRUPTED:
            self.flow.restore(self.last, self.done)
        rings = {s: self.driver.to_numpy(ring) for s, ring in self.flow.past().items()}
        return remember(rings, past, self.problem, plan.t0, self.done, plan.dt)

    def _events(self) -> dict[str, EventTrain]:
        trains = {}
        for kind, name in enumerate(self.code.events):
            steps = np.concatenate([c.step[c.kind == kind] for c in self.chunks] or [np.empty(0, np.int64)])
            lanes = np.concatenate([c.lane[c.kind == kind] for c in self.chunks] or [np.empty(0, np.int64)])
            order = np.lexsort((lanes, steps))
            times = self.plan.times(steps[order])
            shape = self.problem.shape_of_event(name)
            elements = 1 if shape == self.problem.shape else math.prod(self.problem.cell)
            trains[name] = EventTrain(times, lanes[order] // elements, shape)
        return trains


def _work(problem: Problem) -> int:
    """Numbers that a step computes for each variable: where elements mix, a row of a matrix for each element."""
    return problem.lanes * (max(1, *problem.cell) if problem.mixes and problem.cell else 1)


def _scalar(value: np.ndarray) -> Any:
    return value if value.ndim else value[()]


def _run_traced(flow: Flow, driver: Driver, problem: Problem, plan: Plan) -> Result:
    """A run through which a derivative is taken: one piece, all values as the driver's own arrays."""
    initial = flow.values()
    chunk = flow.advance(plan.n_steps, None, 0)
    values = flow.values()
    final = {n: values[n] for n in problem.system.state_names}
    memory = {n: v for n, v in values.items() if n not in final}
    data = dict(zip(plan.record, driver.collect([initial[n] for n in plan.record], chunk.records), strict=True))
    for name in problem.narrow:  # without the axis that one number has beside array states
        final[name] = final[name][..., 0]
        if name in data:
            data[name] = data[name][..., 0]
    t = plan.recorded(plan.n_steps)
    stats: dict[str, Any] = {"steps": plan.n_steps, "dt": plan.dt, "end": float(plan.times(np.asarray(plan.n_steps)))}
    if problem.system.is_random:
        stats["noise_steps"] = plan.noise.start + plan.n_steps
    return Result(t, data, final, memory, {}, Outcome.COMPLETED, stats)
