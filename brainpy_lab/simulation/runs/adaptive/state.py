"""The arrays that the adaptive loop works on in one run, and the collection of what it gives."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from brainpy_lab.codegen.hidden import armed_name, count_names
from brainpy_lab.drivers.adaptive import control as loop
from brainpy_lab.drivers.adaptive.arguments import Cells, Pasts, Records
from brainpy_lab.drivers.adaptive.past import LONGEST
from brainpy_lab.simulation.endings.cause import Standing
from brainpy_lab.simulation.endings.ending import why_it_ended
from brainpy_lab.simulation.runs.adaptive.breaks import Stop, moving_values, stops_of
from brainpy_lab.simulation.runs.adaptive.code import AdaptiveCode
from brainpy_lab.simulation.runs.adaptive.continuation import Continuation, standpoint_of
from brainpy_lab.simulation.runs.adaptive.event_draws import EventDraws
from brainpy_lab.simulation.runs.adaptive.history import StepTables
from brainpy_lab.simulation.runs.adaptive.standpoint import DiffersError, Found, Standpoint
from brainpy_lab.simulation.runs.control import CHUNK_SECONDS
from brainpy_lab.simulation.runs.further import delay_at_fault
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.runs.record_times import times_of_records
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.checkpoint import Checkpoint, Plain, in_part
from brainpy_lab.simulation.solution.dense import DenseOutput
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome, ended_at_event
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.values.input_polynomials import parameters_of, pieces_of
from brainpy_lab.simulation.values.problem import Problem

BURST_PART = 1e-6  # of a run: so many events as the loop allows within it have no end
MOST_EVENTS = 50_000_000  # of a run: 1.2 GB
_FIRST_STEPS = 64  # before the run looks for the first time whether it is to stop
_FIRST_BUFFER, _LARGEST_BUFFER = 4096, 1 << 20
_NO_EVENTS = (
    np.empty(_FIRST_BUFFER),
    np.empty(_FIRST_BUFFER, np.int64),
    np.empty(_FIRST_BUFFER, np.int64),
)  # never written

_COMING_BACK = {loop.PAUSED, loop.HISTORY_FULL, loop.DRAWS_TAKEN}
_OUTCOMES = {
    loop.STEP_TOO_SMALL: Outcome.STEP_TOO_SMALL,
    loop.EVENTS_WITHOUT_END: Outcome.TOO_MANY_EVENTS,
    loop.NOT_FINITE: Outcome.NON_FINITE,
    loop.STIFF: Outcome.STIFF,
    loop.STUCK: Outcome.EVENT_STUCK,
    loop.BACKWARD: Outcome.HOLD_NEGATIVE,
}


class AdaptiveState:
    """The arrays the loop works on, and the collection of what it gives."""

    def __init__(
        self, runs: AdaptiveCode, problem: Problem, plan: Plan, tables: StepTables, earlier: Standpoint | None = None
    ) -> None:
        self.runs, self.tables, self.problem, self.plan = runs, tables, problem, plan
        self.earlier, self.continuation = earlier, Continuation(earlier, plan.t0)
        self.code, self.shape, self.slots = runs.code, runs.shape, runs.slots
        slots, shape, record_every = self.slots, self.shape, runs.record_every
        lanes, single = math.prod(slots.lanes), not slots.lanes
        states = [problem.states[n] for n in problem.system.state_names]
        parameters = [problem.parameters.get(n, 0.0) for n in self.code.parameters]
        if slots.sizes:
            own: list[tuple[int, ...]] = [
                () if scalar else (size,) for size, scalar in zip(slots.sizes, slots.scalars, strict=True)
            ]
            self.Y, self.P = slots.flat(states, own), slots.flat(parameters, list(slots.shapes))
        else:
            self.Y, self.P = self._lanes(states), self._lanes(parameters)
        self.R = self._lanes([problem.hidden[n] for n in self.code.hidden])
        self.tests = tuple(map(armed_name, problem.system.events))
        self.window, self.most = 0.0, _FIRST_STEPS
        self.F = np.zeros((len(shape.moving), lanes))
        self.G = self._lanes([problem.hidden[n] for n in self.tests])
        self.clock = np.zeros((lanes, loop.CLOCK))
        self.clock[:, loop.TIME], self.clock[:, loop.ERROR] = plan.t0, 1.0
        self.t1 = plan.t0 + plan.duration
        self.dt = 0.0 if runs.method.is_adaptive else plan.dt
        # where states are delayed, the loop's own tables remember what is needed
        self.keep = (
            single and bool(plan.record) and not (tables.states and (record_every is not None or plan.at is not None))
        )
        origin = plan.t0 if earlier is None else earlier.begin
        self.grid = times_of_records(problem, plan, record_every, self.dt, self.keep, origin)
        self.rows = np.empty((shape.states, len(self.grid), lanes))
        if len(self.grid):
            self.rows[:, 0] = self.Y
            self.clock[:, loop.NEXT_ROW] = 1
        self.kept: list[tuple[np.ndarray, ...]] = []
        self.events: list[tuple[np.ndarray, ...]] = []
        self.n_events = 0
        self.ended = ""
        self.on_own_steps = self.keep and record_every is None and plan.at is None and not self.dt
        self.control = runs.constants._replace(end=self.t1, begin=origin, dt=self.dt, burst=BURST_PART * plan.duration)
        self.counts = count_names(problem.system)
        before = self._lanes([plan.counts.get(n, 0.0) for n in self.counts])
        if earlier is not None:
            before = earlier.arrays["counts"].copy()
        self.draws = EventDraws(self.code.draws, self.shape.events, plan.noise.seed, before)
        self.P = np.concatenate([self.P, np.zeros((len(self.code.draws), lanes))])
        self.cells = Cells(self.clock, self.Y, self.F, self.R, self.G, self.P, self.draws.taken, self.draws.table)
        self.buffers = self._buffers(_FIRST_BUFFER)
        self.continuation.take_up(self.cells, self.grid, self.rows)
        self.before = self.clock.copy()

    def _standpoint(self) -> Standpoint:
        """Where all lanes stand."""
        others = {
            "P": self._parameters.copy(),
            "begin": np.array([self.control.begin]),
            "counts": self.draws.count,
            "seen": np.zeros((len(self.shape.events), len(self.clock)), np.int64),
            **self.tables.kept,
        }
        key = self.runs.key(self.dt, self.plan.noise.seed)
        return standpoint_of(key, self.cells, self.grid, self.rows, others)

    @property
    def _parameters(self) -> np.ndarray:
        return self.P[: len(self.P) - len(self.code.draws)]

    @property
    def now(self) -> float:
        """The time that all lanes have reached."""
        clock = self.clock
        return clock.item(loop.TIME) if len(clock) == 1 else float(clock[:, loop.TIME].min())

    def _lanes(self, values: list[Any]) -> np.ndarray:
        shape = self.problem.shape
        if not shape:
            return np.array(values, dtype=float).reshape(len(values), 1)
        columns = [np.broadcast_to(np.asarray(v, dtype=float), shape).reshape(-1) for v in values]
        return np.array(columns, dtype=float).reshape(len(values), self.problem.lanes)

    # --- the run -----------------------------------------------------------------------------------------------------

    def go(self) -> Outcome:
        """Advance to the end; an interrupt, wherever it comes, leaves what the last whole call of the loop had left."""
        try:
            return self._go()
        except KeyboardInterrupt:
            return Outcome.INTERRUPTED

    def _go(self) -> Outcome:
        """Advance window by window, through the pieces on which the inputs are constant."""
        problem, plan = self.problem, self.plan
        rtol, max_step = self.runs.tolerances.rtol, self.runs.tolerances.max_step
        system, drives = problem.system, problem.drives
        begin = plan.t0 if self.earlier is None else min(plan.t0, float(self.earlier.times.min()))
        smooth = {
            name: pieces_of(name, drive, begin, self.t1, rtol, max_step)
            for name, drive in drives.items()
            if drive.change_times is None
        }
        parts = {name: parameters_of(name, system) for name in smooth}
        stops = stops_of(problem, begin, self.t1, smooth, rtol, max_step)
        earlier = self.earlier
        for end in [*sorted(stops), self.t1]:
            for name, value in moving_values(drives, begin, end).items():
                self._set(name, value)
            for name, pieces in smooth.items():
                for suffix, value in pieces.within(begin, end).items():
                    self._set(parts[name][suffix], value)
            if earlier is not None:
                earlier.check_inputs(self._parameters, stops, plan.t0)
                earlier = None
            stop = stops.get(end, Stop())
            outcome = self._piece(end - stop.margin)
            if outcome is not Outcome.COMPLETED:
                return outcome
            begin = end
            if end in stops:
                self._pass(end, stop)
        return Outcome.COMPLETED

    def _pass(self, time: float, stop: Stop) -> None:
        """Go on behind a stop; where the equations have jumped, start anew."""
        if not stop.is_smooth:
            self.tables.jumped(time)
            self.clock[slice(None) if stop.restarts is None else stop.restarts, loop.SIZE] = 0.0
        if stop.margin:
            self.clock[:, loop.TIME] = time + stop.margin
        self.clock[:, loop.STATUS] = loop.RUNNING

    def _set(self, parameter: str, value: np.ndarray) -> None:
        """Give a parameter its value on the next piece."""
        row = self.code.parameters.index(parameter)
        if self.slots.sizes:
            start, shape = sum(math.prod(s) for s in self.slots.shapes[:row]), self.slots.shapes[row]
            self.P[start : start + math.prod(shape)] = self.slots.flat([value], [shape])
            return
        self.P[row] = np.broadcast_to(value, self.problem.shape).reshape(-1)

    def _piece(self, end: float) -> Outcome:
        """Advance to ``end``, so many steps at a time that the run can be stopped; lanes keep together in windows."""
        plan, now = self.plan, self.now
        if len(self.clock) == 1:
            self.window = math.inf
        elif not self.window:
            self.window = (end - now) / 256
        until, statuses = now, {loop.RUNNING}
        while statuses != {loop.DONE}:
            if plan.stop is not None and plan.stop.is_set():
                return Outcome.STOPPED
            if statuses == {loop.BEFORE_END}:
                self.continuation.wait(self._standpoint(), self.n_events)
                self.control = self.control._replace(to_end=True)
            if statuses.isdisjoint(_COMING_BACK):
                until = min(end, max(until, now) + self.window)
            started = time.perf_counter()
            self._call_or_return(until, end)
            pace = min(64.0, max(0.1, CHUNK_SECONDS / max(time.perf_counter() - started, 1e-5)))
            statuses = set(self.clock[:, loop.STATUS].tolist())
            if loop.DRAWS_TAKEN in statuses:
                self.draws.renew()
            if loop.HISTORY_FULL in statuses:
                self.tables.make_room()
            elif loop.PAUSED in statuses:
                self.most = int(self.most * pace) + 1
            elif loop.DRAWS_TAKEN not in statuses:
                # shorter than a lane's step it would end calls in which few lanes move, and soon none
                self.window = max(self.window * pace, float(np.median(self.clock[:, loop.SIZE])))
            if self.n_events > MOST_EVENTS:
                statuses = {loop.EVENTS_WITHOUT_END}
                self.clock[:, loop.STATUS] = loop.EVENTS_WITHOUT_END
                self.clock[:, loop.CULPRIT] = self.events[-1][2][-1]
            for bad in statuses & _OUTCOMES.keys():
                return self._failed(bad)
            now = self.now
            plan.report(max(0.0, now - plan.t0) / plan.duration)
        return Outcome.COMPLETED

    def _call_or_return(self, until: float, end: float) -> None:
        """One call of the loop; where it is interrupted, all lanes stand where they were before it."""
        state = [self.clock, self.Y, self.F, self.R, self.G, self.draws.taken]
        if self.tables.states:
            state += self.tables.arrays[:3]
        before = [array.copy() for array in state]
        kept, events = len(self.kept), len(self.events)
        try:
            self._call(until, end)
        except KeyboardInterrupt:
            for array, old in zip(state, before, strict=True):
                array[...] = old
            del self.kept[kept:], self.events[events:]
            raise

    def _buffers(self, size: int) -> tuple[np.ndarray, ...]:
        """What the loop writes steps and events into, see `brainpy_lab.drivers.adaptive.loop.advance`."""
        steps = size if self.keep else 1
        kt, kh, ky = np.empty(steps), np.empty(steps), np.empty((steps, self.shape.states))
        kq = np.empty((steps, self.shape.powers, len(self.shape.moving)))
        if not self.shape.events:
            return kt, kh, ky, kq, *_NO_EVENTS
        return kt, kh, ky, kq, np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)

    def _call(self, until: float, end: float) -> None:
        size = len(self.buffers[0 if self.keep else -1])
        records = Records(self.grid, self.rows, self.keep, *self.buffers)
        kept, events = self.runs.loop(
            self.most, until, end, self.control, self.cells, records, Pasts(*self.tables.arrays)
        )
        if kept:
            self.kept.append(tuple(a[:kept].copy() for a in self.buffers[:4]))
        self.n_events += events
        if events:
            self.events.append(tuple(a[:events].copy() for a in self.buffers[4:]))
        if max(kept, events) > size // 2:
            self.buffers = self._buffers(min(2 * size, _LARGEST_BUFFER))

    def _failed(self, status: int) -> Outcome:
        """How the run ended, with why said and kept."""
        if self.now < self.plan.t0:
            raise DiffersError
        outcome = _OUTCOMES[status]
        lane = int(np.flatnonzero(self.clock[:, loop.STATUS] == status)[0])
        where = f" in cell {lane}" if self.problem.shape else ""
        time, advice = float(self.clock[lane, loop.TIME]), outcome.advice
        if self.tables.states:
            longest = float(self.tables.S[lane, LONGEST])
            near, edited = self.plan.duration * 1e-6, self.code.edited
            wrong = delay_at_fault(self.problem, self.plan, edited, self._final(), longest, time, near, lane)
            outcome, advice = (Outcome.DELAY_OUT_OF_REACH, wrong) if wrong else (outcome, advice)
        if outcome in (Outcome.EVENT_STUCK, Outcome.TOO_MANY_EVENTS, Outcome.HOLD_NEGATIVE):
            event = self.shape.events[int(self.clock[lane, loop.CULPRIT])]
            self.ended = ended_at_event(outcome, self.problem.system, event, time, lane if self.problem.shape else None)
        else:
            if outcome in (Outcome.NON_FINITE, Outcome.STEP_TOO_SMALL) and not self.code.edited:
                past = self.tables.remembered(self.slots.lanes)
                stand = Standing(self.problem, self._final(), lane, time, past.at if past else None)
                advice = why_it_ended(stand, self.plan.t0, self.runs.method) or advice
            self.ended = f"The run ended at t = {time:g}{where}. {advice}"
        warn(self.ended)
        return outcome

    # --- its results -------------------------------------------------------------------------------------------------

    def result(self, outcome: Outcome, stats: dict[str, Any]) -> Record:
        """Times, records, events and dense output up to where the run ended."""
        shape = self.slots.lanes
        dense = self._dense() if self.keep else None
        if self.on_own_steps and dense is not None:
            t = np.append(np.maximum(dense.t, self.plan.t0), self.now)
            table = np.vstack([dense.y, self.Y[:, 0]]).T[:, :, None]
            if dense.t.size and dense.t[0] < self.plan.t0:
                table[:, 0, 0] = dense.numbers(self.plan.t0)
        else:
            n = int(min(self.clock[:, loop.NEXT_ROW].tolist()))
            t, table = self.grid[:n], self.rows[:, :n]
        places = self._places()
        data = {name: self._whole(table[places[name]], len(t)) for name in self.plan.record}
        hidden = {name: self.R[i].reshape(shape) for i, name in enumerate(self.code.hidden)}
        hidden |= {name: self.G[i].reshape(shape) for i, name in enumerate(self.tests)}
        hidden |= {name: count.reshape(shape) for name, count in zip(self.counts, self.draws.count, strict=True)}
        remembered = self.tables.remembered(shape)
        arrays = in_part("hidden", hidden) | (remembered.arrays if remembered else {})
        numbers: dict[str, Plain] = {"draws": self.plan.noise.start} if self.problem.system.is_random else {}
        standpoint = self._last_standpoint(outcome)
        if standpoint is not None:
            arrays |= in_part("loop", standpoint.arrays)
            numbers["loop"] = standpoint.key
        checkpoint = Checkpoint(self.now, self._final(), arrays, numbers)
        if self.ended:
            stats["ended"] = self.ended
        trains = self._trains()
        return Record(t, data, events=trains, outcome=outcome, stats=stats, interpolant=dense, checkpoint=checkpoint)

    def _places(self) -> dict[str, slice | int]:
        """The rows of each state."""
        names = self.problem.system.state_names
        return dict(zip(names, self.slots.rows if self.slots.sizes else range(len(names)), strict=True))

    def _whole(self, values: np.ndarray, *leading: int) -> Any:
        """Values of one state, lanes last, with the elements of an array state behind the ensemble's axes."""
        shape = self.slots.lanes
        if values.ndim == len(leading) + 1:
            return np.ascontiguousarray(values).reshape((*leading, *shape))
        return np.ascontiguousarray(np.moveaxis(values, 0, -1)).reshape((*leading, *shape, -1))

    def _final(self) -> dict[str, Any]:
        """The states where the run stands."""
        if self.slots.lanes or self.slots.sizes:
            return {name: self._whole(self.Y[row])[()] for name, row in self._places().items()}
        return dict(zip(self.problem.system.state_names, self.Y[:, 0], strict=True))

    def _dense(self) -> DenseOutput:
        """The polynomials of the steps that were kept."""
        if len(self.kept) == 1:
            t, h, y, q = self.kept[0]
        elif self.kept:
            t, h, y, q = (np.concatenate(parts) for parts in zip(*self.kept, strict=True))
        else:
            t, h, y, q = (buffer[:0] for buffer in self.buffers[:4])
        if self.earlier is not None:  # the first steps may have ended before this run
            first = max(0, int(np.searchsorted(t, self.plan.t0, side="right")) - 1)
            t, h, y, q = t[first:], h[first:], y[first:], q[first:]
        slots = self.slots.rows if self.slots.sizes else ()
        return DenseOutput(self.problem.system.state_names, self.shape.moving, t, h, y, q, self.Y[:, 0].copy(), slots)

    def _found(self) -> Found:
        """The events that the loop has found."""
        if not self.events:
            return Found(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
        return Found(*(np.concatenate(parts) for parts in zip(*self.events, strict=True)))

    def _trains(self) -> dict[str, EventTrain]:
        return self.continuation.unreported(self._found()).trains(self.shape.events, self.problem.shape)

    def _last_standpoint(self, outcome: Outcome) -> Standpoint | None:
        """Where a run begins that goes on from here; None where this one has failed."""
        is_cut_off = outcome in (Outcome.STOPPED, Outcome.INTERRUPTED)
        if self.continuation.waiting is None and is_cut_off:
            self.continuation.wait(self._standpoint(), self.n_events)
        return self.continuation.told(self._found()) if is_cut_off or outcome is Outcome.COMPLETED else None
