"""Steps of a run that end where the last good one does: before a value is nan or infinite, in cells or synapses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from brainpy_lab.drivers.network import NetworkChunk, NetworkFlow
from brainpy_lab.networks.runs.failures.watch import Place, Watch
from brainpy_lab.networks.runs.plan import Plan

#: Numbers of a run up to which each chunk keeps those that it begins with, to go back to the last good step.
_MARKED = 1 << 20


class Steps:
    """Takes the steps of a run.

    Attributes
    ----------
    within : int
        Among how many steps the one is that failed, the last ones that were taken; 0 where it is the next one.
    is_at_last_good : bool
        Whether a run that fails stands at the end of its last good step.
    """

    def __init__(self, plan: Plan, flow: NetworkFlow) -> None:
        self.plan, self.flow, self.watch = plan, flow, Watch(plan, flow)
        numbers = sum(flow.setup.sizes[axis.name] * len(axis.rows) for axis in plan.code.axes)
        self._is_large = numbers > _MARKED  # it would take too long to keep what each chunk begins with
        self.is_at_last_good = flow.leaves_failed_step or not self._is_large
        self.within = 0

    def take(self, n: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Take ``n`` steps, fewer where one fails; records go into ``rows`` from ``row`` on."""
        back = None if self._is_large else self.flow.mark()
        chunk = self.flow.advance(n, rows, row)
        wrong = self.watch.of_synapses()
        if chunk.fault is None and wrong is None:
            return chunk
        if back is None:
            return chunk if chunk.fault is not None else self._somewhere(chunk, wrong)
        good, found = self._last_good(back, chunk)
        self._again(back, good, rows, row)
        return _cut(chunk, self.flow.step, good, found)

    def _somewhere(self, chunk: NetworkChunk, wrong: Place | None) -> NetworkChunk:
        """The chunk of a large network in which a value of a synapse has become no number: it stands at the end."""
        self.within, self.is_at_last_good = chunk.taken, False
        return replace(chunk, fault=wrong)

    def _last_good(self, back: Callable[[], None], chunk: NetworkChunk) -> tuple[int, Place | None]:
        """How many steps are good, and what is wrong in the next one."""
        found, low, high = chunk.fault, 0, chunk.taken
        self._again(back, high)
        wrong = self.watch.of_all()
        if wrong is None:  # the step that the driver tells is the first that failed
            return high, found
        while high - low > 1:
            middle = (low + high) // 2
            self._again(back, middle)
            here = self.watch.of_all()
            if here is None:
                low = middle
            else:
                high, wrong = middle, here
        return low, wrong

    def _again(self, back: Callable[[], None], n: int, rows: np.ndarray | None = None, row: int = 0) -> None:
        """Take ``n`` steps once more, without records unless there are ``rows`` for them."""
        back()
        if not n:
            return
        if rows is None:
            width = sum(len(r.index) for r in self.flow.setup.record)
            rows = np.empty((n // self.flow.setup.every + 1, width))
        self.flow.advance(n, rows, row)


def _cut(chunk: NetworkChunk, step: int, taken: int, fault: Place | None) -> NetworkChunk:
    """What a chunk gave up to a step, after ``taken`` of its steps."""
    until = chunk.step <= step
    return NetworkChunk(taken, chunk.step[until], chunk.event[until], chunk.cell[until], fault)
