"""Linear systems of a chain: each link joins a block of unknowns with the next one.

x_1 - T x_0 = g, x_2 - T' x_1 = g', and so on. Neighbouring links are joined by eliminating the block between them, all
pairs at once, until so few are left that one dense matrix takes less time. Short ones are inserted in each other; after
that, eliminating by orthogonal matrices keeps errors small where the links stretch some directions and shrink others by
large factors.

Reference: S. J. Wright (1992). Stable parallel algorithms for two-point boundary value problems. SIAM J. Sci. Stat.
Comput. 13, 742-764. doi:10.1137/0913044
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from brainpy_lab.analysis.vector_field import Array

#: Links are joined by inserting one in the other as long as no entry of the product is larger than this: rounding
#: errors grow no more.
GROWTH = 1e4

#: Unknowns of the chain that is left: links are inserted in each other down to the first, and turned, which takes
#: longer, down to the second.
FEW, SOME = 48, 120


@dataclass(frozen=True)
class Inserted:
    """Pairs of links x' = T x + g that were joined by inserting one in the other."""

    of_left: Array  # (n_pairs, n, n): the block between by the one before
    second: Array  # (n_pairs, n, n)
    of_right = None

    def down(self, first: Array, second: Array) -> tuple[Array, Array]:
        """From the right sides of pairs: what they make of the block between, and that of the new link."""
        return first, second + self.second @ first


@dataclass(frozen=True)
class Turned:
    """Pairs of links that were joined by an orthogonal matrix."""

    of_left: Array  # (n_pairs, n, n): the block between by the one before
    of_right: Array  # (n_pairs, n, n): and by the one after
    turn: Array  # (n_pairs, 2n, 2n): takes the right sides of a pair to those of the block between and of the new link
    inverse: Array  # (n_pairs, n, n)

    def down(self, first: Array, second: Array) -> tuple[Array, Array]:
        """From the right sides of pairs: what they make of the block between, and that of the new link."""
        n = self.inverse.shape[-1]
        turned = self.turn @ np.concatenate([first, second], axis=1)
        return self.inverse @ turned[:, :n], turned[:, n:]


#: What right sides make of the blocks that were eliminated, level by level, (n_pairs, n, k) each.
Between = list[Array]


class Chain:
    """A chain of links x_{i+1} - T_i x_i = g_i, i from 0 to L - 1.

    Parameters
    ----------
    ahead : ndarray, shape (L, n, n)
        The T_i.

    Attributes
    ----------
    first, last : ndarray, shape (M, n, n)
        The links that are left between some of the blocks: first y_j + last y_{j+1} = what `reduce` gives.
    """

    def __init__(self, ahead: Array) -> None:
        self.levels: list[Inserted | Turned] = []
        self.n = n = ahead.shape[-1]
        while len(ahead) > max(1, FEW // n):
            first, second, rest = _pairs(ahead)
            joined = second @ first
            if not np.abs(joined).max() < GROWTH:
                break
            self.levels.append(Inserted(first, second))
            ahead = np.concatenate([joined, rest])
        a, b = -ahead, np.broadcast_to(np.eye(n), ahead.shape)
        while len(a) > max(1, SOME // n):
            level, a, b = _turned(a, b)
            self.levels.append(level)
        self.first, self.last = a, b

    @cached_property
    def whole(self) -> tuple[Array, Array]:
        """One link between the ends, (n, n) each: first x_0 + last x_L = 0 without right sides."""
        a, b = self.first, self.last
        while len(a) > 1:
            _, a, b = _turned(a, b)
        return a[0], b[0]

    @cached_property
    def closed(self) -> Array:
        """The links that are left as one matrix, (M n, M n), with the block after the last for the first one."""
        count, n = len(self.first), self.n
        matrix = np.zeros((count, n, count, n))
        here = np.arange(count)
        matrix[here, :, here] = self.first
        matrix[here, :, (here + 1) % count] += self.last
        return matrix.reshape(count * n, count * n)

    def reduce(self, g: Array) -> tuple[Array, Between]:
        """From right sides ``g``, (L, n, k): those of the links that are left, (M, n, k), and of the blocks between."""
        between = []
        for level in self.levels:
            first, second, rest = _pairs(g)
            made, joined = level.down(first, second)
            between.append(made)
            g = np.concatenate([joined, rest])
        return g, between

    def rows(self, rows: Array) -> tuple[Array, Between]:
        """From ``rows`` of a closed chain by all its blocks, (L, k, n): by those that are left, (M, k, n).

        And by the blocks between, level by level: these times what right sides make of them is to be added.
        """
        between = []
        for level in self.levels:
            before, at, rest = _pairs(rows)
            between.append(at)
            rows = np.concatenate([before + at @ level.of_left, rest])
            if level.of_right is not None:
                after = at @ level.of_right
                rows[1 : len(at)] += after[:-1]
                rows[len(at) % len(rows)] += after[-1]
        return rows, between

    def expand(self, left: Array, between: Between | None) -> Array:
        """All blocks, (L + 1, n, k), from those that are left and the one behind them, (M + 1, n, k).

        ``between`` is what right sides make of the others; None where those are zero.
        """
        x = left
        for number in reversed(range(len(self.levels))):
            level = self.levels[number]
            pairs = len(level.of_left)
            made = level.of_left @ x[:pairs]
            if level.of_right is not None:
                made += level.of_right @ x[1 : pairs + 1]
            if between is not None:
                made += between[number]
            wider = np.empty((len(x) + pairs, *x.shape[1:]))
            wider[0 : 2 * pairs + 1 : 2] = x[: pairs + 1]
            wider[1 : 2 * pairs : 2] = made
            wider[2 * pairs + 1 :] = x[pairs + 1 :]
            x = wider
        return x

    def from_ends(self, start: Array, end: Array) -> Array:
        """All blocks, (L + 1, n), from those at the ends, which the `whole` link joins, where right sides are zero."""
        count, n = len(self.first), self.n
        matrix, aim = np.zeros((count, n, count + 1, n)), np.zeros((count, n))
        here = np.arange(count)
        matrix[here, :, here], matrix[here, :, here + 1] = self.first, self.last
        aim[0] -= self.first[0] @ start
        aim[-1] -= self.last[-1] @ end
        inner = np.linalg.lstsq(matrix[:, :, 1:-1].reshape(count * n, -1), aim.ravel(), rcond=None)[0]
        return self.expand(np.concatenate([start, inner, end]).reshape(count + 1, n, 1), None)[:, :, 0]


def _turned(a: Array, b: Array) -> tuple[Turned, Array, Array]:
    """Pairs of links a x + b x' = g, joined; and the links that are left of twice as many."""
    n = a.shape[-1]
    (a_first, a_second, a_rest), (b_first, b_second, b_rest) = _pairs(a), _pairs(b)
    q, r = np.linalg.qr(np.concatenate([b_first, a_second], axis=1), mode="complete")
    turn = np.swapaxes(q, 1, 2)
    from_left, from_right = turn[:, :, :n] @ a_first, turn[:, :, n:] @ b_second
    inverse = np.linalg.inv(r[:, :n])
    level = Turned(-inverse @ from_left[:, :n], -inverse @ from_right[:, :n], turn, inverse)
    return level, np.concatenate([from_left[:, n:], a_rest]), np.concatenate([from_right[:, n:], b_rest])


def _pairs(links: Array) -> tuple[Array, Array, Array]:
    """The first and the second of each pair; of an odd number of links the last one waits for the next level."""
    paired = len(links) // 2 * 2
    return links[0:paired:2], links[1:paired:2], links[paired:]
