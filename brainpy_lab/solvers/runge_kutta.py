"""Explicit Runge-Kutta methods: a tableau decides the whole step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.solvers.method import Method

Coefficient = Fraction | float
_LARGEST_DENOMINATOR = 1000  # of a common factor before a sum, such as dt/6, and of what a float is taken for


def fractions(*rows: str) -> tuple[tuple[Fraction, ...], ...]:
    """Rows of a tableau from text: ``fractions("1/2", "0 1/2")``."""
    return tuple(tuple(Fraction(entry) for entry in row.split()) for row in rows)


def solve(matrix: Sequence[Sequence[Coefficient]], right: Sequence[Coefficient]) -> list[Coefficient]:
    """The solution of a small linear system, by Gauss-Jordan elimination; exact where all numbers are fractions."""
    rows: list[list[Any]] = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in range(len(rows)):
            if k != i and rows[k][i]:
                factor = rows[k][i]
                rows[k] = [entry - factor * own for entry, own in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]


@dataclass(frozen=True)
class Tableau:
    """Butcher's tableau of an explicit method.

    Attributes
    ----------
    a : rows of the stages after the first, each with as many entries as there are stages before it
    b : weights of the new state
    c : nodes of the stages after the first; by default the row sums of ``a``
    """

    a: tuple[tuple[Coefficient, ...], ...]
    b: tuple[Coefficient, ...]

    @property
    def c(self) -> tuple[Coefficient, ...]:
        """Nodes of the stages after the first: row sums of ``a``."""
        return tuple(node_sum(row) for row in self.a)

    @property
    def continuous(self) -> tuple[tuple[Coefficient, ...], ...]:
        """Rows q2, q3, ...: weights of a polynomial through the step, one degree below the number of stages' order.

        The weights b(s) fulfil the conditions of order for every fraction s of the step that as many stages can fulfil:
        sum b = s, sum b c = s²/2, sum b c² = s³/3, sum b A c = s³/6. Of a method of order p the polynomial has at least
        the order p - 1 everywhere, which keeps the method's order in delay equations. M. Zennaro, Mathematics of
        Computation 46, 119-133, 1986. doi:10.1090/S0025-5718-1986-0815835-1
        """
        stages = len(self.b)
        nodes = (Fraction(0), *self.c)
        inner: list[Coefficient] = [Fraction(0)]
        inner += [_tidy(sum(w * c for w, c in zip(row, nodes, strict=False))) for row in self.a]
        ones: list[Coefficient] = [Fraction(1)] * stages
        conditions = [ones, list(nodes), [c * c for c in nodes], inner][:stages]
        integrals = {0: (0, Fraction(1)), 1: (1, Fraction(1, 2)), 2: (2, Fraction(1, 3)), 3: (2, Fraction(1, 6))}
        rows: list[list[Coefficient]] = []
        for power in range(1, min(stages, 3)):  # a cubic at the most, as rings of past steps hold them
            right = [integrals[i][1] if integrals[i][0] == power else Fraction(0) for i in range(stages)]
            rows.append([_tidy(w) for w in solve(conditions, right)])
        return tuple(tuple(row) for row in rows)


def node_sum(row: Sequence[Coefficient]) -> Coefficient:
    """The node of a stage: the sum of its row."""
    return _tidy(sum(row))


def _tidy(value: Coefficient | int) -> Coefficient:
    """A number as the small fraction that it is but for rounding: nodes of floats such as 0.5 read as 1/2."""
    if isinstance(value, Fraction | int):
        return Fraction(value)
    nearest = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return nearest if abs(float(nearest) - value) < 1e-14 else value


def _literal(value: Coefficient) -> str:
    """A coefficient as text: 2, 0.125 where at most three decimals are exact, else 1/3."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        exact = value.denominator in (2, 4, 5, 8, 10, 20)  # at most three decimals say it all
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
    """Base of the explicit Runge-Kutta methods with a fixed step; a subclass gives its `tableau`."""

    handles_delays = True
    tableau: Tableau

    def write(self, step: StepBuilder) -> Written:
        """Write the stages and the new state."""
        table = self.tableau
        step.stage("stage 1, at the start of the step")
        slopes = [step.first or step.drift("_1")]
        write_stages(step, slopes, table.a, table.c)
        step.stage("new state")
        new = {s.name: step.line(f"{s.name}_new", advance(s.name, table.b, slopes)) for s in step.moving}
        return Written(new, dense=self._between(step, slopes), first=dict(slopes[0]))

    def _between(self, step: StepBuilder, slopes: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """The step as a polynomial, where delayed values will be read from it."""
        delayed = [s.name for s in step.moving if s.name in step.remembered]
        rows = self.tableau.continuous if delayed else ()
        if rows:
            powers = range(2, 2 + len(rows))
            terms = " + ".join(f"s**{i}*y_q{i}" for i in powers)
            step.stage(f"the step as a polynomial, for later delayed values: y(t + s*dt) = y + dt*(s*dy_1 + {terms})")
        return [
            {s: step.line(f"{s}_q{i}", weighted_sum(row, [k[s] for k in slopes], "")) for s in delayed}
            for i, row in enumerate(rows, 2)
        ]


def write_stages(
    step: StepBuilder,
    slopes: list[dict[str, str]],
    rows: Sequence[Sequence[Coefficient]],
    nodes: Sequence[Coefficient],
) -> None:
    """Write the stages of ``rows`` after those whose slopes there are; their slopes are added."""
    for row, node in zip(rows, nodes, strict=True):
        number = len(slopes) + 1
        time = "t" if node == 0 else "t + dt" if node == 1 else f"t + {_literal(node)}*dt"
        step.stage(f"stage {number}, at {time}")
        values = {s.name: step.line(f"{s.name}_{number}", advance(s.name, row, slopes)) for s in step.moving}
        slopes.append(step.drift(f"_{number}", {**{s: s for s in step.system.state_names}, **values}, time))


def advance(state: str, weights: Sequence[Coefficient], slopes: Sequence[Mapping[str, str]]) -> str:
    """``state + dt * sum(weights * slopes)`` as a person writes it."""
    increment = weighted_sum(weights, [k[state] for k in slopes])
    return f"{state} + {increment}" if increment else state
