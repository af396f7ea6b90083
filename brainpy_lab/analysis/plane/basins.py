"""Basins of attraction: from which starts in a box the orbits settle to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import no_ranges, read_box
from brainpy_lab.analysis.cycles.rotations import not_followed
from brainpy_lab.analysis.equilibria import find
from brainpy_lab.analysis.plane.attractor import LINE, Attractor
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.plane.settling import RESTS, Settling
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.vector_field import Array, ModelLike, Range, make_field
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, in_words
from brainpy_lab.simulation.by_name import takes_parameters

if TYPE_CHECKING:
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Starts, at most.
MOST_STARTS = 1_000_000

#: The label of starts at which the equations have no finite value.
UNDEFINED = -4


@dataclass(frozen=True, eq=False)
class Basins:
    """Which starts of a grid settle to which attractor.

    Attributes
    ----------
    attractors : list of Attractor
        Fixed points first, then cycles, then 'line of equilibria', 'escapes', 'undefined' and 'unsettled' where
        there are such starts.
    fractions : ndarray, shape (n_attractors,)
        The part of the starts that comes to each; they sum to 1.
    labels : ndarray of int, shape (resolution, ...)
        For each start the number of its attractor; one axis a range, in their order.
    axes : dict
        State name to the values along its axis: the middles of equal cells.
    ranges : dict
    remarks : tuple of str
        What holds for all of it, in sentences.
    """

    attractors: list[Attractor]
    fractions: Array
    labels: NDArray[np.int_]
    axes: dict[str, Array]
    ranges: dict[str, Range]
    remarks: tuple[str, ...] = ()

    def to_xarray(self) -> xr.DataArray:
        """The labels over the states."""
        import xarray as xr

        meaning = {f"attractor {k}": repr(a) for k, a in enumerate(self.attractors)}
        return xr.DataArray(self.labels, dims=list(self.axes), coords=self.axes, name="attractor", attrs=meaning)

    def plot(self) -> PlotFigure:
        """The basins of one or two states, one colour and one number an attractor.

        Raises
        ------
        ArgumentError
            For more states.
        """
        from brainpy_lab.analysis.plane.drawing import draw_basins

        if len(self.axes) > 2:
            raise ArgumentError(
                f"Basins over {len(self.axes)} states are no picture.",
                advice="Give ranges to two, and one number, name=..., to the others.",
            )
        return draw_basins(self)

    def __repr__(self) -> str:
        lines = [f"{f:7.2%}  {a!r}" for f, a in zip(self.fractions, self.attractors, strict=True)]
        return "\n".join([*lines, *self.remarks])

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        words = "".join(f"<p>{escape(line)}</p>" for line in repr(self).splitlines())
        return (as_html(self.plot()) if len(self.axes) <= 2 else "") + words


@in_words("basins")
@takes_parameters(0, states=True)
def basins(
    model: ModelLike,
    box: Mapping[str, Range] | None = None,
    resolution: int | Sequence[int] = 100,
    *,
    duration: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    **ranges_and_values: Any,
) -> Basins:
    """The basins of attraction of ``model`` in ``box``.

    Orbits from a grid of starts are followed until each has come to a fixed point (into a region around it in which all
    orbits come nearer), to a cycle, or far away from the box. The attractors are found on the way: those in the box
    before, others where orbits come to them. Resets happen within steps, at the moment of their condition.

    Parameters
    ----------
    model : Model
    box : mapping
        State name to (low, high): the starts. A state without a range starts at the number given, else at its initial
        value, and moves.
    resolution : int or sequence of int
        Starts along each range.
    duration : float, optional
        How long orbits are followed at first, in units of the model's time; what has not settled then, up to 128 times
        as long.
    parameters, **ranges_and_values
        As for `fixed_points`.

    Returns
    -------
    Basins
        ``attractors`` (each with ``kind`` and ``values``), ``fractions`` in the same order, ``labels``, ``plot()``.

    Raises
    ------
    ArgumentError
        For unknown names and impossible ranges.
    AnalysisError
        For equations that depend on time, delays, fractional orders, and events that are no simple reset.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = x - x**3")
    >>> found = bp.analysis.basins(m, x=(-2, 1), resolution=300)
    >>> [(a.values["x"], round(float(f), 2)) for a, f in zip(found.attractors, found.fractions)]
    [(-1.0, 0.67), (1.0, 0.33)]
    """
    ranges, given = read_box(model, box, parameters, ranges_and_values)
    if not ranges:
        raise no_ranges(model.system)
    system = model.system
    free = tuple(s.name for s in system.states if s.drift is not None)
    field = make_field(model, free, given)
    _refuse(system, "t" in caveats.frozen(field))
    resets = Resets(field)
    counts = _counts(resolution, len(ranges))
    if duration is not None and not (isinstance(duration, int | float) and 0 < duration < np.inf):
        raise ArgumentError(f"duration is {duration!r}; it must be positive.")
    initial = {**getattr(model, "initial", {}), **given}
    middle = np.array([float(initial.get(name, 0.0)) for name in free])
    own = np.maximum(1.0, np.abs(middle))
    low = np.array([ranges[n][0] if n in ranges else m - s for n, m, s in zip(free, middle, own, strict=True)])
    high = np.array([ranges[n][1] if n in ranges else m + s for n, m, s in zip(free, middle, own, strict=True)])
    axes = {
        name: a + (b - a) * (np.arange(count) + 0.5) / count
        for (name, (a, b)), count in zip(ranges.items(), counts, strict=True)
    }
    grid = np.meshgrid(*axes.values(), indexing="ij")
    starts = np.repeat(middle[:, None], grid[0].size, axis=1)
    for name, values in zip(axes, grid, strict=True):
        starts[free.index(name)] = values.ravel()
    with np.errstate(all="ignore"):
        units = high - low
        time = duration or _time(field.rhs(low[:, None] + units[:, None] * spread(len(low), 256)), units)
        search = Settling(field, resets, low, high, units, float(time))
        points = find(field, ranges, initial)
        for point in points:
            if point.stable:
                search.add_point(point)
        defined = np.isfinite(field.rhs(starts)).all(axis=0)
        labels = np.full(starts.shape[1], UNDEFINED)
        labels[defined] = search.settle(starts[:, defined])
    if not any(point.dimension for point in points):
        labels[labels == RESTS] = -2  # slow beside an isolated fixed point that no region is known to hold
    remarks = [text.replace("these are fixed points", "these are basins") for text in caveats.remarks(field)]
    remarks += not_followed(field)
    return _gathered(search.attractors, labels.reshape(counts), axes, dict(ranges), tuple(remarks))


def _gathered(
    found: list[Attractor], labels: NDArray[np.int_], axes: dict[str, Array], ranges: dict[str, Range], remarks: Any
) -> Basins:
    """Attractors in their order, and labels by it."""
    order = sorted(range(len(found)), key=lambda k: (found[k].kind != "fixed point", tuple(found[k].values.values())))
    attractors, new = [found[k] for k in order], np.empty_like(labels)
    for number, k in enumerate(order):
        new[labels == k] = number
    for label, kind in ((RESTS, LINE), (-1, "escapes"), (UNDEFINED, "undefined"), (-2, "unsettled")):
        if (labels == label).any():
            new[labels == label] = len(attractors)
            attractors.append(Attractor(kind, {}))
    fractions = np.bincount(new.ravel(), minlength=len(attractors)) / labels.size
    return Basins(attractors, fractions, new, axes, ranges, remarks)


def _time(drifts: Array, units: Array) -> float:
    """The time of a first round: that in which the drift crosses the box ten times where it is slow."""
    speeds = np.linalg.norm(drifts / units[:, None], axis=0)
    moving = speeds[np.isfinite(speeds) & (speeds > 0)]
    return 10.0 / float(np.quantile(moving, 0.1)) if moving.size else 10.0


def _counts(resolution: Any, axes: int) -> tuple[int, ...]:
    """Starts along each axis, checked."""
    counts = tuple(resolution) if isinstance(resolution, Sequence) else (resolution,) * axes
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n > 0 for n in counts)
    if not whole or len(counts) != axes:
        raise ArgumentError(
            f"resolution is {resolution!r}; it must be a whole number, or one for each of {axes} ranges.",
            advice="Use resolution=100.",
        )
    if np.prod(counts, dtype=float) > MOST_STARTS:
        raise ArgumentError(
            f"resolution={resolution!r} makes {np.prod(counts, dtype=float):.3g} starts; {MOST_STARTS:,} are possible."
        )
    return tuple(int(n) for n in counts)


def _refuse(system: System, depends_on_time: bool) -> None:
    """Refuse models in which a start is more than the states."""
    if depends_on_time:
        raise AnalysisError(
            f"The equations of {system.name} depend on time: what a start comes to depends on when it starts.",
            advice="Write the rhythm that drives it as two further equations, du/dt = w*v and dv/dt = -w*u.",
        )
    for what, is_so in (("delays", system.is_delayed), ("fractional orders", system.is_fractional)):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: its state is a whole past, of which a box says too little.",
                advice="Simulate it from constant pasts: m.run(..., initial={...}) takes arrays of starts.",
            )
