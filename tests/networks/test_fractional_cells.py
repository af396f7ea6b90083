"""Cells of fractional orders: in a group they are what they are by themselves, and coupled they are one model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, BrainPyLabError, MemoryLimitError
from brainpy_lab.networks import room
from brainpy_lab.solvers import memory_weights
from tests.networks.cells import synapse

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]
METHODS = ["caputo_pece", "caputo_pi", "caputo_l1", "grunwald_letnikov"]

CELL = """
tau = 5; I = 12; alpha = 0.8
dV/dt = (I - V)/tau
order(V) = alpha
V(0) = 1
dw/dt = -w/30 + 0.01*V
when V >= 9:
    V = 0
    w += 0.3
    hold(V, 2)
"""
DECAY = "I = 0; k = 0.3; alpha = 0.7\ndx/dt = I - k*x\norder(x) = alpha\nx(0) = 1"
KICK = "when pre.spike:\n    post.x += weight"
I, ALPHA = np.linspace(9, 40, 7), np.linspace(0.6, 1, 7)


def _cells(text: str = CELL, size: int = 7, name: str = "E", **options: Any) -> bp.NeuGroup:
    return bp.NeuGroup(bp.model(text, name="Cell"), size, name=name, **options)


def _synapses(pre: Any, post: Any, text: str, name: str, **options: Any) -> bp.Synapses:
    options = {"connect": bp.connect.all_to_all(), **options}
    return bp.Synapses(pre=pre, post=post, model=synapse(text), name=name, **options)


@pytest.mark.parametrize("method", METHODS)
def test_a_group_is_the_model_by_itself(method: str) -> None:
    sol = bp.Network(_cells(method=method, I=I, alpha=ALPHA)).run(20.0, dt=0.1, backend="numpy", record={"E": ["V"]})
    alone = bp.model(CELL, name="Cell").run(20.0, dt=0.1, method=method, backend="numpy", I=I, alpha=ALPHA)
    assert pytest.approx(alone.V, abs=1e-13) == sol["E"].V
    assert sol["E"].events["spike"].count() == alone.events["spike"].count() > 10


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_run_goes_on_bit_for_bit_and_is_that_of_the_model(backend: str, tmp_path: Path) -> None:
    """More steps than are summed at once, stops within such a block, and a file."""

    def net() -> bp.Network:
        return bp.Network(_cells(method="grunwald_letnikov", I=I))

    whole = net().run(14.0, dt=0.1, backend=backend).final["E"]
    first = net()
    first.run(4.7, dt=0.1, backend=backend)
    first.checkpoint().save(tmp_path / "stop.npz")
    other = net().run(9.3, start=bp.load(tmp_path / "stop.npz"), backend=backend).final["E"]
    first.run(7.0, backend=backend)
    rest = first.run(2.3, backend=backend).final["E"]
    alone = bp.model(CELL, name="Cell").run(14.0, dt=0.1, method="grunwald_letnikov", backend="numpy", I=I)
    for name in "Vw":
        assert np.array_equal(rest[name], whole[name]) and np.array_equal(other[name], whole[name])
        assert whole[name] == pytest.approx(alone.final[name], abs=1e-13)


@pytest.mark.parametrize("method", ["caputo_pece", "caputo_pi", "caputo_l1"])
def test_the_other_methods_go_on_bit_for_bit(method: str) -> None:
    def net() -> bp.Network:
        return bp.Network(_cells(method=method, I=I, alpha=ALPHA))

    whole = net().run(14.0, dt=0.1, backend="numpy").final["E"]["V"]
    parts = net()
    for duration in (0.1, 1.9, 11.0, 1.0):
        rest = parts.run(duration, dt=0.1, backend="numpy").final["E"]["V"]
    assert np.array_equal(rest, whole)
    assert np.array_equal(parts.run(14.0, dt=0.1, start=0, backend="numpy").final["E"]["V"], whole)


@pytest.mark.parametrize(("method", "tolerance"), [("grunwald_letnikov", 1e-14), ("caputo_pece", 1e-13)])
def test_coupled_they_are_one_model(method: str, tolerance: float) -> None:
    """At every stage of the method: two groups of one cell, coupled in each step."""
    A, B = (_cells(DECAY, 1, n, method=method, initial={"x": x}) for n, x in (("A", 1.0), ("B", -0.4)))
    pull = "weight = 0.4\npost.I += weight*sin(pre.x - post.x)"
    net = bp.Network(A, B, _synapses(A, B, pull, "there"), _synapses(B, A, pull, "back"))
    both = bp.model(
        "dx/dt = 0.4*sin(y - x) - 0.3*x\ndy/dt = 0.4*sin(x - y) - 0.3*y\norder(x) = 0.7\norder(y) = 0.7\n"
        "x(0) = 1\ny(0) = -0.4"
    )
    final = net.run(8.0, dt=0.1, backend="numpy").final
    one = both.run(8.0, dt=0.1, method=method, backend="numpy").final
    found = [final["A"]["x"][0], final["B"]["x"][0]]
    assert found == pytest.approx([float(one["x"]), float(one["y"])], abs=tolerance)


def test_an_implicit_method_holds_couplings_over_the_step_and_says_so() -> None:
    A, B = (_cells(DECAY, 1, n, method="caputo_l1") for n in "AB")
    net = bp.Network(A, B, _synapses(A, B, "post.I += pre.x", "there"))
    assert "held over the step (order 1)" in net.code("numpy").text
    coupled = [net.run(4.0, dt=dt, backend="numpy", start=0).final["B"]["x"][0] for dt in (0.1, 0.05)]
    both = "dx/dt = -0.3*x\ndy/dt = x - 0.3*y\norder(x) = 0.7\norder(y) = 0.7\nx(0) = 1\ny(0) = 1"
    exact = float(bp.model(both).run(4.0, dt=0.005, method="caputo_pece", backend="numpy").final["y"])
    assert abs(coupled[1] - exact) < 0.7 * abs(coupled[0] - exact) < 0.02


@pytest.mark.parametrize("method", METHODS)
def test_what_spikes_add_is_a_jump_that_the_memory_knows(method: str) -> None:
    """Against the sum written out: of increments with the jump among them, or of slopes, with the jump beside them."""
    E = _cells(DECAY, 2, method=method)
    times, weight, dt, n, a, k = [0.5, 0.85, 2.0], 0.35, 0.05, 80, 0.7, 0.3
    S = bp.SpikeSource(times, [0, 0, 0], 1, name="S")
    kick = _synapses(S, E, KICK, "kick", weight=weight, delay=dt)
    found = bp.Network(E, S, kick).run(n * dt, dt=dt, backend="numpy", record={"E": ["x"]})["E"].x
    assert np.array_equal(found[:, 0], found[:, 1])
    jumps = dict.fromkeys((round(t / dt) + 1 for t in times), weight)
    assert found[:, 0] == pytest.approx(_by_hand(method, a, k, dt, n, jumps), abs=1e-12)


def _by_hand(method: str, a: float, k: float, dt: float, n: int, jumps: dict[int, float]) -> np.ndarray:
    """x of D^a x = -k x, x(0) = 1, by the formulas of the method; ``jumps`` by the number of the step's end."""
    x, gamma = [1.0], memory_weights.gamma
    steps = np.arange(n + 1.0)
    if method in ("caputo_l1", "grunwald_letnikov"):
        moved: list[float] = []
        of_l1 = np.diff(np.append(steps, n + 1.0) ** (1 - a))
        of_gl = np.cumsum(memory_weights_gl(a, n))
        for i in range(n):
            weights = of_l1 if method == "caputo_l1" else of_gl
            past = sum(weights[i - j] * moved[j] for j in range(i))
            if method == "caputo_l1":
                c = dt**a * gamma(2 - a)
                new = (x[i] - past) / (1 + c * k)
            else:
                new = x[i] - past - dt**a * k * x[i]
            new += jumps.get(i + 1, 0.0)
            moved.append(new - x[i])
            x.append(new)
        return np.array(x)
    slopes: list[float] = []
    c, jumped = dt**a / gamma(a + 2), 0.0
    for i in range(n):
        slopes.append(-k * x[i])
        back = i - np.arange(i + 1.0)
        trapezoid = (back + 2) ** (a + 1) + back ** (a + 1) - 2 * (back + 1) ** (a + 1)
        trapezoid[0] = i ** (a + 1) - (i - a) * (i + 1) ** a
        known = 1.0 + jumped + c * float(trapezoid @ slopes)
        if method == "caputo_pece":
            rectangle = dt**a / gamma(a + 1) * ((back + 1) ** a - back**a)
            new = known - c * k * (1.0 + jumped + float(rectangle @ slopes))
        else:
            new = known / (1 + c * k)
        jumped += jumps.get(i + 1, 0.0)
        x.append(new + jumps.get(i + 1, 0.0))
    return np.array(x)


