"""Poincaré sections: an orbit by the points at which it crosses a section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import xarray as xr

from brainpy_lab.analysis.sections.crossings import crossings, say_if_none, seen_at
from brainpy_lab.analysis.vector_field import ModelLike, check_model, make_field
from brainpy_lab.errors import in_words
from brainpy_lab.simulation.by_name import takes_parameters

if TYPE_CHECKING:
    from brainpy_lab.simulation.solution.plot import PlotFigure


class Section(xr.Dataset):
    """Crossings of a section: an ``xarray.Dataset`` over ``crossing``, a variable a state, coordinate ``t``."""

    __slots__ = ()

    def plot(self, x: str | None = None, y: str | None = None) -> PlotFigure:  # type: ignore[override]
        """The crossings in the plane of two states; by default of the two that vary most."""
        from brainpy_lab.analysis.sections.drawing import draw_points

        return draw_points(self, x, y)

    def return_map(self, name: str | None = None) -> PlotFigure:
        """A state at each crossing over the same at the crossing before; by default the one that varies most."""
        from brainpy_lab.analysis.sections.drawing import draw_return_map

        return draw_return_map(self, name)


@in_words("poincare")
@takes_parameters(0)
def poincare(
    model: ModelLike,
    section: str,
    T: float,
    *,
    direction: int = 1,
    after: bool = False,
    transient: float = 0.0,
    initial: Mapping[str, float] | None = None,
    method: str = "rkdp",
    rtol: float = 1e-8,
    atol: float = 1e-10,
    backend: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> Section:
    """The points at which an orbit crosses a section.

    Parameters
    ----------
    model : Model
    section : str
        A condition of the model language, ``"x > 0"``: a crossing is where it becomes true. Or the name of an event of
        the model, such as its spikes.
    T : float
        Length of the run, in units of the model's time.
    direction : {1, -1, 0}
        Where the condition becomes true, where it becomes false, or both.
    after : bool
        At an event of the model: the states after its block, not before.
    transient : float
        Time before ``T`` whose crossings are left out.
    initial : mapping, optional
        Values of states at the start; those left out have their initial values.
    method, rtol, atol, backend
        As in `Model.run`.
    parameters, **values
        Parameters by name.

    Returns
    -------
    Section
        Data set over ``crossing``: each state, and the time ``t``; ``plot()``, ``return_map("x")``.

    Raises
    ------
    ArgumentError
        For unknown names and impossible numbers.
    AnalysisError
        For models with noise, delays or fractional orders; where the run ends early.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = y\\ndy/dt = -x\\nx(0) = 1", name="Circle")
    >>> bp.analysis.poincare(m, "x > 0", 10.0, backend="numpy")["t"].values.round(6)
    array([4.712389])
    """
    check_model(model)
    system = model.system
    params = make_field(model, None, {**(parameters or {}), **values}).params
    options: dict[str, Any] = {"method": method, "rtol": rtol, "atol": atol, "parameters": dict(params)}
    options |= {} if backend is None else {"backend": backend}
    seen = seen_at(system, section, direction, after=after)
    found = crossings(seen, system.state_names, T, transient, initial or {}, options)
    say_if_none(found, system.name, section)
    data = {name: ("crossing", row) for name, row in found.states.items()}
    attributes = {"model": system.name, "section": section, "direction": direction}
    return Section(data, coords={"t": ("crossing", found.t)}, attrs=attributes)
