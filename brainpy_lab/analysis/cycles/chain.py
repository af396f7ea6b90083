"""Linear systems of a chain: each link joins a block of unknowns with the next one.

A x_0 + B x_1 = g, A' x_1 + B' x_2 = g', and so on. Neighbouring links are joined by eliminating the block between them,
all pairs at once, until one link is left between the two ends. Eliminating by orthogonal matrices keeps errors small
where the links stretch some directions and shrink others by large factors.

Reference: S. J. Wright (1992). Stable parallel algorithms for two-point boundary value problems. SIAM J. Sci. Stat.
Comput. 13, 742-764. doi:10.1137/0913044
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.vector_field import Array


@dataclass(frozen=True)
class Level:
    """Pairs of links that were joined: how each block between them follows from its two neighbours."""

    turn: Array  # (n_pairs, 2n, 2n): takes the right sides of a pair to those of the block between and of the new link
    inverse: Array  # (n_pairs, n, n)
    left: Array  # (n_pairs, n, n)
    right: Array  # (n_pairs, n, n)


class Chain:
    """A chain of links A_i x_i + B_i x_{i+1} = g_i, i from 0 to L - 1.

    Parameters
    ----------
    a, b : ndarray, shape (L, n, n)
    """

    def __init__(self, a: Array, b: Array) -> None:
        self.levels: list[Level] = []
        self.n = n = a.shape[-1]
        while len(a) > 1:
            pairs = len(a) // 2
            first, second = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)
            between = np.concatenate([b[first], a[second]], axis=1)
            q, r = np.linalg.qr(between, mode="complete")
            turn = np.swapaxes(q, 1, 2)
            from_left = turn[:, :, :n] @ a[first]
            from_right = turn[:, :, n:] @ b[second]
            self.levels.append(Level(turn, np.linalg.inv(r[:, :n]), from_left[:, :n], from_right[:, :n]))
            # of an odd number of links the last one waits for the next level
            a = np.concatenate([from_left[:, n:], a[2 * pairs :]])
            b = np.concatenate([from_right[:, n:], b[2 * pairs :]])
        #: The one link that is left: first x_0 + last x_L = what `reduce` gives.
        self.first, self.last = a[0], b[0]

    def reduce(self, g: Array) -> tuple[Array, list[Array]]:
        """From right sides ``g``, (L, n, k): that of the last link, (n, k), and of the blocks between, by level."""
        n, kept = self.n, []
        for level in self.levels:
            pairs = len(level.turn)
            both = np.concatenate([g[0 : 2 * pairs : 2], g[1 : 2 * pairs : 2]], axis=1)
            turned = level.turn @ both
            kept.append(turned[:, :n])
            g = np.concatenate([turned[:, n:], g[2 * pairs :]])
        return g[0], kept

    def expand(self, first: Array, last: Array, kept: list[Array]) -> Array:
        """All blocks x_0 to x_L, (L + 1, n, k), from those at the ends."""
        x = np.stack([first, last])
        for level, right in zip(reversed(self.levels), reversed(kept), strict=True):
            pairs = len(level.turn)
            between = level.inverse @ (right - level.left @ x[:pairs] - level.right @ x[1 : pairs + 1])
            wider = np.empty((len(x) + pairs, *x.shape[1:]))
            wider[0 : 2 * pairs + 1 : 2] = x[: pairs + 1]
            wider[1 : 2 * pairs : 2] = between
            wider[2 * pairs + 1 :] = x[pairs + 1 :]
            x = wider
        return x
