"""How far noise spreads a state around a stable equilibrium: the covariance of the linearised equations.

Near an equilibrium x of dX = f(X) dt + B(X) dW the deviation is an Ornstein-Uhlenbeck process with the matrix A of f's
derivatives and the amplitudes B at x, and its covariance S solves A S + S A' + B B' = 0.

Reference: C. W. Gardiner (2009). Stochastic Methods, 4th ed., sections 4.5 and 7.3. ISBN 978-3-540-70712-7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.linalg import solve_continuous_lyapunov

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.noise.spread import Spread
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.scaling import nonzero, power_of_two
from brainpy_lab.analysis.stability import ROUNDING, described
from brainpy_lab.analysis.vector_field import Array, ModelLike, VectorField, check_model, make_field
from brainpy_lab.analysis.zero_problem import equilibria
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters
from brainpy_lab.symbolic.compiling import Compiler

#: A point further than this from the equilibrium, relative to 1 + |x|, was another one: that is said.
MOVED = 1e-6

#: Rates that change by more than this part over one standard deviation leave little of a linear theory.
BENDS = 0.25


@in_words("sensitivity")
@takes_parameters(0, states=True)
def sensitivity(
    model: ModelLike,
    point: FixedPoint | Mapping[str, float],
    *,
    parameters: Mapping[str, Any] | None = None,
    **values: Any,
) -> Spread:
    """The spread of a noisy model around a stable equilibrium: covariance and ellipses.

    To first order in the strength of the noise, and exact for linear models. Whether the noise is Ito's or
    Stratonovich's makes no difference to that order.

    Parameters
    ----------
    model : Model
        With white noise, of amplitudes that may depend on the states.
    point : FixedPoint or mapping
        A stable equilibrium of the drift, or states near one; it is solved for. A FixedPoint brings the values of the
        parameters that it was found with.
    parameters, **values
        Parameters, by name or as keywords.

    Returns
    -------
    Spread
        ``covariance`` in the order of the states, ``deviations``, ``ellipse(("V", "w"), p=0.95)``, ``plot()``.

    Raises
    ------
    ArgumentError
        For unknown names, and a point that is none.
    AnalysisError
        Where the equilibrium is not stable, and for models without noise, with delays or fractional orders, or whose
        drift depends on time.

    References
    ----------
    C. W. Gardiner (2009). Stochastic Methods, 4th ed., sections 4.5 and 7.3.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = -2*x + xi", name="OU")
    >>> bp.analysis.sensitivity(m, {"x": 0}).covariance
    array([[0.25]])
    """
    check_model(model)
    given = {**(parameters or {}), **values}
    if isinstance(point, FixedPoint):  # found with these parameters, and with these states held
        given = {**point.parameters, **{n: v for n, v in point.frozen.items() if n != "t"}, **given}
    start = _start(model.system, point, given)
    field = make_field(model, tuple(start), given)
    _refuse(field)
    with np.errstate(all="ignore"):
        found = _equilibrium(field, np.array(list(start.values())))
        _check_stable(model.system, found)
        x = np.array(list(found.values.values()))
        slopes, amplitudes = field.jacobian(x), _amplitudes(field, x)
        covariance = solve_continuous_lyapunov(slopes, -amplitudes @ amplitudes.T)
    covariance = (covariance + covariance.T) / 2
    remarks = [*_moved(start, found), *_resets(model.system), *_trust(field, x, covariance)]
    return Spread(model.system.name, found, covariance, tuple(remarks))


def _start(system: System, point: Any, given: Mapping[str, Any]) -> dict[str, float]:
    """The states near the equilibrium, in the system's order."""
    if not isinstance(point, Mapping | FixedPoint):
        raise ArgumentError(
            f"The point is {point!r}.",
            advice="Give one of bp.analysis.fixed_points(m, ...), or the states near it: {'V': -1.2, 'w': -0.6}.",
        )
    values = point if isinstance(point, Mapping) else point.values
    names = [s.name for s in system.states if s.drift is not None and s.name not in given]
    unknown = [n for n in values if n not in names]
    if unknown:
        raise ArgumentError(
            f"'{unknown[0]}' of the point is no state of {system.name} that moves.",
            advice=did_you_mean(str(unknown[0]), names) or f"States: {', '.join(names)}.",
        )
    missing = [n for n in names if n not in values]
    if missing:
        raise ArgumentError(f"The point has no value for {', '.join(missing)}.", advice=f"Give {', '.join(names)}.")
    found = {name: float(values[name]) for name in names}
    if not np.isfinite(list(found.values())).all():
        raise ArgumentError("The point has a value that is not finite.")
    return found


