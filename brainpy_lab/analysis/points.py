"""Fixed points as data, and how they show themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.errors import ByName

#: How a set of fixed points that are not isolated is called, by its dimension.
_SETS = {1: "a curve", 2: "a surface"}


#: Of more than so many states, some are left out where a point is shown.
MOST_SHOWN = 24

#: So many are then shown.
FIRST = 4


def shortened(texts: list[str]) -> list[str]:
    """The texts; of very many the first, and how many there are."""
    if len(texts) <= MOST_SHOWN:
        return texts
    return [*texts[:FIRST], f"… ({len(texts)} in all)"]


@dataclass(frozen=True)
class FixedPoint:
    """A point where every derivative is zero.

    Attributes
    ----------
    values : dict
        The state variables by name.
    eigenvalues : ndarray of complex, shape (n,)
        Of the Jacobian, the one with the largest real part first; for a system with delays, the rightmost
        characteristic roots. All nan where the Jacobian is not finite, as that of sqrt(abs(x)) is not at 0.
    kind : str
        See `brainpy_lab.analysis.kinds.kind_of`.
    stable : bool
        True when small disturbances die out: every eigenvalue has a negative real part (with fractional orders: lies
        in the stable sector) and no event resets the state there. With something in ``frozen``: while that is held.
    frozen : dict
        What the analysis held and a run would move, by name: ``t`` where derivatives depend on time, and other states.
    virtual : str or None
        The event that happens at the point and resets the state, so that no run comes to rest there.
    dimension : int
        0 for an isolated point; else that of the set of fixed points that this one stands for: 1 for a curve.
    parameters : dict
        The value of every parameter.
    eigenvectors : ndarray of complex, shape (n, n)
        Of the Jacobian, as columns of length one in the order of ``eigenvalues``; nan where there are none.
    """

    values: dict[str, float]
    eigenvalues: NDArray[np.complex128]
    kind: str
    stable: bool
    frozen: dict[str, float] = field(default_factory=dict)
    virtual: str | None = None
    dimension: int = 0
    parameters: dict[str, float] = field(default_factory=dict)
    eigenvectors: NDArray[np.complex128] = field(default_factory=lambda: np.empty((0, 0), np.complex128), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", ByName(self.values, "state"))
        object.__setattr__(self, "parameters", ByName(self.parameters, "parameter"))

    @property
    def note(self) -> str:
        """What qualifies the kind, in words; empty when nothing does."""
        return " ".join([*self.remarks, *_held(self.frozen)])

    @property
    def remarks(self) -> tuple[str, ...]:
        """The sentences of ``note`` that are about this point alone."""
        said = []
        if self.virtual is not None:
            said.append(f"Virtual: the event '{self.virtual}' resets the state here, so that no run comes to rest.")
        if not np.isfinite(self.eigenvalues).all():
            said.append("A derivative is not finite here, so that there are no eigenvalues to decide on stability.")
        if self.dimension:
            what = _SETS.get(self.dimension, f"a set of dimension {self.dimension}")
            said.append(f"Not isolated: one point of {what} of fixed points.")
        return tuple(said)

    def __repr__(self) -> str:
        return " ".join([self._line(), *self.remarks, *_held(self.frozen)])

    def _line(self) -> str:
        place = ", ".join(shortened([f"{name} = {value:.6g}" for name, value in self.values.items()]))
        return f"{self.kind} at {place} (eigenvalues {', '.join(shortened(list(map(_number, self.eigenvalues))))})"


class FixedPoints(list[FixedPoint]):
    """A list of fixed points, ordered by their coordinates, that shows itself as a table.

    Parameters
    ----------
    points : iterable of FixedPoint
    frozen : mapping
        What was held and moves in a run, by name; the same for all points.
    complete : True or str
        True when there are no others in the box, else the reason why that is not certain.
    remarks : tuple of str
        What else holds for all points, in sentences.
    """

    def __init__(
        self,
        points: Iterable[FixedPoint] = (),
        *,
        frozen: Mapping[str, float] | None = None,
        complete: Literal[True] | str = "Nothing is known of other points.",
        remarks: tuple[str, ...] = (),
    ) -> None:
        super().__init__(points)
        self.frozen = dict(frozen or {})
        self.complete = complete
        self.remarks = remarks

    @property
    def notes(self) -> tuple[str, ...]:
        """What qualifies the kinds of all points, in sentences."""
        return (*_held(self.frozen), *self.remarks)

    def __repr__(self) -> str:
        if not self:
            return "\n".join(["no fixed points in the box", *self.notes])
        return "\n".join([*(" ".join([p._line(), *p.remarks]) for p in self), *self.notes])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        if not self:
            return f"<p>No fixed points in the box.</p>{notes}"
        head = "".join(f"<th>{escape(n)}</th>" for n in (*shortened(list(self[0].values)), "eigenvalues", "kind"))
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{value}</td>" for value in shortened([f"{v:.6g}" for v in p.values.values()]))
            + f"<td>{escape(', '.join(shortened(list(map(_number, p.eigenvalues)))))}</td>"
            + f"<td>{'<br>'.join(map(escape, [p.kind, *p.remarks]))}</td></tr>"
            for p in self
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"


def _held(frozen: Mapping[str, float]) -> tuple[str, ...]:
    if not frozen:
        return ()
    held = ", ".join(f"{name} = {value:.6g}" for name, value in frozen.items())
    what = "it moves" if len(frozen) == 1 else "they move"
    return (f"Stable or not is said with {held} held; in a run {what}.",)


def _number(value: complex) -> str:
    if not np.isfinite(value):
        return "unknown"
    # what rounding leaves of the real part of a centre is not shown
    real = value.real if abs(value.real) > 1e-12 * abs(value) else 0.0
    if value.imag == 0:
        return f"{real:.4g}"
    return f"{real:.4g} {'+' if value.imag > 0 else '−'} {abs(value.imag):.4g}i"
