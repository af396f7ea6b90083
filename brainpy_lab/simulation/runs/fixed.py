"""One run with a fixed step: the job that a Problem and a Plan make, and the result that its course gives."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Driver, Flow, Program
from brainpy_lab.drivers.feeds.widths import with_widths
from brainpy_lab.simulation.endings.blowup import BlowUp
from brainpy_lab.simulation.endings.cause import Past
from brainpy_lab.simulation.records.parts import kept_parts, monitors_of, take_parts, times_of_parts
from brainpy_lab.simulation.records.sheets import Monitor, Pages, Sheet
from brainpy_lab.simulation.runs.control import ChunkSize
from brainpy_lab.simulation.runs.delays import remember
from brainpy_lab.simulation.runs.fractional import make_sums, memory_entries, shifts, short_memory
from brainpy_lab.simulation.runs.further import delay_at_fault
from brainpy_lab.simulation.runs.loop import Course, Job, run
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.setup import check_areas, layout_of, make_setup
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.checkpoint import Checkpoint, Plain, in_part
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import OF_ALARMS, Outcome, ended_at_event
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.values.problem import Problem


def compiled(known: Any, code: StepCode, driver: Driver, problem: Problem, plan: Plan) -> Program:
    """Step code compiled for the problem's kind of values: the program that is known, where it is that."""
    layout = layout_of(problem, plan, code)
    return known if isinstance(known, Program) and known.layout == layout else driver.program(code, layout)


def run_fixed(program: Program, driver: Driver, problem: Problem, plan: Plan, compile_time: float = 0.0) -> Record:
    """Run and collect what was asked for."""
    started = time.perf_counter()
    code, layout = program.code, program.layout
    setup = make_setup(problem, plan, layout)
    check_areas(code, setup.noise, problem)
    if code.remembered:
        setup.sums = make_sums(problem, plan)
        setup.hidden = {**shifts(problem, plan, code.hidden), **setup.hidden}
    if problem.mixes:
        setup = with_widths(setup, code, layout)
    flow = program.start(setup)
    if plan.first:
        sums = {} if setup.sums is None else {"sums/remembered": setup.sums.remembered[:, : plan.first]}
        flow.load({**flow.state(), **sums}, plan.first)
    if setup.differentiable:
        return _run_traced(flow, driver, problem, plan)
    monitors = monitors_of(problem, plan) if plan.picks else {}
    course = run(_job(flow, driver, problem, plan, code, _sheet(problem, plan, monitors)))
    result = _Dressing(course, driver, problem, plan, code).result(monitors)
    wall = time.perf_counter() - started
    if setup.sums is not None:
        arrays = {**result.checkpoint.arrays, **memory_entries(problem, setup.sums, course.done)}
        result.checkpoint = replace(result.checkpoint, arrays=arrays)
        result.stats |= short_memory(problem, setup.sums, course.done)
    result.stats.update(compile_time=compile_time, wall_time=wall, steps=course.done - plan.first)
    return result


def _sheet(problem: Problem, plan: Plan, monitors: dict[Any, Monitor]) -> Sheet:
    """Where the records go; ``monitors`` are those of parts of variables and of several intervals."""
    shape, names = problem.shape, plan.record
    lanes = (problem.lanes,) if shape and not problem.mixes else shape
    if monitors:
        return Pages(list(monitors.values()), len(names), lanes, shape, plan.every)
    n_rows = plan.count(plan.end)
    check_record_memory(n_rows, dict.fromkeys(names, ()), shape, record_every=plan.every * plan.dt)
    return Sheet(np.empty((len(names), n_rows if names else 0, *lanes)), plan.every)


def _job(flow: Flow, driver: Driver, problem: Problem, plan: Plan, code: StepCode, sheet: Sheet) -> Job:
    """What the loop is to do."""
    if plan.pace is None:
        plan.pace = ChunkSize(_work(problem), driver.first_chunk)
    return Job(
        flow=flow,
        clock=plan,
        sheet=sheet,
        watched=problem.system.state_names,  # hidden variables need not be finite
        read=driver.to_numpy,
        size=plan.pace,
        first_alarm=len(code.events) if code.alarms else None,
        stop=plan.stop,
        report=plan.report,
    )


