"""The code of network steps against golden files, and what it says of itself.

``BRAINPY_LAB_UPDATE_GOLDEN=1 pytest tests/networks`` writes them anew after a wished-for change.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import brainpy_lab as bp
from tests.networks.cells import AMPA, STDP, lif, synapse

FOLDER = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("BRAINPY_LAB_UPDATE_GOLDEN"))


#: All cells to all, by a rule that does not say so: what it gives is summed connection by connection.
BY_PAIRS = bp.connect.fixed_probability(1.0)


def _coba() -> bp.Network:
    E = bp.NeuGroup(lif(), 4, name="E", method="exponential_euler")
    gaba = synapse(AMPA.replace("E = 0; tau = 5", "E = -80; tau = 10"), "GABA")
    connect = BY_PAIRS
    exc = bp.Synapses(pre=E[:3], post=E, model=synapse(AMPA, "AMPA"), connect=connect, name="exc")
    return bp.Network(E, exc, bp.Synapses(pre=E[3:], post=E, model=gaba, connect=connect, name="inh"), name="COBA")


def _plastic(delay: float = 0.0, schedule: str = "default") -> bp.Network:
    E = bp.NeuGroup(lif(), 4, name="E", method="euler")
    P = bp.PoissonGroup(3, rate=0.1, name="P")
    model = synapse(STDP + "    post.V += weight", "STDP")
    plastic = bp.Synapses(pre=P, post=E, model=model, connect=bp.connect.all_to_all(), name="plastic", delay=delay)
    return bp.Network(E, P, plastic, name="Plastic" if not delay else "Delayed", schedule=schedule)


def _gaps() -> bp.Network:
    E = bp.NeuGroup(lif(), 4, name="E", method="heun2")
    gap = synapse("weight = 0.1\npost.I += weight*(pre.V - post.V)", "Gap")
    gaps = bp.Synapses(pre=E, post=E, model=gap, connect=BY_PAIRS, name="gaps")
    return bp.Network(E, gaps, name="Gaps")


def _sums() -> bp.Network:
    """All to all: by spikes, from a gate of each presynaptic cell, within a group and from a part of it."""
    E = bp.NeuGroup(lif(), 4, name="E", method="euler")
    R = bp.NeuGroup(lif(), 2, name="R", method="euler")
    kick = synapse("weight = 0.1\nwhen pre.spike:\n    post.V += weight", "Kick")
    gate = synapse(
        "weight = 0.1; tau = 100\nds/dt = -s/tau\npost.I += -weight*s*post.V\nwhen pre.spike:\n    s += 0.5*(1 - s)",
        "Gate",
    )
    gap = synapse("weight = 0.1\npost.I += weight*(pre.V - post.V)", "Gap")
    every = bp.connect.all_to_all()
    return bp.Network(
        E,
        R,
        bp.Synapses(pre=E[:3], post=R, model=gate, connect=every, name="gate"),
        bp.Synapses(pre=E, post=E, model=kick, connect=every, name="kick", delay=1.0),
        bp.Synapses(pre=R, post=R, model=gap, connect=every, name="gap"),
        name="Sums",
    )


NETWORKS = {"coba": _coba, "gaps": _gaps, "sums": _sums, "plastic": _plastic, "delayed": lambda: _plastic(1.5)}
GOLDEN = [(name, backend) for name in NETWORKS for backend in ("numpy", "numba", "jax", "torch")]


NETWORKS["delayed_brian2"] = lambda: _plastic(1.5, "brian2")  # its order differs, on all drivers in the same way
GOLDEN.append(("delayed_brian2", "numba"))


@pytest.mark.parametrize(("name", "backend"), GOLDEN)
def test_the_code_of_a_network_is_the_golden_one(name: str, backend: str) -> None:
    path = FOLDER / f"{name}_{backend}.txt"
    text = str(NETWORKS[name]().code(backend))
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), "write it with BRAINPY_LAB_UPDATE_GOLDEN=1"
    assert text == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {p.stem for p in FOLDER.iterdir()} == {"_".join(pair) for pair in GOLDEN}


def test_a_network_says_where_each_variable_lives() -> None:
    said = _coba().explain().splitlines()
    assert "    g: one value a cell of E, in its equations: exc_g" in said
    said = _plastic().explain().splitlines()
    assert any(line.startswith("    x: one value a cell of P") for line in said)
    assert "    weight: one value a connection" in said
