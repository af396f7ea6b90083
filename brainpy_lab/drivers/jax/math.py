"""The functions of the model language for JAX arrays: jax.numpy's own, and the few it lacks."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, isqrt
from typing import Any

import jax
import jax.numpy as jnp
from jax.numpy import (  # noqa: F401
    abs,
    arccos,
    arcsin,
    arctan,
    ceil,
    clip,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    heaviside,
    log,
    log1p,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    where,
)
from jax.scipy.linalg import lu_factor, lu_solve
from jax.scipy.special import erf, erfc, expit, gammaln  # noqa: F401

from brainpy_lab.drivers.feeds import addressed
from brainpy_lab.drivers.matrix_exponential import exponential
from brainpy_lab.drivers.negligible import is_negligible

Array = Any


def exprel(x: Array) -> Array:
    """(exp(x) - 1)/x, with its limit 1 at 0 and its derivatives there."""
    return _phi(x, 1)


def exprel_of(power: Array, x: Array) -> Array:
    """exprel(x) where ``power``, exp(x), is known: Taylor's series near 0."""
    near = jnp.abs(x) < 0.1
    series = jnp.zeros_like(x)
    for k in range(8, -1, -1):
        series = series * x + 1.0 / factorial(k + 1)
    return jnp.where(near, series, (power - 1.0) / jnp.where(near, 1.0, x))


def sum(x: Array) -> Array:
    """Sum over the last axis, kept so that it broadcasts against the state."""
    return jnp.sum(x, axis=-1, keepdims=True) if jnp.ndim(x) else x


def mean(x: Array) -> Array:
    """Mean over the last axis, kept so that it broadcasts against the state."""
    return jnp.mean(x, axis=-1, keepdims=True) if jnp.ndim(x) else x


def dot(x: Array, y: Array) -> Array:
    """Inner product over the last axis, kept so that it broadcasts against the state."""
    return sum(x * y)


def roll(x: Array, shift: int) -> Array:
    """Elements moved along the last axis, round its end."""
    return jnp.roll(x, int(shift), axis=-1) if jnp.ndim(x) else x


def matvec(matrix: Array, x: Array) -> Array:
    """``matrix @ x`` along the last axis of ``x``."""
    return jnp.einsum("ij,...j->...i", matrix, x)


def past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``."""
    return history.at(t, "past")


def before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, should it jump there."""
    return history.at(t, "before")


def factor(*entries: Array) -> tuple[Array, Array]:
    """LU factors with partial pivoting of a matrix given row by row."""
    n = isqrt(len(entries))
    columns = jnp.broadcast_arrays(*entries)
    factors: tuple[Array, Array] = lu_factor(jnp.stack(columns, axis=-1).reshape(*columns[0].shape, n, n))
    return factors


def solve(factors: tuple[Array, Array], *right: Array) -> tuple[Array, ...]:
    """Solution of the linear system with the factors of `factor`."""
    b = jnp.stack(jnp.broadcast_arrays(*right), axis=-1)
    shape = jnp.broadcast_shapes(b.shape, factors[0].shape[:-1])
    x = lu_solve(factors, jnp.broadcast_to(b, shape)[..., None])
    return tuple(x[..., i, 0] for i in range(len(right)))


def expm(*entries: Array) -> Array:
    """The exponential of a matrix given row by row, its axes last."""
    n, columns = isqrt(len(entries)), jnp.broadcast_arrays(*entries)
    matrix = jnp.stack(columns, axis=-1).reshape(*columns[0].shape, n, n)
    norm = jnp.abs(matrix).sum(axis=-1).max(axis=-1)[..., None, None]
    halvings = jnp.maximum(jnp.floor(jnp.log2(jnp.maximum(norm, 1e-300))) + 2.0, 0.0)
    rest = exponential(matrix, jax.lax.stop_gradient(halvings), jnp.where, loop=_in_turn, product=_product)
    return jnp.eye(n) + rest


def _product(x: Array, y: Array) -> Array:
    """Of small matrices: XLA makes one loop with what stands around it."""
    return (x[..., :, :, None] * y[..., None, :, :]).sum(-2)


def _in_turn(turns: int, change: Callable[[Any, Array], Array], value: Array) -> Array:
    """`matrix_exponential.in_turn` as one loop of the program."""
    return jax.lax.fori_loop(0, turns, change, value)


def entry(matrix: Array, row: int, column: int) -> Array:
    """One number of each matrix."""
    return matrix[..., row, column]


def converged(*pairs: Array) -> Array:
    """Whether every change of Newton's iteration is negligible; changes and values in turn."""
    tests = [is_negligible(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True)]
    return jnp.all(jnp.stack([jnp.all(test) for test in tests]))


def solved(change: Array, value: Array) -> Array:
    """``value`` where its last change was negligible, nan elsewhere."""
    return jnp.where(is_negligible(change, value), value, jnp.nan)


def repeat(turn: Callable[..., tuple[Any, Array]], times: int, values: tuple[Array, ...], fixed: bool) -> Any:
    """``turn(*values)`` gives new values and whether they are final: at most ``times`` turns, or all when ``fixed``.

    A fixed number of turns can be differentiated in reverse.
    """
    shapes = jax.eval_shape(turn, *values)[0]
    start = tuple(jnp.broadcast_to(jnp.asarray(v, s.dtype), s.shape) for v, s in zip(values, shapes, strict=True))
    if fixed:
        return jax.lax.scan(lambda now, _: (turn(*now)[0], None), start, length=times)[0]

    def go_on(state: Any) -> Array:
        return (state[0] < times) & ~state[1]

    def again(state: Any) -> Any:
        new, done = turn(*state[2])
        return state[0] + 1, done, new

    return jax.lax.while_loop(go_on, again, (0, jnp.asarray(False), start))[2]


def phi2(x: Array) -> Array:
    """(exprel(x) - 1)/x, with its limit 1/2 at 0."""
    return _phi(x, 2)


def phi3(x: Array) -> Array:
    """(phi2(x) - 1/2)/x, with its limit 1/6 at 0."""
    return _phi(x, 3)


def _phi(x: Array, order: int) -> Array:
    """Taylor's series for |x| < 1, the recurrence elsewhere."""
    near = jnp.abs(x) < 1.0
    small, large = jnp.where(near, x, 0.0), jnp.where(near, 1.0, x)
    series = jnp.zeros_like(small)
    for k in range(17, -1, -1):
        series = series * small + 1.0 / factorial(k + order)
    value = jnp.expm1(large) / large
    for k in range(1, order):
        value = (value - 1.0 / factorial(k)) / large
    return jnp.where(near, series, value)


def rand_at(seed: Array, call: int, place: Array, number: Array) -> Array:
    """Uniform numbers in (0, 1] by their address."""
    return addressed.uniform(_real, _whole(seed), call, _whole(place), _whole(number))


def randn_at(seed: Array, call: int, place: Array, number: Array) -> Array:
    """Standard normal numbers by their address."""
    return addressed.normal(jnp, _real, _whole(seed), call, _whole(place), _whole(number))


def _whole(numbers: Array) -> Array:
    return jnp.asarray(numbers).astype("int64")


def _real(numbers: Array) -> Array:
    return numbers.astype("float64")
