"""Couplings in every step: what they read of their cells, and of which order they are."""

from __future__ import annotations

import numpy as np
import pytest

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
