"""The past of a network's cells in its kernel: rings of the last steps, as polynomials, and what is read of them.

A ring (slots, coefficients, cells) is found by its address; step ``i`` stands in slot ``i mod slots``. Cells are padded
to whole blocks, as they are among all values. Of what fractional states remember there is one number a step, and a ring
has the steps of a block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

import numpy as np

from brainpy_lab.codegen.network import NetworkCode, Operation, Recall, Recollect, Remember
from brainpy_lab.drivers.feeds.lags import Lag
from brainpy_lab.drivers.feeds.past import COEFFICIENTS
from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.kernel import Writer

#: Words of a ring: its address, how many slots it has, and how many cells with their padding.
RING = ("past", "slots", "width")


def lags_of(code: NetworkCode) -> tuple[tuple[str, float], ...]:
    """What is read late, by synapse and stage, in the order in which a kernel takes it."""
    return tuple(dict.fromkeys((o.lag, o.node) for o in code.schedule if isinstance(o, Recall)))


#: Words of the weights of the latest steps in a sum over all: their address, how far those of a step are from those of
#: the next one, and those of a cell from those of the next one.
RECENT = ("recent", "stride", "apart")


def sums_of(code: NetworkCode) -> tuple[tuple[str, str], ...]:
    """The sums over the past of fractional states, as (axis, row)."""
    return tuple((o.axis, o.row) for o in code.schedule if isinstance(o, Recollect))


def is_late(operation: Operation) -> TypeGuard[Recall]:
    """Whether it reads values of before, connection by connection."""
    return isinstance(operation, Recall) and bool(operation.synapse)


def past_words(code: NetworkCode) -> tuple[str, ...]:
    """What a kernel takes of all this."""
    rings = (f"k_{word}_{number}" for number in range(len(code.remembered)) for word in RING)
    recent = (f"k_{word}_{number}" for number in range(len(sums_of(code))) for word in RECENT)
    lags = (f"k_{word}_{number}" for number in range(len(lags_of(code))) for word in ("whole", "part"))
    return (*rings, *recent, *lags)


class Pasts:
    """Writes what operations do with the past.

    Parameters
    ----------
    code : NetworkCode
    row : callable
        How far a row is from the first one, ``(axis, row)``.
    address : callable
        The text of the address of the first row, ``(axis, place)``.
    blocks : callable
        Writes the head of a loop over the blocks of an axis.
    """

    def __init__(
        self,
        code: NetworkCode,
        row: Callable[[str, str], int],
        address: Callable[[str, str], str],
        blocks: Callable[[str], None],
    ) -> None:
        self.code, self.row, self.address, self.blocks = code, row, address, blocks

    def write(self, w: Writer, operation: Recall | Remember | Recollect) -> None:
        """The lines of an operation."""
        match operation:
            case Remember():
                self._remember(w, operation)
            case Recollect():
                self._recollect(w, operation)
            case Recall():
                self._recall(w, operation)

    def _begin(self, w: Writer, source: tuple[str, str]) -> int:
        """The number of a ring; how many cells it has with their padding, and where the present step stands."""
        ring = self.code.remembered.index(source)
        w.add(1, f"k_l = k_width_{ring}")
        w.add(1, f"k_u = k_step % k_slots_{ring}")
        return ring

    def _remember(self, w: Writer, operation: Remember) -> None:
        """Put the polynomial of the step into its slot."""
        ring, coefficients = self._begin(w, (operation.axis, operation.row)), COEFFICIENTS if operation.slopes else 1
        self.blocks(operation.axis)
        w.add(2, f"for k_j in range({LANES}):")
        w.add(3, f"k_x = k_u * {coefficients} * k_l + k_b * {LANES} + k_j")
        for power, row in enumerate((operation.start, *operation.slopes)):
            value = f"k_get(k_y, k_o + k_j + {self.row(operation.axis, row)})"
            w.add(3, f"k_put_f8(k_past_{ring}, k_x + {power} * k_l, {'dt * ' if power else ''}{value})")
        for power in range(1 + len(operation.slopes), coefficients):
            w.add(3, f"k_put_f8(k_past_{ring}, k_x + {power} * k_l, 0.0)")

    def _recollect(self, w: Writer, operation: Recollect) -> None:
        """Add what the steps of this block have left, the oldest first."""
        ring, sum_ = self._begin(w, operation.source), sums_of(self.code).index((operation.axis, operation.row))
        self.blocks(operation.axis)
        w.add(2, "for k_q in range(k_u):")
        w.add(3, f"k_v = (k_slots_{ring} - k_u + k_q) * k_stride_{sum_} + k_b * {LANES} * k_apart_{sum_}")
        w.add(3, f"k_x = k_q * k_l + k_b * {LANES}")
        w.add(3, f"for k_j in range({LANES}):")
        w.add(4, f"k_z = k_o + k_j + {self.row(operation.axis, operation.row)}")
        left = f"k_get_f8(k_recent_{sum_}, k_v + k_j * k_apart_{sum_}) * k_get_f8(k_past_{ring}, k_x + k_j)"
        w.add(4, f"k_put(k_y, k_z, k_get(k_y, k_z) + {left})")

    def _recall(self, w: Writer, operation: Recall) -> None:
        """Read values of before, for cells or once a connection."""
        ring, lag = self._begin(w, operation.source), lags_of(self.code).index((operation.lag, operation.node))
        axis, row = operation.axis, self.row(operation.axis, operation.row)
        if axis == operation.source[0]:  # a delay for each cell
            self.blocks(axis)
            w.add(2, f"for k_j in range({LANES}):")
            self._slot(w, 3, ring, lag, f"k_b * {LANES} + k_j")
            self._read(w, 3, ring, f"k_x + k_b * {LANES} + k_j", f"k_o + k_j + {row}")
            return
        if not operation.synapse:
            self._slot(w, 1, ring, lag, "0")
            self.blocks(axis)
            w.add(2, f"for k_j in range({LANES}):")
            self._read(w, 3, ring, f"k_x + k_b * {LANES} + k_j", f"k_o + k_j + {row}")
            return
        table = f"{operation.synapse}_pre"
        w.add(1, f"for k_q in range(k_sources_{table}):")
        w.add(2, f"for k_z in range(k_q * k_delays_{table}, (k_q + 1) * k_delays_{table}):")
        w.add(3, f"for k_g in range(k_get_i8(k_from_{table}, k_z), k_get_i8(k_to_{table}, k_z)):")
        self._slot(w, 4, ring, lag, "k_g")
        self._read(w, 4, ring, "k_x + k_q", f"{self.address(axis, 'k_g')} + {row}")

    def _slot(self, w: Writer, depth: int, ring: int, lag: int, place: str) -> None:
        """Where in the ring the step begins that is read, and the part of it that had passed."""
        w.add(depth, f"k_x = k_u - k_get_i4(k_whole_{lag}, {place})")  # never further back than there are slots
        w.add(depth, f"if k_x < 0:\n    k_x += k_slots_{ring}")
        w.add(depth, f"k_x *= {COEFFICIENTS} * k_l")
        w.add(depth, f"k_r = k_get_f8(k_part_{lag}, {place})")

    def _read(self, w: Writer, depth: int, ring: int, at: str, into: str) -> None:
        c = [f"k_get_f8(k_past_{ring}, {at} + {power} * k_l)" for power in range(COEFFICIENTS)]
        w.add(depth, f"k_put(k_y, {into}, {c[0]} + k_r * ({c[1]} + k_r * ({c[2]} + k_r * {c[3]})))")


def made_ring(past: np.ndarray, step: int) -> np.ndarray:
    """A ring with the steps before ``step``."""
    missing = -past.shape[2] % LANES
    found: np.ndarray = np.roll(np.pad(past, ((0, 0), (0, 0), (0, missing)), mode="edge"), step % len(past), axis=0)
    return np.ascontiguousarray(found)


def ring_words(ring: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Its words, `RING`."""
    return ring, ring.shape[0], ring.shape[2]


def recent_words(weights: np.ndarray) -> tuple[np.ndarray, int, int]:
    """The words of weights, `RECENT`: those that differ between cells are padded to whole blocks."""
    if weights.ndim == 1:
        return np.ascontiguousarray(weights), 1, 0
    whole = np.pad(weights, ((0, 0), (0, -weights.shape[1] % LANES)), mode="edge")
    return np.ascontiguousarray(whole), whole.shape[1], 1


def past_in(ring: np.ndarray, step: int, size: int) -> np.ndarray:
    """The steps before ``step`` in a ring, the last at the end: a copy."""
    return np.roll(ring[:, :, :size], -(step % len(ring)), axis=0)


def lag_arrays(code: NetworkCode, lags: Mapping[tuple[str, float], Lag]) -> list[np.ndarray]:
    """What is read late, as kernels take it."""
    found: list[np.ndarray] = []
    for key in lags_of(code):
        whole, part = (np.atleast_1d(a) for a in (lags[key].whole, lags[key].part))
        missing = (0, -len(whole) % LANES if key[0] not in code.ends else 0)  # cells in whole blocks
        found += [np.pad(whole, missing, mode="edge").astype(np.int32), np.pad(part, missing, mode="edge")]
    return found
