"""Random draws on the JAX driver, made where they are used: the generator of `feeds.random_draws` in jax.numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.levy_areas import area
from brainpy_lab.drivers.feeds.random_draws import Noise, narrowed, normals, uniforms
from brainpy_lab.drivers.jax.feed import Feed, LoopSupply, Moment, padded

Draws = tuple[Draw, ...]


def _unnamed(draws: Draws) -> Draws:
    """The part of draws that decides their numbers."""
    return tuple(replace(draw, name="", source="") for draw in draws)


def _pairs(draws: Draws, shape: tuple[int, ...], terms: int, pair: Array, seed: Array) -> Array:
    """(2, *pair.shape, number of draws, *shape): the draws of the even and the odd steps of pairs."""
    import jax.numpy as jnp

    elements = jnp.arange(int(np.prod(shape, dtype=int)), dtype=jnp.int64).reshape(shape)
    pair = jnp.asarray(pair, dtype=jnp.int64).reshape(jnp.shape(pair) + (1,) * len(shape))
    seed = jnp.asarray(seed).astype(jnp.uint64)

    def normals_of(streams: Sequence[Array]) -> Array:
        """(number of streams, 2, ...), made at once: what is compiled stays small."""
        column = jnp.asarray(streams, dtype=jnp.uint64).reshape(-1, *[1] * pair.ndim)
        even, odd = normals(jnp, elements, column, pair, seed)
        return jnp.stack([even, odd], axis=1)

    usual = [draw.stream for draw in draws if draw.kind != "area" and not draw.is_uniform]
    made = dict(zip(usual, normals_of(usual), strict=True)) if usual else {}
    columns = []
    for draw in draws:
        if draw.is_uniform:
            columns.append(jnp.stack(uniforms(elements, draw.stream, pair, seed)))
        elif draw.kind == "area":
            one, other = (made[d.stream] for d in draw.increments)
            columns.append(area(draw, one, other, normals_of, terms, _repeat))
        else:
            columns.append(made[draw.stream])
    return jnp.stack(columns, axis=columns[0].ndim - len(shape))


def _repeat(n: int, body: Callable[[Array, Array], Array], total: Array) -> Array:
    import jax
    import jax.numpy as jnp

    return jax.lax.fori_loop(1, n + 1, lambda r, total: body(jnp.asarray(r, dtype=jnp.uint64), total), total)


@cache
def _compiled() -> Any:
    import jax
    import jax.numpy as jnp

    def table(first: Array, seed: Array, *, draws: Draws, shape: tuple[int, ...], terms: int, steps: int) -> Array:
        pair = first // 2 + jnp.arange(steps // 2 + 1)
        both = jnp.moveaxis(_pairs(draws, shape, terms, pair, seed), 0, 1)
        rows = both.reshape(-1, len(draws), *shape)
        return jax.lax.dynamic_slice_in_dim(rows, first % 2, steps)

    return jax.jit(table, static_argnames=("draws", "shape", "terms", "steps"))


def draw_table(draws: Draws, noise: Noise, first: int, steps: int) -> Array:
    """The draws of ``steps`` steps (an even number) from step ``first`` of the run on: (steps, draws, *shape)."""
    what = {"draws": _unnamed(draws), "shape": noise.shape, "terms": noise.terms}
    table: Array = _compiled()(noise.start + first, _signed(noise.seed), **what, steps=steps)
    return table


def draws_at(draws: Draws, noise: Noise, step: Array) -> Array:
    """The draws of one step of the run, whose number may be traced: (draws, *shape)."""
    at = noise.start + step
    return _pairs(draws, noise.shape, noise.terms, at // 2, _signed(noise.seed))[at % 2]


def _signed(number: int) -> int:
    """A number of 64 bits as int64 holds it."""
    return number - (1 << 64) if number >= 1 << 63 else number


@dataclass(frozen=True)
class TabledDraws(Feed):
    """The draws of a chunk, made before it."""

    narrow: tuple[bool, ...]

    def before(self, given: Array, carried: Any, at: Moment, sweep: int) -> Sequence[Array]:
        """One draw after the other."""
        return narrowed(given[at.place], self.narrow)


@dataclass(frozen=True)
class DrawsOnTheWay(Feed):
    """Draws made step by step, which takes no room: constants, through which no derivative is taken."""

    draws: Draws
    noise: Noise

    def before(self, given: Any, carried: Any, at: Moment, sweep: int) -> Sequence[Array]:
        """One draw after the other."""
        return narrowed(draws_at(self.draws, self.noise, at.step), self.noise.narrow_among(self.draws))


class DrawSupply(LoopSupply):
    """The draws of one run."""

    def __init__(self, draws: Draws, setup: Setup) -> None:
        self.draws, self.noise = draws, setup.noise
        self.is_tabled = setup.noise.path is not None or not setup.differentiable
        narrow = self.noise.narrow_among(draws)
        self.feed: Feed = TabledDraws(narrow) if self.is_tabled else DrawsOnTheWay(draws, self.noise)

    def handed(self, first: int, n: int, size: int) -> tuple[Any, Any]:
        """The table of draws."""
        import jax.numpy as jnp

        if not self.is_tabled:
            return (), ()
        if self.noise.path is None:
            return draw_table(self.draws, self.noise, first, max(2, size)), ()
        return jnp.asarray(padded(self.noise.table(self.draws, first, n), size)), ()
