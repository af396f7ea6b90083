"""What the measures of spikes take, and what they refuse."""

from __future__ import annotations

import inspect
import types
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.simulation.solution.events import EventTrain

measure = bp.measure

TRAIN = EventTrain(np.array([1.0]), np.array([0]), (1,), (0.0, 9.0))

LIF = """
tau = 10
I = 20
dV/dt = (-65 - V + I)/tau
V(0) = -65
when V >= -50:
    V = -65
"""


def test_a_run_and_its_arrays_give_the_same() -> None:
    sol = bp.model(LIF, name="LIF").run(300.0, dt=0.1, I=np.array([10.0, 20.0, 30.0]), backend="numpy", record=[])
    train = sol.events[next(iter(sol.events))]
    arrays = (np.array(train.t), np.array(train.index))
    for name in ("rate", "cv", "local_variation"):
        function = getattr(measure, name)
        expected = function(*arrays, size=3, t_stop=300.0)
        np.testing.assert_array_equal(function(train), expected)
        np.testing.assert_array_equal(function(sol), expected)
    assert measure.rate(sol)[0] == 0.0
    assert measure.rate(sol)[1] == pytest.approx(1000 / (10 * np.log(20 / 5)), rel=0.05)
    assert measure.rate(sol, t_start=100.0, t_stop=200.0)[1] == 1000 * np.sum(
        (train.of(1) > 100) & (train.of(1) <= 200)
    ) / (100.0)


def test_values_have_the_shape_of_the_cells() -> None:
    assert measure.rate([5.0], [4], size=(2, 3), t_stop=10.0).tolist() == [[0, 0, 0], [0, 100.0, 0]]
    assert measure.counts([5.0], [4], size=(2, 3), bin=5.0, t_stop=10.0).dims == ("time", "cell_0", "cell_1")
    assert measure.rate([5.0], t_stop=10.0) == 100.0


def test_a_window_holds_its_end_and_windows_tile() -> None:
    times = np.arange(1, 101) * 0.1
    for late in (-1e-9, 0.0, 1e-9):  # rounding of sums of steps
        halves = [measure.spikes(times + late, t_start=a, t_stop=b) for a, b in ((0.0, 5.0), (5.0, 10.0))]
        assert [len(half) for half in halves] == [50, 50]
    assert len(measure.spikes([5.0, 6.0], t_start=5.0, t_stop=7.0)) == 2, "nothing stands before a record's first spike"
    counts = measure.counts(np.concatenate([[0.0], times]), bin=1.0, t_stop=10.0).values
    assert counts.tolist() == [11] + [10] * 9


