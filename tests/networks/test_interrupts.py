"""Interrupted runs: what was computed is kept, and the next run goes on as if nothing had happened."""

from __future__ import annotations

import signal
import threading

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs.ensembles import Halt, side_by_side
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome
from tests.networks.cells import KICK, lif, synapse


def _network(interrupt_at: float) -> bp.Network:
    """Cells whose input interrupts the run once, in the midst of a chunk."""
    left = [1]

    def current(t: float) -> float:
        if t >= interrupt_at and left:
            left.pop()
            signal.raise_signal(signal.SIGINT)
        return 14.0

    E = bp.NeuGroup(lif(), 20, name="E", method="exponential_euler", initial={"V": bp.dist.uniform(-60, -50, seed=1)})
    E.I = current
    kick = bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=bp.connect.all_to_all(), weight=0.1, delay=1.5)
    return bp.Network(E, kick)


def test_an_interrupted_run_is_kept_and_goes_on_without_a_trace() -> None:
    whole = _network(1e9).run(400.0, dt=0.1, backend="numpy")
    net = _network(30.0)
    said = pytest.warns(RunWarning, match=r"The run of Network was interrupted at t = \d.*net\.last, and net\.run\(")
    with said, pytest.raises(KeyboardInterrupt):
        net.run(400.0, dt=0.1, backend="numpy")
    assert net.last.outcome is Outcome.INTERRUPTED and 30.0 <= net.time < 400.0
    rest = net.run(round(400.0 - net.time, 9), backend="numpy")
    assert np.array_equal(rest.final["E"]["V"], whole.final["E"]["V"])
    assert np.array_equal(rest["E"].events["spike"].t, whole["E"].events["spike"].t[-len(rest["E"].events["spike"]) :])


def test_a_report_that_interrupts_ends_between_two_chunks() -> None:
    net = _network(1e9)

    def report(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.warns(RunWarning, match="was interrupted at t"), pytest.raises(KeyboardInterrupt):
        net.run(400.0, dt=0.1, backend="numpy", progress=report)
    assert 0 < net.time < 400.0 and len(net.last["E"].events["spike"]) > 0


def test_an_interrupted_ensemble_keeps_what_its_members_had_computed() -> None:
    net, left = _network(1e9), [1]

    def current(t: float) -> float:
        if t >= 600.0 and left:  # some pieces of the run are done: the one that is interrupted may be lost
            left.pop()
            signal.pthread_kill(
                threading.main_thread().ident or 0, signal.SIGINT
            )  # members run on threads of their own
        return 14.0

    net["E"].I = current
    weights = {"Syn.weight": [0.1, 0.2, 0.3]}
    said = pytest.warns(RunWarning, match="the network stays where it stood")
    with said, pytest.raises(KeyboardInterrupt):
        net.run(20_000.0, dt=0.1, backend="numpy", parameters=weights, record={"E": ["V"]}, record_every=10.0)
    sol = net.last
    ends = sol.stats["ends"]
    first = int(np.argmax(ends))  # whichever of the threads came there first
    assert sol.ensemble_shape == (3,) and 30.0 <= ends[first] < 20_000.0
    assert sol.outcome is not Outcome.COMPLETED and np.isfinite(sol["E"].V[3, first]).all() and net.time == 0
    weight = {"Syn.weight": weights["Syn.weight"][first]}
    alone = _network(1e9).run(30.0, dt=0.1, backend="numpy", parameters=weight, record={"E": ["V"]}, record_every=10.0)
    assert np.array_equal(sol.members[first]["E"].V[:4], alone["E"].V)


def test_an_interrupt_before_all_members_have_begun_ends_them_too() -> None:
    class Runs(list):
        left = 1

        def __getitem__(self, number: int) -> object:
            if number == 1 and self.left:
                self.left = 0
                raise KeyboardInterrupt
            return super().__getitem__(number)

    halt = Halt(None)
    found, is_interrupted = side_by_side(Runs([lambda: "first", halt.is_set]), 1, halt)
    assert found == ["first", True] and is_interrupted
