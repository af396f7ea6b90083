"""Solution: access by name, events, interpolation, tables, pictures, words."""

import copy
import io
import re

import matplotlib
import numpy as np
import pytest

from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.plot import MAX_POINTS, thinned
from brainpy_lab.simulation.solution.solution import EventTrain, Outcome, Solution


@pytest.fixture
def single():
    t = np.linspace(0.0, 10.0, 101)
    return Solution(
        t=t,
        data={"V": np.sin(t), "x": np.stack([t, -t], axis=1)},
        params={"I": 0.8, "tau": 12.5},
        initial={"V": 0.0, "x": np.zeros(2), "w": 1.0},
        checkpoint=Checkpoint(10.0, {"V": np.sin(10.0), "x": np.array([10.0, -10.0]), "w": np.float64(0.25)}),
        events={"spike": EventTrain(np.array([1.0, 7.5]), np.array([0, 0]))},
        seed=3,
        stats={"method": "rk4", "backend": "numba", "dt": 0.01, "steps": 1000, "wall_time": 0.0123},
        model_name="FHN",
        model_text="dV/dt = V",
    )


@pytest.fixture
def grid():
    """An ensemble of 3 currents by 4 values of a, with 2 recorded times."""
    current, a = np.array([[0.0], [0.5], [1.0]]), np.array([0.1, 0.2, 0.3, 0.4])
    values = np.arange(24.0).reshape(2, 3, 4)
    return Solution(
        t=np.array([0.0, 5.0]),
        data={"V": values},
        params={"I": current, "a": a, "b": 0.8},
        ensemble_shape=(3, 4),
        ensemble_params=("I", "a"),
        events={"spike": EventTrain(np.array([1.0, 2.0, 4.0]), np.array([0, 7, 7]))},
    )


def test_variables_by_item_and_by_attribute(single):
    assert single.V is single.data["V"]
    assert single["V"] is single.V
    assert single.x[-1, 1] == -10.0
    assert list(single) == ["V", "x"]
    assert "V" in single
    assert "w" not in single
    assert "V" in dir(single)
    assert single.final["w"] == 0.25


def test_wrong_name_suggests_the_near_one(single):
    single.data["voltage"] = single.V
    with pytest.raises(AttributeError, match="Did you mean 'voltage'"):
        _ = single.voltge
    with pytest.raises(KeyError, match="Did you mean 'voltage'"):
        single["voltge"]
    with pytest.raises(ArgumentError, match=r"Recorded: V, x, voltage\."):
        single["nothing_like_it"]
    with pytest.raises(BrainPyLabError):
        _ = single.nothing_like_it
    with pytest.raises(ArgumentError):
        single[0]
    assert not hasattr(single, "_repr_latex_")
    assert copy.copy(single).seed == 3


@pytest.mark.parametrize(
    ("name", "where"), [("w", "sol.final['w']"), ("I", "sol.params['I']"), ("spike", "sol.events['spike']")]
)
def test_name_of_something_else_says_where_it_is(single, name, where):
    with pytest.raises(ArgumentError, match=re.escape(where)):
        single[name]


def test_events_of_a_single_run(single):
    spikes = single.events["spike"]
    assert spikes.count() == 2
    assert spikes.rate() == pytest.approx(0.2)
    np.testing.assert_array_equal(spikes.of(0), [1.0, 7.5])
    with pytest.raises(KeyError, match=r"(?s)Events: spike.*Did you mean 'spike'"):
        single.events["spikes"]
    with pytest.raises(ArgumentError, match="the model has no events"):
        Solution(t=np.array([0.0])).events["spike"]


def test_events_of_an_ensemble(grid):
    spikes = grid.events["spike"]
    counts = spikes.count(per_cell=True)
    assert counts.shape == (3, 4)
    assert (counts[0, 0], counts[1, 3], counts.sum()) == (1, 2, 3)
    assert spikes.rate() == pytest.approx(3 / 5 / 12)
    assert spikes.rate(per_cell=True)[1, 3] == pytest.approx(0.4)
    np.testing.assert_array_equal(spikes.of((1, 3)), [2.0, 4.0])
    np.testing.assert_array_equal(spikes.of(7), [2.0, 4.0])
    np.testing.assert_array_equal(spikes.of(-12), [1.0])
    assert spikes.of(5).size == 0
    for wrong in (12, (3, 0), (1,)):
        with pytest.raises(ArgumentError):
            spikes.of(wrong)
    with pytest.raises(ArgumentError, match="no duration"):
        Solution(t=np.array([0.0]), events={"spike": EventTrain([], [])}).events["spike"].rate()


def test_dense_output_of_the_method(single):
    single.interpolant = lambda t: {"V": np.sin(t), "x": np.stack([t, -np.asarray(t)], axis=-1)}
    assert single(2.5)["V"] == pytest.approx(np.sin(2.5))
    at = single(np.array([[1.0, 2.0, 3.0]]))
    assert at["V"].shape == (1, 3)
    assert at["x"].shape == (1, 3, 2)
    for outside in (-0.1, 10.1, np.nan, [1.0, 11.0]):
        with pytest.raises(ArgumentError, match="from 0 to 10"):
            single(outside)


