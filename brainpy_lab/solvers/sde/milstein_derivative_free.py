"""Milstein's method with differences in place of derivatives."""

from __future__ import annotations

from collections.abc import Mapping

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.solvers.noisy import Amplitudes, NoisyMethod, noise_of, noise_sum, product, square


class MilsteinDerivativeFree(NoisyMethod):
    """Milstein without derivatives (Ito and Stratonovich): strong and weak order 1 for any noise.

    The derivative of the amplitudes along source k is a difference quotient, so that amplitudes of any form will do,
    helper functions with loops among them: to ``x + f dt + g_k sqrt(dt)`` for Ito equations, between
    ``x + g_k sqrt(dt)`` and ``x - g_k sqrt(dt)`` for Stratonovich equations, where the error of a one-sided quotient
    would not vanish in the mean. Levy areas are drawn as for `milstein`, for all pairs of sources unless the noise is
    found to commute.

    P. E. Kloeden, E. Platen, Numerical Solution of Stochastic Differential Equations, Springer, 1992, section 11.1.
    doi:10.1007/978-3-662-12616-5
    """

    name = "milstein_derivative_free"
    title = "Milstein, derivative-free"
    calculus = None
    order = 1
    weak_order = 1
    stages = 2
    reference = "Kloeden & Platen 1992"

    def write(self, step: StepBuilder) -> Written:
        """Write drift and amplitudes, the amplitudes beside the start for each source, then the new state."""
        states = [s.name for s in step.moving]
        self.increments(step)
        step.stage("drift and noise at the start of the step")
        slopes, amplitudes = self.slopes(step, "_1")
        double = dict.fromkeys(states, "")
        needs_areas = not _commutes(step.system)
        for source in step.system.noise_sources:
            for (state, other), difference in self._differences(step, source, slopes, amplitudes).items():
                if other == source:
                    double[state] += f" + 0.5*{difference}*{square(step, source)}"
                elif needs_areas:
                    double[state] += f" + {difference}*{step.double(source, other)}"
                else:
                    double[state] += f" + 0.5*{difference}*{step.increment(source)}*{step.increment(other)}"
        step.stage("new state")
        new = {}
        for s in states:
            noise = noise_sum(amplitudes.get(s, {}), step.increment) + double[s]
            new[s] = step.line(f"{s}_new", f"{s} + dt*{slopes[s]}{noise}")
        return Written(new)

    def _differences(
        self, step: StepBuilder, source: str, slopes: Mapping[str, str], amplitudes: Amplitudes
    ) -> dict[tuple[str, str], str]:
        """Difference quotients of all amplitudes that change along ``source``, by state and source."""
        suffix = "" if len(step.system.noise_sources) == 1 else f"_{source}"
        is_ito = step.system.calculus == "ito"
        step.stage(f"noise beside the start, along {source}")
        above = self._beside(step, source, f"{suffix}_2", "+", slopes if is_ito else {}, amplitudes)
        below = amplitudes if is_ito else self._beside(step, source, f"{suffix}_3", "-", {}, amplitudes)
        width = step.root if is_ito else f"(2*{step.root})"
        return {
            (state, other): f"({amplitude} - {below[state][other]})/{width}"
            for state, found in above.items()
            for other, amplitude in found.items()
            if amplitude != amplitudes[state][other]
        }

    @staticmethod
    def _beside(
        step: StepBuilder, source: str, suffix: str, sign: str, slopes: Mapping[str, str], amplitudes: Amplitudes
    ) -> Amplitudes:
        """All amplitudes at the start moved by sqrt(dt) along ``source``, and by dt along ``slopes``."""
        values = {s: s for s in step.system.state_names}
        for s in (s.name for s in step.moving):
            text = f" + dt*{slopes[s]}" if s in slopes else ""
            if source in amplitudes.get(s, {}):
                text += f" {sign} {product(amplitudes[s][source], step.root)}"
            if text:
                values[s] = step.line(f"{s}{suffix}", f"{s}{text}")
        return step.diffusion(suffix, values)


def _commutes(system: System) -> bool:
    """Whether the noise is known to commute."""
    try:
        return noise_of(system).is_commutative
    except AnalysisError:
        return False


MILSTEIN_DERIVATIVE_FREE = MilsteinDerivativeFree()
