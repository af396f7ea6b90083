"""Records of parts of variables, and of variables at intervals of their own: what is kept, when, and what is not."""

import tracemalloc
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.simulation.records import sheets
from brainpy_lab.simulation.runs import record_size
from brainpy_lab.simulation.solution.outcome import Outcome

CELL = "tau = 2\ndV/dt = (I - V)/tau\ndw/dt = V - w\ny = V + 2*w\nI = 1\nV(0) = 1\nw(0) = 0"
I = np.linspace(0, 1, 10)
FIXED = {"method": "rk4", "dt": 0.01}


@pytest.fixture(scope="module")
def cell():
    return bp.model(CELL, name="Parts")


@pytest.fixture
def small_pages(monkeypatch):
    """Pages that hold three records of ten cells' three variables, so that runs turn many."""
    monkeypatch.setattr(sheets, "_PAGE", 90)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_parts_and_intervals_are_those_of_a_whole_record(cell, backend, small_pages):
    whole = cell.run(1.005, I=I, record=["V", "w", "y"], backend=backend, **FIXED)
    record = {"V[:5]": 0.02, "w[-1]": 0.05, "w": None, "y[2:4]": 0.5, "y": 0.03}
    sol = cell.run(1.005, I=I, record=record, backend=backend, **FIXED)
    assert list(sol) == list(record)
    np.testing.assert_array_equal(sol.t, whole.t)  # the shorter last step is among them
    np.testing.assert_array_equal(sol.w, whole.w)
    for key, every, part in (
        ("V[:5]", 2, whole.V[:, :5]),
        ("w[-1]", 5, whole.w[:, -1]),
        ("y[2:4]", 50, whole.y[:, 2:4]),
        ("y", 3, whole.y),
    ):
        np.testing.assert_array_equal(sol.times(key), whole.t[:-1:every])
        np.testing.assert_allclose(sol[key], part[:-1:every], rtol=1e-14)
    assert sol.final["V"].shape == (10,)


def test_the_runs_interval_is_the_shortest_or_the_one_given(cell):
    two = cell.run(1.0, record={"V": 0.1, "w": 0.5}, backend="numpy", **FIXED)
    assert (len(two.t), len(two.V), len(two.w)) == (11, 11, 3)
    np.testing.assert_allclose(two.times("w"), [0.0, 0.5, 1.0])
    assert two.times("V") is two.t
    three = cell.run(1.0, record={"V": 0.05, "w": None}, record_every=0.2, backend="numpy", **FIXED)
    assert (len(three.t), len(three.V), len(three.w)) == (6, 21, 6)
    alike = cell.run(1.0, record={"V": 0.1, "w": 0.1}, backend="numpy", **FIXED)
    np.testing.assert_array_equal(alike.t, two.t)
    assert not alike.own_times and set(alike(0.33)) == {"V", "w"}


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("ensemble", [{}, {"k": np.array([[0.5], [1.0]])}], ids=["one", "many"])
def test_elements_of_arrays_that_mix_beside_a_number(backend, ensemble, small_pages):
    text = "dx/dt = -k*x + mean(x) - z\ndz/dt = mean(x) - z\nk = 1\nx(0) = [1, 2, 3, 4]\nz(0) = 0\ns = sum(x)"
    model = bp.model(text, name="PartsMixed")
    whole = model.run(0.5, record=["x", "z", "s"], backend=backend, **FIXED, **ensemble)
    record = {"x[1:3]": 0.02, "x[3]": 0.05, "z": 0.1, "s": None}
    sol = model.run(0.5, record=record, backend=backend, **FIXED, **ensemble)
    np.testing.assert_array_equal(sol["x[1:3]"], whole.x[::2, ..., 1:3])
    np.testing.assert_array_equal(sol["x[3]"], whole.x[::5, ..., 3])
    np.testing.assert_array_equal(sol.z, whole.z[::10])
    np.testing.assert_array_equal(sol.s, whole.s)
    with pytest.raises(ArgumentError, match=r"'s' is computed from all elements of the states"):
        model.run(0.5, record=["s[1]"], backend=backend, **FIXED)


