"""Fixed points in a box, with their eigenvalues and kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats, roots
from brainpy_lab.analysis.flow import Array, Flow, ModelLike, Range, check_range, check_state, make_flow
from brainpy_lab.analysis.nullclines import typical
from brainpy_lab.analysis.points import FixedPoint, FixedPoints
from brainpy_lab.analysis.reduction import Reduced, reduce_flow
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.stability import stability

#: Fixed points nearer than this, relative to the box, are one.
SAME = 1e-7

#: A point this far outside the box, relative to its width, still lies on the border.
BORDER = 1e-9


#: Points of the sample that decides on reductions.
SAMPLE = 512

#: Part of a range by which the sample that decides on reductions reaches beyond it.
BEYOND = 0.01

#: Rounding error of a drift, relative to its usual size in the box.
ROUNDING = 8 * float(np.finfo(float).eps)


def fixed_points(model: ModelLike, box: Mapping[str, tuple[float, float]], t: float = 0.0, **given: Any) -> FixedPoints:
    r"""All fixed points of ``model`` in ``box``.

    States that an equation gives in closed form are eliminated; what remains is searched on a dense line (one unknown),
    along nullclines on a grid (two) or from many starting points (more), and every point found is polished by Newton's
    method with the exact Jacobian.

    Parameters
    ----------
    model : Model
    box : mapping
        State name to (low, high), border included. A state that is not named may lie anywhere.
    t : float
        The time at which a drift that depends on time is frozen.
    **given
        Values of parameters; a state given here is held at that value and its equation left out.

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
    """
    ranges = {name: check_range(name, bounds) for name, bounds in box.items()}
    for name in ranges:
        check_state(model.system, name)
    free = tuple(s.name for s in model.system.states if s.drift is not None and s.name not in given)
    return find(make_flow(model, free, given, t), ranges, getattr(model, "initial", {}))


def find(flow: Flow, box: Mapping[str, Range], near: Mapping[str, float] | None = None) -> FixedPoints:
    """All fixed points of ``flow`` in ``box``; states missing from it are looked for around ``near``."""
    ranges = [box.get(name) or _around((near or {}).get(name, 0.0)) for name in flow.free]
    low, high = np.array(ranges).T
    sample = low[:, None] + (high - low)[:, None] * (spread(len(ranges), SAMPLE) * (1 + 2 * BEYOND) - BEYOND)
    reduced = reduce_flow(flow, sample)
    candidates = reduced.fill(_search(reduced, [ranges[i] for i in reduced.plan.core]))
    points = refine(flow, candidates, high - low)
    inside = [p for p in points.T if _in_box(dict(zip(flow.free, p, strict=True)), box)]
    noise = ROUNDING * np.array([typical(drift) for drift in flow.rhs(sample)])
    held = caveats.frozen(flow)
    described = [_described(flow, np.array(p), noise, high - low, held) for p in _ordered(inside)]
    return FixedPoints(described, frozen=held, remarks=caveats.remarks(flow))


def _search(reduced: Reduced, ranges: list[Range]) -> Array:
    if len(ranges) == 1:
        return roots.search_line(reduced.residual, ranges[0])
    if len(ranges) == 2:
        return roots.search_plane(reduced.residual, ranges)
    return roots.search_space(reduced.flow.rhs, reduced.flow.jacobian, ranges)


def refine(flow: Flow, candidates: Array, widths: Array) -> Array:
    """Polish ``candidates`` by Newton's method, drop what does not converge, and keep one of each cluster.

    Returns
    -------
    ndarray, shape (n_free, n_found)
    """
    candidates = candidates[:, np.isfinite(candidates).all(axis=0)]
    if not candidates.size:
        return candidates
    points = roots.damped_newton(flow.rhs, flow.jacobian, candidates, 30)
    with np.errstate(all="ignore"):
        drift, jacobian = flow.rhs(points), flow.jacobian(points)
        step = np.abs(roots.newton_step(jacobian, drift)) / widths[:, None]
        small = np.abs(drift) <= 1e-12 * (np.abs(jacobian) * widths[None, :, None]).sum(axis=1)
    converged = (step.max(axis=0) <= SAME) | small.all(axis=0)
    kept: list[Array] = []
    for point in points[:, converged & np.isfinite(points).all(axis=0)].T:
        if all(np.abs((point - other) / widths).max() > SAME for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, len(points)).T


def _described(flow: Flow, point: Array, noise: Array, widths: Array, frozen: dict[str, float]) -> FixedPoint:
    values = {name: float(v) + 0.0 for name, v in zip(flow.free, point, strict=True)}
    eigenvalues, kind, stable = stability(flow, point, noise, widths)
    virtual = caveats.reset_at(flow, point, widths)
    return FixedPoint(values, eigenvalues, kind, stable and virtual is None, frozen, virtual)


def _in_box(values: dict[str, Any], box: Mapping[str, Range]) -> bool:
    return all(
        low - BORDER * (high - low) <= values[name] <= high + BORDER * (high - low)
        for name, (low, high) in box.items()
        if name in values
    )


def _ordered(points: Iterable[Array]) -> list[tuple[float, ...]]:
    return sorted(tuple(float(v) for v in p) for p in points)


def _around(value: float) -> Range:
    """Where to look for a state that the box does not name."""
    size = 10 * max(1.0, abs(value))
    return value - size, value + size
