"""Special points of diagrams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from brainpy_lab.analysis.points import shortened
from brainpy_lab.analysis.vector_field import VectorField
from brainpy_lab.errors import AnalysisError, ArgumentError, ByName, did_you_mean

#: How points are called that are named after people.
NAMES = {
    "hopf": "Hopf",
    "bogdanov-takens": "Bogdanov-Takens",
    "bautin": "Bautin",
    "zero-hopf": "zero-Hopf",
    "double hopf": "double Hopf",
}

#: What a diagram may hold, in the order of its tables.
KINDS = (
    "fold", "hopf", "branch point", "cusp", "bogdanov-takens", "bautin", "zero-hopf", "double hopf", "fold of cycles",
    "period doubling", "torus", "branch point of cycles", "homoclinic", "heteroclinic", "snic",
    "cusp of cycles", "saddle-node loop",
)  # fmt: skip


@dataclass(frozen=True)
class SpecialPoint:
    """Where something changes on a branch.

    Attributes
    ----------
    kind : str
        "fold", "hopf", "branch point" of equilibria; "fold of cycles", "period doubling", "torus", "branch point of
        cycles"; "homoclinic", "heteroclinic" and "snic", where the period of cycles grows to infinity; "cusp", a fold
        of third order.
        In two parameters also "bogdanov-takens", "bautin", "zero-hopf", "double hopf", "cusp of cycles", and
        "saddle-node loop", where the part of a curve of folds ends that is on an invariant circle.
    parameters : dict
        The free parameters.
    values : dict
        The states; of a cycle the largest value of each.
    period : float or None
        2π/omega at a Hopf point; that of a cycle.
    data : dict
        ``eigenvalues``; ``omega`` and ``l1``, the first Lyapunov coefficient (Kuznetsov 2004, formula 5.62), at a Hopf
        point; ``type``, "pitchfork", "transcritical" or "line of equilibria", at a branch point; ``multipliers``,
        ``min``, ``max`` and ``orbit`` of a cycle; the ``saddle`` of a homoclinic orbit, ``saddles`` of a heteroclinic
        one. In two parameters the coefficients of normal forms: ``c`` at a cusp, ``a`` and ``b`` at a Bogdanov-Takens
        point; ``omega`` is a pair at a double Hopf point.
    note : str
        What is not certain.
    equations : VectorField or None
        What the point is of; None for one from a file.
    """

    kind: str
    parameters: dict[str, float]
    values: dict[str, float]
    period: float | None = None
    data: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    equations: VectorField | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", ByName(self.parameters, "free parameter"))
        object.__setattr__(self, "values", ByName(self.values, "state"))
        object.__setattr__(self, "data", ByName(self.data, "entry", f"in the data of a point of kind {self.kind}"))

    @property
    def parameter(self) -> float:
        """The value of the first parameter."""
        return next(iter(self.parameters.values()))

    def derivative(self, by: str) -> float:
        """How fast the point moves along its parameter as another one is changed: dI/da of a Hopf point in I.

        Exact, by the implicit function theorem. "snic" moves with its fold.

        Parameters
        ----------
        by : str
            Another parameter, or a state that is held.

        Raises
        ------
        ArgumentError
            For what is no other parameter, and points from a file.
        AnalysisError
            For points that are neither folds nor Hopf points, and where the point does not move smoothly.

        Examples
        --------
        >>> import brainpy_lab as bp
        >>> diagram = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1), cycles=False)
        >>> round(diagram.points.of("hopf")[0].derivative("a"), 9)  # 1/b
        1.25
        """
        from brainpy_lab.analysis.continuation.derivative import derivative

        if self.kind not in ("fold", "hopf", "snic"):
            raise AnalysisError(
                f"The derivative of a point of kind '{self.kind}' is not computed: those of folds and Hopf points are.",
                advice=f"Compute diagrams at two values of {by}, and compare.",
            )
        if self.equations is None:
            raise ArgumentError("A point from a file has no equations.", advice="Compute the diagram from its model.")
        (name, value), *_ = self.parameters.items()
        u = np.array([*(self.values[n] for n in self.equations.free), value])
        return derivative(self.equations, name, u, by, self.data["omega"] if self.kind == "hopf" else None)

    def __repr__(self) -> str:
        place = ", ".join(f"{name} = {value:.6g}" for name, value in self.parameters.items())
        period = "" if self.period is None else f", period {self.period:.4g}"
        return f"{self._title} at {place}{period}{f' ({self.note})' if self.note else ''}"

    def value(self, name: str) -> float:
        """A state, or the ``norm`` of all."""
        return self.values[name] if name in self.values else float(np.linalg.norm(list(self.values.values())))

    @property
    def _title(self) -> str:
        if self.kind == "hopf":
            l1 = self.data.get("l1", np.nan)
            return "Hopf" if not abs(l1) > 0 else f"{'supercritical' if l1 < 0 else 'subcritical'} Hopf"
        return f"{self.data['type']} ({self.kind})" if "type" in self.data else NAMES.get(self.kind, self.kind)


class SpecialPoints(list[SpecialPoint]):
    """A list of special points, by their parameter, that shows itself as a table.

    Attributes
    ----------
    events : tuple of str
        Kinds of the user's own.
    """

    events: tuple[str, ...] = ()

    def of(self, kind: str) -> SpecialPoints:
        """Those of one kind.

        Raises
        ------
        ArgumentError
            For a kind that there is not.
        """
        known = (*KINDS, *self.events, *(p.kind for p in self))
        if kind not in known:
            raise ArgumentError(
                f"There is no kind '{kind}'.", advice=did_you_mean(str(kind), known) or f"Kinds: {', '.join(KINDS)}."
            )
        return SpecialPoints(p for p in self if p.kind == kind)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "no special points"

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No special points.</p>"
        names = list(self[0].parameters)
        states = shortened(list(self[0].values))
        head = "".join(f"<th>{escape(n)}</th>" for n in ("point", *names, *states, "period", "l1"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, self))}</tbody></table>"


def in_order(points: Iterable[SpecialPoint]) -> SpecialPoints:
    """The points sorted by their first parameter."""
    return SpecialPoints(sorted(points, key=lambda p: p.parameter))


def _row(p: SpecialPoint) -> str:
    numbers = [*p.parameters.values(), *p.values.values(), p.period, p.data.get("l1")]
    shown = ["" if x is None else f"{x:.6g}" for x in numbers]
    first = len(p.parameters)
    shown = [*shown[:first], *shortened(shown[first:-2]), *shown[-2:]]
    cells = "".join(f"<td>{x}</td>" for x in shown)
    return f"<tr><td>{escape(p._title)}{f'<br>{escape(p.note)}' if p.note else ''}</td>{cells}</tr>"