def _refuse(field: VectorField) -> None:
    system = field.system
    if not any(s.noise for s in system.states if s.name in field.free):
        raise AnalysisError(
            f"{system.name} has no noise, so nothing spreads its states.",
            advice=f"Add white noise to an equation: d{field.free[0]}/dt = ... + sigma*xi.",
        )
    for what, is_so in (("delays", system.is_delayed), ("fractional orders", system.is_fractional)):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: the spread of such models is not computed.",
                advice="Simulate it for long, and take the covariance of the states.",
            )
    if "t" in caveats.frozen(field):
        raise AnalysisError(
            f"The equations of {system.name} depend on time: there is no equilibrium to spread around.",
            advice="Simulate an ensemble, and take the covariance of its members at each time.",
        )


def _equilibrium(field: VectorField, start: Array) -> FixedPoint:
    units = power_of_two(nonzero(np.abs(start)))
    zero = newton(equilibria(field).in_units(units, units), start / units)
    if not zero.converged:
        place = ", ".join(f"{n} = {v:g}" for n, v in zip(field.free, start, strict=True))
        raise AnalysisError(
            f"Newton's method finds no equilibrium of {field.system.name} near {place}.",
            advice="bp.analysis.fixed_points(m, ...) finds all in a box.",
        )
    x = zero.point * units
    rounding = ROUNDING * (np.abs(field.jacobian(x)) @ np.abs(x))
    return described(field, x, 0, rounding, np.maximum(1.0, np.abs(x)), caveats.frozen(field))


def _check_stable(system: System, point: FixedPoint) -> None:
    if point.stable:
        return
    reason = point.remarks[0] if point.virtual else "Noise drives the state away from it, and no spread settles."
    raise AnalysisError(
        f"The equilibrium of {system.name} is not stable: {point!r}. {reason}",
        advice="Give a stable one: [p for p in bp.analysis.fixed_points(m, ...) if p.stable].",
    )


def _amplitudes(field: VectorField, x: Array) -> Array:
    """B at ``x``: a row a free state, a column a source of noise."""
    system = field.system
    terms = [(row, n) for row, name in enumerate(field.free) for s in system.states if s.name == name for n in s.noise]
    evaluate = Compiler(system).compile([n.amplitude for _, n in terms])
    states = field.complete(x)
    found = evaluate(*states, *(np.float64(field.params[p]) for p in system.parameter_names), np.float64(field.t))
    result = np.zeros((len(field.free), len(system.noise_sources)))
    for (row, term), value in zip(terms, found, strict=True):
        result[row, system.noise_sources.index(term.source)] += float(value)
    if not np.isfinite(result).all():
        raise AnalysisError(f"The noise of {system.name} has no finite amplitude at the equilibrium.")
    return result


def _moved(start: Mapping[str, float], found: FixedPoint) -> list[str]:
    gaps = [abs(found.values[n] - v) / (1 + abs(v)) for n, v in start.items()]
    if max(gaps) <= MOVED:
        return []
    place = ", ".join(f"{n} = {v:.6g}" for n, v in start.items())
    return [
        f"The point that was given, {place}, is no equilibrium with these parameters; this is the one found from there."
    ]


def _resets(system: System) -> list[str]:
    names = [e.name for e in system.events if system.moves_states(e)]
    return [f"The event '{names[0]}' is left out: the spread is that between resets."] if names else []


def _trust(field: VectorField, x: Array, covariance: Array) -> list[str]:
    """What to say where the noise vanishes, and where it is too large for a linear theory."""
    sizes, axes = np.linalg.eigh(covariance)
    if not sizes[-1] > 0:
        return ["The noise vanishes at the equilibrium, to first order: the state stays there."]
    deviations = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    units = np.where(deviations > 0, deviations, 1.0)
    slopes = field.jacobian(x) * units / units[:, None]
    far = [field.jacobian(x + side * np.sqrt(sizes[-1]) * axes[:, -1]) * units / units[:, None] for side in (1, -1)]
    bend = max(float(np.linalg.norm(f - slopes) / np.linalg.norm(slopes)) for f in far)
    if bend <= BENDS:
        return []
    return [
        f"One standard deviation away the rates differ by {100 * bend:.0f} %: the noise is large for this theory, "
        "and a long run may spread otherwise."
    ]
