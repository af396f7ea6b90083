"""Milstein's method, with exact derivatives of the amplitudes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import (
    Amplitudes,
    NoisyMethod,
    amplitude_slopes,
    bracketed,
    noise_of,
    noise_sum,
    product,
    square,
)

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView


class Milstein(NoisyMethod):
    """Milstein (Ito and Stratonovich): strong and weak order 1 for any noise.

    To Euler-Maruyama's step are added the double integrals of the noise, ``sum_k sum_l (g_k . grad) g_l I_kl`` with
    ``I_kl = 1/2 (dW_k dW_l - dt if k == l) + A_kl``, without the ``dt`` for Stratonovich equations. The derivatives are
    exact. The Levy areas ``A_kl = -A_lk`` are drawn where the noise of two sources does not commute (elsewhere they
    cancel): see `brainpy_lab.drivers.feeds.levy_areas`. Their cost grows like 1/sqrt(dt).

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
        """Refuse noise that cannot be differentiated."""
        noise.differentiate()

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
    noise = noise_of(step.system)
    for k, m in combinations(step.system.noise_sources, 2):
        if noise.commute(state, k, m):
            # one order of the two sources gives the term of both
            terms = along(k, m) if m in amplitudes[state] else along(m, k)
            text += f" + {bracketed(terms)}*{step.increment(k)}*{step.increment(m)}" if terms else ""
            continue
        for inner, outer in ((k, m), (m, k)):
            terms = along(inner, outer)
            text += f" + {bracketed(terms)}*{step.double(inner, outer)}" if terms else ""
    return text


MILSTEIN = Milstein()
