"""A store that takes the records and spikes of a run while it goes, so that memory holds a part of them at a time.

Each part of the network is a group of the store, which xarray opens as a Dataset: variables over ``time`` and cells,
and events as ``spike_t``, ``spike_index`` and, of sources, ``spike_count``. Variables have their full length from the
start, and what has not been written yet reads as nan: so a run that is killed leaves a store that can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, package
from brainpy_lab.simulation.solution.described import FORMAT, plain

#: Bytes of records, and number of spikes, that are written at once.
_BYTES, SPIKES = 1 << 22, 1 << 17


class Store:
    """A store that is being written.

    Parameters
    ----------
    path : Path
        A folder that is not there yet.
    t : array (n_times,)
        The times of all records.
    shapes : mapping of str to mapping of str to tuple of int
        Of each part the variables, and the shape of each at one time.
    events : mapping of str to mapping of str to tuple of int
        Of each group the events, and the shape of their cells.
    sources : set of str
        Groups whose entries of events may stand for several.
    described : mapping
        Name, seed, dt, window of the run.

    Raises
    ------
    ArgumentError
        There is something of that name; or zarr is not installed.
    """

    def __init__(
        self,
        path: Path,
        t: np.ndarray,
        shapes: Mapping[str, Mapping[str, tuple[int, ...]]],
        events: Mapping[str, Mapping[str, tuple[int, ...]]],
        sources: Set[str],
        described: Mapping[str, Any],
    ) -> None:
        zarr = package("zarr", f"store='{path.name}'")
        check_path(path)
        self.path, self.count, self.time = path, len(t), _time_name(shapes)
        width = sum(int(np.prod(shape, dtype=int)) for named in shapes.values() for shape in named.values())
        self.rows = max(1, min(len(t), _BYTES // (8 * max(1, width))))
        self.root = zarr.open_group(path, mode="w-")
        self.root.attrs.update(brainpy_lab={"format": FORMAT, "parts": list(shapes), **described}, rows=0)
        self.arrays: dict[tuple[str, str], Any] = {}
        self.timed: list[Any] = []
        for key, named in shapes.items():
            group = self.root.create_group(key)
            group.attrs.update(variables=list(named), time=self.time, events=dict(events.get(key, {})))
            times = group.create_array(self.time, data=t, chunks=(max(1, len(t)),), dimension_names=(self.time,))
            self.timed.append(times)
            for name, shape in named.items():
                array = group.create_array(
                    name, shape=(len(t), *shape), chunks=(self.rows, *(max(1, n) for n in shape)), dtype="f8",
                    fill_value=np.nan, dimension_names=(self.time, *cell_axes(shape)),
                )  # fmt: skip
                self.arrays[key, name] = array
                self.timed.append(array)
            for name in events.get(key, {}):
                for what in ("t", "index", "count") if key in sources else ("t", "index"):
                    self.arrays[key, f"{name}_{what}"] = group.create_array(
                        f"{name}_{what}",
                        shape=(0,),
                        chunks=(SPIKES,),
                        dtype="f8" if what == "t" else "i8",
                        dimension_names=(name,),
                    )

    def write(self, first: int, n: int, values: Mapping[tuple[str, str], np.ndarray]) -> None:
        """Take ``n`` records from number ``first`` on."""
        for place, rows in values.items():
            self.arrays[place][first : first + n] = rows
        self.root.attrs["rows"] = first + n

    def write_spikes(self, group: str, event: str, **columns: np.ndarray) -> None:
        """Take more spikes, which are later than those before: their ``t``, ``index`` and, of sources, ``count``."""
        for what, values in columns.items():
            if len(values):
                self.arrays[group, f"{event}_{what}"].append(values)

    def finish(self, count: int, final: Mapping[str, Mapping[str, np.ndarray]], described: Mapping[str, Any]) -> None:
        """Cut what a run that ended early has not written, and keep where it has ended."""
        for array in self.timed if count < self.count else ():
            array.resize((count, *array.shape[1:]))
        ends = self.root.create_group("final")
        for owner, named in final.items():
            part = ends.create_group(owner)
            for name, value in named.items():
                value = np.asarray(value)
                part.create_array(name, data=value, dimension_names=cell_axes(value.shape))
        known = dict(self.root.attrs["brainpy_lab"])
        self.root.attrs.update(brainpy_lab=known | {key: plain(value) for key, value in described.items()}, rows=count)


def check_path(path: Path) -> None:
    """Refuse a name that is taken, or that stands in no folder."""
    if path.suffix != ".zarr":
        raise ArgumentError(f"store: '{path.name}' does not end in .zarr.", advice="store='run.zarr'")
    if not path.parent.is_dir():
        raise ArgumentError(f"store: there is no folder {path.parent}.")
    if path.exists():
        raise ArgumentError(f"store: {path} is there already.", advice="Give another name, or remove it first.")


def cell_axes(shape: Sequence[int]) -> tuple[str, ...]:
    """Names of the axes of cells, those of `Solution.to_xarray`."""
    return ("cell",) if len(shape) == 1 else tuple(f"ensemble_{i}" for i in range(len(shape)))


def _time_name(shapes: Mapping[str, Mapping[str, Any]]) -> str:
    taken = {name for named in shapes.values() for name in named}
    return next(name for name in ("time", "t", "run_time") if name not in taken)
