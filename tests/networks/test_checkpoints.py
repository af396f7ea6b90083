"""Checkpoints of networks: to files and back, runs that go on bit for bit, and what is refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import AMPA, STDP, lif, synapse

RECORD = {"E": ["V"], "plastic": ["weight"]}


def network(
    *, size: int = 40, delay: object = 1.2, p: float = 0.2, seed: int = 1, order: int = 1, stdp: str = STDP
) -> bp.Network:
    """Cells, two kinds of sources, a delayed synapse that is lumped and a plastic one."""
    E = bp.NeuGroup(
        lif(), (size // 4, 4), name="E", method="exponential_euler", I=12.0,
        initial={"V": bp.dist.uniform(-60, -50, seed=3)},
    )  # fmt: skip
    P = bp.PoissonGroup(30, rate=0.3, name="P")
    S = bp.SpikeSource([2.0, 5.95, 6.0, 6.05, 9.0], [0, 1, 2, 0, 1], 3, name="S")
    random = bp.connect.fixed_probability(p, seed=seed)
    plastic = bp.Synapses(
        pre=E, post=E, model=synapse(stdp + "    post.V += 0.1"), connect=random, name="plastic", delay=delay,
        post_delay=0.4,
    )  # fmt: skip
    noise = bp.Synapses(pre=P, post=E, model=synapse(AMPA), connect=random, name="noise", weight=0.05, delay=0.7)
    given = bp.Synapses(pre=S, post=E, model=synapse(AMPA), connect=bp.connect.all_to_all(), name="given", weight=0.1)
    return bp.Network(*(E, P, S)[::order], plastic, noise, given, name="Net")


@pytest.mark.parametrize(
    ("delay", "form"),
    [(1.2, "run.npz"), (bp.dist.uniform(0.3, 3, seed=4), "run.nc"), (0.7, "run.zarr")],
    ids=["npz", "nc", "zarr"],
)
@pytest.mark.filterwarnings("ignore:.*delays are rounded")
def test_a_run_that_goes_on_from_a_file_is_the_one_that_never_stopped(tmp_path: Path, delay: object, form: str) -> None:
    whole = network(delay=delay).run(12.0, dt=0.1, backend="numpy", seed=5, record=RECORD)
    stopped = network(delay=delay)
    stopped.run(6.0, dt=0.1, backend="numpy", seed=5)
    checkpoint = bp.load(stopped.checkpoint().save(tmp_path / form))
    assert checkpoint.time == 6.0 and checkpoint["E.V"].shape == (10, 4)

    net = network(delay=delay)
    rest = net.run(6.0, start=checkpoint, backend="numpy", record=RECORD)
    assert rest.seed == 5 and rest.t[0] == 6.0 and net.time == 12.0
    assert np.array_equal(rest["E"].V, whole["E"].V[60:])
    assert np.array_equal(rest["plastic"].weight, whole["plastic"].weight[60:])
    assert not np.array_equal(rest["plastic"].weight[0], rest["plastic"].weight[-1])
    for name in "EPS":
        one, two = whole[name].events["spike"], rest[name].events["spike"]
        late = one.t > 6.0
        assert late.sum() > 1
        assert np.array_equal(one.t[late], two.t) and np.array_equal(one.index[late], two.index)
    for part, named in whole.final.items():
        for name, values in named.items():
            assert np.array_equal(values, rest.final[part][name]), (part, name)

    net.reset()
    assert net.time == 0 and np.all(net["plastic"].weight == 0.5)
    again = net.run(12.0, dt=0.1, backend="numpy", seed=5, record=RECORD)
    assert np.array_equal(again["E"].V, whole["E"].V)
    net.run(6.0, start=checkpoint, backend="numpy")  # from a network that stands elsewhere
    assert np.array_equal(net["plastic"].weight, whole.final["plastic"]["weight"])


def test_other_structures_are_refused_in_words_and_leave_the_network_where_it_stands() -> None:
    net = network()
    net.run(1.0, dt=0.1, backend="numpy", seed=5)
    checkpoint = net.checkpoint()
    fewer = network()
    del_noise = bp.Network(fewer.groups, [s for s in fewer.synapses if s.name != "noise"], name="Net")
    others = {
        "E has 40 cells there and 44 here": network(size=44),
        "plastic has 321 connections there and 454 here": network(p=0.3),
        "its group parts stand in the order E, P, S, here S, P, E": network(order=-1),
        "it has synapses 'noise', which Net does not have": del_noise,
        "plastic has no 'z' there": network(stdp=STDP.replace("weight(0)", "dz/dt = -z\nweight(0)")),
    }
    for difference, other in others.items():
        other.run(0.5, dt=0.1, backend="numpy", seed=1)
        before = other["E"].V
        with pytest.raises(bp.errors.ArgumentError) as error:
            other.run(1.0, start=checkpoint, backend="numpy")
        assert error.value.message == f"The checkpoint of Net is of a network of another structure: {difference}."
        assert other.time == 0.5 and np.array_equal(other["E"].V, before)
    same_number = network()
    pre, post = same_number["plastic"].pre_index, same_number["plastic"].post_index
    plastic = bp.Synapses(
        pre=same_number["E"], post=same_number["E"], model=same_number["plastic"].model, name="plastic", delay=1.2,
        post_delay=0.4, connect=bp.connect.pairs(pre, (post + 1) % 40, autapses=True),
    )  # fmt: skip
    moved = bp.Network(same_number.groups, plastic, same_number["noise"], same_number["given"])
    with pytest.raises(bp.errors.ArgumentError, match="structure: plastic connects other cells there"):
        moved.run(1.0, start=checkpoint, backend="numpy")
    with pytest.raises(bp.errors.ArgumentError, match="plastic: its delays are others than when the network stopped"):
        network(delay=1.3).run(1.0, start=checkpoint, backend="numpy")
    model = lif()
    run = model.run(1.0, dt=0.1, backend="numpy")
    with pytest.raises(bp.errors.ArgumentError, match="The checkpoint of LIF is none of a network"):
        net.run(1.0, start=run.checkpoint, backend="numpy")
    with pytest.raises(bp.errors.ArgumentError, match="The solution of 'Net' cannot be continued with 'LIF'"):
        model.run(1.0, start=checkpoint, backend="numpy")


def test_seed_dt_and_start_of_a_run_that_goes_on() -> None:
    net = network()
    with pytest.raises(bp.errors.ArgumentError, match="Net has not run: there is nothing to go on with"):
        net.checkpoint()
    net.run(1.0, dt=0.1, backend="numpy", seed=5)
    checkpoint = net.checkpoint()
    for wrong, message in (
        ({"start": checkpoint, "seed": 6}, "A continued run keeps its seed, 5."),
        ({"start": checkpoint, "dt": 0.05}, "A continued run keeps its dt, 0.1."),
        ({"start": 1.0}, "start is 0, which begins anew, or a checkpoint of a network; got 1.0."),
        ({"start": False}, "start is 0, which begins anew, or a checkpoint of a network; got False."),
        ({"start": 0, "record": {"E": ["U"]}}, "record: E has no state 'U'."),
    ):
        with pytest.raises(bp.errors.ArgumentError) as error:
            net.run(1.0, backend="numpy", **wrong)
        assert error.value.message == message
        assert net.time == 1.0
    net.run(1.0, start=0, seed=6, dt=0.05, backend="numpy")
    assert net.time == 1.0 and net.checkpoint().numbers["step"] == 20


def test_what_cannot_go_on_between_two_runs_is_refused() -> None:
    E = bp.NeuGroup(lif(), 6, name="E", method="exponential_euler", I=12.0)
    exc = bp.Synapses(
        pre=E, post=E, model=synapse(AMPA), connect=bp.connect.all_to_all(), name="exc", weight=0.1, delay=1.0
    )
    net = bp.Network(E, exc, name="Net")
    net.run(1.0, dt=0.1, backend="numpy")
    exc.set(delay=2.0)
    with pytest.raises(bp.errors.ArgumentError, match="exc: its delays are others than when the network stopped at 1"):
        net.run(1.0, backend="numpy")
    exc.set(delay=1.0)
    with pytest.warns(RunWarning, match="^exc: its sums are over connections from here on: 'tau' differs"):
        exc.set(tau=np.linspace(4, 6, 30))
    with pytest.raises(bp.errors.ArgumentError, match="exc: 'g' is kept once a connection; when .* once a target cell"):
        net.run(1.0, backend="numpy")
    exc.set(tau=5.0)
    net.run(1.0, backend="numpy")
    assert net.time == 2.0

    other = bp.Network(E, name="Other")
    with pytest.raises(bp.errors.ArgumentError, match="E has been in another network since: it does not stand where"):
        net.run(1.0, backend="numpy")
    assert np.all(E.V == -60)
    alone = other.run(1.0, dt=0.1, backend="numpy")
    assert alone.t[0] == 0 and alone.t[-1] == 1.0
    net.run(1.0, start=0, backend="numpy")
    with pytest.raises(bp.errors.ArgumentError, match="it does not stand where Other left it"):
        other.run(1.0, backend="numpy")


def test_a_checkpoint_of_another_schedule_is_refused() -> None:
    first = bp.Network(bp.NeuGroup(lif(), 3, name="E", I=12.0), name="Net")
    first.run(1.0, dt=0.1, backend="numpy")
    other = bp.Network(bp.NeuGroup(lif(), 3, name="E", I=12.0), name="Net", schedule="brian2")
    with pytest.raises(bp.errors.ArgumentError, match="its steps have the schedule 'default', here 'brian2'"):
        other.run(1.0, backend="numpy", start=first.checkpoint())


def test_states_that_the_network_has_no_place_for_are_refused() -> None:
    def made(model: bp.Model, kind: str) -> bp.Network:
        E = bp.NeuGroup(model, 3, name="E", I=12.0)
        one = bp.connect.all_to_all()
        return bp.Network(E, bp.Synapses(pre=E, post=E, model=synapse(kind), connect=one, name="syn", delay=1.0))

    kick = "weight = 1\nwhen pre.spike:\n    post.V += weight"
    learning = f"{kick.replace('weight = 1', 'weight(0) = 1')}\n    weight += 1"
    wider = bp.model("I = 0\ndV/dt = (I - V - w)/20\ndw/dt = -w/30\nwhen V >= 10:\n    V = 0\n    w += 1", name="Wider")
    alone = bp.model("I = 0\ndV/dt = (I - V)/20\nwhen V >= 10:\n    V = 0", name="Alone")
    for before, after, said in (
        ((alone, learning), (alone, kick), "syn has 'weight' there, which is no state of it here"),
        ((wider, kick), (alone, kick), "E has 'w' there, which is no state of it here"),
    ):
        first = made(*before)
        first.run(1.0, dt=0.1, backend="numpy")
        with pytest.raises(bp.errors.ArgumentError, match=said):
            made(*after).run(1.0, backend="numpy", start=first.checkpoint())
