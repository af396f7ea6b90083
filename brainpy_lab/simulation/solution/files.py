"""Files of named arrays and one JSON text: NetCDF (through xarray and h5netcdf) and npz. Never pickle: no code is run.

Both formats hold the same. A digest of the text and of all arrays tells, at loading, a file whose numbers are not those
that were saved; a NetCDF file has a seal besides (`simulation/solution/seal.py`), because its library must not see a
damaged one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.seal import is_broken, seal

if TYPE_CHECKING:
    import xarray

_GROUP = "brainpy_lab"


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes
    ----------
    described : dict
        All that is no array, as JSON takes it.
    arrays : mapping of str to array
        By names such as ``params/I``.
    recorded : mapping of str to array
        More of them: those that ``dataset`` holds too.
    dataset : function, optional
        Gives the Dataset that other programs read; NetCDF files have it at their root.
    """

    described: dict[str, Any]
    arrays: Mapping[str, np.ndarray]
    recorded: Mapping[str, np.ndarray] = field(default_factory=dict)
    dataset: Callable[[], xarray.Dataset] | None = None

    @property
    def all_arrays(self) -> dict[str, np.ndarray]:
        """Those of both kinds."""
        return {**self.arrays, **self.recorded}


#: Names of all arrays that a description tells of, and the types of those that it gives types to.
Keys = Callable[[dict[str, Any]], Iterable[tuple[str, str | None]]]


def write(content: Content, path: Path) -> None:
    """Write a file, or leave the one that stood there as it was."""
    write_format = format_of(path)[0]
    if not path.parent.is_dir():
        raise ArgumentError(f"There is no folder {path.parent}.")
    try:
        with _replacing(path) as temporary:
            write_format(content, temporary)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error}") from error


def read(source: BinaryIO, path: Path, keys: Keys) -> tuple[Content, bool]:
    """What a file holds, and whether it has a digest, which then is right."""
    return format_of(path)[1](source, keys)


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


def _write_npz(content: Content, path: Path) -> None:
    arrays: dict[str, Any] = content.all_arrays
    text = json.dumps(content.described)
    np.savez(path, **arrays, description=np.array(text), digest=np.array(_digest(text, arrays)))


def _read_npz(source: BinaryIO, keys: Keys) -> tuple[Content, bool]:
    with np.load(source, allow_pickle=False) as file:
        digest = str(file["digest"]) if "digest" in file else None
        return _checked(str(file["description"]), digest, lambda key: file[key], keys)


def _write_netcdf(content: Content, path: Path) -> None:
    import xarray

    text = json.dumps(content.described)
    _to_netcdf(xarray.Dataset() if content.dataset is None else content.dataset(), path)
    rest = xarray.Dataset(
        {
            key.replace("/", "__"): (tuple(f"{key.replace('/', '__')}_{i}" for i in range(a.ndim)), a)
            for key, a in content.arrays.items()
        },
        attrs={"description": text, "digest": _digest(text, content.all_arrays)},
    )
    _to_netcdf(rest, path, group=_GROUP, mode="a")
    seal(path)


def _to_netcdf(dataset: Any, path: Path, **options: Any) -> None:
    encoding = {name: {"_FillValue": None} for name in dataset.variables}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding, **options)


def _read_netcdf(source: BinaryIO, keys: Keys) -> tuple[Content, bool]:
    import h5py

    if is_broken(source):
        raise _damaged()
    with h5py.File(source, "r") as root:
        rest = root[_GROUP]
        text = rest.attrs["description"]
        kinds = {
            "data": "{}",
            "own_time": "{}_time",
            "event_t": "{}_t",
            "event_index": "{}_index",
            "event_count": "{}_count",
            "t": json.loads(text).get("time"),
        }

        def array(key: str) -> np.ndarray:
            kind, _, name = key.partition("/")
            stored = root[kinds[kind].format(name)] if kind in kinds else rest[key.replace("/", "__")]
            values = np.asarray(stored[()])
            return values.astype(bool) if stored.attrs.get("dtype") == "bool" else values  # xarray keeps them as bytes

        return _checked(text, rest.attrs.get("digest"), array, keys)


_Format = tuple[Callable[[Content, Path], None], Callable[[BinaryIO, Keys], tuple[Content, bool]]]
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
        zarr = " Zarr takes the run of a network while it goes: net.run(..., store='run.zarr')."
        more = zarr if path.suffix.lower() == ".zarr" else ""
        raise ArgumentError(message, advice=f"End the name in .nc (NetCDF) or .npz (NumPy).{more}") from None


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


def _checked(text: str, digest: str | None, array: Callable[[str], np.ndarray], keys: Keys) -> tuple[Content, bool]:
    """The content whose arrays ``array`` hands out, and whether there is a digest."""
    described = json.loads(text)
    arrays = {key: array(key) if kind is None else array(key).astype(kind, copy=False) for key, kind in keys(described)}
    if digest is not None and digest != _digest(text, arrays):
        raise _damaged()
    return Content(described, arrays), digest is not None


def _damaged() -> ArgumentError:
    return ArgumentError(
        "The file is damaged: its numbers or its description are not those that were saved.",
        advice="Take another copy of it, or run the model again.",
    )
