"""Where curves of cycles are looked for: special cycles on lines across the box, and beside Bautin points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.continuation.cycle_tracing import CycleTracer
from brainpy_lab.analysis.continuation.search import on_plane
from brainpy_lab.analysis.continuation.tracing import Tracer
from brainpy_lab.analysis.two_parameters.codimension_two import Found
from brainpy_lab.analysis.two_parameters.cycle_conditions import FOLLOWED
from brainpy_lab.analysis.two_parameters.cycle_following import CycleStart
from brainpy_lab.analysis.two_parameters.cycle_plane_curve import PlaneOrbit
from brainpy_lab.analysis.two_parameters.lines import LINES, Lines
from brainpy_lab.analysis.vector_field import Array

#: The lines on which cycles are followed: those inside the box.
WITH_CYCLES = LINES[2:]

#: Values along a line, in parts of it, at which an orbit is simulated where nothing stable is known.
LOOKED_AT = (0.0, 1.0, 0.5, 0.25, 0.75)

#: How far from a Bautin point its folds of cycles are looked for, in parts of the range.
BESIDE = 0.03


@dataclass
class CycleLines:
    """Cycles along the lines of `Lines`.

    Attributes
    ----------
    lines : Lines
        After it has looked for equilibria.
    initial : ndarray, shape (n,)
        The model's own start.
    longest_period : float, optional
    doublings : int
    """

    lines: Lines
    initial: Array
    longest_period: float | None
    doublings: int
    remarks: list[str] = field(default_factory=list)

    def starts(self) -> Iterator[CycleStart]:
        """The special cycles on the lines."""
        for part in WITH_CYCLES:
            for along in (0, 1):
                low, high = self.lines.search.ranges[1 - along]
                across = low + part * (high - low)
                tracer = self.lines.traced[along].get(across)
                if tracer is not None and not self.lines.search.is_stopped:
                    yield from self._along(tracer, along, across, None)

    @property
    def looked_at(self) -> str:
        """Where cycles were looked for, in a sentence."""
        first, second = self.lines.names
        values = [
            [f"{low + part * (high - low):.6g}" for part in WITH_CYCLES] for low, high in self.lines.search.ranges
        ]
        return (
            f"Curves of cycles are looked for at {second} = {' and '.join(values[1])}, at {first} = "
            f"{' and '.join(values[0])} and beside Bautin points: those that pass none of these are missed."
        )

    def beside(self, found: Found) -> Iterator[CycleStart]:
        """A fold of cycles beside a Bautin point, if there is one."""
        for side in (1.0, -1.0):
            for along in (0, 1):
                across = self._aside(found, along, side)
                if across is None or self.lines.search.is_stopped:
                    continue
                tracer = self.lines.line(along, across, [np.append(found.u[:-2], found.u[-2:][along])])
                for start in self._along(tracer, along, across, float(found.u[-2:][along])):
                    if start.kind == "fold of cycles":
                        yield start
                        return

    def _aside(self, found: Found, along: int, side: float) -> float | None:
        low, high = self.lines.search.ranges[1 - along]
        value = float(found.u[-2:][1 - along]) + side * BESIDE * (high - low)
        return value if low <= value <= high else None

    def _along(self, tracer: Tracer, along: int, across: float, near: float | None) -> Iterator[CycleStart]:
        """The special cycles on a line; with ``near``, those on the branch from the Hopf point nearest to that."""
        looked_at: tuple[float, ...] = ()
        if near is None:
            looked_at = tuple(tracer.range[0] + part * (tracer.range[1] - tracer.range[0]) for part in LOOKED_AT)
        else:
            hopfs = [p for p in tracer.located if p.point.kind == "hopf"]
            tracer = replace(tracer, located=sorted(hopfs, key=lambda p: abs(p.point.parameter - near))[:1])
        doublings = self.doublings if near is None else 0
        search = self.lines.search.on_line(along, across)
        rhythms = CycleTracer(tracer, search, self.longest_period, looked_at, doublings, self.initial)
        rhythms.follow()
        first, second = self.lines.names
        held = f"{(second, first)[along]} = {across:.6g}"
        if near is None:
            self.remarks += [f"At {held}: {text}" for text in rhythms.remarks]
        for point in rhythms.points:
            if point.kind in FOLLOWED:
                orbit = point.data["orbit"]
                place = on_plane(np.array([orbit.parameter]), along, across).tolist()
                yield CycleStart(
                    point.kind, PlaneOrbit(orbit.mesh, orbit.profile, orbit.period, *place), -1 if along == 0 else -2
                )