class _Dressing:
    """The course of a job as the result of a run: why it ended, and its values by name in the problem's shapes."""

    def __init__(self, course: Course, driver: Driver, problem: Problem, plan: Plan, code: StepCode) -> None:
        self.course, self.driver, self.problem, self.plan, self.code = course, driver, problem, plan, code
        self.rows, self.chunks = course.job.sheet.rows, course.chunks
        self.done, self.last, self.outcome = course.done, course.values, course.outcome
        self.blow_up: BlowUp | None = None
        self.ended = ""
        try:
            self._explain()
        except KeyboardInterrupt:  # finding the cause may take its time
            self.outcome = Outcome.INTERRUPTED

    def _explain(self) -> None:
        """Say why a run has ended that went wrong."""
        if self.course.lost is not None:
            self._explain_loss(*self.course.lost)
        elif self.course.alarm is not None:
            self._explain_alarm(*self.course.alarm)

    def _explain_alarm(self, kind: int, lane: int) -> None:
        """An event has gone wrong; the run has ended before the step in which it did."""
        alarm = self.code.alarms[kind - len(self.code.events)]
        self.outcome = OF_ALARMS[alarm.kind]
        where = lane if self.problem.shape else None
        self._end(ended_at_event(self.outcome, self.problem.system, alarm.event, self.plan.time(self.done), where))

    def _explain_loss(self, variable: str, lane: int) -> None:
        """A state has become nan or infinite."""
        plan, edited = self.plan, self.code.edited
        self.blow_up = found = BlowUp(self.done, self.last, variable, lane)
        if plan.past is not None:
            longest = (plan.past.window - 1) * plan.dt
            found.delay = delay_at_fault(
                self.problem, plan, edited, self.last, longest, plan.time(self.done), plan.dt, lane
            )
        if found.delay is not None:
            self.outcome = Outcome.DELAY_OUT_OF_REACH
        found.past = self._past()
        self._end(found.message(self.problem, plan))

    def _past(self) -> Past | None:
        """The delayed states' course up to where the run stands."""
        remembered = self._remembered()
        return None if remembered is None else remembered.at

    def _end(self, message: str) -> None:
        """Say why the run has ended, and keep it with the result."""
        self.ended = message
        warn(message)

    def result(self, monitors: dict[Any, Monitor]) -> Record:
        """What the run has given so far, cut where it ended."""
        problem, plan = self.problem, self.plan
        shape = problem.shape
        t, data = self._records(monitors)
        if problem.mixes:
            final = {name: np.array(np.broadcast_to(v, self._own_shape(v))) for name, v in self.last.items()}
            for name in problem.narrow:
                final[name] = final[name].reshape(problem.ensemble)
        else:
            final = {name: np.asarray(v).reshape(shape) for name, v in self.last.items()}
        states = {n: _scalar(final[n]) for n in problem.system.state_names}
        hidden = {n: final[n] for n in self.code.hidden} | dict(plan.counts)
        remembered = self._remembered()
        arrays = in_part("hidden", hidden) | (remembered.arrays if remembered else {})
        checkpoint = Checkpoint(plan.time(self.done), states, arrays, _numbers(problem, plan, self.done))
        stats: dict[str, Any] = {"dt": plan.dt}
        if self.blow_up is not None:
            stats["non_finite"] = self.blow_up.summary(plan)
        if self.ended:
            stats["ended"] = self.ended
        return Record(
            t,
            data,
            events=self._events(),
            outcome=self.outcome,
            stats=stats,
            own_times=times_of_parts(plan, self.done),
            checkpoint=checkpoint,
        )

    def _records(self, monitors: dict[Any, Monitor]) -> tuple[np.ndarray, dict[str, Any]]:
        """The times of the run's interval, and what was recorded, by name."""
        problem, plan = self.problem, self.plan
        if plan.picks:
            base = next(p.steps for p in plan.picks if p.every is None)
            return plan.recorded(self.done, base), kept_parts(problem, plan, monitors, self.done)
        t = plan.recorded(self.done)
        whole = (len(t), *problem.shape)
        data = {name: self.rows[r, : len(t)].reshape(whole) for r, name in enumerate(plan.record)}
        for name in problem.narrow if problem.mixes else ():
            if name in data:
                data[name] = data[name][..., 0]
        return t, data

    def _own_shape(self, value: np.ndarray) -> tuple[int, ...]:
        """The shape of a value of all members of the ensemble, whose last axis is one or all elements."""
        shape = self.problem.shape
        return (*shape[:-1], value.shape[-1] if value.ndim else 1) if self.problem.cell else shape

    def _remembered(self) -> Remembered | None:
        """The histories with which a run continues this one."""
        plan, past = self.plan, self.plan.past
        if past is None:
            return None
        rings = {s: self.driver.to_numpy(self.course.state[f"past/{s}"]) for s in self.code.delayed}
        return remember(rings, past, self.problem, plan, self.done)

    def _events(self) -> dict[str, EventTrain]:
        trains = {}
        for kind, name in enumerate(self.code.events):
            steps = np.concatenate([c.step[c.kind == kind] for c in self.chunks] or [np.empty(0, np.int64)])
            lanes = np.concatenate([c.lane[c.kind == kind] for c in self.chunks] or [np.empty(0, np.int64)])
            shape = self.problem.shape_of_event(name)
            elements = 1 if shape == self.problem.shape else math.prod(self.problem.cell)
            trains[name] = EventTrain.of_found(self.plan.times(steps), lanes // elements, shape)
        return trains


def _work(problem: Problem) -> int:
    """Numbers that a step computes for each variable: where elements mix, a row of a matrix for each element."""
    return problem.lanes * (max(1, *problem.cell) if problem.mixes and problem.cell else 1)


def _scalar(value: np.ndarray) -> Any:
    return value if value.ndim else value[()]


def _run_traced(flow: Flow, driver: Driver, problem: Problem, plan: Plan) -> Record:
    """A run through which a derivative is taken: one piece, all values as the driver's own arrays."""
    initial = flow.values()
    chunk = flow.advance(plan.n_steps, None, 0)
    values = flow.values()
    final = {n: values[n] for n in problem.system.state_names}
    hidden = {n: v for n, v in values.items() if n not in final}
    data = dict(zip(plan.record, driver.collect([initial[n] for n in plan.record], chunk.records), strict=True))
    for name in problem.narrow:  # without the axis that one number has beside array states
        final[name] = final[name][..., 0]
        if name in data:
            data[name] = data[name][..., 0]
    t = plan.recorded(plan.end)
    checkpoint = Checkpoint(plan.time(plan.end), final, in_part("hidden", hidden), _numbers(problem, plan, plan.end))
    result = Record(t, data, stats={"steps": plan.n_steps, "dt": plan.dt}, checkpoint=checkpoint)
    if plan.picks:
        take_parts(result, problem, plan)
    return result


def _numbers(problem: Problem, plan: Plan, done: int) -> dict[str, Plain]:
    """The numbers of a checkpoint before step ``done``: its clock counts on where all steps before had one length."""
    numbers: dict[str, Plain] = {"draws": plan.noise.start + done} if problem.system.is_random else {}
    if plan.mesh is None and done <= plan.whole:
        numbers |= {"origin": plan.origin, "dt": plan.dt, "step": done}
    return numbers
