"""Where a drift jumps through zero without being zero: runs may come to rest there, and it is no fixed point."""

from __future__ import annotations

import ast
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.roots import line_of
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import System, names_reached

#: Places between which jumps are looked for in more than one dimension: the searches have as many starts.
PLACES = 1024

#: Halvings of the way between two places, down to rounding errors of the box (2**-52). After half of them a jump has
#: its height, and a pole grows by 2**24 in the other half.
HALVINGS = 48

#: A jump is higher than this, relative to the usual size of the drift.
HIGH = 1e-6

_JUMPING = frozenset({"sign", "heaviside", "floor", "ceil"})


def jumps(field: VectorField, low: Array, high: Array, usual: Array) -> tuple[str, ...]:
    """Sentences that say where the drift jumps through zero in a box.

    Parameters
    ----------
    field : VectorField
    low, high : ndarray, shape (n_free,)
        The box.
    usual : ndarray, shape (n_free,)
        The usual size of the drifts.
    """
    if not _may_jump(field.system, tuple(sorted(field.free_states))):
        return ()
    points = low[:, None] + (high - low)[:, None] * spread(len(low), PLACES)
    if len(field.free) == 1:
        points = line_of((float(low[0]), float(high[0])))[None]
    places, jumping = _found(field, points, np.where(usual > 0, usual, 1.0)[:, None])
    if not places.shape[1]:
        return ()
    if len(field.free) > 1:
        tiny = 1e-9 * (high - low)  # the place of a jump at 0 comes out as 1e-15 or so
        places = np.where(np.abs(places) <= tiny[:, None], 0.0, places)
        where = ", ".join(f"{name} = {value:.4g}" for name, value in zip(field.free, places[:, 0], strict=True))
        equation = field.free[int(np.argmax(jumping[:, 0]))]
        return (
            f"d{equation}/dt jumps through 0, as at {where}: runs may come to rest where it does, at no fixed point. "
            "Such places are not looked for.",
        )
    (name,) = field.free
    said = []
    beside = 1e-9 * float(high[0] - low[0])  # far enough to be sure of the side, as places are known to 2**-48
    for place in places[0]:
        left, right = field.rhs(np.array([[place - beside, place + beside]]))[0]
        what = "runs come to rest there" if left > 0 > right else "runs part there"
        at = 0.0 if abs(place) <= beside else place
        said.append(f"d{name}/dt jumps through 0 at {name} = {at:.6g}: that is no fixed point, but {what}.")
    return tuple(said)


def _found(field: VectorField, points: Array, usual: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Jumps through zero on the way from point to point: their places, and which equations jump."""
    left, right = points[:, :-1], points[:, 1:]
    with np.errstate(all="ignore"):
        before, after = field.rhs(left), field.rhs(right)
        changes = ((before * after <= 0) & (before != after)).any(axis=0)
        left, right, before, after = left[:, changes], right[:, changes], before[:, changes], after[:, changes]
        earlier = after - before
        for halving in range(HALVINGS):
            middle = (left + right) / 2
            value = field.rhs(middle)
            first, second = (_through(a, b, usual) for a, b in ((before, value), (value, after)))
            is_first = first >= second
            left, right = np.where(is_first, left, middle), np.where(is_first, middle, right)
            before, after = np.where(is_first, before, value), np.where(is_first, value, after)
            if halving == HALVINGS // 2:
                earlier = after - before
        height = np.abs(after - before)
        # a steep slope has no height left after all halvings, a pole has more than twice that after half of them
        jumping = (height > HIGH * usual) & (height <= 2 * np.abs(earlier)) & (before * after <= 0)
    kept = jumping.any(axis=0)
    return (left + right)[:, kept] / 2, jumping[:, kept]


def _through(before: Array, after: Array, usual: Array) -> Array:
    """How far the drift goes through zero between two places, in the equation in which it goes furthest."""
    crossing = np.where(before * after <= 0, np.abs(after - before) / usual, 0.0)
    result: Array = np.nan_to_num(crossing).max(axis=0)
    return result


@lru_cache(maxsize=64)
def _may_jump(system: System, free: tuple[str, ...]) -> bool:
    """Whether the text of the drifts holds anything that can jump."""
    named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
    drifts = [s.drift for s in system.states if s.name in free and s.drift is not None]
    trees: list[ast.AST] = [*drifts, *(named[n] for n in names_reached(drifts, named) if n in named)]
    return any(_jumps(node) for tree in (*trees, *(f.node for f in system.functions)) for node in ast.walk(tree))


def _jumps(node: ast.AST) -> bool:
    match node:
        case ast.Compare() | ast.BinOp(op=ast.FloorDiv() | ast.Mod()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _JUMPING
    return False
