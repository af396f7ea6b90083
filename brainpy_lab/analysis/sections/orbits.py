"""Orbit diagrams: the points at which orbits cross a section, or turn, over a parameter."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from brainpy_lab.analysis.sections.crossings import Crossings, EndedError, crossings, joined, say_if_none, seen_at
from brainpy_lab.analysis.sections.seen import Seen, at_conditions
from brainpy_lab.analysis.vector_field import Array, ModelLike, check_model, make_field
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters
from brainpy_lab.simulation.runs.warning import RunWarning, warn

if TYPE_CHECKING:
    from brainpy_lab.simulation.solution.plot import PlotFigure


class OrbitDiagram(xr.Dataset):
    """Points over a parameter: an ``xarray.Dataset`` over ``point``, a variable a state; coordinates are it and t."""

    __slots__ = ()

    def plot(self, variable: str | None = None) -> PlotFigure:  # type: ignore[override]
        """A state over the parameter, a dot a point."""
        from brainpy_lab.analysis.sections.drawing import draw_orbits

        return draw_orbits(self, variable)


@in_words("orbit_diagram")
@takes_parameters(0)
def orbit_diagram(
    model: ModelLike,
    parameter: str,
    points: Sequence[float] | Array,
    section: str | None = None,
    *,
    maxima: str | None = None,
    T: float = 200.0,
    transient: float = 500.0,
    direction: int = 1,
    after: bool = False,
    initial: Mapping[str, float] | None = None,
    method: str = "rkdp",
    rtol: float = 1e-7,
    atol: float = 1e-9,
    backend: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> OrbitDiagram:
    """Where orbits cross a section, or a state turns, over a parameter: what they settle to, as dots.

    All values of the parameter are run at once, as an ensemble, each from the same start.

    Parameters
    ----------
    model : Model
    parameter : str
    points : sequence of float
        Values of the parameter.
    section, direction, after
        As in `poincare`: a condition, or the name of an event (a model that resets: the states at its spikes).
    maxima : str, optional
        In place of a section: where this state is largest, each time; by default the first state, where no section is
        given.
    T : float
        Time that points are taken from, for each value.
    transient : float
        Time before that, in which orbits settle.
    initial, method, rtol, atol, backend
        As in `poincare`.
    parameters, **values
        Other parameters by name.

    Returns
    -------
    OrbitDiagram
        Data set over ``point``: each state, the value of the parameter, and ``t``; ``plot("x")``.

    Raises
    ------
    ArgumentError
        For unknown names and impossible numbers.
    AnalysisError
        For models with noise, delays or fractional orders; where a run ends early.
    """
    check_model(model)
    system = model.system
    given = {**(parameters or {}), **values}
    if parameter not in system.parameter_names:
        raise ArgumentError(
            f"'{parameter}' is no parameter of {system.name}.",
            advice=did_you_mean(str(parameter), system.parameter_names)
            or f"Parameters: {', '.join(system.parameter_names) or 'none'}.",
        )
    if parameter in given:
        raise ArgumentError(f"'{parameter}' is the parameter that moves; it cannot be given a value besides.")
    along = np.asarray(points, dtype=float)
    if along.ndim != 1 or not along.size or not np.isfinite(along).all():
        raise ArgumentError(f"The values of '{parameter}' must be a list of finite numbers.")
    if section is not None and maxima is not None:
        raise ArgumentError("Both a section and maxima are given.", advice="Give one of them.")
    name = maxima or system.state_names[0]
    seen = _turning(system, name) if section is None else seen_at(system, section, direction, after=after)
    params = {**make_field(model, None, given).params, parameter: along}
    options: dict[str, Any] = {"method": method, "rtol": rtol, "atol": atol, "parameters": params}
    options |= {} if backend is None else {"backend": backend}
    ended: list[int] = []

    def of(numbers: np.ndarray) -> list[Crossings]:
        """The crossings of these orbits; those that end early go one by one to ``ended``."""
        these = {**options, "parameters": {**params, parameter: along[numbers]}}
        try:
            with warnings.catch_warnings():
                if len(along) > 1:
                    warnings.simplefilter("ignore", RunWarning)  # what is left out is said once for all
                found = crossings(seen, system.state_names, T, transient, initial or {}, these)
        except EndedError:
            if len(along) == 1 or len(numbers) == 1 == len(along) - len(ended):
                raise
            if len(numbers) == 1:
                ended.append(int(numbers[0]))
                return []
            return [part for half in np.array_split(numbers, 2) for part in of(half)]
        return [replace(found, orbit=numbers[found.orbit])]

    found = joined(of(np.arange(len(along))))
    if ended:
        _say_what_ended(system.name, parameter, along[ended])
    data = {state: ("point", row) for state, row in found.states.items()}
    what = f"maxima of {name}" if section is None else section
    say_if_none(found, system.name, what)
    coordinates = {parameter: ("point", along[found.orbit]), "t": ("point", found.t)}
    attributes = {"model": system.name, "parameter": parameter, "section": what, "variable": name}
    return OrbitDiagram(data, coords=coordinates, attrs=attributes)


def _say_what_ended(model: str, parameter: str, values: Array) -> None:
    which = f"{values[0]:g}" if len(values) == 1 else f"{len(values)} values from {values.min():g} to {values.max():g}"
    warn(
        f"Orbits of {model} end early at {parameter} = {which}, as where they leave for infinity: these are left out. "
        "One value by itself says why."
    )


def _turning(system: System, name: str) -> Seen:
    """What is seen where a state is largest."""
    state = next((s for s in system.states if s.name == name), None)
    if state is None or state.drift is None:
        moving = [s.name for s in system.states if s.drift is not None]
        raise ArgumentError(
            f"'{name}' is no state of {system.name} that moves.",
            advice=did_you_mean(str(name), moving) or f"States: {', '.join(moving)}.",
        )
    seen_at(system, f"{name} > 0", 1, after=False)  # refuses models without sections
    return at_conditions(system, [ast.Compare(state.drift, [ast.Lt()], [ast.Constant(0.0)])])