def memory_weights_gl(a: float, n: int) -> np.ndarray:
    """(-1)^j C(a, j)."""
    return np.cumprod(np.append(1.0, 1 - (a + 1) / np.arange(1.0, n + 1)))


def test_a_method_for_cells_that_spikes_move_is_chosen_like_one_for_cells_with_resets() -> None:
    E, S = _cells(DECAY, 2), bp.SpikeSource([1.0], [0], 1, name="S")
    assert "E: Cell, caputo_pece" in bp.Network(E).code("numpy").text
    assert "E: Cell, caputo_l1" in bp.Network(E, S, _synapses(S, E, KICK, "kick")).code("numpy").text


def test_an_order_above_one_begins_with_its_slope() -> None:
    text = "v = 0.5; a = 1.5\norder(x) = a\ndx/dt = -x\nx(0) = 1\ndx(0) = v"
    net = bp.Network(_cells(text, 2, v=[0.5, -1.0]))
    net.run(3.0, dt=0.1, backend="numpy")
    alone = bp.model(text).run(8.0, dt=0.1, backend="numpy", v=[0.5, -1.0]).final["x"]
    assert net.run(5.0, backend="numpy").final["E"]["x"] == pytest.approx(alone, abs=1e-13)


def test_members_of_an_ensemble_have_orders_of_their_own() -> None:
    sol = bp.Network(_cells(DECAY, 2)).run(4.0, dt=0.1, backend="numpy", parameters={"E.alpha": [0.5, 0.9]})
    for number, alpha in enumerate((0.5, 0.9)):
        alone = bp.model(DECAY).run(4.0, dt=0.1, backend="numpy", alpha=alpha).final["x"]
        assert sol.members[number].final["E"]["x"] == pytest.approx(np.full(2, float(alone)), rel=1e-13)


