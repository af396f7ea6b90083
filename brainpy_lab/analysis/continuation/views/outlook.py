"""What a diagram says of one value of its parameter, in words: what there is, and what changes next on either side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.views.drawn import Drawn

#: What changes within this part of the range is told as one change.
TOGETHER = 2e-3

#: The upper border is seen from this far inside, in parts of the range.
BORDER = 1e-9

#: Kind and stability: ("cycle", True) is a stable cycle.
Sort = tuple[str, bool]

SORTS: tuple[Sort, ...] = (("equilibrium", True), ("equilibrium", False), ("cycle", True), ("cycle", False))

PLURAL = {"equilibrium": "equilibria", "cycle": "cycles"}


@dataclass(frozen=True)
class Crossing:
    """Where a branch has a value of the parameter.

    Attributes
    ----------
    branch : Branch or CycleBranch
    index : int
        Of the point before it.
    part : float
        How far it is on the way to the next point.
    stable : bool
    """

    branch: Branch | CycleBranch
    index: int
    part: float
    stable: bool

    def values(self, name: str) -> list[float]:
        """A state there, as diagrams draw it: of a cycle its smallest and its largest value."""
        i = self.index
        return [float(line[i] + self.part * (line[i + 1] - line[i])) for line in self.branch.lines(name)]


@dataclass(frozen=True)
class Outlook:
    """What there is at a value of the parameter, and what changes next; empty where nothing does.

    Attributes
    ----------
    here, above, below : str
    """

    here: str
    above: str
    below: str

    def __repr__(self) -> str:
        return ". ".join(text[0].upper() + text[1:] for text in (self.here, self.above, self.below) if text) + "."


def outlook(diagram: Drawn, value: float) -> Outlook:
    """See `Diagram.outlook`."""
    here = _census(diagram, value)
    counted = ", ".join(_counted(n, sort) for sort in SORTS if (n := here[sort])) or "nothing was found"
    width = diagram.range[1] - diagram.range[0]
    groups = _changes(diagram)
    above = [g for g in groups if g[0] > value]
    below = [g for g in reversed(groups) if g[-1] < value]
    said = [_next(diagram, here, groups, word) for groups, word in ((above, "above"), (below, "below"))]
    return Outlook(f"at {diagram.parameter} = {_number(value, width)}: {counted}", *said)


def crossings(diagram: Drawn, value: float) -> Iterator[Crossing]:
    """Where the branches have a value of the parameter, by straight lines between their points."""
    places = np.array([p.parameter for p in diagram.points])
    low, high = diagram.range
    value = min(value, high - BORDER * (high - low))  # branches end on the border, and cross it nowhere
    for branch in diagram.branches:
        x = branch[branch.parameter]
        is_below = x <= value
        for i in np.flatnonzero(is_below[:-1] != is_below[1:]).tolist():
            part = float((value - x[i]) / (x[i + 1] - x[i]))
            yield Crossing(branch, i, part, _is_stable(branch, i, part, places))


def _is_stable(branch: Branch | CycleBranch, i: int, part: float, places: np.ndarray) -> bool:
    """Stability between two points of a branch; where they differ, a special point that lies between them divides."""
    before, after = (bool(s) for s in branch.stable[i : i + 2])
    if before == after:
        return before
    a, b = branch[branch.parameter][i : i + 2]
    parts = (places - a) / (b - a)
    dividing = parts[(parts > -1e-9) & (parts < 1 + 1e-9)]
    return before if part < (float(dividing[0]) if dividing.size else 0.5) else after


def _census(diagram: Drawn, value: float) -> Counter[Sort]:
    return Counter((c.branch.kind, c.stable) for c in crossings(diagram, value))


def _changes(diagram: Drawn) -> list[list[float]]:
    """Values at which something may change, rising; those that lie close together in one group."""
    low, high = diagram.range
    ends = [float(b[b.parameter][i]) for b in diagram.branches for i in (0, -1)]
    slack = TOGETHER * (high - low)
    inside = sorted(v for v in [*(p.parameter for p in diagram.points), *ends] if low + slack < v < high - slack)
    groups: list[list[float]] = []
    for value in inside:
        if groups and value - groups[-1][-1] < slack:
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def _next(diagram: Drawn, here: Counter[Sort], groups: Sequence[list[float]], word: str) -> str:
    """The first change on a side, in words."""
    low, high = diagram.range
    known = {p.parameter for p in diagram.points}
    for k, group in enumerate(groups):
        if word == "above":
            beyond = (group[-1] + (groups[k + 1][0] if k + 1 < len(groups) else high)) / 2
        else:
            beyond = (group[0] + (groups[k + 1][-1] if k + 1 < len(groups) else low)) / 2
        changed = _difference(here, _census(diagram, beyond))
        if changed:
            at = next((v for v in group if v in known), group[0])
            return f"{changed} {word} {diagram.parameter} = {_number(at, high - low)}"
    return ""


def _difference(a: Counter[Sort], b: Counter[Sort]) -> str:
    """How the second census differs from the first, in words."""
    said: list[str] = []
    appeared: list[Sort] = []
    vanished: list[Sort] = []
    for kind in PLURAL:
        more, less = (b[kind, is_stable] - a[kind, is_stable] for is_stable in (True, False))
        lost, won = max(0, min(-more, less)), max(0, min(more, -less))
        said += [_turned(kind, lost, a[kind, True], "loses its stability", "lose their stability")] if lost else []
        said += [_turned(kind, won, a[kind, False], "becomes stable", "become stable")] if won else []
        for sort, change in (((kind, True), more + lost - won), ((kind, False), less - lost + won)):
            (appeared if change > 0 else vanished).extend([sort] * abs(change))
    for verb, sorts in (("appear", appeared), ("vanish", vanished)):
        if sorts:
            ending = {"appear": "s", "vanish": "es"}[verb] if len(sorts) == 1 else ""
            said.append(f"{_listed(sorts)} {verb}{ending}")
    return " and ".join(said)


def _turned(kind: str, n: int, of: int, one: str, several: str) -> str:
    """A change of stability: ``n`` of ``of`` branches."""
    if n > 1:
        return f"{n} {PLURAL[kind]} {several}"
    return f"{'the' if of == 1 else 'an' if kind == 'equilibrium' else 'a'} {kind} {one}"


def _listed(sorts: list[Sort]) -> str:
    """Several things: "a stable and an unstable cycle"."""
    if len(sorts) == 2 and sorts[0][0] == sorts[1][0] and sorts[0] != sorts[1]:
        return f"a stable and an unstable {sorts[0][0]}"
    return " and ".join(_counted(n, sort) for sort, n in Counter(sorts).items())


def _counted(n: int, sort: Sort) -> str:
    kind, is_stable = sort
    said = "stable" if is_stable else "unstable"
    return f"{'a' if is_stable else 'an'} {said} {kind}" if n == 1 else f"{n} {said} {PLURAL[kind]}"


def _number(value: float, width: float) -> str:
    """A value to a thousandth of the range, about."""
    decimals = 3 - floor(log10(width))
    return f"{round(value, decimals):.{max(0, decimals)}f}"
