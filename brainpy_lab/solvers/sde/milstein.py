"""Milstein's method, with exact derivatives of the amplitudes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.generate import Written
from brainpy_lab.solvers.noisy import (
    Amplitudes,
    NoisyMethod,
    amplitude_slopes,
    bracketed,
    check_commutative,
    noise_sum,
    product,
    square,
)

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView


class Milstein(NoisyMethod):
    """Milstein (Ito and Stratonovich): strong and weak order 1 for commutative noise.

    To Euler-Maruyama's step are added the double integrals of the noise,
    ``1/2 sum_k sum_l (g_k . grad) g_l (dW_k dW_l - dt if k == l)``, without the ``dt`` for Stratonovich equations. The
    derivatives are exact. Noise that does not commute would need Levy areas and is refused.

    G. N. Milstein, Theory of Probability and its Applications 19, 557-562, 1975. doi:10.1137/1119062
    """

    name = "milstein"
    title = "Milstein"
    calculus = None
    order = 1
    weak_order = 1
    stages = 1
    reference = "Milstein 1975"

    def check_noise(self, noise: DiffusionView) -> None:
        """Refuse noise that does not commute, or that cannot be differentiated."""
        noise.is_additive  # noqa: B018 - the derivatives that the step needs
        check_commutative(self, noise)

    def write(self, step: StepBuilder) -> Written:
        """Write drift, amplitudes and their derivatives, then the new state."""
        self.increments(step)
        step.stage("drift and noise at the start of the step")
        slopes, amplitudes = self.slopes(step, "")
        double = {s: double_integrals(step, s, amplitudes) for s in amplitudes}
        step.stage("new state")
        new = {}
        for s in (s.name for s in step.moving):
            noise = noise_sum(amplitudes.get(s, {}), step.increment) + double.get(s, "")
            new[s] = step.line(f"{s}_new", f"{s} + dt*{slopes[s]}{noise}")
        return Written(new)


def double_integrals(step: StepBuilder, state: str, amplitudes: Amplitudes) -> str:
    """The terms of the double integrals in the new value of ``state``; derivatives that they need are written."""
    text = ""

    def along(k: str, m: str) -> list[str]:
        """Terms of the derivative of the amplitude of source m along that of source k."""
        if m not in amplitudes[state]:
            return []
        found = amplitude_slopes(step, state, m, along=k)
        return [product(amplitudes[other][k], slope) for other, slope in found.items()]

    for source in amplitudes[state]:
        terms = along(source, source)
        if terms:
            text += f" + 0.5*{bracketed(terms)}*{square(step, source)}"
    for k, m in combinations(step.system.noise_sources, 2):
        # the noise commutes: one order of the two sources gives the term of both
        terms = along(k, m) if m in amplitudes[state] else along(m, k)
        if terms:
            text += f" + {bracketed(terms)}*{step.increment(k)}*{step.increment(m)}"
    return text


MILSTEIN = Milstein()
