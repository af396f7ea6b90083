"""Rules of plasticity against plain loops: pairs, nearest pairs, triplets, dopamine, voltage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

DT, STEPS, PRE, POST = 0.1, 600, 4, 3

PAIRS = """
tau_x = 17; tau_y = 34; A = 0.01; B = 0.012; w_max = 1
weight(0) = 0.5
dx/dt = -x/tau_x
dy/dt = -y/tau_y
when pre.spike:
    x += 1
    weight = clip(weight - B*y, 0, w_max)
when post.spike:
    y += 1
    weight = clip(weight + A*x, 0, w_max)
"""
NEAREST = PAIRS.replace("x += 1", "x = 1").replace("y += 1", "y = 1")
#: Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006, all spikes: o2 and r2 of before the spike.
TRIPLETS = """
tau_plus = 16.8; tau_minus = 33.7; tau_x = 101; tau_y = 125
A2p = 5e-3; A3p = 6.2e-3; A2m = 7e-3; A3m = 2.3e-4
weight(0) = 0.5
dr1/dt = -r1/tau_plus
dr2/dt = -r2/tau_x
do1/dt = -o1/tau_minus
do2/dt = -o2/tau_y
when pre.spike:
    weight -= o1*(A2m + A3m*r2)
    r1 += 1
    r2 += 1
when post.spike:
    weight += r1*(A2p + A3p*o2)
    o1 += 1
    o2 += 1
"""
#: The trace that a block reads is the one that it sets: nearest triplets, as in Diehl & Cook 2015
#: (doi:10.3389/fncom.2015.00099).
NEAREST_TRIPLETS = """
tau_y = 40
weight(0) = 0.5
dx/dt = -x/20
dy1/dt = -y1/20
dy2/dt = -y2/tau_y
when pre.spike:
    weight = clip(weight - 0.01*y1*x, 0, 1)
    x = 1
when post.spike:
    weight = clip(weight + 0.01*x*y2, 0, 1)
    y1 = 1
    y2 = 1
"""
#: Izhikevich 2007, doi:10.1093/cercor/bhl152: pairs mark connections, dopamine moves their weights.
DOPAMINE = """
tau_x = 20; tau_c = 100; tau_D = 40
weight(0) = 0.5
dx/dt = -x/tau_x
dc/dt = -c/tau_c
dD/dt = -D/tau_D
dweight/dt = c*D
when pre.spike:
    x += 1
when post.spike:
    c += x
    D += 0.01
"""
#: Clopath et al. 2010, doi:10.1038/nn.2479, without the homeostatic factor.
VOLTAGE = """
tau_x = 15; tau_m = 10; tau_p = 7; LTD = 1e-4; LTP = 1e-5; low = -0.2; high = 0.3
weight(0) = 0.5
dx/dt = -x/tau_x
dum/dt = (post.V - um)/tau_m
dup/dt = (post.V - up)/tau_p
dweight/dt = LTP*x*maximum(post.V - high, 0)*maximum(up - low, 0)
when pre.spike:
    x += 1
    weight -= LTD*maximum(um - low, 0)
