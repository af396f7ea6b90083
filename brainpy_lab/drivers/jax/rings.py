"""Reading and writing rings of steps inside XLA programs, with derivatives that keep double precision.

JAX takes the reverse derivative of a run where the user asks for it, outside the run and its double precision. There
its own rules for gather and scatter begin with zeros in single precision, and fail. The rules here choose and add,
which keeps the type; what they choose by is made again on the way back, so that no step keeps a mask of the whole ring.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

Array = Any


def _is_at(ring: Array, slot: Array) -> Array:
    return jnp.arange(ring.shape[0]).reshape(-1, *(1,) * (ring.ndim - 1)) == slot


@jax.custom_jvp
def read(ring: Array, slot: Array) -> Array:
    """``ring[slot]`` of a ring (slots, coefficients, *shape), with one slot for all elements or one for each."""
    if jnp.ndim(slot) == 0:
        return ring[slot]
    return jnp.take_along_axis(ring, slot[None, None], axis=0)[0]


@jax.checkpoint
def _chosen(ring: Array, slot: Array) -> Array:
    return jnp.where(_is_at(ring, slot), ring, 0.0).sum(axis=0)


@read.defjvp
def _(given: tuple[Array, Array], moved: tuple[Array, Any]) -> tuple[Array, Array]:
    return read(*given), _chosen(moved[0], given[1])


@jax.custom_jvp
def written(ring: Array, slot: Array, row: Array) -> Array:
    """The ring with ``row`` in one of its slots."""
    return ring.at[slot].set(row)


@jax.checkpoint
def _replaced(ring: Array, slot: Array, row: Array) -> Array:
    return jnp.where(_is_at(ring, slot), row, ring)


@written.defjvp
def _(given: tuple[Array, Array, Array], moved: tuple[Array, Any, Array]) -> tuple[Array, Array]:
    return written(*given), _replaced(moved[0], given[1], moved[2])
