"""The memory of a fractional run: what steps remembered, and the sums over it that later steps are handed.

On a uniform mesh the sums are convolutions. Within a block of steps the driver's loop adds the latest steps directly;
at the border of two blocks this file adds what is older, by FFT: after n blocks, the last L blocks to the next L, where
L is the largest power of two that divides n. Each pair of steps is met once, and N steps cost O(N log² N). On other
meshes each step's sum is taken directly, O(N²).

E. Hairer, C. Lubich, M. Schlichte, SIAM Journal on Scientific and Statistical Computing 6, 532-541, 1985.
doi:10.1137/0906037
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from brainpy_lab.errors import DriverError
from brainpy_lab.solvers.fractional import FractionalMethod

Array = np.ndarray

#: Steps that the loop adds itself; transforms of a few lanes have a high fixed cost.
SINGLE_BLOCK, LANE_BLOCK = 1024, 128
_LARGEST_PIECE = 1 << 22  # numbers of one transform: ensembles are transformed lane group by lane group


class _Weights:
    """Weights of one order on a uniform mesh, with their transforms, made when first asked for."""

    def __init__(self, method: FractionalMethod, order: float, dt: float, lags: int, window: int | None) -> None:
        self.values = method.weights(order, dt, lags)
        if window is not None:
            self.values[:, window + 1 :] = 0.0
        self.start = method.start_weights(order, dt, 0, lags)
        #: The step's own weights: of the first step of all, and of every other.
        self.own = tuple(method.step_weights(order, dt, is_first) for is_first in (True, False))
        self._recent: dict[int, Array] = {}
        self._transforms: dict[int, Array] = {}

    def padded(self, lags: int) -> Array:
        """Weights (sums, ``lags``) of the lags from 0 on, zero beyond the last."""
        short = lags - self.values.shape[1]
        return self.values[:, :lags] if short <= 0 else np.pad(self.values, ((0, 0), (0, short)))

    def recent(self, block: int) -> Array:
        """Weights (sums, ``block``) of the lags from ``block`` down to 1."""
        if block not in self._recent:
            self._recent[block] = self.padded(block + 1)[:, :0:-1]
        return self._recent[block]

    def transform(self, length: int) -> Array:
        """Transform (sums, ``length`` + 1) of the first ``2*length`` weights."""
        from scipy import fft

        if length not in self._transforms:
            self._transforms[length] = fft.rfft(self.padded(2 * length), axis=1)
        return self._transforms[length]


@lru_cache(maxsize=16)
def _weights(method: FractionalMethod, order: float, dt: float, lags: int, window: int | None) -> _Weights:
    return _Weights(method, order, dt, lags, window)


@dataclass
class SumTables:
    """Weights of all steps: ``rows`` (sums, steps, earlier steps), ``own`` and ``motion`` step by step."""

    times: Array
    lengths: Array
    rows: Array
    own: Array
    motion: Array


class MemorySums:
    """Sums over the past for all fractional states of a run.

    Parameters
    ----------
    method : FractionalMethod
    orders : sequence of float or array
        Order of each fractional state, one for all lanes or one for each.
    free : array (states, sums, steps, ...)
        What the sums hold without memory.
    dt : float
        Step, on a uniform mesh.
    mesh : array (steps + 1,), optional
        Times of the steps, counted from the start, on any other.
    window : int, optional
        Steps that are remembered; by default all.
    starts, slopes : sequence of array
        Where each state started and how it moved then, for runs that continue this one.

    Attributes
    ----------
    remembered : array (states, steps, ...)
        Filled by the driver's loop.
    sums : array (states*sums, steps, ...)
        Of the next block's steps, without what the block itself remembers.
    block : int
        Steps of a block.
    recent : array (states*sums, block) or (states*sums, block, lanes)
        Weights within a block, the oldest first: that of lag k stands at ``block - k``.
    """

    def __init__(
        self,
        method: FractionalMethod,
        orders: Sequence[Array],
        free: Array,
        dt: float,
        *,
        mesh: Array | None = None,
        window: int | None = None,
        starts: Sequence[Array] = (),
        slopes: Sequence[Array] = (),
    ) -> None:
        self.method, self.dt, self.mesh, self.window = method, dt, mesh, window
        self.starts, self.slopes = starts, slopes
        self.states, self.kinds, self.steps = free.shape[:3]
        self.shape = free.shape[3:]
        self.block = LANE_BLOCK if self.shape else SINGLE_BLOCK
        self.orders = [np.broadcast_to(a, self.shape) if np.ndim(a) else np.asarray(a) for a in orders]
        self.sums = np.ascontiguousarray(free.reshape(self.states * self.kinds, self.steps, *self.shape))
        self.remembered = np.zeros((self.states, self.steps, *self.shape))
        self._added = 0  # sums hold all that steps before this one remembered, as far as blocks end there
        self._start_added = False
        self._known_own: tuple[int, Array] = (-1, np.empty(0))
        self._rows: tuple[int, dict[float, tuple[Array, Array]]] = (-1, {})
        if mesh is None:
            recent = [self._of_orders(order, lambda a: self._of_lags(a).recent(self.block)) for order in self.orders]
            self.recent = self._stacked(recent)
            self._has_start = self._of_lags(float(self.orders[0].flat[0])).start is not None
        else:
            self._free = self.sums.copy()

    # --- what loops call ------------------------------------------------------------------------------------------

    def begin(self, step: int) -> int:
        """Make the sums of the steps from ``step`` on; returns for how many steps they are made."""
        if self.mesh is not None:
            self._add_directly(step)
            return 1
        if self._has_start:
            if step == 0:
                return 1  # the first step has weights of its own
            if not self._start_added:
                self._add_start()
        while self._added + self.block <= step:
            self._added += self.block
            self._add_block(self._added)
        return self.block - step % self.block

    def low(self, step: int) -> int:
        """The step from which on the loop adds what was remembered itself."""
        return step if self.mesh is not None else step - step % self.block

    def clock(self, step: int, t0: float) -> tuple[float, int, float]:
        """Time, number of steps since, and length of ``step``: it begins at time + number*length."""
        if self.mesh is None:
            return t0, step, self.dt
        return t0 + self.mesh[step], 0, float(self.mesh[step + 1] - self.mesh[step])

    def own(self, step: int) -> Array:
        """The step's own weights (states*weights, ...), in the order of the step's arguments."""
        kind = step if self.mesh is not None else min(step, 1)
        if self._known_own[0] != kind:
            self._known_own = (kind, self._make_own(step))
        return self._known_own[1]

    def tables(self) -> SumTables:
        """All weights of all steps at once, for runs through which a derivative is taken: O(N²) numbers."""
        n, number = self.steps, np.arange(self.steps)
        rows = np.zeros((self.states * self.kinds, n, n))
        for state, order in enumerate(self.orders):
            own = slice(state * self.kinds, (state + 1) * self.kinds)
            if self.mesh is not None:
                for i in number:
                    rows[own, i, :i] = self._mesh_row(float(order), int(i))[0]
                continue
            lags = number[:, None] - number
            rows[own] = np.where(lags > 0, self._of_lags(float(order)).values[:, np.maximum(lags, 0)], 0.0)
            start = self._of_lags(float(order)).start
            if start is not None:
                rows[own, 1:, 0] += start[:, 1:n]
        clock = [self.clock(int(i), 0.0) for i in number]
        times = np.array([t0 + k * dt for t0, k, dt in clock])
        own_weights = np.stack([self.own(int(i)) for i in ((0, 1) if self.mesh is None else number)])
        own_weights = own_weights[np.minimum(number, 1)] if self.mesh is None else own_weights
        return SumTables(times, np.array([c[2] for c in clock]), rows, own_weights, self.sums)

    def load(self, remembered: Array, step: int) -> None:
        """Go to ``step``, before which ``remembered`` (states, steps, ...) was remembered.

        Raises
        ------
        DriverError
            The sums have been made with what other steps remembered.
        """
        given = np.asarray(remembered)[:, :step]
        made = min(step, max(self._added, int(self._start_added)))
        if not np.array_equal(given[:, :made], self.remembered[:, :made], equal_nan=True):
            raise DriverError(
                "A fractional run that has begun cannot take over what another one remembers.",
                advice="Load the state into a fresh flow.",
            )
        self.remembered[:, :step] = given
        self.remembered[:, step:] = 0.0  # a weight of zero does not hide a nan

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_own(self, step: int) -> Array:
        rows = []
        for order in self.orders:
            rows.append(self._of_orders(order, lambda a: self._own(a, step)))
        return self._stacked(rows)

    def _own(self, order: float, step: int) -> Array:
        if self.mesh is not None:
            return self._mesh_row(order, step)[1]
        own: Array = self._of_lags(order).own[min(step, 1)]
        return own

    def _mesh_row(self, order: float, step: int) -> tuple[Array, Array]:
        if self._rows[0] != step:
            self._rows = (step, {})
        known = self._rows[1]
        if order not in known:
            assert self.mesh is not None
            known[order] = self.method.mesh_row(order, self.mesh[: step + 2])
        return known[order]

    def _of_orders(self, order: Array, of: Callable[[float], Array]) -> Array:
        """``of(order)``, along a last axis of lanes where orders differ between lanes."""
        if order.ndim == 0:
            return np.asarray(of(float(order)))
        values, index = np.unique(order, return_inverse=True)
        table = np.stack([of(float(a)) for a in values], axis=-1)
        return table[..., index.reshape(order.shape)]

    def _stacked(self, rows: Sequence[Array]) -> Array:
        """The states' rows one after the other, with lanes where any has them."""
        most = max(r.ndim for r in rows)
        whole = [r if r.ndim == most else r.reshape(*r.shape, *(1,) * len(self.shape)) for r in rows]
        if len({r.shape[1:] for r in whole}) > 1:
            whole = [np.broadcast_to(r, (*r.shape[: most - len(self.shape)], *self.shape)) for r in whole]
        return np.ascontiguousarray(np.concatenate(whole))

    def _of_lags(self, order: float) -> _Weights:
        return _weights(self.method, order, self.dt, self.lags, self.window)

    @cached_property
    def lags(self) -> int:
        """Lags whose weights are made: as many as the largest transform takes, whatever the number of steps.

        A transform over weights that end earlier would be rounded otherwise, and the sums of a run would depend on how
        long it is to be.
        """
        blocks = -(-self.steps // self.block)
        return int(self.block << max(0, (blocks - 1).bit_length()))

    def _add_block(self, end: int) -> None:
        """Add what the steps before ``end`` remembered to sums after it."""
        if end >= self.steps:
            return
        blocks = end // self.block
        length = (blocks & -blocks) * self.block
        if self.window is not None:
            while length >= 2 * self.block and length // 2 >= self.window:
                length //= 2
        count = min(length, self.steps - end)
        for state in range(self.states):
            self._convolve(state, self.remembered[state, end - length : end], length, count, end)

    def _convolve(self, state: int, values: Array, length: int, count: int, at: int) -> None:
        """Add to ``count`` sums from ``at`` on the convolution of the ``length`` values before."""
        from scipy import fft

        order, first = self.orders[state], state * self.kinds
        if not self.shape:
            spectra = fft.rfft(values, 2 * length) * self._of_lags(float(order)).transform(length)
            added = fft.irfft(spectra, 2 * length)
            self.sums[first : first + self.kinds, at : at + count] += added[:, length : length + count]
            return
        lanes = int(np.prod(self.shape, dtype=int))
        flat = values.reshape(length, lanes)
        target = self.sums[first : first + self.kinds].reshape(self.kinds, self.steps, lanes)
        width = max(1, _LARGEST_PIECE // (2 * length))
        flat_order = order.reshape(-1)
        for low in range(0, lanes, width):
            part = slice(low, min(lanes, low + width))
            spectrum = fft.rfft(flat[:, part], 2 * length, axis=0)
            if order.ndim:
                parts, index = np.unique(flat_order[part], return_inverse=True)
                tables = np.stack([self._of_lags(float(a)).transform(length) for a in parts], axis=-1)[..., index]
            else:
                tables = self._of_lags(float(order)).transform(length)[:, :, None]
            for kind in range(self.kinds):
                added = fft.irfft(spectrum * tables[kind], 2 * length, axis=0)
                target[kind, at : at + count, part] += added[length : length + count]

    def _add_start(self) -> None:
        """Add the part of what step 0 remembered that the convolution does not hold."""
        self._start_added = True
        first = self.remembered[:, 0]
        for state, order in enumerate(self.orders):
            rows = self._of_orders(order, lambda a: self._start_of(a)[:, : self.steps])
            if order.ndim == 0:
                rows = rows.reshape(*rows.shape, *(1,) * len(self.shape))
            low = state * self.kinds
            self.sums[low : low + self.kinds] += rows * first[state]

    def _start_of(self, order: float) -> Array:
        start = self._of_lags(order).start
        assert start is not None
        return start

    def _add_directly(self, step: int) -> None:
        """The sums of one step on a mesh that is not uniform."""
        for state, order in enumerate(self.orders):
            rows = self._of_orders(order, lambda a: self._mesh_row(a, step)[0])
            past = self.remembered[state, :step]
            added = np.einsum("kj...,j...->k...", rows, past) if order.ndim else np.tensordot(rows, past, axes=(1, 0))
            low = state * self.kinds
            self.sums[low : low + self.kinds, step] = self._free[low : low + self.kinds, step] + added
