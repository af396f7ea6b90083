"""Where the step of cells of fractional orders finds sums over their past, and where it leaves what it remembers."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.fractional import FractionalMethod, fractional_states


@dataclass(frozen=True)
class MemoryRows:
    """The rows of a group that have to do with the memory of its fractional states.

    Attributes
    ----------
    method : FractionalMethod
    sums, weights : dict of str to int
        By row the number of a sum over the past, and of a weight of what the step itself computes, in the order of
        `MemorySums`.
    remembered : dict of str to str
        By state the row of what it remembers of a step.
    shifts : dict of str to str
        By the row of what events have moved the state.
    """

    method: FractionalMethod
    sums: dict[str, int]
    weights: dict[str, int]
    remembered: dict[str, str]
    shifts: dict[str, str]

    def state_of(self, row: str) -> str:
        """The state that a row belongs to; the row itself where it is another."""
        of = {r: s for s, r in self.remembered.items()} | self.shifts
        return of.get(row, row)


def remembered_row(state: str) -> str:
    """The row of what a state remembers of a step."""
    return f"memory of {state}"


def memory_rows(step: StepCode, system: System, method: FractionalMethod) -> MemoryRows:
    """Find them by the names that the step gives its arguments."""
    states = fractional_states(system)
    given = {f for block in step.blocks for f in block.signature.arguments}

    def numbers(role: str, names: tuple[str, ...]) -> dict[str, int]:
        wanted = [f"{s}_{n}".rstrip("_") for s in states for n in names]
        found = {f.name: wanted.index(f.name.rstrip("_")) for f in given if f.role == role}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    shifts = {h: s for s in states for h in step.hidden if h.rstrip("_") == f"{s}_shift".rstrip("_")}
    return MemoryRows(
        method, numbers("sum", method.sum_names), numbers("weight", method.weight_names),
        {s: remembered_row(s) for s in states}, shifts,
    )  # fmt: skip
