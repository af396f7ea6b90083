"""Manifolds of a saddle as data: curves that answer where they pass, and how they show themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from brainpy_lab.analysis.plane.growth import Flow, Grown
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ArgumentError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Points of each step of the integration that a curve is looked at and drawn with.
PARTS = 4


@dataclass(frozen=True, eq=False)
class Manifold:
    """One branch of a stable or unstable manifold: a curve from the saddle on.

    Attributes
    ----------
    kind : str
        'stable' or 'unstable'.
    names : tuple of str
        The states, in the order of the columns of ``points``.
    eigenvalue : float
        That of the direction in which it leaves the saddle.
    end : str
        What ends it: 'border', 'fixed point', 'cycle', 'reset', 'length', 'steps', or 'undefined'.
    note : str
        The same as a sentence, with the place.
    """

    kind: Literal["stable", "unstable"]
    names: tuple[str, ...]
    eigenvalue: float
    end: str
    note: str
    _flow: Flow
    _grown: Grown

    def __call__(self, s: float | Array) -> dict[str, Array]:
        """The states at a length from the saddle, or at several, in units of the box; see ``s``."""
        values = self._grown.path(np.clip(s, 0.0, self._grown.edges[-1]))
        units = self._flow.units.reshape(-1, *(1,) * (values.ndim - 1))
        return dict(zip(self.names, values * units, strict=True))

    @cached_property
    def s(self) -> Array:
        """How far along the curve its points are, (n_points,): about the length in units of the box."""
        edges = self._grown.edges
        steps = edges[:-1, None] + np.diff(edges)[:, None] * np.linspace(0, 1, PARTS + 1)[:-1]
        return np.append(steps.ravel(), edges[-1])

    @cached_property
    def points(self) -> Array:
        """The curve, shape (n_points, n_states), the saddle first."""
        result: Array = (self._grown.path(self.s) * self._flow.units[:, None]).T
        if self.end in ("fixed point", "border"):
            result = np.concatenate([result[:-1], self._grown.place[None] * self._flow.units])
        return result

    @property
    def length(self) -> float:
        """The length of the curve in units of the box."""
        return float(np.linalg.norm(np.diff(self.points / self._flow.units, axis=0), axis=1).sum())

    def crossings(self, **where: float) -> list[dict[str, float]]:
        """The states wherever one of them has a value, in order from the saddle on: ``crossings(V=1.5)``.

        Raises
        ------
        ArgumentError
            For what is no state, or not one value.
        """
        if len(where) != 1:
            raise ArgumentError("A place on a curve is given by the value of one state.", advice="Write V=1.5.")
        ((name, value),) = where.items()
        if name not in self.names:
            raise ArgumentError(
                f"'{name}' is no state of this manifold.",
                advice=did_you_mean(name, self.names) or f"States: {', '.join(self.names)}.",
            )
        if not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise ArgumentError(f"{name} is {value!r}; it must be a number.")
        i, unit = self.names.index(name), self._flow.units[self.names.index(name)]

        def beyond(s: float) -> float:
            return float(self._grown.path(s)[i] - value / unit)

        height = self._grown.path(self.s)[i] - value / unit
        found = [float(s) for s in self.s[height == 0]]
        changes = np.flatnonzero(height[:-1] * height[1:] < 0)
        found += [zero_between(beyond, self.s[k], self.s[k + 1], xtol=1e-15) for k in changes]
        result = [{n: float(v) for n, v in self(s).items()} for s in sorted(found)]
        return [point | {name: float(value)} for point in result]

    def at(self, **where: float) -> dict[str, float]:
        """The states where one of them has a value, at the first such place from the saddle on: ``at(V=1.5)``.

        Raises
        ------
        ArgumentError
            Where the curve does not come to that value, and for what is no state.
        """
        found = self.crossings(**where)
        if not found:
            raise _nowhere([self], where)
        return found[0]

    @cached_property
    def max(self) -> Mapping[str, float]:
        """The largest value of each state on the curve, between its points too."""
        return self._extreme(1)

    @cached_property
    def min(self) -> Mapping[str, float]:
        """The smallest value of each state on the curve."""
        return self._extreme(-1)

    def _extreme(self, sign: int) -> dict[str, float]:
        z = self._grown.path(self.s)
        slopes = self._flow.field.rhs(z * self._flow.units[:, None])
        result = {}
        for i, name in enumerate(self.names):
            best = float((sign * self.points[:, i]).max())
            near = sign * z[i] * self._flow.units[i] >= best - 0.05 * float(np.ptp(self.points[:, i]))
            for k in np.flatnonzero((slopes[i, :-1] * slopes[i, 1:] < 0) & near[:-1] & near[1:]):
                ends = self.s[k], self.s[k + 1]
                if self._slope(i, ends[0]) * self._slope(i, ends[1]) < 0:  # beside a fixed point signs are rounding
                    top = zero_between(partial(self._slope, i), *ends)
                    best = max(best, float(sign * self._grown.path(top)[i] * self._flow.units[i]))
            result[name] = sign * best
        return result

    def _slope(self, i: int, s: float) -> float:
        """The rate of change of a state there."""
        return float(self._flow.drift(self._grown.path(s))[i])

    def to_xarray(self) -> xr.Dataset:
        """The states over ``s``."""
        import xarray as xr

        data = {name: ("s", column) for name, column in zip(self.names, self.points.T, strict=True)}
        return xr.Dataset(data, coords={"s": self.s}, attrs={"kind": self.kind, "end": self.note})

    def to_pandas(self) -> pd.DataFrame:
        """The points as a table, a column each state."""
        import pandas as pd

        return pd.DataFrame(self.points, columns=list(self.names), index=pd.Index(self.s, name="s"))

    def __repr__(self) -> str:
        way = ", ".join(f"{n} from {self.min[n]:.6g} to {self.max[n]:.6g}" for n in self.names)
        return f"{self.kind} branch: {way}. {self.note}"


class Curves(list[Manifold]):
    """The branches of one manifold: two, one on each side of the saddle; none where it is no curve."""

    def at(self, **where: float) -> dict[str, float]:
        """The states where one of them has a value, on the first branch that comes there: ``at(V=1.5)``.

        Raises
        ------
        ArgumentError
            Where no branch comes to that value.
        """
        found = [place for branch in self for place in branch.crossings(**where)[:1]]
        if not found:
            raise _nowhere(self, where)
        return found[0]

    def crossings(self, **where: float) -> list[dict[str, float]]:
        """The states wherever one of them has a value, on all branches."""
        return [place for branch in self for place in branch.crossings(**where)]

    @property
    def max(self) -> Mapping[str, float]:
        """The largest value of each state on all branches."""
        return {n: max(b.max[n] for b in self) for n in (self[0].names if self else ())}

    @property
    def min(self) -> Mapping[str, float]:
        """The smallest value of each state on all branches."""
        return {n: min(b.min[n] for b in self) for n in (self[0].names if self else ())}

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "no curves"


def _nowhere(curves: list[Manifold], where: Mapping[str, float]) -> ArgumentError:
    if not curves:
        return ArgumentError("This manifold is no curve: there are no places on it.")
    ((name, value),) = where.items()
    spans = "; ".join(f"{b.min[name]:.6g} to {b.max[name]:.6g}" for b in curves)
    return ArgumentError(f"The manifold does not come to {name} = {value:g}: it spans {spans}.")


@dataclass(frozen=True, eq=False)
class Manifolds:
    """The stable and the unstable manifold of a saddle, as far as they are curves.

    Attributes
    ----------
    point : FixedPoint
    stable, unstable : Curves
        Lists of two branches; empty where the manifold has another dimension than one.
    remarks : tuple of str
        What was left out, in sentences.
    """

    point: FixedPoint
    stable: Curves
    unstable: Curves
    remarks: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Manifold]:
        return iter([*self.unstable, *self.stable])

    def __len__(self) -> int:
        return len(self.unstable) + len(self.stable)

    def plot(self, x: str | None = None, y: str | None = None) -> PlotFigure:
        """The curves in the plane of two states, by default the first two.

        Raises
        ------
        ArgumentError
            For what is no state.
        """
        from brainpy_lab.analysis.plane.drawing import draw_manifolds

        names = tuple(self.point.values)
        x, y = x or names[0], y or next(n for n in names if n != (x or names[0]))
        for name in (x, y):
            if name not in names:
                raise ArgumentError(
                    f"There is no state '{name}'.", advice=did_you_mean(name, names) or f"States: {', '.join(names)}."
                )
        return draw_manifolds(self, x, y)

    def __repr__(self) -> str:
        return "\n".join([f"manifolds of the {self.point!r}", *map(repr, self), *self.remarks])

    def _repr_html_(self) -> str:
        from html import escape

        from brainpy_lab.analysis.plotting import as_html

        return as_html(self.plot()) + "".join(f"<p>{escape(line)}</p>" for line in repr(self).splitlines())
