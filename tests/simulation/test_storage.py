"""Saving and loading: every field comes back, no file is half-written, no file runs code."""

import json
import pickle

import numpy as np
import pytest

from brainpy_lab import inputs
from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.load import FileWarning, load
from brainpy_lab.simulation.solution.solution import EventTrain, Outcome, Solution

FILES = [".nc", ".npz"]
SUFFIXES = [*FILES, ".zarr"]


def make(**changes):
    rng = np.random.default_rng(5)
    fields = {
        "t": np.linspace(0.1, 1.0, 10),
        "data": {
            "V": rng.normal(size=(10, 2, 3)),
            "x": rng.normal(size=(10, 2, 3, 4)),
            "on": np.ones((10, 2, 3), bool),
        },
        "params": {
            "I": np.array([[0.5], [1.5]]),
            "n": 3,
            "b": 0.1 + 0.2,
            "flag": True,
            "W": rng.normal(size=(4, 4)),
            "counts": np.arange(5, dtype=np.int32),
            "half": np.float32(0.5),
            "drive": inputs.ramp(0.0, 1.0, 2.0),
        },
        "initial": {"V": np.array([-1.0, 0.0, 1.0]), "x": np.zeros(4)},
        "events": {
            "spike": EventTrain(np.array([0.2, 0.7]), np.array([0, 5])),
            "never": EventTrain(np.empty(0), np.empty(0, dtype=np.int64)),
        },
        "seed": 2**64 - 1,
        "outcome": Outcome.INTERRUPTED,
        "stats": {"steps": np.int64(1000), "wall_time": 0.25, "backend": "numba", "dt": 0.01, "method": "rk4"},
        "model_name": "Größe",
        "model_text": "dV/dt = -V  # a comment\nV(0) = 1\n",
        "ensemble_shape": (2, 3),
        "ensemble_params": ("I", "V"),
        "checkpoint": Checkpoint(
            1.0,
            {"V": rng.normal(size=(2, 3)), "w": np.array(0.25)},
            {"hidden/V_release": np.full((2, 3), -np.inf), "hidden/armed": np.array([True, False])},
            {"step": 1000, "origin": 0.1, "method": "rk4", "exact": True, "none": None},
            2**64 - 1,
            "Größe",
            (2, 3),
        ),
    }
    return Solution(**(fields | changes))


