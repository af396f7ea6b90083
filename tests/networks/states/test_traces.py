"""Traces of synapses, updated where a spike needs them: the numbers of loops that advance them in every step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs.fading import courses
from brainpy_lab.networks.runs.state import NetworkState
from tests.networks.cells import STDP, synapse

DT, STEPS = 0.1, 400
CELL = "V = 0\ndV/dt = -V/10\nwhen V >= 1:\n    V = 0"
#: Three traces: of the connection with its own rate, one drawn to 1 (Tsodyks and Markram), one that decays as all do.
OWN = """
tau = 15; tau_rec = 40; U = 0.3; tau_d = 5
w(0) = 0; x(0) = 1
dx/dt = (1 - x)/tau_rec
dc/dt = -c/tau
dd/dt = -d/tau_d
when pre.spike:
    w += x*U
    x -= U*x
    c += 1
    d += 1 + 0.1*c
when post.spike:
    w += c + 0.1*d
    c -= 0.2
"""


def spikes(rate: float, cells: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random spikes on the grid, at most one of a cell in a step: steps at whose end they are, and cells."""
    found = np.argwhere(np.random.default_rng(seed).random((STEPS, cells)) < rate)
    return found[:, 0] + 1, found[:, 1]


def network(text: str, **options: object) -> bp.Network:
    """Cells that fire at given times on both sides of a synapse."""
    parts = []
    for name, cells, seed in (("P", 5, 1), ("Q", 4, 2)):
        step, cell = spikes(0.02, cells, seed)
        parts.append(bp.SpikeSource(step * DT, cell, cells, name=name))
    rule = bp.connect.fixed_probability(0.7, seed=3)
    return bp.Network(*parts, bp.Synapses(pre=parts[0], post=parts[1], model=synapse(text), connect=rule, name="s",
                                          **options), name="Net")  # fmt: skip


def by_loop(net: bp.Network, tau: np.ndarray, delay: int = 0) -> dict[str, np.ndarray]:
    """OWN, all traces advanced in every step."""
    s = net["s"]
    fired = {n: np.zeros((STEPS + 1, c), bool) for n, c in (("P", 5), ("Q", 4))}
    for n, (c, seed) in {"P": (5, 1), "Q": (4, 2)}.items():
        fired[n][spikes(0.02, c, seed)] = True
    w, x, c, d = np.zeros(len(s)), np.ones(len(s)), np.zeros(len(s)), np.zeros(len(s))
    course = []
    for n in range(1, STEPS + 1):
        x, c, d = 1 + (x - 1) * np.exp(-DT / 40), c * np.exp(-DT / tau), d * np.exp(-DT / 5)
        if n > delay:
            at = fired["P"][n - delay][s.pre_index]
            w, x, c = w + 0.3 * x * at, x - 0.3 * x * at, c + at
            d = d + (1 + 0.1 * c) * at
        at = fired["Q"][n][s.post_index]
        w, c = w + (c + 0.1 * d) * at, c - 0.2 * at
        course.append((x, c, d))
    return {"w": w, "course": np.array(course)}


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_traces_are_those_of_a_loop_that_advances_them_in_every_step(backend: str) -> None:
    tau = np.linspace(3, 30, len(network(OWN)["s"]))
    net = network(OWN, parameters={"tau": tau}, delay=0.7, kept={"x": "connection", "d": "connection"})
    sol = net.run(STEPS * DT, dt=DT, backend=backend, record={"s": ["x", "c", "d"]})
    expected = by_loop(net, tau, delay=7)
    assert np.abs(sol.final["s"]["w"] - expected["w"]).max() < 1e-12 * np.abs(expected["w"]).max()
    for number, name in enumerate("xcd"):
        course = getattr(sol["s"], name)
        assert np.abs(course[1:] - expected["course"][:, number]).max() < 1e-12, name
        assert np.array_equal(sol.final["s"][name], course[-1])


