"""Random numbers that step code asks for by their address: the bits of the generator, on every driver."""

from __future__ import annotations

from importlib import import_module

import numba
import numpy as np
import pytest

from brainpy_lab.drivers.feeds.addressed import seed_of
from brainpy_lab.drivers.feeds.random_draws import normals, uniforms
from brainpy_lab.simulation.solution.arrays import as_numpy

PLACE, NUMBER = np.array([0.0, 1, 5, 4e9]), np.array([7.0, 0, 2**40, 3])
SEED = seed_of((1 << 64) - 1, 12345)


def _expected(of: object, *xp: object) -> np.ndarray:
    return of(*xp, PLACE.astype(np.int64), 2, NUMBER.astype(np.int64), int(SEED))[0]


@pytest.mark.parametrize("driver", ["numpy", "jax", "torch"])
def test_arrays_have_the_bits_of_the_generator(driver: str) -> None:
    math = import_module(f"brainpy_lab.drivers.{driver}.math")
    take = np.asarray
    if driver == "torch":
        import torch

        take = torch.as_tensor

    def check() -> None:
        assert np.array_equal(as_numpy(math.rand_at(SEED, 2, take(PLACE), take(NUMBER))), _expected(uniforms))
        found = as_numpy(math.randn_at(SEED, 2, take(PLACE), take(NUMBER)))
        assert np.abs(found - _expected(normals, np)).max() < 1e-15

    if driver == "jax":
        from brainpy_lab.drivers.jax.precision import x64

        with x64():
            check()
    else:
        check()


def test_numba_has_the_bits_of_the_generator() -> None:
    from brainpy_lab.drivers.numba import math

    rand, randn = math.rand_at, math.randn_at

    @numba.njit
    def drawn(seed, place, number):  # type: ignore[no-untyped-def]
        return rand(seed, 2, place, number), randn(seed, 2, place, number)

    both = np.array([drawn(SEED, p, n) for p, n in zip(PLACE, NUMBER, strict=True)])
    assert np.array_equal(both[:, 0], _expected(uniforms))
    assert np.abs(both[:, 1] - _expected(normals, np)).max() < 1e-15


def test_synapses_have_seeds_that_a_float_holds() -> None:
    seeds = {seed_of(seed, stream) for seed in (0, 1, (1 << 64) - 1) for stream in range(50)}
    assert len(seeds) == 150 and all(0 <= s < 2**52 and s == int(s) for s in seeds)