def assert_same(a, b):
    assert type(a) is type(b) or (np.ndim(a) == np.ndim(b) == 0)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, EventTrain | inputs.Input | Checkpoint):
        assert_same(vars(a), vars(b))
    else:
        assert a == b


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_field_comes_back(tmp_path, suffix):
    sol = make()
    path = sol.save(tmp_path / f"run{suffix}")
    back = load(path)
    for name in Solution.__dataclass_fields__:
        assert_same(dict(getattr(sol, name)) if name == "events" else getattr(sol, name),
                    dict(getattr(back, name)) if name == "events" else getattr(back, name))  # fmt: skip
    assert isinstance(back.params["n"], int)
    assert back.params["flag"] is True
    assert [file.name for file in tmp_path.iterdir()] == [f"run{suffix}"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nan_and_infinity_come_back(tmp_path, suffix):
    values = np.array([0.0, np.nan, np.inf, -np.inf, 5e-324])
    sol = Solution(
        np.arange(5.0), {"V": values}, {"I": float("inf")}, checkpoint=Checkpoint(4.0, {"V": np.array(np.nan)})
    )
    back = load(sol.save(tmp_path / f"run{suffix}"))
    np.testing.assert_array_equal(back.V, values)
    assert back.params["I"] == np.inf
    assert np.isnan(back.final["V"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_run_without_records_and_path_as_text(tmp_path, suffix):
    end = Checkpoint(1.0, {"V": np.zeros(3)})
    sol = Solution(np.array([0.0, 1.0]), checkpoint=end, ensemble_shape=(3,), ensemble_params=("V",))
    back = load(str(sol.save(str(tmp_path / f"run{suffix}"))))
    assert back.data == {}
    np.testing.assert_array_equal(back.final["V"], np.zeros(3))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_variable_names_that_other_parts_use(tmp_path, suffix):
    data = {"time": np.arange(2.0), "t": np.arange(2.0) + 5, "spike": np.arange(2.0) + 7, "description": np.ones(2)}
    sol = Solution(
        np.array([0.0, 1.0]), data, {"seed": 5.0}, events={"spike": EventTrain(np.array([0.5]), np.array([0]))}
    )
    back = load(sol.save(tmp_path / f"run{suffix}"))
    np.testing.assert_array_equal(back["time"], [0.0, 1.0])
    np.testing.assert_array_equal(back["t"], [5.0, 6.0])
    np.testing.assert_array_equal(back["spike"], [7.0, 8.0])
    np.testing.assert_array_equal(back.events["spike"].t, [0.5])
    np.testing.assert_array_equal(back.t, [0.0, 1.0])
    assert back.params["seed"] == 5.0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_functions_of_time_are_kept_by_name(tmp_path, suffix):
    def drive(t):
        return np.sin(t)

    sol = Solution(np.array([0.0]), params={"I": drive})
    assert load(sol.save(tmp_path / f"run{suffix}")).params["I"] == "<drive>"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_torch_arrays_are_saved_as_numbers(tmp_path, suffix):
    import torch

    values = torch.ones(3, dtype=torch.float64, requires_grad=True) * 2
    sol = Solution(np.arange(3.0), {"V": values}, {"I": values[0]}, checkpoint=Checkpoint(2.0, {"V": values[-1]}))
    back = load(sol.save(tmp_path / f"run{suffix}"))
    np.testing.assert_array_equal(back.V, [2.0, 2.0, 2.0])
    assert back.params["I"] == 2.0


def test_netcdf_reads_as_an_xarray_dataset(tmp_path):
    import xarray

    path = make(ensemble_params=("I",)).save(tmp_path / "run.nc")
    with xarray.open_dataset(path, engine="h5netcdf") as dataset:
        assert dataset.V.dims == ("time", "I", "ensemble_1")
        assert dataset.attrs["model"] == "Größe"
        np.testing.assert_array_equal(dataset.I, [0.5, 1.5])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_failed_save_leaves_the_old_file(tmp_path, suffix):
    path = tmp_path / f"run{suffix}"
    make(seed=1).save(path)
    with pytest.raises(ArgumentError, match="'V' holds no real numbers"):
        make(data={"V": np.array([object()] * 10)}).save(path)
    broken = make(events={"spike": EventTrain(np.zeros(1), None)})
    broken.stats = None
    with pytest.raises((AttributeError, ArgumentError)):  # in the midst of writing
        broken.save(path)
    assert load(path).seed == 1
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    make(seed=2).save(path)
    assert load(path).seed == 2


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize("content", [b"", b"not a file of numbers", b"\x89HDF\r\n\x1a\n broken", b"PK\x03\x04 broken"])
def test_damaged_file(tmp_path, suffix, content):
    path = tmp_path / f"run{suffix}"
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(path)


@pytest.mark.parametrize("suffix", FILES)
def test_truncated_file(tmp_path, suffix):
    path = make().save(tmp_path / f"run{suffix}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(path)


@pytest.mark.parametrize("change", ["number", "description", "chunk", "group"])
def test_damaged_folder(tmp_path, change):
    import zarr

    path = make().save(tmp_path / "run.zarr")
    if change == "chunk":
        (chunk,) = (f for f in (path / "V").iterdir() if not f.name.startswith("."))
        chunk.write_bytes(chunk.read_bytes()[:20])
    elif change == "group":
        (path / "brainpy_lab" / ".zattrs").write_text("{")
    else:
        root = zarr.open_group(path, mode="r+", use_consolidated=False)
        if change == "number":
            root["V"][0, 0, 0] += 1e-12
        else:
            text = root["brainpy_lab"].attrs["description"]
            root["brainpy_lab"].attrs["description"] = text.replace('"seed": 18446744073709551615', '"seed": 1')
    with pytest.raises(ArgumentError, match=r"holds no Solution|The file is damaged"):
        load(path)


def test_a_folder_of_others_is_not_written_over(tmp_path):
    (tmp_path / "mine.zarr").mkdir()
    (tmp_path / "mine.zarr" / "notes.txt").write_text("kept")
    with pytest.raises(ArgumentError, match="is a folder of something else"):
        make().save(tmp_path / "mine.zarr")
    assert (tmp_path / "mine.zarr" / "notes.txt").read_text() == "kept"
    (tmp_path / "file.zarr").write_text("kept")
    with pytest.raises(ArgumentError, match="cannot be written"):
        make().save(tmp_path / "file.zarr")
    assert (tmp_path / "file.zarr").read_text() == "kept"
    with pytest.raises(ArgumentError, match=r"There is no folder .*none\.zarr"):
        load(tmp_path / "none.zarr")


def test_xarray_opens_a_saved_folder(tmp_path):
    import xarray

    with xarray.open_zarr(make().save(tmp_path / "run.zarr")) as dataset:
        assert dataset.V.dims[:2] == ("time", "I")
        assert dataset.attrs["model"] == "Größe"


def test_files_of_others(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(tmp_path / "other.npz")
    import xarray

    xarray.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(tmp_path / "other.nc")


class Boom:
    def __reduce__(self):
        return (pytest.fail, ("the file ran code",))


def test_pickled_content_is_refused(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez(path, description=np.array(Boom(), dtype=object))
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(path)
    path.write_bytes(pickle.dumps(Boom()))
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(path)


def _changed_npz(path, **changes):
    """The file with other arrays in it, as if it had been damaged or were of another time."""
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize("key", ["t", "data/V", "params/I", "values/w", "arrays/hidden/armed", "event_t/spike"])
def test_one_other_number_is_found(tmp_path, key):
    path = make().save(tmp_path / "run.npz")
    with np.load(path) as file:
        array = file[key].copy()
    array.reshape(-1).view(np.uint8)[0] ^= 1
    _changed_npz(path, **{key: array})
    with pytest.raises(ArgumentError, match="damaged: its numbers or its description are not those that were saved"):
        load(path)


def test_another_description_is_found(tmp_path):
    path = make().save(tmp_path / "run.npz")
    with np.load(path) as file:
        text = str(file["description"])
    _changed_npz(path, description=np.array(text.replace('"seed": 18446744073709551615', '"seed": 1')))
    with pytest.raises(ArgumentError, match="damaged"):
        load(path)


def test_one_other_number_in_netcdf_is_found(tmp_path):
    import h5py

    path = make().save(tmp_path / "run.nc")
    with h5py.File(path, "r+") as file:
        file["V"][0, 0, 0] += 1e-12
    with pytest.raises(ArgumentError, match="damaged"):
        load(path)


def test_files_from_before_digests_are_read_with_a_note(tmp_path):
    path = make().save(tmp_path / "run.npz")
    _changed_npz(path, digest=None)
    with pytest.warns(FileWarning, match="run.npz was written before files held a digest") as caught:
        assert load(path).seed == 2**64 - 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "changes", [{"stats": []}, {"seed": None}, {"model_name": 3, "outcome": "gone"}, {"ensemble_shape": [1, "a"]}]
)
def test_what_cannot_be_shown_is_refused(tmp_path, changes):
    """Without a digest too: a description with other kinds of values in it is no Solution."""
    path = make().save(tmp_path / "run.npz")
    with np.load(path) as file:
        described = json.loads(str(file["description"])) | changes
    _changed_npz(path, digest=None, description=np.array(json.dumps(described)))
    with pytest.raises(ArgumentError, match="holds no Solution"):
        load(path)


def test_other_formats(tmp_path):
    path = make().save(tmp_path / "run.npz")
    with np.load(path) as file:
        arrays = dict(file)
    for number, message in ((99, "A newer version"), (1, "An older version .* in a form that this one does not read")):
        described = json.loads(str(arrays["description"])) | {"format": number}
        np.savez(path, **(arrays | {"description": np.array(json.dumps(described))}))
        with pytest.raises(ArgumentError, match=message):
            load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_checkpoint_alone_comes_back(tmp_path, suffix):
    wanted = make().checkpoint
    back = load(wanted.save(tmp_path / f"here{suffix}"))
    assert isinstance(back, Checkpoint)
    assert_same(vars(wanted), vars(back))
    assert repr(back) == repr(wanted) == "Checkpoint of Größe at t = 1, ensemble of 2 × 3: V (2 × 3), w = 0.25."
    with pytest.raises(ArgumentError, match="'V' holds no real numbers"):
        Checkpoint(1.0, {"V": np.array(["a"])}).save(tmp_path / f"here{suffix}")
    assert load(tmp_path / f"here{suffix}").time == 1.0


def test_one_other_number_of_a_checkpoint_is_found(tmp_path):
    path = make().checkpoint.save(tmp_path / "here.npz")
    with np.load(path) as file:
        array = file["arrays/hidden/V_release"].copy()
    array[0, 0] = 3.0
    _changed_npz(path, **{"arrays/hidden/V_release": array})
    with pytest.raises(ArgumentError, match="damaged"):
        load(path)


def test_states_of_a_checkpoint_by_name():
    checkpoint = make().checkpoint
    assert checkpoint["w"] == 0.25
    assert checkpoint.part("hidden").keys() == {"V_release", "armed"}
    with pytest.raises(KeyError, match="(?s)no state 'v'.*Did you mean 'V'"):
        checkpoint["v"]


def test_wrong_paths(tmp_path):
    for call in (
        lambda: load(tmp_path / "missing.nc"),
        lambda: load(tmp_path / "run.pkl"),
        lambda: make().save(tmp_path / "run.csv"),
        lambda: make().save(tmp_path / "nowhere" / "run.nc"),
    ):
        with pytest.raises(BrainPyLabError):
            call()
