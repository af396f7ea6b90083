"""Cycles beside an orbit that does not repeat itself: where it nearly comes back, Newton's method closes it.

A chaotic orbit passes by unstable cycles, one after the other, and stays longest beside short ones.

Reference: D. P. Lathrop, E. J. Kostelich (1989). Characterization of an experimental strange attractor by periodic
orbits. Phys. Rev. A 40, 4028-4031. doi:10.1103/PhysRevA.40.4028
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.analysis.cycles.closing import Piece, passages

#: Passages through a section from a return to the next, at most: twice round both wings of Lorenz's model are four.
MOST_PASSAGES = 12

#: Two passages are near when they differ by less than this part of the orbit's range.
NEAR = 0.1

#: Returns of about one length are tried so often, the nearest first, and so many in all.
OF_ONE, MOST = 2, 8

#: Lengths that differ by less than this are about one.
ALIKE = 0.1


def near_returns(run: Any) -> list[Piece]:
    """Pieces of an orbit that nearly close, the shortest first."""
    found: list[tuple[float, Piece]] = []
    for times, states in passages(run, float(run.t[-1])):
        for k in range(1, min(MOST_PASSAGES + 1, len(times))):
            gaps = np.abs(states[:, k:] - states[:, :-k]).max(axis=0)
            for j in np.argsort(gaps)[:OF_ONE].tolist():
                if gaps[j] < NEAR:
                    found.append((float(gaps[j]), Piece(run, float(times[j]), float(times[j + k] - times[j]))))
    kept: list[Piece] = []
    for _, piece in sorted(found, key=lambda pair: pair[0]):
        if sum(abs(piece.period / other.period - 1) < ALIKE for other in kept) < OF_ONE:
            kept.append(piece)
    return sorted(kept, key=lambda piece: piece.period)[:MOST]
