"""The functions of the model language for JAX arrays: jax.numpy's own, and the few it lacks."""

from __future__ import annotations

from typing import Any

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

Array = Any


def exprel(x: Array) -> Array:
    """(exp(x) - 1)/x, with its limit 1 at 0 (and a finite derivative there)."""
    near = jnp.abs(x) < 1e-5
    safe = jnp.where(near, 1.0, x)
    return jnp.where(near, 1.0 + x / 2.0 + x * x / 6.0, jnp.expm1(safe) / safe)


def sum(x: Array) -> Array:
    """Sum over the last axis, kept so that it broadcasts against the state."""
    return jnp.sum(x, axis=-1, keepdims=True)


def mean(x: Array) -> Array:
    """Mean over the last axis, kept so that it broadcasts against the state."""
    return jnp.mean(x, axis=-1, keepdims=True)


def dot(x: Array, y: Array) -> Array:
    """Inner product over the last axis, or the product of a matrix with an array state."""
    return matvec(x, y) if jnp.ndim(x) == 2 else jnp.sum(x * y, axis=-1, keepdims=True)


def matvec(matrix: Array, x: Array) -> Array:
    """``matrix @ x`` along the last axis of ``x``."""
    return jnp.einsum("ij,...j->...i", matrix, x)


def past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``."""
    return history.at(t, "past")


def before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, should it jump there."""
    return history.at(t, "before")
