"""The Euler-Heun method."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import NoisyMethod, mean_noise, noise_sum


class EulerHeun(NoisyMethod):
    """Euler-Heun (Stratonovich): strong order 1/2 for any noise, 1 for commutative noise; weak order 1.

    ``x_2 = x + g(x) dW``, then ``x_new = x + f(x) dt + (g(x) + g(x_2))/2 dW``.

    P. E. Kloeden, E. Platen, Numerical Solution of Stochastic Differential Equations, Springer, 1992, section 4.9.
    doi:10.1007/978-3-662-12616-5
    """

    name = "euler_heun"
    title = "Euler-Heun"
    calculus = "stratonovich"
    order = 0.5
    weak_order = 1
    stages = 2
    reference = "Kloeden & Platen 1992"

    def write(self, step: StepBuilder) -> Written:
        """Write both stages of the noise, then the new state."""
        self.increments(step)
        step.stage("drift and noise at the start of the step")
        slopes, first = self.slopes(step, "_1")
        step.stage("noise after a step of it alone")
        moved = {s: step.line(f"{s}_2", f"{s}{noise_sum(g, step.increment)}") for s, g in first.items()}
        second = step.diffusion("_2", {**{s: s for s in step.system.state_names}, **moved}, "t + dt") if moved else {}
        step.stage("new state")
        new = {}
        for s in (s.name for s in step.moving):
            noise = mean_noise(first.get(s, {}), second.get(s, {}), step.increment)
            new[s] = step.line(f"{s}_new", f"{s} + dt*{slopes[s]}{noise}")
        return Written(new)


EULER_HEUN = EulerHeun()
