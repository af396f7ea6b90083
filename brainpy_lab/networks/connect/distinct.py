"""Different whole numbers at random, many rows of them at once."""

from __future__ import annotations

import numpy as np

from brainpy_lab.networks.draws import Draws


def any_rows(draws: Draws, width: int, counts: np.ndarray, first: int) -> np.ndarray:
    """Rows of whole numbers below ``width``, each ascending: ``counts`` a row, the same number any number of times.

    The number of a draw is its place among those of all rows; that of the first is ``first``.
    """
    keys = draws.below(width, 0, first, int(counts.sum()))
    if len(counts) > 1:
        keys += np.repeat(np.arange(len(counts)) * width, counts)
    keys.sort()
    if len(counts) == 1:
        return keys
    return np.asarray(keys % max(1, width))


def distinct_rows(draws: Draws, widths: np.ndarray, counts: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Rows of different whole numbers, each ascending; every set of so many numbers is as likely as any other.

    Numbers are drawn one after the other, and those that were there before are drawn again: the first so many different
    ones of an endless sequence.

    Parameters
    ----------
    draws : Draws
    widths : int array
        Numbers of row i are below ``widths[i]``.
    counts : int array
        How many; at most half the width, so that few are drawn twice.
    firsts : int array
        Numbers of the rows' draws begin here: ``firsts[i] + counts[i]`` is at most ``firsts[i + 1]``.

    Returns
    -------
    array of int
        All rows one after the other.
    """
    width = int(widths.max(initial=1))
    keys = np.empty(0, dtype=np.int64)
    missing, rows, attempt = counts, np.arange(len(counts)), 0
    while True:
        drawn = _drawn(draws, widths, firsts, rows, missing, attempt)
        if len(counts) > 1:
            drawn += np.repeat(rows, missing) * width
        keys = np.concatenate([keys, drawn]) if len(keys) else drawn
        del drawn
        keys.sort()
        again = np.empty(len(keys), dtype=bool)
        again[:1] = False
        np.equal(keys[1:], keys[:-1], out=again[1:])
        if not again.any():
            return keys % width if len(counts) > 1 else keys
        lost = np.bincount(keys[again] // width, minlength=len(counts))
        keys = keys[~again]
        rows = np.flatnonzero(lost)
        missing, attempt = lost[rows], attempt + 1


def _drawn(
    draws: Draws,
    widths: np.ndarray,
    firsts: np.ndarray,
    rows: np.ndarray,
    missing: np.ndarray,
    attempt: int,
) -> np.ndarray:
    """One attempt: ``missing`` numbers of each row. Element of the draws is the attempt."""
    total = int(missing.sum())
    if attempt == 0 and (widths == widths[:1]).all():
        return draws.below(int(widths[0]) if total else 1, 0, int(firsts[0]) if total else 0, total)
    of_row = np.repeat(rows, missing)
    places = np.arange(total) - np.repeat(np.cumsum(missing) - missing, missing)
    return draws.below_at(widths[of_row], attempt, firsts[of_row] + places)


def without(width: np.ndarray, counts: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """Of each row, the whole numbers below its width that are not in ``left_out``, which has ``counts`` a row."""
    most = int(width.max(initial=0))
    mask = np.arange(most)[None, :] < width[:, None]
    mask[np.repeat(np.arange(len(counts)), counts), left_out] = False
    return np.nonzero(mask)[1]
