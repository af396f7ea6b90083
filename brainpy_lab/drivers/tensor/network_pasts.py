"""The past of a network's cells on whole arrays: rings of the last steps, as polynomials, and what is read of them."""

from __future__ import annotations

import numpy as np

from brainpy_lab.codegen.network import Recall, Recollect, Remember
from brainpy_lab.drivers.tensor.network_arrays import Array, NetworkArrays
from brainpy_lab.drivers.tensor.network_values import NetworkValues


def pasts_of(past: np.ndarray, step: int, arrays: NetworkArrays) -> Array:
    """A ring with the steps before ``step``; each stands in the slot of its number."""
    return arrays.floats(np.roll(past, step % len(past), axis=0))


class RecallValues:
    """Values of before."""

    def __init__(self, operation: Recall, values: NetworkValues, ring: Array) -> None:
        setup, arrays = values.setup, values.arrays
        self.values, self.ring, self.axis, self.row = values, ring, operation.axis, operation.row
        lag = setup.lags[operation.lag, operation.node]
        self.cells: Array | None = None
        if lag.whole.ndim:
            cells = setup.pre[operation.synapse] if operation.synapse else np.arange(lag.whole.size)
            self.cells = arrays.numbers(cells)
            self.whole: Array = arrays.numbers(lag.whole)
            self.part: Array = arrays.floats(lag.part)
        else:
            self.whole, self.part = int(lag.whole), float(lag.part)

    def __call__(self) -> None:
        """Read them."""
        ring, s = self.ring, self.part
        slot = (self.values.step - self.whole) % len(ring)
        pick = self.values.arrays.at
        c = [ring[slot, k] if self.cells is None else pick(ring, (slot, k, self.cells)) for k in range(ring.shape[1])]
        self.values.rows[self.axis][self.row] = c[0] + s * (c[1] + s * (c[2] + s * c[3]))


class RememberSteps:
    """The polynomial of a state over the step that has been taken."""

    def __init__(self, operation: Remember, values: NetworkValues, ring: Array) -> None:
        self.operation, self.values, self.ring = operation, values, ring

    def __call__(self) -> None:
        """Put it into the ring."""
        rows, ring = self.values.rows[self.operation.axis], self.ring
        slot, dt = self.values.step % len(ring), self.values.setup.dt
        ring[slot, 0] = rows[self.operation.start]
        for power, slope in enumerate(self.operation.slopes, 1):
            ring[slot, power] = dt * rows[slope]
        ring[slot, 1 + len(self.operation.slopes) :] = 0.0


class AddLatest:
    """What the latest steps have left, in a sum over all of them."""

    def __init__(self, operation: Recollect, values: NetworkValues, ring: Array) -> None:
        weights = values.setup.recent[operation.axis, operation.row]
        self.values, self.ring, self.axis, self.row = values, ring, operation.axis, operation.row
        self.weights = values.arrays.floats(weights if weights.ndim > 1 else weights[:, None])

    def __call__(self) -> None:
        """Add the steps of this block."""
        ring, rows = self.ring, self.values.rows[self.axis]
        count = self.values.step % len(ring)
        if count:
            rows[self.row] = rows[self.row] + (self.weights[len(ring) - count :] * ring[:count, 0]).sum(0)
