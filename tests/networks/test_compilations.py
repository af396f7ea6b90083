"""A network's step is compiled once: other values, delays, spikes, inputs and connections compile nothing.

XLA compiles for lengths, which are padded: it compiles once more where one of them crosses a border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import AMPA, KICK, STDP, lif, synapse

COMPILED = "/jax/core/compile/backend_compile_duration"


@pytest.fixture(scope="module")
def compiled() -> Iterator[Callable[[], int]]:
    """How many programs XLA has compiled since the last call."""
    import jax

    seen: list[str] = []

    def note(event: str, seconds: float, **_: object) -> None:
        if event == COMPILED:
            seen.append(event)

    def since() -> int:
        count = len(seen)
        seen.clear()
        return count

    jax.monitoring.register_event_duration_secs_listener(note)
    yield since
    jax.monitoring.unregister_event_duration_listener(note)


def _run(
    *,
    weight: float = 0.3,
    tau: float = 20.0,
    current: float = 16.0,
    late: float = 1.5,
    farthest: float = 1.2,
    spikes: int = 3,
    seed: int = 1,
    probability: float = 0.2,
    duration: float = 10.0,
    backend: str = "jax",
) -> bp.NetworkSolution:
    def moving(t: float) -> float:
        return current + np.sin(t)

    S = bp.SpikeSource(np.linspace(1.0, 9.0, 20 * spikes), np.arange(20 * spikes) % 20, 20, name="S")
    E = bp.NeuGroup(
        lif(), 60, name="E", method="euler", I=moving, tau=tau, initial={"V": bp.dist.uniform(-60, -50, seed=3)}
    )
    random = bp.connect.fixed_probability(probability, seed=seed)
    spread = bp.dist.uniform(0.3, farthest, seed=seed)
    net = bp.Network(
        S, E,
        bp.Synapses(pre=S, post=E, model=synapse(STDP), connect=random, name="plastic"),
        bp.Synapses(pre=E, post=E, model=synapse(AMPA), connect=random, name="exc", weight=weight / 100, delay=late),
        bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=random, name="kick", weight=-0.1, delay=spread),
    )  # fmt: skip
    return net.run(duration, dt=0.1, backend=backend, record={"E": ["V"]})


def _numbers(sol: bp.NetworkSolution) -> np.ndarray:
    return np.concatenate([np.ravel(sol["E"].V), sol.final["plastic"]["weight"]])


CHANGES: dict[str, dict[str, Any]] = {
    "a weight": {"weight": 0.6}, "a parameter": {"tau": 15.0}, "an input": {"current": 17.0},
    "a delay": {"late": 1.6}, "a distribution of delays": {"farthest": 1.15},
    "the spikes of a source": {"spikes": 4}, "the seed of the connections": {"seed": 6},
}  # fmt: skip
#: What crosses a border of padded lengths.
FAR: dict[str, dict[str, Any]] = {
    "a list of spikes with more in one step than there was room for": {"spikes": 100},
    "spikes that are remembered for more steps": {"late": 4.0},
    "more delays": {"farthest": 3.0},
    "more connections": {"probability": 0.4},
}


@pytest.fixture
def numba_events() -> Iterator[Callable[[], int]]:
    """How many functions Numba has compiled since."""
    from numba.core import event

    with event.install_recorder("numba:compile") as recorder:
        yield lambda: len(recorder.buffer)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*delays are rounded")
@pytest.mark.filterwarnings("ignore:.*it is sampled")
def test_numba_compiles_a_network_once(numba_events: Callable[[], int]) -> None:
    first, driver = _run(backend="numba"), bp.drivers.get("numba")
    programs, functions = driver.compilations, numba_events()
    for what, change in (CHANGES | FAR | {"a longer run": {"duration": 12.3}}).items():
        other = _run(**change, backend="numba")
        assert not np.array_equal(_numbers(other), _numbers(first)), what
        assert (driver.compilations, numba_events()) == (programs, functions), what


@pytest.mark.filterwarnings("ignore:.*delays are rounded")
@pytest.mark.filterwarnings("ignore:.*it is sampled")
def test_xla_compiles_a_network_once_for_a_padded_shape(compiled: Callable[[], int]) -> None:
    first = _run()
    assert compiled() > 0
    assert len(first["E"].events["spike"]) > 20
    for what, change in (CHANGES | {"a longer run": {"duration": 12.3}}).items():
        other = _run(**change)
        assert not np.array_equal(_numbers(other), _numbers(first)), what
        assert compiled() == 0, what


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*delays are rounded")
@pytest.mark.filterwarnings("ignore:.*it is sampled")
def test_xla_compiles_once_more_where_a_padded_length_ends(compiled: Callable[[], int]) -> None:
    _run()
    compiled()
    for what, change in FAR.items():
        _run(**change)
        assert 1 <= compiled() <= 2, what  # the step, and the look at what is finite for rows of another length
        _run(**change | {"tau": 15.0})
        assert compiled() == 0, what
