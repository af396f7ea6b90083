"""`m.interact()`: sliders, time courses and phase plane of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.continuation import check_parameter
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.workspace import Workspace, workspace
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.by_name import takes_parameters
from brainpy_lab.simulation.run_defaults import positive

if TYPE_CHECKING:
    from brainpy_kernel.widgets.view import View
    from brainpy_lab import Model


@takes_parameters(0, states=True)
def interact(
    model: Model,
    *,
    duration: float | None = None,
    dt: float | None = None,
    axes: tuple[str, ...] | None = None,
    bifurcation: str | tuple[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> View:
    """Show ``model`` with a slider per parameter, its time courses and its phase plane.

    Parameters
    ----------
    model : Model
        What is shown.
    duration, dt : float, optional
        Length and step of a run, in the model's unit of time.
    axes : tuple of str, optional
        The one or two states of the phase plane; the first two by default.
    bifurcation : str or (str, str), optional
        A parameter: its bifurcation diagram, over the range of its slider, is shown beside the rest. It is computed in
        the background; a click in it goes to that equilibrium or cycle. Of two parameters it is the plane with the
        curves of bifurcations; a click there sets both.
    parameters, **values
        In a mapping or as keywords. A parameter: its value, or ``(low, high)`` or ``(low, high, step)`` of its slider.
        A state: its initial value, or its range in the phase plane.

    Returns
    -------
    View
        Displays itself at the end of a cell; ``close()`` ends it.

    Raises
    ------
    ArgumentError
        A name is no parameter or state of the model, or a value is neither a number nor a range.

    Examples
    --------
    >>> fhn.interact(I=(0, 2), V=(-3, 3), duration=200)  # doctest: +SKIP
    """
    space = workspace()
    name = space.name_of(model)
    session = Session(model, space.runtime, name)
    if duration is not None:
        session.duration = positive("duration", duration)
    session.dt = None if dt is None else positive("dt", dt)
    chosen = _apply(session, {**(parameters or {}), **values})
    if axes is not None:
        _check_axes(session, axes)
        session.axes = tuple(axes)
    return space.show(session, _builder(chosen, space, _free(session, bifurcation)), name)


def show_model(space: Workspace, name: str, model: Model) -> View:
    """The view that a `%%brainpy_model` cell displays."""
    return space.show(space.session_of(model, name), _builder({}, space, ()), name)


def _builder(
    chosen: dict[str, tuple[float, ...]], space: Workspace, free: tuple[str, ...]
) -> Callable[[Session, Callable[[View], None]], View]:
    def build(session: Session, on_close: Callable[[View], None]) -> View:
        from brainpy_kernel.widgets.controls import slider_ranges
        from brainpy_kernel.widgets.view import View

        ranges = slider_ranges(session, chosen)
        if not free:
            return View(session, ranges, on_close)
        work = space.continuation_of(session, ranges, free)
        view = View(session, ranges, on_close, work)
        work.start()
        return view

    return build


def _free(session: Session, bifurcation: object) -> tuple[str, ...]:
    """The parameters of the diagram, none to two."""
    names = () if bifurcation is None else bifurcation if isinstance(bifurcation, tuple | list) else (bifurcation,)
    for name in names:
        check_parameter(session, name)
    if len(names) > 2 or len(set(names)) < len(names):
        raise ArgumentError(f"bifurcation names one or two parameters, not {bifurcation!r}.")
    return tuple(names)


def _apply(session: Session, values: dict[str, Any]) -> dict[str, tuple[float, ...]]:
    """Put values and ranges of states into the session; return the ranges of sliders."""
    ranges: dict[str, tuple[float, ...]] = {}
    for name, value in values.items():
        if name not in session.params and name not in session.initial:
            known = [*session.params, *session.initial, "duration", "dt", "axes", "bifurcation"]
            raise ArgumentError(f"{session.name} has no parameter or state '{name}'.", advice=did_you_mean(name, known))
        numbers = range_or_value(name, value)
        if len(numbers) == 1:
            target = session.params if name in session.params else session.initial
            target[name] = numbers[0]
        elif name in session.params:
            ranges[name] = numbers
        else:
            session.fixed_box[name] = numbers[:2]  # type: ignore[assignment]
    return ranges


def range_or_value(name: str, value: Any) -> tuple[float, ...]:
    """One number, or a range ``(low, high)`` or ``(low, high, step)``."""
    try:
        numbers = tuple(float(v) for v in np.ravel(np.asarray(value, dtype=float)))
    except (TypeError, ValueError):
        numbers = ()
    if (
        len(numbers) not in (1, 2, 3)
        or not np.isfinite(numbers).all()
        or (len(numbers) > 1 and numbers[0] >= numbers[1])
    ):
        raise ArgumentError(
            f"'{name}' must be a number, or a range (low, high) or (low, high, step), not {value!r}.",
        )
    return numbers


def _check_axes(session: Session, axes: tuple[str, ...]) -> None:
    if isinstance(axes, str) or len(set(axes)) not in (1, 2):
        raise ArgumentError(f"axes names one or two states, such as {tuple(session.states[:2])}, not {axes!r}.")
    for name in axes:
        if name not in session.initial:
            raise ArgumentError(f"{session.name} has no state '{name}'.", advice=did_you_mean(name, session.initial))