def test_no_dense_output_names_a_method_that_has_it(single):
    with pytest.raises(ArgumentError, match="rkdp"):
        single(1.0)


def test_hermite_interpolation_is_of_fourth_order():
    def error(n):
        t = np.linspace(0.0, 2.0, n + 1)
        sol = Solution(
            t=t,
            data={"V": np.stack([np.sin(t), np.exp(t)], axis=1), "power": t**2},
            derivative=lambda t, values: {"V": np.stack([np.cos(t), values["V"][:, 1]], axis=1)},
            ensemble_shape=(2,),
        )
        at = np.linspace(0.0, 2.0, 501)
        assert list(sol(at)) == ["V"]
        assert sol(0.5)["V"].shape == (2,)
        return np.abs(sol(at)["V"] - np.stack([np.sin(at), np.exp(at)], axis=1)).max()

    order = np.log2(error(20) / error(40))
    assert order == pytest.approx(4.0, abs=0.15)


def test_hermite_interpolation_keeps_recorded_values():
    t = np.array([0.0, 0.3, 1.0])
    sol = Solution(t=t, data={"y": t**3}, derivative=lambda t, _: {"y": 3 * t**2})
    np.testing.assert_allclose(sol(t)["y"], t**3, rtol=1e-15)
    assert sol(0.62)["y"] == pytest.approx(0.62**3, rel=1e-14)  # exact for cubics


def test_to_xarray_names_axes_after_parameters(grid):
    dataset = grid.to_xarray()
    assert dataset.V.dims == ("time", "I", "a")
    np.testing.assert_array_equal(dataset.I, [0.0, 0.5, 1.0])
    assert float(dataset.V.sel(time=5.0, I=0.5, a=0.3)) == 18.0
    np.testing.assert_array_equal(dataset.spike_index, [0, 7, 7])
    np.testing.assert_array_equal(dataset.spike_t, [1.0, 2.0, 4.0])
    assert dataset.attrs["outcome"] == "completed"
    assert dataset.attrs["parameter_b"] == 0.8
    assert "numpy" in dataset.attrs["versions"]


def test_to_xarray_of_parameters_that_vary_together():
    both = {"I": np.array([0.0, 1.0]), "a": np.array([3.0, 4.0])}
    sol = Solution(np.array([0.0]), {"V": np.zeros((1, 2))}, both, ensemble_shape=(2,), ensemble_params=("I", "a"))
    dataset = sol.to_xarray()
    assert dataset.V.dims == ("time", "cell")
    np.testing.assert_array_equal(dataset.a, [3.0, 4.0])
    assert dataset.a.dims == ("cell",)
    square = Solution(
        np.array([0.0]),
        {"V": np.zeros((1, 2, 3))},
        {"I": np.arange(6.0).reshape(2, 3)},
        ensemble_shape=(2, 3),
        ensemble_params=("I",),
    )
    assert square.to_xarray().V.dims == ("time", "ensemble_0", "ensemble_1")
    assert square.to_xarray().I.dims == ("ensemble_0", "ensemble_1")


def test_to_xarray_of_initial_values_and_array_states():
    start = np.array([-1.0, 0.0, 1.0])
    sol = Solution(
        np.array([0.0, 1.0]),
        {"V": np.zeros((2, 3)), "x": np.zeros((2, 3, 5)), "time": np.zeros((2, 3))},
        initial={"V": start},
        ensemble_shape=(3,),
        ensemble_params=("V",),
    )
    dataset = sol.to_xarray()
    assert dataset.V.dims == ("t", "initial_V")
    assert dataset.x.dims == ("t", "initial_V", "x_0")
    np.testing.assert_array_equal(dataset.initial_V, start)


def test_initial_values_that_were_broadcast_span_their_own_axis_only():
    start, current = np.array([-1.0, 0.0, 1.0]), np.array([[0.5], [1.5]])
    sol = Solution(
        np.array([0.0]),
        {"V": np.zeros((1, 2, 3))},
        {"I": current},
        initial={"V": np.broadcast_to(start, (2, 3))},
        ensemble_shape=(2, 3),
        ensemble_params=("I", "V"),
    )
    dataset = sol.to_xarray()
    assert dataset.V.dims == ("time", "I", "initial_V")
    np.testing.assert_array_equal(dataset.initial_V, start)


def test_rates_count_to_the_end_of_the_run_not_to_the_last_record():
    train = EventTrain(np.array([1.0, 9.0]), np.array([0, 0]))
    sol = Solution(np.array([0.0, 8.0]), events={"spike": train}, checkpoint=Checkpoint(10.0))
    assert sol.events["spike"].rate() == pytest.approx(0.2)