@pytest.mark.parametrize(
    "how", [{"method": "rkdp", "rtol": 1e-9}, {**FIXED, "crossing": "exact"}], ids=["rkdp", "exact"]
)
def test_steps_of_any_length(cell, how):
    whole = cell.run(1.0, I=I, record=["V", "w", "y"], record_every=0.02, backend="numpy", **how)
    sol = cell.run(1.0, I=I, record={"V[2]": 0.02, "w": 0.5, "y[1:3]": 0.1}, backend="numpy", **how)
    np.testing.assert_allclose(sol["V[2]"], whole.V[:, 2], rtol=1e-7)
    np.testing.assert_allclose(sol.w, whole.w[::25], rtol=1e-7)
    np.testing.assert_allclose(sol["y[1:3]"], whole.y[::5, 1:3], rtol=1e-7)
    np.testing.assert_allclose(sol.times("w"), [0.0, 0.5, 1.0])
    one = cell.run(1.0, I=I, record=["V[2]"], backend="numpy", **how)
    assert one["V[2]"].shape == one.t.shape
    with pytest.raises(ArgumentError, match="record has no interval for 'w'"):
        cell.run(1.0, record={"V": 0.1, "w": None}, backend="numpy", **how)


def test_with_chosen_times_delays_noise_and_memory(cell, small_pages):
    chosen = cell.run(1.0, I=I, record=["V[1]"], record_at=[0.3, 0.55], backend="numpy", **FIXED)
    whole = cell.run(1.0, I=I, backend="numpy", **FIXED)
    np.testing.assert_array_equal(chosen["V[1]"], whole.V[[30, 55], 1])
    texts = ("dx/dt = -x(t - 0.3)*a\nx(t <= 0) = 1\na = 1", "dx/dt = -a*x + xi\nx(0) = 1\na = 1")
    fractional = bp.model("order(x) = 0.7\ndx/dt = -a*x\nx(0) = 1\na = 1", name="PartsFractional")
    for model in (*(bp.model(text, name="PartsOther") for text in texts), fractional):
        given = {"a": I, "dt": 0.01, "backend": "numpy"}
        all_of_it = model.run(0.4, **given)
        sol = model.run(0.4, record={"x[3]": 0.02, "x": 0.1}, **given)
        np.testing.assert_array_equal(sol["x[3]"], all_of_it.x[::2, 3])
        np.testing.assert_array_equal(sol.x, all_of_it.x[::10])


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_derivatives_pass_through_parts(cell, backend):
    def end(value):
        record = {"V": 0.1, "w": 0.05}
        sol = cell.run(0.2, record=record, backend=backend, method="rk4", dt=0.05, I=value)
        assert (len(sol.t), sol.times("V").tolist()) == (5, [0.0, 0.1, 0.2])
        return sol.V[-1]

    if backend == "jax":
        import jax

        with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
            slope = jax.grad(end)(0.7)
    else:
        import torch

        value = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
        end(value).backward()
        slope = value.grad
    assert float(slope) == pytest.approx(1 - np.exp(-0.1), rel=1e-6)


