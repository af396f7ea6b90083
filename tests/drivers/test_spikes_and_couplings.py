"""What cells hand to each other: who fired, weights along connections, sums over them, and masked values."""

import importlib
from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest

from brainpy_lab import drivers
from brainpy_lab.drivers.jax.precision import x64

BACKENDS = ("numpy", "numba", "jax", "torch")
CELLS, TARGETS, CONNECTIONS = 40, 7, 500


@pytest.fixture(scope="module")
def table():
    """Connections by presynaptic cell: where each cell's begin, both ends, weights that rounding tells apart."""
    rng = np.random.default_rng(5)
    sources = np.sort(rng.integers(0, CELLS, CONNECTIONS))
    start = np.searchsorted(sources, np.arange(CELLS + 1))
    weights = rng.standard_normal(CONNECTIONS) * 10.0 ** rng.integers(-8, 8, CONNECTIONS)
    return start, sources, rng.integers(0, TARGETS, CONNECTIONS), weights


@pytest.fixture(params=BACKENDS)
def verb(request):
    """``verb(name, *arguments)`` calls a driver's function with its own arrays, and gives NumPy's."""
    driver = drivers.get(request.param)
    functions = importlib.import_module(f"brainpy_lab.drivers.{request.param}.math")

    def own(value):
        if isinstance(value, int):
            return value
        if request.param == "torch":
            import torch

            return torch.as_tensor(np.array(value))
        if request.param == "jax":
            import jax.numpy as jnp

            return jnp.asarray(value)
        return np.array(value)

    def call(name, *arguments):
        with x64() if request.param == "jax" else nullcontext():
            found = getattr(functions, name)(*map(own, arguments))
            given = found if isinstance(found, tuple) else (found,)
            result = tuple(f if isinstance(f, int) else driver.to_numpy(f) for f in given)
            return result if isinstance(found, tuple) else result[0]

    return call


def delivered(into, index, table, room):
    """The sums one after the other, as they are meant."""
    start, _, targets, weights = table
    connections = [j for i in index for j in range(start[i], start[i + 1])]
    result = into.copy()
    for j in connections[:room]:
        result[targets[j]] += weights[j]
    return result, len(connections)


@pytest.mark.parametrize("raised", [[], [3], [0, 17, 18, 39], list(range(CELLS))])
def test_the_cells_that_fired(verb, raised):
    flags = np.isin(np.arange(CELLS), raised)
    index, count = verb("fired", flags, CELLS)
    assert count == len(raised)
    assert index.tolist() == raised + [CELLS] * (CELLS - len(raised))


def test_more_cells_than_there_is_room_for_are_counted(verb):
    index, count = verb("fired", np.arange(CELLS) % 2 == 1, 5)
    assert index.tolist() == [1, 3, 5, 7, 9]
    assert count == CELLS // 2


@pytest.mark.parametrize("raised", [[], [3], [0, 17, 18, 39], list(range(CELLS))])
def test_weights_are_added_in_the_order_of_connections(verb, table, raised):
    start, _, targets, weights = table
    into = np.linspace(-1, 1, TARGETS)
    index = np.array(raised + [CELLS] * (CELLS - len(raised)))
    found, total = verb("deliver", into, index, start, targets, weights, CONNECTIONS)
    expected, number = delivered(into, raised, table, CONNECTIONS)
    np.testing.assert_array_equal(found, expected)
    assert total == number


def test_more_connections_than_there_is_room_for_are_counted(verb, table):
    start, _, targets, weights = table
    index = np.array([2, 5, 30, CELLS])
    expected, number = delivered(np.zeros(TARGETS), index[:3], table, 20)
    assert number > 20
    found, total = verb("deliver", np.zeros(TARGETS), index, start, targets, weights, 20)
    np.testing.assert_array_equal(found, expected)
    assert total == number


def test_couplings_are_summed_in_the_order_of_connections(verb, table):
    _, sources, targets, weights = table
    values = np.random.default_rng(6).standard_normal(CELLS)
    expected = np.zeros(TARGETS + 1)  # the last cell has no connection
    for source, target, weight in zip(sources, targets, weights, strict=True):
        expected[target] += weight * values[source]
    np.testing.assert_array_equal(verb("gather", values, sources, targets, weights, TARGETS + 1), expected)


def test_values_are_put_where_the_mask_holds(verb):
    mask = np.array([True, False, True, False])
    found = verb("put", np.array([1.0, 2.0, np.nan, 4.0]), mask, np.array([5.0, np.nan, 7.0, np.nan]))
    assert found.tolist() == [5, 2, 7, 4]


def test_spikes_of_any_number_compile_once_in_jax(table):
    import jax
    import jax.numpy as jnp

    from brainpy_lab.drivers.jax import math

    start, _, targets, weights = table
    traced = []

    @partial(jax.jit, static_argnums=2)
    def step(into, flags, room):
        traced.append(room)
        index, _ = math.fired(flags, CELLS)
        return math.deliver(into, index, jnp.asarray(start), jnp.asarray(targets), jnp.asarray(weights), room)

    with x64():
        for raised in ([], [4, 9], list(range(CELLS))):
            flags = np.isin(np.arange(CELLS), raised)
            found, total = step(jnp.zeros(TARGETS), jnp.asarray(flags), CONNECTIONS)
            expected, number = delivered(np.zeros(TARGETS), raised, table, CONNECTIONS)
            np.testing.assert_array_equal(np.asarray(found), expected)
            assert total == number
    assert len(traced) == 1
