"""What sources take: rates and lists of spikes in all their forms, set between runs, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import KICK, STDP, lif, synapse

TIMES, CELLS = np.array([3.0, 1.2, 1.2, 7.5]), np.array([0, 2, 1, 0])


def _run(*parts: object, duration: float = 10.0, **options: object) -> bp.Solution:
    return bp.Network(*parts).run(duration, dt=0.1, **{"backend": "numpy", "seed": 1, **options})


def _train(source: object, **options: object) -> bp.Solution:
    return _run(source, **options)[source.name].events["spike"]


def test_a_spike_list_comes_from_arrays_files_and_the_events_of_a_run_alike(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", times=TIMES, index=CELLS)
    np.savez(tmp_path / "b.npz", t=TIMES, i=CELLS)
    (tmp_path / "a.csv").write_text(
        "index, times\n" + "".join(f"{i}, {t}\n" for t, i in zip(TIMES, CELLS, strict=True))
    )
    expected = _train(bp.SpikeSource(TIMES, CELLS, name="S"))
    assert np.allclose(expected.t, [1.2, 1.2, 3.0, 7.5], rtol=1e-12) and list(expected.index) == [1, 2, 0, 0]
    for given in (tmp_path / "a.npz", str(tmp_path / "b.npz"), tmp_path / "a.csv", expected):
        source = bp.SpikeSource(given, name="S")
        found = _train(source)
        assert source.size == 3
        assert np.array_equal(found.t, expected.t) and np.array_equal(found.index, expected.index)


def test_events_of_a_run_give_the_source_the_shape_of_their_group() -> None:
    E = bp.NeuGroup(lif(), (3, 4), name="E", method="exponential_euler", I=np.linspace(5, 40, 12))
    train = _run(E, duration=30.0)["E"].events["spike"]
    source = bp.SpikeSource(train, name="R")
    assert source.shape == (3, 4) and train.index.max() == 11 and len(train) > 5
    again = _run(source, duration=30.0)["R"].events["spike"]
    assert np.array_equal(again.t, train.t) and np.array_equal(again.index, train.index)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("when,who\n1.0,0\n")
    (tmp_path / "b.csv").write_text("times,index\n1.0,0.5\n")
    np.savez(tmp_path / "c.npz", times=np.array([object()]), index=[0])
    for name, message in (
        (
            "a.csv",
            "S: a.csv has no 'times'.\n  It has: when, who. Times are called times or t or time, cells",
        ),
        ("b.csv", "S: index is made of whole numbers."),
        ("c.npz", "S: c.npz cannot be read: Object arrays cannot be loaded"),
        ("d.npz", f"S: there is no file {tmp_path / 'd.npz'}."),
        ("d.mat", "S: d.mat is no file that it reads.\n  It reads .npz and .csv."),
    ):
        with pytest.raises(ArgumentError) as caught:
            bp.SpikeSource(tmp_path / name, name="S")
        assert message in str(caught.value)
    with pytest.raises(ArgumentError, match="S: index comes with the times of these events"):
        bp.SpikeSource(_train(bp.SpikeSource(TIMES, CELLS, name="S")), CELLS, name="S")


def test_another_list_is_set_between_runs_and_one_for_other_cells_is_refused() -> None:
    S = bp.SpikeSource(TIMES, CELLS, name="S")
    net = bp.Network(S)
    net.run(5.0, dt=0.1, backend="numpy")
    S.set([6.0, 4.0, 5.5], [1, 1, 2])
    train = net.run(5.0, backend="numpy")["S"].events["spike"]
    assert list(train.t) == [5.5, 6.0] and list(train.index) == [2, 1]
    with pytest.raises(ArgumentError, match="S: there is no cell 3; it has 3 cells"):
        S.set([1.0], [3])
    with pytest.raises(ValueError, match="read-only"):
        S.times[0] = -1.0
    assert len(S.times) == 3


def test_a_rate_moves_as_an_input_or_function_says_at_the_start_of_each_step() -> None:
    course = bp.inputs.section([0.0, 8.0, 0.0], [2.0, 3.0, 5.0], dt=1.0)
    of_cells = bp.inputs.Input(np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]]), dt=3.0)
    train = _train(bp.PoissonGroup(20, rate=course, name="P"))
    assert train.count() == pytest.approx(480, abs=4 * np.sqrt(480))
    assert train.t.min() == pytest.approx(2.1) and train.t.max() == pytest.approx(5.0)
    same = _train(bp.PoissonGroup(20, rate=lambda t: 8.0 if 2 - 1e-9 <= t < 5 - 1e-9 else 0.0, name="P"))
    assert np.array_equal(same.t, train.t) and np.array_equal(same.index, train.index)
    solution = bp.model("dr/dt = 0\nr(0) = 6").run(10.0, dt=0.5, method="rk4", backend="numpy")
    assert _train(bp.PoissonGroup(20, rate=solution, name="P")).count() == pytest.approx(1200, abs=4 * np.sqrt(1200))
    each = _train(bp.PoissonGroup(2, rate=of_cells, name="P"))
    assert set(np.round(each.of(0) - 0.05).astype(int)) <= {3, 4, 5, 6}
    assert each.of(1).min() > 6.0 and len(each.of(1)) > 10


def test_a_rate_is_set_between_runs_of_all_cells_or_some_and_what_is_none_is_refused() -> None:
    P = bp.PoissonGroup(4, rate=0.0, name="P")
    net = bp.Network(P)
    assert len(net.run(10.0, dt=0.1, backend="numpy", seed=2)["P"].events["spike"]) == 0
    P[1:3].rate = 2.0
    assert list(P.rate) == [0, 2, 2, 0]
    assert set(net.run(10.0, backend="numpy")["P"].events["spike"].index) == {1, 2}
    P.rate = lambda t: 1.0
    for wrong, message in (
        (-1.0, "P: a rate is at least 0; got -1."),
        ([1.0, 2.0], "P: 'rate' has the shape (2,); there are 4 cells."),
        (bp.inputs.Input(np.zeros((4, 3)), dt=1.0), "P: the values of 'rate' in time have the shape (3,)"),
    ):
        with pytest.raises(ArgumentError) as caught:
            P.rate = wrong
        assert message in str(caught.value)
    with pytest.raises(ArgumentError, match="cannot move in time in some cells"):
        P[:2].rate = 1.0
    with pytest.raises(ArgumentError, match="P has no 'V' to set"):
        P[:2].V = 1.0
    with pytest.raises(ArgumentError, match="P: a rate is at least 0; got -2"):
        _run(bp.PoissonGroup(2, rate=bp.inputs.constant(-2.0, 10.0), name="P"))


def test_an_aggregate_has_the_law_of_its_processes_and_draws_one_number_a_cell_and_step() -> None:
    """Kicks of a thousand processes at 0.5 Hz a cell: mean and variance of counts in windows of 10 ms."""
    P = bp.PoissonGroup(200, rate=0.0005, sources=1000, name="P")
    train = _run(P, duration=200.0)["P"].events["spike"]
    counts = np.zeros((20, 200))
    np.add.at(counts, (((train.t - 0.05) // 10).astype(int), train.index), train.count)
    assert counts.mean() == pytest.approx(5.0, abs=4 * np.sqrt(5 / counts.size))
    assert counts.var() == pytest.approx(5.0, rel=0.1)
    assert P.steps_of_spikes(0.0, 0.1, 1, 0)(0, 1)[0].tolist()[0] == 0


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_sources_and_parts_of_them_drive_and_teach_on_every_driver(backend: str) -> None:
    """A part of a source before, a part of another behind: a weight is changed by spikes of both."""
    S = bp.SpikeSource([1.0, 2.0, 3.0], [0, 1, 3], 4, name="S")
    T = bp.SpikeSource([1.5, 2.5, 3.5], [0, 1, 2], 3, name="T")
    learn = bp.Synapses(pre=S[1:], post=T[:2], model=synapse(STDP), connect=bp.connect.all_to_all(), name="learn")
    E = bp.NeuGroup(lif(), 2, name="E", method="exponential_euler")
    kick = bp.Synapses(
        pre=S[::3], post=E, model=synapse(KICK), connect=bp.connect.one_to_one(), weight=2.0, name="kick"
    )
    sol = _run(S, T, E, learn, kick, duration=4.0, backend=backend, record={"E": ["V"]})

    def gain(t: float) -> float:
        return np.exp(-t / 20)

    late = 0.5 + 0.01 * gain(0.5)  # cell 1 of S at 2.0, then cell 1 of T at 2.5
    expected = [
        [0.5 - 0.0105 * gain(0.5), late],
        [0.5, 0.5],
        [0.5 - 0.0105 * gain(1.5), 0.5 - 0.0105 * gain(0.5)],
    ]
    assert np.allclose(sol.final["learn"]["weight"].reshape(3, 2), expected, rtol=0, atol=1e-12)
    assert sol["E"].V[9, 0] == -60.0 and sol["E"].V[10, 0] == -58.0 and sol["E"].V[30, 1] == -58.0


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (None, "P: times are numbers; got None."),
        ([1.0, None], "P: times are numbers; got [1.0, None]."),
        ([True, False], "P: times are numbers; got [True, False]."),
        (["1"], "P: times are numbers; got ['1']."),
        ({0: [1.0]}, "P: times are numbers; got {0: [1.0]}."),
        ([[1.0, 2.0], [3.0, 4.0]], "P: times are one list; got the shape (2, 2)."),
        ([[1.0], [2.0, 3.0]], "P: times are one list; got [[1.0], [2.0, 3.0]]."),
    ],
)
def test_times_that_are_no_list_of_numbers_are_refused_in_words(times: object, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        bp.SpikeSource(times, name="P")
    assert error.value.message == message and error.value.advice


def test_the_remedy_for_lists_of_each_cell_is_one() -> None:
    lists = [[1.0], [2.0, 3.0]]
    P = bp.SpikeSource(np.concatenate(lists), np.repeat(range(len(lists)), [*map(len, lists)]))
    assert P.times.tolist() == [1, 2, 3] and P.index.tolist() == [0, 1, 1]
    assert bp.SpikeSource(np.array([1, 2.5], dtype=object)).times.tolist() == [1, 2.5]


def test_names_that_there_are_not_are_answered_with_those_that_there_are() -> None:
    P, Q = bp.SpikeSource([1.0], name="P"), bp.PoissonGroup(2, rate=0.1, name="Q")
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: P.V, "P has no 'V': it is a source of spikes, without states. It has: times, index, set, name, "),
        (lambda: P[:1].V, "P has no 'V'"),
        (lambda: Q.rat, "Q has no 'rat': it is a source of spikes, without states. Did you mean 'rate'?"),
        (lambda: bp.dist.nrmal, "There is no distribution 'nrmal'. Did you mean 'normal'?"),
        (lambda: bp.dist.beta, "There is no distribution 'beta'. Distributions: constant, gamma, lognormal, normal, "),
        (lambda: bp.inputs.sin, "There is no input 'sin'. Did you mean 'sine'?"),
        (lambda: bp.measure.xxx, "There is no measure 'xxx'. Measures: "),
        (lambda: bp.connect.xxx, "There is no rule of connection 'xxx'. Rules: "),
    ]
    for call, message in cases:
        with pytest.raises(AttributeError) as error:
            call()
        assert str(error.value).startswith(message)
    assert not hasattr(P, "V")


def test_a_run_of_less_than_a_step_is_not_told_to_run_for_0() -> None:
    net = bp.Network(bp.SpikeSource([1.0], name="P"))
    for duration, times in ((0.01, "0.1"), (0.25, "0.2 or 0.3")):
        with pytest.raises(ArgumentError) as error:
            net.run(duration, dt=0.1, backend="numpy")
        assert error.value.advice == f"Run for {times}, or give another dt."
