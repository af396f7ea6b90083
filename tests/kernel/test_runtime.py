"""One worker, one slot per view: the newest value wins, nothing queues, nothing runs twice at once."""

from __future__ import annotations

import threading

import pytest

from brainpy_kernel.sessions.runtime import Runtime, Ticket

WAIT = 20.0


@pytest.fixture(params=[True, False], ids=["worker", "synchronous"])
def runtime(request):
    made = Runtime(threaded=request.param)
    yield made
    made.close()


def test_work_is_done_once(runtime):
    done = []
    runtime.put("view", lambda ticket: done.append(1))
    assert runtime.wait_idle(WAIT)
    assert done == [1]


def test_latest_value_wins_and_nothing_queues():
    runtime, started, release, seen = Runtime(threaded=True), threading.Event(), threading.Event(), []

    def first(ticket: Ticket) -> None:
        started.set()
        assert release.wait(WAIT)
        seen.append("first")

    runtime.put("view", first)
    assert started.wait(WAIT)
    for value in range(200):
        runtime.put("view", lambda ticket, value=value: seen.append(value))
    release.set()
    assert runtime.wait_idle(WAIT)
    assert seen == ["first", 199]
    runtime.close()


def test_views_do_not_displace_each_other():
    runtime, started, release, seen = Runtime(threaded=True), threading.Event(), threading.Event(), []
    runtime.put("a", lambda ticket: (started.set(), release.wait(WAIT)))
    assert started.wait(WAIT)
    runtime.put("b", lambda ticket: seen.append("b"))
    runtime.put("c", lambda ticket: seen.append("c"))
    release.set()
    assert runtime.wait_idle(WAIT)
    assert seen == ["b", "c"]
    runtime.close()


def test_nothing_runs_twice_at_once():
    runtime, inside, worst = Runtime(threaded=True), [0], [0]
    lock = threading.Lock()

    def work(ticket: Ticket) -> None:
        with lock:
            inside[0] += 1
            worst[0] = max(worst[0], inside[0])
        sum(range(2000))
        with lock:
            inside[0] -= 1

    def pusher(view: int) -> None:
        for _ in range(100):
            runtime.put(view, work)

    pushers = [threading.Thread(target=pusher, args=(view,)) for view in range(4)]
    for thread in pushers:
        thread.start()
    for thread in pushers:
        thread.join(WAIT)
    assert runtime.wait_idle(WAIT)
    assert worst[0] == 1
    runtime.close()


def test_put_from_within_the_work_is_done_after_it(runtime):
    seen = []

    def work(ticket: Ticket) -> None:
        runtime.put("view", lambda t: seen.append("second"))
        seen.append("first")

    runtime.put("view", work)
    assert runtime.wait_idle(WAIT)
    assert seen == ["first", "second"]


def test_drop_stops_what_runs_and_forgets_what_waits():
    runtime, started, seen = Runtime(threaded=True), threading.Event(), []

    def endless(ticket: Ticket) -> None:
        started.set()
        assert threading.Event.wait(ticket, WAIT)
        seen.append("stopped")

    runtime.put("view", endless)
    assert started.wait(WAIT)
    runtime.put("view", lambda ticket: seen.append("never"))
    runtime.drop("view")
    assert runtime.wait_idle(WAIT)
    assert seen == ["stopped"]
    runtime.close()


def test_a_replaced_job_is_stopped_once_patience_is_over():
    impatient, patient = Ticket(patience=-1.0), Ticket(patience=1e9)
    for ticket in (impatient, patient):
        assert not ticket.is_set()
        ticket.replace()
    assert impatient.is_set()
    assert not patient.is_set()
    patient.set()
    assert patient.is_set()


def test_a_failing_job_leaves_the_worker_alive(runtime, caplog):
    seen = []

    def fails(ticket: Ticket) -> None:
        raise ZeroDivisionError

    runtime.put("view", fails)
    assert runtime.wait_idle(WAIT)
    runtime.put("view", lambda ticket: seen.append(1))
    assert runtime.wait_idle(WAIT)
    assert seen == [1]
    assert "ZeroDivisionError" in caplog.text


def test_close_ends_the_thread_and_what_it_runs():
    runtime, started = Runtime(threaded=True), threading.Event()
    runtime.put("view", lambda ticket: (started.set(), threading.Event.wait(ticket, WAIT)))
    assert started.wait(WAIT)
    runtime.close()
    assert "brainpy-runtime" not in [thread.name for thread in threading.enumerate()]
    runtime.put("view", lambda ticket: pytest.fail("closed"))


def test_cancel_stops_the_run_it_names():
    runtime, started, outcome = Runtime(threaded=True), threading.Event(), []

    def work(ticket: Ticket) -> None:
        run = runtime.begin(ticket, "FHN", 100.0)
        started.set()
        threading.Event.wait(ticket, WAIT)
        runtime.end(run, "cancelled", "stopped", 7)
        outcome.append((run.status, run.steps))

    runtime.put("view", work)
    assert started.wait(WAIT)
    (run_id,) = runtime.runs
    assert not runtime.cancel("run-0")
    assert runtime.cancel(run_id)
    assert runtime.wait_idle(WAIT)
    assert outcome == [("cancelled", 7)]
    runtime.close()
