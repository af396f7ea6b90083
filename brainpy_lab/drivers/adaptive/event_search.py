"""Where events lie inside a step: all zeros of their borders along the dense output, and the first that fires.

A border is a function of time and state along the step, sampled at Chebyshev points. Where it is a polynomial of
degree `DEGREE` at most, its Bernstein coefficients have at least as many changes of sign as it has zeros, so that
halving the step until each part has at most one change finds every zero. Any other border is taken for such a
polynomial where the polynomial meets it between the points too, and else halved, down to parts of `NARROWEST` of the
step; there a change of sign between neighbouring points counts. What is narrower than that can be missed.

Between two neighbouring zeros a condition keeps its truth, which is evaluated in the middle.

Sources: R. T. Farouki, V. T. Rajan, Computer Aided Geometric Design 4, 191-216, 1987,
doi:10.1016/0167-8396(87)90012-4; the Illinois rule for bracketed roots, M. Dowell, P. Jarratt, BIT 11, 168-174, 1971,
doi:10.1007/BF01934364.

All functions are plain Python that Numba compiles for its driver.
"""

from __future__ import annotations

from math import comb
from typing import Any, NamedTuple

import numpy as np

from brainpy_lab.drivers.adaptive.control import interpolate

DEGREE = 8  # no dense output has a larger one; even, so that one node lies in the middle
NARROWEST = 1.0 / 1024.0
PARTS = 16  # in which a step is searched where a border is no polynomial
MOST_ZEROS = 64  # of one border; a step with more ends at the last of them
_SAME = 1e-13  # of a step: zeros closer than this are one
_NOTHING = 1e-14  # of its largest coefficient, by which rounding may move a Bernstein coefficient
_PLACED = 1e-7  # of a part of the step: how narrow the place of a zero is made before its neighbours are told apart
_HALVINGS = 60  # a step halved so often is one number
_MOST_TRIES = 200  # of the Illinois rule, which needs ten or so
_MEETS = 1e-9  # of its size, by which a border may miss its polynomial

NODES = 0.5 - 0.5 * np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE)
_BETWEEN = np.array([0.11, 0.29, 0.63, 0.87])  # not symmetric: a border may be, and miss at mirrored points alike


def _basis(s: np.ndarray) -> np.ndarray:
    """Bernstein's polynomials at ``s``."""
    return np.array([[comb(DEGREE, k) * x**k * (1.0 - x) ** (DEGREE - k) for k in range(DEGREE + 1)] for x in s])


TO_BERNSTEIN = np.linalg.inv(_basis(NODES))
TO_BETWEEN = _basis(_BETWEEN) @ TO_BERNSTEIN


class StepCourse(NamedTuple):
    """A step as its dense output, with what the model's functions need."""

    t: float
    h: float
    y: Any  # states at its start
    q: Any  # coefficients
    moving: Any
    z: Any  # for states inside it
    r: Any
    p: Any
    history: Any
    span: Any


class Search(NamedTuple):
    """What is searched, and where it is worked on."""

    owner: Any  # event of each border
    exact: Any  # whether a border is a polynomial of degree `DEGREE` at most along a step
    on: Any  # last test of each event
    g: Any  # borders, depths, truths and speeds at one point
    samples: Any  # the same at the nodes
    marks: Any  # zeros found
    parts: Any  # parts of the step still to be looked at
    pieces: Any  # their Bernstein coefficients


def evaluate(crossing_at: Any, course: StepCourse, s: float, g: Any) -> None:
    """Borders, depths and truths at the fraction ``s`` of a step."""
    interpolate(s, course.h, course.y, course.q, course.moving, course.z)
    crossing_at(course.t + s * course.h, course.z, course.r, course.p, g, course.history, course.span)


def first_crossing(crossing_at: Any, course: StepCourse, search: Search) -> tuple[float, int]:
    """Where in a step an event first fires, and which; (1, -1) when none does.

    Less than 1 without an event: the step is to be computed again, no longer than that. Where a border is no polynomial
    the step is searched part by part, so that nothing is looked for behind the first event.
    """
    _sample(crossing_at, course, search, 0.0, 1.0)
    parts = 1
    values = search.pieces[search.pieces.shape[0] - 1]
    for a in range(search.owner.size):
        for i in range(DEGREE + 1):
            values[i] = search.samples[i, a]
        if not (search.exact[a] or _meets(crossing_at, course, a, 0.0, 1.0, values, _largest(values), search.g)):
            parts = PARTS
    theta, event = 1.0, -1
    for part in range(parts):
        low, high = part / parts, (part + 1) / parts
        if parts > 1:
            _sample(crossing_at, course, search, low, high)
        theta, event = _first_between(crossing_at, course, search, low, high)
        if event >= 0 or theta < high:
            break
    return theta, event


def _sample(crossing_at: Any, course: StepCourse, search: Search, low: float, high: float) -> None:
    """Borders, depths, truths and speeds at the nodes of a part of the step."""
    for i in range(DEGREE + 1):
        evaluate(crossing_at, course, low + (high - low) * NODES[i], search.g)
        for a in range(search.g.size):
            search.samples[i, a] = search.g[a]


