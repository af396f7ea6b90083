"""The networks COBA, CUBA and COBAHH (Brette et al. 2007, doi:10.1007/s10827-007-0038-6) spike for spike.

Small ones beside loops written by hand, and those of 4,000 cells by the number of spikes on which simulators agree.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

DT = 0.1
States = dict[str, np.ndarray]
DECAY = "\ndge/dt = -ge/5\ndgi/dt = -gi/10\n"
COBA = f"dV/dt = (-60 - V - ge*V - gi*(V + 80))/20{DECAY}when V > -50:\n    V = -60\n    hold(V, 4.9)"
CUBA = f"dV/dt = (-49 - V + ge + gi)/20{DECAY}when V > -50:\n    V = -60\n    hold(V, 4.9)"
COBAHH = f"""
u = V + 63
dV/dt = -0.05*(V + 60) - ge*V - gi*(V + 80) - 100*m**3*h*(V - 50) - 30*n**4*(V + 90)
dm/dt = 0.32*(13 - u)/(exp((13 - u)/4) - 1)*(1 - m) - 0.28*(u - 40)/(exp((u - 40)/5) - 1)*m
dh/dt = 0.128*exp((17 - u)/18)*(1 - h) - 4/(1 + exp((40 - u)/5))*h
dn/dt = 0.032*(15 - u)/(exp((15 - u)/5) - 1)*(1 - n) - 0.5*exp((10 - u)/40)*n{DECAY}
when V > -20:
    hold(spike, 3)
