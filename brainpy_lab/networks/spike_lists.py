"""Lists of spikes as users have them: arrays, the events of a run, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.csv_files import read_csv
from brainpy_lab.simulation.solution.events import EventTrain

_LISTS = "Of a list for each cell: times=np.concatenate(lists), index=np.repeat(range(len(lists)), [*map(len, lists)])."
#: What the times and the cells may be called in a file.
_TIMES, _CELLS = ("times", "t", "time"), ("index", "i", "cell")


def spike_list(owner: str, times: Any, index: Any) -> tuple[np.ndarray, np.ndarray, tuple[int, ...] | None]:
    """Times and cells by time, then cell; and the shape of the cells, where ``times`` says it.

    Raises
    ------
    ArgumentError
    """
    shape = None
    if isinstance(times, str | PathLike | EventTrain):
        if index is not None:
            raise ArgumentError(f"{owner}: index comes with the times of {_shown(times)}; give it no other.")
        if isinstance(times, EventTrain):
            shape = tuple(times.ensemble_shape) or (1,)
            each = times.one_by_one()
            times, index = each.t, each.index
        else:
            times, index = _of_file(owner, Path(times))
    t, cells = _checked(owner, times, index)
    order = np.lexsort((cells, t))
    t, cells = t[order], cells[order]
    t.flags.writeable = cells.flags.writeable = False
    return t, cells, shape


def _shown(times: Any) -> str:
    return "these events" if isinstance(times, EventTrain) else str(times)


def _checked(owner: str, times: Any, index: Any) -> tuple[np.ndarray, np.ndarray]:
    t = np.atleast_1d(_numbers(owner, times))
    if t.ndim > 1:
        raise ArgumentError(f"{owner}: times are one list; got the shape {t.shape}.", advice=_LISTS)
    cells = np.zeros(t.shape, np.int64) if index is None else np.atleast_1d(np.asarray(index))
    if cells.shape != t.shape:
        raise ArgumentError(f"{owner}: there is one cell for each time; got {t.size:,} times and {cells.size:,} cells.")
    if cells.size and cells.dtype.kind not in "iu":
        raise ArgumentError(f"{owner}: index is made of whole numbers.")
    if not np.isfinite(t).all():
        raise ArgumentError(f"{owner}: a time is not finite.")
    return t, cells.astype(np.int64)


def _numbers(owner: str, times: Any) -> np.ndarray:
    """Times as an array of numbers; NumPy would read nan from None, numbers from text and truth values."""
    try:
        given = np.asarray(times)
    except ValueError:  # lists of several lengths
        raise ArgumentError(f"{owner}: times are one list; got {times!r:.60}.", advice=_LISTS) from None
    are_numbers = given.dtype.kind in "fiu" or all(isinstance(v, Real) and not isinstance(v, bool) for v in given.flat)
    if not are_numbers:
        advice = _LISTS if isinstance(times, Mapping) else "An array of numbers, the events of a run, or a file's name."
        raise ArgumentError(f"{owner}: times are numbers; got {times!r:.60}.", advice=advice)
    return np.asarray(given, dtype=float)


def _of_file(owner: str, path: Path) -> tuple[Any, Any]:
    """Times and cells of a file."""
    readers: dict[str, Any] = {".npz": _of_npz, ".csv": _of_csv}
    if path.suffix.lower() not in readers:
        raise ArgumentError(f"{owner}: {path.name} is no file that it reads.", advice="It reads .npz and .csv.")
    if not path.is_file():
        raise ArgumentError(f"{owner}: there is no file {path}.")
    try:
        columns = readers[path.suffix.lower()](path)
    except Exception as error:  # whatever a file of another kind makes the libraries raise
        raise ArgumentError(f"{owner}: {path.name} cannot be read: {error}") from error
    return _column(owner, path, columns, _TIMES), _column(owner, path, columns, _CELLS)


def _of_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name in (*_TIMES, *_CELLS)}


def _of_csv(path: Path) -> dict[str, np.ndarray]:
    frame = read_csv(path, skipinitialspace=True)
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _column(owner: str, path: Path, columns: dict[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    for name in names:
        if name in columns:
            return columns[name]
    raise ArgumentError(
        f"{owner}: {path.name} has no '{names[0]}'.",
        advice=f"It has: {', '.join(columns) or 'none of the names looked for'}. Times are called "
        f"{' or '.join(_TIMES)}, cells {' or '.join(_CELLS)}.",
    )
