"""Derivatives through a run, on the drivers that have them, against finite differences of the NumPy driver."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers import Capability
from brainpy_lab.errors import BrainPyLabError

from .conformance import cell

RUN = {"dt": 0.1, "method": "rk4"}
WITH = [n for n, d in bp.drivers.registry().items() if Capability.AUTOGRAD in d.capabilities and d.available() is None]


def _final(method, I, V0, backend="numpy", **more):
    run = {"dt": 0.1, "method": method, "backend": backend, **more}
    return cell("fitzhugh_nagumo").run(10.0, I=I, initial={"V": V0}, **run).final["V"]


def _gradient(backend, method):
    """Derivatives of the final V by I and by V(0), at 0.8 and -0.5, the way a user of the package takes them."""
    if backend == "jax":
        import jax

        return [float(g) for g in jax.grad(lambda I, V0: _final(method, I, V0, "jax"), argnums=(0, 1))(0.8, -0.5)]
    import torch

    given = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.8, -0.5)]
    _final(method, *given, backend).backward()
    return [float(g.grad) for g in given]


@pytest.mark.parametrize("method", ["rk4", "exponential_euler"])
@pytest.mark.parametrize("backend", WITH)
def test_derivatives_of_a_final_state(backend, method):
    h = 1e-5
    expected = [
        (_final(method, 0.8 + h, -0.5) - _final(method, 0.8 - h, -0.5)) / (2 * h),
        (_final(method, 0.8, -0.5 + h) - _final(method, 0.8, -0.5 - h)) / (2 * h),
    ]
    assert min(map(abs, expected)) > 1e-3
    # float32 numbers of a user with JAX's own settings carry 1e-7
    np.testing.assert_allclose(_gradient(backend, method), expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")  # the sum runs under the users own settings
def test_jax_gradient_of_records_and_ensembles():
    import jax

    def cost(I):
        sol = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend="jax", I=I, record_every=1.0)
        return (sol.V**2).sum()

    currents = np.array([0.3, 0.9])
    gradient = jax.grad(cost)(currents)
    assert gradient.shape == (2,)

    def plain(I):
        return (cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend="numpy", I=I, record_every=1.0).V ** 2).sum()

    for i in range(2):
        step = 1e-5 * np.eye(2)[i]
        expected = (plain(currents + step) - plain(currents - step)) / 2e-5
        assert float(gradient[i]) == pytest.approx(expected, rel=1e-5)


def test_torch_gradient_of_records():
    import torch

    I = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    sol = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend="torch", I=I, record_every=1.0)
    assert tuple(sol.V.shape) == (6,)
    (sol.V**2).sum().backward()
    costs = [
        (cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend="numpy", I=v, record_every=1.0).V ** 2).sum()
        for v in (0.7 - 1e-5, 0.7 + 1e-5)
    ]
    assert float(I.grad) == pytest.approx((costs[1] - costs[0]) / 2e-5, rel=1e-6)


def test_jax_settings_stay_as_they_are():
    import jax

    before = jax.config.jax_enable_x64
    sol = cell("fitzhugh_nagumo").run(1.0, dt=0.1, backend="jax")
    assert np.asarray(sol.V).dtype == np.float64
    assert jax.config.jax_enable_x64 == before
    assert jax.numpy.ones(1).dtype == (np.float64 if before else np.float32)


@pytest.mark.parametrize("backend", WITH)
def test_adaptive_steps_have_no_derivative(backend):
    def final(I):
        return cell("fitzhugh_nagumo").run(1.0, method="rkdp", backend=backend, I=I).final["V"]

    with pytest.raises(BrainPyLabError, match="derivative"):
        if backend == "jax":
            import jax

            jax.grad(final)(0.5)
        else:
            import torch

            final(torch.tensor(0.5, dtype=torch.float64, requires_grad=True))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_others_do_not_pretend(backend):
    import torch

    I = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    with pytest.raises(BrainPyLabError, match="derivative|torch"):
        cell("fitzhugh_nagumo").run(1.0, dt=0.1, backend=backend, I=I)
