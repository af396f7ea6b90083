"""Periodic orbits of a model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.cycles import closing
from brainpy_lab.analysis.cycles.closing import Piece
from brainpy_lab.analysis.cycles.conserved import families
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.solving import Solved, of_one_turn, solved
from brainpy_lab.analysis.layout import ModelLike, by_element, initial_of
from brainpy_lab.analysis.points import shortened
from brainpy_lab.analysis.vector_field import Array, VectorField, check_model, make_field
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters

#: Intervals of the first mesh; where Newton's method fails on one, the next is tried.
INTERVALS = (40, 120, 360)

#: Periods that are followed back to a cycle that repels.
PAST = 8


@in_words("limit_cycle")
@takes_parameters(0)
def limit_cycle(
    model: ModelLike,
    near: Mapping[str, float] | None = None,
    *,
    period: float | None = None,
    rtol: float = 1e-10,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> Cycle:
    """A periodic orbit of ``model``.

    Without ``period`` the orbit is simulated from ``near`` until it repeats itself, and then solved for as a boundary
    value problem by orthogonal collocation, on meshes that grow until the period stays within ``rtol``. With
    ``period`` the piece of orbit from ``near`` is solved for at once, which finds unstable cycles too.

    Parameters
    ----------
    model : Model
    near : mapping
        Values of states; those left out have their initial values.
    period : float, optional
        A guess, in units of the model's time.
    rtol : float
        Relative error of the period.
    parameters, **values
        Parameters by name.

    Returns
    -------
    Cycle
        ``period``, ``orbit`` (xarray over phase), ``max``, ``min``, ``multipliers``, ``log_multipliers``, ``stable``.

    Raises
    ------
    ArgumentError
        For unknown names and impossible numbers.
    AnalysisError
        For models with events that change states, delays, fractional orders or a drift that depends on time; where no
        cycle is found.

    References
    ----------
    E. J. Doedel, H. B. Keller, J. P. Kernévez (1991). Numerical analysis and control of bifurcation problems (II).
    Int. J. Bifurcation Chaos 1, 745-772. doi:10.1142/S0218127491000555

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lc = bp.analysis.limit_cycle(bp.models.fitzhugh_nagumo(), I=0.8)
    >>> round(lc.period, 6), lc.stable
    (36.518032, True)
    """
    check_model(model)
    field = _field(model, {**(parameters or {}), **values})
    start = _start(field, by_element(field.layout, near or {}), initial_of(model, field.layout))
    if period is not None and not (np.isfinite(period) and period > 0):
        raise ArgumentError(f"period is {period!r}; it must be positive.")
    if not 1e-13 <= rtol <= 1e-2:
        raise ArgumentError(f"rtol is {rtol!r}; it must lie between 1e-13 and 0.01.")
    for text in families(field, dict(zip(field.free, start.tolist(), strict=True))):
        raise AnalysisError(f"Cycles of {field.system.name} are not isolated.", advice=text)
    return cycle_from(field, start, None if period is None else float(period), rtol)


def cycle_from(
    field: VectorField, start: Array, period: float | None, rtol: float, evaluations: int | None = None
) -> Cycle:
    """The cycle to which the orbit from ``start``, shape (n_free,), settles; or which passes there with ``period``.

    The orbit is given up after so many ``evaluations`` of the equations.

    Raises
    ------
    AnalysisError
        Where none is found.
    """
    with np.errstate(all="ignore"):
        found = None
        if period is not None:
            found = _through(field, start, period, rtol)
        if found is None:
            found = _settled(field, start, period, rtol, evaluations)
        turns, found = of_one_turn(field, found, rtol)
    remarks = tuple(text.replace("these are fixed points", "this is a cycle") for text in caveats.remarks(field))
    if turns > 1 and period is not None:
        remarks += (f"The period given, {period:.6g}, is that of {turns} turns; this is the cycle of one.",)
    if found.error > rtol:
        remarks += (f"The period is known to {found.error:.1g} relative only: the mesh did not become fine enough.",)
    return Cycle(field, found.mesh, found.profile, found.period, remarks)


def _through(field: VectorField, start: Array, period: float, rtol: float) -> Solved | None:
    """The cycle of about that period near ``start``, from the orbit that goes on there or the one that comes there."""
    pieces = (closing.along, closing.before, partial(closing.before, periods=PAST))
    too_long = None
    for piece in pieces:
        try:
            found = _solved(field, piece(field, start, period), rtol)
        except closing.EscapeError:
            continue
        except closing.TooLongError as error:
            # backward in time what attracts repels: that an orbit is lost there says nothing of the period given
            too_long = error if piece is closing.along else too_long
            continue
        if found is not None:
            return found
    if too_long is not None:
        raise too_long
    return None


def _settled(
    field: VectorField, start: Array, period: float | None, rtol: float, evaluations: int | None = None
) -> Solved:
    piece = closing.settled(field, start, period, evaluations)
    found = _solved(field, piece, rtol)
    if found is None and closing.closes_beside(field, piece):
        raise AnalysisError(
            f"The orbit of {field.system.name} closes after {piece.period:.4g}, and so do those beside it, with other "
            "sizes, as around a centre or where something is conserved: no cycle attracts or repels by itself.",
            advice="Simulate it for the period of one of them; what is conserved tells them apart.",
        )
    if found is None:
        raise AnalysisError(
            f"The orbit of {field.system.name} nearly repeats itself after {piece.period:.4g}, but Newton's method "
            "finds no cycle there.",
            advice="Begin elsewhere: near={...}, period=...",
        )
    if found.is_unstable:  # what a chaotic orbit passes by
        guessed = "" if period is None else f"No cycle of a period near {period:.4g} passes there. "
        raise AnalysisError(
            f"{guessed}The orbit of {field.system.name} does not repeat itself: it may be chaotic. It passes by an "
            f"unstable cycle of period {found.period:.6g}.",
            advice=f"For that one give its period: near={{...}}, period={found.period:.4g}.",
        )
    return found


def _solved(field: VectorField, piece: Piece, rtol: float) -> Solved | None:
    for intervals in INTERVALS:
        found = solved(field, piece.on(intervals), rtol)
        if found is not None:
            return found
    return None


def _field(model: ModelLike, given: Mapping[str, Any]) -> VectorField:
    system = model.system
    _refuse(system)
    field = make_field(model, None, given, arrays=True)
    if "t" in caveats.frozen(field):
        raise AnalysisError(
            f"The equations of {system.name} depend on time: it has no free-running cycle.",
            advice="Write the rhythm that drives it as two further equations, du/dt = w*v and dv/dt = -w*u.",
        )
    return field


def _refuse(system: System) -> None:
    """Refuse models whose cycles are not computed."""
    for what, is_so in (
        ("events that change states", any(system.moves_states(e) for e in system.events)),
        ("delays", system.is_delayed),
        ("fractional orders", system.is_fractional),
    ):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: cycles of such models are not computed.",
                advice="Simulate it, and measure the period of what it settles to.",
            )


def _start(field: VectorField, near: Mapping[str, float], initial: Mapping[str, float]) -> Array:
    for name in near:
        if name not in field.free:
            raise ArgumentError(
                f"'{name}' is no state of {field.system.name}.",
                advice=did_you_mean(str(name), field.free) or f"States: {', '.join(shortened(list(field.free)))}.",
            )
    start = np.array([float(near.get(name, initial.get(name, 0.0))) for name in field.free])
    if not np.isfinite(start).all():
        raise ArgumentError("near has a value that is not finite.")
    return start
