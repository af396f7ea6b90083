"""Solutions on disk: NetCDF (through xarray and h5netcdf) and npz. Never pickle: a file cannot run code.

Both formats hold the same: named arrays, and one JSON text for all that is not an array. In NetCDF the root group is
the Dataset of `Solution.to_xarray`, so that other programs read a run as it stands, and the group ``brainpy_lab`` holds
the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.inputs import Input
from brainpy_lab.simulation.arrays import as_numpy
from brainpy_lab.simulation.solution import EventTrain, Outcome, Solution
from brainpy_lab.simulation.tables import time_dimension, to_xarray

FORMAT = 1
_GROUP = "brainpy_lab"
_ARRAY_FIELDS = ("params", "initial", "final", "memory")


def save(sol: Solution, path: str | Path) -> Path:
    """Write ``sol`` to ``path``; the suffix, ``.nc`` or ``.npz``, says how. See `Solution.save`."""
    path = Path(path)
    write = _format_of(path)[0]
    if not path.parent.is_dir():
        raise ArgumentError(f"There is no folder {path.parent}.")
    for name, array in sol.data.items():
        if as_numpy(array).dtype.kind not in "biuf":
            raise ArgumentError(f"'{name}' holds no real numbers, so it cannot be saved.")
    try:
        with _replacing(path) as temporary:
            write(sol, temporary)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error}") from error
    return path


def load(path: str | Path) -> Solution:
    """Read a run that `Solution.save` wrote.

    Parameters
    ----------
    path : str or Path
        A ``.nc`` or ``.npz`` file.

    Returns
    -------
    Solution
        With all that was saved. Dense output is not: ``sol(t)`` needs the run itself.

    Raises
    ------
    ArgumentError
        No such file, or it holds no Solution, or a newer version of BrainPy Lab wrote it.
    """
    path = Path(path)
    read = _format_of(path)[1]
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.")
    try:
        return read(path)
    except BrainPyLabError:
        raise
    except Exception as error:  # whatever a damaged file makes the libraries raise
        message = f"{path} holds no Solution that can be read ({type(error).__name__}: {error})."
        advice = "Such files are written by sol.save('run.nc') or sol.save('run.npz')."
        raise ArgumentError(message, advice=advice) from error


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when all went well and vanishes when not."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# --- the two formats ----------------------------------------------------------------------------------


def _write_npz(sol: Solution, path: Path) -> None:
    described, parts = _describe(sol)
    arrays: dict[str, Any] = parts | {f"data/{name}": as_numpy(a) for name, a in sol.data.items()}
    arrays["t"] = as_numpy(sol.t)
    for name, train in sol.events.items():
        arrays |= {f"event_t/{name}": as_numpy(train.t), f"event_index/{name}": as_numpy(train.index)}
    arrays["description"] = np.array(json.dumps(described))
    np.savez(path, **arrays)


def _read_npz(path: Path) -> Solution:
    with np.load(path, allow_pickle=False) as file:
        described = json.loads(str(file["description"]))
        return _rebuild(described, lambda key: file[key])


def _write_netcdf(sol: Solution, path: Path) -> None:
    import xarray

    described, arrays = _describe(sol)
    dataset = to_xarray(sol)
    _to_netcdf(dataset, path)
    rest = xarray.Dataset(
        {
            key.replace("/", "__"): (tuple(f"{key.replace('/', '__')}_{i}" for i in range(a.ndim)), a)
            for key, a in arrays.items()
        },
        attrs={"description": json.dumps(described)},
    )
    _to_netcdf(rest, path, group=_GROUP, mode="a")


def _to_netcdf(dataset: Any, path: Path, **options: Any) -> None:
    encoding = {name: {"_FillValue": None} for name in dataset.variables}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding, **options)


def _read_netcdf(path: Path) -> Solution:
    import xarray

    how = {"engine": "h5netcdf", "mask_and_scale": False, "decode_times": False}
    rest = xarray.load_dataset(path, group=_GROUP, **how)
    root = xarray.load_dataset(path, **how)
    described = json.loads(rest.attrs["description"])
    kinds: dict[str, str] = {"t": described["time"], "data": "{}", "event_t": "{}_t", "event_index": "{}_index"}

    def array(key: str) -> np.ndarray:
        kind, _, name = key.partition("/")
        stored = root[kinds[kind].format(name)] if kind in kinds else rest[key.replace("/", "__")]
        return np.asarray(stored.values)

    return _rebuild(described, array)


_FORMATS: dict[str, tuple[Callable[[Solution, Path], None], Callable[[Path], Solution]]] = {
    ".nc": (_write_netcdf, _read_netcdf),
    ".npz": (_write_npz, _read_npz),
}


def _format_of(path: Path) -> tuple[Callable[[Solution, Path], None], Callable[[Path], Solution]]:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        message = f"'{path.name}' does not say how it is to be written or read."
        raise ArgumentError(message, advice="End the name in .nc (NetCDF) or .npz (NumPy).") from None


# --- a Solution as JSON and arrays --------------------------------------------------------------------


def _describe(sol: Solution) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All of ``sol`` but times, data and events: what JSON can hold, and arrays named ``field/name``."""
    arrays: dict[str, np.ndarray] = {}
    described: dict[str, Any] = {
        "format": FORMAT,
        "model_name": sol.model_name,
        "model_text": sol.model_text,
        "seed": int(sol.seed),
        "outcome": sol.outcome.value,
        "ensemble_shape": [int(n) for n in sol.ensemble_shape],
        "ensemble_params": list(sol.ensemble_params),
        "stats": {key: _plain(value) for key, value in sol.stats.items()},
        "time": time_dimension(sol),
        "data": list(sol.data),
        "events": {name: list(train.window) if train.window else None for name, train in sol.events.items()},
    }
    for part in _ARRAY_FIELDS:
        described[part] = {}
        for name, value in getattr(sol, part).items():
            described[part][name] = _describe_value(value, f"{part}/{name}", arrays)
    return described, arrays


