"""Files of named arrays and one JSON text: NetCDF (through xarray and h5netcdf) and npz; and folders of Zarr.

All formats hold the same, and none is pickle: no code is run. A digest of the text and of all arrays tells, at loading,
a file whose numbers are not those that were saved; a NetCDF file has a seal besides (`simulation/solution/seal.py`),
because its library must not see a damaged one.
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

from brainpy_lab.errors import ArgumentError, package
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

    @property
    def shown(self) -> xarray.Dataset:
        """The Dataset that other programs read."""
        import xarray

        return xarray.Dataset() if self.dataset is None else self.dataset()


#: Names of all arrays that a description tells of, and the types of those that it gives types to.
Keys = Callable[[dict[str, Any]], Iterable[tuple[str, str | None]]]


def write(content: Content, path: Path) -> None:
    """Write a file, or leave the one that stood there as it was."""
    write_format = format_of(path)[0]
    if not path.parent.is_dir():
        raise ArgumentError(f"There is no folder {path.parent}.")
    if path.is_dir() and not is_saved(path):  # the records of a network's run, or what somebody else keeps
        raise ArgumentError(f"{path} is a folder of something else.", advice="Give another name, or remove it first.")
    try:
        with _replacing(path) as temporary:
            write_format(content, temporary)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error}") from error


def read(source: BinaryIO | Path, path: Path, keys: Keys) -> tuple[Content, bool]:
    """What a file, or a folder, holds, and whether it has a digest, which then is right."""
    return format_of(path)[1](source, keys)


def is_folder(path: Path) -> bool:
    """Whether the format of ``path`` is one of folders."""
    return path.suffix.lower() == ".zarr"


def is_saved(folder: Path) -> bool:
    """Whether `write` has written a folder."""
    return is_folder(folder) and (folder / _GROUP).is_dir()


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file or folder beside ``path`` that takes its place when all went well and vanishes when not."""
    if is_folder(path):
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as room:
            new, old = Path(room) / "new.zarr", Path(room) / "old.zarr"
            yield new
            if path.is_dir():
                path.replace(old)
            try:
                new.replace(path)
            except OSError:
                if old.is_dir():
                    old.replace(path)
                raise
        return
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


# --- the formats --------------------------------------------------------------------------------------


def _write_npz(content: Content, path: Path) -> None:
    arrays: dict[str, Any] = content.all_arrays
    text = json.dumps(content.described)
    np.savez(path, **arrays, description=np.array(text), digest=np.array(_digest(text, arrays)))


def _read_npz(source: Any, keys: Keys) -> tuple[Content, bool]:
    with np.load(source, allow_pickle=False) as file:
        digest = str(file["digest"]) if "digest" in file else None
        return _checked(str(file["description"]), digest, lambda key: file[key], keys)


def _write_netcdf(content: Content, path: Path) -> None:
    import xarray

    text = json.dumps(content.described)
    _to_netcdf(content.shown, path)
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
    dataset.to_netcdf(path, engine="h5netcdf", encoding=_as_they_are(dataset), **options)


def _as_they_are(dataset: Any) -> dict[Any, Any]:
    """No number of a dataset stands for a missing one."""
    return {name: {"_FillValue": None} for name in dataset.variables}


def _read_netcdf(source: Any, keys: Keys) -> tuple[Content, bool]:
    import h5py

    if is_broken(source):
        raise _damaged()
    with h5py.File(source, "r") as root:
        return _read_groups(root, keys)


def _write_zarr(content: Content, path: Path) -> None:
    """As Zarr 2: it has words of a fixed length, which diagrams hold; Zarr 3 has none yet."""
    zarr, text, shown = package("zarr", f"'{path.suffix}'"), json.dumps(content.described), content.shown
    shown.to_zarr(path, mode="w", zarr_format=2, encoding=_as_they_are(shown))
    rest = zarr.open_group(path, mode="a", zarr_format=2, use_consolidated=False).create_group(_GROUP)
    for key, array in content.arrays.items():
        values = np.asarray(array)
        chunks: Any = "auto" if values.size else (1,) * values.ndim
        rest.create_array(key.replace("/", "__"), data=values, chunks=chunks)
    rest.attrs.update(description=text, digest=_digest(text, content.all_arrays))


def _read_zarr(folder: Any, keys: Keys) -> tuple[Content, bool]:
    zarr = package("zarr", f"'{folder.suffix}'")
    return _read_groups(zarr.open_group(folder, mode="r", use_consolidated=False), keys)


def _read_groups(root: Any, keys: Keys) -> tuple[Content, bool]:
    """What a NetCDF file or a folder of Zarr holds: records at its root, the rest in a group."""
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


#: Writes to a path; reads an open file, or a folder.
_Format = tuple[Callable[[Content, Path], None], Callable[[Any, Keys], tuple[Content, bool]]]
_FORMATS: dict[str, _Format] = {
    ".nc": (_write_netcdf, _read_netcdf),
    ".npz": (_write_npz, _read_npz),
    ".zarr": (_write_zarr, _read_zarr),
}


def format_of(path: Path) -> _Format:
    """How files of the suffix of ``path`` are written and read."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        message = f"'{path.name}' does not say how it is to be written or read."
        raise ArgumentError(message, advice="End the name in .nc (NetCDF), .npz (NumPy) or .zarr (Zarr).") from None


# --- the digest ----------------------------------------------------------------------------------------


def _digest(text: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Digest of all that a file holds, alike for all formats and byte orders."""
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
