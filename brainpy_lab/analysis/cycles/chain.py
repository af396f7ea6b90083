"""Linear systems of a chain: each link joins a block of unknowns with the next one.

x_1 - T x_0 = g, x_2 - T' x_1 = g', and so on. Neighbouring links are joined by eliminating the block between them, all
pairs at once, until one link is left between the two ends. Short ones are inserted in each other; after that,
eliminating by orthogonal matrices keeps errors small where the links stretch some directions and shrink others by large
factors.

Reference: S. J. Wright (1992). Stable parallel algorithms for two-point boundary value problems. SIAM J. Sci. Stat.
Comput. 13, 742-764. doi:10.1137/0913044
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.vector_field import Array

#: Links are joined by inserting one in the other as long as no entry of the product is larger than this: rounding
#: errors grow no more.
GROWTH = 1e4


@dataclass(frozen=True)
class Inserted:
    """Pairs of links x' = T x + g that were joined by inserting one in the other."""

    first: Array  # (n_pairs, n, n)
    second: Array  # (n_pairs, n, n)

    @property
    def pairs(self) -> int:
        """How many there are."""
        return len(self.first)

    def down(self, both: Array) -> tuple[Array, Array]:
        """From the right sides of pairs: what is kept for the block between, and that of the new link."""
        n = self.first.shape[-1]
        return both[:, :n], both[:, n:] + self.second @ both[:, :n]

    def between(self, kept: Array | None, left: Array, right: Array) -> Array:
        """The blocks between their two neighbours."""
        result: Array = self.first @ left
        return result if kept is None else result + kept


@dataclass(frozen=True)
class Turned:
    """Pairs of links that were joined by an orthogonal matrix."""

    turn: Array  # (n_pairs, 2n, 2n): takes the right sides of a pair to those of the block between and of the new link
    inverse: Array  # (n_pairs, n, n)
    left: Array  # (n_pairs, n, n)
    right: Array  # (n_pairs, n, n)

    @property
    def pairs(self) -> int:
        """How many there are."""
        return len(self.left)

    def down(self, both: Array) -> tuple[Array, Array]:
        """From the right sides of pairs: what is kept for the block between, and that of the new link."""
        n = self.left.shape[-1]
        turned = self.turn @ both
        return turned[:, :n], turned[:, n:]

    def between(self, kept: Array | None, left: Array, right: Array) -> Array:
        """The blocks between their two neighbours."""
        rest: Array = -self.left @ left - self.right @ right
        result: Array = self.inverse @ (rest if kept is None else rest + kept)
        return result


class Chain:
    """A chain of links x_{i+1} - T_i x_i = g_i, i from 0 to L - 1.

    Parameters
    ----------
    ahead : ndarray, shape (L, n, n)
        The T_i.
    """

    def __init__(self, ahead: Array) -> None:
        self.levels: list[Inserted | Turned] = []
        self.n = ahead.shape[-1]
        while len(ahead) > 1:
            first, second, rest = _pairs(ahead)
            joined = second @ first
            if not np.abs(joined).max() < GROWTH:
                break
            self.levels.append(Inserted(first, second))
            ahead = np.concatenate([joined, rest])
        a, b = -ahead, np.broadcast_to(np.eye(self.n), ahead.shape)
        while len(a) > 1:
            a, b = self._turned(a, b)
        #: The one link that is left: first x_0 + last x_L = what `reduce` gives.
        self.first, self.last = a[0], b[0]

    def _turned(self, a: Array, b: Array) -> tuple[Array, Array]:
        """The links A x + B x' = g that are left of twice as many."""
        n = self.n
        (a_first, a_second, a_rest), (b_first, b_second, b_rest) = _pairs(a), _pairs(b)
        q, r = np.linalg.qr(np.concatenate([b_first, a_second], axis=1), mode="complete")
        turn = np.swapaxes(q, 1, 2)
        from_left, from_right = turn[:, :, :n] @ a_first, turn[:, :, n:] @ b_second
        self.levels.append(Turned(turn, np.linalg.inv(r[:, :n]), from_left[:, :n], from_right[:, :n]))
        return np.concatenate([from_left[:, n:], a_rest]), np.concatenate([from_right[:, n:], b_rest])

    def reduce(self, g: Array) -> tuple[Array, list[Array]]:
        """From right sides ``g``, (L, n, k): that of the last link, (n, k), and of the blocks between, by level."""
        kept = []
        for level in self.levels:
            first, second, rest = _pairs(g)
            for_between, joined = level.down(np.concatenate([first, second], axis=1))
            kept.append(for_between)
            g = np.concatenate([joined, rest])
        return g[0], kept

    def expand(self, first: Array, last: Array, kept: list[Array] | None) -> Array:
        """All blocks x_0 to x_L, (L + 1, n, k), from those at the ends; ``kept`` is None where right sides are zero."""
        x = np.stack([first, last])
        for number in reversed(range(len(self.levels))):
            level, right = self.levels[number], None if kept is None else kept[number]
            pairs = level.pairs
            wider = np.empty((len(x) + pairs, *x.shape[1:]))
            wider[0 : 2 * pairs + 1 : 2] = x[: pairs + 1]
            wider[1 : 2 * pairs : 2] = level.between(right, x[:pairs], x[1 : pairs + 1])
            wider[2 * pairs + 1 :] = x[pairs + 1 :]
            x = wider
        return x


def _pairs(links: Array) -> tuple[Array, Array, Array]:
    """The first and the second of each pair; of an odd number of links the last one waits for the next level."""
    paired = len(links) // 2 * 2
    return links[0:paired:2], links[1:paired:2], links[paired:]
