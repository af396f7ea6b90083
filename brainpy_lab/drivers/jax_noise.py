"""Random draws on the JAX driver, made where they are used: the generator of `random_draws` in jax.numpy."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.driver import Array
from brainpy_lab.drivers.random_draws import Noise, normals, uniforms

Streams = tuple[tuple[int, bool], ...]  # stream and whether it is uniform, of every draw


def streams_of(draws: tuple[Draw, ...]) -> Streams:
    """The part of draws that decides their numbers."""
    return tuple((draw.stream, draw.is_uniform) for draw in draws)


def _pairs(streams: Streams, shape: tuple[int, ...], pair: Array, seed: Array) -> Array:
    """(2, *pair.shape, number of draws, *shape): the draws of the even and the odd steps of pairs."""
    import jax.numpy as jnp

    elements = jnp.arange(int(np.prod(shape, dtype=int)), dtype=jnp.int64).reshape(shape)
    pair = jnp.asarray(pair, dtype=jnp.int64).reshape(jnp.shape(pair) + (1,) * len(shape))
    seed = jnp.asarray(seed).astype(jnp.uint64)
    columns = []
    for stream, is_uniform in streams:
        if is_uniform:
            even, odd = uniforms(elements, stream, pair, seed)
        else:
            even, odd = normals(jnp, elements, stream, pair, seed)
        columns.append(jnp.stack([even, odd]))
    return jnp.stack(columns, axis=columns[0].ndim - len(shape))


@cache
def _compiled() -> Any:
    import jax
    import jax.numpy as jnp

    def table(first: Array, seed: Array, *, streams: Streams, shape: tuple[int, ...], steps: int) -> Array:
        pair = first // 2 + jnp.arange(steps // 2 + 1)
        both = jnp.moveaxis(_pairs(streams, shape, pair, seed), 0, 1)
        rows = both.reshape(-1, len(streams), *shape)
        return jax.lax.dynamic_slice_in_dim(rows, first % 2, steps)

    return jax.jit(table, static_argnames=("streams", "shape", "steps"))


def draw_table(draws: tuple[Draw, ...], noise: Noise, first: int, steps: int) -> Array:
    """The draws of ``steps`` steps (an even number) from step ``first`` of the run on: (steps, draws, *shape)."""
    table: Array = _compiled()(
        noise.start + first, _signed(noise.seed), streams=streams_of(draws), shape=noise.shape, steps=steps
    )
    return table


def draws_at(draws: tuple[Draw, ...], noise: Noise, step: Array) -> Array:
    """The draws of one step of the run, whose number may be traced: (draws, *shape)."""
    at = noise.start + step
    return _pairs(streams_of(draws), noise.shape, at // 2, _signed(noise.seed))[at % 2]


def _signed(number: int) -> int:
    """A number of 64 bits as int64 holds it."""
    return number - (1 << 64) if number >= 1 << 63 else number
