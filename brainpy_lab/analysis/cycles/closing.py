"""A first guess of a cycle: a piece of a simulated orbit that comes back to where it began.

The orbit is followed for longer and longer times until its passages through a section repeat themselves. The mesh is
taken from the steps of the integrator, which are short where the orbit is steep.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.cycles.rotations import grown
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.scaling import LITTLE, nonzero, swings
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import drift_at, equilibria
from brainpy_lab.errors import AnalysisError

#: The first time simulated, in units of the middle rate at the start; each further one is twice as long.
FIRST, MOST_DOUBLINGS = 20.0, 16

#: Passages repeat themselves when they differ by less than this part of the orbit's range; Newton's method does the
#: rest.
REPEATS = 1e-3

#: Most passages in a period: spikes of a burst.
MOST_PASSAGES = 200

#: An orbit that moves by less than this part of its size, beside a stable equilibrium, ends there.
NEARLY = 1e-3

#: A rounding error beside an unstable equilibrium is seen after so many of its times of growth: exp(40) is 2e17.
STAYS = 40.0

#: Evaluations of the equations, at most, before an orbit is given up.
MOST_EVALUATIONS = 200_000

#: And backward in time, where most orbits leave for infinity ever faster.
MOST_BACKWARD = 40_000

#: The part of a first mesh that is even; the rest follows the integrator, which may take a slow piece in one step.
EVEN = 0.05

#: Places of each step of the integrator at which the orbit is looked at.
PARTS = np.linspace(0, 1, 5)[:-1]

#: A state this far away, in its units or in those of its start, has left for infinity.
FAR = 1e15

#: How far beside an orbit others are begun, in parts of its range; along so many states; and a mesh to compare them on.
BESIDE, MOST_TRIED, EVEN_INTERVALS = 0.05, 3, 40

#: How far the others are moved, in parts of their sizes, to see what they do to a state.
ASIDE = 0.01

#: Halvings of the time in which a passage lies.
HALVINGS = 40


class RestError(AnalysisError):
    """An orbit comes to rest at an equilibrium."""


class EscapeError(AnalysisError):
    """An orbit leaves for infinity."""

    @classmethod
    def of(cls, field: VectorField) -> EscapeError:
        """The error of an orbit of a model."""
        return cls(
            f"From there {field.system.name} leaves for infinity: no cycle.", advice="Begin elsewhere: near={...}."
        )


class UnsettledError(AnalysisError):
    """An orbit does not repeat itself in the time it is given: ``run`` is the last of it, or None."""

    def __init__(self, message: str, *, run: Any = None, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.run = run


@dataclass(frozen=True)
class Guess:
    """An orbit that nearly closes.

    Attributes
    ----------
    mesh : Mesh
    profile : ndarray, shape (n, n_nodes)
    period : float
    scales : ndarray, shape (n,)
        How far each state moves.
    """

    mesh: Mesh
    profile: Array
    period: float
    scales: Array


@dataclass(frozen=True)
class Piece:
    """A piece of a simulated orbit: from ``begin`` for ``period``."""

    run: Any
    begin: float
    period: float

    def on(self, intervals: int) -> Guess:
        """It on a mesh, closed by spreading the gap over it."""
        times, end = self.run.t, self.begin + self.period
        steps = np.concatenate([[self.begin], times[(times > self.begin) & (times < end)], [end]])
        even = np.linspace(0, 1, intervals + 1)
        by_steps = np.interp(even * (len(steps) - 1), np.arange(len(steps)), steps)
        mesh = Mesh((1 - EVEN) * (by_steps - self.begin) / self.period + EVEN * even)
        profile = self.run.sol(self.begin + self.period * mesh.nodes)
        gap = self.run.sol(end) - self.run.sol(self.begin)
        profile = profile - gap[:, None] * mesh.nodes
        return Guess(mesh, profile, self.period, swings(profile))


def along(field: VectorField, start: Array, period: float) -> Piece:
    """The orbit from ``start`` for one ``period``."""
    return Piece(_run(field, start, period, MOST_EVALUATIONS), 0.0, period)


def before(field: VectorField, start: Array, period: float, periods: int = 1) -> Piece:
    """The orbit that comes to ``start``, its first period of so many: backward in time what repels attracts."""
    run = _run(field, start, periods * period, MOST_BACKWARD, backward=True)
    return Piece(_Mirrored(run, periods * period), 0.0, period)


@dataclass(frozen=True)
class _Mirrored:
    """A run backward in time, told forward."""

    run: Any
    span: float

    @property
    def t(self) -> Array:
        """Times, rising."""
        return np.asarray(self.span - self.run.t[::-1])

    def sol(self, t: Array | float) -> Array:
        """The states at some times."""
        return np.asarray(self.run.sol(self.span - t))


def closes_beside(field: VectorField, piece: Piece) -> bool:
    """Whether orbits beside a piece close too, with other sizes: then it is one of a family, and no limit cycle."""
    orbit = piece.on(EVEN_INTERVALS)
    here = piece.run.sol(piece.begin)
    for i in np.flatnonzero(orbit.scales > 0)[:MOST_TRIED]:
        there = here.copy()
        there[i] += BESIDE * orbit.scales[i]
        try:
            other = settled(field, there, piece.period).on(EVEN_INTERVALS)
        except AnalysisError:
            continue
        if (np.abs(other.scales / orbit.scales - 1) > BESIDE / 10).any():
            return True
    return False


def settled(field: VectorField, start: Array, period: float | None = None, evaluations: int | None = None) -> Piece:
    """The orbit to which the one from ``start`` settles.

    Raises
    ------
    AnalysisError
        `RestError` where it comes to rest, `EscapeError` where it leaves for infinity, and `UnsettledError` where it
        does not repeat itself.
    """
    rates = np.abs(np.linalg.eigvals(field.jacobian(start)))
    rates = rates[np.isfinite(rates) & (rates > 0)]
    # between the fastest and the slowest motion: the time is doubled until it suffices
    rate = float(np.sqrt(rates.min() * rates.max())) if len(rates) else 1.0
    span = 5 * period if period else FIRST / rate
    here, left, run = start, evaluations or MOST_EVALUATIONS, None
    for _ in range(MOST_DOUBLINGS):
        try:
            run = _run(field, here, span, left)
        except TooLongError:
            break
        left -= run.nfev
        here = run.y[:, -1]
        if run.status < 0 or not np.isfinite(here).all():
            raise EscapeError.of(field)
        growth = _growth_at_rest(field, here, _ranges(run, span), np.ptp(run.y, axis=1) + np.abs(here))
        if growth < 0:
            raise RestError(
                f"From there {field.system.name} comes to rest at an equilibrium: no cycle.",
                advice="Begin elsewhere, near={...}; an unstable cycle needs its period besides, period=...",
            )
        if np.isfinite(growth) and growth * span / 2 > STAYS:
            raise RestError(
                f"From there {field.system.name} comes to an unstable equilibrium, exactly, and stays: no cycle.",
                advice="Begin a little beside it: near={...}.",
            )
        found = _repeats(run, span)
        if found is not None:
            return Piece(run, *found)
        span *= 2
    raise UnsettledError(
        f"The orbit of {field.system.name} does not repeat itself within {span:.4g}: no cycle was found.",
        run=run,
        advice=(grown(field, run.y) if run is not None else None)
        or "It may be chaotic. Give a point and the period of the cycle meant: near={...}, period=...",
    )


def _growth_at_rest(field: VectorField, here: Array, ranges: Array, sizes: Array) -> float:
    """The largest real part of the eigenvalues at the equilibrium at which an orbit rests; inf where it does not."""
    sizes = nonzero(sizes)
    if (ranges > NEARLY * sizes).any():
        return np.inf
    zero = newton(equilibria(field).in_units(sizes, np.ones(len(here))), here / sizes)
    if not zero.converged or (np.abs(zero.point - here / sizes) >= 10 * NEARLY).any():
        return np.inf
    return float(np.linalg.eigvals(field.jacobian(zero.point * sizes)).real.max())


class TooLongError(AnalysisError):
    """An orbit takes more evaluations of the equations than it may."""


def _run(field: VectorField, start: Array, span: float, most: int, *, backward: bool = False) -> Any:
    """The orbit from ``start`` for ``span``; the equations are evaluated ``most`` times at most.

    Raises
    ------
    EscapeError
        Where it leaves for infinity, which it may do in a finite time.
    TooLongError
    """
    from scipy.integrate import solve_ivp

    left, sign = iter(range(most)), -1.0 if backward else 1.0
    far = FAR * np.maximum(1.0, np.abs(start))
    rhs, both = drift_at(field), equilibria(field).both

    def drift(_: float, y: Array) -> Array:
        if (np.abs(y) > far).any():
            raise EscapeError.of(field)
        if next(left, None) is None:
            raise TooLongError(
                f"The orbit of {field.system.name} takes more than {most} evaluations of its equations for {span:.4g}.",
                advice="Look at a shorter time: is period= in units of the model's time?",
            )
        return sign * rhs(y)

    def slopes(_: float, y: Array) -> Array:
        return sign * both(y)[1]

    with np.errstate(all="ignore"):
        sizes = np.abs(start) + 1e-3 * span * np.abs(field.rhs(start))
        driven = _driven(field, start, sizes)
    atol = 1e-8 * nonzero(np.maximum(sizes, driven))
    with warnings.catch_warnings():
        # LSODA warns where its steps fail; the status says so too, and what follows looks at that
        warnings.simplefilter("ignore", UserWarning)
        run: Any = solve_ivp(
            drift, (0, span), start, method="LSODA", jac=slopes, rtol=1e-7, atol=atol, dense_output=True
        )
    run.least = LITTLE * driven
    return run


def _driven(field: VectorField, here: Array, sizes: Array) -> Array:
    """How far the others move each state that stands still beside them, (n,); 0 for those that do not.

    Where what they do to it cancels, as on the cycle of z' = x² + y² - 1 - z, its own size says nothing: it is made of
    their errors.
    """
    n = len(here)
    slopes = field.jacobian(here)
    fastest = np.abs(np.linalg.eigvals(slopes)).max() if np.isfinite(slopes).all() else np.inf
    rates = np.maximum(fastest, np.abs(np.diagonal(slopes)))
    known, found = sizes.copy(), np.zeros(n)
    for _ in range(n):  # one may stand still beside another that does
        beside = here[:, None] + ASIDE * np.diag(known)
        moved = np.abs(field.rhs(beside) - field.rhs(here)[:, None]) / ASIDE
        np.fill_diagonal(moved, 0.0)
        driven = moved.max(axis=1) / rates
        still = (found == 0) & (known < LITTLE * driven) & np.isfinite(driven)
        if not still.any():
            break
        known[still] = found[still] = driven[still]
    return found


def _repeats(run: Any, span: float) -> tuple[float, float] | None:
    """The begin and the length of the last period, where the last passages repeat earlier ones."""
    for times, states in passages(run, span):
        gaps = np.abs(states[:, -2::-1] - states[:, -1:]).max(axis=0)
        close = np.flatnonzero(gaps[:MOST_PASSAGES] < REPEATS)
        if len(close):
            k = int(close[0]) + 1
            return float(times[-1 - k]), float(times[-1] - times[-1 - k])
    return None


def passages(run: Any, span: float) -> Iterator[tuple[Array, Array]]:
    """Through the middle of each state's range, upwards: times, (n_passages,), and states there in parts of the ranges.

    Those of the first quarter of the time are left out.
    """
    ranges = _ranges(run, span)
    steps = run.t[run.t >= span / 4]
    times = np.concatenate([steps[:-1, None] + np.diff(steps)[:, None] * PARTS, steps[-1:, None]], axis=None)
    states = run.sol(times)
    moving = np.flatnonzero(ranges > np.maximum(1e-9 * np.abs(states).max(axis=1), run.least))
    # a state that stays where it is is noise to its own range
    units = np.maximum.reduce([nonzero(ranges), LITTLE * np.abs(states).max(axis=1), run.least])
    for i in moving.tolist():
        level = (states[i].max() + states[i].min()) / 2
        above = states[i] > level
        at = np.flatnonzero(~above[:-1] & above[1:])
        if len(at) < 3:
            continue
        crossings = _crossings(run, i, level, times[at], times[at + 1])
        yield crossings, run.sol(crossings) / units[:, None]


def _ranges(run: Any, span: float) -> Array:
    """How far each state moves in the second half of the time."""
    return np.asarray(np.ptp(run.sol(np.linspace(span / 2, span, 400)), axis=1))


def _crossings(run: Any, i: int, level: float, before: Array, after: Array) -> Array:
    """Times at which state ``i`` rises through ``level``, one in each piece of time."""
    for _ in range(HALVINGS):
        middle = (before + after) / 2
        below = run.sol(middle)[i] < level
        before, after = np.where(below, middle, before), np.where(below, after, middle)
    return np.asarray(after)
