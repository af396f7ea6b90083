"""Couplings with a delay: what they read of the presynaptic cells is as it was so long before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import synapse

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]
#: Numba compiles each gather of each stage: it is run with stages in `make test`.
WITH_STAGES = [pytest.param(n, marks=pytest.mark.slow if n == "numba" else ()) for n in DRIVERS]

CLOCK = "I = 0; w = 1\ndx/dt = w + I"
PHASES = "weight = 0.5\npost.I += weight*sin(pre.x - post.x)"
START, SPEED = np.array([0.0, 1.0, 2.5]), np.array([1.0, 1.2, 0.9])
#: The same three as one model.
THREE = """
k = 0.5; tau = 0.73
da/dt = 1.0 + k*(sin(b(t - tau) - a) + sin(c(t - tau) - a))
db/dt = 1.2 + k*(sin(a(t - tau) - b) + sin(c(t - tau) - b))
dc/dt = 0.9 + k*(sin(a(t - tau) - c) + sin(b(t - tau) - c))
a(0) = 0
b(0) = 1
c(0) = 2.5
"""


def _clocks(delay: Any, method: str = "rk4", **options: Any) -> tuple[bp.Network, bp.Synapses]:
    E = bp.NeuGroup(bp.model(CLOCK, name="Clock"), 3, name="E", method=method, initial={"x": START}, w=SPEED)
    syn = bp.Synapses(
        pre=E, post=E, model=synapse(PHASES), connect=bp.connect.all_to_all(), delay=delay, name="s", **options
    )
    return bp.Network(E, syn), syn


def _one_model(duration: float, dt: float, tau: float = 0.73) -> np.ndarray:
    final = bp.model(THREE, name="Three").run(duration, dt=dt, method="rk4", backend="numpy", tau=tau).final
    return np.array([float(final[n]) for n in "abc"])


@pytest.mark.parametrize("backend", WITH_STAGES)
def test_phases_run_as_one_delayed_model_does(backend: str) -> None:
    net, syn = _clocks(0.73)
    assert net.run(6.0, dt=0.1, backend=backend).final["E"]["x"] == pytest.approx(_one_model(6.0, 0.1), rel=1e-13)
    syn.delay = np.full(6, 0.73)  # the same, looked up connection by connection
    final = net.run(6.0, dt=0.1, backend=backend, start=0).final["E"]["x"]
    assert final == pytest.approx(_one_model(6.0, 0.1), rel=1e-13)


@pytest.mark.parametrize("delay", [0.8, np.array([0.8, 0.4, 1.2, 0.4, 0.8, 1.6])])
def test_the_order_of_the_method_is_kept(delay: Any) -> None:
    net, _ = _clocks(delay)
    final = [net.run(6.4, dt=dt, backend="numpy", start=0).final["E"]["x"] for dt in (0.1, 0.05, 0.0125)]
    coarse, fine = (np.abs(x - final[2]).max() for x in final[:2])
    assert np.log2(coarse / fine) == pytest.approx(4, abs=0.35)


# --- by hand ---------------------------------------------------------------------------------------------------------

CELL = "I = 0; gain = 1\nr = tanh(gain*V)\ndV/dt = 2 - V + I\nwhen V >= 1.2:\n    V = -0.5"
#: A rate, a state of each connection that reads values in each step, and spikes, all with one delay.
MIXED = """
weight = 0.3
dm/dt = -m + pre.V
post.I += weight*(pre.r - 0.2*post.V)
when pre.spike:
    post.V += 0.01*m
