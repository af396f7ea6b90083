"""The order within a step: shown, that of Brian2, and what of it a spike shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import KICK, STDP, lif, synapse


@pytest.fixture(autouse=True)
def _plain_driver() -> Iterator[None]:
    """Orders are alike on all drivers: none is loaded for them."""
    with bp.backend.use("numpy"):
        yield


def test_a_schedule_prints_a_line_a_phase() -> None:
    E = bp.NeuGroup(lif(), 4, name="E", method="euler")
    P = bp.SpikeSource([1.0], [0], 4, name="P")
    late = bp.Synapses(pre=P, post=E, model=synapse(KICK), connect=bp.connect.one_to_one(), delay=1.0, name="late")
    stdp = bp.Synapses(pre=P, post=E, model=synapse(STDP), connect=bp.connect.one_to_one(), name="stdp")
    net = bp.Network(E, P, late, stdp, name="Net")
    assert (
        str(net.schedule)
        == repr(net.schedule)
        == (
            "The order within a step of Net, schedule 'default'.\n"
            "1. sources, inputs, blocks that run every T: -\n"
            "2. advance: E advances: advance_E\n"
            "3. arrivals due: spikes of P whose delay is over, at late: pre_spike_late\n"
            "4. test, act, enqueue: spike of E: test_spike_E, where it happens at_spike_E; "
            "spikes of P, known beforehand\n"
            "5. arrivals without delay: spikes of P of this step, without delay, at stdp: pre_spike_stdp_cell then "
            "pre_spike_stdp; spikes of E of this step, without delay, at stdp: post_spike_stdp_cell then "
            "post_spike_stdp\n"
            "6. monitors: -"
        )
    )
    brian2 = bp.Network(net, schedule="brian2", name="Net").schedule
    assert brian2.name == "brian2"
    assert str(brian2).splitlines()[3:] == [
        "3. test, enqueue: spike of E: test_spike_E; spikes of P, known beforehand",
        "4. arrivals due, with delay and without: spikes of P whose delay is over, at late: pre_spike_late; "
        "spikes of P of this step, without delay, at stdp: pre_spike_stdp_cell then pre_spike_stdp; "
        "spikes of E of this step, without delay, at stdp: post_spike_stdp_cell then post_spike_stdp",
        "5. act: spike of E acts: at_spike_E",
        "6. monitors: -",
    ]


@pytest.mark.parametrize("given", ["Brian2", "brian", "", 2, None])
def test_an_unknown_schedule_is_refused(given: object) -> None:
    E = bp.NeuGroup(lif(), 1, name="E", method="euler")
    if given is None:  # none is asked for
        assert bp.Network(E, schedule=None).schedule.name == "default"
        return
    with pytest.raises(bp.errors.ArgumentError) as error:
        bp.Network(E, schedule=given)
    assert error.value.message == f"There is no schedule {given!r}."
    assert error.value.advice in ("Did you mean 'brian2'?", "Schedules: 'default', 'brian2'.")


def test_a_network_of_networks_has_their_schedule() -> None:
    one = bp.Network(bp.NeuGroup(lif(), 1, name="E", method="euler"), schedule="brian2")
    two = bp.Network(bp.NeuGroup(lif(), 1, name="F", method="euler"))
    assert bp.Network(one).schedule.name == "brian2" and bp.Network(one, schedule="default").schedule.name == "default"
    with pytest.raises(bp.errors.ArgumentError) as error:
        bp.Network(one, two)
    assert error.value.message == "Network: the networks that it is made of have the schedules brian2 and default."


@pytest.mark.parametrize(("schedule", "fired"), [("default", [1.1, 1.1, 1.5]), ("brian2", [1.1, 1.2, 1.6])])
def test_a_kick_is_tested_in_its_step_or_in_the_next_one(schedule: str, fired: list[float]) -> None:
    for delay, time in zip((0.0, 0.1, 0.5), fired, strict=True):
        E = bp.NeuGroup(lif(), 3, name="E", method="euler")
        P = bp.SpikeSource([1.0], [1], 3, name="P")
        one = bp.connect.one_to_one()
        kick = bp.Synapses(pre=P, post=E, model=synapse(KICK), connect=one, delay=delay, weight=20.0, name="kick")
        spikes = bp.Network(E, P, kick, schedule=schedule).run(3.0, dt=0.1, backend="numpy")["E"].events["spike"]
        assert spikes.t.tolist() == [pytest.approx(time)] and spikes.index.tolist() == [1]


def test_ties_of_a_pre_and_a_post_spike_in_the_schedule_of_brian2() -> None:
    """Its pathways ``pre`` have the order -1 and ``post`` 1 in one slot, delayed or not: pre comes first."""
    found = {}
    for schedule in ("default", "brian2"):
        S = bp.SpikeSource([2.0], name="S")
        clock = bp.model("V(0) = 0\ndV/dt = 1\nwhen V >= 1.5:\n    V = 0", name="Clock")
        E = bp.NeuGroup(clock, 1, name="E", method="euler")
        stdp = bp.Synapses(
            pre=S, post=E, model=synapse(STDP), connect=bp.connect.one_to_one(), post_delay=0.5, A=0.1, B=-0.05
        )
        bp.Network(S, E, stdp, schedule=schedule).run(2.5, dt=0.1, backend="numpy")
        found[schedule] = float(stdp.weight[0])
    assert found["brian2"] == pytest.approx(0.5 + 0.1)  # the post block reads x of the pre block
    assert found["default"] == pytest.approx(0.5 - 0.05)  # it stands in phase 3, the pre block in phase 5


N, STEPS, DT = 60, 400, 0.1


def _by_hand(schedule: str, pre: np.ndarray, post: np.ndarray, late: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Spikes (step, cell) of cells that move each other's V, some connections after five steps."""
    V, fired, spikes = start.copy(), {}, []

    def arrive(step: int, delay: int) -> None:
        for cell in fired.get(step - delay, ()):
            here = (pre == cell) & (late == (delay > 0))
            np.add.at(V, post[here], 0.7)

    for step in range(STEPS):
        V = V + DT * ((-60 - V + 12) / 20)
        if schedule == "default":
            arrive(step, 5)
        fired[step] = np.flatnonzero(V >= -50)
        if schedule == "brian2":
            arrive(step, 5)
            arrive(step, 0)
        V[fired[step]] = -60
        if schedule == "default":
            arrive(step, 0)
        spikes += [(step + 1, cell) for cell in fired[step]]
    return np.array(spikes)


