"""Where curves are looked for: folds and Hopf points on a few lines across the box of two parameters.

The lines lie on the borders and through the middle, along both parameters: a curve that leaves the box meets a border,
a closed one the lines inside if it is not small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.search import Search, on_plane
from brainpy_lab.analysis.continuation.starting import found_in
from brainpy_lab.analysis.continuation.tracing import Tracer
from brainpy_lab.analysis.two_parameters.following import Start
from brainpy_lab.analysis.vector_field import Array, Range, VectorField

#: Where the lines lie, in parts of the ranges; those inside are off the round values at which symmetric models are
#: degenerate.
LINES = (0.0, 1.0, 0.3571, 0.6823)

#: Equilibria are searched where the first so many lines of both directions cross.
SEARCHED = 3

#: Steps along lines, beside those along curves: nothing is drawn of them.
LONGER = 3.0

#: And their accuracy: the points found on them are solved for anyway.
ROUGHLY = 1e-7


@dataclass
class Lines:
    """Diagrams in one parameter along lines of a plane of two.

    Attributes
    ----------
    flow : VectorField
        Whose parameters move.
    names : (str, str)
    search : Search
        Of both parameters.
    traced : (dict, dict)
        The branches on each line along the first and the second parameter, by the value of the other one.
    """

    flow: VectorField
    names: tuple[str, str]
    search: Search
    crossings: list[Array] = field(default_factory=list)
    traced: tuple[dict[float, Tracer], dict[float, Tracer]] = field(default_factory=lambda: ({}, {}))

    def starts(self, boxes: list[dict[str, Range]]) -> Iterator[Start]:
        """The folds and Hopf points on the lines, those on the first lines first."""
        values = [[low + part * (high - low) for part in LINES] for low, high in self.search.ranges]
        corners = self._corners(boxes, [(p, q) for p in values[0][:SEARCHED] for q in values[1][:SEARCHED]])
        for k in range(len(LINES)):
            for along in (0, 1):
                across = values[1 - along][k]
                known = [
                    np.append(u, at[along]) for at, found in corners.items() if at[1 - along] == across for u in found
                ]
                # the lines that cross this one know what is on it too
                known += [
                    np.append(u[:-1], value) for value, line in self.traced[1 - along].items() for u in line.at(across)
                ]
                self.traced[along][across] = tracer = self.line(along, across, known)
                yield from self._starts(tracer, along, across)

    def _corners(
        self, boxes: list[dict[str, Range]], corners: list[tuple[float, float]]
    ) -> dict[tuple[float, float], list[Array]]:
        """The states at pairs of values; a wider box is left where it shows no more than is known."""
        found: dict[tuple[float, float], list[Array]] = {at: [] for at in corners}
        for ranges in boxes:
            is_known = any(found.values())
            for at, states in found.items():
                here = self._equilibria(*at, ranges)
                more = [u for u in here if not any(np.allclose(u, v, rtol=1e-6, atol=1e-9) for v in states)]
                states += more
                if is_known and not more:
                    break
        return found

    def _equilibria(self, p: float, q: float, ranges: Mapping[str, Range]) -> list[Array]:
        """The states at two values."""
        first, second = self.names
        return [u[:-1] for u in found_in(self.flow.moved(first, p), second, q, ranges)]

    def line(self, along: int, across: float, known: list[Array]) -> Tracer:
        """The branches on a line on which the other parameter has the value ``across``."""
        moved = self.flow.moved(self.names[1 - along], across)
        problem = EquilibriumProblem(moved, self.names[along])
        search = self.search.on_line(along, across)
        search.longest, search.tolerance = LONGER * search.longest, max(search.tolerance, ROUGHLY)
        tracer = Tracer(problem, search)
        if not self.search.is_stopped:
            tracer.follow_from(known)
        return tracer

    def _starts(self, tracer: Tracer, along: int, across: float) -> Iterator[Start]:
        """The folds and Hopf points on a line."""
        for found in tracer.located:
            u = on_plane(found.u, along, across)
            if found.point.kind in ("fold", "cusp"):
                yield Start("fold", u)
            elif found.point.kind == "hopf":
                yield Start("hopf", u, float(found.point.data.get("omega", 0.0)) ** 2)
            elif found.point.kind == "branch point":
                self.crossings.append(u)
