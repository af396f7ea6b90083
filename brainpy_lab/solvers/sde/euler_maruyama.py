"""The Euler-Maruyama method."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import NoisyMethod, noise_sum


class EulerMaruyama(NoisyMethod):
    """Euler-Maruyama (Ito): strong order 1/2, 1 for additive noise; weak order 1; any noise.

    ``x_new = x + f dt + sum_k g_k dW_k``, everything taken at the step's start.

    G. Maruyama, Rendiconti del Circolo Matematico di Palermo 4, 48-90, 1955. doi:10.1007/BF02846028
    """

    name = "euler_maruyama"
    title = "Euler-Maruyama"
    calculus = "ito"
    order = 0.5
    weak_order = 1
    stages = 1
    handles_delays = True
    reference = "Maruyama 1955"

    def write(self, step: StepBuilder) -> Written:
        """Write drift and amplitudes at the step's start, then the new state."""
        self.increments(step)
        step.stage("drift and noise at the start of the step")
        slopes, amplitudes = self.slopes(step, "")
        step.stage("new state")
        new = {}
        for s in (s.name for s in step.moving):
            noise = noise_sum(amplitudes.get(s, {}), step.increment)
            new[s] = step.line(f"{s}_new", f"{s} + dt*{slopes[s]}{noise}")
        return Written(new)


EULER_MARUYAMA = EulerMaruyama()
