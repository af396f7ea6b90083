"""The memory of fractional models in Numba kernels: what a block of steps remembers is summed in the loop itself.

Each sum that the step takes is what `MemorySums` has made of older blocks, plus what this block's own steps add.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.drivers.numba.feed import LANES, Feed, KernelSupply
from brainpy_lab.drivers.numba.recall import GROUP

_SINGLE_ARGUMENTS = (
    ("k_start", "f8"), ("k_number", "i8"), ("k_length", "f8"), ("k_sums", "f8[:, ::1]"), ("k_own", "f8[::1]"),
    ("k_weights", "f8[:, ::1]"), ("k_remembered", "f8[:, ::1]"), ("k_since", "i8"),
)  # fmt: skip
_LANE_ARGUMENTS = (
    ("k_start", "f8"), ("k_number", "i8"), ("k_length", "f8"), ("k_sums", "f8[:, :, ::1]"), ("k_own", "f8[:, ::1]"),
    ("k_weights", "f8[:, :, ::1]"), ("k_remembered", "f8[:, :, ::1]"), ("k_since", "i8"),
)  # fmt: skip

#: On a mesh that is not uniform a step's time is not the number of steps times their length.
_CLOCK = ("t = k_start + (k_number + k_i) * dt", "k_at = k_first + k_i")
_RECALL = ("from brainpy_lab.drivers.numba.recall import recall_lanes as k_recall\n\n",)


def memory_feed(code: StepCode, layout: Layout) -> Feed:
    """Text of the sums, the step's own weights, and what each step remembers; see `MemorySums` for the arguments."""
    if layout.mixes:
        return _arrays(code)
    return _lanes(code) if layout.ensemble else _single(code)


def _remembered(code: StepCode) -> list[str]:
    """What is remembered of each fractional state, as the kernel calls it."""
    return [f"k_new_{i}" for i in code.results.places("remembered")]


def _of_sums(code: StepCode) -> list[tuple[int, str, int]]:
    """Number and name of each sum, and the number of the state it belongs to among those remembered."""
    states = code.remembered
    return [(i, f.name, states.index(f.of)) for i, f in enumerate(code.arguments.of("sum"))]


def _single(code: StepCode) -> Feed:
    sums, own, remembered = _of_sums(code), code.arguments.of("weight").names, _remembered(code)
    recalled = [
        f"    k_recall(k_near[{i}], k_weights[{i}], k_remembered[{state}], k_since, k_at, k_at - k_place)"
        for i, _, state in sums
    ]
    return Feed(
        arguments=_SINGLE_ARGUMENTS,
        header=("from brainpy_lab.drivers.numba.recall import recall as k_recall, spread as k_spread\n\n",),
        begin=(
            "dt = k_length",
            *(f"{name} = k_own[{i}]" for i, name in enumerate(own)),
            f"k_near = np.empty(({len(sums)}, {GROUP}))",
        ),
        before=(
            *_CLOCK,
            f"k_place = (k_at - k_since) % {GROUP}",
            "if k_place == 0 or k_i == 0:",
            *recalled,
            *(f"{name} = k_sums[{i}, k_at] + k_near[{i}, k_place]" for i, name, _ in sums),
        ),
        after=(
            *(f"k_remembered[{i}, k_at] = {value}" for i, value in enumerate(remembered)),
            *(f"k_spread(k_near[{i}], k_weights[{i}], k_place, {remembered[state]})" for i, _, state in sums),
        ),
    )