def _describe_value(value: Any, key: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    if isinstance(value, bool | int | float | str) or value is None:
        return {"value": value if not isinstance(value, np.generic) else value.item()}
    if isinstance(value, Input):
        arrays[key] = value.values
        return {"input": {"dt": value.dt, "start": value.start, "interpolation": value.interpolation}}
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        values = as_numpy(value)
        if values.dtype.kind in "biuf":
            arrays[key] = values
            return {"array": values.dtype.str}
    return {"value": f"<{getattr(value, '__name__', type(value).__name__)}>"}


def _plain(value: Any) -> Any:
    """``value`` as JSON holds it; what it cannot hold becomes text."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def _rebuild(described: dict[str, Any], array: Callable[[str], np.ndarray]) -> Solution:
    if described["format"] > FORMAT:
        raise ArgumentError("A newer version of BrainPy Lab wrote this file.", advice="pip install -U brainpy-lab")
    parts: dict[str, Any] = {
        part: {name: _rebuild_value(value, f"{part}/{name}", array) for name, value in described[part].items()}
        for part in _ARRAY_FIELDS
    }
    shape = tuple(described["ensemble_shape"])
    events = {
        name: EventTrain(
            array(f"event_t/{name}"), array(f"event_index/{name}"), shape, tuple(window) if window else None
        )
        for name, window in described["events"].items()
    }
    return Solution(
        t=array("t"),
        data={name: array(f"data/{name}") for name in described["data"]},
        events=events,
        seed=described["seed"],
        outcome=Outcome(described["outcome"]),
        stats=described["stats"],
        model_name=described["model_name"],
        model_text=described["model_text"],
        ensemble_shape=shape,
        ensemble_params=tuple(described["ensemble_params"]),
        **parts,
    )


def _rebuild_value(described: dict[str, Any], key: str, array: Callable[[str], np.ndarray]) -> Any:
    if "value" in described:
        return described["value"]
    if "input" in described:
        return Input(array(key), **described["input"])
    return array(key).astype(described["array"], copy=False)
