"""Stable and unstable manifolds of saddles: the separatrices of a phase plane, and curves in any dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import Box, read_box
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.nullclines import typical
from brainpy_lab.analysis.plane.growth import Flow, Grown, beginning, grow, resets
from brainpy_lab.analysis.plane.manifold import Curves, Manifold, Manifolds
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.stability import described
from brainpy_lab.analysis.vector_field import Array, ModelLike, Range, VectorField, check_model, make_field
from brainpy_lab.analysis.zero_problem import equilibria
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters

#: How long a branch grows, in units of the box.
LENGTH = 30.0

#: Without a range a state is looked at around the saddle as far as so many times its size, and ends ten times as far.
AROUND = 10.0

#: How far from the place given the saddle may lie, in units of the box.
APART = 0.1

#: Part by which derivatives may differ at places 1e-9 of the box apart; those of smooth equations differ by that.
KINK = 1e-3

_ENDS = {
    "border": "It leaves the box at {place}.",
    "fixed point": "It ends at the {place}.",
    "cycle": "It winds onto a cycle, near {place}.",
    "reset": "It ends where an event resets the state, at {place}.",
    "length": "It goes on at {place}, after {length:g} units of the box; a larger length= follows it further.",
    "steps": "It goes on at {place}: so many turns or so stiff a drift take more steps than are made.",
    "undefined": "It cannot be followed beyond {place}: the equations have no finite value, or change abruptly, there.",
}


@in_words("manifolds")
@takes_parameters(0, states=True)
def manifolds(
    model: ModelLike,
    point: FixedPoint | Mapping[str, float],
    box: Mapping[str, Range] | None = None,
    *,
    length: float = LENGTH,
    parameters: Mapping[str, Any] | None = None,
    **ranges_and_values: Any,
) -> Manifolds:
    """The stable and unstable manifolds of a saddle, where they are curves.

    The unstable manifold of a saddle with one unstable direction is a curve in any number of dimensions, as is the
    stable one of a saddle with one stable direction; in the plane both are, and the stable one separates basins.

    Parameters
    ----------
    model : Model
    point : FixedPoint or mapping
        The saddle; states by name are a first guess of it.
    box : mapping, optional
        State name to (low, high): the curves end on its border, and its widths are the units of lengths and errors. The
        unit of a state without a range is its size at the saddle, or 1, and its border lies 100 units away.
    length : float
        A branch that ends nowhere else ends after so many units.
    parameters, **ranges_and_values
        As for `fixed_points`; a parameter that is not named has the value at which the point was found.

    Returns
    -------
    Manifolds
        ``stable`` and ``unstable``: lists of two curves, with ``at(V=1.5)``, ``max``, ``min``, ``points``, ``end``.

    Raises
    ------
    ArgumentError
        For unknown names, and what is no point.
    AnalysisError
        For a point that is no saddle, equations that are not differentiable there, models with delays or fractional
        orders.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = x; dy/dt = -y + x**2")
    >>> curves = bp.analysis.manifolds(m, {"x": 0, "y": 0})
    >>> round(curves.unstable.at(x=1.5)["y"], 9)
    0.75
    """
    check_model(model)
    field, ranges, guess = _read(model, point, read_box(model, box, parameters, ranges_and_values))
    if not (isinstance(length, int | float) and 0 < length <= 1e4):
        raise ArgumentError(f"length is {length!r}; it must lie between 0 and 10,000 units of the box.")
    return manifolds_of(field, guess, ranges, float(length))


@np.errstate(all="ignore")
def manifolds_of(field: VectorField, guess: Array, box: Mapping[str, Range], length: float = LENGTH) -> Manifolds:
    """The manifolds of the saddle of ``field`` at ``guess``, shape (n_free,), within ``box``."""
    refuse(field.system)
    sizes = np.maximum(1.0, np.abs(guess))
    ranges = [
        box.get(n) or (v - AROUND * s, v + AROUND * s) for (n, v), s in zip(_named(field, guess), sizes, strict=True)
    ]
    low, high = np.array(ranges).T
    is_given = np.array([name in box for name in field.free])
    units = np.where(is_given, high - low, sizes)
    sample = low[:, None] + (high - low)[:, None] * spread(len(low), 256)
    low, high = (np.where(is_given, end, guess + side * 10 * AROUND * sizes) for end, side in ((low, -1), (high, 1)))
    usual = typical(np.linalg.norm(field.rhs(sample) / units[:, None], axis=0)) or 1.0
    saddle = _saddle(field, guess, units, usual)
    outside = [n for n, v, a, b in zip(field.free, saddle.values.values(), low, high, strict=True) if not a <= v <= b]
    if outside:
        raise ArgumentError(
            f"The saddle lies outside the box: there, {outside[0]} = {saddle.values[outside[0]]:.6g}.",
            advice="Give ranges that hold it, or none.",
        )
    flow = Flow(field, units, usual, 1)
    values, vectors = np.linalg.eig(flow.matrix(np.array(list(saddle.values.values())) / units))
    borders = list(zip((low / units).tolist(), (high / units).tolist(), strict=True))
    curves: dict[str, Curves] = {}
    remarks = [text.replace("these are fixed points", "these are manifolds") for text in caveats.remarks(field)]
    remarks += [f"The curves are those with {n} = {v:.6g} held; in a run it moves." for n, v in saddle.frozen.items()]
    kind: Literal["stable", "unstable"]
    for kind in ("stable", "unstable"):
        sign = 1 if kind == "unstable" else -1
        of_kind = np.flatnonzero(sign * values.real > 0)
        curves[kind] = Curves()
        if len(of_kind) != 1:
            remarks.append(f"The {kind} manifold has {len(of_kind)} dimensions: it is no curve, and is left out.")
            continue
        direction = vectors[:, of_kind[0]].real
        curves[kind] = _branches(
            Flow(field, units, usual, sign), saddle, kind, float(values[of_kind[0]].real), direction, borders, length
        )
    return Manifolds(saddle, curves["stable"], curves["unstable"], tuple(remarks))


def _branches(
    flow: Flow,
    saddle: FixedPoint,
    kind: Literal["stable", "unstable"],
    eigenvalue: float,
    direction: Array,
    borders: Sequence[Range],
    length: float,
) -> Curves:
    """Both branches of one manifold, the one towards larger values of the first state first."""
    point = np.array(list(saddle.values.values())) / flow.units
    direction = direction / np.linalg.norm(direction)
    direction = direction * (np.sign(direction[np.flatnonzero(np.abs(direction) > 1e-12)[0]]))
    is_reset = resets(flow.field, flow.units)
    result = Curves()
    for side in (1, -1):
        grown = grow(flow, beginning(flow, point, eigenvalue, side * direction), borders, length, is_reset)
        note = _ENDS[grown.end].format(place=_place(flow, grown), length=length)
        result.append(Manifold(kind, flow.field.free, eigenvalue, grown.end, note, flow, grown))
    return result


def _place(flow: Flow, grown: Grown) -> str:
    place = grown.place * flow.units
    text = ", ".join(f"{name} = {value + 0.0:.6g}" for name, value in _named(flow.field, place))
    if grown.end != "fixed point":
        return text
    point = described(flow.field, place, 0, np.zeros(len(place)), flow.units, {})
    tiny = np.abs(place) < 1e-9 * flow.units
    text = ", ".join(f"{n} = {0.0 if z else v:.6g}" for (n, v), z in zip(_named(flow.field, place), tiny, strict=True))
    return f"{point.kind} at {text}"


def _named(field: VectorField, values: Array) -> list[tuple[str, float]]:
    return [(name, float(value)) for name, value in zip(field.free, values, strict=True)]


def _read(model: ModelLike, point: Any, given: Box) -> tuple[VectorField, dict[str, Range], Array]:
    """The field, the box and the first guess of a call."""
    values = dict(given.values)
    t = 0.0
    if isinstance(point, FixedPoint):
        held = dict(point.frozen)
        t = float(held.pop("t", 0.0))
        values = {**point.parameters, **held, **values}
        named: Mapping[str, float] = point.values
        free: tuple[str, ...] | None = tuple(named)
    elif isinstance(point, Mapping):
        named = point
        free = tuple(s.name for s in model.system.states if s.drift is not None and s.name not in values)
    else:
        raise ArgumentError(
            f"{type(point).__name__} is no fixed point.",
            advice='Give one of bp.analysis.fixed_points(...), or states by name: {"V": -30, "w": 0.1}.',
        )
    field = make_field(model, free, values, t)
    for name in (*named, *given.ranges):
        if name not in field.free:
            raise ArgumentError(
                f"'{name}' is no state of {model.system.name} that moves.",
                advice=did_you_mean(str(name), field.free) or f"States: {', '.join(field.free)}.",
            )
    initial = getattr(model, "initial", {})
    guess = np.array([float(named.get(name, initial.get(name, 0.0))) for name in field.free])
    if not np.isfinite(guess).all():
        raise ArgumentError("The point has a value that is not finite.")
    return field, given.ranges, guess


def refuse(system: System) -> None:
    """Refuse models whose states are no points of a space of finitely many dimensions."""
    for what, is_so in (("delays", system.is_delayed), ("fractional orders", system.is_fractional)):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: its state is a whole past, in which manifolds are no curves.",
                advice="Look at runs from many starts: initial={...} takes arrays.",
            )


def _saddle(field: VectorField, guess: Array, units: Array, usual: float) -> FixedPoint:
    """The saddle at ``guess``, polished."""
    system = field.system
    zero = newton(equilibria(field).in_units(units, np.full(len(units), usual) * units), guess / units)
    where = ", ".join(f"{name} = {value:.6g}" for name, value in _named(field, guess))
    if not zero.converged or np.abs(zero.point - guess / units).max() > APART:
        raise AnalysisError(
            f"{system.name} has no fixed point at {where}, with these parameters.",
            advice="Find one with bp.analysis.fixed_points(m, {...}) and the same parameters.",
        )
    place = zero.point * units
    rounding = 8 * np.finfo(float).eps * usual * units
    point = described(field, place, 0, rounding, units, caveats.frozen(field))
    if not _is_smooth(field, place, units, usual):
        raise AnalysisError(
            f"The equations of {system.name} are not differentiable at {where}: no directions lead away.",
            advice="Make abs, minimum, conditions and the like smooth there, or move the point with a parameter.",
        )
    if not point.kind.startswith("saddle"):
        why = "an eigenvalue is zero" if point.kind in ("non-hyperbolic", "center") else "all curves go one way"
        raise AnalysisError(
            f"The fixed point at {where} is {_with_article(point.kind)} and no saddle: {why}.",
            advice="Separatrices are manifolds of saddles: take a point whose kind begins with 'saddle'.",
        )
    if not (np.sum(point.eigenvalues.real > 0) == 1 or np.sum(point.eigenvalues.real < 0) == 1):
        raise AnalysisError(
            f"No manifold of the {point.kind} at {where} is a curve: both have two dimensions or more.",
            advice="Hold some of the states at a value, name=..., and look at the others.",
        )
    return point


def _with_article(kind: str) -> str:
    return kind if kind == "non-hyperbolic" else f"an {kind}" if kind.startswith("u") else f"a {kind}"


def _is_smooth(field: VectorField, place: Array, units: Array, usual: float) -> bool:
    """Whether derivatives are the same on all sides of a point."""
    here = field.jacobian(place)
    step = np.diag(1e-9 * units)
    around = place[:, None] + np.concatenate([step, -step], axis=1)
    beside = field.jacobian(around)
    size = units / units[:, None]
    largest = np.abs(here * size).max()
    difference = np.abs((beside - here[:, :, None]) * size[:, :, None])
    finite = np.isfinite(here).all() and np.isfinite(beside).all()
    return bool(finite and (difference <= KINK * (largest or usual)).all())  # all slopes vanish at x**2 - y**2
