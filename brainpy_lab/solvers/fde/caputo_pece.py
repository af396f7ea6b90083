"""The fractional Adams-Bashforth-Moulton method."""

from __future__ import annotations

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers import memory_weights as w
from brainpy_lab.solvers.fractional import Array, FractionalMethod, Shifts


class CaputoPECE(FractionalMethod):
    """Adams-Bashforth-Moulton predictor-corrector (PECE) for Caputo derivatives of order 0 < a <= 2: explicit.

    The predictor integrates the right-hand side by the product rectangle rule, the corrector by the product trapezoid
    rule. Order min(2, 1 + a) where the right-hand side is smooth in time; a solution that starts like t^a costs
    accuracy near 0, which a graded mesh (``grading``) wins back. At order 1 it is the predictor-corrector of
    Adams-Bashforth and Adams-Moulton of order 2 (the predictor sums the slopes from the start), which equals the
    ordinary result to that order; states without an order take the step of Heun's method.

    It remembers right-hand sides. An event that sets a state shifts it (see `Shifts`).

    K. Diethelm, N. J. Ford, A. D. Freed, Nonlinear Dynamics 29, 3-22, 2002. doi:10.1023/A:1016592219341
    K. Diethelm, N. J. Ford, A. D. Freed, Numerical Algorithms 36, 31-52, 2004. doi:10.1023/B:NUMA.0000027736.85078.be
    """

    name = "caputo_pece"
    title = "fractional Adams-Bashforth-Moulton (PECE)"
    order = 2
    stages = 2
    reference = "Diethelm, Ford & Freed 2002"
    sum_names = ("rectangle", "trapezoid")
    weight_names = ("rectangle_now", "trapezoid_now", "trapezoid_next")
    remembers = "slope"

    def nominal_order(self, order: float) -> float:
        """min(2, 1 + a)."""
        return min(2.0, 1.0 + order)

    def weights(self, order: float, dt: float, lags: int) -> Array:
        """Product rectangle rule for the predictor, product trapezoid rule for the corrector."""
        k = np.arange(lags + 1)
        predictor = dt**order / w.gamma(order + 1) * w.rectangle(order, k)
        return np.stack([predictor, dt**order / w.gamma(order + 2) * w.trapezoid(order, k)])

    def start_weights(self, order: float, dt: float, first: int, n: int) -> Array:
        """The trapezoid rule counts the slope at the start by half."""
        k = np.arange(first, first + n)
        extra = w.trapezoid_start(order, k) - w.trapezoid(order, k)
        return np.stack([np.zeros(n), np.where(k > 0, dt**order / w.gamma(order + 2) * extra, 0.0)])

    def step_weights(self, order: float, dt: float, is_first: bool) -> Array:
        """Weights of the slope now, in the rectangle and in the trapezoid rule, and of the slope at the predictor."""
        c = dt**order / w.gamma(order + 2)
        now = order if is_first else 2.0 ** (order + 1) - 2.0
        return np.array([dt**order / w.gamma(order + 1), c * now, c])

    def mesh_row(self, order: float, times: Array) -> tuple[Array, Array]:
        """Weights of the product rectangle and the product trapezoid rule on any mesh."""
        rectangle, trapezoid = w.rectangle_row(order, times), w.trapezoid_row(order, times)
        own = np.array([rectangle[-1], trapezoid[-2], trapezoid[-1]])
        return np.stack([rectangle[:-1], trapezoid[:-2]]), own

    def free_motion(self, order: Array, start: Array, slope: Array, times: Array, uniform: float | None) -> Array:
        """The Taylor polynomial x(0) + t x'(0) that a Caputo derivative of order up to 2 leaves out."""
        line: Array = start + np.multiply.outer(times[1:], slope)
        return line

    def write(self, step: StepBuilder) -> Written:
        """Write predictor, slopes at the predictor, and corrector."""
        given, shifts = self.arguments(step), Shifts(step)
        states = [s.name for s in step.moving]
        step.stage("slopes at t")
        slopes = step.drift("_1")
        step.stage("predictor at t + dt: product rectangle rule over the past")
        ahead = {}
        for s in states:
            text = f"{s} + dt*{slopes[s]}"
            if s in given:
                names = given[s]
                text = f"{names['rectangle']}{shifts.added(s)} + {names['rectangle_now']}*{slopes[s]}"
            ahead[s] = step.line(f"{s}_2", step.unless_held(s, text))
        step.stage("slopes at the predictor")
        later = step.drift("_2", {**{s: s for s in step.system.state_names}, **ahead}, "t + dt")
        step.stage("corrector at t + dt: product trapezoid rule over the past")
        new = {}
        for s in states:
            text = f"{s} + dt/2*({slopes[s]} + {later[s]})"
            if s in given:
                names = given[s]
                text = (
                    f"{names['trapezoid']}{shifts.added(s)} + {names['trapezoid_now']}*{slopes[s]}"
                    f" + {names['trapezoid_next']}*{later[s]}"
                )
            new[s] = shifts.new_state(s, text)
        return shifts.written(new, self.sums(given), slopes)


CAPUTO_PECE = CaputoPECE()