def _largest(values: Any) -> float:
    largest = 0.0
    for i in range(values.size):
        largest = max(largest, abs(values[i]))
    return largest


def _first_between(crossing_at: Any, course: StepCourse, search: Search, low: float, high: float) -> tuple[float, int]:
    """As `first_crossing`, in a part of the step that has been sampled."""
    on, g, marks = search.on, search.g, search.marks
    borders, events = search.owner.size, on.size
    count, horizon = int(0.0), high  # of a literal 0 Numba would compile all that it is handed to twice
    for a in range(borders):
        before = count
        count = _find_zeros(crossing_at, course, search, a, count, low, high)
        if count - before == MOST_ZEROS:
            horizon = min(horizon, marks[count - 1])
    _sort(marks, count)
    tested, position = low, low
    for i in range(count + 1):
        right = marks[i] if i < count else high
        if right - position <= _SAME and i < count:
            continue
        if position >= horizon:
            return horizon, -1
        middle = 0.5 * (position + right)
        evaluate(crossing_at, course, middle, g)
        theta, event = high, -1
        for k in range(events):
            if on[k] == 0.0 and g[borders + events + k] > 0.5:
                here = _locate(crossing_at, course, search, k, tested, middle)
                if event < 0 or here < theta:
                    theta, event = here, k
                evaluate(crossing_at, course, middle, g)
        if event >= 0:
            return theta, event
        for k in range(events):
            if not g[borders + events + k] > 0.5:
                on[k] = 0.0
        tested, position = middle, right
    return high, -1


def _locate(crossing_at: Any, course: StepCourse, search: Search, k: int, left: float, right: float) -> float:
    """The first point at which event ``k`` holds, between a point where it does not and one where it does."""
    owner, g = search.owner, search.g
    borders = owner.size
    truth = borders + search.on.size + k
    low, high = left, right
    evaluate(crossing_at, course, low, g)
    if g[truth] > 0.5:
        return low
    for a in range(borders):
        if owner[a] != k:
            continue
        evaluate(crossing_at, course, low, g)
        g_low = g[a]
        evaluate(crossing_at, course, high, g)
        g_high = g[a]
        sign = 1.0 if g_high > 0.0 else -1.0
        if g_low * sign > 0.0 or g_high == 0.0:
            continue  # this border does not change sign there: another one makes the condition true
        found = _illinois(crossing_at, course, a, sign, low, g_low * sign, high, g_high * sign, g)
        # a condition of several borders may not hold behind the zero of one yet: its truth decides
        evaluate(crossing_at, course, found, g)
        if g[truth] > 0.5:
            high = found
        elif found > low:
            low = found
    for _ in range(_HALVINGS):
        if _is_narrow(course, low, high):
            break
        middle = 0.5 * (low + high)
        evaluate(crossing_at, course, middle, g)
        if g[truth] > 0.5:
            high = middle
        else:
            low = middle
    return high


def _is_narrow(course: StepCourse, low: float, high: float) -> bool:
    return high - low <= 1e-15 or (high - low) * course.h <= 1e-16 * abs(course.t)


def _illinois(
    crossing_at: Any, course: StepCourse, a: int, sign: float, left: float, g_left: float, right: float, g_right: float,
    g: Any,
) -> float:  # fmt: skip
    """The right end of the smallest bracket around a zero of a border, which is positive there after ``sign``."""
    side = 0
    for tries in range(_MOST_TRIES):
        if _is_narrow(course, left, right):
            break
        c = right - g_right * (right - left) / (g_right - g_left)
        if tries % 4 == 3 or not left < c < right:  # a border that bends sharply, or is infinite at an end
            c = 0.5 * (left + right)
        evaluate(crossing_at, course, c, g)
        value = g[a] * sign
        if value > 0.0:
            right, g_right = c, value
            if side == 1:
                g_left *= 0.5
            side = 1
        else:
            left, g_left = c, value
            if side == -1:
                g_right *= 0.5
            side = -1
    return right


