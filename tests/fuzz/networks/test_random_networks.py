"""Networks put together at random do what an interpreter of the semantics does, step by step, on every driver."""

import numpy as np
import pytest

import brainpy_lab as bp
from tests.fuzz.networks.courses import course
from tests.fuzz.networks.drawing import DT, network

#: Enough for sums taken in another order; an arrival in another step, or taken twice, moves a state by far more.
NEAR = {"rtol": 1e-7, "atol": 1e-7}


def check(seed, backend, threads=1):
    """One network: spikes, states after each step, and what its connections hold at the end."""
    net, meant = network(seed, is_large=threads > 1)
    sols, states = course(seed, net, meant, backend, threads)
    for k, group in enumerate(part for part in net.groups if isinstance(part, bp.NeuGroup)):
        spikes = [(round(t / DT), int(i)) for s in sols for t, i in zip(*spike_train(s, group.name), strict=True)]
        assert sorted(spikes) == sorted(meant.spikes[k]), f"spikes of {group.name} of network {seed}"
        for name, wanted in states[k].items():
            got = np.concatenate([np.asarray(s[group.name][name])[1:] for s in sols])
            np.testing.assert_allclose(got, wanted, **NEAR, err_msg=f"{group.name}.{name} of network {seed}")
    for synapse, its in zip(net.synapses, meant.synapses, strict=True):
        for name in set(its.lines.initial) & set(synapse.homes.at("connection")):
            got = sols[-1].final[synapse.name][name]
            np.testing.assert_allclose(got, its.values[name], **NEAR, err_msg=f"{synapse.name}.{name} of {seed}")
    return sum(map(len, meant.spikes))


def spike_train(sol, group):
    train = sol[group].events["spike"]
    return np.asarray(train.t), np.asarray(train.index)


# 54: two lines of a block share a sum; 66: arrivals of older and younger spikes in one step
@pytest.mark.parametrize("seed", [*range(8), 54, 66])
def test_a_random_network_does_what_the_semantics_say(seed):
    check(seed, "numpy")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("backend", "threads", "count"),
    [("numpy", 1, 400), ("numba", 1, 60), ("numba", 2, 30), ("jax", 1, 40), ("torch", 1, 40)],
)
def test_many_random_networks_do_what_the_semantics_say(backend, threads, count):
    assert sum(check(seed, backend, threads) for seed in range(100, 100 + count)) > 10 * count
