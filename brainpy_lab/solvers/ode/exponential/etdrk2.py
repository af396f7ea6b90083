"""Exponential time differencing of order two."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.exponential import write_phis, write_rates, write_rest
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method


class ETDRK2(Method):
    """Exponential time differencing, Runge-Kutta of order 2: two stages; exact for each variable linear in itself.

    Each variable has a linear part of its own, the rate d(dx/dt)/dx at the step's start (found symbolically; of a
    nonlinear variable the local linearisation), which is integrated exactly; the rest is extrapolated by two stages.
    At zero rate it is Heun's method.

    S. M. Cox, P. C. Matthews, Journal of Computational Physics 176, 430-455, 2002. doi:10.1006/jcph.2002.6995
    """

    name = "etdrk2"
    title = "exponential Runge-Kutta, order 2"
    order = 2
    stages = 2
    needs_jacobian = True
    reference = "Cox & Matthews 2002"

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        check_differentiable(system, self.name)

    def write(self, step: StepBuilder) -> Written:
        """Write the rates, the predictor and the correction."""
        system = step.system
        step.stage("slopes and rates at the start of the step")
        slopes = step.drift("_1")
        rates = write_rates(step)
        phis = write_phis(step, rates, "dt", "", 2)
        step.stage("predictor: linear part exact, the rest frozen")
        ahead = {s: step.line(f"{s}_2", f"{s} + dt*{phis[s].one}*{slopes[s]}") for s in rates}
        later = step.drift("_2", {**{s: s for s in system.state_names}, **ahead}, "t + dt")
        step.stage("new state, with the change of the nonlinear rest")
        rest = write_rest(step, "rest_2", (slopes, later), ahead, rates)
        return Written({s: step.line(f"{s}_new", f"{ahead[s]} + dt*{phis[s].two}*{rest[s]}") for s in rates})


ETDRK2_COX_MATTHEWS = ETDRK2()
