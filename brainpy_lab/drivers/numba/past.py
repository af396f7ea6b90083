"""Histories of delayed states in Numba kernels: the rings of `drivers.feeds.past`, read and written in the loop.

Step code reads a history through ``past(x_past, t)``, where ``x_past`` is a tuple: the ring (slots, coefficients,
lanes), the lane, and the numbers of `Reach`, then t0 and 1/dt. Where delays stay as they are, reads need no checks, and
the tuple is shorter. Where states are whole arrays the number of lanes from that lane on comes after it, and the time
may be an array too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.past import value_at
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.feeds.past import AT_ONCE, COEFFICIENTS, fill, refill
from brainpy_lab.drivers.numba.elements import as_array
from brainpy_lab.drivers.numba.feed import Feed, KernelSupply

#: Numba's type of a history as fixed-step code takes it.
HISTORY = types.Tuple([types.float64[:, :, ::1], types.int64, *[types.float64] * 6])

#: The same where delays stay as they are: the ring, the lane, the first step that is not constant, t0 and 1/dt.
STEADY = types.Tuple([types.float64[:, :, ::1], types.int64, *[types.float64] * 3])

#: Both where states are whole arrays.
ARRAY_HISTORY = types.Tuple([*HISTORY.types[:2], types.int64, *HISTORY.types[2:]])
ARRAY_STEADY = types.Tuple([*STEADY.types[:2], types.int64, *STEADY.types[2:]])

#: The same as adaptive step code takes it: the lane's table of steps, its span, and the state's first column.
STEPS = types.Tuple([types.float64[:, ::1], types.float64[::1], types.int64])

# without nnan and ninf: times outside the ring are read as nan, which must stay what it is
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "arcp"}}


@njit(**_OPTIONS)
def ring_past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``."""
    position = (t - history[6]) * history[7]
    return _value(history, position, math.floor(position + AT_ONCE))


@njit(**_OPTIONS)
def ring_before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, should it jump there."""
    position = (t - history[6]) * history[7]
    return _value(history, position, math.ceil(position - AT_ONCE) - 1.0)


@njit(**_OPTIONS)
def _value(history: Any, position: float, index: float) -> Any:
    ring, lane, first, last, lowest, end, _, _ = history
    # read first and choose afterwards, from a place that is always in the ring: without branches, lanes go side by side
    known = (index >= first) & (position <= end + AT_ONCE)
    nearest = index if index > lowest else lowest
    nearest = nearest if nearest < last else last
    value = _cubic(ring, lane, nearest, position - nearest)
    return value if known else math.nan


@njit(**_OPTIONS)
def _cubic(ring: Any, lane: int, step: float, s: float) -> Any:
    slot = np.uint64(int(step) & (ring.shape[0] - 1))  # unsigned, or each read would look for a negative index
    return ring[slot, 0, lane] + s * (ring[slot, 1, lane] + s * (ring[slot, 2, lane] + s * ring[slot, 3, lane]))


@njit(**_OPTIONS)
def steady_past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``, which the ring is known to hold."""
    ring, lane, lowest, t0, by_dt = history
    position = (t - t0) * by_dt
    index = math.floor(position + AT_ONCE)
    step = index if index > lowest else lowest
    return _cubic(ring, lane, step, position - step)


@njit(**_OPTIONS)
def steady_before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, which the ring is known to hold."""
    ring, lane, lowest, t0, by_dt = history
    position = (t - t0) * by_dt
    index = math.ceil(position - AT_ONCE) - 1.0
    step = index if index > lowest else lowest
    return _cubic(ring, lane, step, position - step)


def _over_elements(read: Any) -> Any:
    """``read`` for a delayed array state, at one time or at a time for each element."""

    @njit(**_OPTIONS)
    def values_at(history: Any, t: Any) -> Any:
        ring, lane, size = history[:3]
        times = as_array(t)
        values = np.empty(max(size, times.size))
        if times.size == 1:
            time = times[0]
            for j in range(size):
                values[j] = read((ring, lane + j, *history[3:]), time)
        else:
            for j in range(times.size):
                values[j] = read((ring, lane + min(j, size - 1), *history[3:]), times[j])
        return values

    return values_at


@njit(error_model="numpy")
def steps_past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``, from the steps of an adaptive run."""
    table, span, column = history
    return _steps_value(table, span, column, t, False)


