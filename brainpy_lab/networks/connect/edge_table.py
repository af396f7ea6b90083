"""From lists of edges to the rows of a table."""

from __future__ import annotations

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.rule import Sides


def check_one_group(owner: str, sides: Sides) -> None:
    """Refuse two groups: the rule makes a graph of one."""
    own = sides.own()
    is_one = sides.same and (own is None or np.array_equal(own, np.arange(sides.post.size)))
    if not is_one or sides.pre.size != sides.post.size:
        raise ArgumentError(
            f"{owner} connects the cells of one group with each other.", advice="Take one group for both sides."
        )


def both_ways(n: int, here: np.ndarray, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and targets of edges that are connections in both directions."""
    offsets, targets, _ = rows_of(n, n, np.concatenate([here, there]), np.concatenate([there, here]))
    return offsets, targets


def rows_of(n_pre: int, n_post: int, pre: np.ndarray, post: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets and targets by presynaptic, then postsynaptic cell, and which pair stands where, ties in their order."""
    order = np.argsort(pre.astype(np.int64) * n_post + post, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(pre, minlength=n_pre))])
    return offsets, post[order], order


def check_given(
    owner: str, sides: Sides, pre: np.ndarray, post: np.ndarray, *, autapses: bool, multapses: bool
) -> None:
    """Refuse pairs that cells do not have, and those that were not asked for: none is left out in silence."""
    for side, numbers, cells in (("pre", pre, sides.pre), ("post", post, sides.post)):
        wrong = (numbers < 0) | (numbers >= cells.size)
        if wrong.any():
            k = int(np.flatnonzero(wrong)[0])
            raise ArgumentError(
                f"{owner}: connection {k} has {side}synaptic cell {numbers[k]}; "
                f"there are {cells.size:,}, counted from 0."
            )
    own = None if autapses else sides.own()
    if own is not None and (own[pre] == post).any():
        k = int(np.flatnonzero(own[pre] == post)[0])
        raise ArgumentError(
            f"{owner}: connection {k} leads from cell {pre[k]} to itself.", advice="Ask for it with autapses=True."
        )
    if not multapses:
        keys = np.sort(pre.astype(np.int64) * sides.post.size + post)
        twice = keys[1:][keys[1:] == keys[:-1]]
        if len(twice):
            i, j = divmod(int(twice[0]), sides.post.size)
            raise ArgumentError(
                f"{owner}: cells {i} and {j} are connected more than once.",
                advice="Ask for it with multapses=True, or take each pair once.",
            )


def read_index(owner: str, name: str, numbers: object) -> np.ndarray:
    """Numbers of cells: an array of whole numbers of one dimension."""
    try:
        array = np.asarray(numbers)
    except ValueError:
        array = np.empty((0, 0))
    if array.ndim == 1 and array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ArgumentError(f"{owner}: {name} holds numbers of cells, whole and in one row; got {numbers!r:.60}.")
    if (array > 2**62).any():
        raise ArgumentError(f"{owner}: {name} holds {array.max()}, the number of no cell.")
    return array.astype(np.int64)
