"""Implicit one-step methods with a fixed step: Newton's iteration with the exact Jacobian, visible in the step."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method
from brainpy_lab.solvers.newton import write_newton


class ImplicitMethod(Method):
    """Base of the theta methods: y_new = y + dt*((1 - theta)*f(t, y) + theta*f(t + dt, y_new)).

    Solved by Newton's iteration, see `write_newton`.
    """

    is_implicit = True
    needs_jacobian = True
    theta: float

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        check_differentiable(system, self.name)

    def write(self, step: StepBuilder) -> Written:
        """Write the iteration and the test that it has converged."""
        states = [s.name for s in step.moving]
        share = "dt" if self.theta == 1 else f"{self.theta}*dt"
        known = {s: s for s in states}
        if self.theta < 1:
            step.stage("stage 1, at the start of the step")
            slopes = step.drift("_1")
            step.stage("what the slopes at the start contribute")
            known = {s: step.line(f"{s}_known", f"{s} + {1 - self.theta}*dt*{slopes[s]}") for s in states}
        target = f"y_new = {'y' if self.theta == 1 else 'y_known'} + {share}*dy(t + dt, y_new)"
        return Written(write_newton(step, known, dict.fromkeys(states, share), target))
