"""Random numbers that step code asks for by an address: a call of its text, a connection, and which event there.

The functions of step code are ``rand_at(seed, call, place, number)`` and ``randn_at(...)``. Their arguments are floats,
as all values of a step are: exact up to 2**53. Here they are whole numbers with a sign, which every library has, and
the bits are those of `random_draws`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.random_draws import MASK, block, from_uniforms, philox

Array = Any
#: From whole numbers to floats of 64 bits.
Real = Callable[[Array], Array]

#: The stream from which synapses have their seeds; beside those of noise, sources and connections.
_SEEDS = 2**30
#: Elements of it for seeds of blocks; those of noise lie so far behind.
NOISE = 2**31
_FRACTION = 2.0**-52


def seed_of(seed: int, stream: int) -> float:
    """The seed of the random numbers of synapses with a ``stream`` of their own: 52 bits, so that a float holds it."""
    high, low, _, _ = block(np.array([stream]), _SEEDS, np.array([0]), seed)
    return float(((high << 20) | (low >> 12))[0])


def uniform(real: Real, seed: Array, call: int, place: Array, number: Array) -> Array:
    """A uniform number in (0, 1] for each of the whole numbers ``place`` and ``number``."""
    return _uniforms(real, seed, call, place, number)[0]


def normal(xp: Any, real: Real, seed: Array, call: int, place: Array, number: Array) -> Array:
    """A standard normal number for each; ``xp`` has the functions of the arrays."""
    return from_uniforms(xp, *_uniforms(real, seed, call, place, number))[0]


def _uniforms(real: Real, seed: Array, call: int, place: Array, number: Array) -> tuple[Array, Array]:
    c0, c1, c2, c3 = philox(place, place * 0 + call, number, seed, lambda product: (product >> 32) & MASK)
    return 1.0 - real((c0 << 20) | (c1 >> 12)) * _FRACTION, 1.0 - real((c2 << 20) | (c3 >> 12)) * _FRACTION
