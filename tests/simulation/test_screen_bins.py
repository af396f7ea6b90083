"""Spikes as pixels: each is counted once, and none vanishes."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.screen_bins import MOST_MARKS, in_sight, layer, picture, screen_bins, times_of
from brainpy_lab.simulation.solution.solution import Solution


def train(n_spikes: int, n_cells: int, seed: int = 1) -> EventTrain:
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0.0, 100.0, n_spikes))
    return EventTrain(times, rng.integers(0, n_cells, n_spikes), (n_cells,), (0.0, 100.0))


def test_every_spike_is_counted_once_where_cells_share_a_pixel() -> None:
    spikes = layer("E", train(20_000, 1000))
    counts = screen_bins(spikes.times, spikes.rows, (0.0, 100.0), (-0.5, 999.5), 50, 100)
    assert counts.shape == (100, 50)
    lines, columns = spikes.rows // 10, np.minimum(spikes.times // 2, 49).astype(int)
    expected = np.zeros((100, 50), dtype=int)
    np.add.at(expected, (lines, columns), 1)
    np.testing.assert_array_equal(counts, expected)


def test_a_cell_fills_its_pixels_where_there_is_room() -> None:
    counts = screen_bins(np.array([0.5, 3.5, 3.6]), np.array([0, 2, 2]), (0.0, 4.0), (-0.5, 2.5), 4, 6)
    np.testing.assert_array_equal(counts[::-1], [[0, 0, 0, 2]] * 2 + [[0, 0, 0, 0]] * 2 + [[1, 0, 0, 0]] * 2)


@pytest.mark.parametrize("up", [(-0.5, 9.5), (3.2, 5.7), (-4.0, 30.0), (4.9, 5.1)])
def test_boxes_of_any_size_show_the_spikes_in_them(up: tuple[float, float]) -> None:
    found = layer("E", train(100, 10))
    times, rows = in_sight(found, (20.0, 30.0), up)
    inside = (found.times >= 20) & (found.times <= 30) & (found.rows >= up[0]) & (found.rows <= up[1])
    np.testing.assert_array_equal(times, found.times[inside])
    counts = screen_bins(times, rows, (20.0, 30.0), up, 200, 40)
    assert counts.shape == (40, 200)
    if len(times):
        assert counts.max() >= 1


def test_single_spikes_show_beside_many() -> None:
    many = layer("E", train(50_000, 100))
    one = layer("I", EventTrain(np.array([50.0]), np.array([7]), (100,)), low=100)
    pixels = picture([many, one], [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0)], (0.0, 100.0), (-0.5, 199.5), 300, 100)
    red = (pixels[..., 0] == 255) & (pixels[..., 3] > 0)
    assert np.argwhere(red).tolist() == [[53, 150]]
    assert pixels[red][0, 3] == 255
    assert pixels[:50, :, 3][pixels[:50, :, 3] > 0].min() >= 0.6 * 255
    counts = screen_bins(many.times, many.rows, (0.0, 100.0), (-0.5, 199.5), 300, 100)
    np.testing.assert_array_equal(pixels[..., 3] > 0, (counts > 0) | red)


def test_no_spikes_are_an_empty_picture() -> None:
    none = layer("E", EventTrain(np.zeros(0), np.zeros(0, dtype=int), (5,)))
    assert picture([none], [(0.0, 0.0, 0.0)], (0.0, 1.0), (-0.5, 4.5), 10, 10).sum() == 0


def test_times_are_those_of_records_and_spikes() -> None:
    assert times_of(train(5, 2)) == (0.0, 100.0)
    assert times_of(EventTrain(np.array([3.0, 120.0]), np.array([0, 0]), (1,)), train(5, 2)) == (0.0, 120.0)
    assert times_of(EventTrain(np.array([3.0]), np.array([0]), (1,))) == (2.5, 3.5)
    assert times_of(EventTrain(np.zeros(0), np.zeros(0, dtype=int), (1,))) == (0.0, 1.0)


@pytest.mark.parametrize("n_spikes", [MOST_MARKS, MOST_MARKS + 1])
def test_a_solution_draws_marks_or_a_picture(n_spikes: int) -> None:
    sol = Solution(np.array([0.0, 100.0]), events={"spike": train(n_spikes, 20)}, ensemble_shape=(20,))
    figure = sol.plot()
    (axes,) = figure.axes
    assert [len(line.get_xdata()) for line in axes.lines] == ([n_spikes] if n_spikes <= MOST_MARKS else [])
    assert len(axes.images) == int(n_spikes > MOST_MARKS)
    assert axes.get_xlim() == (0.0, 100.0) and axes.get_ylim() == (-0.5, 19.5)
    drawn = matplotlib.image.imread(io.BytesIO(figure._repr_png_()), format="png")
    assert (drawn[..., 2] - drawn[..., 0] > 0.2).mean() > 0.05, "blue marks"
