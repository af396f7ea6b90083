"""Solutions on disk: NetCDF (through xarray and h5netcdf) and npz. Never pickle: a file cannot run code.

Both formats hold the same: named arrays, and one JSON text for all that is not an array. In NetCDF the root group is
the Dataset of `Solution.to_xarray`, so that other programs read a run as it stands, and the group ``brainpy_lab`` holds
the rest. A digest of the text and of all arrays tells, at loading, a file whose numbers are not those that were saved;
a NetCDF file has a seal besides (`simulation/solution/seal.py`), because its library must not see a damaged one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.inputs import Input
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.seal import is_broken, seal
from brainpy_lab.simulation.solution.tables import time_dimension, to_xarray

FORMAT = 1
_GROUP = "brainpy_lab"
Fields = dict[str, Any]  # of a Solution
_ARRAY_FIELDS = ("params", "initial", "final", "memory")


@in_words("save")
def save(sol: Record, path: str | Path) -> Path:
    """Write ``sol`` to ``path``; the suffix, ``.nc`` or ``.npz``, says how. See `Solution.save`."""
    path = Path(path)
    write = format_of(path)[0]
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


def _write_npz(sol: Record, path: Path) -> None:
    described, parts = _describe(sol)
    arrays: dict[str, Any] = parts | _recorded(sol)
    text = json.dumps(described)
    np.savez(path, **arrays, description=np.array(text), digest=np.array(_digest(text, arrays)))


def _read_npz(source: BinaryIO) -> tuple[Fields, bool]:
    with np.load(source, allow_pickle=False) as file:
        return _rebuild_checked(
            str(file["description"]), str(file["digest"]) if "digest" in file else None, lambda key: file[key]
        )


def _write_netcdf(sol: Record, path: Path) -> None:
    import xarray

    described, arrays = _describe(sol)
    text = json.dumps(described)
    dataset = to_xarray(sol)
    _to_netcdf(dataset, path)
    rest = xarray.Dataset(
        {
            key.replace("/", "__"): (tuple(f"{key.replace('/', '__')}_{i}" for i in range(a.ndim)), a)
            for key, a in arrays.items()
        },
        attrs={"description": text, "digest": _digest(text, arrays | _recorded(sol))},
    )
    _to_netcdf(rest, path, group=_GROUP, mode="a")
    seal(path)


def _to_netcdf(dataset: Any, path: Path, **options: Any) -> None:
    encoding = {name: {"_FillValue": None} for name in dataset.variables}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding, **options)


def _read_netcdf(source: BinaryIO) -> tuple[Fields, bool]:
    import h5py

    if is_broken(source):
        raise _damaged()
    with h5py.File(source, "r") as root:
        rest = root[_GROUP]
        text = rest.attrs["description"]
        described = json.loads(text)
        kinds: dict[str, str] = {"t": described["time"], "data": "{}", "event_t": "{}_t", "event_index": "{}_index"}

        def array(key: str) -> np.ndarray:
            kind, _, name = key.partition("/")
            stored = root[kinds[kind].format(name)] if kind in kinds else rest[key.replace("/", "__")]
            values = np.asarray(stored[()])
            return values.astype(bool) if stored.attrs.get("dtype") == "bool" else values  # xarray keeps them as bytes

        return _rebuild_checked(text, rest.attrs.get("digest"), array)


_Format = tuple[Callable[[Record, Path], None], Callable[[BinaryIO], tuple[Fields, bool]]]
_FORMATS: dict[str, _Format] = {
    ".nc": (_write_netcdf, _read_netcdf),
    ".npz": (_write_npz, _read_npz),
}


def format_of(path: Path) -> _Format:
    """How files of the suffix of ``path`` are written and read."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        message = f"'{path.name}' does not say how it is to be written or read."
        raise ArgumentError(message, advice="End the name in .nc (NetCDF) or .npz (NumPy).") from None


# --- the digest ----------------------------------------------------------------------------------------


