"""Traces: states of a synapse that no step has to touch, since their equation says what an event reads of them.

A trace obeys a linear equation with constant coefficients, and nothing but blocks of spikes reads it. One that all
places let decay at one rate is kept as what it would be without its decay since a time that they share:
``x = x_scaled*x_fade``, a factor for all places in each step. Any other keeps its value at the last event that has
changed it, and the time of that.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from brainpy_lab.codegen.builder import Line, StepBuilder
from brainpy_lab.codegen.printing import parse, rename
from brainpy_lab.equations.system import System


@dataclass(frozen=True)
class Trace:
    """How a trace is kept, and read and changed at events.

    Attributes
    ----------
    name : str
        The state.
    system : System
        Its equation alone, with what that reads.
    rate : expr
        The rate at which it grows: minus one over its time constant.
    kept : str
        What stands in its place.
    factor : str
        The number for all places by which that is multiplied; "" where it is kept with the time of the last event.
    since : str
        The time of the last event; "" where there is a factor.
    """

    name: str
    system: System
    rate: ast.expr
    kept: str
    factor: str = ""
    since: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        """What stands in each place."""
        return (self.kept, self.since) if self.since else (self.kept,)

    @property
    def drift(self) -> ast.expr:
        """The right-hand side of its equation."""
        drift = self.system.states[0].drift
        assert drift is not None
        return drift

    @cached_property
    def numbers(self) -> Callable[..., tuple[Any, ...]]:
        """A function (value, parameters, t) -> drift and rate, of arrays."""
        from brainpy_lab.symbolic.compiling import Compiler

        return Compiler(self.system).compile([self.drift, self.rate])

    def read(self, step: StepBuilder, time: str) -> None:
        """Write the lines that give its value at ``time`` to its name."""
        if self.factor:
            step.body.append(Line(self.name, parse(f"{self.kept}*{self.factor}"), "as it has decayed"))
            return
        names = step.definitions([self.drift, self.rate], f"_{self.name}", {self.name: self.kept})
        slope = step.line(f"d{self.name}", rename(self.drift, names), f"d{self.name}/dt at its last event")
        past = step.line(f"{self.name}_past", f"{time} - {self.since}", "time since then")
        rate = step.line(f"{self.name}_rate", rename(self.rate, names))
        value = f"{self.kept} + ({slope}/{rate}*expm1({rate}*{past}) if {rate} != 0 else {past}*{slope})"
        step.body.append(Line(self.name, parse(value)))

    def write(self, step: StepBuilder, new: str, time: str) -> dict[str, str]:
        """Write the lines that keep a value of ``time``; the names of what is kept."""
        if self.factor:
            return {self.kept: step.line(f"{self.kept}_new", f"{new}/{self.factor}")}
        return {self.kept: new, self.since: step.line(f"{self.since}_new", time)}
