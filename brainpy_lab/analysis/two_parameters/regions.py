"""The regions into which curves cut the plane of two parameters, each with its attractors at a point inside.

The plane is looked at on a grid of cells: those that no curve passes hang together in regions. The point inside is the
one farthest from all curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.analysis.vector_field import Range

#: Cells along each parameter.
CELLS = 256

#: A region whose widest place is narrower than so many cells is not looked into: its point would lie on a curve.
NARROW = 2.0


@dataclass(frozen=True)
class Region:
    """A region of the plane that no curve passes.

    Attributes
    ----------
    parameters : dict
        The point inside at which it was looked at.
    share : float
        Its part of the box.
    attractors : tuple of FixedPoint and Cycle
        Stable equilibria, and stable cycles to which simulated orbits settle, at that point.
    others : tuple of FixedPoint
        The equilibria that are not stable.
    escapes : bool
        Whether a simulated orbit left for infinity.
    unsettled : bool
        Whether one did not repeat itself: it may be chaotic.
    unlooked : str
        Why no orbits were simulated, so that only equilibria are known: "cycles were not looked for"; else empty.
    """

    parameters: dict[str, float]
    share: float
    attractors: tuple[FixedPoint | Cycle, ...]
    others: tuple[FixedPoint, ...] = ()
    escapes: bool = False
    unsettled: bool = False
    unlooked: str = ""

    @property
    def label(self) -> str:
        """Its attractors in words."""
        rest = sum(isinstance(a, FixedPoint) for a in self.attractors)
        cycles = len(self.attractors) - rest
        parts = [
            _count(rest, "stable equilibrium", "stable equilibria"),
            _count(cycles, "stable cycle", "stable cycles"),
        ]
        parts += ["an orbit that does not repeat itself"] * self.unsettled + ["orbits that escape"] * self.escapes
        nothing = f"no stable equilibrium; {self.unlooked}" if self.unlooked else "no attractor found"
        return ", ".join(p for p in parts if p) or nothing

    def __repr__(self) -> str:
        place = ", ".join(f"{name} = {value:.6g}" for name, value in self.parameters.items())
        unstable = _count(len(self.others), "unstable equilibrium", "unstable equilibria")
        return f"{self.label} at {place}{unstable and ', with ' + unstable}: {100 * self.share:.3g}% of the box"


class Regions(list[Region]):
    """The regions, the largest first, that show themselves as a table.

    Attributes
    ----------
    remarks : tuple of str
        What holds for all.
    """

    def __init__(self, regions: Sequence[Region], remarks: tuple[str, ...]) -> None:
        super().__init__(regions)
        self.remarks = remarks

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self), *self.remarks])

    def _repr_html_(self) -> str:
        names = list(self[0].parameters) if self else []
        head = "".join(f"<th>{escape(n)}</th>" for n in ("attractors", *names, "unstable equilibria", "share"))
        rows = "".join(
            f"<tr><td>{escape(r.label)}</td>{''.join(f'<td>{v:.6g}</td>' for v in r.parameters.values())}"
            f"<td>{len(r.others)}</td><td>{100 * r.share:.3g}%</td></tr>"
            for r in self
        )
        notes = "".join(f"<p>{escape(text)}</p>" for text in self.remarks)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"


@dataclass(frozen=True)
class Place:
    """A point inside a region and the region's part of the box."""

    values: tuple[float, float]
    share: float


def places(branches: Sequence[CurveBranch | CycleCurveBranch], ranges: tuple[Range, Range]) -> tuple[list[Place], int]:
    """A point in each region, the largest first, and how many regions are too narrow to have one."""
    from scipy import ndimage

    free = np.ones((CELLS, CELLS), dtype=bool)
    for branch in branches:
        free[_cells(branch, ranges)] = False
    labels, count = ndimage.label(free)
    inside = ndimage.distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
    found, narrow = [], 0
    for k in range(1, count + 1):
        depth = np.where(labels == k, inside, 0.0)
        if depth.max() < NARROW:
            narrow += 1
            continue
        cell = np.unravel_index(int(np.argmax(depth)), depth.shape)
        first, second = (
            low + (high - low) * (int(c) + 0.5) / CELLS for c, (low, high) in zip(cell, ranges, strict=True)
        )
        found.append(Place((first, second), float((labels == k).mean())))
    return sorted(found, key=lambda place: -place.share), narrow


def _cells(
    branch: CurveBranch | CycleCurveBranch, ranges: tuple[Range, Range]
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """The cells that a curve passes, each next to the one before or across a corner from it."""
    columns = [branch[name] for name in branch.parameters]
    at = [(c - low) / (high - low) * CELLS for c, (low, high) in zip(columns, ranges, strict=True)]
    steps = np.hypot(*(np.diff(c) for c in at))
    length = np.concatenate([[0.0], np.cumsum(steps)])
    fine = np.linspace(0, length[-1], int(4 * length[-1]) + 2)
    x, y = (np.clip(np.interp(fine, length, c).astype(int), 0, CELLS - 1) for c in at)
    return x, y


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
