"""What a run of a network gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.source import View
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record


@dataclass(repr=False, eq=False)
class NetworkSolution:
    """Records and spikes of a run, by part of the network.

    Attributes
    ----------
    t : array (n_times,)
        Recorded times; ``t[0]`` is the start.
    parts : dict of Record
        ``sol["E"].V`` (n_times, cells), ``sol["E"].events["spike"]``; keys are those of ``record``, and each group.
    final : dict of dict of arrays
        Values at the end, by group or synapse and variable.
    seed : int
    outcome : Outcome
    stats : dict
        steps, dt, backend, wall_time and compile_time in seconds; how a run ended that ended early.
    """

    t: np.ndarray
    parts: dict[str, Record]
    final: dict[str, dict[str, np.ndarray]]
    seed: int = 0
    outcome: Outcome = Outcome.COMPLETED
    stats: dict[str, Any] = field(default_factory=dict)
    name: str = "Network"

    def __getitem__(self, key: Any) -> Record:
        text = key.text if isinstance(key, View) else key if isinstance(key, str) else getattr(key, "name", str(key))
        if text in self.parts:
            return self.parts[text]
        raise ArgumentError(
            f"There is no '{text}' in this solution.",
            advice=did_you_mean(text, self.parts) or f"It has: {', '.join(self.parts)}.",
        )

    def __contains__(self, key: object) -> bool:
        return key in self.parts

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __repr__(self) -> str:
        spikes = ", ".join(
            f"{name} {len(train):,}"
            for name, part in self.parts.items() if "[" not in name
            for train in part.events.values()
        )  # fmt: skip
        end = self.stats.get("end", self.t[-1] if len(self.t) else 0.0)
        return f"Solution of {self.name} to {end:g}: spikes {spikes or 'none'}; {self.outcome.value}."


def by_part(values: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
    """Copies of values by part and name."""
    return {part: {n: np.array(v) for n, v in named.items()} for part, named in values.items()}
