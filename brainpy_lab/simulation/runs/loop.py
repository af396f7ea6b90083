"""A loop that knows no model: a flow advanced chunk after chunk, looked at between them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.drivers.driver import Chunk, Flow
from brainpy_lab.simulation.records.sheets import Sheet
from brainpy_lab.simulation.runs.clock import Clock
from brainpy_lab.simulation.runs.control import ChunkSize, Progress
from brainpy_lab.simulation.solution.outcome import Outcome

Values = dict[str, np.ndarray]


@dataclass
class Job:
    """What is to be advanced, how far, and what is looked at on the way.

    Attributes
    ----------
    flow : Flow
        It stands where the clock begins.
    clock : Clock
        How many steps there are, and when they end.
    sheet : Sheet
        Where the flow writes what it records.
    watched : tuple of str
        Variables that must stay finite.
    read : callable
        From an array of the flow's own kind to a NumPy array.
    size : ChunkSize
    first_alarm : int, optional
        Kinds of events from this one on say that a step went wrong: the job ends before it.
    stop : threading.Event, optional
    report : callable
        Told the fraction done after each chunk.
    """

    flow: Flow
    clock: Clock
    sheet: Sheet
    watched: tuple[str, ...]
    read: Callable[[Any], np.ndarray]
    size: ChunkSize
    first_alarm: int | None
    stop: threading.Event | None
    report: Progress


class Course:
    """How far a job has come, and what it left.

    Attributes
    ----------
    done : int
        Number of the step after the last one taken.
    values : dict of arrays
        States and hidden variables, at the end of the last of them.
    state : dict of arrays
        All that the flow carries then, see `Flow.state`.
    chunks : list of Chunk
        Events.
    outcome : Outcome
        How it ended.
    lost : (str, int), optional
        The variable that the next step left nan or infinite, and in which lane.
    alarm : (int, int), optional
        The kind of event that says that the next step goes wrong, and in which lane.
    """

    def __init__(self, job: Job) -> None:
        self.job, self.flow = job, job.flow
        self.is_last = False  # whether the shorter last step is being taken
        self.done, self.state = job.clock.first, job.flow.state()
        self.values = self._values_of(self.state)
        self.chunks: list[Chunk] = []
        self.outcome = Outcome.COMPLETED
        self.lost: tuple[str, int] | None = None
        self.alarm: tuple[int, int] | None = None
        job.sheet.begin([self.values[name] for name in job.flow.setup.record])

    def go(self) -> None:
        """Advance until the end, or until something stops the job; the flow then stands after step ``done``."""
        whole, rest = self.job.clock.whole, self.job.clock.division[1]
        try:
            while self.done < whole:
                if not self._take(whole - self.done):
                    return
            if rest:
                self._take_last_step()
        except KeyboardInterrupt:
            self.outcome = Outcome.INTERRUPTED
            self.flow.load(self.state, self.done)

    def _take(self, most: int) -> bool:
        """Advance by a chunk of at most so many steps; False when the job is at its end."""
        begin, job = time.perf_counter(), self.job
        n, room = min(job.size.steps, most), job.sheet.room(self._since)
        n = n if room is None else min(n, room)
        went_on = self._advance(n, *job.sheet.page(self._since))
        job.size.took(n, time.perf_counter() - begin)
        return went_on

    @property
    def _since(self) -> int:
        """Steps since the clock began."""
        return self.done - self.job.clock.first

    def _take_last_step(self) -> None:
        """The shorter step that ends where the run was to end; its length compiles nothing."""
        job, whole = self.job, self._since
        self.flow.resume(job.clock.last_step(self.flow.setup))
        page, self.is_last = job.sheet.last_page(), True
        if self._advance(1, page, 0):
            job.sheet.taken_last(page, whole)

    def _advance(self, n: int, rows: np.ndarray, row: int) -> bool:
        """Advance by ``n`` steps whose records go to ``rows[:, row...]``; False when the job is at its end."""
        job = self.job
        if job.stop is not None and job.stop.is_set():
            self.outcome = Outcome.STOPPED
            return False
        chunk = self.flow.advance(n, rows, row)
        state = self.flow.state()
        values = self._values_of(state)
        if not self._is_finite(values):
            self._find_loss(n, rows, row)
            return False
        if job.first_alarm is not None and (raised := np.flatnonzero(chunk.kind >= job.first_alarm)).size:
            earliest = raised[np.argmin(chunk.step[raised])]
            self._end_before(int(chunk.step[earliest]), rows, row)
            self.alarm = int(chunk.kind[earliest]), int(chunk.lane[earliest])
            return False
        self._keep(chunk, state, values, n)
        job.report((self.done - job.clock.first) / job.clock.n_steps)
        return True

    def _values_of(self, state: Mapping[str, Any]) -> Values:
        """States and hidden variables; what feeds carry has a stroke in its name."""
        return {n: self.job.read(v) for n, v in state.items() if "/" not in n}

    def _keep(self, chunk: Chunk, state: dict[str, Any], values: Values, n: int) -> None:
        self.chunks.append(chunk)
        if not self.is_last:
            self.job.sheet.taken(self._since, n)
        self.values, self.state, self.done = values, state, self.done + n

    def _is_finite(self, values: Mapping[str, np.ndarray]) -> bool:
        """Whether all that is watched is."""
        return all(_finite(values[name]) for name in self.job.watched)

    def _end_before(self, step: int, rows: np.ndarray, row: int) -> None:
        """Go from where the chunk began to the step before ``step``."""
        self.flow.load(self.state, self.done)
        n = step - 1 - self.done
        if n > 0:
            chunk = self.flow.advance(n, rows, row)
            state = self.flow.state()
            self._keep(chunk, state, self._values_of(state), n)

    def _find_loss(self, n: int, rows: np.ndarray, row: int) -> None:
        """Bisect the chunk of ``n`` steps for the first whose result is not finite, and end before it.

        Steps are deterministic, so that running a part of the chunk again writes the same records again.
        """

        def after(steps: int) -> tuple[Chunk, dict[str, Any], Values]:
            self.flow.load(self.state, self.done)
            chunk = self.flow.advance(steps, rows, row)
            state = self.flow.state()
            return chunk, state, self._values_of(state)

        good, bad = 0, n
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._is_finite(after(middle)[2]):
                good = middle
            else:
                bad = middle
        broken = after(bad)[2]
        name = next(s for s in self.job.watched if not np.isfinite(broken[s]).all())
        self._keep(*after(good), good)
        self.lost = name, int(np.flatnonzero(~np.isfinite(np.ravel(broken[name])))[0])
        self.outcome = Outcome.NON_FINITE


def _finite(value: np.ndarray) -> bool:
    return bool(np.isfinite(value).all()) if value.ndim else math.isfinite(value)


def run(job: Job) -> Course:
    """Do a job."""
    course = Course(job)
    course.go()
    return course
