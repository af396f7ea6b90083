"""The implicit product trapezoid rule."""

from __future__ import annotations

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers import memory_weights as w
from brainpy_lab.solvers.fractional import Array, FractionalMethod, Shifts
from brainpy_lab.solvers.newton import write_newton


class CaputoPI(FractionalMethod):
    """Product integration (trapezoid rule) for Caputo derivatives of order 0 < a <= 2, implicit: for stiff models.

    The fractional integral of the right-hand side, taken as running straight between the steps; solved by Newton's
    method with the exact Jacobian. Order 2 where the right-hand side is smooth in time; a solution that starts like t^a
    costs accuracy near 0, which a graded mesh (``grading``) wins back. Like the trapezoid rule, which it is at order 1
    and which states without an order take too, it is stable at any step for orders up to 1 and damps what is much
    faster than the step slowly; `caputo_l1` damps it at once. For orders above 1 it is stable up to some
    ``rate*dt**a``: for real rates 27 at a = 1.1, 12 at 1.3, 10 at 1.5 and 1.7, 11 at 1.9 (measured).

    It remembers right-hand sides. An event that sets a state shifts it (see `Shifts`).

    R. Garrappa, Mathematics 6, 16, 2018. doi:10.3390/math6020016
    """

    name = "caputo_pi"
    title = "product trapezoid rule, implicit"
    order = 2
    stages = 1
    is_implicit = True
    needs_jacobian = True
    reference = "Garrappa 2018"
    sum_names = ("past",)
    weight_names = ("now", "next")
    remembers = "slope"

    def nominal_order(self, order: float) -> float:
        """2 for every order."""
        return 2.0

    def weights(self, order: float, dt: float, lags: int) -> Array:
        """Weights of remembered slopes in the product trapezoid rule, shape (1, lags + 1)."""
        weights: Array = dt**order / w.gamma(order + 2) * w.trapezoid(order, np.arange(lags + 1))
        return weights[None]

    def start_weights(self, order: float, dt: float, first: int, n: int) -> Array:
        """The trapezoid rule counts the slope at the start by half."""
        k = np.arange(first, first + n)
        extra = dt**order / w.gamma(order + 2) * (w.trapezoid_start(order, k) - w.trapezoid(order, k))
        return np.where(k > 0, extra, 0.0)[None]

    def step_weights(self, order: float, dt: float, is_first: bool) -> Array:
        """Weights of the slopes at t and at t + dt in the product trapezoid rule."""
        c = dt**order / w.gamma(order + 2)
        return np.array([c * (order if is_first else 2.0 ** (order + 1) - 2.0), c])

    def mesh_row(self, order: float, times: Array) -> tuple[Array, Array]:
        """Weights of the product trapezoid rule on any mesh: those of earlier slopes, and those of the last two."""
        row = w.trapezoid_row(order, times)
        return row[None, :-2], row[-2:]

    def free_motion(self, order: Array, start: Array, slope: Array, times: Array, uniform: float | None) -> Array:
        """The Taylor polynomial x(0) + t x'(0) that a Caputo derivative of order up to 2 leaves out."""
        line: Array = start + np.multiply.outer(times[1:], slope)
        return line

    def write(self, step: StepBuilder) -> Written:
        """Write the slopes at t and the implicit step."""
        given, shifts = self.arguments(step), Shifts(step)
        states = [s.name for s in step.moving]
        step.stage("slopes at t")
        slopes = step.drift("_0")
        step.stage("what the past and the slopes at t contribute")
        known, weights, formulas = {}, {}, {}
        for s in states:
            text, weights[s] = f"{s} + 0.5*dt*{slopes[s]}", "0.5*dt"
            if s in given:
                text = f"{given[s]['past']}{shifts.added(s)} + {given[s]['now']}*{slopes[s]}"
                weights[s] = given[s]["next"]
            if s in step.held:
                text = formulas[s] = step.line(f"{s}_formula", text)
            known[s] = step.line(f"{s}_known", step.unless_held(s, text))
        new = write_newton(step, known, weights, "y_new = y_known + weight*dy(t + dt, y_new)")
        for s in shifts.names:
            text = f"{formulas[s]} if {step.held[s]} else {new[s]}" if s in formulas else new[s]
            shifts.paths[s] = step.line(f"{s}_path", text)
        return shifts.written(new, self.sums(given), slopes)


CAPUTO_PI = CaputoPI()