def _digest(text: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Digest of all that a file holds, alike for both formats and byte orders."""
    found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
    for key in sorted(arrays):
        array = np.asarray(arrays[key])
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        found.update(f"\n{key} {little.dtype.str} {little.shape}\n".encode("utf-8", "surrogatepass"))
        found.update(little.tobytes())
    return found.hexdigest()


def _rebuild_checked(text: str, digest: str | None, array: Callable[[str], np.ndarray]) -> tuple[Fields, bool]:
    """The fields of a Solution, and whether the file holds a digest, which then is right."""
    described = json.loads(text)
    if described["format"] > FORMAT:
        raise ArgumentError("A newer version of BrainPy Lab wrote this file.", advice="pip install -U brainpy-lab")
    _check_kinds(described)
    arrays = {key: _typed(array(key), kind) for key, kind in _keys(described)}
    if digest is not None and digest != _digest(text, arrays):
        raise _damaged()
    return _rebuild(described, arrays), digest is not None


def _damaged() -> ArgumentError:
    return ArgumentError(
        "The file is damaged: its numbers or its description are not those that were saved.",
        advice="Take another copy of it, or run the model again.",
    )


def _check_kinds(described: dict[str, Any]) -> None:
    """Refuse a description whose values are of other kinds than a Solution's."""
    kinds = {"model_name": str, "model_text": str, "seed": int, "outcome": str, "stats": dict, "data": list}
    wrong = [name for name, kind in kinds.items() if not isinstance(described[name], kind)]
    for name, kind in {"ensemble_shape": int, "ensemble_params": str, "data": str}.items():
        wrong += [name for value in described[name] if not isinstance(value, kind)]
    if wrong:
        raise TypeError(f"'{wrong[0]}' is of another kind than a Solution's")


def _typed(array: np.ndarray, kind: str | None) -> np.ndarray:
    return array if kind is None else array.astype(kind, copy=False)


def _keys(described: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Keys of all arrays that a description names, and the types of those that it gives types to."""
    for part in _ARRAY_FIELDS:
        for name, value in described[part].items():
            if "array" in value or "input" in value:
                yield f"{part}/{name}", value.get("array")
    yield "t", None
    for name in described["data"]:
        yield f"data/{name}", None
    for name in described["events"]:
        yield f"event_t/{name}", None
        yield f"event_index/{name}", None


# --- a Solution as JSON and arrays --------------------------------------------------------------------


def _recorded(sol: Record) -> dict[str, np.ndarray]:
    """Times, data and events."""
    arrays = {"t": as_numpy(sol.t)} | {f"data/{name}": as_numpy(a) for name, a in sol.data.items()}
    for name, train in sol.events.items():
        arrays |= {f"event_t/{name}": as_numpy(train.t), f"event_index/{name}": as_numpy(train.index)}
    return arrays


def _describe(sol: Record) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
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
        "event_shapes": {name: list(train.ensemble_shape) for name, train in sol.events.items()},
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


def _rebuild(described: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Fields:
    parts: dict[str, Any] = {
        part: {name: _rebuild_value(value, f"{part}/{name}", arrays) for name, value in described[part].items()}
        for part in _ARRAY_FIELDS
    }
    shape = tuple(described["ensemble_shape"])
    shapes = described.get("event_shapes", {})
    events = {
        name: EventTrain(
            arrays[f"event_t/{name}"],
            arrays[f"event_index/{name}"],
            tuple(shapes.get(name, shape)),
            tuple(window) if window else None,
        )
        for name, window in described["events"].items()
    }
    return dict(
        t=arrays["t"],
        data={name: arrays[f"data/{name}"] for name in described["data"]},
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


def _rebuild_value(described: dict[str, Any], key: str, arrays: Mapping[str, np.ndarray]) -> Any:
    if "value" in described:
        return described["value"]
    if "input" in described:
        return Input(arrays[key], **described["input"])
    return arrays[key]