def test_a_run_that_ends_early_keeps_what_it_had(small_pages):
    model = bp.model("dx/dt = a*x**2\nx(0) = 1\na = 1", name="PartsBlowUp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = {"a": np.array([0.5, 1.0]), "backend": "numpy", "method": "euler", "dt": 0.01}
        whole = model.run(3.0, **given)
        sol = model.run(3.0, record={"x[1]": 0.03, "x": 0.05, "x[0]": None}, **given)
    assert whole.outcome is sol.outcome is Outcome.NON_FINITE
    np.testing.assert_array_equal(sol["x[0]"], whole.x[:, 0])
    np.testing.assert_array_equal(sol["x[1]"], whole.x[::3, 1])
    np.testing.assert_array_equal(sol.x, whole.x[::5])


def test_what_is_not_asked_for_is_not_kept():
    model = bp.model("dx/dt = -a*x\nx(0) = 1\na = 1", name="PartsMany")
    many = np.linspace(0.5, 1.0, 10_000)
    run = {"a": many, "method": "euler", "dt": 0.01, "backend": "numpy"}
    model.run(0.1, record=["x[:5]"], **run)
    tracemalloc.start()
    sol = model.run(20.0, record=["x[:5]"], **run)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sol["x[:5]"].shape == (2001, 5)
    assert peak < 40e6  # whole, 2,001 times 10,000 numbers take 160 MB


def test_estimates_count_parts_and_intervals(cell, monkeypatch):
    monkeypatch.setattr(record_size, "available_bytes", lambda: 1000)
    monkeypatch.setattr(record_size, "SMALL", 0)
    cell.run(1.0, I=I, record={"V[0]": 0.1, "w[1]": 0.05}, backend="numpy", **FIXED)  # 32 numbers
    with pytest.raises(MemoryLimitError, match=r"Recording V, w at 21 times takes 2.5 KiB"):
        cell.run(1.0, I=I, record={"V": 0.1, "w": 0.05}, backend="numpy", **FIXED)  # 320


@pytest.mark.parametrize(
    ("record", "options", "message"),
    [
        ({"V": 0.01, "w": 0.013}, {}, r"record\['w'\] \(0.013\) must be a whole multiple of dt \(0.01\)"),
        ({"V": 0.0, "w": 1.0}, {}, r"record\['V'\] must be a positive number, not 0.0"),
        (["V[::2]"], {}, r"record has 'V\[::2\]': a part of a variable is one of its numbers, or a slice without a"),
        (["V[10]"], {}, r"record has 'V\[10\]': 'V' has 10 members.\n  They are 0 to 9"),
        (["V[-11]"], {}, "'V' has 10 members"),
        (["V[5:50]"], {}, "'V' has 10 members"),
        (["V[4:4]"], {}, "'V' has 10 members"),
        (["V[1]"], {"I": 1.0}, r"record has 'V\[1\]': 'V' is one number, in a single run"),
        (["V[1]"], {"tau": np.ones((2, 1))}, "in an ensemble of 2 axes"),
        (["q[1]"], {}, "has no variable 'q' to record"),
        ({3: 0.1}, {}, "record takes names of variables, not 3"),
        ({"V": 0.1}, {"record_every": 0.2}, "record_every says nothing where record has an interval for each"),
        ({"V": 0.1, "w": None}, {"record_at": [0.5]}, "both say when to record"),
    ],
)
def test_what_makes_no_sense_is_refused(cell, record, options, message):
    with pytest.raises(ArgumentError, match=message):
        cell.run(1.0, record=record, backend="numpy", **{**FIXED, "I": I, **options})


@pytest.mark.parametrize("suffix", [".nc", ".npz", ".zarr"])
def test_files_tables_and_pictures(cell, suffix, tmp_path):
    sol = cell.run(1.0, I=I, record={"V[:5]": 0.02, "w": 0.5}, backend="numpy", **FIXED)
    again = bp.load(sol.save(tmp_path / f"run{suffix}"))
    for key in sol:
        np.testing.assert_array_equal(again[key], sol[key])
        np.testing.assert_array_equal(again.times(key), sol.times(key))
    table = sol.to_xarray()
    assert table["V[:5]"].dims == ("time", "V[:5]_0") and table.w.dims == ("w_time", "I")
    np.testing.assert_allclose(table.w_time, [0.0, 0.5, 1.0])
    with pytest.raises(ArgumentError, match=r"'V\[:5\]' holds some members of the ensemble"):
        sol.to_pandas()
    single = cell.run(1.0, record={"V": 0.02, "w": 0.5}, backend="numpy", **FIXED)
    with pytest.raises(ArgumentError, match="'w' was recorded at times of its own"):
        single.to_pandas()
    lines = single.plot().axes[1].lines[0]
    np.testing.assert_allclose(lines.get_xdata(), [0.0, 0.5, 1.0])
    assert "3 times" in single._repr_html_()
    with pytest.raises(ArgumentError, match="kept nothing to interpolate with"):
        single(0.3)
    with pytest.raises(ArgumentError, match="There is no variable 'q'"):
        single.times("q")


def test_records_of_a_run_that_goes_on_count_from_its_own_start(cell, small_pages):
    first = cell.run(0.33, I=I, record=["V[0]"], backend="numpy", **FIXED)
    whole = cell.run(0.4, I=I, start=first, backend="numpy", **FIXED)
    sol = cell.run(0.4, I=I, start=first, record={"V[1]": 0.02, "w": 0.05}, backend="numpy", **FIXED)
    np.testing.assert_array_equal(sol["V[1]"], whole.V[::2, 1])
    np.testing.assert_array_equal(sol.w, whole.w[::5])
    np.testing.assert_array_equal(sol.times("w"), whole.t[::5])
