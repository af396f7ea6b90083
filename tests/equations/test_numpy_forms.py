"""Python functions in NumPy's words are read as they compute: at all times, and at the very edges."""

from __future__ import annotations

import functools
import types
from bisect import bisect, bisect_left
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy import searchsorted as place_of

from brainpy_lab.equations import read_text
from brainpy_lab.errors import ModelError
from brainpy_lab.symbolic.compiling import Compiler

EDGES = np.array([1.0, 2.0, 2.5, 4.0])
LEVELS = [0.0, 3.0, -1.0, 2.0, 0.5]
PULSES = [(0.5, 1.5), (3.0, 3.25)]
SPIKES = [0.5, 1.0, 3.0]
SETUP = types.SimpleNamespace(on=1.0, off=2.5, edges=[1.0, 2.5], table={"amp": 2.0})
AMP = 2.0
TIMES = np.unique(np.concatenate([EDGES, np.ravel(PULSES), SPIKES, np.linspace(-0.5, 5.5, 61)]))


def with_names(t, amp=AMP / 2, edges=(1.0, 2.5)):  # type: ignore[no-untyped-def]
    inside = t > edges[0]
    inside &= t <= edges[1]
    outside = ~inside
    return np.where(outside, -1.0, amp)


def by_place(t):  # type: ignore[no-untyped-def]
    i = np.searchsorted(EDGES, t, side="right")
    if i == 0:
        return 7.0
    return LEVELS[min(i - 1, 2)]


def first_pulse(t):  # type: ignore[no-untyped-def]
    for begin, end in PULSES:
        if begin <= t < end:
            return begin
    return 0.0


def all_pulses(t):  # type: ignore[no-untyped-def]
    total = 0.0
    for k, begin in enumerate(SPIKES):
        total += (k + 1.0) * ((t >= begin) & (t < begin + 0.25))
    return total


def pulse(t, start, width=0.25, amp=1.0):  # type: ignore[no-untyped-def]
    return amp if start < t <= start + width else 0.0


class Stimulus:
    def __init__(self) -> None:
        self.on, self.amp = 1.0, 3.0

    def current(self, t):  # type: ignore[no-untyped-def]
        return self.amp if t > self.on else 0.0

    def __call__(self, t):  # type: ignore[no-untyped-def]
        return np.where((t > self.on) | (t < 0), self.amp, 0.0)


def halved(function):  # type: ignore[no-untyped-def]
    @functools.wraps(function)
    def half(t):  # type: ignore[no-untyped-def]
        return 0.5 * function(t)

    return half


def logged(function):  # type: ignore[no-untyped-def]
    @functools.wraps(function)
    def inner(*args, **kwargs):  # type: ignore[no-untyped-def]
        result = function(*args, **kwargs)
        return result

    return inner


@halved
def decorated(t):  # type: ignore[no-untyped-def]
    return 2.0 if t > 1 else 0.0


