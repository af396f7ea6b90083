"""White noise and random resets in groups: the draws of the model alone, other ones in each group."""

from __future__ import annotations

from pathlib import Path

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


#: A conductance that fluctuates at each connection, and adds to what the target takes in.
SHAKEN = """
tau = 5; sigma = 2; weight = 0.5
dx/dt = -x/tau + sigma*sqrt(2/tau)*xi
post.I += weight*x
when pre.spike:
    x += 1
"""
SILENT = bp.model("I = 0\ndV/dt = I", name="Silent")


def _shaken(n: int, text: str = SHAKEN, name: str = "syn", **options: object) -> bp.Network:
    P = bp.SpikeSource([1.0, 2.5], [0, 1], 4, name="P")
    E = bp.NeuGroup(SILENT, n, name="E", method="euler")
    connect = bp.connect.all_to_all()
    return bp.Network(P, E, bp.Synapses(pre=P, post=E, model=synapse(text), connect=connect, name=name, **options))


def test_connections_have_noise_with_the_moments_of_the_closed_form() -> None:
    net = _shaken(1500)
    sol = net.run(30.0, dt=0.1, backend="numpy", seed=2, record={"syn": ["x"], "E": ["V"]})
    x, V = sol["syn"].x[200:], np.diff(sol["E"].V, axis=0)
    factor = 1 - 0.1 / 5  # of a step of Euler
    variance = 4 * (2 * 0.1 / 5) / (1 - factor**2)
    assert x[-1].var() == pytest.approx(variance, rel=4 * np.sqrt(2 / 6000))
    assert np.mean(x[:50] * x[50:100]) == pytest.approx(variance * factor**50, abs=4 * variance / np.sqrt(6000))
    assert abs(np.corrcoef(x[-1, :1500], x[-1, 1500:3000])[0, 1]) < 4 / np.sqrt(1500)
    # what a target takes in is the sum over its four connections at the step's start
    total = 0.5 * sol["syn"].x[:-1].reshape(300, 4, 1500).sum(axis=1)
    assert np.abs(V - 0.1 * total).max() < 1e-12


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_drivers_and_parts_of_a_run_have_the_same_noise_at_connections(backend: str) -> None:
    options = {"delay": lambda pre, post: 0.1 * (1 + (pre.index + 2 * post.index) % 3)}
    whole = _shaken(7, **options).run(6.0, dt=0.1, backend="numpy", seed=3)
    net = _shaken(7, **options)
    net.run(2.3, dt=0.1, backend="numpy", seed=3)
    parts = net.run(3.7, backend=backend)
    assert np.abs(parts.final["syn"]["x"] - whole.final["syn"]["x"]).max() < 1e-12
    assert np.abs(parts.final["E"]["V"] - whole.final["E"]["V"]).max() < 1e-12


def test_noise_of_a_connection_is_its_own() -> None:
    one = _shaken(50).run(3.0, dt=0.1, backend="numpy", seed=3).final["syn"]["x"]
    same = _shaken(50, delay=1.0).run(3.0, dt=0.1, backend="numpy", seed=3)
    assert np.abs(same.final["syn"]["x"][100:] - one[100:]).max() < 1e-12  # of cells that do not spike
    other = _shaken(50, name="other").run(3.0, dt=0.1, backend="numpy", seed=3).final["other"]["x"]
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(200)
    drawn = SHAKEN.replace("x += 1", "x += randn()")
    jumps = (
        _shaken(50, drawn).run(1.0, dt=0.1, backend="numpy", seed=3).final["syn"]["x"][:50]
        - (
            _shaken(50, SHAKEN.replace("x += 1", "x += 0"))
            .run(1.0, dt=0.1, backend="numpy", seed=3)
            .final["syn"]["x"][:50]
        )
    )
    assert abs(np.corrcoef(jumps, one[:50])[0, 1]) < 4 / np.sqrt(50) and jumps.std() > 0.5


def test_what_an_amplitude_reads_moves_in_every_step() -> None:
    text = "y(0) = 1\ndy/dt = -y\ndx/dt = y*xi\nwhen pre.spike:\n    y += 1"
    net = _shaken(400, text)
    assert "advanced in every step: the equation of x reads it" in net.explain()
    x = net.run(0.9, dt=0.1, backend="numpy", seed=1).final["syn"]["x"]
    variance = 0.1 * np.sum(np.exp(-0.2 * np.arange(9)))
    assert x.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / 1600))


def test_noise_of_connections_is_not_lumped_and_says_so() -> None:
    with pytest.raises(bp.errors.ArgumentError) as error:
        _shaken(3, kept={"x": "post"})
    assert error.value.message == "syn: 'x' cannot be kept 'post': it has noise of its own."


def test_a_checkpoint_of_noisy_cells_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole = bp.Network(_noisy(5)).run(4.0, dt=0.1, backend="numpy", seed=4).final["E"]["V"]
    net = bp.Network(_noisy(5))
    net.run(2.5, dt=0.1, backend="numpy", seed=4)
    stopped = bp.load(net.checkpoint().save(tmp_path / "stop.npz"))
    assert np.array_equal(bp.Network(_noisy(5)).run(1.5, start=stopped, backend="numpy").final["E"]["V"], whole)
