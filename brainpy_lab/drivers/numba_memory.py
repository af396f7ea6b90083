"""The memory of fractional models in Numba kernels: what a block of steps remembers is summed in the loop itself.

Each sum that the step takes is what `MemorySums` has made of older blocks, plus what this block's own steps add.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Chunk, Layout, Setup
from brainpy_lab.drivers.memory_sums import MemorySums
from brainpy_lab.drivers.numba import NumbaFlow
from brainpy_lab.drivers.numba_feed import Feed, Supply
from brainpy_lab.drivers.numba_kernel import LANES

_DOT = """@njit(nogil=True, error_model='numpy', fastmath={'reassoc', 'contract', 'nsz'})
def k_dot(k_weights, k_k, k_remembered, k_f, k_low, k_count):
    k_sum = 0.0
    for k_j in range(k_count):
        k_sum += k_weights[k_k, k_weights.shape[1] - k_count + k_j] * k_remembered[k_f, k_low + k_j]
    return k_sum

"""
_ADD = """@njit(nogil=True, error_model='numpy', fastmath={'contract'})
def k_add(k_into, k_o, k_weights, k_k, k_remembered, k_f, k_low, k_count, k_b, k_m):
    if k_weights.shape[2] == 1:
        for k_l in range(k_count):
            k_w = k_weights[k_k, k_weights.shape[1] - k_count + k_l, 0]
            for k_j in range(k_m):
                k_into[k_o + k_j] += k_w * k_remembered[k_f, k_low + k_l, k_b + k_j]
    else:
        for k_l in range(k_count):
            k_w = k_weights.shape[1] - k_count + k_l
            for k_j in range(k_m):
                k_into[k_o + k_j] += k_weights[k_k, k_w, k_b + k_j] * k_remembered[k_f, k_low + k_l, k_b + k_j]

"""

_SINGLE_ARGUMENTS = (
    ("k_number", "i8"), ("k_sums", "f8[:, ::1]"), ("k_own", "f8[::1]"), ("k_weights", "f8[:, ::1]"),
    ("k_remembered", "f8[:, ::1]"), ("k_since", "i8"),
)  # fmt: skip
_LANE_ARGUMENTS = (
    ("k_number", "i8"), ("k_sums", "f8[:, :, ::1]"), ("k_own", "f8[:, ::1]"), ("k_weights", "f8[:, :, ::1]"),
    ("k_remembered", "f8[:, :, ::1]"), ("k_since", "i8"),
)  # fmt: skip

#: On a mesh that is not uniform a step's time is not the number of steps times their length.
_CLOCK = ("t = k_t0 + (k_number + k_i) * dt", "k_at = k_first + k_i")


def memory_feed(code: StepCode, layout: Layout, single: bool) -> Feed:
    """Text of the sums, the step's own weights, and what each step remembers; see `MemorySums` for the arguments."""
    from brainpy_lab import solvers

    kinds = len(solvers.get(code.method).sum_names)  # type: ignore[attr-defined]
    n = kinds * len(code.remembered)
    sums, own = code.sums[:n], code.sums[n:]
    first = len(code.states + code.memory + code.flags)  # of the step's results that are remembered
    return _single(sums, own, kinds, first) if single else _lanes(sums, own, kinds, first)


def _single(sums: tuple[str, ...], own: tuple[str, ...], kinds: int, first: int) -> Feed:
    added = [
        f"{name} = k_sums[{i}, k_at] + k_dot(k_weights, {i}, k_remembered, {i // kinds}, k_since, k_at - k_since)"
        for i, name in enumerate(sums)
    ]
    return Feed(
        arguments=_SINGLE_ARGUMENTS,
        header=(_DOT,),
        begin=tuple(f"{name} = k_own[{i}]" for i, name in enumerate(own)),
        before=(*_CLOCK, *added),
        after=tuple(f"k_remembered[{i}, k_at] = k_new_{first + i}" for i in range(len(sums) // kinds)),
    )


def _lanes(sums: tuple[str, ...], own: tuple[str, ...], kinds: int, first: int) -> Feed:
    states = range(len(sums) // kinds)
    gathered = []
    for i in range(len(sums)):
        gathered += [
            "for k_j in range(k_padded):",
            f"    k_past[{i * LANES} + k_j] = k_sums[{i}, k_at, k_b + min(k_j, k_m - 1)]",
            f"k_add(k_past, {i * LANES}, k_weights, {i}, k_remembered, {i // kinds}, k_since, k_at - k_since, k_b,"
            " k_m)",
        ]
    weights = [f"    k_now[{i * LANES} + k_j] = k_own[{i}, k_b + min(k_j, k_m - 1)]" for i in range(len(own))]
    kept = [f"    k_remembered[{i}, k_at, k_b + k_j] = k_kept[{i * LANES} + k_j]" for i in states]
    return Feed(
        arguments=_LANE_ARGUMENTS,
        header=(_ADD,),
        begin=(
            f"k_past = np.empty({len(sums) * LANES})",
            f"k_now = np.empty({len(own) * LANES})",
            f"k_kept = np.empty({len(states) * LANES})",
        ),
        block=("for k_j in range(k_padded):", *weights),
        step=(*_CLOCK, *gathered),
        before=(
            *(f"{name} = k_past[{i * LANES} + k_j]" for i, name in enumerate(sums)),
            *(f"{name} = k_now[{i * LANES} + k_j]" for i, name in enumerate(own)),
        ),
        after=tuple(f"k_kept[{i * LANES} + k_j] = k_new_{first + i}" for i in states),
        end=("for k_j in range(k_m):", *kept),
    )


class MemorySupply(Supply):
    """The arrays of a run's `MemorySums`, with lanes where the kernel has them."""

    def __init__(self, code: StepCode, layout: Layout, setup: Setup) -> None:
        assert setup.sums is not None
        self._sums: MemorySums = setup.sums
        self._t0 = setup.t0
        self._lanes = setup.lanes if layout.ensemble else None
        recent = self._sums.recent if self._sums.mesh is None else np.zeros((len(self._sums.sums), 1, 1))
        if not layout.ensemble:
            recent = recent.reshape(len(recent), -1)
        elif recent.ndim == 2:
            recent = recent[:, :, None]
        self._recent = np.ascontiguousarray(recent)

    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """Sums, weights and memory for the block from step ``first`` on."""
        sums = self._sums
        own = sums.own(first)
        if self._lanes is not None:
            own = np.array(np.broadcast_to(own.reshape(len(own), -1), (len(own), self._lanes)))
        return sums.clock(first, self._t0)[1], sums.sums, own, self._recent, sums.remembered, sums.low(first)


class NumbaMemoryFlow(NumbaFlow):
    """A run of a fractional model, block by block of its memory."""

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Make the sums of each block, then run the kernel over it."""
        sums, every = self.setup.sums, self.setup.every
        assert sums is not None
        end, chunks = self.step + n_steps, []
        while self.step < end:
            first = self.step
            with np.errstate(all="ignore"):
                count = min(end - first, sums.begin(first))
            chunks.append(super().advance(count, rows, row))
            row += self.step // every - first // every
        return Chunk(*(np.concatenate([getattr(c, part) for c in chunks]) for part in ("step", "lane", "kind")))

    def _clock(self, n_steps: int) -> tuple[int, int, float, float]:
        assert self.setup.sums is not None
        t0, _, dt = self.setup.sums.clock(self.step, self.setup.t0)
        return n_steps, self.step, t0, dt
