"""Fixed points in a box, with their eigenvalues and kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from brainpy_lab.analysis import caveats, roots
from brainpy_lab.analysis.box import no_ranges, read_box
from brainpy_lab.analysis.cycles.conserved import families
from brainpy_lab.analysis.degenerate import Found, beside, flatness, merged
from brainpy_lab.analysis.jumps import jumps
from brainpy_lab.analysis.layout import ModelLike, by_element, initial_of, layout_of
from brainpy_lab.analysis.many_states import zeros_among
from brainpy_lab.analysis.newton import batched_newton, to_multiple
from brainpy_lab.analysis.nullclines import typical
from brainpy_lab.analysis.plane.coarse import small_boxes
from brainpy_lab.analysis.points import FixedPoints
from brainpy_lab.analysis.proof.completeness import prove
from brainpy_lab.analysis.proof.drifts import rounding_at
from brainpy_lab.analysis.reduction import Reduced, reduce_field
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.scaling import Scaled
from brainpy_lab.analysis.stability import ROUNDING, described, stability, told
from brainpy_lab.analysis.vector_field import Array, Range, VectorField, make_field, moving
from brainpy_lab.errors import in_words
from brainpy_lab.simulation.by_name import takes_parameters

#: Fixed points nearer than this, relative to the box, are one: a double zero is known to sqrt(eps) = 1.5e-8 only.
SAME = 1e-7

#: A Jacobian flatter than this may have a multiple zero: zeros that rounding errors make of one are that near.
SINGULAR = 1e-6

#: Beside a zero with a Jacobian flatter than this others are looked for, as a fold or pitchfork has them: between zeros
#: that lie within one cell of a search's grid (1/120) the drift is that flat.
NEARLY_FLAT = 1e-2

#: At most so many candidates are polished; isolated zeros give fewer, `roots.STARTS` of them in three dimensions.
MOST_CANDIDATES = 3000

#: So many zeros are looked beside, and so many singular ones polished: each takes a search of its own.
MOST_LOOKED_BESIDE, MOST_SINGULAR = 40, 400

#: A point this far outside the box, relative to its width, still lies on the border: zeros are known to about 1e-10.
BORDER = 1e-9

#: Around a place where the proof of a box is undecided, this part of it is searched again.
CLOSER = 1e-6

#: Points of the sample that decides on reductions.
SAMPLE = 512

#: Points of it that say which values equations give, and the least width of those, in parts of the box.
FILLED, LEAST = 64, 1e-3

#: More multiple zeros than this are said to be perhaps points of a curve.
MOST_MULTIPLE = 12

#: A state that has no range is looked for as far from its initial value as so many times its size.
FAR = 10.0

#: Part of a range by which the sample that decides on reductions reaches beyond it, as searches do (`roots.MARGIN`).
BEYOND = 0.01


@in_words("fixed_points")
@takes_parameters(0, states=True)
def fixed_points(
    model: ModelLike,
    box: Mapping[str, tuple[float, float]] | None = None,
    t: float = 0.0,
    *,
    proven: bool = True,
    parameters: Mapping[str, Any] | None = None,
    **ranges_and_values: Any,
) -> FixedPoints:
    r"""All fixed points of ``model`` in ``box``.

    States that an equation gives in closed form are eliminated; what remains is searched on a dense line (one unknown),
    along nullclines on a grid (two) or from many starting points (more), and every point found is polished by Newton's
    method with the exact Jacobian. Interval arithmetic then proves that there are no others, where it can: the list's
    ``complete`` is True, or says why not.

    Parameters
    ----------
    model : Model
    box : mapping
        State name to (low, high), border included. A state that has no range may lie anywhere.
    t : float
        The time at which a drift that depends on time is frozen.
    proven : bool
        False leaves the proof out, which may take longer than the search: to follow a slider.
    parameters, **ranges_and_values
        As keywords, or in a mapping, which also reaches names that are arguments of this call. A pair (low, high) is
        the range of a state, as in ``box``; a number is the value of a parameter, or holds a state at that value and
        leaves its equation out.

    Returns
    -------
    FixedPoints
        A list of `FixedPoint`.

    Raises
    ------
    ArgumentError
        For unknown names and impossible ranges.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.model("dx/dt = r*x - x**3\nr = 1")
    >>> bp.analysis.fixed_points(m, {"x": (-2, 2)})
    stable node at x = -1 (eigenvalues -2)
    unstable node at x = 0 (eigenvalues 1)
    stable node at x = 1 (eigenvalues -2)
    >>> bp.analysis.fixed_points(m, x=(0.1, 2), r=0.25)
    stable node at x = 0.5 (eigenvalues -0.5)
    """
    ranges, given = read_box(model, box, parameters, ranges_and_values)
    if box is None and not ranges:
        raise no_ranges(model.system)
    layout = layout_of(model)
    values = by_element(layout, given)
    free = tuple(name for name in moving(model, layout) if name not in values)
    field = make_field(model, free, values, t, arrays=True)
    return find(field, ranges, initial_of(model, layout), proven=proven)


@np.errstate(all="ignore")
def find(
    field: VectorField, box: Mapping[str, Range], near: Mapping[str, float] | None = None, *, proven: bool = False
) -> FixedPoints:
    """All fixed points of ``field`` in ``box``; states missing from it are looked for around ``near``.

    With ``proven`` a proof is tried that there are no others; what it finds besides is added.
    """
    if field.layout is not None:
        return _among_many(field, box, near or {})
    low, high, sample, found, inside = _searched(field, box, near)
    are_infinitely_many = bool(found.dimensions[inside].any())
    complete, unclear = _completeness(are_infinitely_many), tuple[str, ...]()
    if proven and not are_infinitely_many:
        proof = prove(field, box, found.points[:, inside])
        if proof.undecided is not None and not inside and set(field.free) == set(box):
            closer = _closer(field, proof.undecided, low, high)
            unclear = () if closer.size else (f"{proof.reason} A box around it may tell.",)
            inside += [found.points.shape[1] + k for k in range(closer.shape[1])]
            found = found.with_regular(closer)
        complete = True if proof.complete else f"Not proven: {proof.reason}"
        inside += [found.points.shape[1] + k for k, p in enumerate(proof.found.T) if _is_in(field, p, box)]
        found = found.with_regular(proof.found)
    inside.sort(key=lambda i: tuple(found.points[:, i]))
    usual = np.array([typical(drift) for drift in field.rhs(sample)])
    rounding = ROUNDING * usual
    held = caveats.frozen(field)
    kept = families(field, near or {}) if are_infinitely_many else ()
    through = jumps(field, low, high, usual)  # the proof is undecided there, and that it jumps says more
    remarks = (*caveats.remarks(field), *(through or unclear), *kept)
    points = [told(field, found.points[:, i], int(found.dimensions[i]), rounding, high - low, held) for i in inside]
    flat = sum(int(found.is_flat[i]) for i in inside)
    if flat > MOST_MULTIPLE:
        remarks = (*remarks, f"{flat} of these points are multiple zeros; so many may belong to a curve or surface.")
    return FixedPoints(points, frozen=held, remarks=remarks, complete=complete)


@np.errstate(all="ignore")
def isolated(field: VectorField, box: Mapping[str, Range]) -> Array:
    """The isolated fixed points that `find` finds by its search, shape (n_found, n_free), and nothing of them else."""
    _, _, _, found, inside = _searched(field, box, None)
    kept = [i for i in inside if not found.dimensions[i]]
    kept.sort(key=lambda i: tuple(found.points[:, i]))
    return np.asarray(found.points[:, kept].T)


def _searched(
    field: VectorField, box: Mapping[str, Range], near: Mapping[str, float] | None, *, small: bool = False
) -> tuple[Array, Array, Array, Found, list[int]]:
    """Low and high ends of where states are looked for, a sample of it, the zeros, and which of them are in the box."""
    # the sample comes first: from it the usual sizes of drifts, the units, and which reductions are safe are taken
    ranges = ranges_of(field, box, near)
    low, high = np.array(ranges).T
    sample = low[:, None] + (high - low)[:, None] * (spread(len(ranges), SAMPLE) * (1 + 2 * BEYOND) - BEYOND)
    reduced = reduce_field(field, sample)
    scaled = _scaled(reduced, ranges, sample)
    candidates = reduced.fill(_search(reduced, scaled, [ranges[i] for i in reduced.elimination.core]))
    found = refine(scaled, candidates, lambda point: _is_in(field, point, box))
    if not small:
        found = _with_small(field, box, low, high, found)
    return low, high, sample, found, [i for i, p in enumerate(found.points.T) if _is_in(field, p, box)]


def _with_small(field: VectorField, box: Mapping[str, Range], low: Array, high: Array, found: Found) -> Found:
    """The zeros, and those that lie so near to each other that the search of the whole box missed them."""
    inside = [i for i, p in enumerate(found.points.T) if _is_in(field, p, box)]
    if found.dimensions.any() or set(field.free) != set(box):
        return found
    for ranges in small_boxes(field, low, high, found.points[:, inside]):
        # there it is the usual size of the drift, and the width, that are small: what is in it is told apart
        more = _searched(field, dict(zip(field.free, ranges, strict=True)), None, small=True)
        widths = more[1] - more[0]
        single = [i for i in more[4] if not more[3].dimensions[i]]
        known = [not more[3].is_flat[i] or _is_simple(field, more[3].points[:, i], widths) for i in single]
        points = more[3].points[:, [i for i, is_known in zip(single, known, strict=True) if is_known]]
        found = found.in_small(points, widths)
    return found


def _closer(field: VectorField, place: Array, low: Array, high: Array) -> Array:
    """The isolated zeros of a small part of the box around ``place``, shape (n, n_found)."""
    ends = np.clip(place[:, None] + CLOSER * (high - low)[:, None] * np.array([-1.0, 1.0]), low[:, None], high[:, None])
    ranges = [(float(a), float(b)) for a, b in ends]
    *_, found, inside = _searched(field, dict(zip(field.free, ranges, strict=True)), None, small=True)
    return found.points[:, [i for i in inside if not found.dimensions[i]]]


def _is_simple(field: VectorField, point: Array, widths: Array) -> bool:
    """Whether a zero is told from a multiple one by the rounding errors at the zero itself."""
    errors = rounding_at(field, point)
    return errors is not None and stability(field, point, errors, widths).kind != "non-hyperbolic"


def _scaled(reduced: Reduced, ranges: Sequence[Range], sample: Array) -> Scaled:
    """The field in units of the box; of a state that an equation gives, in units of the values that it gives.

    A gate lies between 0 and 1, whatever its range: over a range of hundreds its fourth power would be the unit of the
    current, in which all currents are alike.
    """
    low, high = np.array(ranges).T
    given = [state for _, state in reduced.elimination.steps]
    if given:
        filled = reduced.fill(sample[list(reduced.elimination.core), :FILLED])[given]
        ends = np.nanquantile(np.where(np.isfinite(filled), filled, np.nan), (0.05, 0.95), axis=1)
        least = LEAST * (high - low)[given]
        start = np.clip(np.nan_to_num(ends[0]), low[given], high[given] - least)
        end = np.clip(np.nan_to_num(ends[1]), start + least, high[given])
        parts = (sample[given] - low[given, None]) / (high - low)[given, None]
        sample = sample.copy()
        sample[given] = start[:, None] + parts * (end - start)[:, None]
        low[given], high[given] = start, end
    return Scaled.over(reduced.field, high - low, sample)


def _among_many(field: VectorField, box: Mapping[str, Range], near: Mapping[str, float]) -> FixedPoints:
    """The fixed points of a model with array states that are found from some starts."""
    ranges = ranges_of(field, box, near)
    start = np.array([float(near.get(name, sum(r) / 2)) for name, r in zip(field.free, ranges, strict=True)])
    found = zeros_among(field, ranges, start)
    widths = np.array([high - low for low, high in ranges])
    held = caveats.frozen(field)
    points = []
    for k in sorted(range(found.points.shape[1]), key=lambda k: tuple(found.points[:, k])):
        point = found.points[:, k]
        if _is_in(field, point, box):
            rounding = ROUNDING * (np.abs(field.jacobian(point)) @ np.abs(point))
            points.append(described(field, point, int(found.singular[k]), rounding, widths, held))
    complete = f"Newton's method was tried from {found.starts} starts; there may be other fixed points."
    return FixedPoints(points, frozen=held, remarks=caveats.remarks(field), complete=complete)


def ranges_of(
    field: VectorField, box: Mapping[str, Range], near: Mapping[str, float] | None = None, times: float = FAR
) -> list[Range]:
    """Where each free state is looked for: in its range of ``box``, else around its value in ``near``.

    There it may be as far away as ``times`` its size.
    """
    return [box.get(name) or _around((near or {}).get(name, 0.0), times) for name in field.free]


def _search(reduced: Reduced, scaled: Scaled, ranges: list[Range]) -> Array:
    if len(ranges) == 1:
        return roots.search_line(reduced.residual, ranges[0])
    if len(ranges) == 2:
        return roots.search_plane(reduced.residual, ranges)
    units = scaled.widths
    boxes = [(low / unit, high / unit) for (low, high), unit in zip(ranges, units, strict=True)]
    return roots.search_space(scaled.problem, boxes) * units[:, None]


def refine(scaled: Scaled, candidates: Array, is_inside: Callable[[Array], bool]) -> Found:
    """Polish ``candidates``, shape (n_free, n_candidates), drop what is no zero, and keep one of each multiple zero.

    Zeros that make a set are kept where they are inside of the box, so that the set is known by a point in it.
    """
    points = candidates[:, np.isfinite(candidates).all(axis=0)] / scaled.widths[:, None]
    points = points[:, :: 1 + points.shape[1] // MOST_CANDIDATES]  # so many come of stretches and areas of zeros alone
    regular, singular = _polished(scaled, points)
    first = np.concatenate([regular, singular], axis=1)[:, :MOST_LOOKED_BESIDE]
    for point in first.T[flatness(scaled, first) < NEARLY_FLAT] if len(first) > 1 else ():
        others = _polished(scaled, beside(scaled, point[:, None]))
        regular, singular = (
            np.concatenate([old, more], axis=1) for old, more in zip((regular, singular), others, strict=True)
        )
    singular = _distinct(singular)
    inside = np.array([is_inside(point * scaled.widths) for point in singular.T], dtype=bool)
    single = merged(scaled, singular[:, inside])
    points = np.concatenate([single.points, regular], axis=1)
    kept = _kept(points)
    is_flat = np.arange(points.shape[1]) < single.points.shape[1]
    dimensions = np.concatenate([single.dimensions, np.zeros(regular.shape[1], dtype=int)])
    is_flat &= dimensions == 0
    return Found(points[:, kept] * scaled.widths[:, None], dimensions[kept], is_flat[kept])


def _polished(scaled: Scaled, points: Array) -> tuple[Array, Array]:
    """The zeros that Newton's method finds from ``points``: those with a regular Jacobian, and the others."""
    if not points.size:
        return points, points
    # candidates are near: five steps do, and 30 leave room for those that are damped to an eighth several times
    zeros = batched_newton(scaled.problem, points, 30, SAME)
    finite = np.isfinite(zeros.points).all(axis=0)
    points = zeros.points[:, finite]
    regular = (flatness(scaled, points) > SINGULAR) & zeros.converged[finite]
    rest = points[:, ~regular]
    if rest.size:
        rest = to_multiple(scaled.problem, _distinct(rest)[:, :MOST_SINGULAR])
        rest = rest[:, np.isfinite(rest).all(axis=0)]
        rest = rest[:, scaled.is_zero(rest)]
    return _distinct(points[:, regular]), _distinct(rest)


