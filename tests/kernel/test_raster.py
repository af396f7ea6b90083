"""The raster of bqplot: marks of a few spikes, a picture of many, made anew for what is in sight."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

from brainpy_kernel.raster import HEIGHT, WIDTH, Raster, raster
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.screen_bins import layer


def many(n_spikes: int = 50_000, n_cells: int = 400, seed: int = 1):
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0.0, 1000.0, n_spikes))
    return layer("E", EventTrain(times, rng.integers(0, n_cells, n_spikes), (n_cells,), (0.0, 1000.0)))


def pixels(shown: Raster) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(shown.picture.image.value), format="png")


@pytest.fixture
def shown():
    made = Raster([many()], (0.0, 1000.0))
    yield made
    made.close()


def test_many_spikes_are_a_picture(shown: Raster):
    assert pixels(shown).shape == (HEIGHT, WIDTH, 4)
    assert shown.marks.x.tolist() == [-1e30]
    assert shown.picture.x.tolist() == [0.0, 1000.0]
    assert shown.picture.y.tolist() == [-0.5, 399.5]
    assert len(shown.picture.image.value) < 100_000


def test_the_picture_is_made_anew_on_zoom_and_gives_way_to_marks(shown: Raster):
    first = shown.picture.image.value
    shown.zoom((100.0, 300.0), (-0.5, 399.5))
    assert shown.picture.image.value != first
    assert shown.picture.x.tolist() == [100.0, 300.0]
    spikes = many()
    with shown._x.hold_trait_notifications():  # as a message of the browser sets them
        shown._x.min, shown._x.max = 100.0, 110.0
    inside = (spikes.times >= 100) & (spikes.times <= 110)
    np.testing.assert_array_equal(shown.marks.x, spikes.times[inside])
    np.testing.assert_array_equal(shown.marks.y, spikes.rows[inside])
    assert pixels(shown).shape == (1, 1, 4) and pixels(shown).sum() == 0
    assert [float(value) for value in shown.figure.axes[0].tick_values] == [100, 102, 104, 106, 108, 110]
    shown._all.click()
    assert shown.picture.image.value == first


def test_the_top_of_the_picture_is_the_last_cell():
    times = np.linspace(0.0, 100.0, 4000)
    made = Raster([layer("E", EventTrain(times, np.full(4000, 9), (10,), (0.0, 100.0)))], (0.0, 100.0))
    filled = np.flatnonzero(pixels(made)[..., 3].any(axis=1))
    assert filled.tolist() == list(range(HEIGHT // 10))
    made.close()


def test_other_spikes_take_their_place(shown: Raster):
    shown.show([many(seed=2), layer("I", EventTrain(np.array([5.0]), np.array([0]), (100,)), 400)], (0.0, 500.0))
    assert (shown._x.min, shown._x.max, shown._y.max) == (0.0, 500.0, 499.5)
    assert "E" in shown._legend.value and "I" in shown._legend.value
    shown.zoom((0.0, 10.0), (300.0, 499.5))
    shown.show([many(seed=3)], (0.0, 500.0))
    assert (shown._x.min, shown._x.max) == (0.0, 10.0), "what the user looks at stays in sight"


def test_the_entry_point_gives_the_widget():
    widget = raster([many(10)], (0.0, 1000.0))
    assert type(widget).__name__ == "VBox"
    assert widget.children[1].marks[1].x.shape == (10,)