@njit(error_model="numpy")
def steps_before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, from the steps of an adaptive run."""
    table, span, column = history
    return _steps_value(table, span, column, t, True)


_steps_value = njit(error_model="numpy")(value_at)

#: The functions that read a history, by name in the step code and by how many parts the history has.
LOOKUPS: dict[tuple[str, int], Any] = {
    ("past", len(HISTORY)): ring_past.py_func,
    ("before", len(HISTORY)): ring_before.py_func,
    ("past", len(STEADY)): steady_past.py_func,
    ("before", len(STEADY)): steady_before.py_func,
    ("past", len(ARRAY_HISTORY)): _over_elements(ring_past).py_func,
    ("before", len(ARRAY_HISTORY)): _over_elements(ring_before).py_func,
    ("past", len(ARRAY_STEADY)): _over_elements(steady_past).py_func,
    ("before", len(ARRAY_STEADY)): _over_elements(steady_before).py_func,
    ("past", len(STEPS)): steps_past.py_func,
    ("before", len(STEPS)): steps_before.py_func,
}


def past(history: Any, t: Any) -> float:
    """A delayed state at the time ``t``, in functions that Numba compiles."""
    raise NotImplementedError


def before(history: Any, t: Any) -> float:
    """A delayed state just before the time ``t``, in functions that Numba compiles."""
    raise NotImplementedError


@overload(past)
def _past(history: Any, t: Any) -> Any:
    return LOOKUPS["past", len(history)]


@overload(before)
def _before(history: Any, t: Any) -> Any:
    return LOOKUPS["before", len(history)]


def past_feed(code: StepCode, layout: Layout) -> Feed:
    """Text that hands the histories to the step and stores what it returns of the step's polynomial."""
    rings = [f"k_ring_{i}" for i in range(len(code.delayed))]
    handles, stores = _lines(code, layout, rings)
    return Feed(
        arguments=(
            *((ring, "f8[:, :, ::1]") for ring in rings),
            ("k_window", "f8"),
            ("k_before", "f8"),
            ("k_sweeps", "i8"),
        ),
        begin=("k_by_dt = 1.0 / dt",),
        # the oldest step that may be read: of the ring, or of what is known before the start, be it constant
        step=(
            "k_step = float(k_first + k_i)",
            "k_oldest = k_step - k_window",
            "k_lowest = k_oldest",
            "if k_before == 0.0:",
            "    if k_oldest <= -1.0:",
            "        k_oldest, k_lowest = -np.inf, -1.0",
            "elif k_oldest < -k_before:",
            "    k_oldest, k_lowest = -k_before, -k_before",
            f"k_slot = (k_first + k_i) & ({rings[0]}.shape[0] - 1)",
        ),
        repeat="for k_sweep in range(k_sweeps):" if layout.short_delays else "",
        ready=tuple(handles),
        result=tuple(stores),
    )


def _lines(code: StepCode, layout: Layout, rings: list[str]) -> tuple[list[str], list[str]]:
    """How the step's histories are made, and how its polynomials are stored."""
    single = not (layout.ensemble or layout.mixes)
    lane = "0" if single else "k_b" if layout.mixes else "k_b + k_j"
    # in the first sweep the step's own polynomial is not there yet: reads end at the step before
    sweep = "min(k_sweep, 1)" if layout.short_delays else "0"
    reach = "k_lowest" if layout.steady_delays else f"k_oldest, k_step - 1.0 + {sweep}, k_lowest, k_step + 1.0"
    handles, stores = [], []
    for (name, state), ring in zip(((f.name, f.of) for f in code.arguments.of("history")), rings, strict=True):
        size = f"k_widths[{code.states.index(state)}]"
        lanes = f"{lane}, {size}" if layout.mixes else lane
        handles.append(f"{name} = ({ring}, {lanes}, {reach}, k_t0, k_by_dt)")
        coefficients = [state, *(f"dt * k_new_{i}" for i in code.results.places("polynomial", owner=state))]
        coefficients += ["0.0"] * (COEFFICIENTS - len(coefficients))
        for power, value in enumerate(coefficients):
            if layout.mixes:
                stores.append(f"k_put({ring}[k_slot, {power}, k_b:k_b + {size}], {value})")
            else:
                stores.append(f"{ring}[k_slot, {power}, {lane}] = {value}")
    if not (single or layout.mixes):  # lanes that fill the last block up compute like its last one and store nothing
        stores = ["if k_j < k_m:", *(f"    {line}" for line in stores)]
        handles = [line.replace(lane, "k_b + min(k_j, k_m - 1)") for line in handles]
    return handles, stores


class PastSupply(KernelSupply):
    """The rings of one run."""

    def __init__(self, code: StepCode, layout: Layout, setup: Setup) -> None:
        assert setup.past is not None
        self.code, self.given = code, setup.past
        self.narrow = set(code.delayed) - setup.wide if layout.mixes and setup.cell else set()
        self.shape = (*setup.ensemble, *setup.cell) or (1,) if layout.mixes else (setup.lanes,)
        rings = [fill(self.given, s, setup.states[s], self.shape) for s in code.delayed]
        self.rings = [ring.reshape(*ring.shape[:2], -1) for ring in rings]

    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """The rings, how far back they may be read, steps known before the start (0: constant), and the sweeps."""
        return (*self.rings, float(self.given.window), self.given.known, self.given.sweeps)

    def _of_states(self) -> dict[str, np.ndarray]:
        """The rings by state, with the axes of its values."""
        rings = {s: r.reshape(*r.shape[:2], *self.shape) for s, r in zip(self.code.delayed, self.rings, strict=True)}
        return {s: r[..., :1] if s in self.narrow else r for s, r in rings.items()}

    def state(self, step: int) -> dict[str, np.ndarray]:
        """The rings."""
        return {f"past/{s}": ring.copy() for s, ring in self._of_states().items()}

    def load(self, state: Mapping[str, Any], step: int) -> None:
        """The rings as they are in ``state``."""
        for name, ring in self._of_states().items():
            refill(ring, state[f"past/{name}"], step)
