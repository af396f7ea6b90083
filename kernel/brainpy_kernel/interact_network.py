"""`net.interact()`: sliders, raster and rates of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from brainpy_kernel.interact_model import range_or_value
from brainpy_kernel.sessions.network_session import NetworkSession
from brainpy_kernel.workspace import workspace
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.run_defaults import check_seed, positive

if TYPE_CHECKING:
    from brainpy_kernel.widgets.network_view import NetworkView
    from brainpy_lab import Network


def interact(
    net: Network,
    *,
    parameters: Mapping[str, Any] | Iterable[str] | None = None,
    duration: float | None = None,
    dt: float | None = None,
    seed: int | None = None,
    backend: str | None = None,
) -> NetworkView:
    """Show ``net`` with sliders, the raster of its spikes and the rates of its groups.

    A copy of the network is run, from the start with each move of a slider; ``net`` stays where it stands.

    Parameters
    ----------
    net : Network
        What is shown.
    parameters : mapping or names, optional
        The sliders, as ``part.parameter``: ``{"exc.weight": (0, 1), "E.I": 5}``, with a value, or ``(low, high)`` or
        ``(low, high, step)``, each; or ``["exc.weight", "exc.delay"]``. By default all
        that are one number; of more than 24 those with a range in the text of a model, with another value than there,
        weights, delays, rates, and what synapses add to.
    duration, dt : float, optional
        Length and step of a run; by default those of the first group's model.
    seed : int, optional
        Of all runs.
    backend : str, optional

    Returns
    -------
    NetworkView
        Displays itself at the end of a cell; ``close()`` ends it.

    Raises
    ------
    ArgumentError
        A name is none of a value that a slider can move, or a value is neither a number nor a range.

    Examples
    --------
    >>> net.interact({"exc.weight": (0, 1), "exc.delay": (0.5, 5)}, duration=500)  # doctest: +SKIP
    """
    space = workspace()
    name = space.name_of(net)
    check_seed(seed)
    chosen = _chosen(parameters)
    step = None if dt is None else positive("dt", dt)
    names = None if chosen is None else list(chosen)
    session = NetworkSession(net, space.runtime, name, chosen=names, dt=step, seed=seed, backend=backend)
    if duration is not None:
        session.duration = positive("duration", duration)
    ranges = {} if chosen is None else _apply(session, chosen)
    return space.show(session, _builder(ranges), name)


def _chosen(parameters: Mapping[str, Any] | Iterable[str] | None) -> dict[str, Any] | None:
    """Each name with its value or range, or None where none is given."""
    if parameters is None:
        return None
    if isinstance(parameters, Mapping):
        return dict(parameters)
    if isinstance(parameters, str) or not all(isinstance(name, str) for name in parameters):
        raise ArgumentError(
            f"parameters are names of values or a mapping of them, not {parameters!r:.60}.",
            advice="net.interact({'exc.weight': (0, 1)}) or net.interact(['exc.weight']).",
        )
    return dict.fromkeys(parameters)


def _apply(session: NetworkSession, chosen: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """Put values into the session; return the ranges of sliders."""
    ranges: dict[str, tuple[float, ...]] = {}
    for name, value in chosen.items():
        if name not in session.params:
            advice = did_you_mean(name, session.known) or f"It has: {', '.join(session.known)}."
            raise ArgumentError(
                f"{session.net.name} has no '{name}' that a slider could move: a parameter, weight, rate or delay that "
                "is one number, a delay above 0.",
                advice=advice,
            )
        numbers = () if value is None else range_or_value(name, value)
        if len(numbers) == 1:
            session.params[name] = numbers[0]
        elif numbers:
            ranges[name] = numbers
    return ranges


def _builder(ranges: dict[str, tuple[float, ...]]) -> Callable[..., NetworkView]:
    def build(session: NetworkSession, on_close: Callable[[NetworkView], None]) -> NetworkView:
        from brainpy_kernel.widgets.controls import slider_ranges
        from brainpy_kernel.widgets.network_view import NetworkView

        return NetworkView(session, slider_ranges(session, ranges), on_close)

    return build
