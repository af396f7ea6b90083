"""The explicit Grünwald-Letnikov method."""

from __future__ import annotations

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers import memory_weights as w
from brainpy_lab.solvers.fractional import Array, FractionalMethod, increments_written


class GrunwaldLetnikov(FractionalMethod):
    """Grünwald-Letnikov differences of x - x(0) - t x'(0), explicit: order 1 for 0 < a <= 2, one stage.

    The Caputo derivative is taken by the difference quotient ``dt^-a * sum of (-1)^k C(a, k) x(t - k dt)``, here in the
    equivalent form that sums increments. At order 1 it is Euler's method. With ``memory=L`` increments older than L
    are forgotten (short memory): the derivative then errs by at most L^-a/Gamma(1 - a) times the variation forgotten,
    and ``sol.stats["short_memory"]`` gives that bound for each state.

    It remembers increments, those that events make among them: the derivative is that of the path as it is, resets
    included.

    I. Podlubny, Fractional Differential Equations, Academic Press, 1999, chapter 7.
    R. Scherer, S. L. Kalla, Y. Tang, J. Huang, Computers & Mathematics with Applications 62, 902-917, 2011.
    doi:10.1016/j.camwa.2011.03.054
    """

    name = "grunwald_letnikov"
    title = "Grünwald-Letnikov, explicit"
    order = 1
    stages = 1
    reference = "Podlubny 1999"
    sum_names = ("memory",)
    weight_names = ("weight",)
    remembers = "increment"
    has_meshes = False
    has_window = True

    def nominal_order(self, order: float) -> float:
        """1 for every order."""
        return 1.0

    def weights(self, order: float, dt: float, lags: int) -> Array:
        """Minus the partial sums of the Grünwald weights."""
        return -w.grunwald_of_increments(order, lags)[None]

    def step_weights(self, order: float, dt: float, is_first: bool) -> Array:
        """Weight of the slope: dt^a."""
        return np.array([dt**order])

    def mesh_row(self, order: float, times: Array) -> tuple[Array, Array]:
        """There are no such differences on other meshes."""
        raise NotImplementedError

    def free_motion(self, order: Array, start: Array, slope: Array, times: Array, uniform: float | None) -> Array:
        """The differences of t x'(0), which are no part of the derivative."""
        steps = len(times) - 1
        slope = np.asarray(slope, dtype=float)
        if uniform is None or not slope.any():
            return np.zeros(slope.shape)
        first = round(float(times[0]) / uniform)
        orders = np.broadcast_to(order, slope.shape)
        columns = [
            uniform * s * np.cumsum(w.grunwald_of_increments(a, first + steps - 1))[first:]
            for a, s in zip(orders.ravel(), slope.ravel(), strict=True)
        ]
        return np.stack(columns, axis=-1).reshape(1, steps, *slope.shape)

    def write(self, step: StepBuilder) -> Written:
        """Write the slopes and the step."""
        given = self.arguments(step)
        step.stage("slopes at t")
        slopes = step.drift("")
        step.stage("new state")
        new = {}
        for state in step.moving:
            s = state.name
            text = f"{s} + dt*{slopes[s]}"
            if s in given:
                text = f"{s} + {given[s]['memory']} + {given[s]['weight']}*{slopes[s]}"
            new[s] = step.line(f"{s}_new", step.unless_held(s, text))
        return increments_written(step, new, self.sums(given))


GRUNWALD_LETNIKOV = GrunwaldLetnikov()