def test_a_step_that_fails_names_the_state_and_leaves_the_memory_at_the_last_good_one() -> None:
    grow = "I = 0; alpha = 0.9\ndx/dt = x*x\norder(x) = alpha\nx(0) = 1"
    net = bp.Network(_cells(grow, 3, initial={"x": [0.1, 1.0, 0.2]}))
    with pytest.warns(match=r"E: 'x' became nan or infinite in cell 1 at t = "):
        sol = net.run(8.0, dt=0.1, backend="numpy")
    other = bp.Network(_cells(grow, 3, initial={"x": [0.1, 1.0, 0.2]})).run(net.time, dt=0.1, backend="numpy")
    assert np.array_equal(sol.final["E"]["x"], other.final["E"]["x"])
    assert net.checkpoint().arrays["memories/E.x/remembered"].shape == (round(net.time / 0.1), 3)


# --- what is refused -------------------------------------------------------------------------------------------------


def _refused(error: type[BrainPyLabError], message: str, net: bp.Network, **options: Any) -> None:
    with pytest.raises(error, match=re.escape(message)) as found:
        net.run(2.0, **{"dt": 0.1, "backend": "numpy", **options})
    assert found.value.advice


def test_what_would_not_fit_the_memory_is_refused() -> None:
    E = _cells(DECAY, 3)
    net = bp.Network(E)
    net.run(2.0, dt=0.1, backend="numpy")
    with pytest.raises(ArgumentError, match="E: 'x' has a fractional order: it cannot be set where a run goes on"):
        E.x = 0.5
    E.alpha = 0.8
    _refused(ArgumentError, "E: The order of 'x' has changed, and with it what its memory means.", net)
    net.reset()
    E.x = 0.5
    assert net.run(0.1, dt=0.1, backend="numpy").final["E"]["x"][0] < 0.5
    stopped = net.checkpoint()
    other = bp.Network(_cells(DECAY, 3, method="caputo_l1"))
    _refused(ArgumentError, "E: it has run with 'caputo_pece', and its memory", other, start=stopped, dt=None)


def test_orders_that_cannot_be_are_refused() -> None:
    with pytest.raises(ArgumentError, match=re.escape("E: The order of 'x' is 2.5; it lies above 0 and at most at 2.")):
        bp.Network(_cells(DECAY, 3, alpha=2.5)).run(2.0, dt=0.1, backend="numpy")
    _refused(
        BrainPyLabError, "E: 'caputo_l1' solves orders up to 1; that of 'x' is 1.5.",
        bp.Network(_cells(DECAY, 3, method="caputo_l1", alpha=[0.5, 1.5, 1])),
    )  # fmt: skip
    cells = _cells(DECAY, 3)
    moving = bp.Network(cells, _synapses(cells, cells, "post.alpha += pre.x", "s"))
    _refused(ArgumentError, "s: it adds to alpha, on which the order of 'x' in E depends; an order is constant", moving)


def test_inputs_that_move_within_steps_are_refused() -> None:
    _refused(
        ArgumentError, "E: 'I' moves all the time, which", bp.Network(_cells(DECAY, 3, I=lambda t: 0.1 + np.sin(t)))
    )
    given = bp.inputs.step(1.0, 0.5, 2.0)
    steps = bp.Network(_cells(DECAY, 1, I=given))
    alone = bp.model(DECAY).run(2.0, dt=0.1, backend="numpy", I=given).final["x"]
    assert steps.run(2.0, dt=0.1, backend="numpy").final["E"]["x"][0] == pytest.approx(float(alone), rel=1e-13)


def test_memory_that_there_is_not_is_refused_and_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    net = bp.Network(_cells(DECAY, 1000))
    few, many = (net.estimate(t, dt=0.1).memory for t in (10.0, 1000.0))
    assert many - few == 8 * 3 * 9900 * 1000  # what is remembered and two sums, of each step and cell
    assert "remembers all its steps: 23.4 KiB of memory each" in net.explain()
    monkeypatch.setattr(room, "available_bytes", lambda: 2**26)
    _refused(
        MemoryLimitError, "E: 20,000 steps that x of fractional order remembers take 458 MiB; 51.2 MiB are free.",
        net, dt=0.0001,
    )  # fmt: skip
