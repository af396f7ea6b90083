"""Runs are followed by whoever watches: from their first step to how they ended, with a stop flag of its own."""

from __future__ import annotations

import threading

import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs import following
from brainpy_lab.simulation.solution.outcome import Outcome


class Notes:
    """A follower that notes what it hears, and stops the run where it is told to."""

    def __init__(self, stops: bool = False) -> None:
        self.asked, self.fractions, self.ends, self.stops = 0, [], [], stops

    def is_set(self) -> bool:
        self.asked += 1
        return self.stops and bool(self.fractions)

    def report(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def end(self, solution, error) -> None:
        self.ends.append((solution, error))


@pytest.fixture
def watch(monkeypatch):
    """Follow the runs of one model or network."""

    def start(subject, notes):
        watchers = [lambda found, duration: notes if found is subject else None]
        monkeypatch.setattr(following, "watchers", watchers)
        return notes

    return start


@pytest.fixture
def decay():
    return bp.model("dx/dt = -x\nx(0) = 1", name="Decay", backend="numpy", method="euler")


@pytest.fixture
def net():
    lif = bp.model("I = 12\ndV/dt = (I - V)/20\nwhen V >= 10:\n    V = 0", name="LIF")
    return bp.Network(bp.NeuGroup(lif, 3, name="E", method="exponential_euler"))


OPTIONS = {"Decay": {"dt": 0.1}, "Network": {"dt": 0.1, "backend": "numpy"}}


@pytest.fixture(params=["decay", "net"])
def subject(request):
    return request.getfixturevalue(request.param)


def test_a_run_is_followed_to_its_end_and_its_numbers_are_the_same(subject, watch):
    before = subject.run(50.0, **OPTIONS[subject.name])
    again = {"start": 0} if subject.name == "Network" else {}
    notes, mine = watch(subject, Notes()), []
    sol = subject.run(50.0, progress=mine.append, **again, **OPTIONS[subject.name])
    assert notes.fractions == mine
    assert notes.fractions[-1] == 1.0
    assert notes.ends == [(sol, None)]
    assert sol.stats["steps"] == before.stats["steps"] == 500


def test_a_follower_stops_a_run_beside_the_flag_of_the_caller(subject, watch):
    notes = watch(subject, Notes(stops=True))
    sol = subject.run(1e6, stop=threading.Event(), **OPTIONS[subject.name])
    assert sol.outcome is Outcome.STOPPED
    assert 0 < notes.fractions[-1] < 1
    watch(subject, Notes())
    flag = threading.Event()
    flag.set()
    assert subject.run(10.0, stop=flag, **OPTIONS[subject.name]).stats["steps"] == 0


def test_a_run_that_is_refused_ends_without_a_step(subject, watch):
    notes = watch(subject, Notes())
    for wrong in ({"progress": 3}, {"stop": 3}, {"seed": 0.5}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            subject.run(10.0, **wrong, **OPTIONS[subject.name])
    assert [(sol, type(error)) for sol, error in notes.ends] == 3 * [(None, ArgumentError)]
    assert (notes.asked, notes.fractions) == (0, [])


def test_an_interrupted_network_tells_what_it_has(net, watch):
    def interrupt(fraction: float) -> None:
        raise KeyboardInterrupt

    notes = watch(net, Notes())
    with pytest.raises(KeyboardInterrupt):
        net.run(1e5, progress=interrupt, **OPTIONS["Network"])
    ((sol, error),) = notes.ends
    assert sol is net.last
    assert (sol.outcome, type(error)) == (Outcome.INTERRUPTED, KeyboardInterrupt)


def test_members_of_an_ensemble_are_one_run(net, watch):
    notes = watch(net, Notes())
    sol = net.run(20.0, parameters={"E.I": [11.0, 12.0, 13.0]}, **OPTIONS["Network"])
    assert notes.ends == [(sol, None)]
    assert notes.fractions[-1] == 1.0


def test_a_bar_is_drawn_and_closed(subject, watch, capsys):
    watch(subject, Notes())
    subject.run(50.0, progress=True, **OPTIONS[subject.name])
    drawn = capsys.readouterr().err
    assert f"{subject.name}: 100%" in drawn
    assert drawn.endswith("\n")
