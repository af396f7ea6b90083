"""The map of a spiking model from reset to reset: adaptation after one spike to adaptation after the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import read_box
from brainpy_lab.analysis.plane.attractor import Rest
from brainpy_lab.analysis.plane.ensemble import Ensemble
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.plane.turns import Turns
from brainpy_lab.analysis.roots import narrowed
from brainpy_lab.analysis.vector_field import Array, ModelLike, Range, VectorField, make_field
from brainpy_lab.equations.system import Assign
from brainpy_lab.errors import AnalysisError, ArgumentError, in_words
from brainpy_lab.simulation.by_name import takes_parameters

if TYPE_CHECKING:
    import pandas as pd

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Relative error of a step.
RTOL = 1e-10

#: Steps, at most, until the next reset.
MOST_STEPS = 20_000

#: Orbits that in all the time so far would not have moved further than by this part come to rest.
SLOW = 1e-6

#: Steps between looks whether orbits have come to rest.
LOOK = 25

#: Distance of the values that a multiplier is taken from, in parts of the range.
BESIDE = 1e-3

#: A fixed point misses itself by less than this part of the range; a jump across the diagonal does not.
MISSES = 1e-6


@dataclass(frozen=True)
class ResetPoint:
    """A value that is the same after every reset: regular spiking.

    Attributes
    ----------
    value : float
        Of the variable, after the reset.
    multiplier : float
        The slope of the map: how much of a small deviation is left at the next reset.
    period : float
        Time between the resets.
    """

    value: float
    multiplier: float
    period: float

    @property
    def stable(self) -> bool:
        """Whether deviations die out."""
        return abs(self.multiplier) < 1

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        return f"{kind} at {self.value:.6g} (multiplier {self.multiplier:.4g}, period {self.period:.6g})"


@dataclass(frozen=True, eq=False)
class ResetMap:
    """What follows each value after a reset.

    Attributes
    ----------
    variable : str
    values, next : ndarray, shape (n,)
        The variable after one reset, and after the next; nan where none follows.
    intervals : ndarray, shape (n,)
        The time between the two.
    fixed_points : list of ResetPoint
        By rising values.
    remarks : tuple of str
        What holds for the map, in sentences.
    """

    variable: str
    values: Array
    next: Array
    intervals: Array
    fixed_points: list[ResetPoint]
    remarks: tuple[str, ...]
    _flow: _Flow

    def __call__(self, value: float | Array) -> Array:
        """The variable after the next reset, for one value or several; nan where none follows."""
        values = np.asarray(value, dtype=float)
        return np.asarray(self._flow(values.ravel())[0].reshape(values.shape))

    def to_pandas(self) -> pd.DataFrame:
        """The map as a table."""
        import pandas as pd

        return pd.DataFrame({self.variable: self.values, "next": self.next, "interval": self.intervals})

    def plot(self) -> PlotFigure:
        """The map, the diagonal and the fixed points (filled: stable, open: unstable)."""
        from brainpy_lab.analysis.plane.drawing import draw_reset_map

        return draw_reset_map(self)

    def __repr__(self) -> str:
        head = f"map of {self.variable} from reset to reset, {self.values[0]:.6g} to {self.values[-1]:.6g}"
        points = [f"  {p!r}" for p in self.fixed_points] or ["  no fixed point"]
        return "\n".join([head, *points, *self.remarks])

    def _repr_html_(self) -> str:
        from html import escape

        from brainpy_lab.analysis.plotting import as_html

        return as_html(self.plot()) + "".join(f"<p>{escape(line)}</p>" for line in repr(self).splitlines())


@in_words("reset_map")
@takes_parameters(0, states=True)
def reset_map(
    model: ModelLike,
    box: Mapping[str, Range] | None = None,
    resolution: int = 200,
    *,
    parameters: Mapping[str, Any] | None = None,
    **ranges_and_values: Any,
) -> ResetMap:
    """The map from the state after one reset to that after the next.

    Parameters
    ----------
    model : Model
        With one reset that gives every state but one the same value each time.
    box : mapping
        The range of that one state after a reset: ``w=(0, 500)``.
    resolution : int
        Values in it, 2 to 10,000.
    parameters, **ranges_and_values
        As for `fixed_points`; a number holds a state.

    Returns
    -------
    ResetMap
        ``values``, ``next``, ``intervals``, ``fixed_points`` (each with ``multiplier``, ``stable``), ``plot()``.

    Raises
    ------
    ArgumentError
        For unknown names, and no range or more than one.
    AnalysisError
        For models without a reset or with several, equations that depend on time, delays, fractional orders, and
        resets after which other states differ too.

    References
    ----------
    J. Touboul, R. Brette (2009). Spiking dynamics of bidimensional integrate-and-fire neurons. SIAM J. Appl. Dyn.
    Syst. 8, 1462-1506. doi:10.1137/080742762

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dV/dt = 1; dw/dt = -w\\nwhen V >= 1:\\n    V = 0\\n    w += 1")
    >>> round(bp.analysis.reset_map(m, w=(0, 3)).fixed_points[0].value, 6)
    1.581977
    """
    ranges, given = read_box(model, box, parameters, ranges_and_values)
    if len(ranges) != 1:
        raise ArgumentError(
            f"A reset map has one variable; {', '.join(ranges) + ' have' if ranges else 'none has'} a range.",
            advice="Give a range to the one that differs from reset to reset: w=(0, 500).",
        )
    if isinstance(resolution, bool) or not isinstance(resolution, int | np.integer) or not 2 <= resolution <= 10_000:
        raise ArgumentError(f"resolution is {resolution!r}; it must be a whole number from 2 to 10,000.")
    ((variable, (low, high)),) = ranges.items()
    free = tuple(s.name for s in model.system.states if s.drift is not None and s.name not in given)
    field = make_field(model, free, given)
    with np.errstate(all="ignore"):
        flow = _Flow(field, variable, high - low)
        values = np.linspace(low, high, int(resolution))
        following, intervals = flow(values)
        points, remarks = _fixed_points(flow, values, following)
    unseen = int(np.isinf(intervals).sum())
    silent = int(np.isnan(following).sum()) - unseen
    if unseen:
        remarks = [f"From {unseen} of {len(values)} values no reset was seen in {MOST_STEPS:,} steps.", *remarks]
        intervals[np.isinf(intervals)] = np.nan
    if silent:
        remarks = [f"From {silent} of {len(values)} values no reset follows.", *remarks]
    return ResetMap(variable, values, following, intervals, points, tuple(remarks), flow)


class _Flow:
    """From values of the variable after a reset to the next ones, and the times between."""

    def __init__(self, field: VectorField, variable: str, width: float) -> None:
        system = field.system
        _refuse(field)
        self._field, self._resets = field, Resets(field)
        if len(self._resets.events) != 1:
            count = len(self._resets.events) or "no"
            raise AnalysisError(
                f"{system.name} has {count} events that reset its state; a reset map is that of one.",
                advice="Simulate it, and look at sol.events.",
            )
        (event,) = self._resets.events
        assigned = [a for a in event.actions if isinstance(a, Assign)]
        fixed = {a.target for a in assigned if not system.names_read(a.value) & set(field.free)}
        others = [name for name in field.free if name != variable and name not in fixed]
        if others:
            raise AnalysisError(
                f"After '{event.name}' {', '.join(others)} may have any value, besides {variable}.",
                advice=f"Hold it at one value: {others[0]}=...",
            )
        self._row = field.free.index(variable)
        # what the reset assigns does not depend on the state it happens in
        self._before, self._after = self._assigned(len(field.free))
        self._units = np.maximum(1e-3, np.abs(self._after))
        self._units[self._row] = width

    def _assigned(self, size: int) -> tuple[Array, Array]:
        """A state in which the condition of the reset holds, and the states after it."""
        for scale in 10.0 ** np.arange(-2, 9):
            starts = np.concatenate([scale * np.eye(size), -scale * np.eye(size), scale * np.ones((size, 1))], axis=1)
            holds = self._resets.holds(starts)
            if holds.any():
                at = starts[:, [int(np.argmax(holds))]]
                return at[:, 0], self._resets.apply(at)[:, 0]
        (event,) = self._resets.events
        raise AnalysisError(f"No state was found in which '{event.name}' happens.")

    def __call__(self, values: Array) -> tuple[Array, Array]:
        """The next values and the times until then, shape (n,); nan where no reset follows, inf where none was seen."""
        starts = np.repeat(self._after[:, None], len(values), axis=1)
        starts[self._row] = values
        following, times = np.full(len(values), np.nan), np.full(len(values), np.nan)
        left = np.flatnonzero(~self._resets.holds(starts))  # the reset leaves its condition true: nothing follows
        orbits = Ensemble(self._field, self._resets, starts[:, left], self._units, RTOL)
        orbits.hold(self._before)
        turns, rest = Turns(orbits), Rest(self._field, self._resets, self._units)
        for count in range(1, MOST_STEPS + 1):
            if not left.size:
                break
            turns.begin(orbits)
            orbits.step()
            done = orbits.has_reset
            following[left[done]], times[left[done]] = orbits.after[self._row, done], orbits.since[done]
            over = done | ~np.isfinite(orbits.y).all(axis=0) | turns.closed(orbits)
            over |= np.abs(orbits.slope / self._units[:, None] * (1 + orbits.t)).max(axis=0) < SLOW
            if count % LOOK == 0:
                over |= rest.holds(orbits.y)
            if over.any():
                orbits.keep(~over)
                turns.keep(~over)
                left = left[~over]
        times[left] = np.inf
        return following, times


def _fixed_points(flow: _Flow, values: Array, following: Array) -> tuple[list[ResetPoint], list[str]]:
    """Where the map meets the diagonal, and sentences on where it jumps across it."""
    gap = following - values
    at = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    found = [float(v) for v in values[gap == 0]]
    if at.size:
        found += narrowed(lambda x: flow(x.ravel())[0].reshape(x.shape) - x, values[at], values[at + 1]).tolist()
    points, remarks = [], []
    width = float(values[-1] - values[0])
    for value in sorted(found):
        h = BESIDE * width
        around = value + h * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
        following, times = flow(around)
        slope = float((following[0] - 8 * following[1] + 8 * following[3] - following[4]) / (12 * h))
        better = value + float((following[2] - value) / (1 - slope)) if slope != 1 else value
        if not abs(following[2] - value) < MISSES * width:
            remarks.append(f"The map jumps across the diagonal at {value:.3g}: no fixed point.")
        else:
            points.append(ResetPoint(better, slope, float(times[2])))
    return points, remarks


def _refuse(field: VectorField) -> None:
    system = field.system
    for what, is_so in (
        ("equations that depend on time", "t" in caveats.frozen(field)),
        ("delays", system.is_delayed),
        ("fractional orders", system.is_fractional),
        ("noise", any(s.noise for s in system.states)),
    ):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: what follows a reset does not depend on the state after it alone.",
                advice="Simulate it, and look at sol.events.",
            )