def _distinct(points: Array) -> Array:
    return points[:, _kept(points)]


def _kept(points: Array) -> list[int]:
    """The indices of points, shape (n, n_points), of which no two are nearer than `SAME`."""
    kept: list[int] = []
    if points.shape[1] < 2:
        return list(range(points.shape[1]))
    # copies go first, by rounding: a thousand of one zero are then not compared with each other
    for i in np.sort(np.unique(np.round(points / SAME), axis=1, return_index=True)[1]):
        point = points[:, i]
        if not kept or np.abs(points[:, kept] - point[:, None]).max(axis=0).min() > SAME:
            kept.append(int(i))
    return kept


def _completeness(are_infinitely_many: bool) -> Literal[True] | str:
    """Why a list that is not proven complete may lack points."""
    if are_infinitely_many:
        return "There are infinitely many: where they are not isolated, one stands for each connected set of them."
    return "Not proven: the box was searched by sampling; points closer together than the samples can be missed."


def _is_in(field: VectorField, point: Array, box: Mapping[str, Range]) -> bool:
    return _in_box(dict(zip(field.free, point, strict=True)), box)


def _in_box(values: dict[str, Any], box: Mapping[str, Range]) -> bool:
    return all(
        low - BORDER * (high - low) <= values[name] <= high + BORDER * (high - low)
        for name, (low, high) in box.items()
        if name in values
    )


def _around(value: float, times: float) -> Range:
    """Where to look for a state that the box does not name: some times its size, or a gate's, either way."""
    size = times * max(1.0, abs(value))
    return value - size, value + size