"""


def spikes(cells: int, seed: int) -> np.ndarray:
    """Whether each cell spikes at the end of each step."""
    found = np.random.default_rng(seed).random((STEPS + 1, cells)) < 0.02
    found[0] = False
    return found


def source(name: str, fired: np.ndarray) -> bp.SpikeSource:
    step, cell = np.nonzero(fired)
    return bp.SpikeSource(step * DT, cell, fired.shape[1], name=name)


def network(text: str) -> bp.Network:
    """All connections between cells that spike at known times."""
    P, Q = source("P", spikes(PRE, 1)), source("Q", spikes(POST, 2))
    return bp.Network(P, Q, bp.Synapses(pre=P, post=Q, model=synapse(text), connect=bp.connect.all_to_all(), name="s"))


def decay(value: np.ndarray, tau: float) -> np.ndarray:
    return value * np.exp(-DT / tau)


def pairs(nearest: bool) -> np.ndarray:
    w, x, y = np.full((PRE, POST), 0.5), np.zeros((PRE, 1)), np.zeros((1, POST))
    for pre, post in zip(spikes(PRE, 1)[1:, :, np.newaxis], spikes(POST, 2)[1:, np.newaxis], strict=True):
        x, y = decay(x, 17), decay(y, 34)
        x = np.where(pre, 1, x) if nearest else x + pre
        w = np.clip(w - 0.012 * y * pre, 0, 1)
        y = np.where(post, 1, y) if nearest else y + post
        w = np.clip(w + 0.01 * x * post, 0, 1)
    return w


def triplets() -> np.ndarray:
    w, r1, r2 = np.full((PRE, POST), 0.5), np.zeros((PRE, 1)), np.zeros((PRE, 1))
    o1, o2 = np.zeros((1, POST)), np.zeros((1, POST))
    for pre, post in zip(spikes(PRE, 1)[1:, :, np.newaxis], spikes(POST, 2)[1:, np.newaxis], strict=True):
        r1, r2, o1, o2 = decay(r1, 16.8), decay(r2, 101), decay(o1, 33.7), decay(o2, 125)
        w = w - o1 * (7e-3 + 2.3e-4 * r2) * pre
        r1, r2 = r1 + pre, r2 + pre
        w = w + r1 * (5e-3 + 6.2e-3 * o2) * post
        o1, o2 = o1 + post, o2 + post
    return w


def nearest_triplets() -> np.ndarray:
    w, x, y1, y2 = np.full((PRE, POST), 0.5), np.zeros((PRE, 1)), np.zeros((1, POST)), np.zeros((1, POST))
    for pre, post in zip(spikes(PRE, 1)[1:, :, np.newaxis], spikes(POST, 2)[1:, np.newaxis], strict=True):
        x, y1, y2 = decay(x, 20), decay(y1, 20), decay(y2, 40)
        w, x = np.where(pre, np.clip(w - 0.01 * y1 * x, 0, 1), w), np.where(pre, 1, x)
        w = np.where(post, np.clip(w + 0.01 * x * y2, 0, 1), w)
        y1, y2 = np.where(post, 1, y1), np.where(post, 1, y2)
    return w


def dopamine() -> np.ndarray:
    w, c, x, D = np.full((PRE, POST), 0.5), np.zeros((PRE, POST)), np.zeros((PRE, 1)), np.zeros((1, POST))
    for pre, post in zip(spikes(PRE, 1)[1:, :, np.newaxis], spikes(POST, 2)[1:, np.newaxis], strict=True):
        w = w + DT * c * D
        x, c, D = decay(x, 20) + pre, decay(c, 100), decay(D, 40)
        c, D = c + x * post, D + 0.01 * post
    return w


@pytest.mark.parametrize(
    ("text", "loop"),
    [(PAIRS, lambda: pairs(False)), (NEAREST, lambda: pairs(True)), (TRIPLETS, triplets), (DOPAMINE, dopamine)],
    ids=["pairs", "nearest", "triplets", "dopamine"],
)
def test_weights_are_those_of_a_loop(text: str, loop: Callable[[], np.ndarray]) -> None:
    final = network(text).run(STEPS * DT, dt=DT, backend="numpy").final["s"]["weight"].reshape(PRE, POST)
    assert np.abs(final - loop()).max() < 1e-12
    assert np.abs(final - 0.5).min() > 1e-5


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_block_reads_a_trace_that_it_then_sets(backend: str) -> None:
    final = network(NEAREST_TRIPLETS).run(STEPS * DT, dt=DT, backend=backend).final["s"]["weight"]
    assert np.abs(final.reshape(PRE, POST) - nearest_triplets()).max() < 1e-12
    assert np.abs(final - 0.5).min() > 1e-4


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_weights_that_voltage_moves_are_those_of_a_loop(backend: str) -> None:
    P = source("P", spikes(PRE, 1))
    cell = bp.model("a = 1\ndV/dt = a*cos(t/9)/9\nV(0) = 0", name="Cell")
    E = bp.NeuGroup(cell, POST, name="E", method="rk4", a=np.array([0.5, 0.8, 1.1]))
    s = bp.Synapses(pre=P, post=E, model=synapse(VOLTAGE), connect=bp.connect.all_to_all(), name="s")
    sol = bp.Network(P, E, s).run(STEPS * DT, dt=DT, backend=backend, record={"E": ["V"]})
    w, x, um, up = np.full((PRE, POST), 0.5), np.zeros((PRE, 1)), np.zeros(POST), np.zeros(POST)
    for V, pre in zip(sol["E"].V[:-1], spikes(PRE, 1)[1:, :, np.newaxis], strict=True):
        w = w + DT * 1e-5 * x * np.maximum(V - 0.3, 0) * np.maximum(up + 0.2, 0)
        um, up, x = V + decay(um - V, 10), V + decay(up - V, 7), decay(x, 15)
        x, w = x + pre, w - 1e-4 * np.maximum(um + 0.2, 0) * pre
    final = sol.final["s"]
    assert np.abs(final["weight"].reshape(PRE, POST) - w).max() < 1e-12
    assert np.abs(final["um"] - um).max() < 1e-12 and np.ptp(w) > 1e-4


def test_the_code_says_what_reads_the_cells() -> None:
    net = network(DOPAMINE)
    text = str(net.code("numpy"))
    assert "def advance_s(t, dt, c, weight, tau_c, D):" in text
    order = [line for line in text.splitlines() if "advances:" in line]
    assert [line.split(". ")[1].split(" advances")[0] for line in order] == ["s", "s.post"]
    assert "weight: one value a connection (it does not begin at 0); advanced in every step: its equation reads D" in (
        net.explain()
    )


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_what_grows_without_bound_is_told(backend: str, recwarn: pytest.WarningsRecorder) -> None:
    net = network(DOPAMINE.replace("dweight/dt = c*D", "dweight/dt = 1e300*(1 + c*D)*weight"))
    sol = net.run(10.0, dt=DT, backend=backend)
    said = "s: 'weight' became nan or infinite in connection 0"
    assert sol.outcome.name == "NON_FINITE" and said in sol.stats["ended"]
