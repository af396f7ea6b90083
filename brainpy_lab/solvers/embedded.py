"""Embedded Runge-Kutta pairs: an explicit method with an error estimate and a continuous extension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.method import Method
from brainpy_lab.solvers.runge_kutta import (
    Coefficient,
    Tableau,
    advance,
    node_sum,
    weighted_sum,
    write_stages,
)


@dataclass(frozen=True)
class Pair(Tableau):
    """Tableau of an embedded pair.

    The slope at the new state is the next step's first stage. A pair whose last stage is not that slope already is
    given without it; `closed` has it in either case, as the last stage. Weights of the error and of the dense output
    count it, and the stages of ``extra`` after it.

    Attributes
    ----------
    b_error : weights of the error estimate
    b_coarse : weights of a second estimate, of lower order, that damps the first (Hairer's dop853)
    dense : rows q2, q3, ... of y(t + s*dt) = y + dt*(s*k1 + s**2*q2 + ...); by default the cubic Hermite polynomial
    extra : rows of further stages that the dense output alone needs
    """

    b_error: tuple[Coefficient, ...] = ()
    b_coarse: tuple[Coefficient, ...] = ()
    dense: tuple[tuple[Coefficient, ...], ...] = ()
    extra: tuple[tuple[Coefficient, ...], ...] = ()

    @cached_property
    def closed(self) -> tuple[tuple[Coefficient, ...], ...]:
        """Rows of the stages after the first up to the slope at the new state."""
        weights = self.b[: len(self.a)]
        return self.a if self.a[-1] == weights and not any(self.b[len(self.a) :]) else (*self.a, self.b)

    @property
    def powers(self) -> tuple[tuple[Coefficient, ...], ...]:
        """Rows q2, q3, ... of the dense output."""
        return self.dense or hermite(self.b, len(self.closed))


def hermite(b: Sequence[Coefficient], last: int) -> tuple[tuple[Coefficient, ...], ...]:
    """Rows q2, q3 of the cubic through states and slopes; the stage with index ``last`` is the slope at the end.

    With d = (y_new - y)/dt: q2 = 3*d - 2*f_start - f_end and q3 = -2*d + f_start + f_end.
    """
    whole = [*b, *[Fraction(0)] * (last + 1 - len(b))]
    second, third = [3 * w for w in whole], [-2 * w for w in whole]
    for row, (at_start, at_end) in ((second, (-2, -1)), (third, (1, 1))):
        row[0] += at_start
        row[last] += at_end
    return tuple(second), tuple(third)


class EmbeddedRungeKutta(Method):
    """Base of the adaptive Runge-Kutta methods; a subclass gives its `tableau`, a `Pair`."""

    is_adaptive = True
    handles_delays = True
    tableau: Pair

    @property
    def evaluations(self) -> int:
        """Derivatives that one trial step computes."""
        return len(self.tableau.closed)

    @cached_property
    def stability_limit(self) -> float:
        """Length of the real stability interval: the step times a negative rate may be as large."""
        stages = len(self.tableau.closed)
        a = np.zeros((stages, stages))
        for number, row in enumerate(self.tableau.closed[:-1], start=1):
            a[number, : len(row)] = [float(v) for v in row]
        weights = np.array([float(v) for v in self.tableau.closed[-1]])
        terms = [1.0]
        for _ in range(stages):
            terms.append(float(weights.sum()))
            weights = weights @ a
        z = np.linspace(0.0, 20.0, 2001)  # to two decimals; no explicit pair here reaches 20
        outside = np.abs(np.polyval(terms[::-1], -z)) > 1.0 + 1e-12  # at z = 0 it is 1, but for rounding
        return float(z[np.argmax(outside)])

    def write(self, step: StepBuilder) -> Written:
        """Write the stages after the first, which is handed in, the new state and the error."""
        table = self.tableau
        rows = table.closed
        slopes = [step.first]
        write_stages(step, slopes, rows[:-1], [node_sum(row) for row in rows[:-1]])
        step.stage(f"new state and its slope, stage {len(rows) + 1}")
        new = {s.name: step.line(f"{s.name}_new", advance(s.name, rows[-1], slopes)) for s in step.moving}
        slopes.append(step.drift(f"_{len(rows) + 1}", {**{s: s for s in step.system.state_names}, **new}, "t + dt"))
        step.stage("error estimate")
        error = _combine(step, "error", table.b_error, slopes, "dt")
        coarse = None
        if table.b_coarse:
            step.stage("error estimate of lower order")
            coarse = _combine(step, "coarse", table.b_coarse, slopes, "dt")
        read = table.powers + table.extra
        used = [i for i in range(1, len(rows)) if any(len(row) > i and row[i] != 0 for row in read)]
        return Written(new, error, coarse, slopes[-1], {i: slopes[i] for i in used})

    def write_dense(self, step: StepBuilder, end: Written) -> list[dict[str, str]]:
        """Write the coefficients of the dense output from the stages of a step."""
        table = self.tableau
        count = len(table.closed) + 1
        nothing = dict.fromkeys(step.first, "0.0")  # never read: its weights are zero
        slopes = [step.first, *(end.kept.get(i, nothing) for i in range(1, count - 1)), end.last or nothing]
        write_stages(step, slopes, table.extra, [node_sum(row) for row in table.extra])
        powers = range(2, 2 + len(table.powers))
        step.stage(f"dense output: y(t + s*dt) = y + dt*(s*dy_1 + {' + '.join(f's**{i}*y_q{i}' for i in powers)})")
        rows = [_combine(step, f"q{i}", row, slopes, "") for i, row in zip(powers, table.powers, strict=True)]
        return [step.first, *rows]


def _combine(
    step: StepBuilder, kind: str, weights: Sequence[Coefficient], slopes: Sequence[Mapping[str, str]], factor: str
) -> dict[str, str]:
    return {
        s.name: step.line(f"{s.name}_{kind}", weighted_sum(weights, [k[s.name] for k in slopes], factor))
        for s in step.moving
    }
