"""The loop of the JAX driver: what it compiles, and derivatives that are taken outside its double precision."""

import jax
import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.jax import rings
from brainpy_lab.drivers.jax.loop import JaxLoop
from brainpy_lab.drivers.jax.precision import x64

from .test_flow_state import ALONE, prepared

pytestmark = pytest.mark.filterwarnings("error")  # JAX warns where numbers lose their double precision
RING = np.arange(24.0).reshape(4, 2, 3) + 0.1


@pytest.mark.parametrize("slot", [2, [2, 0, 3]])
def test_a_ring_is_read_with_its_derivative(slot):
    def weighted(scale):
        with x64():
            read = rings.read(jax.numpy.asarray(scale).astype(float) ** 2 * RING, jax.numpy.asarray(slot))
            return (read * jax.numpy.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])).sum()

    rows = RING[slot] if np.ndim(slot) == 0 else np.stack([RING[s, :, j] for j, s in enumerate(slot)], axis=1)
    expected = rows[0] @ [1.0, 2.0, 3.0] + rows[1, 1]
    assert float(weighted(1.0)) == expected
    # the user's own numbers are float32
    np.testing.assert_allclose(jax.vmap(jax.grad(weighted))(np.array([1.0, 2.0])), [2 * expected, 4 * expected], 1e-6)


def test_a_ring_is_written_with_its_derivative():
    def weighted(scale):
        with x64():
            number = jax.numpy.asarray(scale).astype(float)
            written = rings.written(number * RING, jax.numpy.asarray(1), 10 * number**2 * RING[0])
            return (written * np.ones((4, 1, 1))).sum()

    rest = RING.sum() - RING[1].sum()
    assert float(weighted(1.0)) == pytest.approx(rest + 10 * RING[0].sum(), rel=1e-15)
    assert float(jax.grad(weighted)(1.0)) == pytest.approx(rest + 20 * RING[0].sum(), rel=1e-7)


def test_what_no_step_reads_does_not_spoil_a_derivative():
    ring = RING.copy()
    ring[3] = np.nan

    def read(scale):
        with x64():
            return rings.read(jax.numpy.asarray(scale).astype(float) + ring, jax.numpy.asarray(1))[0, 0]

    assert float(read(1.0)) == 1.0 + RING[1, 0, 0]
    assert float(jax.grad(read)(1.0)) == 1.0


def test_derivatives_with_a_path_made_beforehand():
    model = bp.model("k = 1\ndx/dt = -k*x + 0.1*xi\nx(0) = 1", name="Paths")

    def last(k, backend="jax"):
        path = bp.BrownianPath(0.1, seed=1)
        return model.run(1.0, dt=0.1, method="euler_maruyama", backend=backend, k=k, noise=path).x[-1]

    slope = (last(1 + 1e-5, "numpy") - last(1 - 1e-5, "numpy")) / 2e-5
    assert float(jax.grad(last)(1.0)) == pytest.approx(slope, rel=1e-6)


def test_a_second_derivative_in_reverse_through_a_delay_needs_the_users_double_precision():
    model = bp.model("k = 0.3\ndx/dt = -k*x(t - 2)\nx(0) = 1", name="Late")

    def last(k):
        return model.run(3.0, dt=0.1, method="rk4", backend="jax", k=k).x[-1]

    with pytest.raises(bp.errors.DriverError, match=r"second derivative in reverse through a delay.*\n.*enable_x64"):
        jax.grad(jax.grad(last))(0.3)
    assert float(jax.jacfwd(jax.grad(last))(0.3)) == pytest.approx(1.0, rel=1e-6)  # x(3) = 1 - 3*k + k**2/2
    with jax.enable_x64(True):
        assert float(jax.grad(jax.grad(last))(0.3)) == pytest.approx(1.0, rel=1e-12)


def test_an_error_under_a_derivative_is_told_as_it_is(monkeypatch):
    def broken(self, *arguments):
        raise TypeError("shapes that do not fit")

    monkeypatch.setattr(JaxLoop, "take", broken)
    model = bp.model("k = 1\ndx/dt = -k*x\nx(0) = 1", name="Broken")
    with pytest.raises(TypeError, match="shapes that do not fit"):
        jax.grad(lambda k: model.run(1.0, dt=0.1, method="euler", backend="jax", k=k).x[-1])(1.0)


def test_pieces_of_a_block_of_sums_share_one_compiled_loop(monkeypatch):
    traced = []
    take = JaxLoop.take

    def counted(self, *arguments):
        traced.append(self)
        return take(self, *arguments)

    monkeypatch.setattr(JaxLoop, "take", counted)
    flow = prepared("fractional", ALONE, "jax").start()
    rows = np.zeros((len(flow.setup.record), 40, *flow.shape))
    for n in (1, 7, 20, 33, 60):
        flow.advance(n, rows, 0)
    assert len(traced) <= 2  # JAX may trace the body of a loop twice
