"""Stochastic Runge-Kutta methods of Roessler: tableaus, and the integrals of the Wiener process that weigh them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import NoisyMethod, product
from brainpy_lab.solvers.runge_kutta import Coefficient, weighted_sum

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView

Rows = tuple[tuple[Coefficient, ...], ...]


@dataclass(frozen=True)
class StrongTableau:
    """Coefficients of a method of strong order 3/2 (Roessler 2010).

    Attributes
    ----------
    a0, b0 : rows of the stages of the drift after the first: weights of drifts and of amplitudes
    a1, b1 : rows of the stages of the noise after the first
    alpha : weights of the drifts in the new state
    beta : four rows: weights of the amplitudes with the integrals I_1, I_11/sqrt(dt), I_10/dt, I_111/dt
    """

    a0: Rows
    b0: Rows
    a1: Rows
    b1: Rows
    alpha: tuple[Coefficient, ...]
    beta: Rows


@dataclass
class Integrals:
    """Names of integrals of one Wiener process over the step: dW, I_11/sqrt(dt), I_10/dt and I_111/dt."""

    i1: str
    i11: str
    i10: str
    i111: str


def mean_path(step: StepBuilder, source: str) -> str:
    """Name of I_10/dt, the mean of the Wiener process over the step, from its increment and a second normal.

    P. E. Kloeden, E. Platen (1992). Numerical Solution of Stochastic Differential Equations, section 10.4.
    doi:10.1007/978-3-662-12616-5
    """
    several = len(step.system.noise_sources) > 1
    name = f"mean_W_{source}" if several else "mean_W"
    second = step.normal(source, "integral")
    text = f"0.5*({step.increment(source)} + {step.root}*{second}/3**0.5)"
    return step.line(name, text, "mean of the process over the step")


def integrals(step: StepBuilder, source: str) -> Integrals:
    """The integrals of one source, written as lines."""
    suffix = f"_{source}" if len(step.system.noise_sources) > 1 else ""
    dw, root = step.increment(source), step.root
    i10 = mean_path(step, source)
    i11 = step.line(f"I_11{suffix}", f"0.5*({dw}**2 - dt)/{root}", "double integral by sqrt(dt)")
    i111 = step.line(f"I_111{suffix}", f"({dw}**3/dt - 3*{dw})/6", "triple integral by dt")
    return Integrals(dw, i11, i10, i111)


class StrongRungeKutta(NoisyMethod):
    """Base of the methods of strong order 3/2 for separate noise: a subclass gives its `tableau`."""

    tableau: ClassVar[StrongTableau]
    calculus = "ito"

    def check_noise(self, noise: DiffusionView) -> None:
        """Refuse noise that is neither scalar nor diagonal."""
        if len(noise.system.noise_sources) > 1 and not noise.is_separate:
            raise self.refusal(
                noise.system,
                "its noise is neither scalar (one source) nor diagonal (a source for each state, with an amplitude of "
                "that state alone).",
                ("sra1",) if noise.is_additive else ("milstein", "dri1"),
            )

    def write(self, step: StepBuilder) -> Written:
        """Write the integrals, the stages of drift and noise, and the new state."""
        table, states = self.tableau, [s.name for s in step.moving]
        source = {s.name: s.noise[0].source for s in step.moving if s.noise}
        ints = {k: integrals(step, k) for k in step.system.noise_sources}
        drifts: list[Mapping[str, str]] = []
        noises: list[Mapping[str, str]] = []
        for i in range(len(table.beta[0])):
            drifts.append(self._drift_stage(step, i, states, source, drifts, noises, ints))
            noises.append(self._noise_stage(step, i, states, source, drifts, noises))
        step.stage("new state")
        new = {}
        for s in states:
            text = s + _plus(weighted_sum(table.alpha, [d.get(s, "") for d in drifts]))
            if s in source:
                own = ints[source[s]]
                for weights, factor in zip(table.beta, (own.i1, own.i11, own.i10, own.i111), strict=True):
                    text += _plus(_grouped(weights, [n[s] for n in noises], factor))
            new[s] = step.line(f"{s}_new", text)
        return Written(new)

    def _drift_stage(
        self,
        step: StepBuilder,
        i: int,
        states: list[str],
        source: Mapping[str, str],
        drifts: Sequence[Mapping[str, str]],
        noises: Sequence[Mapping[str, str]],
        ints: Mapping[str, Integrals],
    ) -> Mapping[str, str]:
        if i == 0:
            step.stage("drift, stage 1, at the start of the step")
            return self.drift(step, "_1")
        rows = self.tableau.a0[i - 1], self.tableau.b0[i - 1]
        if not any(rows[0] + rows[1]):  # stages 3 and 4 of the drift are the first one: nothing is computed twice
            return drifts[0]
        step.stage(f"drift, stage {i + 1}")
        values = {}
        for s in states:
            text = s + _plus(weighted_sum(rows[0], [d.get(s, "") for d in drifts]))
            if s in source:
                text += _plus(_grouped(rows[1], [n[s] for n in noises], ints[source[s]].i10))
            values[s] = step.line(f"{s}_{i + 1}", text)
        return self.drift(step, f"_{i + 1}", {**{s: s for s in step.system.state_names}, **values}, _time(rows[0]))

    def _noise_stage(
        self,
        step: StepBuilder,
        i: int,
        states: list[str],
        source: Mapping[str, str],
        drifts: Sequence[Mapping[str, str]],
        noises: Sequence[Mapping[str, str]],
    ) -> Mapping[str, str]:
        if i == 0:
            step.stage("noise, stage 1, at the start of the step")
            found = step.diffusion("_n1")
        else:
            rows = self.tableau.a1[i - 1], self.tableau.b1[i - 1]
            step.stage(f"noise, stage {i + 1}")
            values = {}
            for s in states:
                text = s + _plus(weighted_sum(rows[0], [d.get(s, "") for d in drifts]))
                if s in source:
                    text += _plus(_grouped(rows[1], [n[s] for n in noises], step.root))
                values[s] = step.line(f"{s}_n{i + 1}", text)
            every = {**{s: s for s in step.system.state_names}, **values}
            found = step.diffusion(f"_n{i + 1}", every, _time(rows[0]))
        return {s: next(iter(amplitudes.values())) for s, amplitudes in found.items()}


def _time(row: Sequence[Coefficient]) -> str:
    """The time of a stage whose drifts have these weights."""
    node = sum(row)
    return "t" if node == 0 else "t + dt" if node == 1 else f"t + {float(node)!r}*dt"


def _plus(text: str) -> str:
    if not text:
        return ""
    return f" - {text[1:]}" if text.startswith("-") else f" + {text}"


def _grouped(weights: Sequence[Coefficient], names: Sequence[str], factor: str) -> str:
    """``factor`` times the weighted sum; equal names are taken together."""
    total: dict[str, Coefficient] = {}
    for weight, name in zip(weights, names, strict=False):
        if weight:
            total[name] = total.get(name, 0) + weight
    pairs = [(w, n) for n, w in total.items() if w]
    if len(pairs) == 1 and abs(pairs[0][0]) == 1:
        return f"{'-' if pairs[0][0] < 0 else ''}{product(pairs[0][1], factor)}"
    return weighted_sum([w for w, _ in pairs], [n for _, n in pairs], factor)
