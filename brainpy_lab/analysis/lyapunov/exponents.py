"""Lyapunov exponents of a model's orbit, by a run of its variational equations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.analysis.caveats import frozen
from brainpy_lab.analysis.lyapunov.running import LOOKS, Runs
from brainpy_lab.analysis.lyapunov.spectrum import LyapunovSpectrum
from brainpy_lab.analysis.lyapunov.variational import variational
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.vector_field import Array, ModelLike, VectorField, check_model, make_field
from brainpy_lab.analysis.zero_problem import equilibria
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters
from brainpy_lab.simulation.run_defaults import is_finite, is_number, positive

#: States at most: their deviations are the square of that in number, and all are compiled into one step.
MOST_STATES = 20

#: Pieces of the run whose spread gives the errors; they divide `running.LOOKS`.
PIECES = 40

#: An orbit this near to a stable equilibrium, relative to the states, has come to rest.
AT_REST = 1e-6

#: A part of the run that the orbit settles in where nothing else is said.
SETTLING = 0.1


@in_words("lyapunov_spectrum")
@takes_parameters(0)
def lyapunov_spectrum(
    model: ModelLike,
    T: float,
    *,
    transient: float | None = None,
    n: int | None = None,
    method: str = "rk4",
    rtol: float = 1e-8,
    atol: float = 1e-10,
    dt: float | None = None,
    initial: Mapping[str, float] | None = None,
    backend: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> LyapunovSpectrum:
    """The Lyapunov exponents of the orbit that a run settles to.

    The model's variational equations, with exact Jacobians, are run as a model of their own; deviations are made
    orthogonal often enough that none is lost beside another. Errors fall like the square root of ``T``.

    Parameters
    ----------
    model : Model
    T : float
        Length of the run that exponents are taken from, in units of the model's time.
    transient : float, optional
        Time before that, in which the orbit settles; by default a tenth of ``T``.
    n : int, optional
        How many exponents, from the largest on; by default all.
    method, rtol, atol, backend
        Of the run, as in `Model.run`. "rk4" takes the longest step whose errors stay within the tolerances all along
        the orbit; adaptive methods are slower, and right where an orbit is steep in few places.
    dt : float, optional
        The step of methods with fixed steps.
    initial : mapping, optional
        Values of states at the start; those left out have their initial values.
    parameters, **values
        Parameters by name.

    Returns
    -------
    LyapunovSpectrum
        ``exponents``, falling, ``errors``, ``dimension`` (Kaplan and Yorke's), ``plot()``.

    Raises
    ------
    ArgumentError
        For unknown names and impossible numbers.
    AnalysisError
        For models with events that change states, noise, delays, fractional orders or array states; where the equations
        have no exact derivative; where the orbit leaves for infinity.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn (1980). Lyapunov characteristic exponents for smooth dynamical
    systems. Meccanica 15, 9-30. doi:10.1007/BF02128236

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = -x + y\\ndy/dt = -3*y", name="Linear")
    >>> bp.analysis.lyapunov_spectrum(m, 50.0, backend="numpy").exponents.round(3)
    array([-1., -3.])
    """
    check_model(model)
    _refuse(model.system)
    field = make_field(model, None, {**(parameters or {}), **values})
    T = positive("T", T)
    for name, value in (("rtol", rtol), ("atol", atol), ("dt", dt)):
        if value is not None:
            positive(name, value)
    settling = SETTLING * T if transient is None else transient
    count = len(field.free) if n is None else n
    _check(field, settling, count, initial or {})
    options = {"method": method} | ({} if backend is None else {"backend": backend})
    runs = Runs(variational(model.system, count), field, rtol, atol, dt, options)
    with np.errstate(all="ignore"):
        growth, final = _growth(runs, runs.begin(initial or {}), settling, T)
        rates, remarks = _at_rest(field, final, count)
    times = settling + T * np.arange(1, PIECES + 1) / PIECES
    growth = growth if rates is None else np.tile(rates, (PIECES, 1))
    remarks = (*remarks, *_remarks(field))
    return LyapunovSpectrum(model.system.name, times, growth, len(field.free), dict(field.params), remarks)


def _growth(runs: Runs, start: dict[str, Any], settling: float, T: float) -> tuple[Array, Array]:
    """Mean rates of growth in each piece of the run, (n_pieces, n), and the state at its end."""
    known, begin = np.array([[start[name]] for name in runs.field.free]), 0.0
    # in two parts: what is known at the start says little of the orbit that follows
    for part in [settling / 10, settling * 9 / 10] if settling else []:
        piece = runs.piece(start, begin, part, known)
        known, start, begin = piece.states, piece.final, begin + part
    piece = runs.piece(start, begin, T, known)
    growth = np.diff(piece.lengths[:: LOOKS // PIECES], axis=0) / (T / PIECES)
    return np.asarray(growth), piece.states[:, -1]


def _at_rest(field: VectorField, state: Array, count: int) -> tuple[Array | None, tuple[str, ...]]:
    """The exact exponents where the orbit has come to a stable equilibrium, and a sentence that says so.

    A run of any length is off by log(T)/T where eigenvalues are equal.
    """
    if "t" in frozen(field):
        return None, ()
    units = 1 + np.abs(state)
    zero = newton(equilibria(field).in_units(units, units), state / units)
    if not zero.converged or np.abs(zero.point - state / units).max() > AT_REST:
        return None, ()
    rates = np.sort(np.linalg.eigvals(field.jacobian(zero.point * units)).real)[::-1]
    if not rates[0] < 0:
        return None, ()
    point = np.where(np.abs(zero.point) < 1e-12, 0.0, zero.point * units)
    place = ", ".join(f"{n} = {v:.6g}" for n, v in zip(field.free, point, strict=True))
    return rates[:count], (f"The orbit comes to rest at {place}: these are the rates of its eigenvalues there.",)


def _refuse(system: System) -> None:
    for what, is_so, advice in (
        ("events that change states", any(system.moves_states(e) for e in system.events),
         "Take the events out, or measure how two runs from neighbouring states part."),
        ("noise", system.is_stochastic, "Take the noise out of a copy of it: what is left has exponents."),
        ("delays", system.is_delayed, "Measure how two runs from neighbouring histories part."),
        ("fractional orders", system.is_fractional, "Measure how two runs from neighbouring states part."),
    ):  # fmt: skip
        if is_so:
            raise AnalysisError(f"{system.name} has {what}: its Lyapunov exponents are not computed.", advice=advice)


def _check(field: VectorField, settling: float, count: int, initial: Mapping[str, float]) -> None:
    if not is_number(settling) or not (np.isfinite(settling) and settling >= 0):
        raise ArgumentError(f"transient is {settling!r}; it must be a number from zero on.")
    size = len(field.free)
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= size:
        raise ArgumentError(f"n is {count!r}; {field.system.name} has {size} exponents.", advice=f"Give 1 to {size}.")
    if count * size > MOST_STATES**2:
        raise AnalysisError(
            f"{field.system.name} has {size} states: {count} deviations have {count * size} components, more than "
            f"{MOST_STATES**2}.",
            advice=f"Ask for the largest exponents alone: n={MOST_STATES**2 // size}.",
        )
    if not isinstance(initial, Mapping):
        raise ArgumentError(f"initial is {initial!r:.60}; it must name states.", advice='Write {"x": 1.0}.')
    for name, value in initial.items():
        if not is_finite(value):
            raise ArgumentError(f"initial: '{name}' is {value!r:.60}; it must be a finite number.")
        if name not in field.system.state_names:
            raise ArgumentError(
                f"'{name}' is no state of {field.system.name}.",
                advice=did_you_mean(str(name), field.free) or f"States: {', '.join(field.free)}.",
            )


def _remarks(field: VectorField) -> tuple[str, ...]:
    if "t" in frozen(field):
        return ("The equations depend on time: the exponent 0 of time itself is not among these.",)
    return ()
