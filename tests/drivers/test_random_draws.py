"""The random generator: the published blocks, the same numbers everywhere, and the statistics of its normals."""

import numpy as np
import pytest
from scipy import stats

import brainpy_lab as bp
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds import random_draws
from brainpy_lab.drivers.feeds.random_draws import Noise, block, generated
from brainpy_lab.simulation.runs import control

#: Records nothing but its own draws: x after one step of length 1 is the sum of all before.
WALK = bp.model("z = 0\ndx/dt = xi\ndy/dt = xi_2", name="Walk")
FIRST = Draw("xi", "xi", "increment", 0)


def test_blocks_are_those_of_random123(monkeypatch):
    """Known answers of Philox4x32-10, from the Random123 distribution (kat_vectors)."""
    monkeypatch.setattr(random_draws, "ROUNDS", 10)

    def words(counter, key):
        element, stream, low, high = (np.int64(c) for c in counter)
        return [f"{int(w):08x}" for w in block(element, int(stream), low | (high << 32), key[0] | key[1] << 32)]

    with np.errstate(over="ignore"):
        assert words((0, 0, 0, 0), (0, 0)) == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]
        ones = 0xFFFFFFFF
        assert words((ones, ones, ones, ones), (ones, ones)) == ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]
        digits = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
        assert words(*digits) == ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]


@pytest.mark.parametrize("seed", [0, 12345, (1 << 64) - 1])
def test_every_driver_draws_the_same(seed):
    backends = [b for b, d in bp.drivers.registry().items() if d.available() is None]
    for cells in (0.0, np.zeros(70)) if seed == 12345 else (np.zeros(70),):
        sols = {b: WALK.run(21, dt=1, seed=seed, z=cells, backend=b) for b in backends}
        steps = np.diff(sols["numpy"].x, axis=0)
        expected = generated(FIRST, seed, 0, 21, np.size(cells))
        np.testing.assert_allclose(steps.reshape(21, -1), expected, atol=2e-14)
        for sol in sols.values():
            np.testing.assert_allclose(sol.x, sols["numpy"].x, atol=1e-13)
            np.testing.assert_allclose(sol.y, sols["numpy"].y, atol=1e-13)


def test_addresses_do_not_depend_on_chunks_lanes_or_threads(monkeypatch):
    whole = WALK.run(300, dt=1, seed=4, z=np.zeros(200), backend="numba")
    few = WALK.run(300, dt=1, seed=4, z=np.zeros(65), backend="numba")
    np.testing.assert_array_equal(few.x, whole.x[:, :65])
    threads = WALK.run(300, dt=1, seed=4, z=np.zeros(200), backend="numba", threads=2)
    np.testing.assert_array_equal(threads.x, whole.x)
    monkeypatch.setattr(control.ChunkSize, "__init__", lambda self, *given: setattr(self, "steps", 7))
    monkeypatch.setattr(control.ChunkSize, "took", lambda self, steps, seconds: None)
    for backend in ("numpy", "numba", "jax"):
        chunked = WALK.run(100, dt=1, seed=4, z=np.zeros(65), backend=backend)
        np.testing.assert_allclose(chunked.x, whole.x[:101, :65], atol=1e-12)
    single = WALK.run(300, dt=1, seed=4, backend="numba")
    np.testing.assert_allclose(single.x, whole.x[:, 0], atol=1e-13)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax"])
def test_continuing_goes_on_in_the_same_streams(backend):
    whole = WALK.run(50, dt=1, seed=9, backend=backend, z=np.zeros(3))
    first = WALK.run(17, dt=1, seed=9, backend=backend, z=np.zeros(3))
    second = WALK.run(33, dt=1, start=first, backend=backend, z=np.zeros(3))
    assert second.seed == 9
    np.testing.assert_allclose(second.x, whole.x[17:], atol=1e-12)


