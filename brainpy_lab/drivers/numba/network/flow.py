"""A run of a network on the Numba driver: its values in blocks, and the kernel called until a chunk is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import Advance, Emit, Fire, NetworkCode, Take
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.network import Event, NetworkChunk, NetworkFlow, NetworkProgram, NetworkSetup
from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.network.addresses import KeptAddresses, addresses
from brainpy_lab.drivers.numba.network.arguments import (
    ENDED,
    FAULT,
    FAULT_PLACE,
    FAULT_ROW,
    FOUND_SPIKES,
    FULL,
    SPIKES,
    TAKEN,
    alarms_of,
    indices_of,
    tables_of,
)
from brainpy_lab.drivers.numba.network.draws import native_rows
from brainpy_lab.drivers.numba.network.kernel import network_kernel
from brainpy_lab.drivers.numba.network.pasts import lag_arrays, made_ring, past_in, recent_words, ring_words, sums_of
from brainpy_lab.drivers.numba.network.poisson import native_spikes
from brainpy_lab.drivers.numba.network.threads import Threads, bounds, cuts
from brainpy_lab.drivers.numba.network.turns import Turns
from brainpy_lab.drivers.numba.program import compiled_module, release_with
from brainpy_lab.errors import DriverError

#: Spikes for which a chunk has room besides those of one step.
_ROOM = 1 << 16
#: Addresses are 32-bit numbers.
_MOST = 2**31


class NumbaNetwork(NetworkProgram):
    """The compiled kernel of a network."""

    def __init__(self, code: NetworkCode) -> None:
        self.code = code
        step = StepCode(code.text, code.name, "network", code.backend, (), edited=code.edited)
        module = compiled_module(network_kernel(code), step)
        release_with(self, module)
        self.run: Any = module.run
        self.sites: Callable[..., list[int]] = module.k_sites_of
        self.addresses = KeptAddresses()

    def try_functions(self) -> None:
        """All is compiled: there is nothing left to try."""

    def start(self, setup: NetworkSetup) -> NumbaNetworkFlow:
        """Begin a run."""
        return NumbaNetworkFlow(self, setup)


class NumbaNetworkFlow(NetworkFlow):
    """A run of a network with Numba."""

    def __init__(self, program: NumbaNetwork, setup: NetworkSetup) -> None:
        self.code, self.setup, self.run, self.sites = program.code, setup, program.run, program.sites
        code = self.code
        self.step = setup.first
        self.number = {a.name: i for i, a in enumerate(code.axes)}
        self.size = np.array([setup.sizes[a.name] for a in code.axes], np.int64)
        self.blocks = -(-self.size // LANES)
        lengths = [int(b) * len(a.rows) * LANES for a, b in zip(code.axes, self.blocks, strict=True)]
        self.base = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if self.base[-1] >= _MOST:
            raise DriverError(
                f"The values of this network's cells and connections are {int(self.base[-1]):,}; the driver 'numba' "
                f"counts to {_MOST:,}.",
                advice="Run a smaller network, or keep fewer values a connection: net.explain() says where they are.",
            )
        self.y = aligned(int(self.base[-1]))
        for axis in code.axes:
            for row in axis.rows:
                self._fill(axis.name, row, setup.rows[axis.name][row])
        self.p = np.array([setup.scalars[s] for s in code.scalars], dtype=float)
        self.pasts = {key: made_ring(past, self.step) for key, past in setup.pasts.items()}
        self.recent = [word for sum_ in sums_of(code) for word in recent_words(setup.recent[sum_])]
        self.indices = [*lag_arrays(code, setup.lags), *self._indices(program.addresses)]
        fires = [setup.sizes[o.axis] for o in code.schedule if isinstance(o, Fire)]
        room = _ROOM + sum(fires)
        count = int(min(setup.threads, max([1, *self.blocks])))  # each has a block of cells
        self.threads = Threads(count, sum(fires))
        self.turns = Turns.of(code, setup)
        self.shares = self._shares(count) + (self._shares(1) if count > 1 else [])
        self.share_words = [_words(*share) for share in self.shares]
        self.events = [np.empty(room, np.int64) for _ in range(3)]
        self.position = np.zeros(len(code.events), np.int64)
        self.rings = [self._ring(e) for e in code.events]
        parts = [self._addresses(r.axis, r.row, r.index) for r in setup.record]
        self.record = np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)
        self.marked: list[np.ndarray] = []

    # --- places ------------------------------------------------------------------------------------------------------

    def _view(self, axis: str, row: str) -> np.ndarray:
        """A row with its padding, (blocks, 64)."""
        number = self.number[axis]
        rows = self.code.axes[number].rows
        whole = self.y[self.base[number] : self.base[number + 1]].reshape(-1, len(rows), LANES)
        return whole[:, rows.index(row)]

    def _fill(self, axis: str, row: str, values: np.ndarray) -> None:
        """Set a row; the last value is repeated behind it, to whole blocks."""
        view, n = self._view(axis, row), self.setup.sizes[axis]
        if not values.ndim or not n:
            view[:] = values if not values.ndim else 0.0
            return
        given, whole = np.broadcast_to(values, n), n // LANES
        view[:whole] = given[: whole * LANES].reshape(whole, LANES)
        view[whole:] = given[-1]
        if n % LANES:
            view[whole, : n % LANES] = given[whole * LANES :]

    def _addresses(self, axis: str, row: str, index: np.ndarray) -> np.ndarray:
        """Where values stand in ``y``."""
        number = self.number[axis]
        rows = self.code.axes[number].rows
        return addresses(int(self.base[number]) + rows.index(row) * LANES, len(rows), np.asarray(index, dtype=np.int64))

    def _indices(self, kept: KeptAddresses) -> list[np.ndarray]:
        """The cells of each connection, or the addresses of their values."""
        setup, found = self.setup, []
        for syn, what in indices_of(self.code):
            cells = setup.post[syn]
            if what.startswith("pre"):  # read at spikes of the other side, in the order of its table
                others = setup.tables[syn, "post"].others
                cells = setup.pre[syn] if others is None else others
            if what.endswith("_at"):
                ends = self.code.ends[syn]
                number = self.number[ends.pre if what.startswith("pre") else ends.post]
                cells = kept.of((syn, what), int(self.base[number]), len(self.code.axes[number].rows), cells)
            found.append(_plain(cells, np.int32))
        return found

    def _shares(self, count: int) -> list[list[Any]]:
        """For each of so many threads the words of cells and tables, for what it owns."""
        shares: list[list[Any]] = [[] for _ in range(count)]
        for n in self.size:
            for share, owned in zip(shares, bounds(int(n), count), strict=True):
                share += owned
        for syn, side in tables_of(self.code):
            table, size = self.setup.tables[syn, side], self.setup.targets[syn]
            start = _plain(table.start, np.int64)
            sources = (len(start) - 1) // table.delays
            order = np.empty(0, np.int32) if table.order is None else _plain(table.order, np.int32)
            rows, cells = [(start[:-1], start[1:])] * count, [(0, sources)] * count
            if side == "pre":
                rows = cuts(start, self.setup.post[syn], size, count)
            else:
                cells = bounds(size, count)
            for share, row, served in zip(shares, rows, cells, strict=True):
                share += [*row, table.first, table.delays, order, sources, *served]
        for share in shares:
            share += self.turns.words()
        return shares

    # --- spikes on their way -----------------------------------------------------------------------------------------

    def _ring(self, event: Event) -> list[np.ndarray]:
        """Cells, and for each of the last steps the place and number of its spikes."""
        depth = self.setup.depth(self.code, event)
        size = self.setup.sizes.get(event[0], 0)
        return [np.zeros(_ROOM + size, np.int32), np.zeros(depth, np.int64), np.zeros(depth, np.int64)]

    def _ring_words(self, number: int) -> tuple[Any, ...]:
        cells, start, count = self.rings[number]
        fires = any(isinstance(o, Fire) and (o.axis, o.event) == self.code.events[number] for o in self.code.schedule)
        most = self.setup.sizes[self.code.events[number][0]] if fires else 0
        waits = np.ones(-(-most // LANES), np.int64)  # nothing is known of values that may have come from elsewhere
        return cells, start, count, len(cells), len(start), most, waits

    def _enlarge(self, number: int, more: int) -> None:
        """Room for ``more`` spikes of an event, those that are on their way kept."""
        event = self.code.events[number]
        spikes = self.queue(event)
        cells = self.rings[number][0]
        self.rings[number][0] = np.zeros(2 * (len(cells) + more), np.int32)
        self.load_queue(event, spikes)

    def queue(self, event: Event) -> dict[int, np.ndarray]:
        """Spikes that may still arrive."""
        cells, start, count = self.rings[self.code.events.index(event)]
        found: dict[int, np.ndarray] = {}
        for step in range(max(0, self.step - len(start)), self.step):
            slot = step % len(start)
            places = (start[slot] + np.arange(count[slot])) % len(cells)
            found[step] = cells[places].astype(np.int64)
        return found

    def load_queue(self, event: Event, spikes: Mapping[int, np.ndarray]) -> None:
        """Take up such spikes of a run before."""
        number = self.code.events.index(event)
        cells, start, count = self.rings[number]
        total = sum(len(s) for s in spikes.values())
        if total > len(cells):
            cells = self.rings[number][0] = np.zeros(2 * total, np.int32)
        place = 0
        start[:], count[:] = 0, 0
        for step in sorted(spikes):
            if step < self.step - len(start):
                continue
            slot, some = step % len(start), spikes[step]
            cells[place : place + len(some)] = some
            start[slot], count[slot] = place, len(some)
            place += len(some)
        for step in range(self.step - len(start), self.step):  # steps that are not known have their place before all
            if step not in spikes:
                start[step % len(start)] = 0
        self.position[number] = place

    def mark(self) -> Callable[[], None]:
        """What brings the run back to where it stands, as often as it is called, until the next mark."""
        step, pasts = self.step, list(self.pasts)
        arrays = [self.y, self.position, *self.pasts.values(), *(array for ring in self.rings for array in ring)]
        if [a.shape for a in self.marked] != [a.shape for a in arrays]:
            self.marked = [np.empty_like(a) for a in arrays]
        for kept, array in zip(self.marked, arrays, strict=True):  # new room for all of it would take longer
            kept[...] = array

        def back() -> None:
            y, position, *others = self.marked
            self.y[:], self.position[:], self.step = y, position, step
            copies = [array.copy() for array in others]
            self.pasts = dict(zip(pasts, copies, strict=False))
            rings = copies[len(pasts) :]
            self.rings = [rings[i : i + 3] for i in range(0, len(rings), 3)]

        return back

    def past(self, group: str, state: str) -> np.ndarray:
        """The last steps of a state that is read later."""
        return past_in(self.pasts[group, state], self.step, self.setup.sizes[group])

    # --- steps -------------------------------------------------------------------------------------------------------

    def advance(self, n_steps: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Run the kernel, again where it had to make room for spikes."""
        setup, code = self.setup, self.code
        first = self.step
        drive = np.ascontiguousarray(setup.drive(first, n_steps))
        emits = [o.axis for o in code.schedule if isinstance(o, Emit)]
        sources = {axis: native_spikes(setup.sources[axis])(first, n_steps) for axis in emits}
        taken_in = [self._padded_steps(o, first, n_steps) for o in code.schedule if isinstance(o, Take)]
        found: list[tuple[np.ndarray, ...]] = []
        fault = None
        while self.step < first + n_steps and fault is None:
            taken = self.step - first
            out = self._run(
                n_steps - taken,
                drive[taken:],
                {a: (o[taken:], c) for a, (o, c) in sources.items()},
                [_plain(table[taken:], float) for table in taken_in],
                rows,
                row,
            )
            count = int(out[SPIKES])
            found.append(tuple(e[:count].copy() for e in self.events))
            row += self._records(self.step, int(out[TAKEN]))
            self.step += int(out[TAKEN])
            if out[FAULT] >= 0:
                fault = self._fault(out)
            elif out[FULL] and out[TAKEN] == 0:
                self._make_room(sources, self.step - first)
        step, event, cell = self._joined(found)
        if sources:
            step, event, cell = self._with_sources(sources, first, step, event, cell)
        return NetworkChunk(self.step - first, step, event, cell, fault)

    def _padded_steps(self, operation: Take, first: int, n: int) -> np.ndarray:
        """What comes from outside in ``n`` steps, with the last place repeated to whole blocks."""
        values = native_rows(self.setup.taken[operation.axis, operation.row], first, n)
        missing = int(self.blocks[self.number[operation.axis]]) * LANES - values.shape[1]
        return np.pad(values, ((0, 0), (0, missing)), mode="edge")

    @staticmethod
    def _joined(found: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        """Steps, events and cells of all runs of the kernel: mostly there is one."""
        if len(found) == 1:
            return found[0]
        none = (np.empty(0, np.int64),) * 3
        return tuple(np.concatenate(parts) for parts in zip(none, *found, strict=True))

    def _records(self, step: int, n: int) -> int:
        """Records in ``n`` steps after ``step``."""
        setup = self.setup
        return (step + n - setup.first) // setup.every - (step - setup.first) // setup.every

    def _run(
        self,
        n: int,
        drive: np.ndarray,
        sources: Mapping[str, tuple[np.ndarray, np.ndarray]],
        taken_in: list[np.ndarray],
        rows: np.ndarray,
        row: int,
    ) -> np.ndarray:
        setup, threads = self.setup, self.threads
        out = np.full(7, -1, np.int64)
        out[[TAKEN, SPIKES, FULL, ENDED]] = 0
        threads.notes[:, :FOUND_SPIKES] = 0
        left = setup.every - (self.step - setup.first) % setup.every
        rings = [word for number in range(len(self.rings)) for word in self._ring_words(number)]
        emitted = [_plain(a, np.int64) for pair in sources.values() for a in pair]
        takes = [word for table in taken_in for word in (table, table.shape[1])]
        pasts = [part for key in self.code.remembered for part in ring_words(self.pasts[key])]
        given = (
            *rings, *emitted, *takes, *pasts, *self.recent, *self.indices,
            out, self.position, *self.events, len(self.events[0]),
        )  # fmt: skip
        front = _words(*given)
        words = [np.concatenate([front, _words(*threads.words(n)), w]) for n, w in enumerate(self.share_words)]
        whole, base = words[-1].tolist(), self.base.tolist()
        sites = [np.array(self.sites(own.tolist(), whole, base), np.int64) for own in words]

        def run(number: int) -> None:
            p = self.p.copy() if number else self.p  # what moves in time stands there, and threads may be a step apart
            self.run(
                n, self.step, setup.t0, setup.dt, self.y, p, drive.ctypes.data, setup.every, left, row,
                self.record.ctypes.data, len(self.record), rows.ctypes.data, rows.shape[1], words[number].ctypes.data,
                sites[number].ctypes.data,
            )  # fmt: skip

        threads.run([partial(run, number) for number in range(threads.count)], out)
        return out

    def _make_room(self, sources: Mapping[str, tuple[np.ndarray, np.ndarray]], taken: int) -> None:
        """The next step finds no room for its spikes in some ring: enlarge those."""
        for number, (axis, _) in enumerate(self.code.events):
            more = self.setup.sizes.get(axis, 0)
            if axis in sources:
                offsets = sources[axis][0]
                more = int(offsets[taken + 1] - offsets[taken])
            cells, start, _ = self.rings[number]
            oldest = start[(self.step + 1) % len(start)]
            if self.position[number] + more - oldest > len(cells):
                self._enlarge(number, more)

    def _fault(self, out: np.ndarray) -> tuple[str, str, int]:
        operation = self.code.schedule[int(out[FAULT])]
        assert isinstance(operation, Advance | Fire)
        axis = self.code.axis(operation.axis)
        row = int(out[FAULT_ROW])
        name = axis.rows[row] if row >= 0 else alarms_of(self.code)[-1 - row]
        return axis.name, name, int(out[FAULT_PLACE])

    def _with_sources(
        self, sources: Mapping[str, tuple[np.ndarray, np.ndarray]], first: int, *spikes: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """Spikes with those of the sources, as far as the run has come."""
        parts = [spikes]
        for axis, (offsets, cells) in sources.items():
            n = self.step - first
            own = cells[: offsets[n]]
            steps = first + 1 + np.repeat(np.arange(n), np.diff(offsets[: n + 1]))
            parts.append((steps, np.full(len(own), self.code.events.index((axis, "spike"))), own))
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def values(self, axis: str, row: str) -> np.ndarray:
        """A row of an axis."""
        return self._view(axis, row).reshape(-1)[: self.setup.sizes[axis]].copy()

    def is_finite(self, axis: str, row: str) -> bool:
        """Whether all values of a row are numbers."""
        if math.isfinite(self._view(axis, row).sum()):
            return True
        return bool(np.isfinite(self.values(axis, row)).all())  # the sum may be too large, or what stands behind them

    def scale(self, axis: str, row: str, factor: float) -> None:
        """Multiply a row of an axis."""
        self._view(axis, row)[:] *= factor


def aligned(length: int) -> np.ndarray:
    """Zeros that begin where a line of the cache does: no vector of them stands in two lines."""
    whole = np.zeros(length + 8)
    first = -whole.ctypes.data % 64 // 8
    return whole[first : first + length]


def _plain(array: np.ndarray, kind: type) -> np.ndarray:
    """An array as kernels take it: contiguous, and not marked as one that must not be written."""
    found: np.ndarray = np.ascontiguousarray(array, kind)
    return found if found.flags.writeable else found.copy()


def _words(*given: Any) -> np.ndarray:
    """Numbers, and the addresses of arrays."""
    return np.array([g.ctypes.data if isinstance(g, np.ndarray) else g for g in given], np.int64)