@logged
def watched(t):  # type: ignore[no-untyped-def]
    return 2.0 if t > 1 else 0.0


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "and": lambda t: np.where((t > 1.0) & (t < 2.5), 1.0, 0.0),
    "or, not": lambda t: np.where(~((t <= 1.0) | (t >= 2.5)), 1.0, 0.0),
    "xor": lambda t: np.where((t > 1.0) ^ (t > 2.5), 1.0, 0.0),
    "product": lambda t: AMP * ((t > 1.0) & (t < 2.5)),
    "astype": lambda t: ((t > 1.0) & (t < 2.5)).astype(float),
    "float": lambda t: float(t > 1.0) + float(t),
    "ufuncs": lambda t: np.where(np.logical_xor(np.greater(t, 1), np.less_equal(t, 2.5)), np.add(t, 1), np.negative(t)),
    "bitwise": lambda t: np.where(np.bitwise_and(t > 1, t < 2) | np.bitwise_or(t < 0, t > 5), 1.0, 0.0),
    "any": lambda t: 1.0 * np.any([t > 4.0, t < 1.0]),
    "all": lambda t: 1.0 * np.all([t < 4.0, t > 1.0]),
    "reduce": lambda t: 1.0 * np.logical_or.reduce([t > 4.0, t < 1.0]),
    "select": lambda t: np.select([t < 1.0, t <= 2.5], [5.0, t], default=-1.0),
    "select, zero": lambda t: np.select([t < 1.0, t < 0.0], [5.0, 6.0]),
    "piecewise": lambda t: np.piecewise(t, [t > 1.0, t > 2.5], [1.0, lambda s: s**2]),
    "piecewise, one": lambda t: np.piecewise(t, t >= 1.0, [lambda u: 2 * u, -1.0]),
    "piecewise, more": lambda t: np.piecewise(t, [t < 1.0, t > 4.0], [1.0, 2.0, np.sin]),
    "searchsorted": lambda t: LEVELS[np.searchsorted(EDGES, t)],
    "searchsorted, right": lambda t: np.array(LEVELS)[np.searchsorted(EDGES, t, side="right")],
    "searchsorted, written out": lambda t: np.array([1.0, 2.0, 3.0])[np.searchsorted([1.0, 2.5], t)],
    "searchsorted, as a number": lambda t: 0.5 * place_of(EDGES, t) - 1,
    "searchsorted, method": lambda t: LEVELS[EDGES.searchsorted(t, side="right")],
    "digitize": lambda t: LEVELS[np.digitize(t, EDGES)],
    "digitize, right": lambda t: LEVELS[np.digitize(t, EDGES, right=True)],
    "bisect": lambda t: LEVELS[bisect(EDGES, t)] + LEVELS[bisect_left(EDGES, t)],
    "place, from the end": lambda t: LEVELS[np.searchsorted(EDGES, t) - 5],
    "place, clipped": lambda t: LEVELS[np.clip(np.searchsorted(EDGES, t), 1, 3)],
    "bracket of a condition": lambda t: [0.0, 1.0][int(1.0 < t < 2.5)],
    "names": with_names,
    "by place": by_place,
    "first pulse": first_pulse,
    "all pulses": all_pulses,
    "any of pulses": lambda t: 1.0 if any(a <= t < b for a, b in PULSES) else 0.0,
    "all but": lambda t: 1.0 if all(abs(t - s) > 0.25 for s in SPIKES if s < 2) else 0.0,
    "sum": lambda t: sum(np.exp(-(t - s)) for s in SPIKES if t >= s),
    "zip": lambda t: sum(a * (t > s) for s, a in zip(SPIKES, LEVELS)),  # noqa: B905
    "range": lambda t: sum(1.0 * (k <= t) for k in range(1, 4)),
    "attributes": lambda t: SETUP.table["amp"] if SETUP.on < t < SETUP.off else 0.0,
    "array of an attribute": lambda t: (0.0, 1.0, 0.0)[np.searchsorted(SETUP.edges, t)],
    "length": lambda t: len(SPIKES) * t + EDGES[-1],
    "slice": lambda t: LEVELS[1:][np.searchsorted(EDGES[1:], t)],
    "partial": functools.partial(pulse, start=1.0),
    "partial, more": functools.partial(functools.partial(pulse, start=1.0, amp=3.0), amp=4.0),
    "default": lambda t, a=AMP: a if t > 1 else 0.0,
    "method": Stimulus().current,
    "object": Stimulus(),
    "decorated": decorated,
    "watched": watched,
    "mod": lambda t: np.where(np.mod(t, 2.0) < 0.5, np.remainder(t, 3.0), 0.0),
    "interp": lambda t: np.interp(t, EDGES, LEVELS[1:]),
    "interp, ends": lambda t: np.interp(t, SETUP.edges, [1.0, 2.0], left=-5.0, right=7.0),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_equation_gives_what_the_function_gives(name: str) -> None:
    function = FUNCTIONS[name]
    system = read_text("dx/dt = f(t)", namespace={"f": function})
    assert all(f.vectorizable for f in system.functions)  # on every driver
    assert system.states[0].drift is not None
    (found,) = Compiler(system).compile([system.states[0].drift])(np.zeros(len(TIMES)), TIMES)
    np.testing.assert_allclose(found, [float(function(t)) for t in TIMES], rtol=1e-14, atol=1e-14)


def test_what_was_taken_from_around_is_listed() -> None:
    system = read_text("dx/dt = f(t)", namespace={"f": FUNCTIONS["attributes"]})
    notes = "\n".join(system.notes)
    for taken in ("SETUP.on", "SETUP.off", "SETUP.table['amp']"):
        assert f"{taken} was written into the function f" in notes


def hidden(function):  # type: ignore[no-untyped-def]
    @functools.wraps(function)
    def changed(*args):  # type: ignore[no-untyped-def]
        return 0.5 * function(*args)

    return changed


@hidden
def behind(t):  # type: ignore[no-untyped-def]
    return 2.0 * t


def left_early(t):  # type: ignore[no-untyped-def]
    total = 0.0
    for s in SPIKES:
        if t < s:
            break
        total += 1.0
    return total


@pytest.mark.parametrize(
    "function",
    [
        behind,  # its decorator changes what it gives
        left_early,
        lambda t: LEVELS[int(t // 2)],  # a place that no condition gives
        lambda t: LEVELS[np.searchsorted(EDGES, t) + 1],  # beyond the end
        lambda t: np.searchsorted(EDGES[::-1], t),
        lambda t: 3 & 1,
        lambda t: np.random.default_rng(0).random(),
        lambda t: np.interp(t, EDGES, EDGES, period=2.0),
    ],
)
def test_what_cannot_be_read_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ModelError):
        read_text("dx/dt = f(t)", namespace={"f": function})