def test_normals_are_normal_and_independent():
    draws = generated(FIRST, 7, 0, 1000, 400)
    assert abs(draws.mean()) < 4 / np.sqrt(draws.size)
    assert abs(draws.var() - 1) < 4 * np.sqrt(2 / draws.size)
    assert abs(stats.skew(draws.ravel())) < 4 * np.sqrt(6 / draws.size)
    assert abs(stats.kurtosis(draws.ravel())) < 4 * np.sqrt(24 / draws.size)
    assert stats.kstest(draws.ravel(), "norm").pvalue > 1e-3
    limit = 4.5 / np.sqrt(draws.size)
    others = {
        "the other of a pair": (draws[0::2], draws[1::2]),
        "the next pair": (draws[1:-1:2], draws[2::2]),
        "the next cell": (draws[:, :-1], draws[:, 1:]),
        "another seed": (draws, generated(FIRST, 8, 0, 1000, 400)),
        "another source": (draws, generated(Draw("b", "b", "increment", 1), 7, 0, 1000, 400)),
        "another kind": (draws, generated(Draw("b", "b", "integral", 0), 7, 0, 1000, 400)),
    }
    for what, (a, b) in others.items():
        assert abs(np.mean(a * b)) < 1.5 * limit, what
        assert abs(np.mean((a**2 - 1) * (b**2 - 1)) / 2) < 1.5 * limit, what


def test_uniforms_are_uniform():
    draws = generated(Draw("u", "spike", "crossing", 0), 7, 3, 500, 100)
    assert draws.min() > 0
    assert draws.max() <= 1
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-3


def conditional(x, first, second):
    """E[cos(x A)] given the increments over a unit step (Levy 1951): what the distribution of areas must have."""
    h = x / 2
    return h / np.sinh(h) * np.exp(-0.5 * (first**2 + second**2) * (h / np.tanh(h) - 1))


@pytest.mark.parametrize(("terms", "error"), [(1, 8e-3), (4, 4e-3)])
def test_areas_have_the_distribution_of_levy_areas(terms, error):
    draw = Draw("area", "a", "area", 0, 1)
    first, second = (generated(d, 3, 0, 1000, 300) for d in draw.increments)
    areas = generated(draw, 3, 0, 1000, 300, terms)
    variance = (1 + first**2 + second**2) / 12
    assert abs(np.mean(areas**2 / variance) - 1) < 5 * np.sqrt(4 / areas.size)
    for x in (2, 5, 10, 20):
        assert abs(np.mean(np.cos(x * areas) - conditional(x, first, second))) < error, x
    assert abs(np.mean(areas * first * second)) < 5 / np.sqrt(areas.size)
    other = Draw("area", "a", "area", 0, 2)
    assert abs(np.mean(areas * generated(other, 3, 0, 1000, 300, terms))) < 5 * 0.25 / np.sqrt(areas.size)


def test_every_driver_draws_the_same_areas():
    text = "z = 0\ndx/dt = y*xi_1\ndy/dt = x*xi_2 + sin(u)*xi_3\ndu/dt = x*y*xi_1\nx(0) = 1\ny(0) = 1"
    model = bp.model(text, name="Areas")
    run = {"dt": 0.01, "seed": 5, "method": "milstein"}
    expected = model.run(0.3, backend="numpy", z=np.zeros(70), **run).y
    for backend in (b for b, d in bp.drivers.registry().items() if d.available() is None):
        sol = model.run(0.3, backend=backend, z=np.zeros(70), **run)
        np.testing.assert_allclose(sol.y, expected, atol=1e-13)
    first = model.run(0.15, backend="numba", **run)
    later = model.run(0.15, backend="numba", start=first, **run)
    np.testing.assert_allclose(later.y, expected[15:, 0], atol=1e-13)


def test_a_part_of_a_table_is_the_same_numbers():
    noise = Noise(3, start=5, shape=(4, 2))
    whole = noise.table([FIRST], 0, 20)
    np.testing.assert_array_equal(noise.table([FIRST], 7, 6), whole[7:13])
