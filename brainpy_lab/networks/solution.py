"""What a run of a network gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ByName, in_words, package
from brainpy_lab.networks.runs.spikes import DrawnTrain
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.report import table
from brainpy_lab.simulation.solution.solution import Solution

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Spikes of a source that are drawn for a picture of everything.
_MOST_DRAWN = 1e6


@dataclass(repr=False, eq=False)
class NetworkSolution:
    """Records and spikes of a run, by part of the network.

    Attributes
    ----------
    t : array (n_times,)
        Recorded times; ``t[0]`` is the start.
    parts : dict of Solution
        ``sol["E"].V`` (n_times, *shape of the group), ``sol["E"].events["spike"]``, ``sol["E"].to_xarray()``; keys are
        those of ``record``, and each group.
    final : dict of dict of arrays
        Values at the end, by group or synapse and variable.
    seed : int
    outcome : Outcome
    stats : dict
        steps, dt, backend, wall_time and compile_time in seconds; how a run ended that ended early.
    name : str
    ensemble_shape : tuple of int
        Shape of the ensemble; ``()`` is a single run.
    members : tuple of NetworkSolution
        Of an ensemble, the runs one by one, in C order.
    """

    t: np.ndarray
    parts: dict[str, Solution]
    final: dict[str, dict[str, np.ndarray]]
    seed: int = 0
    outcome: Outcome = Outcome.COMPLETED
    stats: dict[str, Any] = field(default_factory=dict)
    name: str = "Network"
    ensemble_shape: tuple[int, ...] = ()
    members: tuple[NetworkSolution, ...] = ()

    def __post_init__(self) -> None:
        of = f"of {self.name}"
        self.stats = ByName(self.stats, "entry", "in stats")
        self.parts = ByName(self.parts, "part", of)
        self.final = ByName(
            {key: ByName(values, "variable", f"of {key}") for key, values in self.final.items()}, "part", of
        )

    def __getitem__(self, key: Any) -> Solution:
        return self.parts[_text_of(key)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "parts" not in self.__dict__:
            raise AttributeError(name)
        if name in self.parts:
            hint = f"It is a part: sol['{name}']."
        elif name in ("event", "events", "spike", "spikes"):
            known = [f"sol['{key}'].events['{e}']" for key, part in self.parts.items() for e in part.events]
            hint = f"Events stand with each group: {', '.join(known) or 'no group has any'}."
        else:
            hint = f"Parts are sol['name']: {', '.join(self.parts)}."
        raise AttributeError(f"The solution of {self.name} has no '{name}'. {hint}")

    def __contains__(self, key: object) -> bool:
        return _text_of(key) in self.parts

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def trains(self) -> dict[str, EventTrain]:
        """Spikes by group; events of a group that has several as ``E.burst``."""
        found = {
            key if len(part.events) == 1 else f"{key}.{name}": train
            for key, part in self.parts.items()
            for name, train in part.events.items()
        }
        return ByName(found, "train of spikes", f"of {self.name}")

    def plot(self, *groups: str) -> Figure:
        """The spikes of all groups, or of those named, above each other.

        Sources with more than a million spikes are shown where they are named.

        Courses of what was recorded: ``sol["E"].plot("V")``.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself in a notebook; ``.savefig(path)`` writes a file.
        """
        from brainpy_lab.simulation.solution.plot import plot_trains

        wanted = [self[name] for name in groups]
        trains = self.trains()
        if groups:
            trains = {name: train for name, train in trains.items() if self[name.partition(".")[0]] in wanted}
            return plot_trains(self.name, trains)
        left = [n for n, train in trains.items() if isinstance(train, DrawnTrain) and train.expected > _MOST_DRAWN]
        title = self.name if not left else f"{self.name}, without {', '.join(left)}"
        return plot_trains(title, {name: train for name, train in trains.items() if name not in left})

    def to_neo(self) -> Any:
        """The run as a ``neo.Block`` with a segment for each part; see `Solution.to_neo`."""
        neo = package("neo", "to_neo")
        block = neo.Block(name=self.name)
        for key, part in self.parts.items():
            segment = part.to_neo()
            segment.name = key
            block.segments.append(segment)
        return block

    @in_words("save")
    def save(self, path: str | Path) -> Path:
        """Write the run to ``path``: NetCDF (``.nc``), NumPy (``.npz``) or Zarr (``.zarr``). ``bp.load`` reads all.

        Spikes that are drawn when they are read are written as numbers. An error leaves a file that stood there as it
        was.

        Raises
        ------
        ArgumentError
            The suffix says neither form; there is no such folder.
        """
        from brainpy_lab.networks.saving import content_of
        from brainpy_lab.simulation.solution.files import format_of, write

        path = Path(path)
        format_of(path)
        write(content_of(self), path)
        return path

    def __repr__(self) -> str:
        spikes = ", ".join(f"{name} {_size(train)}" for name, train in self.trains().items())
        return f"Solution of {self.name} to {self.end:g}: spikes {spikes or 'none'}; {self._ending()}"

    @property
    def end(self) -> float:
        """The time reached."""
        return float(self.stats.get("end", self.t[-1] if len(self.t) else 0.0))

    def _ending(self) -> str:
        return " ".join((f"{self.outcome.value.replace('_', ' ')}.", str(self.stats.get("ended", "")))).strip()

    def _repr_html_(self) -> str:
        start = float(self.t[0]) if len(self.t) else 0.0
        rows = [("time", f"{start:g} to {self.end:g}")]
        rows += [(n, f"events: {_size(train)}, cells: {train.n_cells:,}") for n, train in self.trains().items()]
        recorded = [f"{key}: {', '.join(part)}" for key, part in self.parts.items() if part.data]
        rows += [("recorded", text) for text in recorded or ["nothing but spikes"]]
        rows.append(("outcome", self._ending()))
        rows.append(("method", f"{self.stats.get('backend')}, dt {self.stats.get('dt'):g}, seed {self.seed}"))
        rows.append(("wall time", f"{self.stats['wall_time']:.3g} s, {self.stats['compile_time']:.3g} s to compile"))
        return f"<div><strong>Solution of {escape(self.name)}</strong>{table(rows)}</div>"


def _size(train: EventTrain) -> str:
    return train.size_in_words if isinstance(train, DrawnTrain) else f"{train.count():,}"


def _text_of(key: object) -> str:
    """What a part is called: a group, a view or synapses stand for their names."""
    return key if isinstance(key, str) else str(getattr(key, "name", key))
