"""Levy areas of two Wiener processes over a step, from their increments and further draws of the random generator.

The area A = 1/2 (int W1 dW2 - int W2 dW1) over a step of length 1 is a series in the Fourier coefficients X, Y of the
bridges between the ends (Kloeden & Platen 1992, section 5.8), of which ``terms`` are summed::

    A = 1/(2 pi) sum_r 1/r (X1_r (Y2_r - sqrt(2) W2) - X2_r (Y1_r - sqrt(2) W1)) + rest

The rest has the conditional mean and covariance of what was left out, with one normal for each source and each pair.
The error is at most sqrt(m/12)/(pi terms) for m sources, in the mean square and by the best coupling of its
distribution (Mrongowius & Roessler 2022); that of a step of length dt is dt times as large. A method of strong order 1
stays one when it is no larger than dt**1.5, and so when the number of terms grows like 1/sqrt(dt).

J. Mrongowius, A. Roessler, Stochastic Analysis and Applications 40, 397-425, 2022. doi:10.1080/07362994.2021.1922291
M. Wiktorsson, Annals of Applied Probability 11, 470-487, 2001. doi:10.1214/aoap/1015345301
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from brainpy_lab.codegen.draws import HARMONIC, Draw

Array = Any
#: Runs ``body(r, total)`` for r = 1 ... n, beginning with a total; returns the last one.
Repeat = Callable[[int, Callable[[Any, Array], Array], Array], Array]
_MOST = (1 << 32) // HARMONIC - 1  # harmonics that have a stream


def terms_for(dt: float) -> int:
    """How many terms keep the error of areas below dt**1.5, for up to seven sources."""
    return min(_MOST, max(1, math.ceil(0.25 / math.sqrt(dt))))


def rest_of(terms: int) -> float:
    """Sum of 1/r**2 over the terms that are left out."""
    return math.pi**2 / 6 - math.fsum(1 / r**2 for r in range(1, terms + 1))


def in_turn(n: int, body: Callable[[Any, Array], Array], total: Array) -> Array:
    """`Repeat` as a loop."""
    for r in range(1, n + 1):
        total = body(r, total)
    return total


def area(
    draw: Draw,
    first: Array,
    second: Array,
    normals: Callable[[Sequence[Any]], Sequence[Array]],
    terms: int,
    repeat: Repeat = in_turn,
) -> Array:
    """The area of the unit step.

    Parameters
    ----------
    draw : Draw
        The area's.
    first, second : array
        Increments of the two processes.
    normals : callable
        The standard normals of streams, each of the same shape.
    terms : int
        Of the series.
    repeat : Repeat
        How the sum runs over its terms.
    """
    root = math.sqrt(2.0)

    def add(r: Any, total: Array) -> Array:
        x1, y1, x2, y2 = normals([stream + HARMONIC * r for stream in draw.coefficients])
        return total + (x1 * (y2 - root * second) - x2 * (y1 - root * first)) / r

    z, x1, x2 = normals([draw.stream, draw.coefficients[0], draw.coefficients[2]])
    rest = math.sqrt(2.0 * rest_of(terms)) * (z - x1 * second + x2 * first)
    return repeat(terms, add, rest) / (2.0 * math.pi)