"""
WEIGHTS = {COBA: (0.6, 6.7), CUBA: (1.62, -9.0), COBAHH: (0.03, 0.335)}
METHODS = {COBA: "exponential_euler", CUBA: "exact", COBAHH: "exponential_euler"}


def _drawn(text: str, cells: int, p: float) -> tuple[States, np.ndarray, np.ndarray]:
    """States at the start, and connections by presynaptic cell."""
    rng = np.random.default_rng(cells)
    pre, post = np.nonzero(rng.random((cells, cells)) < p)
    V = rng.normal(-65, 5, cells)
    ge, gi = np.maximum(rng.normal(4, 1.5, cells), 0), np.maximum(rng.normal(20, 12, cells), 0)
    if text == CUBA:
        V, ge, gi = -60 + 10 * np.random.default_rng(7).random(cells), np.zeros(cells), np.zeros(cells)
    if text == COBAHH:
        return {"V": V, **{x: np.zeros(cells) for x in "mhn"}, "ge": 0.05 * ge, "gi": 0.05 * gi}, pre, post
    return {"V": V, "ge": ge, "gi": gi}, pre, post


def _network(text: str, states: States, pre: np.ndarray, post: np.ndarray) -> bp.Network:
    """Four cells of five add to ``ge`` of their targets, the others to ``gi``."""
    size = len(states["V"])
    excitatory = size * 4 // 5
    G = bp.NeuGroup(bp.model(text, name="Cell"), size, name="G", method=METHODS[text], initial=states)
    sides, synapses = {"ge": (0, excitatory), "gi": (excitatory, size)}, []
    for (target, (first, end)), weight in zip(sides.items(), WEIGHTS[text], strict=True):
        own = (pre >= first) & (pre < end)
        connect = bp.connect.pairs(pre[own] - first, post[own], autapses=True)
        kick = synapse(f"when pre.spike:\n    post.{target} += weight", target)
        synapses.append(bp.Synapses(pre=G[first:end], post=G, model=kick, connect=connect, weight=weight, name=target))
    return bp.Network(G, *synapses)


def _leaky(rate: Callable[[States], np.ndarray], rest: Callable[[States], np.ndarray]) -> Callable[..., np.ndarray]:
    """Cells of one voltage with a reset, held in the 49 steps after a spike."""

    def step(x: States, last: np.ndarray, n: int) -> np.ndarray:
        new = rest(x) + (x["V"] - rest(x)) * np.exp(-DT / 20 * rate(x))
        x["V"] = np.where(n - last < 50, x["V"], new)
        fired = np.flatnonzero(x["V"] > -50)
        x["V"][fired] = -60
        return fired

    return step


def _hodgkin_huxley(x: States, last: np.ndarray, n: int) -> np.ndarray:
    """Spikes where V is high and 30 steps have passed since the last one."""
    V, m, h, k, ge, gi = (x[name] for name in ("V", "m", "h", "n", "ge", "gi"))
    u = V + 63
    rates = {
        "m": (0.32 * (13 - u) / np.expm1((13 - u) / 4), 0.28 * (u - 40) / np.expm1((u - 40) / 5)),
        "h": (0.128 * np.exp((17 - u) / 18), 4 / (1 + np.exp((40 - u) / 5))),
        "n": (0.032 * (15 - u) / np.expm1((15 - u) / 5), 0.5 * np.exp((10 - u) / 40)),
    }
    sodium, potassium = 100 * m**3 * h, 30 * k**4
    total = 0.05 + ge + gi + sodium + potassium
    rest = (-3 - 80 * gi + 50 * sodium - 90 * potassium) / total
    x["V"] = rest + (V - rest) * np.exp(-DT * total)
    for name, (opens, closes) in rates.items():
        end = opens / (opens + closes)
        x[name] = end + (x[name] - end) * np.exp(-DT * (opens + closes))
    return np.flatnonzero((x["V"] > -20) & (n - last >= 30))


def _by_hand(text: str, states: States, pre: np.ndarray, post: np.ndarray, steps: int) -> np.ndarray:
    """Rows of step and cell."""
    advance = _hodgkin_huxley
    if text == COBA:
        advance = _leaky(lambda x: 1 + x["ge"] + x["gi"], lambda x: (-60 - 80 * x["gi"]) / (1 + x["ge"] + x["gi"]))
    x, size = {name: value.copy() for name, value in states.items()}, len(states["V"])
    last, spikes = np.full(size, -1000), []
    for n in range(steps):
        fired = advance(x, last, n)
        x["ge"], x["gi"] = x["ge"] * np.exp(-DT / 5), x["gi"] * np.exp(-DT / 10)
        for cell in fired:
            is_inhibitory = int(cell >= size * 4 // 5)
            np.add.at(x[("ge", "gi")[is_inhibitory]], post[pre == cell], WEIGHTS[text][is_inhibitory])
        last[fired] = n
        spikes += [(n + 1, cell) for cell in fired]
    return np.array(spikes)


@pytest.mark.parametrize(("text", "backend"), [(COBA, "numpy"), (COBA, "numba"), (COBAHH, "numpy")])
def test_spikes_are_those_of_a_loop_written_by_hand(text: str, backend: str) -> None:
    drawn, steps = _drawn(text, 320, 0.25), 1000
    spikes = _network(text, *drawn).run(steps * DT, dt=DT, backend=backend)["G"].events["spike"]
    by_hand = _by_hand(text, *drawn, steps)
    assert len(by_hand) > 500
    assert np.array_equal(np.rint(spikes.t / DT).astype(int), by_hand[:, 0])
    assert np.array_equal(spikes.index, by_hand[:, 1])
    if text == COBAHH:  # some rise above the threshold too early, and spike when the dead time is over
        gaps = np.concatenate([np.diff(by_hand[by_hand[:, 1] == cell, 0]) for cell in range(320)])
        assert gaps.min() == 30 and np.sum(gaps == 30) > 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "spikes"), [(COBA, 81_109), (CUBA, 23_880), (COBAHH, 157_174)], ids=["COBA", "CUBA", "COBAHH"]
)
def test_a_second_of_4000_cells_has_the_spikes_that_simulators_agree_on(text: str, spikes: int) -> None:
    sol = _network(text, *_drawn(text, 4000, 0.02)).run(1000.0, dt=DT, backend="numba")
    assert len(sol["G"].events["spike"]) == spikes
