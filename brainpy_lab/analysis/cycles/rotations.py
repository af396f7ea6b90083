"""States that are angles: the equations repeat themselves in them, and an orbit that turns round closes modulo a turn.

Cycles that close in the plane are followed, rotations are not: this says so, and how to write the model instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import numpy as np

from brainpy_lab.analysis.vector_field import Array, Range, VectorField

#: What a turn may be: of an angle in radians, a phase between 0 and 1, an angle in degrees.
TURNS = {"2π": 2 * np.pi, "1": 1.0, "360": 360.0}

#: Points at which the equations are compared, a turn apart, and how well they agree there: relative to what a part of a
#: turn changes, which must be far above rounding errors.
POINTS, EQUAL, PART, ROUNDING = 8, 1e-6, 0.37, 1e-15

#: Where in the range of a parameter, besides its ends, states are asked whether they are angles.
MIDDLE = 0.382

#: Copies of a point a turn apart are looked for this far beyond others, in turns, and so many at most.
BESIDE, MOST_COPIES = 0.1, 64

#: Most states of a model that is looked at.
MOST_STATES = 40

#: A state grows along an orbit when its way from end to end is as large a part of its range, and more than two turns.
GROWS = 0.9


def angles(field: VectorField) -> dict[str, str]:
    """The states that the drift reads, and repeats itself in, with what a turn is."""
    n = len(field.free)
    if n > MOST_STATES:
        return {}
    points = np.random.default_rng(0).uniform(-3, 3, (n, POINTS))
    found = {}
    with np.errstate(all="ignore"):
        here, slopes = field.rhs(points), field.jacobian(points)
        for i, name in enumerate(field.free):
            if not np.isfinite(here).all() or not np.abs(slopes[:, i]).max() > 0.0:
                continue
            for turn, length in TURNS.items():
                if _repeats(field, points, here, i, length):
                    found[name] = turn
                    break
    return found


def turns(field: VectorField, name: str, within: Range) -> Array:
    """Of each free state what a turn is over a parameter's range, zero where it is no angle; a zero for that."""
    low, high = within
    found = [angles(field.moved(name, value)) for value in (low, low + MIDDLE * (high - low), high)]
    same = [n for n in field.free if all(f.get(n, "") == found[0].get(n) for f in found)]
    return np.array([TURNS[found[0][n]] if n in same else 0.0 for n in field.free] + [0.0])


def whole_turns(way: Array, lengths: Array) -> Array:
    """What of a ``way`` is made of whole turns, where an unknown is an angle."""
    return np.asarray(np.rint(way / np.where(lengths > 0, lengths, np.inf)) * lengths)


def copies(u: Array, points: Array, lengths: Array) -> Iterator[Array]:
    """``u``, and what is some turns of given ``lengths`` further and in the range of ``points``, (n_points, size)."""
    yield u
    if not lengths.any():
        return
    whole = np.where(lengths > 0, lengths, np.inf)
    low = np.ceil((points.min(axis=0) - u) / whole - BESIDE).astype(int)
    high = np.floor((points.max(axis=0) - u) / whole + BESIDE).astype(int)
    ways = product(*(range(a, b + 1) if w > 0 else (0,) for a, b, w in zip(low, high, lengths, strict=True)))
    yield from (u + np.array(k) * lengths for k in islice(ways, MOST_COPIES) if any(k))


def _repeats(field: VectorField, points: Array, here: Array, i: int, length: float) -> bool:
    """Whether the drift, ``here`` at the ``points``, is the same where state ``i`` is larger by ``length``."""
    on = np.zeros((len(points), 1))
    on[i] = length
    apart = np.abs(field.rhs(points + on) - here).max(axis=1)
    within = np.abs(field.rhs(points + PART * on) - here).max(axis=1)
    rounding = ROUNDING * np.abs(here).max(axis=1)
    reads = EQUAL * within > rounding
    return bool((apart <= EQUAL * within + 100 * rounding).all() and reads.any())


def not_followed(field: VectorField) -> tuple[str, ...]:
    """What is said of a model with angles where its cycles are followed or looked for."""
    found = angles(field)
    if not found:
        return ()
    name, turn = next(iter(found.items()))
    where = " and ".join(f"every {t} in {n}" for n, t in found.items())
    return (
        f"The equations repeat themselves {where}: orbits in which {name} turns round and round close modulo {turn} "
        f"alone, and such rotations are not found as cycles. {_remedy(name, turn)}",
    )


def followed_once(field: VectorField, lengths: Array) -> tuple[str, ...]:
    """What is said of equilibria where states are angles, whose turns have some ``lengths``, (n + 1,)."""
    names = [name for name, length in zip(field.free, lengths, strict=False) if length]
    return (f"Equilibria that lie some turns of {' or '.join(names)} apart are followed once.",) if names else ()


def grown(field: VectorField, states: Array) -> str | None:
    """That a state has grown along an orbit, (n, n_times), as an angle does that turns round; None where none has."""
    way, ranges = states[:, -1] - states[:, 0], np.ptp(states, axis=1)
    found = angles(field)
    steady = [i for i in range(len(ranges)) if ranges[i] > 0 and abs(way[i]) > GROWS * ranges[i]]
    for i in steady:
        name = field.free[i]
        if name in found and ranges[i] > 2 * TURNS[found[name]]:
            turn = found[name]
            return (
                f"{name} turns round and round, from {states[i, 0]:.4g} to {states[i, -1]:.4g}, and the equations "
                f"repeat themselves every {turn} in it: the orbit closes modulo {turn} alone. {_remedy(name, turn)}"
            )
    with np.errstate(all="ignore"):
        unread = [i for i in steady if not np.abs(field.jacobian(states)[:, i]).max() > 0.0]
    for i in unread:
        return (
            f"{field.free[i]} grows on and on, from {states[i, 0]:.4g} to {states[i, -1]:.4g}, and no equation reads "
            "it: leave it out, and the rest may have a cycle."
        )
    return None


def _remedy(name: str, turn: str) -> str:
    """How a model with an angle is written so that rotations are cycles."""
    inside, speed = (name, f"d{name}/dt") if turn == "2π" else (f"2π*{name}/{turn}", f"(2π/{turn})*d{name}/dt")
    inside, speed = inside.replace("/1", ""), speed.replace("(2π/1)", "2π")
    return (
        f"Write it with x = cos({inside}) and y = sin({inside}) as states, dx/dt = -y*w + x*(1 - x**2 - y**2) and "
        f"dy/dt = x*w + y*(1 - x**2 - y**2) with w = {speed}, x(0) = 1: a rotation is then a cycle."
    )
