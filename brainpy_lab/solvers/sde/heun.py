"""Heun's method for Stratonovich equations."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import NoisyMethod, mean_noise, noise_sum


class Heun(NoisyMethod):
    """Heun (Stratonovich): strong order 1 for commutative noise, 1/2 for any other; weak order 1.

    An Euler step of drift and noise, then both averaged over its ends. Without noise it is `heun2`, of order 2.

    W. Ruemelin, SIAM Journal on Numerical Analysis 19, 604-613, 1982. doi:10.1137/0719041
    """

    name = "heun"
    title = "Heun (Stratonovich)"
    calculus = "stratonovich"
    order = 1
    weak_order = 1
    stages = 2
    reference = "Ruemelin 1982"

    def write(self, step: StepBuilder) -> Written:
        """Write both stages, then the new state."""
        states = [s.name for s in step.moving]
        self.increments(step)
        step.stage("stage 1, at the start of the step")
        slopes, first = self.slopes(step, "_1")
        step.stage("stage 2, at t + dt")
        moved = {}
        for s in states:
            noise = noise_sum(first.get(s, {}), step.increment)
            moved[s] = step.line(f"{s}_2", f"{s} + dt*{slopes[s]}{noise}")
        values = {**{s: s for s in step.system.state_names}, **moved}
        slopes_2, second = self.slopes(step, "_2", values, "t + dt")
        step.stage("new state")
        new = {}
        for s in states:
            noise = mean_noise(first.get(s, {}), second.get(s, {}), step.increment)
            new[s] = step.line(f"{s}_new", f"{s} + 0.5*dt*({slopes[s]} + {slopes_2[s]}){noise}")
        return Written(new)


HEUN = Heun()
