"""The loop that knows no model, around a flow that is no model's: x grows by one with each step."""

import ast
import threading
from pathlib import Path

import numpy as np
import pytest

from brainpy_lab.drivers.driver import Chunk, Flow, Setup
from brainpy_lab.simulation.records.sheets import Sheet
from brainpy_lab.simulation.runs import loop
from brainpy_lab.simulation.runs.clock import Clock
from brainpy_lab.simulation.runs.control import ChunkSize
from brainpy_lab.simulation.solution.outcome import Outcome

NONE = np.empty(0, np.int64)


class Counting(Flow):
    """A flow whose x is nan after step ``bad``, whose step ``alarm`` raises event 1, and whose step ``key`` a key."""

    def __init__(self, every=1, bad=None, alarm=None, key=None):
        self.setup = Setup(0.0, 0.5, {}, {}, {}, 1, ("x",), every)
        self.x, self.bad, self.alarm, self.key, self.chunks = np.float64(0.0), bad, alarm, key, []

    def advance(self, n_steps, rows, row):
        first, fired = self.step, NONE
        for _ in range(n_steps):
            self.step += 1
            self.x = self.x + self.setup.dt
            if self.step == self.key:
                raise KeyboardInterrupt
            if self.step == self.bad:
                self.x = np.float64(np.nan)
            if self.step == self.alarm:
                fired = np.array([self.step])
            if self.step % self.setup.every == 0:
                rows[0, row] = self.x
                row += 1
        self.chunks.append((first, n_steps))
        return Chunk(fired, 0 * fired, 0 * fired + 1)

    def values(self):
        return {"x": self.x}

    def state(self):
        return self.values()

    def load(self, state, step):
        self.x, self.step = state["x"], step


def run(flow, duration=10.0, *, first_alarm=None, stop=None, seen=None):
    clock = Clock(0.0, duration, 0.5)
    ends = clock.division[1] > 0 and flow.setup.every == 1
    rows = np.full((1, clock.division[0] // flow.setup.every + 1 + ends), -1.0)
    reported = [] if seen is None else seen
    job = loop.Job(
        flow,
        clock,
        Sheet(rows, flow.setup.every),
        ("x",),
        np.asarray,
        ChunkSize(1, 3),
        first_alarm,
        stop,
        reported.append,
    )
    return loop.run(job), rows[0]


def test_to_the_end_in_chunks_with_a_report_after_each():
    flow, seen = Counting(every=2), []
    course, rows = run(flow, seen=seen)
    assert (course.done, course.outcome, float(course.values["x"])) == (20, Outcome.COMPLETED, 10.0)
    np.testing.assert_array_equal(rows, np.arange(11.0))
    assert flow.chunks[0] == (0, 3) and sum(n for _, n in flow.chunks) == 20
    assert seen == sorted(seen) and (seen[0], seen[-1]) == (3 / 20, 1.0)


def test_a_shorter_last_step():
    course, rows = run(Counting(), 1.25)
    assert course.done == 3 and course.flow.setup.dt == 0.25
    np.testing.assert_array_equal(rows, [0.0, 0.5, 1.0, 1.25])
    course, rows = run(Counting(every=2), 1.25)  # the end lies between two records
    np.testing.assert_array_equal(rows, [0.0, 1.0])
    assert course.values["x"] == 1.25


def test_it_ends_before_the_first_step_that_is_not_finite():
    flow = Counting(bad=9)
    course, rows = run(flow)
    assert (course.done, course.outcome, course.lost) == (8, Outcome.NON_FINITE, ("x", 0))
    assert float(course.values["x"]) == flow.x == 4.0 and flow.step == 8
    np.testing.assert_array_equal(rows[:9], np.arange(9) / 2)


def test_it_ends_before_the_step_of_an_alarm():
    flow = Counting(alarm=9)
    course, _ = run(flow, first_alarm=1)
    assert (course.done, course.alarm, flow.step) == (8, (1, 0), 8)
    assert not any(len(c.step) for c in course.chunks)
    course, _ = run(Counting(alarm=9), first_alarm=2)  # an event like others
    assert course.done == 20 and course.alarm is None
    assert [int(s) for c in course.chunks for s in c.step] == [9]


def test_an_interrupt_leaves_the_flow_where_the_last_chunk_ended():
    flow = Counting(key=5)
    course, _ = run(flow)
    assert (course.done, course.outcome) == (3, Outcome.INTERRUPTED)
    assert (flow.step, float(flow.x)) == (3, 1.5)


@pytest.mark.parametrize(("duration", "done"), [(10.0, 3), (1.75, 3)])
def test_a_stop_flag(duration, done):
    stop = threading.Event()
    flow = Counting()
    clock = Clock(0.0, duration, 0.5)
    job = loop.Job(
        flow,
        clock,
        Sheet(np.empty((1, 30)), 1),
        ("x",),
        np.asarray,
        ChunkSize(1, 3),
        None,
        stop,
        lambda part: stop.set(),
    )
    course = loop.run(job)
    assert (course.done, course.outcome) == (done, Outcome.STOPPED)


def test_it_names_no_model():
    tree = ast.parse(Path(loop.__file__).read_text(encoding="utf-8"))
    modules = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    words = ("problem", "plan", "model", "equations", "solvers", "request")
    assert not [m for m in modules if any(word in m for word in words)]
