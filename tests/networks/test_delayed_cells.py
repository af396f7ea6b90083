"""Cells that read their own past: in a group they are what they are by themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import synapse

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]

CELL = """
I = 0; k = 0.3; tau = 0.35
dV/dt = 1.2 - V + k*V(t - tau) + 0.1*V(t - 2*tau) + I
V(0) = 0.1
V(t <= 0) = 0.1*cos(t)
when V >= 1:
    V = -0.2
    hold(V, 0.3)
"""
TAU, K = np.linspace(0.1, 1.0, 9), np.linspace(0.1, 0.9, 9)


def _group(text: str = CELL, size: int = 9, **options: Any) -> bp.NeuGroup:
    return bp.NeuGroup(bp.model(text, name="Cell"), size, name="E", **options)


@pytest.mark.parametrize("method", ["rk4", "euler"])
@pytest.mark.parametrize("backend", DRIVERS)
def test_a_group_is_the_model_by_itself(backend: str, method: str) -> None:
    if backend == "numba" and method == "rk4":
        method = "heun2"  # which compiles two functions where rk4 has four
    net = bp.Network(_group(method=method, tau=TAU, k=K))
    sol = net.run(12.0, dt=0.1, backend=backend, record={"E": ["V"]})
    alone = bp.model(CELL, name="Cell").run(12.0, dt=0.1, method=method, backend="numpy", tau=TAU, k=K)
    assert pytest.approx(alone.V, abs=1e-13) == sol["E"].V
    assert sol["E"].events["spike"].count() == alone.events["spike"].count() > 30


def test_noise_is_that_of_the_model_by_itself() -> None:
    text = "tau = 0.35; I = 0\ndx/dt = -x(t - tau) + 0.3*xi + I\nx(0) = 1"
    final = bp.Network(_group(text)).run(5.0, dt=0.1, backend="numpy", seed=3).final["E"]["x"]
    alone = bp.model(text, name="Cell").run(5.0, dt=0.1, backend="numpy", seed=3, initial={"x": np.ones(9)})
    assert final == pytest.approx(alone.final["x"], rel=1e-13)


@pytest.mark.parametrize("backend", [n for n in DRIVERS if n != "numba"])
def test_coupled_they_are_one_model_at_every_stage(backend: str) -> None:
    """One coupling at once and one with a delay, between two groups under rk4."""
    text, join = "I = 0; tau = 0.6\ndx/dt = -x(t - tau) + I", bp.connect.all_to_all()
    cell = bp.model(text, name="Cell")
    A = bp.NeuGroup(cell, 1, name="A", method="rk4", initial={"x": 1.0})
    B = bp.NeuGroup(cell, 1, name="B", method="rk4", initial={"x": -0.5}, tau=0.9)
    pull = synapse("weight = 0.4\npost.I += weight*sin(pre.x - post.x)")
    late = bp.Synapses(pre=A, post=B, model=pull, connect=join, delay=0.7, name="late")
    net = bp.Network(A, B, late, bp.Synapses(pre=B, post=A, model=pull, connect=join, name="at_once"))
    both = bp.model(
        "dx/dt = -x(t - 0.6) + 0.4*sin(y - x)\ndy/dt = -y(t - 0.9) + 0.4*sin(x(t - 0.7) - y)\nx(0) = 1\ny(0) = -0.5",
        name="Both",
    )
    final, one = (
        net.run(8.0, dt=0.1, backend=backend).final,
        both.run(8.0, dt=0.1, method="rk4", backend="numpy").final,
    )
    assert [final["A"]["x"][0], final["B"]["x"][0]] == pytest.approx([float(one["x"]), float(one["y"])], abs=1e-14)


@pytest.mark.parametrize("backend", DRIVERS)
def test_a_run_goes_on_bit_for_bit(backend: str, tmp_path: Path) -> None:
    def net() -> bp.Network:
        return bp.Network(_group(method="euler", tau=TAU, k=K))

    whole = net().run(6.0, dt=0.1, backend=backend).final["E"]["V"]
    first = net()
    first.run(2.3, dt=0.1, backend=backend)
    first.checkpoint().save(tmp_path / "stop.npz")
    other = net().run(3.7, start=bp.load(tmp_path / "stop.npz"), backend=backend).final["E"]["V"]
    assert np.array_equal(first.run(3.7, backend=backend).final["E"]["V"], whole) and np.array_equal(other, whole)


def test_the_order_of_the_method_is_kept() -> None:
    net = bp.Network(
        _group("tau = 0.8; I = 0\ndx/dt = -2*x(t - tau) + I\nx(0) = 1", method="rk4", tau=[0.4, 0.8] * 4 + [1.6])
    )
    final = [net.run(6.4, dt=dt, backend="numpy", start=0).final["E"]["x"] for dt in (0.1, 0.05, 0.0125)]
    coarse, fine = (np.abs(x - final[2]).max() for x in final[:2])
    assert np.log2(coarse / fine) == pytest.approx(4, abs=0.35)


def test_members_of_an_ensemble_have_delays_of_their_own() -> None:
    net = bp.Network(_group(method="euler"))
    sol = net.run(4.0, dt=0.1, backend="numpy", parameters={"E.tau": [0.2, 0.5]})
    for number, tau in enumerate((0.2, 0.5)):
        alone = bp.model(CELL, name="Cell").run(4.0, dt=0.1, method="euler", backend="numpy", tau=tau)
        assert sol.members[number].final["E"]["V"] == pytest.approx(np.full(9, float(alone.final["V"])), rel=1e-13)


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED = [
    ("dx/dt = -x(t - 0.04) + I", "E: the delay of x(t - 0.04), 0.04, is shorter than a step of 0.1."),
    ("dx/dt = -x(t - 1 - x**2) + I", "E: the delay of x(t - 1 - x ** 2) depends on states; networks do not run such"),
    ("dx/dt = -x(t - 1 - 0.5*sin(t)) + I", "E: its delays move in time; networks do not run such equations so far."),
    ("dx/dt = I - x\nwhen x(t - 1) > 2:\n    x = 0", "E: the event 'spike' reads the past; networks do not run such"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_delays_that_networks_do_not_run_are_refused(text: str, message: str) -> None:
    net = bp.Network(_group(f"I = 0\n{text}", method="rk4"))
    with pytest.raises(ArgumentError, match=re.escape(message)) as error:
        net.run(1.0, dt=0.1, backend="numpy")
    assert error.value.advice


def test_what_a_synapse_cannot_read_of_such_cells_is_refused() -> None:
    E = _group("I = 0\nu = x(t - 1)\ndx/dt = I - u", method="rk4")
    syn = synapse("post.I += pre.u")
    net = bp.Network(E, bp.Synapses(pre=E, post=E, model=syn, connect=bp.connect.all_to_all(), name="s"))
    with pytest.raises(ArgumentError) as error:
        net.run(1.0, dt=0.1, backend="numpy")
    assert error.value.message == "s: it reads pre.u, which reads the past of its cell."


def test_delays_that_become_longer_than_what_is_known_are_refused() -> None:
    E = _group(method="euler")
    net = bp.Network(E)
    net.run(2.0, dt=0.1, backend="numpy")
    E.tau = 0.2
    net.run(1.0, dt=0.1, backend="numpy")
    E.tau = 0.5
    with pytest.raises(ArgumentError, match="E: its 'V' is known for 7 steps, and is read 10 steps later"):
        net.run(1.0, dt=0.1, backend="numpy")
    E.tau = -0.1
    with pytest.raises(ArgumentError, match=re.escape("E: The delay of V(t - tau) is negative")):
        net.run(1.0, dt=0.1, backend="numpy")
    E.tau = 0.2
    net.run(1.0, dt=0.1, backend="numpy")
    assert net.time == 4.0
