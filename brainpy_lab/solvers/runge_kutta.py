"""Explicit Runge-Kutta methods: a tableau decides the whole step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import ClassVar

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.generate import Written
from brainpy_lab.solvers.method import Method

Coefficient = Fraction | float
_LARGEST_DENOMINATOR = 1000


def fractions(*rows: str) -> tuple[tuple[Fraction, ...], ...]:
    """Rows of a tableau from text: ``fractions("1/2", "0 1/2")``."""
    return tuple(tuple(Fraction(entry) for entry in row.split()) for row in rows)


@dataclass(frozen=True)
class Tableau:
    """Butcher's tableau of an explicit method.

    Attributes
    ----------
    a : rows of the stages after the first, each with as many entries as there are stages before it
    b : weights of the new state
    c : nodes of the stages after the first; by default the row sums of ``a``
    b_error : weights of the error estimate (embedded methods)
    dense : rows q2, q3, ...: weights of the dense output's coefficients (embedded methods)
    """

    a: tuple[tuple[Coefficient, ...], ...]
    b: tuple[Coefficient, ...]
    b_error: tuple[Coefficient, ...] = ()
    dense: tuple[tuple[Coefficient, ...], ...] = ()

    @property
    def c(self) -> tuple[Coefficient, ...]:
        """Nodes of the stages after the first: row sums of ``a``."""
        return tuple(_tidy(sum(row)) for row in self.a)


def _tidy(value: Coefficient | int) -> Coefficient:
    if isinstance(value, Fraction | int):
        return Fraction(value)
    nearest = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return nearest if abs(float(nearest) - value) < 1e-14 else value


def _literal(value: Coefficient) -> str:
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        exact = value.denominator in (2, 4, 5, 8, 10, 20)
        return repr(float(value)) if exact else f"{value.numerator}/{value.denominator}"
    return repr(value)


def _term(weight: Coefficient, name: str) -> str:
    if weight == 1:
        return name
    return f"{_literal(weight)}*{name}"


def weighted_sum(weights: Sequence[Coefficient], names: Sequence[str], factor: str = "dt") -> str:
    """``factor * sum(weights * names)`` as a person writes it, or an empty string when all weights are zero."""
    pairs = [(w, n) for w, n in zip(weights, names, strict=False) if w != 0]
    if not factor:
        return _join(pairs)
    if not pairs:
        return ""
    if len(pairs) == 1:
        weight, name = pairs[0]
        return f"{factor}*{name}" if weight == 1 else f"{_literal(weight)}*{factor}*{name}"
    if all(isinstance(w, Fraction) for w, _ in pairs):
        common = lcm(*(w.denominator for w, _ in pairs if isinstance(w, Fraction)))
        if common <= _LARGEST_DENOMINATOR:
            scaled = [(Fraction(w) * common, n) for w, n in pairs]
            head = f"{factor}/{common}" if common > 1 else factor
            return f"{head}*({_join(scaled)})"
    return f"{factor}*({_join(pairs)})"


def _join(pairs: Sequence[tuple[Coefficient, str]]) -> str:
    text = ""
    for weight, name in pairs:
        if not text:
            text = _term(weight, name) if weight > 0 else f"-{_term(-weight, name)}"
        else:
            text += f" + {_term(weight, name)}" if weight > 0 else f" - {_term(-weight, name)}"
    return text


class ExplicitRungeKutta(Method):
    """Base of the explicit Runge-Kutta methods; a subclass gives its `tableau`.

    With `b_error` and `dense` in the tableau and ``is_adaptive = True`` the method is an embedded pair whose last stage
    must be the first stage of the next step (FSAL).
    """

    tableau: ClassVar[Tableau]

    def write(self, step: StepBuilder) -> Written:
        """Write the stages, the new state and, for embedded pairs, the error and the dense output."""
        table = self.tableau
        states = [s.name for s in step.moving]
        if self.is_adaptive:
            slopes = [step.first]
        else:
            step.stage("stage 1, at the start of the step")
            slopes = [step.drift("_1")]
        for number, (row, node) in enumerate(zip(table.a, table.c, strict=True), start=2):
            time = "t" if node == 0 else "t + dt" if node == 1 else f"t + {_literal(node)}*dt"
            step.stage(f"stage {number}, at {time}")
            is_last = self.is_adaptive and number == len(table.a) + 1
            suffix = "_new" if is_last else f"_{number}"
            values = {s: step.line(f"{s}{suffix}", self._advance(s, row, slopes)) for s in states}
            slopes.append(step.drift(f"_{number}", {**{s: s for s in step.system.state_names}, **values}, time))
        if self.is_adaptive:
            return self._embedded(step, states, values, slopes)
        step.stage("new state")
        return Written({s: step.line(f"{s}_new", self._advance(s, table.b, slopes)) for s in states})

    def _embedded(
        self, step: StepBuilder, states: list[str], new: dict[str, str], slopes: Sequence[Mapping[str, str]]
    ) -> Written:
        table = self.tableau

        def combine(kind: str, weights: Sequence[Coefficient], factor: str) -> dict[str, str]:
            return {s: step.line(f"{s}_{kind}", weighted_sum(weights, [k[s] for k in slopes], factor)) for s in states}

        step.stage("error estimate")
        error = combine("error", table.b_error, "dt")
        step.stage(
            f"dense output: y(t + s*dt) = y + dt*(s*dy_1 + {' + '.join(f's**{i}*y_q{i}' for i in self._powers)})"
        )
        dense = [combine(f"q{i}", row, "") for i, row in zip(self._powers, table.dense, strict=True)]
        return Written(new, error, dense, dict(slopes[-1]))

    @property
    def _powers(self) -> range:
        return range(2, 2 + len(self.tableau.dense))

    @staticmethod
    def _advance(state: str, weights: Sequence[Coefficient], slopes: Sequence[Mapping[str, str]]) -> str:
        increment = weighted_sum(weights, [k[state] for k in slopes])
        return f"{state} + {increment}" if increment else state
