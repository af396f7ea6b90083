"""Blocks of synapses that run every T: spikes of a clock, which reach all connections at once and without delay.

A clock is a source that no user sees: every T all cells of a side spike in it. So drivers know nothing of such blocks.
Where a block reads ``post.sum(weight)``, such a spike first adds up the sums over the connections of each target, then
runs the block, and last sets the sums to 0.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.codegen.arrival import Place
from brainpy_lab.codegen.network import Side
from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import Assign, Event
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.records.picks import steps_between

#: What the sum over the connections of a target begins with, in normal form.
SUM = "post_sum_"


@dataclass(frozen=True)
class Clock:
    """When a block runs, and what is summed for it.

    Attributes
    ----------
    synapses : Synapses
    event : Event
    """

    synapses: Synapses
    event: Event

    @property
    def name(self) -> str:
        """Of the connections without delay, under which drivers find their tables."""
        return f"{self.synapses.name}_{self.event.name}"

    def source(self, side: Side) -> str:
        """The source in which the cells of a side spike."""
        return f"{self.name}_{side}"

    @property
    def summed(self) -> tuple[str, ...]:
        """The variables whose sums the block reads."""
        read = {n for a in self.event.actions if isinstance(a, Assign) for n in names_used(a.value)}
        return tuple(sorted(n.removeprefix(SUM) for n in read if n.startswith(SUM)))

    @property
    def sides(self) -> tuple[Side, ...]:
        """Those whose cells spike: of the targets where there are sums to be set to 0."""
        return ("pre", "post") if self.summed else ("pre",)

    def spikes(self, side: Side, dt: float) -> Callable[[int, int], tuple[np.ndarray, np.ndarray]]:
        """All cells of a side, every T: as `NetworkSetup.sources` has them.

        Raises
        ------
        ArgumentError
            T is no whole number of steps.
        """
        period = steps_between(self.interval, dt, f"{self.synapses.name}: every")
        group = self.synapses.pre_group if side == "pre" else self.synapses.post_group

        def spikes(first: int, n: int) -> tuple[np.ndarray, np.ndarray]:
            steps = np.arange(first, first + n)
            counts = np.where((steps > 0) & (steps % period == 0), group.size, 0)
            cells = np.tile(np.arange(group.size), int(np.count_nonzero(counts)))
            return np.concatenate([[0], np.cumsum(counts)]), cells

        return spikes

    @property
    def interval(self) -> float:
        """T."""
        condition = self.event.condition
        value = self.synapses.values[condition.id] if isinstance(condition, ast.Name) else ast.literal_eval(condition)
        if isinstance(value, np.ndarray):
            raise ArgumentError(f"{self.synapses.name}: every takes one number for all connections.")
        return float(value)

    def events(self) -> tuple[Event, Event, Event]:
        """The three blocks: sums are added up, the block itself, sums are set to 0."""
        event = self.event
        adds, zeros = [], []
        for name in self.summed:
            total = ast.Name(f"sum_{name}", ast.Load())
            adds.append(Assign(total.id, ast.BinOp(total, ast.Add(), ast.Name(name, ast.Load())), event.span))
            zeros.append(Assign(total.id, ast.Constant(0.0), event.span))
        assigned = (a for a in event.actions if isinstance(a, Assign))
        own = tuple(replace(a, value=_Named().visit(copy.deepcopy(a.value))) for a in assigned)
        return (
            replace(event, name=f"sums_{event.name}", actions=tuple(adds), side="pre"),
            replace(event, actions=own, side="pre"),
            replace(event, name=f"zero_{event.name}", actions=tuple(zeros), side="post"),
        )

    def places(self, kept: str) -> dict[str, Place]:
        """Where the sums stand."""
        return {f"sum_{name}": Place(kept, f"sum_{name}") for name in self.summed}


class _Named(ast.NodeTransformer):
    """``post.sum(weight)`` as the name of the row that holds it."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """A name of the block."""
        return ast.Name(f"sum_{node.id.removeprefix(SUM)}", ast.Load()) if node.id.startswith(SUM) else node


def clocks(synapses: Iterable[Synapses]) -> tuple[Clock, ...]:
    """Those of all blocks that run every T."""
    return tuple(Clock(syn, event) for syn in synapses for event in syn.system.events if event.side == "every")
