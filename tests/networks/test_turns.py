"""Blocks in which a connection meets what others of the same step have left: each has its turn, by its number."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

DRIVERS = ("numpy", "numba", "jax", "torch")
DT, STEPS = 0.1, 60
#: Several cells spike in one step; nothing but synapses moves w.
CLOCK = "rate = 1\nr = w**2\ndV/dt = rate\ndw/dt = 0*w\nwhen V >= 1:\n    V = 0"
#: The side whose spikes a block waits for, and the block; q and weight are a connection's own.
BLOCKS = {
    "read_by_the_other_name": ("pre", "post.w += 0.01*weight*pre.w"),
    "set": ("pre", "post.w = 0.9*post.w + 0.1*weight"),
    "seen_by_the_connection": ("pre", "post.w += 0.01*weight; q = post.w"),
    "clipped": ("post", "pre.w = clip(pre.w + weight - 1, 0, 2.5)"),
    "weight_by_what_others_left": ("post", "weight += 0.01*post.w; pre.w += 0.1*weight"),
    "through_a_definition": ("pre", "post.w -= 0.01*pre.r"),
}  # fmt: skip
RATES = np.array([1.0, 1.0, 0.5, 2.0, 1.0])
PRE = np.array([3, 0, 2, 1, 0, 3, 2, 1, 0, 3])  # within E[1:], in no order, one pair twice
POST = np.array([0, 4, 1, 3, 2, 2, 4, 0, 4, 1])
WEIGHT = np.linspace(0.5, 2, 10)
START = np.array([1.0, 0.5, 2.0, 1.5, 0.8])


def made(delay: np.ndarray) -> bp.Network:
    """A group for each block, connected with itself."""
    parts: list[bp.NeuGroup | bp.Synapses] = []
    clock = bp.model(CLOCK, name="Clock")
    for name, (side, block) in BLOCKS.items():
        E = bp.NeuGroup(clock, 5, name=f"E_{name}", method="euler", initial={"w": START}, rate=RATES)
        own = ["weight(0) = 1" if "weight +=" in block else "weight = 1", *["q(0) = 0"] * ("q =" in block)]
        model = synapse("\n".join([*own, f"when {side}.spike:", *(f"    {line}" for line in block.split("; "))]))
        waits = {"delay" if side == "pre" else "post_delay": delay}
        syn = bp.Synapses(
            pre=E[1:],
            post=E,
            model=model,
            connect=bp.connect.pairs(PRE, POST, multapses=True),
            weight=WEIGHT,
            name=name,
            **waits,
        )
        parts += [E, syn]
    return bp.Network(*parts)


class Cell:
    """Names of one cell of a side."""

    def __init__(self, w: np.ndarray, index: int) -> None:
        self.__dict__.update(values=w, index=index)

    def __getattr__(self, name: str) -> float:
        w = float(self.values[self.index])
        return w if name == "w" else w**2

    def __setattr__(self, name: str, value: float) -> None:
        self.values[self.index] = value


def by_hand(side: str, block: str, spikes: list[tuple[int, int]], delay: np.ndarray) -> dict[str, np.ndarray]:
    """Connection by connection: those whose delay is over, then those without one."""
    w, own = START.copy(), {"weight": WEIGHT.copy(), "q": np.zeros(10)}
    cells = (PRE + 1) if side == "pre" else POST
    steps = np.rint(delay / DT).astype(int)
    for step in range(STEPS):
        for undelayed in (False, True):
            for c in range(10):
                if (steps[c] == 0) == undelayed and (step + 1 - steps[c], cells[c]) in spikes:
                    names = {n: v[c] for n, v in own.items()}
                    names |= {"pre": Cell(w, PRE[c] + 1), "post": Cell(w, POST[c]), "clip": np.clip}
                    exec(block, names)
                    for n in own:
                        own[n][c] = names[n]
    return {"w": w, **own}


SOME = np.array([0, 1, 2, 10, 1, 3, 20, 0, 10, 1]) * DT
RUNS = [(b, d) for b in DRIVERS for d in ("some", "none")]


@pytest.mark.parametrize(
    ("backend", "delays"),
    [pytest.param(b, d, marks=pytest.mark.slow if d == "none" and b in ("numba", "jax") else ()) for b, d in RUNS],
)
def test_connections_take_turns_by_their_numbers(backend: str, delays: str) -> None:
    delay = SOME if delays == "some" else np.zeros(10)
    sol = made(delay).run(STEPS * DT, dt=DT, backend=backend)
    for name, (side, block) in BLOCKS.items():
        train = sol[f"E_{name}"].events["spike"]
        spikes = [(round(t / DT), int(i)) for t, i in zip(train.t, train.index, strict=True)]
        assert len({s for s, _ in spikes}) < len(spikes) > 20  # cells spike together
        expected = by_hand(side, block, spikes, delay)
        got = {"w": sol.final[f"E_{name}"]["w"], **sol.final[name]}
        for key in got:
            assert got[key] == pytest.approx(expected[key], rel=1e-13), (name, key)


def test_what_takes_turns_is_found_from_the_equations() -> None:
    clock = bp.model(CLOCK, name="Clock")
    E, F = (bp.NeuGroup(clock, 3, name=n) for n in "EF")

    def turns(block: str, pre: bp.NeuGroup = E, post: bp.NeuGroup = E) -> dict[str, str]:
        own = "z = 2\n" + ("q(0) = 0\n" if "q =" in block else "")
        model = synapse(f"{own}when pre.spike:\n    {block}")
        return bp.Synapses(pre=pre, post=post, model=model, connect=bp.connect.all_to_all(), name="s").turns

    assert not turns("post.w += 0.1*pre.V; post.w -= z".replace("; ", "\n    "))
    assert not turns("q = post.w") and not turns("pre.w += z\n    post.w += z")
    assert not turns("post.w += 0.1*pre.w", E, F) and not turns("post.w += 0.1*pre.r", E, F)
    assert turns("post.w += 0.1*pre.w") == {"pre_spike": "it reads pre.w, which other connections change"}
    assert turns("post.w += 0.1*pre.r") == {"pre_spike": "it reads pre.r, which other connections change"}
    assert turns("post.w += z\n    q = post.r", E, F) == {
        "pre_spike": "it reads post.r, which other connections change"
    }
    assert turns("post.w = 1", E, F) == {"pre_spike": "it does more than add to post.w"}
    assert turns("post.w += z\nwhen pre.spike:\n    post.w *= 2") == {"pre_spike": "it does more than add to post.w"}


def test_states_that_would_be_kept_once_a_cell_have_one_value_a_connection_where_these_take_turns() -> None:
    clock = bp.model(CLOCK, name="Clock")
    E = bp.NeuGroup(clock, 3, name="E")
    model = synapse("dx/dt = -x/10\nwhen pre.spike:\n    x += 1\n    post.w = 0.5*post.w + x")
    syn = bp.Synapses(pre=E, post=E, model=model, connect=bp.connect.all_to_all(), name="s")
    assert syn.homes.of == {"x": "connection"}
    with pytest.raises(bp.errors.ArgumentError, match="connections take turns in the block of pre_spike"):
        bp.Synapses(pre=E, post=E, model=model, connect=bp.connect.all_to_all(), name="s", kept={"x": "pre"})
    net = bp.Network(E, syn)
    assert "connection by connection" in net.code().text
    assert "pre_spike acts connection by connection: it does more than add to post.w" in net.explain()


TWO = "rate = 1; pace = 1\ndV/dt = rate\ndU/dt = pace\ndw/dt = 0*w\nwhen V >= 1:\n    V = 0\nwhen U >= 1:\n    U = 0"


@pytest.mark.parametrize("backend", ["numpy", pytest.param("numba", marks=pytest.mark.slow), "jax", "torch"])
def test_of_two_events_of_a_side_all_connections_do_the_block_of_the_first_before_that_of_the_second(
    backend: str,
) -> None:
    E = bp.NeuGroup(
        bp.model(TWO, name="Two"), 5, name="E", method="euler", initial={"w": START}, rate=RATES, pace=RATES[::-1]
    )
    blocks = {"event_2": "post.w = 0.9*post.w + 0.1*weight", "spike": "post.w = 0.8*post.w + 0.2*pre.w"}
    model = synapse("\n".join(["weight = 1", *(f"when pre.{event}:\n    {line}" for event, line in blocks.items())]))
    pairs = bp.connect.pairs(PRE, POST, multapses=True)
    delay = np.array([0, 1, 2, 10, 1, 3, 20, 0, 10, 1]) * DT
    syn = bp.Synapses(pre=E[1:], post=E, model=model, connect=pairs, weight=WEIGHT, name="syn", delay=delay)
    sol = bp.Network(E, syn).run(STEPS * DT, dt=DT, backend=backend)
    trains = {event: sol["E"].events[event] for event in blocks}
    spikes = {e: {(round(t / DT), int(i)) for t, i in zip(x.t, x.index, strict=True)} for e, x in trains.items()}
    assert {s for s, _ in spikes["spike"]} & {s for s, _ in spikes["event_2"]}
    w, late = START.copy(), np.rint(delay / DT).astype(int)
    turns = [(step, undelayed, event, c) for step in range(STEPS) for undelayed in (False, True) for event in blocks
             for c in range(10)]  # fmt: skip
    for step, undelayed, event, c in turns:
        if (late[c] == 0) == undelayed and (step + 1 - late[c], PRE[c] + 1) in spikes[event]:
            names = {"pre": Cell(w, PRE[c] + 1), "post": Cell(w, POST[c]), "weight": WEIGHT[c]}
            exec(blocks[event], names)
    assert sol.final["E"]["w"] == pytest.approx(w, rel=1e-13)
