"""Synapses are read, and refused where something is to be run by itself."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_lab.equations import read_text
from brainpy_lab.simulation.model import Model

#: Text, line and column of its first part that belongs to a synapse.
SYNAPSES = [
    ("dg/dt = -g\nwhen pre.spike:\n    g += 1\npost.I += -g*post.V", 2, 0),
    ("dg/dt = -g\nwhen post.spike:\n    g += 1", 2, 0),
    ("dg/dt = -g + pre.V", 1, 13),
    ("dg/dt = -g + 0.1*post.V*xi", 1, 17),
    ("drive = 2*post.V\ndg/dt = -g", 1, 10),
    ("dg/dt = -g\nwhen g > 1:\n    post.V = 1", 3, 4),
    ("dg/dt = -g\nwhen pre.V > 1:\n    g = 0", 2, 5),
    ("dg/dt = -g\npost.I += g", 2, 0),
    ("dg/dt = -g\npre.I -= g", 2, 0),
    ("weight = 0.6\nwhen pre.spike:\n    post.ge += weight", 2, 0),
    ("g = 0.1\npost.I += g*(pre.V - post.V)", 2, 0),
]


@pytest.mark.parametrize(("text", "line", "column"), SYNAPSES)
def test_a_synapse_is_refused_where_it_begins(text: str, line: int, column: int) -> None:
    with pytest.raises(bp.errors.ModelError, match="is a synapse, which runs only in a network") as refusal:
        Model(read_text(text, synapse=True))
    place = refusal.value.location
    assert (place.line, place.column) == (line, column)
    assert "bp.Synapses(pre=..., post=..., model=...)" in refusal.value.advice


@pytest.mark.parametrize("text", [text for text, _, _ in SYNAPSES] + ["dg/dt = -g + pre.V(t - 1)"])
def test_an_ordinary_model_has_no_sides(text: str) -> None:
    with pytest.raises(bp.errors.ModelError, match="synapse") as refusal:
        bp.model(text)
    assert refusal.value.location is not None
    assert "bp.model(text, synapse=True)" in refusal.value.advice


def test_a_synapse_does_not_run_by_itself() -> None:
    synapse = bp.model("dg/dt = -g", synapse=True, name="Exc")
    with pytest.raises(bp.errors.ArgumentError, match="'Exc' is a synapse"):
        synapse.run(1.0)


def test_weight_and_delay_are_the_connections_own() -> None:
    synapse = bp.model("when pre.spike:\n    post.g += weight", synapse=True, namespace={"weight": 7.0})
    assert synapse.parameters == {"weight": 1.0}


def test_own_names_that_begin_like_a_side_are_no_synapse() -> None:
    model = bp.model("pre_V = 2\ndpost_g/dt = -pre_V*post_g\npost_g(0) = 1", backend="numpy")
    assert model.run(1.0).post_g[-1] == pytest.approx(0.1353352832, abs=1e-8)  # exp(-2)
