"""Zeros of vector functions in a box: one, two or more unknowns.

Functions take and return arrays of shape (n, n_points). Each search returns candidates of shape (n, n_found); they are
polished, told apart and checked by `refine`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.contours import level_lines
from brainpy_lab.analysis.newton import batched_newton
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.vector_field import Array, Range
from brainpy_lab.analysis.zero_problem import VectorFunction, ZeroProblem

#: A function of one unknown: from points, shape (n_points,), to values of the same shape.
ScalarFunction = VectorFunction

#: Points on the line searched for one unknown, and on each side of the square for two: some milliseconds' work.
LINE_POINTS = 2001
GRID_POINTS = 121

#: More zeros than this on a line are those of a function that is zero on a stretch.
MOST_ZEROS = LINE_POINTS // 4

#: Starting points of the search for three and more unknowns: ten a side in three dimensions, four in five.
STARTS = 1024

#: Parts that an interval with a change of sign is cut into, and how many times: the chord of 1e-4 of it is then so near
#: that Newton's method needs two steps. All intervals together cost two evaluations, where bisection takes forty.
PARTS, ROUNDS = 100, 2

#: Relative to its size, a number is not found better than to so much.
SPACING = 4 * 2.0**-52

#: How far beyond its ends a range is searched, so that zeros on the border are found: a part of its width.
MARGIN = 1e-3


def line_of(bounds: Range, points: int = LINE_POINTS, margin: float = MARGIN) -> Array:
    """Points from end to end of ``bounds`` and a little beyond, none of them a round number.

    Round numbers are where removable singularities such as that of x/(1 - exp(-x)) are met.
    """
    low, high = bounds
    extra = margin * (high - low)
    return np.linspace(low - extra * 1.0000123, high + extra * 1.0000457, points)


def search_line(function: VectorFunction, bounds: Range) -> Array:
    """Zeros of a function of one unknown: changes of sign, and touches of zero without one.

    Each zero's surroundings are searched again on ever finer scales, for others that a pitchfork or fold has beside it.
    """
    x = line_of(bounds)

    def values(points: Array) -> Array:
        result: Array = function(points[None])[0]
        return result

    found = _zeros_along(values, x, values(x))
    if len(found) > MOST_ZEROS:
        return np.array([found])
    # over two spacings of the line, beyond which it would have shown them, and down to 1e-9 of the range
    distances = (x[1] - x[0]) * np.geomspace(1e-6, 2, 40)
    for zero in list(found):
        around = zero + np.concatenate([-distances[::-1], distances])
        beside = values(around)
        if np.count_nonzero(beside == 0) + np.count_nonzero(_changes(beside)) > 1:
            found += _zeros_along(values, around, beside, touches=False)
    return np.array([found])


def _changes(values: Array) -> NDArray[np.bool_]:
    """Where the sign changes from one value to the next."""
    with np.errstate(invalid="ignore"):
        result: NDArray[np.bool_] = values[:-1] * values[1:] < 0
    return result


def _zeros_along(function: ScalarFunction, x: Array, values: Array, touches: bool = True) -> list[float]:
    """Zeros of ``function`` from its ``values`` at ``x``, by bracketing in each interval that can hold one."""
    found: list[float] = list(x[values == 0])
    changes = np.flatnonzero(_changes(values))
    with np.errstate(invalid="ignore"):
        size = np.abs(values)
        low_point = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
        low_point &= (size[1:-1] < size[:-2]) | (size[1:-1] < size[2:])  # a plateau has none
        same_sign = (values[:-2] * values[1:-1] > 0) & (values[1:-1] * values[2:] > 0)
    if changes.size:
        found += list(narrowed(function, x[changes], x[changes + 1]))
    for k in np.flatnonzero(low_point & same_sign) if touches else ():
        found += _near_touch(function, x[k], x[k + 2], values[k : k + 3])
    return found


def narrowed(function: ScalarFunction, low: Array, high: Array) -> Array:
    """The zeros between points of different sign, near enough for Newton's method to finish.

    All intervals at once, each cut into parts twice; the first part with a change of sign is kept, and its chord taken.
    """
    share = np.linspace(0.0, 1.0, PARTS + 1)[:, None]
    index = np.arange(low.size)
    for _ in range(ROUNDS):
        points = low + (high - low) * share
        values = function(points)
        negative = values < 0
        first = np.argmax(negative[1:] != negative[0], axis=0)
        low, high = points[first, index], points[first + 1, index]
    left, right = values[first, index], values[first + 1, index]
    with np.errstate(all="ignore"):
        chord = low + (high - low) * (left / (left - right))
    zero: Array = np.where((low <= chord) & (chord <= high), chord, (low + high) / 2)
    return zero


def zero_between(function: Callable[[float], float], low: float, high: float, *, xtol: float = 2e-12) -> float:
    """A zero of a function of one number between two points of different sign, at most ``xtol`` off.

    `scipy.optimize.brentq` needs about as many evaluations; loading it takes longer than most diagrams.

    Raises
    ------
    ValueError
        Where the function has the same sign at both ends, or is not a number.

    References
    ----------
    T. R. Chandrupatla (1997). A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function
    without using derivatives. Adv. Eng. Softw. 28, 145-149. doi:10.1016/S0965-9978(96)00051-8
    """
    a, b = float(low), float(high)
    value_a, value_b = _number(function, a), _number(function, b)
    if value_a == 0 or value_b == 0:
        return a if value_a == 0 else b
    if (value_a > 0) == (value_b > 0):
        raise ValueError(f"The function has one sign at both ends: {value_a:g} and {value_b:g}.")
    part = 0.5
    while True:
        x, (c, value_c) = a + part * (b - a), (b, value_b)
        value = _number(function, x)
        if (value > 0) == (value_a > 0):
            c, value_c = a, value_a
        else:
            b, value_b = a, value_a
        a, value_a = x, value  # the newest; b lies on the other side of the zero, c is the one that was left
        best = a if abs(value_a) < abs(value_b) else b
        part_of_tolerance = (xtol + SPACING * abs(best)) / (2 * abs(b - a)) if a != b else 1.0
        if value_a == 0 or part_of_tolerance >= 0.5:
            return best
        part = min(max(_next(a, b, c, value_a, value_b, value_c), part_of_tolerance), 1 - part_of_tolerance)


def passing(way: Callable[[float], Array | None], value: float) -> Array | None:
    """The point of a way, given by parts of it from 0 to 1, whose last number is nearest to a value that it passes.

    None where it does not pass it, or has no point on the way there.
    """
    points: list[Array] = []

    def beyond(part: float) -> float:
        point = way(part)
        if point is None:
            raise LookupError
        points.append(point)
        return float(point[-1]) - value

    try:
        zero_between(beyond, 0.0, 1.0, xtol=1e-15)
    except (LookupError, ValueError):
        return None
    return min(points, key=lambda u: abs(float(u[-1]) - value)).copy()


def _next(a: float, b: float, c: float, value_a: float, value_b: float, value_c: float) -> float:
    """How far from a to b to look: by inverse quadratic interpolation where that is monotonic, else in the middle."""
    xi, phi = (a - b) / (c - b), (value_a - value_b) / (value_c - value_b)
    if not (1 - (1 - xi) ** 0.5 < phi < xi**0.5):
        return 0.5
    first = value_a / (value_b - value_a) * value_c / (value_b - value_c)
    second = (c - a) / (b - a) * value_a / (value_c - value_a) * value_b / (value_c - value_b)
    return first + second


def _number(function: Callable[[float], float], x: float) -> float:
    value = float(function(x))
    if isnan(value):
        raise ValueError(f"The function is not a number at {x:g}.")
    return value


def _near_touch(function: ScalarFunction, low: float, high: float, values: Array) -> list[float]:
    """Zeros between ``low`` and ``high``, where the function comes near zero but has the same sign at both ends."""
    from scipy.optimize import minimize_scalar

    sign = np.sign(values[1])

    def height(point: float) -> float:
        return float(sign * function(np.array([point]))[0])

    result = minimize_scalar(height, bounds=(low, high), method="bounded", options={"xatol": 1e-13})
    lowest = float(result.x)
    if result.fun < 0:
        return list(narrowed(function, np.array([low, lowest]), np.array([lowest, high])))
    # the lowest point of a touch is found to sqrt(eps), and the value there to eps; polishing decides
    return [lowest] if result.fun <= 1e-5 * np.abs(values).max() else []


def search_plane(function: VectorFunction, ranges: Sequence[Range]) -> Array:
    """Zeros of two functions of two unknowns: where the second changes sign, or nearly, along zero lines of the first.

    Zero lines that cross, or that the grid hides, are covered by the cells in which both functions change sign.
    """
    x, y = (line_of(r, GRID_POINTS) for r in ranges)
    grid = np.stack(np.meshgrid(x, y))
    values = function(grid.reshape(2, -1)).reshape(grid.shape)
    candidates = [_sign_change_cells(grid, values)]
    for line in level_lines(x, y, values[0]):
        second = function(line)[1]
        size = np.abs(second)
        with np.errstate(invalid="ignore"):
            change = np.flatnonzero(second[:-1] * second[1:] <= 0)
            low = np.flatnonzero((size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])) + 1
        candidates += [(line[:, change] + line[:, change + 1]) / 2, line[:, low]]
    return np.concatenate(candidates, axis=1)


def _sign_change_cells(grid: Array, values: Array) -> Array:
    """The centres of the cells at whose corners both functions take both signs."""
    corners = np.stack([values[:, :-1, :-1], values[:, 1:, :-1], values[:, :-1, 1:], values[:, 1:, 1:]])
    with np.errstate(invalid="ignore"):
        both = ((corners.min(axis=0) <= 0) & (corners.max(axis=0) >= 0)).all(axis=0)
    centres = (grid[:, :-1, :-1] + grid[:, 1:, 1:]) / 2
    return centres[:, both]


def search_space(problem: ZeroProblem, ranges: Sequence[Range]) -> Array:
    """Zeros in three and more dimensions: damped Newton iterations from starting points spread evenly."""
    low, high = np.array(ranges).T
    points = low[:, None] + (high - low)[:, None] * spread(len(ranges), STARTS)
    return batched_newton(problem, points, 40).points  # from anywhere in the box: more are damped than near a zero
