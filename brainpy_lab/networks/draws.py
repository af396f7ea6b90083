"""Random numbers of what a network is built from: each has an address, so that parts give what the whole gives.

They come from the generator of runs (`drivers.feeds.random_draws`), in streams that noise does not use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.drivers.feeds.random_draws import normals, uniforms

#: First streams of rules of connection and of distributions; noise counts its own from 0.
CONNECTIONS, DISTRIBUTIONS = 2**31, 3 * 2**30

#: Pairs of numbers made at once: their words stay in the second-level cache.
_PAIRS = 2**14


@dataclass(frozen=True)
class Draws:
    """The numbers of one seed and stream, addressed by element and number.

    Attributes
    ----------
    seed : int
    stream : int
    """

    seed: int
    stream: int

    def uniform(self, element: int, first: int, n: int) -> np.ndarray:
        """The ``n`` uniform numbers in (0, 1] of an element from number ``first`` on."""
        return self._sequence(element, first, n, is_normal=False)

    def normal(self, element: int, first: int, n: int) -> np.ndarray:
        """The ``n`` standard normal numbers of an element from number ``first`` on."""
        return self._sequence(element, first, n, is_normal=True)

    def _sequence(self, element: int, first: int, n: int, is_normal: bool) -> np.ndarray:
        made = np.empty(((first + n + 1) // 2 - first // 2, 2))
        elements = np.array([element])
        for begin in range(0, len(made), _PAIRS):
            part = made[begin : begin + _PAIRS]
            pairs = np.arange(first // 2 + begin, first // 2 + begin + len(part))
            part[:, 0], part[:, 1] = self._pairs(elements, pairs, is_normal)
        return made.reshape(-1)[first % 2 : first % 2 + n]

    def _pairs(self, elements: np.ndarray, pairs: np.ndarray, is_normal: bool) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(over="ignore"):
            if is_normal:
                return normals(np, elements, self.stream, pairs, self.seed)
            return uniforms(elements, self.stream, pairs, self.seed)

    def uniform_at(self, element: int, numbers: np.ndarray) -> np.ndarray:
        """The uniform numbers in (0, 1] of an element at ``numbers``."""
        even, odd = self._pairs(np.array([element]), numbers // 2, False)
        return np.where(numbers % 2 == 0, even, odd)

    def uniform_rows(self, elements: np.ndarray, first: int, n: int) -> np.ndarray:
        """The ``n`` uniform numbers in (0, 1] of each element from number ``first`` on: (elements, n)."""
        pairs = np.arange(first // 2, (first + n + 1) // 2)
        made = np.empty((len(elements), len(pairs), 2))
        rows = max(1, _PAIRS // max(1, len(pairs)))
        for begin in range(0, len(elements), rows):
            part = slice(begin, begin + rows)
            made[part, :, 0], made[part, :, 1] = self._pairs(elements[part, None], pairs, False)
        return made.reshape(len(elements), -1)[:, first % 2 : first % 2 + n]

    def below(self, limit: int, element: int, first: int, n: int) -> np.ndarray:
        """``n`` whole numbers from 0 to ``limit`` - 1, ``limit`` below 2**52."""
        numbers = np.empty(n, dtype=np.int64)
        for begin in range(0, n, 2 * _PAIRS):
            part = numbers[begin : begin + 2 * _PAIRS]
            part[:] = _below(limit, self.uniform(element, first + begin, len(part)))
        return numbers

    def below_at(self, limit: int | np.ndarray, element: int, numbers: np.ndarray) -> np.ndarray:
        """A whole number from 0 to ``limit`` - 1 for each of ``numbers``; a limit each, or one for all."""
        return _below(limit, self.uniform_at(element, numbers))


def _below(limit: int | np.ndarray, uniform: np.ndarray) -> np.ndarray:
    # 1 - u lies in [0, 1 - 2**-52], so that the product stays below the limit when it is rounded
    return ((1.0 - uniform) * limit).astype(np.int64)
