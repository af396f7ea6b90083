"""The sign that the drawing of a network gives synapses: what weights and names say, and nothing else."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_kernel.panel.structure import sign, structure

LIF = bp.model("I = 0\nr = 0\ndV/dt = (I - V)/20\nwhen V >= 10:\n    V = 0", name="LIF")
KICK = "when pre.spike:\n    post.V += weight"


def synapses(name, weight=1.0, pre="cells", text=KICK, model="Kick"):
    group = bp.NeuGroup(LIF, 4, name=pre)
    model = bp.model(text, name=model, synapse=True)
    connect = bp.connect.fixed_out_degree(2, seed=1)
    return bp.Synapses(pre=group, post=group, model=model, connect=connect, weight=weight, name=name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "exc"}, "excitatory"),
        ({"name": "to_inh"}, "inhibitory"),
        ({"name": "inh", "weight": -1.0}, "inhibitory"),
        ({"name": "exc", "weight": -1.0}, "inhibitory"),
        ({"name": "drive", "weight": bp.dist.uniform(-2, -1, seed=1)}, "inhibitory"),
        ({"name": "mixed", "weight": bp.dist.uniform(-1, 1, seed=1)}, None),
        ({"name": "fast", "model": "GABA_A"}, "inhibitory"),
        ({"name": "fast", "model": "NMDA"}, "excitatory"),
        ({"name": "local", "pre": "I"}, "inhibitory"),
        ({"name": "local", "pre": "E2"}, "excitatory"),
        ({"name": "e_to_i"}, "excitatory"),
        ({"name": "drive"}, None),
        ({"name": "Input"}, None),
        ({"name": "exc_inh"}, None),
        ({"name": "gap", "text": "weight = 1\npost.I += weight*(pre.V - post.V)"}, "coupling"),
    ],
)
def test_signs(given, expected):
    assert sign(synapses(**given)) == expected


def test_a_part_of_a_group_is_drawn_at_its_group():
    group = bp.NeuGroup(LIF, 4, name="E")
    model = bp.model(KICK, name="Kick", synapse=True)
    half = bp.Synapses(pre=group[:2], post=group, model=model, connect=bp.connect.all_to_all(), name="half")
    (found,) = structure("net", bp.Network(group, half))["synapses"]
    assert (found["pre"], found["pre_group"], found["post_group"]) == ("E[:2]", "E", "E")
