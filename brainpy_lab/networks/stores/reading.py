"""A store read back: nothing is in memory before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError, package
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.simulation.runs.record_size import available_bytes, format_bytes
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.described import check_version
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution

if TYPE_CHECKING:
    import xarray


class StoredData(Mapping[str, np.ndarray]):
    """The variables of a part: each is read when it is asked for, and not kept."""

    def __init__(self, group: Any, names: list[str], rows: int, where: str) -> None:
        self.group, self.names, self.rows, self.where = group, names, rows, where

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.names:
            raise KeyError(name)
        array = self.group[name]
        needed, free = 8 * self.rows * int(np.prod(array.shape[1:], dtype=int)), available_bytes()
        if needed > 0.8 * free:
            raise MemoryLimitError(
                f"'{name}' of {self.where} takes {format_bytes(needed)}; {format_bytes(free)} are free.",
                advice="to_xarray() opens it without reading it: sol['E'].to_xarray().V[:1000].",
            )
        return np.asarray(array[: self.rows])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class StoredTrain(EventTrain):
    """Events that are read when they are asked for."""

    def __init__(self, group: Any, name: str, shape: tuple[int, ...], window: tuple[float, float]) -> None:
        self._group, self._name, self.ensemble_shape, self.window = group, name, shape, window
        self._columns = [what for what in ("t", "index", "count") if f"{name}_{what}" in group]

    def __len__(self) -> int:
        return min(int(self._group[f"{self._name}_{what}"].shape[0]) for what in self._columns)

    @cached_property
    def t(self) -> Any:
        """Times."""
        return np.asarray(self._group[f"{self._name}_t"][: len(self)])

    @cached_property
    def index(self) -> Any:
        """Cells."""
        return np.asarray(self._group[f"{self._name}_index"][: len(self)])

    @cached_property
    def multiplicity(self) -> Any:
        """How many spikes each entry stands for; None for groups, which spike once."""
        return np.asarray(self._group[f"{self._name}_count"][: len(self)]) if "count" in self._columns else None


class StoredSolution(Solution):
    """A part of a network whose records are in a store."""

    def to_xarray(self) -> xarray.Dataset:
        """The part as an ``xarray.Dataset`` of the store, of which nothing has been read."""
        import xarray

        found = xarray.open_dataset(self.stats["store"], engine="zarr", group=self.model_name, consolidated=False)
        return found.isel({found.attrs["time"]: slice(len(self.t))})


def opened(path: Path) -> NetworkSolution:
    """The run in a store: one that is still going on, or was killed, as far as it has come.

    Raises
    ------
    ArgumentError
        It holds no run.
    """
    zarr = package("zarr", f"'{path.name}'")
    if not path.is_dir():
        raise ArgumentError(f"There is no store {path}.")
    try:
        root = zarr.open_group(path, mode="r")
        described, rows = dict(root.attrs["brainpy_lab"]), int(root.attrs["rows"])
        check_version(described)
        return _solution(root, path, described, rows)
    except ArgumentError:
        raise
    except Exception as error:  # whatever a damaged store makes the library raise
        message = f"{path} holds no run that can be read ({type(error).__name__}: {error})."
        raise ArgumentError(message, advice="Such stores are written by net.run(..., store='run.zarr').") from error


def _solution(root: Any, path: Path, described: dict[str, Any], rows: int) -> NetworkSolution:
    stats = {"backend": described["backend"], "dt": described["dt"], "wall_time": 0.0, "compile_time": 0.0}
    stats |= {"steps": 0, "end": described["start"], **described.get("stats", {}), "store": str(path)}
    outcome, seed = Outcome(described.get("outcome", "stopped")), int(described["seed"])
    window = (float(described["start"]), float(stats["end"]))
    parts: dict[str, Solution] = {}
    t = np.empty(0)
    for key in described["parts"]:
        group = root[key]
        names = list(group.attrs["variables"])
        t = np.asarray(group[group.attrs["time"]][:rows])
        shape = tuple(described["shapes"][key])
        events = {name: StoredTrain(group, name, tuple(n), window) for name, n in group.attrs["events"].items()}
        data: Any = StoredData(group, names, rows, key)
        parts[key] = StoredSolution(
            t, data, events=dict(events), seed=seed, outcome=outcome, model_name=key, ensemble_shape=shape, stats=stats,
            checkpoint=Checkpoint(window[1], seed=seed, model_name=key, ensemble_shape=shape),
        )  # fmt: skip
    final = {}
    if "final" in root:
        final = {owner: {n: np.asarray(a[...]) for n, a in part.arrays()} for owner, part in root["final"].groups()}
    return NetworkSolution(t, parts, final, seed, outcome, stats, str(described["name"]))