"""
PRE, POST = np.array([0, 0, 1, 2, 2]), np.array([1, 2, 2, 0, 1])
LATE = np.array([0.3, 0.1, 0.5, 0.2, 0.4])


def _mixed() -> bp.Network:
    E = bp.NeuGroup(
        bp.model(CELL, name="Cell"), 3, name="E", method="euler", gain=np.array([1.0, 2.0, 0.5]),
        initial={"V": np.array([0.0, 0.5, 1.0])},
    )  # fmt: skip
    rule = bp.connect.pairs(PRE, POST)
    return bp.Network(E, bp.Synapses(pre=E, post=E, model=synapse(MIXED), connect=rule, delay=LATE, name="s"))


def _by_hand(n: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Steps of 0.1 in the documented order; ``past[k]`` is what a record at step k shows."""
    gain, V, m = np.array([1.0, 2.0, 0.5]), np.array([0.0, 0.5, 1.0]), np.zeros(5)
    back, past, fired, count = np.rint(LATE / 0.1).astype(int), [V.copy()], [], 0
    on = np.zeros(3, bool)
    for step in range(n):
        late = np.array([past[max(0, step - k)][i] for i, k in zip(PRE, back, strict=True)])
        total = np.zeros(3)
        np.add.at(total, POST, 0.3 * (np.tanh(gain[PRE] * late) - 0.2 * V[POST]))
        m = late + (m - late) * np.exp(-0.1)
        V = V + 0.1 * (2 - V + total)
        for k in range(5):
            if step >= back[k] and PRE[k] in fired[step - back[k]]:
                V[POST[k]] += 0.01 * m[k]
        now = V >= 1.2
        new = np.flatnonzero(now & ~on)
        V[new] = -0.5
        on = V >= 1.2
        fired.append(new)
        count += len(new)
        past.append(V.copy())
    return V, m, count


@pytest.mark.parametrize("backend", DRIVERS)
def test_rates_states_and_spikes_are_those_of_a_loop_by_hand(backend: str) -> None:
    V, m, count = _by_hand(150)
    sol = _mixed().run(15.0, dt=0.1, backend=backend)
    assert count > 20 and sol["E"].events["spike"].count() == count
    assert sol.final["E"]["V"] == pytest.approx(V, rel=1e-12)
    assert sol.final["s"]["m"] == pytest.approx(m, rel=1e-12)


# --- going on --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_run_that_goes_on_is_the_run_without_a_stop(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _mixed().run(6.0, dt=0.1, backend=backend).final
    net = _mixed()
    net.run(2.3, dt=0.1, backend=backend)
    net.checkpoint().save(tmp_path / "stop.npz")
    monkeypatch.setattr("brainpy_lab.networks.runs.running.ChunkSize", lambda *_: _Three())
    other = _mixed().run(3.7, start=bp.load(tmp_path / "stop.npz"), backend=backend).final
    for final in (net.run(3.7, backend=backend).final, other):
        assert np.array_equal(final["E"]["V"], whole["E"]["V"]) and np.array_equal(final["s"]["m"], whole["s"]["m"])


class _Three:
    """Chunks of three steps."""

    steps = 3

    def took(self, n: int, seconds: float) -> None:
        """Whatever it took."""


def test_delays_can_be_anywhere_from_one_step_to_more_than_a_run() -> None:
    for late, tau in ((0.1, 0.1), (50.0, 50.0), (0.3000000001, 0.3)):
        net, _ = _clocks(late)
        assert net.run(2.0, dt=0.1, backend="numpy").final["E"]["x"] == pytest.approx(_one_model(2.0, 0.1, tau))


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_other_delays_compile_nothing(backend: str) -> None:
    driver = bp.drivers.get(backend)
    net, syn = _clocks(0.5, "euler")
    net.run(1.0, dt=0.1, backend=backend)
    before = driver.compilations
    for delay in (0.55, 0.8):
        syn.delay = delay
        net.run(1.0, dt=0.1, backend=backend, start=0)
    assert driver.compilations == before


# --- what is said ----------------------------------------------------------------------------------------------------


def test_the_code_says_what_is_read_late() -> None:
    net, syn = _clocks(0.73)
    text = str(net.code("numpy"))
    assert "1. pre_x of s: x of E as it was the delay before, at the step's start\n" in text
    assert "4. pre_x within of s: x of E as it was the delay before, 0.5 of the step on\n" in text
    assert "12. x of E in this step is kept for those that read it later\n" in text
    assert "    pre.x: a delay before, in every step; looked up once a presynaptic cell\n" in net.explain()
    syn.delay = np.full(6, 0.5)
    assert "    pre.x: a delay before, in every step; looked up once a connection\n" in net.explain()