def _find_zeros(
    crossing_at: Any, course: StepCourse, search: Search, a: int, count: int, start: float, stop: float
) -> int:
    """Add the zeros of border ``a`` to the marks, from left to right; returns how many marks there are then."""
    g, samples, parts = search.g, search.samples, search.parts
    values = search.pieces[search.pieces.shape[0] - 1]
    most = count + MOST_ZEROS
    left_over = 1
    parts[0, 0], parts[0, 1] = start, stop
    while left_over > 0 and count < most:
        left_over -= 1
        low, high = parts[left_over, 0], parts[left_over, 1]
        for i in range(DEGREE + 1):
            if low == start and high == stop:
                values[i] = samples[i, a]
            else:
                evaluate(crossing_at, course, low + (high - low) * NODES[i], g)
                values[i] = g[a]
        # a whole step is searched at once only where every border was found to meet its polynomial
        meets = search.exact[a] or high - low == 1.0
        meets = meets or _meets(crossing_at, course, a, low, high, values, _largest(values), g)
        if not meets and high - low > NARROWEST:
            middle = 0.5 * (low + high)
            if values[DEGREE // 2] == 0.0:  # a zero between two parts is in neither
                search.marks[count] = middle
                count += 1
            parts[left_over, 0], parts[left_over, 1] = middle, high
            parts[left_over + 1, 0], parts[left_over + 1, 1] = low, middle
            left_over += 2
        elif meets:
            count = _bernstein_zeros(search, values, low, high, count, most)
        else:
            for i in range(DEGREE):
                if (values[i] > 0.0) != (values[i + 1] > 0.0) and count < most:
                    search.marks[count] = low + (high - low) * 0.5 * (NODES[i] + NODES[i + 1])
                    count += 1
    return count


def _meets(
    crossing_at: Any, course: StepCourse, a: int, low: float, high: float, values: Any, largest: float, g: Any
) -> bool:
    """Whether the polynomial through the values at the nodes meets the border between them."""
    for c in range(_BETWEEN.size):
        evaluate(crossing_at, course, low + (high - low) * _BETWEEN[c], g)
        fit = 0.0
        for i in range(DEGREE + 1):
            fit += TO_BETWEEN[c, i] * values[i]
        if not abs(fit - g[a]) <= _MEETS * largest:
            return False
    return True


def _bernstein_zeros(search: Search, values: Any, low: float, high: float, count: int, most: int) -> int:
    """Add the zeros of the polynomial with these values at the nodes of a part of the step."""
    pieces = search.pieces
    ends = search.parts[search.parts.shape[0] // 2 :]  # the upper half of the parts is the stack of this search
    largest = 0.0
    for k in range(DEGREE + 1):
        total = 0.0
        for i in range(DEGREE + 1):
            total += TO_BERNSTEIN[k, i] * values[i]
        pieces[0, k] = total
        largest = max(largest, abs(total))
    nothing = _NOTHING * largest
    ends[0, 0], ends[0, 1] = low, high
    left_over = 1
    while left_over > 0 and count < most:
        left_over -= 1
        changes, sign = 0, 0.0
        for k in range(DEGREE + 1):
            if abs(pieces[left_over, k]) > nothing:
                own = 1.0 if pieces[left_over, k] > 0.0 else -1.0
                if sign != 0.0 and own != sign:
                    changes += 1
                sign = own
        a, b = ends[left_over, 0], ends[left_over, 1]
        if changes == 0:
            continue
        # a part of 1e-12 of the step, or a full stack, holds zeros that are one for all purposes
        if (changes == 1 and b - a <= _PLACED * (high - low)) or b - a <= 1e-12 or left_over + 3 >= ends.shape[0]:
            search.marks[count] = _crossing_of(pieces[left_over], a, b, nothing) if changes == 1 else 0.5 * (a + b)
            count += 1
            continue
        # de Casteljau: the left half stays in the triangle's edge, the right half in its base
        for k in range(DEGREE + 1):
            pieces[left_over + 1, k] = pieces[left_over, k]
        for level in range(1, DEGREE + 1):
            for k in range(DEGREE, level - 1, -1):
                pieces[left_over + 1, k] = 0.5 * (pieces[left_over + 1, k - 1] + pieces[left_over + 1, k])
        for level in range(DEGREE):
            for k in range(DEGREE - level):
                pieces[left_over, k] = 0.5 * (pieces[left_over, k] + pieces[left_over, k + 1])
        # piece left_over is now the right half, left_over + 1 the left half, which is looked at first
        middle = 0.5 * (a + b)
        if abs(pieces[left_over, 0]) <= nothing:  # a zero between two parts is in neither
            search.marks[count] = middle
            count += 1
        ends[left_over, 0], ends[left_over, 1] = middle, b
        ends[left_over + 1, 0], ends[left_over + 1, 1] = a, middle
        left_over += 2
    return count


def _crossing_of(coefficients: Any, a: float, b: float, nothing: float) -> float:
    """About where the control polygon of a part with one change of sign crosses zero; `_locate` makes it exact."""
    last = 0
    for k in range(coefficients.size):
        if abs(coefficients[k]) <= nothing:
            continue
        if last >= 0 and k > 0 and abs(coefficients[last]) > nothing and coefficients[last] * coefficients[k] < 0.0:
            part = coefficients[last] / (coefficients[last] - coefficients[k])
            return float(a + (b - a) * (last + part * (k - last)) / DEGREE)
        last = k
    return 0.5 * (a + b)


def _sort(values: Any, count: int) -> None:
    """Sort the first values; by insertion, since those of each border stand in order already."""
    for i in range(1, count):
        value = values[i]
        k = i - 1
        while k >= 0 and values[k] > value:
            values[k + 1] = values[k]
            k -= 1
        values[k + 1] = value
