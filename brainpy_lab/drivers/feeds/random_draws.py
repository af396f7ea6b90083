"""Random numbers that have an address: one counter-based generator, written once for every array library.

The draw of (seed, stream, element, step) is a pure function of these four numbers, so that a path is the same on every
driver, for every chunk length, ensemble size and number of threads, and any part of it can be made again. The generator
is Philox4x32 with seven rounds: the key is the seed; the counter holds element, stream and step//2, since one block of
128 bits makes two normals (Box and Muller), those of an even step and of the odd one after it.

Seven rounds are the fewest that pass BigCrush (Salmon et al. 2011, table 2). Measured on one AVX2 core in blocks of 64
lanes (`benchmarks/random_generators.py`), nanoseconds a normal: Philox4x32-7 and Threefry2x64-13 3.4, Philox4x32-10
3.9, Threefry2x64-20 4.3; the sequential xoshiro256++ 2.6. Logarithm, root, sine and cosine take about 2.2 of these.

J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3. SC'11, 2011.
doi:10.1145/2063384.2063405
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds.levy_areas import area

Array = Any

ROUNDS = 7
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
MASK = 0xFFFFFFFF
_FRACTION = 2.0**-52
# Chebyshev fits of sin(2 pi y)/y and cos(2 pi y) for |y| <= 1/8, in powers of y**2: errors 2e-17 and 5e-17.
SINE = [
    6.283185307179586, -41.341702240399634, 81.60524927594804, -76.70585970427454,
    42.058685020160894, -15.093804209987114, 3.7808689593022957,
]  # fmt: skip
COSINE = [
    1.0, -19.73920880217842, 64.93939402236538, -85.45681709034115,
    60.24462008593029, -26.42425703488269, 7.810290968144191,
]  # fmt: skip


def block(element: Array, stream: int, pair: Array, seed: int) -> tuple[Array, Array, Array, Array]:
    """Four 32-bit words, in uint64 arrays: the Philox block of one counter under one key.

    Parameters
    ----------
    element, pair : int64 array
        Number of the cell (below 2**32) and of the pair of steps.
    stream, seed : int
        Below 2**32 and 2**64.
    """
    element, pair = element.astype("uint64"), pair.astype("uint64")
    return philox(element, element * 0 + stream, pair, seed, lambda product: product >> 32)


def philox(
    element: Array, stream: Array, pair: Array, seed: Array, upper: Callable[[Array], Array]
) -> tuple[Array, Array, Array, Array]:
    """The same of numbers that are whole already; ``upper`` takes the upper half of a product of 64 bits."""
    c0, c1, c2, c3 = element, stream, pair & MASK, pair >> 32
    k0, k1 = seed & MASK, (seed >> 32) & MASK
    for _ in range(ROUNDS):
        p0, p1 = c0 * MULTIPLIERS[0], c2 * MULTIPLIERS[1]
        c0, c1, c2, c3 = upper(p1) ^ c1 ^ k0, p1 & MASK, upper(p0) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + KEY_STEPS[0]) & MASK, (k1 + KEY_STEPS[1]) & MASK
    return c0, c1, c2, c3


def uniforms(element: Array, stream: int, pair: Array, seed: int) -> tuple[Array, Array]:
    """Two uniform numbers in (0, 1] with 52 bits each: those of the even and of the odd step of a pair."""
    c0, c1, c2, c3 = block(element, stream, pair, seed)
    return 1.0 - ((c0 << 20) | (c1 >> 12)) * _FRACTION, 1.0 - ((c2 << 20) | (c3 >> 12)) * _FRACTION


def normals(xp: Any, element: Array, stream: int, pair: Array, seed: int) -> tuple[Array, Array]:
    """Two standard normal numbers: those of the even and of the odd step of a pair.

    Parameters
    ----------
    xp : module
        The arrays' namespace: numpy or jax.numpy.
    element, stream, pair, seed
        As in `block`.
    """
    return from_uniforms(xp, *uniforms(element, stream, pair, seed))


def from_uniforms(xp: Any, first: Array, second: Array) -> tuple[Array, Array]:
    """Two standard normal numbers of two uniform ones in (0, 1] (Box and Muller)."""
    radius = xp.sqrt(-2.0 * xp.log(first))
    turn = 0.5 - second  # of the circle, in [-1/2, 1/2)
    quarter = xp.floor(4.0 * turn + 0.5)
    y = turn - 0.25 * quarter
    z = y * y
    sine, cosine = y * _series(z, SINE), _series(z, COSINE)
    odd = quarter % 2.0 != 0.0
    minus_sine = (quarter == 2.0) | (quarter == -1.0) | (quarter == -2.0)
    minus_cosine = (quarter == 1.0) | (quarter == 2.0) | (quarter == -2.0)
    sine, cosine = xp.where(odd, cosine, sine), xp.where(odd, sine, cosine)
    return radius * xp.where(minus_sine, -sine, sine), radius * xp.where(minus_cosine, -cosine, cosine)


def _series(z: Array, coefficients: Sequence[float]) -> Array:
    """Sum of coefficients[i] * z**i."""
    total = coefficients[-1] * z + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total = total * z + coefficient
    return total


class Path(Protocol):
    """Draws that were made beforehand, for a run to take again."""

    def rows(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        """The draws of ``n`` steps from step ``first`` on, shaped (n, lanes)."""

    def at_step(self, step: int, rest: float) -> Path:
        """The same path where step ``step`` is ``rest`` long and those before it are whole."""


@dataclass(frozen=True)
class Noise:
    """Where a run's random draws come from.

    Attributes
    ----------
    seed : int
    start : int
        Number of the run's first step in the generator: a run that continues another goes on in its streams.
    shape : tuple of int
        Shape of a draw, the elements counted in C order: () for a single cell.
    path : Path, optional
        Draws made beforehand, in place of the generator's.
    narrow : frozenset of str
        Sources that drive states of one number beside array states: of a cell's draws they take the first.
    terms : int
        Of the series of Levy areas.
    """

    seed: int = 0
    start: int = 0
    shape: tuple[int, ...] = ()
    path: Path | None = None
    narrow: frozenset[str] = frozenset()
    terms: int = 1

    def narrow_among(self, draws: Sequence[Draw]) -> tuple[bool, ...]:
        """Of each draw, whether it is narrow."""
        return tuple(draw.source in self.narrow for draw in draws)

    @property
    def lanes(self) -> int:
        """Number of cells."""
        return int(np.prod(self.shape, dtype=int))

    def table(self, draws: Sequence[Draw], first: int, n: int) -> np.ndarray:
        """The draws of ``n`` steps from step ``first`` of the run on: (n, number of draws, *shape)."""
        rows = np.empty((n, len(draws), *self.shape))
        for k, draw in enumerate(draws):
            rows[:, k] = self._rows(draw, self.start + first, n).reshape(n, *self.shape)
        return rows

    def _rows(self, draw: Draw, first: int, n: int) -> np.ndarray:
        if self.path is not None and draw.is_of_path:
            return self.path.rows(draw, first, n, self.lanes)
        return generated(draw, self.seed, first, n, self.lanes, self.terms)


def narrowed(row: Array, narrow: Sequence[bool]) -> list[Array]:
    """The draws of one step (number of draws, *shape) one by one, narrow ones with one number on the last axis."""
    return [row[k][..., :1] if is_narrow else row[k] for k, is_narrow in enumerate(narrow)]


def generated(
    draw: Draw,
    seed: int,
    first: int,
    n: int,
    lanes: int,
    terms: int = 1,
    increments: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """The generator's draws of ``n`` steps from step ``first`` on, shaped (n, lanes).

    Levy areas have ``terms`` terms, and go with the ``increments`` of their processes or those of the generator.
    """
    if draw.kind == "area":

        def normals_of(streams: Sequence[int]) -> list[np.ndarray]:
            return [_stream(stream, False, seed, first, n, lanes) for stream in streams]

        one, other = increments or normals_of([d.stream for d in draw.increments])
        areas: np.ndarray = area(draw, one, other, normals_of, terms)
        return areas
    return _stream(draw.stream, draw.is_uniform, seed, first, n, lanes)


def generated_from(draw: Draw, seed: int, first: np.ndarray, n: int, elements: np.ndarray) -> np.ndarray:
    """The generator's draws of elements that stand at numbers of their own, shaped (elements, n).

    Parameters
    ----------
    draw : Draw
    seed : int
    first : int64 array
        Of each element, the number of its first draw in the stream.
    n : int
    elements : int64 array
        Numbers of the cells.
    """
    numbers, elements = first[:, None] + np.arange(n), elements[:, None]
    with np.errstate(over="ignore"):
        if draw.is_uniform:
            even, odd = uniforms(elements, draw.stream, numbers // 2, seed)
        else:
            even, odd = normals(np, elements, draw.stream, numbers // 2, seed)
    return np.asarray(np.where(numbers % 2 == 0, even, odd))


def _stream(stream: int, is_uniform: bool, seed: int, first: int, n: int, lanes: int) -> np.ndarray:
    pairs = np.arange(first // 2, (first + n + 1) // 2, dtype=np.int64)[:, None]
    elements = np.arange(lanes, dtype=np.int64)[None, :]
    with np.errstate(over="ignore"):
        if is_uniform:
            even, odd = uniforms(elements, stream, pairs, seed)
        else:
            even, odd = normals(np, elements, stream, pairs, seed)
    both = np.stack([even, odd], axis=1).reshape(-1, lanes)
    return both[first % 2 : first % 2 + n]
