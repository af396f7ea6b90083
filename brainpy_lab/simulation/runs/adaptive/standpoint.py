"""Where the lanes of the adaptive loop stand: what a run that is continued needs to take the steps of one that is not.

The end of a run cuts its last step, or stretches it. What is kept is therefore where each lane stood before the first
step that the end could change. A run that continues begins there, and records from the end of the earlier run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.drivers.adaptive.control import CLOCK, SIZE, TIME
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.events import EventTrain

_ROUNDING = 1e-13  # of a time


class DiffersError(Exception):
    """A run is not an earlier one gone on, in its inputs say: it begins where that one ended, with the states there."""


@dataclass(frozen=True)
class Standpoint:
    """Where the lanes stand.

    Attributes
    ----------
    key : str
        Digest of all that decides about steps besides the values of parameters: code, driver, tolerances.
    arrays : mapping of str to array
        ``clock``, ``Y``, ``F``, ``R``, ``G``, ``P`` as in `brainpy_lab.drivers.adaptive.arguments.Cells`, ``H``, ``S``,
        ``B`` as in ``Pasts`` there, and

        - ``begin``: where the first of the runs began that have been continued since,
        - ``counts``: events so far, of each kind in each lane,
        - ``seen``: events behind this point that are reported all the same, up to the end of the run,
        - ``ahead``: rows of the record that some lanes have made ahead of others, at the times ``ahead_t``.
    """

    key: str
    arrays: Mapping[str, np.ndarray]

    @staticmethod
    def of(checkpoint: Checkpoint) -> Standpoint | None:
        """What a checkpoint holds of it, where a run in the adaptive loop has left it."""
        key = checkpoint.numbers.get("loop")
        return Standpoint(key, checkpoint.part("loop")) if isinstance(key, str) else None

    @property
    def times(self) -> np.ndarray:
        """The time of each lane."""
        times: np.ndarray = self.arrays["clock"][:, TIME]
        return times

    @property
    def begin(self) -> float:
        """Where the first of the runs began."""
        return float(self.arrays["begin"][0])

    def fits(self, key: str, lanes: int) -> bool:
        """Whether a run with such a key can go on from here."""
        return self.key == key and self.arrays["clock"].shape == (lanes, CLOCK)

    def check_inputs(self, P: np.ndarray, stops: Iterable[float], t0: float) -> None:
        """Raise DiffersError where the equations of a run are other ones before ``t0``, where the earlier run ended."""
        known_to = max(t0 - _ROUNDING * abs(t0), float(self.times.max()))
        if any(float(self.times.min()) < stop < known_to for stop in stops):
            raise DiffersError
        if not np.array_equal(P, self.arrays["P"]):
            raise DiffersError

    def records_of(self, lane_values: np.ndarray, time: float, is_first: bool) -> np.ndarray:
        """A row of the record that some lanes have passed; the first one holds the states where the earlier run ended.

        Raises
        ------
        DiffersError
            The earlier run did not record at that time.
        """
        place = np.flatnonzero(self.arrays["ahead_t"] == time)
        if place.size:
            row: np.ndarray = self.arrays["ahead"][:, place[0]]
            return row
        if not is_first:
            raise DiffersError
        return lane_values

    def with_seen(self, found: Found, number: int, earlier: Standpoint | None, t0: float) -> Standpoint:
        """Told the events found since the first ``number``, in a run that went on from another standpoint, at ``t0``.

        A lane that has not left the other standpoint has those still ahead that were reported before.
        """
        behind = found.counts_after(number, self.arrays["seen"])
        if earlier is not None:
            _, left = found.without_seen(earlier, t0)
            behind += np.where(self.times == earlier.times, left, 0)
        return replace(self, arrays={**self.arrays, "seen": behind})


@dataclass
class Found:
    """Events that a run has found, in the order in which each lane found them."""

    t: np.ndarray
    lane: np.ndarray
    kind: np.ndarray

    def without_seen(self, earlier: Standpoint, t0: float) -> tuple[Found, np.ndarray]:
        """Those that the earlier run, which ended at ``t0``, has not reported; and what it reported and is not found.

        A step that the end cut finds an event an error of the method earlier or later than the whole step: which events
        are reported already is told by their number, up to the length of such a step behind the end.
        """
        left = earlier.arrays["seen"].copy()
        is_new = np.ones(len(self.t), dtype=bool)
        if left.any():
            late = t0 + earlier.arrays["clock"][:, SIZE]
            for i in np.flatnonzero(self.t <= late[self.lane]).tolist():
                place = self.kind[i], self.lane[i]
                if left[place] > 0:
                    left[place] -= 1
                    is_new[i] = False
        return Found(self.t[is_new], self.lane[is_new], self.kind[is_new]), left

    def counts_after(self, number: int, table: np.ndarray) -> np.ndarray:
        """How many come after the first ``number``, added to a table of kinds and lanes."""
        table = table.copy()
        np.add.at(table, (self.kind[number:], self.lane[number:]), 1)
        return table

    def trains(self, names: Sequence[str], shape: tuple[int, ...]) -> dict[str, EventTrain]:
        """By name, sorted by time."""
        return {
            name: EventTrain.of_found(self.t[self.kind == k], self.lane[self.kind == k], shape)
            for k, name in enumerate(names)
        }
