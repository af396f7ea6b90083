"""Couplings in every step: what they read of their cells, and of which order they are."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import synapse

RATE = "I = 0; gain = 2\nu = gain*x\nr = tanh(u)\ndx/dt = -x + I\nx(0) = 1"
READS = "weight = 0.5\npost.I += weight*pre.r"


def _pair(text: str = READS, cell: str = RATE, method: str = "euler") -> bp.Network:
    E = bp.NeuGroup(bp.model(cell, name="Rate"), 2, name="E", method=method, initial={"x": np.array([1.0, 0.2])})
    return bp.Network(E, bp.Synapses(pre=E, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="s"))


@pytest.mark.parametrize("backend", [d.name for d in bp.drivers.registry().values() if d.available() is None])
def test_definitions_of_a_cell_are_computed_where_they_are_read(backend: str) -> None:
    x = np.array([1.0, 0.2])
    for _ in range(10):
        x = x + 0.1 * (-x + 0.5 * np.tanh(2 * x[::-1]))
    net = _pair()
    assert net.run(1.0, dt=0.1, backend=backend).final["E"]["x"] == pytest.approx(x, rel=1e-14)
    if backend == "numpy":
        assert "    pre_u = pre_gain * pre_x  # of the presynaptic cell\n" in str(net.code(backend))


def test_spikes_read_them_too() -> None:
    cell = "r = 2*x\nI = 0\ndx/dt = I\nwhen x > 0.5:\n    x = 0.25"
    net = _pair("when pre.spike:\n    post.x += 0.1*post.r + 0.01*pre.r", cell)
    # cell 0 fires in the first step, and stands at 0.25 when it arrives at cell 1
    assert net.run(0.1, dt=0.1, backend="numpy").final["E"]["x"] == pytest.approx([0.25, 0.2 + 0.04 + 0.005])


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (RATE.replace("gain*x", "gain*x + I"), "s: it reads pre.r, which depends on 'I', to which synapses add."),
        (
            RATE.replace("tanh(u)", "f(u)") + "\ndef f(u):\n    while u > 1:\n        u = u/2\n    return u",
            "s: it reads pre.r, which calls a helper function with",
        ),
    ],
)
def test_what_cannot_be_written_out_is_refused(cell: str, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        _pair(cell=cell).code("numpy")
    assert error.value.message.startswith(message)


# --- orders ----------------------------------------------------------------------------------------------------------

GAP = "weight = 0.3\npost.I += weight*(pre.V - post.V)"
CELL = """
I = 0; drive = 0.5
dV/dt = V - V**3/3 - w + I + drive
dw/dt = (V + 0.7 - 0.8*w)/12.5
V(0) = -1
"""


def _gaps(method: str, other: str = "") -> bp.Network:
    """Two cells of one group and one of another, all coupled."""
    cell, gap = bp.model(CELL, name="FHN"), synapse(GAP, "Gap")
    A = bp.NeuGroup(cell, 2, name="A", method=method, initial={"V": np.array([-1.0, 1.5])})
    B = bp.NeuGroup(cell, 1, name="B", method=other or method, drive=0.8)
    pairs = (("aa", A, A), ("ab", A, B), ("ba", B, A))
    rule = bp.connect.all_to_all()
    return bp.Network(A, B, *(bp.Synapses(pre=p, post=q, model=gap, connect=rule, name=n) for n, p, q in pairs))


@cache
def _exact() -> np.ndarray:
    def slope(t: float, y: np.ndarray) -> np.ndarray:
        V, w = y[:3], y[3:]
        dV = V - V**3 / 3 - w + 0.3 * (V.sum() - 3 * V) + np.array([0.5, 0.5, 0.8])
        return np.concatenate([dV, (V + 0.7 - 0.8 * w) / 12.5])

    start = [-1, 1.5, -1, 0, 0, 0]
    return np.asarray(solve_ivp(slope, (0, 8), start, rtol=1e-13, atol=1e-14, method="DOP853").y[:3, -1])


def _final(method: str, backend: str, steps: int, other: str = "") -> np.ndarray:
    final = _gaps(method, other).run(8.0, dt=8.0 / steps, backend=backend).final
    return np.concatenate([final["A"]["V"], final["B"]["V"]])


@pytest.mark.parametrize(
    ("method", "order"), [("rk4", 4), ("heun2", 2), ("midpoint", 2), ("etdrk2", 2), ("exponential_euler", 1)]
)
def test_coupled_groups_keep_the_order_of_their_method(method: str, order: int) -> None:
    coarse, fine = (np.abs(_final(method, "numpy", n) - _exact()).max() for n in (80, 160))
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.15)


#: Numba compiles each gather of each stage: one group alone is run there in `make test`.
OTHERS = [
    pytest.param(d.name, marks=pytest.mark.slow if d.name == "numba" else ())
    for d in bp.drivers.registry().values()
    if d.name != "numpy" and d.available() is None
]


@pytest.mark.parametrize("backend", OTHERS)
def test_stages_are_the_same_on_every_driver(backend: str) -> None:
    assert _final("rk4", backend, 40) == pytest.approx(_final("rk4", "numpy", 40), rel=1e-12)
    if backend == "numba":
        coarse, fine = (np.abs(_final("rk4", backend, n) - _exact()).max() for n in (80, 160))
        assert np.log2(coarse / fine) == pytest.approx(4, abs=0.15)


def test_groups_that_do_not_share_a_method_are_of_order_1_and_say_so() -> None:
    assert "to each target of aa: sum_aa_I_4, for stage 4\n" in str(_gaps("rk4").code("numpy"))
    for net in (_gaps("rk4", "heun2"), _gaps("exponential_euler"), _gaps("trapezoid")):
        text = str(net.code("numpy"))
        assert text.count("held over the step (order 1)") == 3
        assert "for stage" not in text
    coarse, fine = (np.abs(_final("rk4", "numpy", n, "heun2") - _exact()).max() for n in (80, 160))
    assert np.log2(coarse / fine) == pytest.approx(1, abs=0.15)


def test_definitions_are_read_at_the_stages_too() -> None:
    def slope(t: float, x: np.ndarray) -> np.ndarray:
        return -x + 0.5 * np.tanh(2 * x[::-1])

    exact = solve_ivp(slope, (0, 2), [1.0, 0.2], rtol=1e-12, atol=1e-13).y[:, -1]
    assert _pair(method="rk4").run(2.0, dt=0.05, backend="numpy").final["E"]["x"] == pytest.approx(exact, abs=1e-7)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_cells_that_fire_and_are_held_stay_coupled(backend: str) -> None:
    cell = bp.model("I = 0; d = 1.2\ndV/dt = d - V + I\nwhen V >= 1:\n    V = 0\n    hold(V, 0.5)", name="LIF")
    E = bp.NeuGroup(cell, 2, name="E", method="rk4", d=np.array([1.5, 0.9]))
    gap = bp.Synapses(pre=E, post=E, model=synapse(GAP), connect=bp.connect.all_to_all(), name="gap")
    sol = bp.Network(E, gap).run(6.0, dt=0.1, backend=backend, record={"E": ["V"]})
    V, held, spikes = np.zeros(2), np.zeros(2, int), []

    def slope(V: np.ndarray) -> np.ndarray:
        return np.where(held > 0, 0.0, np.array([1.5, 0.9]) - V + 0.3 * (V[::-1] - V))

    for step in range(60):
        one = slope(V)
        two = slope(V + 0.05 * one)
        three = slope(V + 0.05 * two)
        V = V + 0.1 / 6 * (one + 2 * two + 2 * three + slope(V + 0.1 * three))
        held = np.maximum(held - 1, 0)
        fired = V >= 1
        V, held = np.where(fired, 0.0, V), np.where(fired, 5, held)
        spikes += [(step + 1, int(i)) for i in np.flatnonzero(fired)]
    events = sol["E"].events["spike"]
    assert list(zip(np.rint(events.t / 0.1).astype(int).tolist(), events.index.tolist(), strict=True)) == spikes
    assert len(spikes) == 3
    assert sol["E"].V[-1] == pytest.approx(V, rel=1e-12)


KICKED = "tau = 5; weight = 0.5\ndg/dt = -g/tau\n{}\nwhen pre.spike:\n    g += 0.5"


@pytest.mark.parametrize(
    "lines",
    [
        ("post.I += weight*pre.r", "post.I += 0.1*(pre.x - post.x)"),  # both are summed over connections
        ("post.I += g", "post.I += weight*pre.r", "post.I += 0.1*pre.x"),  # one stands in the target's equations
    ],
)
def test_several_lines_add_to_one_input_what_synapses_of_one_line_each_add(lines: tuple[str, ...]) -> None:
    cell, everyone = RATE + "\nwhen x > 0.9:\n    x = 0.3", bp.connect.all_to_all()
    found = []
    for texts in (["\n".join(lines)], lines):
        E = bp.NeuGroup(bp.model(cell, name="Rate"), 2, name="E", method="euler", initial={"x": np.array([1.0, 0.2])})
        models = [synapse(KICKED.format(text)) for text in texts]
        net = bp.Network(
            E, [bp.Synapses(pre=E, post=E, model=m, connect=everyone, name=f"s{k}") for k, m in enumerate(models)]
        )
        sol = net.run(3.0, dt=0.1, backend="numpy")
        found.append([*sol.final["E"]["x"], *sol["E"].events["spike"].t])
    assert len(found[0]) > 2
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_all_to_all_connections_may_add_what_reads_no_cell(backend: str) -> None:
    P = bp.SpikeSource([], [], 3, name="P")
    E = bp.NeuGroup(bp.model("I = 0\ndV/dt = I", name="Cell"), 2, name="E", method="euler")
    model = bp.model("weight = 0.5\npost.I += weight", name="Steady", synapse=True)
    syn = bp.Synapses(pre=P, post=E, model=model, connect=bp.connect.all_to_all(), name="syn")
    sol = bp.Network(P, E, syn).run(1.0, dt=0.1, backend=backend)
    assert np.allclose(sol.final["E"]["V"], 3 * 0.5, rtol=1e-12)
