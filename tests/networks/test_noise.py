"""White noise and random resets in groups: the draws of the model alone, other ones in each group."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import KICK, synapse

NOISY = """
tau = 10; sigma = 1.5
dV/dt = (12 - V)/tau + sigma*xi_1 + 0.1*V*xi_2
when V >= 10:
    V = 2*rand()
    hold(V, 1)
"""
OU = "tau = 5; sigma = 2\ndx/dt = -x/tau + sigma*sqrt(2/tau)*xi"


def _noisy(size: int = 70, name: str = "E", method: str = "euler_maruyama") -> bp.NeuGroup:
    return bp.NeuGroup(bp.model(NOISY, name="Noisy"), size, name=name, method=method)


@pytest.mark.parametrize("method", ["euler_maruyama", "milstein"])
def test_a_group_has_the_path_of_its_model_alone(method: str) -> None:
    sol = bp.Network(_noisy(5, method=method)).run(30.0, dt=0.1, backend="numpy", seed=4, record={"E": ["V"]})["E"]
    alone = bp.model(NOISY, name="Noisy").run(
        30.0, dt=0.1, method=method, backend="numpy", seed=4, record=["V"], tau=np.full(5, 10.0)
    )
    assert len(alone.events["spike"]) > 5
    assert np.array_equal(sol.V, alone.V)


def test_drivers_and_parts_of_a_run_agree_and_groups_differ() -> None:
    found = {}
    for backend in ("numpy", "numba"):
        E, F = _noisy(), _noisy(name="F")
        P = bp.PoissonGroup(70, rate=0.2, name="P")
        kick = bp.Synapses(pre=P, post=E, model=synapse(KICK), connect=bp.connect.one_to_one(), weight=0.3, name="kick")
        net = bp.Network(P, E, F, kick)
        net.run(4.7, dt=0.1, backend="numpy", seed=4)
        found[backend] = net.run(10.3, backend=backend, record={"E": ["V"], "F": ["V"]})
    one, other = found["numpy"], found["numba"]
    for group in "EF":
        assert np.abs(one[group].V - other[group].V).max() < 1e-10
        assert np.array_equal(one[group].events["spike"].t, other[group].events["spike"].t)
    whole = bp.Network(_noisy(), _noisy(name="F")).run(15.0, dt=0.1, backend="numpy", seed=4)
    assert np.array_equal(whole.final["F"]["V"], one.final["F"]["V"])  # whatever else is in the network
    correlation = np.corrcoef(whole.final["E"]["V"], whole.final["F"]["V"])[0, 1]
    assert abs(correlation) < 0.4


def test_an_ornstein_uhlenbeck_current_has_its_variance_and_time_of_correlation() -> None:
    G = bp.NeuGroup(bp.model(OU, name="OU"), 400, name="G", method="euler_maruyama")
    x = bp.Network(G).run(60.0, dt=0.1, backend="numpy", seed=1, record={"G": ["x"]})["G"].x[300:]
    assert x.var() == pytest.approx(4.0 / (1 - 0.1 / 10), rel=0.05)  # of Euler's steps, dt/(2 tau) above
    lag = np.mean(x[:-50] * x[50:]) / np.mean(x * x)
    assert lag == pytest.approx(np.exp(-1), abs=0.05)


def test_noise_in_a_synapse_is_refused() -> None:
    E = _noisy(3)
    noisy = synapse("dg/dt = -g + xi\npost.sigma += g\nwhen pre.spike:\n    g += weight")
    with pytest.raises(bp.errors.ArgumentError, match="Syn: 'Syn' has noise; networks do not"):
        bp.Synapses(pre=E, post=E, model=noisy, connect=bp.connect.one_to_one())
