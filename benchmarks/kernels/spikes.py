"""The search for spikes by hand: block after block, looking at single cells only where one is above the threshold."""

from __future__ import annotations

from numba import njit


@njit(error_model="numpy")
def above(V, threshold, cells):
    """Write the cells above ``threshold`` into ``cells``; how many there are."""
    count = 0
    for first in range(0, V.size, 64):
        last, found = min(first + 64, V.size), 0
        for i in range(first, last):
            found += V[i] > threshold
        if found:
            for i in range(first, last):
                if V[i] > threshold:
                    cells[count] = i
                    count += 1
    return count
