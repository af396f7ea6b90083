"""The implicit L1 method."""

from __future__ import annotations

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers import memory_weights as w
from brainpy_lab.solvers.fractional import Array, FractionalMethod, increments_written
from brainpy_lab.solvers.newton import write_newton


class CaputoL1(FractionalMethod):
    """L1 formula for Caputo derivatives of order 0 < a <= 1, implicit: for stiff models and for neurons with resets.

    The derivative of the path that runs straight between the steps, set equal to the right-hand side at the new state;
    solved by Newton's method with the exact Jacobian. Order 2 - a on smooth solutions; at order 1 it is the backward
    Euler method, which states without an order take too.

    It remembers increments, those that events make among them: the derivative is that of the path as it is, resets and
    refractory periods included, as in the fractional leaky integrate-and-fire model of Teka et al. A reset without
    ``hold`` is a jump that the memory pulls back within a few steps, whatever dt: give the neuron a refractory period.

    Y. Lin, C. Xu, Journal of Computational Physics 225, 1533-1552, 2007. doi:10.1016/j.jcp.2007.02.001
    W. Teka, T. M. Marinov, F. Santamaria, PLoS Computational Biology 10, e1003526, 2014.
    doi:10.1371/journal.pcbi.1003526
    """

    name = "caputo_l1"
    title = "L1, implicit"
    order = 1
    stages = 1
    is_implicit = True
    needs_jacobian = True
    reference = "Lin & Xu 2007"
    sum_names = ("memory",)
    weight_names = ("weight",)
    remembers = "increment"
    largest_order = 1.0

    def nominal_order(self, order: float) -> float:
        """2 - a, on solutions that are smooth in time."""
        return 2.0 - order

    def weights(self, order: float, dt: float, lags: int) -> Array:
        """Minus the weights of the increments before the last, against that of the last."""
        return -w.l1(order, np.arange(lags + 1))[None]

    def step_weights(self, order: float, dt: float, is_first: bool) -> Array:
        """Weight of the slope at the new state: dt^a Gamma(2 - a)."""
        return np.array([dt**order * w.gamma(2.0 - order)])

    def mesh_row(self, order: float, times: Array) -> tuple[Array, Array]:
        """Minus the weights of earlier increments over that of the last, on any mesh; and the weight of the slope."""
        row = w.l1_row(order, times)
        return -row[None, :-1] / row[-1], np.array([1.0 / row[-1]])

    def free_motion(self, order: Array, start: Array, slope: Array, times: Array, uniform: float | None) -> Array:
        """None: increments are all there is."""
        return np.zeros(np.shape(start))

    def write(self, step: StepBuilder) -> Written:
        """Write what the past contributes, and Newton's iteration for the new state."""
        given = self.arguments(step)
        states = [s.name for s in step.moving]
        known, weights = dict(zip(states, states, strict=True)), dict.fromkeys(states, "dt")
        step.stage("what the past contributes")
        for s, names in given.items():
            known[s] = step.line(f"{s}_known", step.unless_held(s, f"{s} + {names['memory']}"))
            weights[s] = names["weight"]
        new = write_newton(step, known, weights, "y_new = y_known + weight*dy(t + dt, y_new)")
        return increments_written(step, new, self.sums(given))


CAPUTO_L1 = CaputoL1()
