"""Delays where the elements of array states mix: networks, on every driver as on numpy."""

from functools import cache

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs import control
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

#: A matrix, a delay for each element (one within a step), one that moves with the state, resets, a single number.
NETWORK = """
tau = 0.7; a = 0
dx/dt = 1.2 - x + W @ tanh(x(t - tau)) + 0.2*mean(x(t - taus)) + 0.1*m(t - tau/(1 + x**2))
dm/dt = -m + sum(x(t - tau)) + a*m**2
x(t <= 0) = start*cos(t)
m(0) = 0.1
when x >= 1:
    x = 0
    hold(x, 0.15)
"""
NOISY = """
tau = 0.7
dx/dt = -x + W @ tanh(x(t - tau)) + 0.3*xi_1
dm/dt = -m + mean(x(t - 0.3)) + 0.2*xi_2
x(0) = start
"""
START = np.array([0.1, 0.5, 0.9])
GIVEN = {"W": 0.1 * np.add.outer(np.arange(3.0), -np.arange(3.0)), "start": START, "taus": np.array([0.02, 0.33, 0.6])}
RUN = {"dt": 0.05, "seed": 3, "record_every": 0.1}
TAUS = np.array([0.3, 0.7])


@cache
def network(text):
    method = "euler" if text == NETWORK else None
    return bp.model(text.strip(), name="Network", namespace=GIVEN, method=method)


@cache
def reference(text, ensemble):
    return network(text).run(2.0, backend="numpy", **RUN, **({"tau": TAUS} if ensemble else {}))


def assert_same(ours, expected):
    assert ours.outcome is Outcome.COMPLETED
    for name in expected.data:
        np.testing.assert_allclose(ours[name], expected[name], rtol=0, atol=1e-13)
        np.testing.assert_allclose(ours.final[name], expected.final[name], rtol=0, atol=1e-13)
    for name, train in expected.events.items():
        assert len(train.t) > 3
        np.testing.assert_array_equal(ours.events[name].t, train.t)
        np.testing.assert_array_equal(ours.events[name].index, train.index)


@pytest.mark.parametrize("ensemble", [False, True])
@pytest.mark.parametrize("text", [NETWORK, NOISY], ids=["euler", "euler_maruyama"])
def test_every_driver_runs_what_numpy_runs(driver, text, ensemble):
    if driver == "jax" and not ensemble:
        return  # the same code without an axis of members, in seconds of compiling
    if driver == "numpy" and ensemble:
        alone = [network(text).run(2.0, backend="numpy", tau=tau, **RUN) for tau in TAUS]
        if text == NETWORK:  # the members' noise differs
            np.testing.assert_allclose(reference(text, True).x, np.stack([s.x for s in alone], axis=1), atol=1e-13)
        return
    run = {"tau": TAUS} if ensemble else {}
    ours = network(text).run(2.0, backend=driver, **RUN, **run)
    assert ours.x.shape == (21, *(2,) * ensemble, 3)
    assert ours.m.shape == (21, *(2,) * ensemble)
    assert_same(ours, reference(text, ensemble))


@pytest.mark.filterwarnings("ignore:The function given for")
def test_inputs_that_move_in_time_for_each_member(driver):
    """Each member runs as it does alone."""
    text = "I = 0; k = 1\ndx/dt = I - k*x + mean(x(t - 0.3))\nx(0) = start"
    run = {"dt": 0.1, "backend": driver, "method": "euler", "k": np.array([1.0, 2.0])}
    sol = network(text).run(1.0, I=lambda t: np.array([np.cos(t), 2 * np.cos(t)]), **run)
    for i in range(2):
        sampled = np.vectorize(lambda t, i=i: (1 + i) * np.cos(t), excluded="i")  # not read, as the other is not
        alone = network(text).run(1.0, I=sampled, **run | {"backend": "numpy", "k": i + 1.0})
        np.testing.assert_allclose(sol.x[:, i], alone.x, rtol=0, atol=1e-13)


def test_heun_with_delays_below_the_step():
    run = {"method": "heun2", "dt": 0.1, "tau": 0.04, "record_every": 0.1}
    model = network("tau = 1\ndx/dt = -x + W @ tanh(x(t - tau)) + mean(x(t - taus))\nx(0) = start")
    assert_same(model.run(1.0, backend="numba", **run), model.run(1.0, backend="numpy", **run))


def test_chunks_continuation_and_threads(monkeypatch):
    run = {"backend": "numba", "tau": TAUS} | RUN
    expected = reference(NETWORK, True)
    monkeypatch.setattr(control.ChunkSize, "took", lambda self, steps, seconds: setattr(self, "steps", 3))
    assert_same(network(NETWORK).run(2.0, threads=2, **run), expected)
    first = network(NETWORK).run(1.3, **run)
    rest = network(NETWORK).run(0.7, start=first, **run)
    np.testing.assert_allclose(rest.x, expected.x[13:], rtol=0, atol=1e-13)
    np.testing.assert_allclose(rest.m, expected.m[13:], rtol=0, atol=1e-13)


def test_a_blow_up_is_found_at_its_step():
    with pytest.warns(RunWarning, match="became nan or infinite"):
        ours, expected = (network(NETWORK).run(30.0, backend=b, a=0.7, **RUN) for b in ("numba", "numpy"))
    assert ours.outcome is Outcome.NON_FINITE
    assert ours.t[-1] == expected.t[-1] < 30
    np.testing.assert_allclose(ours.x, expected.x, rtol=0, atol=1e-12)


def test_oscillators_with_delayed_coupling_lock():
    """In phase they turn at W = omega - K sin(W tau).

    M. K. S. Yeung, S. H. Strogatz, Physical Review Letters 82, 648-651, 1999. doi:10.1103/PhysRevLett.82.648
    """
    text = """
omega = 1; K = 1.5; tau = 0.4
theta_late = theta(t - tau)
dtheta/dt = omega + K*(cos(theta)*mean(sin(theta_late)) - sin(theta)*mean(cos(theta_late)))
theta(t <= 0) = spread + omega*t
"""
    model = bp.model(text.strip(), name="Kuramoto", namespace={"spread": np.linspace(-1, 1, 20)})
    sol = model.run(40.0, dt=0.05, backend="numba", record_every=10.0)
    turn = (sol.theta[-1] - sol.theta[-2]) / 10.0
    np.testing.assert_allclose(turn, 1 - 1.5 * np.sin(0.4 * turn), atol=1e-8)
    assert np.ptp(sol.theta[-1]) < 1e-6


def test_an_ensemble_of_matrices_is_refused():
    W = GIVEN["W"]
    with pytest.raises(ArgumentError, match=r"ensemble of matrices .* 'W' has the shape \(2, 3, 3\)"):
        network(NOISY).run(1.0, W=np.stack([W, 2 * W]), backend="numpy", dt=0.1)