def _lanes(code: StepCode) -> Feed:
    sums, own, remembered = _of_sums(code), code.arguments.of("weight").names, _remembered(code)
    states = range(len(remembered))
    gathered = []
    for i, _, state in sums:
        gathered += [
            "for k_j in range(k_padded):",
            f"    k_past[{i * LANES} + k_j] = k_sums[{i}, k_at, k_b + min(k_j, k_m - 1)]",
            f"k_recall(k_past[{i * LANES}:], k_weights[{i}], k_remembered[{state}], k_since, k_at, k_b, k_m)",
        ]
    weights = [f"    k_now[{i * LANES} + k_j] = k_own[{i}, k_b + min(k_j, k_m - 1)]" for i in range(len(own))]
    kept = [f"    k_remembered[{i}, k_at, k_b + k_j] = k_kept[{i * LANES} + k_j]" for i in states]
    return Feed(
        arguments=_LANE_ARGUMENTS,
        header=_RECALL,
        begin=(
            "dt = k_length",
            f"k_past = np.empty({len(sums) * LANES})",
            f"k_now = np.empty({len(own) * LANES})",
            f"k_kept = np.empty({len(states) * LANES})",
        ),
        block=("for k_j in range(k_padded):", *weights),
        step=(*_CLOCK, *gathered),
        before=(
            *(f"{name} = k_past[{i * LANES} + k_j]" for i, name, _ in sums),
            *(f"{name} = k_now[{i * LANES} + k_j]" for i, name in enumerate(own)),
        ),
        after=tuple(f"k_kept[{i * LANES} + k_j] = {value}" for i, value in enumerate(remembered)),
        end=("for k_j in range(k_m):", *kept),
    )


def _arrays(code: StepCode) -> Feed:
    sizes = {state: f"k_widths[{code.states.index(state)}]" for state in code.remembered}
    added = []
    for i, name, state in _of_sums(code):
        size = sizes[code.remembered[state]]
        added += [
            f"{name} = k_sums[{i}, k_at, k_b:k_b + {size}].copy()",
            f"k_recall({name}, k_weights[{i}], k_remembered[{state}], k_since, k_at, k_b, {size})",
        ]
    weights = enumerate(code.arguments.of("weight"))
    return Feed(
        arguments=_LANE_ARGUMENTS,
        header=_RECALL,
        begin=("dt = k_length",),
        block=tuple(f"{field.name} = k_own[{i}, k_b:k_b + {sizes[field.of]}]" for i, field in weights),
        before=(*_CLOCK, *added),
        result=tuple(
            f"k_put(k_remembered[{i}, k_at, k_b:k_b + k_m], {value})" for i, value in enumerate(_remembered(code))
        ),
    )


class MemorySupply(KernelSupply):
    """The arrays of a run's `MemorySums`, with lanes where the kernel has them."""

    def __init__(self, code: StepCode, layout: Layout, setup: Setup) -> None:
        assert setup.sums is not None
        self._sums: MemorySums = setup.sums
        self._t0 = setup.t0
        shape = self._sums.shape if layout.mixes else (setup.lanes,)
        self._lanes = int(np.prod(shape, dtype=int)) if layout.ensemble or layout.mixes else None
        self._weights = self._single_weights() if self._lanes is None else self._lane_weights()

    def _single_weights(self) -> np.ndarray:
        """Weights by lag, from -`GROUP` + 1 on: zero up to lag 0."""
        sums = self._sums
        if sums.mesh is not None:
            return np.zeros((len(sums.sums), 2 * GROUP))
        weights = np.zeros((len(sums.sums), GROUP + sums.block))
        weights[:, GROUP:] = sums.recent[:, ::-1]
        return weights

    def _lane_weights(self) -> np.ndarray:
        """Weights of the block's steps, the oldest first."""
        sums = self._sums
        if sums.mesh is not None:
            return np.zeros((len(sums.sums), 1, 1))
        return np.ascontiguousarray(sums.recent.reshape(*sums.recent.shape[:2], 1 if sums.recent.ndim == 2 else -1))

    def prepare(self, first: int, n: int) -> int:
        """Make the sums of a block of steps."""
        with np.errstate(all="ignore"):
            return min(n, self._sums.begin(first))

    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """Sums, weights and memory for the block from step ``first`` on."""
        sums = self._sums
        own = sums.own(first)
        if self._lanes is not None:
            own = np.array(np.broadcast_to(own.reshape(len(own), -1), (len(own), self._lanes)))
        whole = [sums.sums, sums.remembered]
        if self._lanes is not None:
            whole = [values.reshape(*values.shape[:2], self._lanes) for values in whole]
        return *sums.clock(first, self._t0), whole[0], own, self._weights, whole[1], sums.low(first)

    def state(self, step: int) -> dict[str, Any]:
        """What the steps remembered."""
        return {"sums/remembered": self._sums.remembered[:, :step]}

    def load(self, state: Mapping[str, Any], step: int) -> None:
        """What they remembered before ``step``."""
        self._sums.load(state["sums/remembered"], step)
