"""Milstein's method with differences in place of derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.generate import Written
from brainpy_lab.solvers.noisy import NoisyMethod, check_commutative, noise_sum, product, square

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView


class MilsteinDerivativeFree(NoisyMethod):
    """Milstein without derivatives (Ito and Stratonovich): strong and weak order 1 for commutative noise.

    The derivative of the amplitudes along source k is the difference quotient to ``x + f dt + g_k sqrt(dt)``, so that
    amplitudes of any form will do, helper functions with loops among them.

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

    def check_noise(self, noise: DiffusionView) -> None:
        """Refuse noise that does not commute."""
        check_commutative(self, noise)

    def write(self, step: StepBuilder) -> Written:
        """Write drift and amplitudes, the amplitudes beside the start for each source, then the new state."""
        states = [s.name for s in step.moving]
        sources = step.system.noise_sources
        self.increments(step)
        step.stage("drift and noise at the start of the step")
        slopes, amplitudes = self.slopes(step, "_1")
        double: dict[str, list[str]] = {s: [] for s in states}
        for source in sources:
            driven = {s: g[source] for s, g in amplitudes.items() if source in g}
            suffix = "_2" if len(sources) == 1 else f"_{source}"
            step.stage(f"noise beside the start, along {source}")
            beside = {}
            for s in states:
                noise = f" + {product(driven[s], step.root)}" if s in driven else ""
                beside[s] = step.line(f"{s}{suffix}", f"{s} + dt*{slopes[s]}{noise}")
            there = step.diffusion(suffix, {**{s: s for s in step.system.state_names}, **beside})
            for s, found in there.items():
                for other, amplitude in found.items():
                    if amplitude != amplitudes[s][other]:
                        both = square(step, source) if other == source else self._cross(step, source, other)
                        double[s].append(f" + 0.5*({amplitude} - {amplitudes[s][other]})/{step.root}*{both}")
        step.stage("new state")
        new = {}
        for s in states:
            noise = noise_sum(amplitudes.get(s, {}), step.increment) + "".join(double[s])
            new[s] = step.line(f"{s}_new", f"{s} + dt*{slopes[s]}{noise}")
        return Written(new)

    @staticmethod
    def _cross(step: StepBuilder, source: str, other: str) -> str:
        return f"{step.increment(source)}*{step.increment(other)}"


MILSTEIN_DERIVATIVE_FREE = MilsteinDerivativeFree()
