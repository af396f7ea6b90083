"""Runs and spikes in the words of Neo, with a stand-in that takes what the package takes."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.events import EventTrain


class Made:
    """Arguments of a constructor; neo refuses spikes outside of the record, and so does this."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self.given, self.named = given, named
        self.segments: list[Any] = []
        self.spiketrains: list[Any] = []
        self.analogsignals: list[Any] = []
        self.irregularlysampledsignals: list[Any] = []


class SpikeTrain(Made):
    def __init__(self, times: Any, *, t_start: float, t_stop: float, units: str, name: str, cell: int) -> None:
        assert units == "ms"
        assert all(t_start <= t <= t_stop for t in times)
        self.times, self.t_start, self.t_stop, self.name, self.cell = times, t_start, t_stop, name, cell


@pytest.fixture
def neo(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    package = types.ModuleType("neo")
    package.SpikeTrain, package.Segment, package.Block = SpikeTrain, Made, Made
    package.AnalogSignal, package.IrregularlySampledSignal = type("Analog", (Made,), {}), type("Uneven", (Made,), {})
    quantities = types.ModuleType("quantities")
    quantities.Quantity = lambda number, unit: (float(number), unit)
    monkeypatch.setitem(sys.modules, "neo", package)
    monkeypatch.setitem(sys.modules, "quantities", quantities)
    return package


def test_every_cell_has_a_train(neo: types.ModuleType) -> None:
    trains = bp.measure.to_neo([1.0, 2.0, 4.0], [2, 0, 2], size=4, t_stop=5.0, name="E")
    assert [train.times.tolist() for train in trains] == [[2.0], [], [1.0, 4.0], []]
    assert [train.name for train in trains] == ["E[0]", "E[1]", "E[2]", "E[3]"]
    assert {(train.t_start, train.t_stop) for train in trains} == {(0.0, 5.0)}
    with pytest.raises(ArgumentError, match=r"nothing says when the record ends"):
        bp.measure.to_neo([1.0])


def test_an_entry_of_several_spikes_is_as_many(neo: types.ModuleType) -> None:
    train = EventTrain(np.array([1.0, 2.0]), np.array([1, 0]), (2,), (0.0, 5.0), np.array([3, 1]))
    assert [made.times.tolist() for made in bp.measure.to_neo(train)] == [[2.0], [1.0, 1.0, 1.0]]


def test_a_run_is_a_segment(neo: types.ModuleType) -> None:
    times = np.arange(11) * 0.1
    late = EventTrain(np.array([0.3, 1.0 + 1e-12]), np.array([1, 0]), (2,), (0.0, 1.0))
    data = {"V": np.arange(22.0).reshape(11, 2), "w": np.zeros((3, 2))}
    sol = bp.Solution(
        times, data, events={"spike": late}, ensemble_shape=(2,), own_times={"w": np.array([0.0, 0.1, 1.0])}
    )
    made = sol.to_neo()
    (V,), (w,) = made.analogsignals, made.irregularlysampledsignals
    np.testing.assert_array_equal(V.given[0], data["V"])
    assert V.named["t_start"] == (0.0, "ms") and V.named["sampling_period"] == (pytest.approx(0.1), "ms")
    assert (V.named["name"], w.named["name"], w.named["time_units"]) == ("V", "w", "ms")
    assert [train.times.tolist() for train in made.spiketrains] == [[1.0 + 1e-12], [0.3]]


def test_a_run_of_a_network_is_a_block_of_segments(neo: types.ModuleType) -> None:
    E = bp.NeuGroup(bp.model("I = 12\ndV/dt = (I - V)/20\nwhen V >= 0.5:\n    V = 0", name="C"), 2, name="E")
    S = bp.SpikeSource([0.2, 0.9], [0, 1], 2, name="S")
    made = bp.Network(E, S).run(1.0, dt=0.1, backend="numpy", record={"E": ["V"]}).to_neo()
    assert made.named["name"] == "Network" and [segment.name for segment in made.segments] == ["E", "S"]
    assert made.segments[0].analogsignals[0].given[0].shape == (11, 2)
    assert [train.times.tolist() for train in made.segments[1].spiketrains] == [[0.2], [0.9]]


def test_without_neo_the_pip_line_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "neo", None)
    message = r"to_neo needs the package neo, which is not installed\.\n  pip install neo"
    with pytest.raises(ArgumentError, match=message):
        bp.measure.to_neo([1.0], t_stop=2.0)
    with pytest.raises(ArgumentError, match=message):
        bp.Solution(np.array([0.0, 1.0]), {"V": np.zeros(2)}).to_neo()
