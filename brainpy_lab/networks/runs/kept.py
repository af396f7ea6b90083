"""Records that stay in memory: all of them as they come, or of means over cells the means alone."""

from __future__ import annotations

import numpy as np

from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.runs.recorded import recorded
from brainpy_lab.networks.runs.rows import Rows

#: Of the rows from which means are formed before the next ones come.
_BYTES = 1 << 22


class Kept:
    """The records of a run in memory.

    Parameters
    ----------
    plan : Plan
    first : int
        Number of the run's first step.
    count : int
        Records of the whole run.

    Attributes
    ----------
    rows : Rows
        What drivers fill: where there are means, a few rows at a time.
    """

    def __init__(self, plan: Plan, first: int, count: int) -> None:
        self.plan, self.first = plan, first
        width = sum(w.width for w in plan.record)
        self.values: dict[tuple[str, str], np.ndarray] = {}
        if not any(w.is_reduced for w in plan.record):
            self.rows = Rows(count, width, plan.every)
            return
        self.values = {(w.key, w.name): np.empty((count, *w.shape)) for w in plan.record}
        self.rows = Rows(count, width, plan.every, max(1, _BYTES // (8 * width)), self._write)

    def _write(self, first: int, rows: np.ndarray) -> None:
        found = recorded(self.plan, rows, self.first + first * self.plan.every)
        for name, values in found.items():
            self.values[name][first : first + len(rows)] = values

    def found(self, done: int) -> dict[tuple[str, str], np.ndarray]:
        """The values of each variable after so many steps, (records, *shape), by key and name."""
        count = done // self.plan.every + 1
        if not self.values:
            return recorded(self.plan, self.rows.array[:count], self.first)
        self.rows.flush(done, at_end=True)
        return {name: values[:count] for name, values in self.values.items()}