@pytest.mark.parametrize(
    ("delay", "message"),
    [
        (0.04, "s: a delay of 0.04 of presynaptic values is shorter than a step of 0.1."),
        (np.array([0.0, 1, 1, 1, 1, 1]), "s: some delays are 0 and others are not; 'Syn' reads presynaptic values in"),
    ],
)
def test_delays_that_cannot_be_are_refused(delay: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)) as error:
        _clocks(delay)[0].run(1.0, dt=0.1, backend="numpy")
    assert error.value.advice


@pytest.mark.parametrize(
    ("cell", "reads", "message"),
    [
        ("u = sin(t)*x", "u", "s: it reads pre.u with a delay, which depends on the time: its past is not kept."),
        ("u = 0", "x + pre.u", "s: it reads pre.u with a delay, which moves in time by itself: its past is not kept."),
    ],
)
def test_what_has_no_past_is_refused(cell: str, reads: str, message: str) -> None:
    moves = {"u": lambda t: t} if cell == "u = 0" else {}
    E = bp.NeuGroup(bp.model(f"{CLOCK}\n{cell}", name="Cell"), 2, name="E", **moves)
    syn = synapse(f"weight = 1\npost.I += weight*(pre.{reads})")
    net = bp.Network(E, bp.Synapses(pre=E, post=E, model=syn, connect=bp.connect.all_to_all(), delay=1.0, name="s"))
    with pytest.raises(ArgumentError) as error:
        net.run(1.0, dt=0.1, backend="numpy")
    assert error.value.message == message
    assert error.value.advice == "Make it a state of E, or give delay=0."


@pytest.mark.parametrize("backend", DRIVERS)
def test_delays_of_values_change_where_a_run_goes_on_as_far_as_these_are_known(backend: str) -> None:
    net, syn = _clocks(0.5, "euler")
    x = net.run(2.0, dt=0.1, backend=backend, record={"E": ["x"]})["E"].x
    past, course = list(x), []
    for delay in (0.3, 0.5):
        syn.delay = delay
        course.append(net.run(1.0, dt=0.1, backend=backend).final["E"]["x"])
        for _ in range(10):
            late, now = past[-1 - round(delay / 0.1)], past[-1]
            pull = np.array([sum(np.sin(late[i] - now[j]) for i in range(3) if i != j) for j in range(3)])
            past.append(now + 0.1 * (SPEED + 0.5 * pull))
        assert course[-1] == pytest.approx(past[-1], rel=1e-13)
    syn.delay = 0.6
    with pytest.raises(ArgumentError) as error:
        net.run(1.0, dt=0.1, backend=backend)
    assert error.value.message == "E: its 'x' is known for 5 steps, and is read 6 steps later."
    assert error.value.advice == "Give start=0 to begin anew, or begin with the longest delay."
    assert net.time == 4.0


def test_a_delay_of_values_that_had_none_cannot_come_where_a_run_goes_on() -> None:
    net, syn = _clocks(0.0, "euler")
    net.run(1.0, dt=0.1, backend="numpy")
    syn.delay = 0.2
    with pytest.raises(ArgumentError, match="E: its 'x' is known for 0 steps, and is read 2 steps later"):
        net.run(1.0, dt=0.1, backend="numpy")
    with pytest.raises(ArgumentError, match="E: its 'x' is known for 0 steps, and is read 2 steps later"):
        _clocks(0.2, "euler")[0].run(1.0, start=_stopped(0.0), backend="numpy")


def _stopped(delay: float) -> bp.Checkpoint:
    net, _ = _clocks(delay, "euler")
    net.run(1.0, dt=0.1, backend="numpy")
    return net.checkpoint()


@pytest.mark.parametrize("backend", DRIVERS)
def test_delays_of_spikes_do_not_change_with_spikes_on_their_way(backend: str) -> None:
    net, whole = _mixed(), _mixed().run(4.0, dt=0.1, backend=backend).final["E"]["V"]
    first = net.run(3.0, dt=0.1, backend=backend)["E"].events["spike"].t
    assert (first > 3.0 - LATE.max()).any()  # such that have not arrived at all connections
    syn: Any = net["s"]
    syn.delay = LATE[::-1]
    with pytest.raises(ArgumentError, match="s: its delays are others than when the network stopped at 3, with spikes"):
        net.run(1.0, dt=0.1, backend=backend)
    syn.delay = LATE
    assert np.array_equal(net.run(1.0, dt=0.1, backend=backend).final["E"]["V"], whole)