def test_to_pandas(single, grid):
    frame = single.to_pandas()
    assert list(frame.columns) == ["V", "x[0]", "x[1]"]
    assert frame.index.name == "time"
    assert frame["x[1]"].iloc[-1] == -10.0
    wide = grid.to_pandas()
    assert wide.index.names == ["time", "I", "a"]
    assert wide.loc[(5.0, 0.5, 0.3), "V"] == 18.0
    empty = Solution(np.array([0.0, 1.0]), ensemble_shape=(2,))
    assert empty.to_pandas().shape == (4, 0)


def test_words(single, grid):
    assert repr(single) == "Solution of FHN: V, x at 101 times from 0 to 10, 2 × spike; completed."
    assert "ensemble of 3 × 4" in repr(grid)
    single.outcome = Outcome.NON_FINITE
    assert "outside its domain" in repr(single)
    html = single._repr_html_()
    assert "outside its domain" in html
    assert "12.3 ms" in html
    assert "rk4, numba, dt 0.01, 1,000 steps<" in html
    single.model_name = "<script>"
    assert "<script>" not in single._repr_html_()


def test_table_brings_no_colours_of_its_own(single):
    html = single._repr_html_()
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb\(|(?<!-)color: (?!inherit)|background: (?!transparent)", html)


def test_outcomes_have_advice():
    assert all(outcome.advice.endswith(".") for outcome in Outcome)
    assert [bool(outcome) for outcome in Outcome].count(True) == 1


def _png_size(figure):
    data = figure._repr_png_()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return len(data)


def test_plot_shows_each_member_or_their_range(single, grid):
    figure = single.plot()
    assert [axes.get_ylabel() for axes in figure.axes] == ["V", "x"]
    assert [len(axes.lines) for axes in figure.axes] == [1, 2]
    assert _png_size(figure) > 5000
    many = grid.plot("V").axes[0]
    assert len(many.lines) == 1  # the median
    assert many.collections  # and the range around it
    np.testing.assert_allclose(many.lines[0].get_ydata(), [5.5, 17.5])
    assert matplotlib._pylab_helpers.Gcf.figs == {}
    with pytest.raises(ArgumentError, match="no variable 'q'"):
        single.plot("q")


def test_plot_labels_members_by_the_parameter_that_varies():
    sol = Solution(
        np.arange(3.0),
        {"V": np.zeros((3, 2))},
        {"I": np.array([0.5, 1.5])},
        ensemble_shape=(2,),
        ensemble_params=("I",),
    )
    labels = [line.get_label() for line in sol.plot().axes[0].lines]
    assert labels == ["I = 0.5", "I = 1.5"]


def test_plot_of_events_only(grid):
    grid.data = {}
    axes = grid.plot().axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [0, 7, 7])
    assert axes.get_xlim() == (0.0, 5.0)
    with pytest.raises(ArgumentError, match="nothing to plot"):
        Solution(np.array([0.0])).plot()


def test_plot_can_be_saved_as_a_file(single):
    file = io.BytesIO()
    single.plot().savefig(file, format="svg")
    assert b"<svg" in file.getvalue()


def test_thinned_curve_keeps_every_extreme():
    times = np.arange(1_000_003.0)
    curve = np.sin(times / 1000)
    curve[777_777] = 5.0
    curve[999_999] = -5.0
    kept_t, kept = thinned(times, curve)
    assert len(kept) <= MAX_POINTS + 2
    assert (kept.max(), kept.min()) == (5.0, -5.0)
    assert (kept_t[0], kept_t[-1]) == (0.0, 1_000_002.0)
    assert np.all(np.diff(kept_t) > 0)


def test_arrays_of_torch_and_jax_are_converted_on_demand_only():
    import torch

    values = torch.linspace(0.0, 1.0, 5, dtype=torch.float64, requires_grad=True)
    sol = Solution(t=np.arange(5.0), data={"V": values}, checkpoint=Checkpoint(4.0, {"V": values[-1]}))
    assert sol.V is values
    np.testing.assert_allclose(sol.to_xarray().V, np.linspace(0, 1, 5))
    assert sol.to_pandas().V.iloc[-1] == 1.0
    assert len(sol.plot().axes[0].lines) == 1
    import jax.numpy as jnp

    sol = Solution(t=np.arange(5.0), data={"V": jnp.arange(5.0)})
    np.testing.assert_allclose(sol.to_xarray().V, np.arange(5.0))
    assert "V at 5 times" in repr(sol)


def test_run_without_recorded_variables():
    sol = Solution(np.array([0.0, 1.0]), checkpoint=Checkpoint(1.0, {"V": np.zeros(4)}), ensemble_shape=(4,))
    assert "nothing recorded" in repr(sol)
    assert "nothing; sol.final" in sol._repr_html_()
    assert list(sol.to_xarray().data_vars) == []
    with pytest.raises(AttributeError, match=r"sol\.final\['V'\]"):
        _ = sol.V