def test_rounding_of_steps_moves_no_spike_to_another_bin() -> None:
    times = np.cumsum(np.full(100_000, 0.1))  # off by up to 2e-8
    assert set(measure.counts(times, bin=1.0, t_stop=10_000.0).values.tolist()) == {10}


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([3.0, 1.0],), {}, r"rise; number 1 is 1 ms, behind 3 ms"),
        (([1.0, np.nan],), {}, r"finite; number 1 is nan"),
        (([-1.0, 2.0],), {}, r"a spike at -1 ms, before the record begins at 0"),
        (([1.0, 2.0], [0, 5]), {"size": 5}, r"no cell 5: there are 5, counted from 0"),
        (([1.0, 2.0], [0, -1]), {"size": 5}, r"no cell -1"),
        (([1.0, 2.0], [0, 1]), {}, r"number of cells is missing"),
        (([1.0, 2.0],), {"size": 3}, r"nothing says which cell"),
        (([1.0, 2.0], [0]), {"size": 3}, r"cell of 1 spikes, and there are 2 times"),
        (([1.0, 2.0], [0.0, 1.0]), {"size": 3}, r"index is a list of whole numbers"),
        (([1.0, 2.0], 100.0), {}, r"got 100\.0\.\n  Options of a measure go by name\."),
        (([[1.0, 2.0]],), {}, r"a list of numbers in ms"),
        ((["a"],), {}, r"a list of numbers in ms"),
        (([1.0],), {"t_start": 5.0, "t_stop": 5.0}, r"ends before it begins"),
        (([1.0],), {"t_stop": np.inf}, r"t_stop is a number"),
        ((TRAIN,), {"t_stop": 10.0}, r"record goes from 0 to 9 ms; the window from 0 to 10 ms"),
        ((TRAIN,), {"t_start": -1.0}, r"the window from -1 to 9 ms"),
        ((TRAIN,), {"size": 1}, r"events know their cells"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(arguments: tuple[object, ...], options: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        measure.spikes(*arguments, **options)


def test_a_rate_needs_the_end_of_the_record() -> None:
    with pytest.raises(ArgumentError, match=r"rate: nothing says when the record ends\.\n  Give t_stop=, in ms\."):
        measure.rate([1.0, 2.0])
    assert measure.cv([1.0, 2.0, 3.0]) == 0.0, "intervals need none"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("fano", {"window": 60.0}, r"fano: the record holds one window"),
        ("fano", {"window": 101.0}, r"fano: window is 101 ms, and the record has 100 ms"),
        ("counts", {"bin": -1.0}, r"counts: bin is a number above 0; got -1\.0"),
        ("counts", {"width": 1.0}, r"counts does not work with these arguments"),
        ("smoothed_rate", {"kernel": "gausian"}, r"Did you mean 'gaussian'"),
        ("smoothed_rate", {"sigma": 200.0}, r"sigma is 200 ms, and the record has 100 ms"),
        ("autocorrelogram", {"max_lag": 100.0}, r"max_lag is 100 ms"),
        ("autocorrelogram", {"form": "coefficient"}, r"there is no form 'coefficient'"),
        ("correlation", {}, r"one cell has no other"),
        ("local_variation", {"refractory": -1.0}, r"refractory is a number, at least 0"),
    ],
)
def test_options_are_checked(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        getattr(measure, name)([1.0, 2.0, 50.0], t_stop=100.0, **options)


def test_counts_that_do_not_fit_into_memory_are_refused() -> None:
    with pytest.raises(MemoryLimitError, match=r"counts: counts of 1 cells in 100,000,000,000,000 bins take 1,455 TiB"):
        measure.counts([1.0], bin=1e-12, t_stop=100.0)


def test_events_of_several_kinds_are_not_mixed() -> None:
    run = types.SimpleNamespace(events={"spike": TRAIN, "late": TRAIN})
    with pytest.raises(ArgumentError, match=r"several events: spike, late\.\n  Give sol\.events\['spike'\]"):
        measure.rate(run)


def test_a_run_of_a_network_has_its_groups() -> None:
    group = bp.PoissonGroup(20, rate=0.1, name="P")
    run = bp.Network(group).run(200.0, dt=0.1, backend="numpy", seed=1)
    with pytest.raises(ArgumentError, match=r"several groups: P\.\n  Give those of one: sol\['name'\]"):
        measure.rate(run)
    assert measure.rate(run["P"]).mean() == pytest.approx(100.0, abs=4 * np.sqrt(100.0 / (0.2 * 20)))
    assert [text.get_text() for text in measure.raster(run).axes[0].texts] == ["P"]
    with pytest.raises(ArgumentError, match=r"The run has no events\.\n .* stand under the group\."):
        measure.rate(bp.Solution(np.array([0.0, 1.0])))


def test_cells_of_any_kind_of_whole_number() -> None:
    for kind in ("uint8", "int16", "uint32", "uint64"):
        assert measure.cv([1.0, 2.0, 3.0], np.zeros(3, kind), size=2)[0] == 0.0


def test_times_with_a_unit_are_brought_to_ms() -> None:
    class Seconds:
        def rescale(self, unit: str) -> types.SimpleNamespace:
            assert unit == "ms"
            return types.SimpleNamespace(magnitude=np.array([1000.0, 2000.0]))

    assert measure.spikes(Seconds()).t.tolist() == [1000.0, 2000.0]


def test_no_spikes_give_numbers_with_a_meaning_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        empty = ([], [])
        options = {"size": 2, "t_stop": 100.0}
        assert measure.rate(*empty, **options).tolist() == [0.0, 0.0]
        assert measure.isi(*empty, **options).size == 0
        for name in ("cv", "cv2", "local_variation"):
            assert np.isnan(getattr(measure, name)(*empty, **options)).all()
        assert np.isnan(measure.fano(*empty, window=10.0, **options)).all()
        assert np.isnan(measure.correlation(*empty, bin=10.0, **options)).all()
        assert np.isnan(measure.mean_correlation(*empty, bin=10.0, **options))
        assert measure.population_rate(*empty, **options).sum() == 0
        assert measure.smoothed_rate(*empty, **options).sum() == 0
        assert np.isnan(measure.autocorrelogram(*empty, max_lag=5.0, **options)).all()
        assert np.isnan(measure.cross_correlogram([], [], max_lag=5.0, t_stop=100.0)).all()
        assert measure.cross_correlogram([], [], max_lag=5.0, form="counts", t_stop=100.0).sum() == 0
        assert measure.van_rossum([], []) == 0.0
        assert measure.victor_purpura([], [1.0]) == 1.0


def test_names_are_functions_whatever_was_imported_first() -> None:
    for name in measure.__all__:
        assert inspect.isfunction(getattr(measure, name)), name
    assert measure.__all__ == sorted(measure._HOME)
    assert not {f"{name}" for name in measure._HOME} & set(measure._HOME.values())
    with pytest.raises(AttributeError, match=r"no measure 'ratee'\. Did you mean 'rate'\?"):
        _ = measure.ratee
    assert list(inspect.signature(measure.fano).parameters) == [
        "spikes",
        "index",
        "window",
        "size",
        "t_start",
        "t_stop",
    ]


def test_every_docstring_names_the_parameters() -> None:
    for name in measure.__all__:
        function = getattr(measure, name)
        for parameter in inspect.signature(function).parameters:
            assert parameter in (inspect.getdoc(function) or ""), f"{name}: nothing about {parameter}"