def test_factors_begin_anew_before_they_are_too_small() -> None:
    """A trace of 0.02 ms fades by exp(-5) in a step: its factor begins anew after 51 steps."""
    text = STDP.replace("tau_pre = 20", "tau_pre = 0.02").replace("A = 0.01", "A = 1e100")
    net = network(text.replace("clip(weight + x, 0, w_max)", "weight + x*1e-100"))
    sol = net.run(STEPS * DT, dt=DT, backend="numpy", record={"s": ["x"]})
    course = np.zeros((STEPS + 1, 5))
    fired = np.zeros((STEPS + 1, 5))
    fired[spikes(0.02, 5, 1)] = 1e100
    for n in range(1, STEPS + 1):
        course[n] = course[n - 1] * np.exp(-5.0) + fired[n]
    assert np.allclose(sol["s"].x, course, rtol=1e-12, atol=0)


def test_records_that_are_read_in_parts_have_the_factors_of_their_times() -> None:
    """Parts begin where factors do: what is recorded there has still that of before."""
    net = network(STDP.replace("tau_pre = 20", "tau_pre = 0.02"))
    course = courses(net.synapses, {"s": None}, NetworkState.fresh(0, DT))["s.x"]
    assert course.period == 51
    kept, places = np.ones((STEPS + 1, 5)), np.arange(5)
    whole = course.recorded(kept, 0, 1, places)
    parts = [course.recorded(kept[n : n + 51], n, 1, places) for n in range(0, STEPS + 1, 51)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.allclose(np.log(whole[[0, 1, 50, 51, 52], 0]), [0, -5, -250, -255, -5], rtol=1e-12)


@pytest.mark.parametrize("text", [OWN, STDP.replace("tau_pre = 20", "tau_pre = 0.3")], ids=["own", "stdp"])
@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_runs_in_parts_give_the_same_bits(text: str, backend: str, tmp_path: Path) -> None:
    names = ["x", "c", "d"] if text == OWN else ["x", "y"]
    whole = network(text).run(STEPS * DT, dt=DT, backend=backend, record={"s": names})
    net = network(text)
    first = net.run(13.7, dt=DT, backend=backend, record={"s": names})
    path = net.checkpoint().save(tmp_path / "there.npz")
    for rest in (net.run(26.3, record={"s": names}, backend=backend),
                 network(text).run(26.3, start=bp.load(path), record={"s": names}, backend=backend)):  # fmt: skip
        for name in names:
            parts = np.concatenate([getattr(first["s"], name), getattr(rest["s"], name)[1:]])
            assert np.array_equal(parts, getattr(whole["s"], name)), name
        assert all(np.array_equal(rest.final["s"][n], v) for n, v in whole.final["s"].items())


def test_a_time_constant_that_changes_between_runs_decays_from_there() -> None:
    net = network(OWN)
    s = net["s"]
    before = net.run(20.0, dt=DT, backend="numpy").final["s"]
    assert np.array_equal(s.c, before["c"]) and np.abs(before["c"]).max() > 0.1
    s.tau, s.c = 2.0, 0.5
    after = net.run(0.1, record={"s": ["c", "d"]}, backend="numpy")
    assert np.array_equal(after["s"].c[0], np.full(len(s), 0.5))
    assert np.allclose(after["s"].d[0], before["d"], rtol=1e-14)
    s.tau = 4.0
    again = net.run(0.1, record={"s": ["c"]}, backend="numpy")
    assert np.allclose(again["s"].c[0], after.final["s"]["c"], rtol=1e-14)


def test_what_a_step_reads_is_advanced_in_every_step_and_says_so() -> None:
    """An equation moves the weight by the eligibility of each connection."""
    text = STDP.replace("weight = clip(weight + y, 0, w_max)", "c += y")
    text = text.replace("weight = clip(weight + x, 0, w_max)", "c += x")
    net = network(text + "\ntau_c = 50; D = 0.1\ndc/dt = -c/tau_c\ndweight/dt = c*D")
    said = [line.strip() for line in net.explain().splitlines()]
    assert "x: one value a cell of P; at spikes: x = x_scaled*x_fade, x_fade the decay of all since a time" in said
    assert any(line.startswith("c: one value a connection") and "; advanced in every step: the equation of weight "
               "reads it" in line for line in said)  # fmt: skip
    text = str(net.code("numpy"))
    assert "def advance_s(t, dt, " in text and "advance_s_pre" not in text
    own = network(OWN, parameters={"tau": np.linspace(3, 30, len(net["s"]))})
    said = [line.strip() for line in own.explain().splitlines()]
    assert next(line for line in said if line.startswith("c: ")).endswith(
        "; at spikes: from c_then, its value at the last one, at the time c_since"
    )
