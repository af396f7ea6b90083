"""Networks put together at random do what an interpreter of the semantics does, step by step, on every driver."""

import numpy as np
import pytest

import brainpy_lab as bp
from tests.fuzz.networks.drawing import DT, network

STEPS = 200
#: Enough for sums taken in another order; an arrival in another step, or taken twice, moves a state by far more.
NEAR = {"rtol": 1e-7, "atol": 1e-7}


def expected(meant):
    """The states of each group after each step: {name: (steps, cells)}."""
    rows = [[] for _ in meant.groups]
    for _ in range(STEPS):
        meant.step()
        for row, cells in zip(rows, meant.groups, strict=True):
            row.append({name: cells.values[name].copy() for name in cells.lines.slopes})
    return [{name: np.array([at[name] for at in row]) for name in row[0]} for row in rows]


def groups(net):
    return [part for part in net.groups if isinstance(part, bp.NeuGroup)]


def runs(net, backend, parts):
    """Solutions of runs that go on from one another, of as many steps as ``parts`` says."""
    record = {group.name: ["V", "w"] for group in groups(net)}
    return [
        net.run(steps * DT, dt=DT, backend=backend, seed=1, record=record, **({} if k else {"start": 0}))
        for k, steps in enumerate(parts)
    ]


def check(seed, backend):
    """One network: spikes, states after each step, and what its connections hold at the end."""
    net, meant = network(seed)
    states = expected(meant)
    sols = runs(net, backend, (70, 130) if seed % 3 == 0 else (STEPS,))
    for k, group in enumerate(groups(net)):
        spikes = [(round(t / DT), int(i)) for s in sols for t, i in zip(*spike_train(s, group.name), strict=True)]
        assert sorted(spikes) == sorted(meant.spikes[k]), f"spikes of {group.name} of network {seed}"
        for name, wanted in states[k].items():
            got = np.concatenate([np.asarray(s[group.name][name])[1:] for s in sols])
            np.testing.assert_allclose(got, wanted, **NEAR, err_msg=f"{group.name}.{name} of network {seed}")
    for synapse, its in zip(net.synapses, meant.synapses, strict=True):
        if "weight" in its.lines.initial:
            weight = sols[-1].final[synapse.name]["weight"]
            np.testing.assert_allclose(weight, its.values["weight"], **NEAR, err_msg=f"{synapse.name} of {seed}")
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
@pytest.mark.parametrize(("backend", "count"), [("numpy", 400), ("numba", 60), ("jax", 40), ("torch", 40)])
def test_many_random_networks_do_what_the_semantics_say(backend, count):
    assert sum(check(seed, backend) for seed in range(100, 100 + count)) > 10 * count
