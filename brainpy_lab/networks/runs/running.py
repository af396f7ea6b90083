"""A run of a network on its way: chunk by chunk, until it ends or is stopped."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from brainpy_lab.drivers.network import NetworkFlow
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.currents import set_at_start
from brainpy_lab.networks.runs.fading import Course
from brainpy_lab.networks.runs.failures.known import Known
from brainpy_lab.networks.runs.failures.steps import Steps
from brainpy_lab.networks.runs.failures.words import in_words
from brainpy_lab.networks.runs.interrupts import held_back
from brainpy_lab.networks.runs.kept import Kept
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.runs.spikes import Spikes
from brainpy_lab.networks.runs.stored import RunStore
from brainpy_lab.networks.runs.values import setup_of
from brainpy_lab.networks.sources import PoissonGroup
from brainpy_lab.networks.states.homes import Home
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.runs.control import ChunkSize
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.tracing import user_line
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.outcome import Outcome

#: Numbers from outside (draws, courses of each cell) that are made for a chunk at once: 32 MiB.
_MOST = 1 << 22


class RunOf:
    """A plan on its way."""

    def __init__(self, plan: Plan, program: Any, compile_time: float) -> None:
        self.plan, self.compile_time = plan, compile_time
        self.began = time.perf_counter()
        self.setup = setup_of(plan)
        set_at_start(plan, self.setup)
        count = plan.n_steps // plan.every + 1
        if plan.store is None:
            width = sum(w.kept_width for w in plan.record)
            check_record_memory(count, {"records": ()}, (width,), record_every=plan.every * plan.state.dt)
        self.flow: NetworkFlow = program.start(self.setup)
        for event, spikes in plan.state.queues.items():
            self.flow.load_queue(event, spikes)
        poisson = [g for g in plan.network.groups if isinstance(g, PoissonGroup) and plan.store is None]
        self.drawn = {g.name: g for g in poisson if g.is_constant}  # a function may give other rates later
        self.store = None if plan.store is None else RunStore(plan, self.setup.first, count)
        if self.store is None:
            self.kept = Kept(plan, self.setup.first, count)
            self.rows = self.kept.rows
            clocks = {axis for axis, _ in plan.code.events} - set(plan.network.by_name)
            self.spikes = Spikes(plan.code.events, self.setup.first, set(self.drawn) | clocks)
        else:
            self.rows, self.spikes = self.store.rows(sum(w.width for w in plan.record)), self.store.spikes()
        self.steps = Steps(plan, self.flow)
        self.outcome, self.ended = Outcome.COMPLETED, ""
        self._record_start()
        with user_line(plan.code.name, plan.code):
            self._go()
        self._keep()

    def _record_start(self) -> None:
        if self.rows.array.size:
            parts = [self.flow.values(r.axis, r.row)[r.index] for r in self.setup.record]
            self.rows.array[0] = np.concatenate(parts)
        self.rows.flush(self.done)

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
                fresh = (c.period - self.flow.step % c.period for c in plan.fades.values())
                remembered = (m.room for m in plan.memories.values())
                n = min(size.steps, plan.n_steps - self.done, most, self.rows.steps(self.done), *fresh, *remembered)
                begun = time.perf_counter()
                with held_back() as interrupts:
                    chunk = self.steps.take(n, self.rows.array, self.rows.next(self.done))
                    self.spikes.take(chunk)
                    self.rows.flush(self.done)
                    if chunk.taken:
                        self._begin_factors()
                size.took(n, time.perf_counter() - begun)
                if chunk.fault is not None:
                    self._explain(*chunk.fault)
                    return
                for memory in plan.memories.values():
                    memory.take(self.flow)
                if interrupts:
                    self.outcome = Outcome.INTERRUPTED
                    return
                plan.report(self.done / plan.n_steps)
        except KeyboardInterrupt:
            self.outcome = Outcome.INTERRUPTED

    def _begin_factors(self) -> None:
        """Let factors of traces begin anew at 1 where they are due, before they are too small a number."""
        for course in self.plan.fades.values():
            if self.flow.step % course.period == 0:
                self.flow.scale(course.axis, course.trace.kept, float(course.factor(self.flow.step)))

    def _explain(self, axis: str, row: str, place: int) -> None:
        """Say what went wrong, and where."""
        last, dt = self.setup.first + self.done, self.plan.state.dt
        times = ((last - self.steps.within) * dt, last * dt) if self.steps.within else ((last + 1) * dt,)
        known = Known(self.plan, self.setup, self.flow) if self.steps.is_at_last_good else None
        self.outcome, self.ended = in_words(self.plan, (axis, row, place), times, known)
        if not self.steps.is_at_last_good:
            self.ended += "\n  The network is large: sol.final has what that step had computed so far."
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
        for key in plan.code.remembered:
            if key not in plan.code.memories:
                state.pasts[key] = self.flow.past(*key)
        for name, memory in plan.memories.items():
            memory.take(self.flow)
            state.memories[name] = memory.kept()
        for part in plan.network.groups:
            if isinstance(part, NeuGroup):
                part.state.update({n: state.rows[part.name].pop(n) for n in part.system.state_names})
        for syn in plan.network.synapses:
            state.homes[syn.name], state.delays[syn.name] = dict(syn.homes.of), plan.wired[syn.name].delays
            state.starts[syn.name] = {**syn.start, **{n: syn.values[n] for n in syn.weighted.names}}
            stored = plan.wired[syn.name].stored
            for name in syn.homes.at("connection"):
                course = plan.traces.get(f"{syn.name}.{name}")
                values = self.now(course) if course else self.flow.values(syn.name, name)
                if stored is not None:
                    values[stored] = values.copy()
                syn.state[name] = values
            away = {n: home for n, home in syn.homes.of.items() if home != "connection"}
            syn.at_cells.update({n: (home, self._of_cells(syn, n, home)) for n, home in away.items()})
        for course in plan.traces.values():
            state.traces[course.name] = course.digest
            if course.axis != course.synapses.name:
                state.rows[course.axis][course.trace.name] = self.now(course)

    def _of_cells(self, syn: Synapses, name: str, home: Home) -> np.ndarray:
        """The values of a state that is kept with cells."""
        course = self.plan.traces.get(f"{syn.name}.{name}")
        if course:
            return self.now(course)
        if home == "lumped":
            return self.flow.values(syn.post_group.name, f"{syn.name}_{name}")
        return self.flow.values(f"{syn.name}.{home}", name)

    def now(self, course: Course) -> np.ndarray:
        """The values of a trace."""
        return course.now({row: self.flow.values(course.axis, row) for row in course.trace.rows}, self.flow.step)

    def _is_kept(self, axis: str, row: str) -> bool:
        part = self.plan.network.by_name[axis.partition(".")[0]]
        if (axis, row) in self.plan.code.made_anew:
            return False
        if isinstance(part, Synapses):
            return axis != part.name or row in self.plan.traced.get(axis, {})
        outside = {*self.setup.taken, *self.plan.code.observed}
        return isinstance(part, NeuGroup) and row not in part.parameters and (axis, row) not in outside