@pytest.mark.parametrize(
    ("schedule", "backend"),
    [("default", "numpy"), ("brian2", "numpy"), ("brian2", "numba"), ("brian2", "jax"), ("brian2", "torch")],
)
def test_spikes_are_those_of_a_loop_written_by_hand_in_that_order(schedule: str, backend: str) -> None:
    rng = np.random.default_rng(4)
    start = rng.uniform(-60, -50, N)
    pre, post = np.nonzero((rng.random((N, N)) < 0.1) & ~np.eye(N, dtype=bool))
    late = rng.random(len(pre)) < 0.5
    cell = bp.model("I = 12\ndV/dt = (-60 - V + I)/20\nwhen V >= -50:\n    V = -60", name="LIF")
    E = bp.NeuGroup(cell, N, name="E", method="euler", initial={"V": start})
    delay = np.where(late, 0.5, 0.0)
    connect = bp.connect.pairs(pre, post)
    syn = bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=connect, delay=delay, weight=0.7, name="syn")
    train = bp.Network(E, syn, schedule=schedule).run(STEPS * DT, dt=DT, backend=backend)["E"].events["spike"]
    by_hand = _by_hand(schedule, pre, post, late, start)
    assert len(by_hand) > 100
    assert np.array_equal(np.round(train.t / DT).astype(int), by_hand[:, 0])
    assert np.array_equal(train.index, by_hand[:, 1])
    other = _by_hand("default" if schedule == "brian2" else "brian2", pre, post, late, start)
    assert not np.array_equal(by_hand, other)


def test_a_schedule_is_set_by_its_name_before_a_run() -> None:
    E = bp.NeuGroup(lif(), 2, name="E", method="euler")
    net, known = bp.Network(E), bp.Network(E, schedule="brian2")
    net.reset()
    net.schedule = "brian2"
    assert str(net.schedule) == str(known.schedule) and net.code("numpy").text == known.code("numpy").text
    net.run(0.2, dt=0.1, backend="numpy")
    with pytest.raises(
        bp.errors.ArgumentError, match="Network has run with the schedule 'brian2'; it does not go on with"
    ):
        net.schedule = "default"
    net.reset()
    net.schedule = "default"
    net.edit(net.code("numpy").text + "# mine\n", backend="numpy")
    with pytest.raises(bp.errors.ArgumentError, match="Network is edited on numpy, in the order 'default'"):
        net.schedule = "brian2"
    with pytest.raises(bp.errors.ArgumentError, match="There is no schedule 'brain2'"):
        net.schedule = "brain2"


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_in_the_schedule_of_brian2_connections_act_by_their_numbers_with_delay_and_without(backend: str) -> None:
    E = bp.NeuGroup(bp.model("dw/dt = 0*w", name="Cell"), 2, name="E", method="euler")
    P = bp.SpikeSource([0.7, 1.0, 1.0], [1, 0, 2], 3, name="P")  # all three arrive at 1.0
    model = synapse("weight = 1\nwhen pre.spike:\n    post.w = 0.5*post.w + weight")
    options = {"connect": bp.connect.all_to_all(), "weight": [1.0, 1.0, 10.0, 10.0, 100.0, 100.0]}
    found = {}
    for schedule in ("brian2", "default"):
        syn = bp.Synapses(pre=P, post=E, model=model, delay=[0.0, 0.0, 0.3, 0.3, 0.0, 0.0], name="syn", **options)
        net = bp.Network(P, E, syn, schedule=schedule)
        found[schedule] = net.run(1.5, dt=0.1, backend=backend, start=0).final["E"]["w"]
    assert np.allclose(found["brian2"], 0.25 * 1 + 0.5 * 10 + 100)  # 0, 1, 2
    assert np.allclose(found["default"], 0.25 * 10 + 0.5 * 1 + 100)  # what has a delay arrives before the test
