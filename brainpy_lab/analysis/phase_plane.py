"""The phase plane (two variables) and the phase line (one): nullclines, fixed points, vector field, trajectories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.analysis.box import read_box
from brainpy_lab.analysis.equilibria import find
from brainpy_lab.analysis.nullclines import nullclines
from brainpy_lab.analysis.points import FixedPoints
from brainpy_lab.analysis.vector_field import Array, make_field
from brainpy_lab.analysis.velocities import Velocities
from brainpy_lab.errors import ArgumentError, ByName, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters
from brainpy_lab.simulation.run_defaults import positive

if TYPE_CHECKING:
    from brainpy_lab.analysis.plane.manifold import Manifolds
    from brainpy_lab.analysis.plane.reset_lines import ResetLines
    from brainpy_lab.simulation.model import Model
    from brainpy_lab.simulation.solution.plot import PlotFigure
    from brainpy_lab.simulation.solution.solution import Solution

#: Points a side of the largest vector field: its four arrays take 128 MB.
MOST_ARROWS = 2000


class PhasePlane:
    """One or two variables of a model, the others held.

    Parameters
    ----------
    model : Model
    box : mapping
        State name to (low, high): one or two states are axes, the first one horizontal.
    t : float
        The time at which a drift that depends on time is frozen.
    parameters, **ranges_and_values
        As keywords, or in a mapping, which also reaches names that are arguments of this call. A pair (low, high) makes
        an axis of a state, as in ``box``; a number gives a parameter its value, or holds a state that is no axis. A
        state that is not named is held at its initial value.

    Raises
    ------
    ArgumentError
        For unknown names, impossible ranges, no axis or more than two.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.models.fitzhugh_nagumo()
    >>> pp = bp.analysis.PhasePlane(m, V=(-3, 3), w=(-2, 3), I=0.8)
    >>> pp.fixed_points()[0].kind
    'unstable node'
    """

    @in_words("PhasePlane")
    @takes_parameters(1, states=True)
    def __init__(
        self,
        model: Model,
        /,
        box: Mapping[str, tuple[float, float]] | None = None,
        *,
        t: float = 0.0,
        parameters: Mapping[str, Any] | None = None,
        **ranges_and_values: Any,
    ) -> None:
        self.model = model
        self.ranges, held = read_box(model, box, parameters, ranges_and_values)
        if not self.ranges:
            raise ArgumentError(
                "A phase plane needs one or two axes.",
                advice=f"Give a range to a variable: {model.system.state_names[0]}=(-1, 1).",
            )
        if len(self.ranges) > 2:
            raise ArgumentError(
                f"A phase plane has two axes; {', '.join(self.ranges)} are {len(self.ranges)}.",
                advice="Hold the other variables at a value: name=0.",
            )
        self.field = make_field(model, tuple(self.ranges), held, t)

    def fixed_points(self, *, proven: bool = False) -> FixedPoints:
        """All fixed points in the box, with eigenvalues and kinds within the plane.

        Parameters
        ----------
        proven : bool
            Whether to try a proof that there are no others: ``complete`` of the list is then True, or says why not. It
            takes longer than the search.
        """
        return find(self.field, self.ranges, proven=proven)

    def nullclines(self) -> dict[str, list[Array]]:
        """The curves on which one derivative is zero.

        Returns
        -------
        dict
            State name -> list of arrays of shape (n_points, 2), one for each branch inside the box. On a phase line:
            the one curve of the derivative against the variable.
        """
        if len(self.ranges) == 1:
            (name, (low, high)), *_ = self.ranges.items()
            x = np.linspace(low, high, 401)  # a point for each dot of a figure of some five inches
            return {name: [np.stack([x, self.field.rhs(x[None])[0]], axis=1)]}
        return dict(zip(self.ranges, nullclines(self.field, list(self.ranges.values())), strict=True))

    def vector_field(self, n: int = 20) -> Velocities:
        """The velocity on a grid over the box.

        Parameters
        ----------
        n : int
            Points a side, 2 to 2000; a phase line has ``n`` points.

        Returns
        -------
        Velocities
            With arrays x, y, u, v of shape (n, n); (n,) on a phase line.

        Raises
        ------
        ArgumentError
            For another n.
        """
        if not isinstance(n, int | np.integer):
            raise ArgumentError(f"n is {n!r}; it must be a whole number.", advice="Use n=20.")
        if n > MOST_ARROWS:
            raise ArgumentError(f"A vector field takes at most n={MOST_ARROWS} points a side, not {n}.")
        if n < 2:
            raise ArgumentError(f"A vector field of n={n} points a side has no grid.", advice="Use n=20.")
        axes = [np.linspace(low, high, n) for low, high in self.ranges.values()]
        if len(axes) == 1:
            zero = np.zeros(n)
            return Velocities(axes[0], zero, self.field.rhs(axes[0][None])[0], zero)
        grid = np.stack(np.meshgrid(*axes))
        u, v = self.field.rhs(grid)
        return Velocities(grid[0], grid[1], u, v)

    @property
    def threshold(self) -> dict[str, list[Array]]:
        """Where each event that resets a state does so: curves by event, arrays of shape (n_points, 2).

        The border of the event's condition within the box; on a phase line a point of shape (1, 2). A straight line
        along an axis is given by its two ends.
        """
        return ByName(self._reset_lines.threshold, "event that resets a state")

    @property
    def reset(self) -> dict[str, list[Array]]:
        """Where the states lie after each event that resets one: curves by event, as in ``threshold``.

        The line on which a state has the value that the block gives it, as V = V_reset; of two such states a point,
        twice. Where the block moves states from where they are, what it makes of the threshold.

        Examples
        --------
        >>> import brainpy_lab as bp
        >>> pp = bp.analysis.PhasePlane(bp.models.izhikevich(), v=(-80, 40), u=(-20, 20))
        >>> pp.threshold["spike"][0].tolist(), pp.reset["spike"][0].tolist()
        ([[30.0, -20.0], [30.0, 20.0]], [[-65.0, -20.0], [-65.0, 20.0]])
        """
        return ByName(self._reset_lines.reset, "event that resets a state")

    @cached_property
    def _reset_lines(self) -> ResetLines:
        from brainpy_lab.analysis.plane.reset_lines import reset_lines

        return reset_lines(self.field, list(self.ranges.values()))

    def trajectory(
        self,
        /,
        duration: float | None = None,
        *,
        backward: bool = False,
        initial: Mapping[str, float] | None = None,
        **start: float,
    ) -> Solution:
        """A run of the whole model that starts in the plane, at the plane's ``t``.

        Parameters
        ----------
        duration : float, optional
            How long; by default the model's own duration, else 100.
        backward : bool
            Whether to follow the orbit to where it came from. Times then fall, from the start on. An orbit that leaves
            all bounds ends there, and one that would come out of a threshold ends on it: a warning says so, and
            ``stats["backward"]``. Resets are not undone, and noise is left out.
        initial, **start
            Initial values of the axes' variables; the middle of the range where not given. Variables that the plane
            holds start at the value they are held at, and then move.

        Returns
        -------
        Solution

        Raises
        ------
        ArgumentError
        AnalysisError
            Backward: with delays or fractional orders, and from a state that an event resets.
        """
        twice = next((name for name in start if name in (initial or {})), None)
        if twice is not None:
            raise ArgumentError(f"'{twice}' is given twice: as a keyword and in initial.", advice="Give it once.")
        start = {**(initial or {}), **start}
        for name in start:
            if name not in self.ranges:
                raise ArgumentError(
                    f"'{name}' is no axis of this phase plane.", advice=did_you_mean(name, self.ranges) or None
                )
        middle = {name: (low + high) / 2 for name, (low, high) in self.ranges.items()}
        duration = duration if duration is not None else (self.model.duration or 100.0)
        params: dict[str, Any] = dict(self.field.params)
        values = {**self.field.held, **middle, **start}
        if backward:
            from brainpy_lab.analysis.plane.backward import backward as followed_back

            return followed_back(self.field, values, positive("duration", duration))
        return self.model.run(duration, initial=values, parameters=params, start=self.field.t)

    def manifolds(self, *, length: float | None = None) -> list[Manifolds]:
        """The stable and unstable manifolds of every saddle in the box: its separatrices.

        Parameters
        ----------
        length : float, optional
            Where a branch ends that ends nowhere else, in widths of the box; 30 by default.

        Raises
        ------
        ArgumentError
            On a phase line, which has none.
        """
        from brainpy_lab.analysis.plane.manifolds import LENGTH, manifolds_of

        if len(self.ranges) == 1:
            raise ArgumentError("A phase line has no manifolds.", advice="Give a range to a second variable.")
        saddles = [p for p in self.fixed_points() if p.kind == "saddle"]
        places = [np.array(list(p.values.values())) for p in saddles]
        return [manifolds_of(self.field, place, self.ranges, length or LENGTH) for place in places]

    def plot(
        self,
        trajectory: Solution | Sequence[Solution] | None = None,
        *,
        manifolds: bool = False,
        eigenvectors: bool = False,
        field: str = "arrows",
    ) -> PlotFigure:
        """Nullclines, field, fixed points, thresholds and reset lines as a Matplotlib figure.

        Parameters
        ----------
        trajectory : Solution or several, optional
            Runs to draw over it.
        manifolds : bool
            Whether to draw those of the saddles.
        eigenvectors : bool
            Whether to draw the real ones through each fixed point.
        field : str
            'arrows', 'streamlines' or 'none'.

        Raises
        ------
        ArgumentError
            For another field, and what is no trajectory.
        """
        from brainpy_lab.analysis.plotting import draw_phase_plane

        if field not in ("arrows", "streamlines", "none"):
            raise ArgumentError(f"field is {field!r}.", advice="Use 'arrows', 'streamlines' or 'none'.")
        given: Any = trajectory if isinstance(trajectory, list | tuple) else [] if trajectory is None else [trajectory]
        curves = [curve for found in self.manifolds() for curve in found] if manifolds else []
        return draw_phase_plane(self, given, curves, eigenvectors, field)

    def __repr__(self) -> str:
        ranges = ", ".join(f"{name} = {low:g} … {high:g}" for name, (low, high) in self.ranges.items())
        held = "".join(f", {name} = {float(value):g} held" for name, value in self.field.held.items())
        return f"Phase plane of {self.model.system.name}: {ranges}{held}\n{self.fixed_points()!r}"

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        return as_html(self.plot()) + self.fixed_points()._repr_html_()
