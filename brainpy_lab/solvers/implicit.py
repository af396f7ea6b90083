"""Implicit one-step methods with a fixed step: Newton's iteration with the exact Jacobian, visible in the step."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.generate import Written
from brainpy_lab.codegen.printing import parse
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.linear import check_differentiable, write_jacobian, write_matrix, write_solve
from brainpy_lab.solvers.method import Method

_ITERATIONS = 12


class ImplicitMethod(Method):
    """Base of the theta methods: y_new = y + dt*((1 - theta)*f(t, y) + theta*f(t + dt, y_new)).

    The iteration ends when every change is below 1e-12 + 1e-8*abs(value): the error is its square by then. Where it has
    not converged after twelve turns the new state is nan, which ends the run at that step with advice.
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
        step.drift_holds()
        target = f"y_new = {'y' if self.theta == 1 else 'y_known'} + {share}*dy(t + dt, y_new)"
        step.stage(f"Newton's iteration for {target}, from the state at the start")
        new = {s: step.line(f"{s}_new", s) for s in states}
        changes = {s: step.line(f"{s}_change", "0.0") for s in states}
        with step.loop(_ITERATIONS) as loop:
            at_end = {**{s: s for s in step.system.state_names}, **new}
            slopes = step.drift("_end", at_end, "t + dt")
            jacobian = write_jacobian(step, "_end", at_end, "t + dt")
            matrix = write_matrix(step, jacobian, "1", f"{share}*")
            right = {s: f"{known[s]} + {share}*{slopes[s]} - {new[s]}" for s in states}
            found = write_solve(step, matrix, right, "{}_correction")
            for s in states:
                step.assign(changes[s], found[s])
            for s in states:
                step.assign(new[s], f"{new[s]} + {found[s]}")
            tests = [f"{changes[s]}, {new[s]}" for s in states]
            loop.until = parse(f"converged({', '.join(tests)})")
        step.stage("nan where the iteration has not converged")
        for s in states:
            step.assign(new[s], f"solved({changes[s]}, {new[s]})")
        return Written(new)
