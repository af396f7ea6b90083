"""Base of the fractional methods: what a step is handed of the past, and what it gives back to be remembered.

A fractional state's step takes *sums* of what earlier steps remembered, ready-made by the driver's loop, and *weights*
of what the step itself computes; both depend on the order and on dt at run time, so that changing either compiles
nothing. It returns one more value, which the loop remembers.
"""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Collection, Mapping
from typing import ClassVar, Literal

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.fields import CELLS, Field, Fields, join
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import Assign, System
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method

Array = np.ndarray


def fractional_states(system: System) -> tuple[str, ...]:
    """States of a fractional order, in the order of the states."""
    return tuple(s.name for s in system.states if s.order is not None and s.drift is not None)


def is_set(system: System, state: str) -> bool:
    """Whether some event assigns or holds ``state``."""
    actions = [a for e in system.events for a in e.actions]
    return any((a.target if isinstance(a, Assign) else a.state) == state for a in actions)


def is_straight(system: System, state: str) -> bool:
    """Whether the right-hand side of ``state`` is a polynomial of degree 1 at most in the states, as it is written."""
    definitions = {d.name: d.expr for d in system.intermediates}

    def degree(expr: ast.expr) -> float:
        match expr:
            case ast.Name(id=name):
                return degree(definitions[name]) if name in definitions else float(name in system.state_names)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                return max(degree(left), degree(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return degree(left) + degree(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right) if degree(right) == 0:
                return degree(left)
            case ast.UnaryOp(operand=operand):
                return degree(operand)
            case _:
                reads = [n for n in ast.walk(expr) if isinstance(n, ast.Name)]
                return np.inf if any(degree(n) for n in reads) else 0.0

    drift = next(s.drift for s in system.states if s.name == state)
    return drift is None or degree(drift) <= 1


def default_fractional(system: System, set_outside: Collection[str] = ()) -> str:
    """The predictor-corrector; where a fractional state is set, a method that differentiates the whole path.

    That is L1, or, where its implicit equation may have no solution (the upstroke of a quadratic neuron), the explicit
    differences of Grünwald and Letnikov.
    """
    states = [s for s in fractional_states(system) if s in set_outside or is_set(system, s)]
    if not states:
        return "caputo_pece"
    return "caputo_l1" if all(is_straight(system, s) for s in states) else "grunwald_letnikov"


class FractionalMethod(Method):
    """Base of the methods for Caputo derivatives; states without an order are of order 1 and carry no memory.

    Attributes
    ----------
    sum_names : tuple of str
        What each fractional state's step takes of its past: ``V_<name>`` is an argument of the step.
    weight_names : tuple of str
        Weights of what the step computes itself, arguments likewise.
    remembers : {"slope", "increment"}
        What is remembered of a step: the right-hand side at its start, or how far the state has moved at its end.
    largest_order : float
        Orders above 0 and up to this one can be solved.
    has_meshes : bool
        Whether it can take graded meshes.
    has_window : bool
        Whether it can forget what is older than a window.
    """

    family = "fde"
    handles_orders = True
    reads_at_ends = True
    sum_names: ClassVar[tuple[str, ...]]
    weight_names: ClassVar[tuple[str, ...]]
    remembers: ClassVar[Literal["slope", "increment"]]
    largest_order: ClassVar[float] = 2.0
    has_meshes: ClassVar[bool] = True
    has_window: ClassVar[bool] = False

    @property
    def sums_hold_start(self) -> bool:
        """Whether the sums contain the state at the start: those over right-hand sides do."""
        return self.remembers == "slope"

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        if self.needs_jacobian:
            check_differentiable(system, self.name)

    # --- numbers, for the loop --------------------------------------------------------------------------------------

    @abstractmethod
    def nominal_order(self, order: float) -> float:
        """Order of convergence for a state of fractional order ``order`` whose right-hand side is smooth in time."""

    @abstractmethod
    def weights(self, order: float, dt: float, lags: int) -> Array:
        """Weights (sums, lags + 1) of what was remembered ``lag`` steps ago; lag 0 is the step's own and unused."""

    def start_weights(self, order: float, dt: float, first: int, n: int) -> Array | None:
        """Weights (sums, n) that what step 0 remembered has besides, in the steps from ``first`` on; None for none."""
        return None

    @abstractmethod
    def step_weights(self, order: float, dt: float, is_first: bool) -> Array:
        """The step's own weights, in the order of `weight_names`; ``is_first`` matters with `start_weights` alone."""

    @abstractmethod
    def mesh_row(self, order: float, times: Array) -> tuple[Array, Array]:
        """For the step that ends at ``times[-1]``: weights (sums, earlier steps) of the remembered, and its own."""

    @abstractmethod
    def free_motion(self, order: Array, start: Array, slope: Array, times: Array, uniform: float | None) -> Array:
        """What the sums start from without any memory, for steps that end at ``times[1:]``.

        It has the shape (sums, steps, ...), or one that broadcasts to it.

        ``start`` and ``slope`` are the state and its derivative at ``times`` = 0; ``uniform`` is dt on uniform meshes.
        """

    # --- text, for the step -----------------------------------------------------------------------------------------

    def arguments(self, step: StepBuilder) -> dict[str, dict[str, str]]:
        """Reserve the names of sums and weights: state -> short name -> argument."""
        names = self.sum_names + self.weight_names
        return {s: {n: step.fresh(f"{s}_{n}") for n in names} for s in fractional_states(step.system)}

    def sums(self, given: Mapping[str, Mapping[str, str]]) -> Fields:
        """The arguments in the order of the step: all sums, then all weights."""
        sums = (Field(names[n], CELLS, "sum", s) for s, names in given.items() for n in self.sum_names)
        weights = (Field(names[n], CELLS, "weight", s) for s, names in given.items() for n in self.weight_names)
        return join(sums, weights)


class Shifts:
    """Shifts of fractional states that events set, for methods that remember right-hand sides.

    An impulsive fractional equation is x(t) = x(0) + sum of the jumps so far + fractional integral of the right-hand
    side (M. Feckan, Y. Zhou, J. Wang, Communications in Nonlinear Science and Numerical Simulation 17, 3050-3060, 2012.
    doi:10.1016/j.cnsns.2011.11.017). The shift holds the sum of the jumps. While a state is held its right-hand side
    counts as 0 and the shift keeps it in place.
    """

    def __init__(self, step: StepBuilder) -> None:
        self.step = step
        fractional = fractional_states(step.system)
        states = [s for s in fractional if s in step.set_outside or is_set(step.system, s)]
        self.names = {s: step.fresh(f"{s}_shift") for s in states}
        self.paths: dict[str, str] = {}

    def added(self, state: str) -> str:
        """``+ V_shift``, or nothing."""
        return f" + {self.names[state]}" if state in self.names else ""

    def new_state(self, state: str, text: str) -> str:
        """The new state from the formula ``text``; the formula's own value is kept where an event may set the state."""
        if state not in self.names:
            return self.step.line(f"{state}_new", self.step.unless_held(state, text))
        self.paths[state] = self.step.line(f"{state}_path", text)
        return self.step.line(f"{state}_new", self.step.unless_held(state, self.paths[state]))

    def written(self, new: dict[str, str], sums: Fields, slopes: Mapping[str, str]) -> Written:
        """What a method that remembers right-hand sides has written; after the events the shifts take up the jumps."""

        def conclude(last: dict[str, str], hidden: dict[str, str]) -> dict[str, str]:
            if self.names:
                self.step.stage("shifts: what events and holds have moved")
            for state, shift in self.names.items():
                text = f"{shift} + ({last[state]} - {self.paths[state]})"
                hidden[shift] = self.step.line(f"{shift}_new", text)
            return {s: slopes[s] for s in fractional_states(self.step.system)}

        return Written(new, sums=sums, carried=tuple(self.names.values()), conclude=conclude)


def remembered_increments(step: StepBuilder, new: Mapping[str, str]) -> dict[str, str]:
    """How far each fractional state has moved, events included."""
    step.stage("remembered: the increments")
    return {s: step.line(f"{s}_increment", f"{new[s]} - {s}") for s in fractional_states(step.system)}


def increments_written(step: StepBuilder, new: dict[str, str], sums: Fields) -> Written:
    """What a method that remembers increments has written."""
    return Written(new, sums=sums, conclude=lambda last, hidden: remembered_increments(step, last))
