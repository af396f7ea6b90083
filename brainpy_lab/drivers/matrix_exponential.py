"""The exponential of small matrices by scaling and squaring: one scheme for all drivers.

What is squared is exp(A/2**n) - 1: ``2*E + E@E``. Near the unit matrix exp itself would lose the digits of slow decays.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

Array = Any

#: Terms of Taylor's series for a matrix of norm 1/2: the next one is below 1e-17.
TERMS = 15
#: How often a matrix is halved at most, of a norm of 8 million; the exponential of a larger one is nan.
MOST_HALVINGS = 24


def in_turn(turns: int, change: Callable[[Any, Array], Array], value: Array) -> Array:
    """``value`` after ``change(0, value)``, ``change(1, ...)`` and so on."""
    for turn in range(turns):
        value = change(turn, value)
    return value


def exponential(
    matrix: Array,
    halvings: Array,
    where: Callable[..., Array],
    turns: int = MOST_HALVINGS,
    loop: Callable[..., Array] = in_turn,
    product: Callable[[Array, Array], Array] = operator.matmul,
) -> Array:
    """exp(matrix) - 1, for the matrices in the last two axes of an array of whatever library.

    Parameters
    ----------
    matrix : array (..., n, n)
    halvings : array (..., 1, 1)
        How often each is halved until its norm is below 1/2: the whole part of log2 of its norm, plus 2, and at least
        0.
    where : callable
        The library's choice.
    turns : int
        The largest of ``halvings``, where that is known.
    loop : callable
        Does what `in_turn` does.
    product : callable
        Of matrices.
    """
    small = matrix * 0.5**halvings
    rest = loop(TERMS - 1, lambda turn, rest: (small + product(small, rest)) / (TERMS - 1.0 - turn), small / TERMS)
    rest = loop(turns, lambda turn, rest: where(turn < halvings, 2.0 * rest + product(rest, rest), rest), rest)
    return where(halvings <= MOST_HALVINGS, rest, float("nan"))
