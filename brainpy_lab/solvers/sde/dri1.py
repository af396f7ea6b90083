"""DRI1 of Debrabant and Roessler, of weak order 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.noisy import NoisyMethod, product
from brainpy_lab.solvers.runge_kutta import weighted_sum

#: Coefficients of Debrabant and Roessler (2009): rows of the drift, rows of the noise, weights of the new state.
_A0 = ((0.5,), (-1.0, 2.0))
_B0 = ((6 - sqrt(6)) / 10, (3 + 2 * sqrt(6)) / 5)
_A1 = 342 / 491
_B1 = 3 * sqrt(38 / 491)
_B2 = (214 / 513 * sqrt(1105 / 991), 491 / 513 * sqrt(221 / 4955), 491 / 513 * sqrt(221 / 4955))
_ALPHA = (1 / 6, 2 / 3, 1 / 6)
_BETA1 = (193 / 684, 491 / 1368, 491 / 1368)
_BETA2 = sqrt(491 / 38) / 6
_BETA3 = (-4955 / 7072, 4955 / 14144, 4955 / 14144)
_BETA4 = sqrt(4955 / 221) / 8


class Dri1(NoisyMethod):
    """DRI1 (Ito): weak order 2 for any noise; strong order 1/2; order 3 without noise.

    For means and distributions, not for single paths. The mixed double integrals of two sources are replaced by
    variables with the right moments: half the product of the increments and a sign of a further draw.

    K. Debrabant, A. Roessler, Applied Numerical Mathematics 59, 582-594, 2009. doi:10.1016/j.apnum.2008.03.012
    """

    name = "dri1"
    title = "DRI1 (weak order 2)"
    calculus = "ito"
    order = 0.5
    weak_order = 2
    stages = 3
    reference = "Debrabant & Roessler 2009"

    def write(self, step: StepBuilder) -> Written:
        """Write the stages of the noise source by source, those of the drift, and the new state."""
        states, sources = [s.name for s in step.moving], step.system.noise_sources
        everything = {s: s for s in step.system.state_names}
        dw = self.increments(step)
        step.stage("drift and noise at the start of the step")
        drifts = [self.drift(step, "_1")]
        first = step.diffusion("_n1")
        stages = {k: [_of(first, k)] for k in sources}
        for k in sources:
            for number, sign in ((2, "+"), (3, "-")):
                suffix = f"_{k}{number}" if len(sources) > 1 else f"_n{number}"
                step.stage(f"noise {k}, stage {number}")
                values = {}
                for s in states:
                    noise = f" {sign} {_B1!r}*{product(stages[k][0][s], step.root)}" if s in stages[k][0] else ""
                    values[s] = step.line(f"{s}{suffix}", f"{s} + {_A1!r}*dt*{drifts[0][s]}{noise}")
                found = step.diffusion(suffix, {**everything, **values}, f"t + {_A1!r}*dt", only=k)
                stages[k].append(_of(found, k))
        for i, (row, weight) in enumerate(zip(_A0, _B0, strict=True), start=2):
            step.stage(f"drift, stage {i}")
            values = {}
            for s in states:
                noise = "".join(
                    f" + {weight!r}*{product(stages[k][0][s], dw[k])}" for k in sources if s in stages[k][0]
                )
                values[s] = step.line(f"{s}_{i}", f"{s} + {weighted_sum(row, [d[s] for d in drifts])}{noise}")
            drifts.append(self.drift(step, f"_{i}", {**everything, **values}, "t + 0.5*dt" if i == 2 else "t + dt"))
        mixed = self._mixed(step, states, stages) if len(sources) > 1 else {}
        step.stage("new state")
        new = {}
        for s in states:
            text = f"{s} + {weighted_sum(_ALPHA, [d[s] for d in drifts])}"
            for k in sources:
                if s in stages[k][0]:
                    text += self._own(step, [stage[s] for stage in stages[k]], k)
                    text += mixed.get((s, k), "")
            new[s] = step.line(f"{s}_new", text)
        return Written(new)

    @staticmethod
    def _own(step: StepBuilder, g: Sequence[str], source: str) -> str:
        dw = step.increment(source)
        if g[0] == g[1] == g[2]:
            return f" + {product(g[0], dw)}"
        double = f"{_BETA2!r}*({g[1]} - {g[2]})*0.5*({dw}**2 - dt)/{step.root}"
        return f" + {dw}*({weighted_sum(_BETA1, g, '')}) + {double}"

    def _mixed(
        self, step: StepBuilder, states: list[str], stages: Mapping[str, Sequence[Mapping[str, str]]]
    ) -> dict[tuple[str, str], str]:
        """Terms of each state and source from the amplitudes beside the start along all other sources."""
        sources = step.system.noise_sources
        step.stage("stand-ins for the mixed double integrals, by sqrt(dt)")
        signs = {
            k: step.line(f"sign_{k}", f"{step.root} if {step.normal(k, 'integral')} > 0 else -{step.root}")
            for k in sources[:-1]
        }
        double = {}
        for a, k in enumerate(sources):
            for b, m in enumerate(sources):
                if a != b:
                    sign = f"- {signs[k]}" if a < b else f"+ {signs[m]}"
                    both = f"{step.increment(k)}*{step.increment(m)}/{step.root}"
                    double[k, m] = step.line(f"I_{k}_{m}", f"0.5*({both} {sign})")
        terms = {}
        for k in sources:
            step.stage(f"noise {k} beside the start, along the other sources")
            there = []
            for number, sign in ((2, "-"), (3, "+")):
                values = {}
                for s in states:
                    along = "".join(
                        f" {sign} {double[k, m]}*({weighted_sum(_B2, [stage[s] for stage in stages[m]], '')})"
                        for m in sources
                        if m != k and s in stages[m][0]
                    )
                    values[s] = step.line(f"{s}_beside_{k}{number}", f"{s}{along}") if along else s
                found = step.diffusion(
                    f"_beside_{k}{number}", {**{s: s for s in step.system.state_names}, **values}, only=k
                )
                there.append(_of(found, k))
            for s, g in stages[k][0].items():
                if there[0][s] != g:
                    three = [g, there[0][s], there[1][s]]
                    terms[s, k] = (
                        f" + {step.increment(k)}*({weighted_sum(_BETA3, three, '')})"
                        f" + {_BETA4!r}*{step.root}*({three[2]} - {three[1]})"
                    )
        return terms


def _of(amplitudes: Mapping[str, Mapping[str, str]], source: str) -> dict[str, str]:
    """The amplitudes of one source by state."""
    return {s: g[source] for s, g in amplitudes.items() if source in g}


DRI1 = Dri1()
