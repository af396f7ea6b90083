"""SRA1 of Roessler, for additive noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import Amplitudes, NoisyMethod, noise_sum, product
from brainpy_lab.solvers.stochastic_runge_kutta import mean_path

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView


class Sra1(NoisyMethod):
    """SRA1: strong order 3/2 and weak order 2 for additive noise of any number of sources; order 2 without noise.

    The equations of Ito and Stratonovich are the same here. Amplitudes may depend on time, not on states. Two drifts,
    and the amplitudes at both ends of the step.

    A. Roessler, SIAM Journal on Numerical Analysis 48, 922-952, 2010, section 6. doi:10.1137/09076636X
    """

    name = "sra1"
    title = "SRA1 (additive noise)"
    calculus = None
    order = 1.5
    weak_order = 2
    stages = 2
    reference = "Roessler 2010"

    def check_noise(self, noise: DiffusionView) -> None:
        """Refuse noise whose amplitude depends on a state."""
        if not noise.is_additive:
            scalar = len(noise.system.noise_sources) == 1 or noise.is_separate
            others = ("sri1w1", "sri2w1") if scalar else ("milstein", "dri1")
            raise self.refusal(noise.system, "the amplitude of its noise depends on a state.", others)

    def write(self, step: StepBuilder) -> Written:
        """Write the integrals of the noise, two drifts, and the new state."""
        states = [s.name for s in step.moving]
        self.increments(step)
        means = {source: mean_path(step, source) for source in step.system.noise_sources}
        step.stage("drift and noise at the start of the step")
        first = step.drift("_1")
        start = step.diffusion("_1")
        step.stage("noise at the end of the step")
        end = step.diffusion("_end", {s: s for s in step.system.state_names}, "t + dt")
        # SRA1: A0 = 3/4, B0 = 3/2, alpha = (1/3, 2/3), beta1 = (1, 0), beta2 = (-1, 1), nodes of the noise 1 and 0
        step.stage("drift, stage 2")
        moved = {}
        for s in states:
            noise = "".join(f" + 1.5*{product(g, means[k])}" for k, g in start.get(s, {}).items())
            moved[s] = step.line(f"{s}_2", f"{s} + 0.75*dt*{first[s]}{noise}")
        second = step.drift("_2", {**{s: s for s in step.system.state_names}, **moved}, "t + 0.75*dt")
        step.stage("new state")
        new = {}
        for s in states:
            text = f"{s} + dt/3*({first[s]} + 2*{second[s]}){self._noise(step, s, start, end, means)}"
            new[s] = step.line(f"{s}_new", text)
        return Written(new)

    @staticmethod
    def _noise(step: StepBuilder, state: str, start: Amplitudes, end: Amplitudes, means: Mapping[str, str]) -> str:
        text = noise_sum(end.get(state, {}), step.increment)
        for source, amplitude in start.get(state, {}).items():
            if amplitude != end[state][source]:
                text += f" + ({amplitude} - {end[state][source]})*{means[source]}"
        return text


SRA1 = Sra1()
