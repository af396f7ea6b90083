"""Weights, delays and parameters that stand in matrices, tables and graphs are those of the synapses."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning

CELLS = bp.model("dV/dt = -V/10\nwhen V >= 100:\n    V = 0", name="Cells")
KICK = bp.model("weight = 0.5; A = 1\nwhen pre.spike:\n    post.V += A*weight", name="Kick", synapse=True)
PLASTIC = bp.model(
    "weight(0) = 0.5\nwhen pre.spike:\n    post.V += weight\nwhen post.spike:\n    weight += 1", synapse=True
)
W = np.array([[0, 2.0, 0], [3, 0, 0.5], [0, 0, 0]])


def made(rule, model=KICK, **given):
    E = bp.NeuGroup(CELLS, 3, name="E")
    return bp.Synapses(pre=E, post=E, model=model, connect=rule, name="exc", **given)


@pytest.mark.parametrize("entries", [W, sp.csr_array(W)])
@pytest.mark.parametrize("model", [KICK, PLASTIC])
def test_a_matrix_has_the_weights(entries, model):
    assert made(bp.connect.matrix(entries), model).weight.tolist() == [2.0, 3.0, 0.5]
    assert made(bp.connect.matrix(entries), model, weight=7.0).weight.tolist() == [7.0] * 3


@pytest.mark.parametrize("entries", [W > 0, (W > 0).astype(int), (W > 0).astype(float)])
def test_a_matrix_of_zeros_and_ones_says_who_is_connected_alone(entries):
    assert made(bp.connect.matrix(entries)).weight.tolist() == [0.5] * 3


def test_tables_and_graphs_have_what_synapses_know_by_name():
    table = pd.DataFrame({"pre": [2, 0], "post": [1, 2], "weight": [0.2, 0.3], "delay": [1.0, 2.0], "A": 4.0, "x": 1.0})
    syn = made(bp.connect.edge_list(table))
    assert syn.post_index.tolist() == [2, 1] and syn.weight.tolist() == [0.3, 0.2]
    assert syn.delay.tolist() == [2.0, 1.0] and syn.A.tolist() == [4.0, 4.0]
    assert made(bp.connect.edge_list(table), delay=0.0).delay.tolist() == [0.0, 0.0]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(3))
    graph.add_edge(2, 0, weight=4.0, delay=1.5)
    again = made(bp.connect.graph(graph))
    assert again.weight.tolist() == [4.0] and again.delay.tolist() == [1.5]
    there = made(bp.connect.graph(syn.to_networkx()))
    assert there.weight.tolist() == syn.weight.tolist() and there.delay.tolist() == syn.delay.tolist()


def test_what_some_connections_lack_is_said_unless_the_synapses_are_given_it():
    graph = nx.DiGraph()
    graph.add_nodes_from(range(3))
    graph.add_edge(0, 1, weight=2.0, delay=1.0, label="a")
    graph.add_edge(1, 2, delay="1.5 ms")
    with pytest.raises(
        ArgumentError, match="^exc: graph: the edge from 1 to 2 has the 'delay' '1.5 ms', which is no num"
    ):
        made(bp.connect.graph(graph), weight=3.0)
    with pytest.raises(
        ArgumentError, match="^exc: graph: the edge from 1 to 2 has no 'weight'.\n  Give all .*, or weight="
    ):
        made(bp.connect.graph(graph), delay=3.0)
    assert made(bp.connect.graph(graph), delay=3.0, weight=1.0).delay.tolist() == [3.0, 3.0]
    table = bp.connect.edge_list(pd.DataFrame({"pre": [0, 1], "post": [1, 2], "weight": ["0.5", "0,7"], "note": "b"}))
    with pytest.raises(ArgumentError, match="^exc: edge_list: the column 'weight' holds no number in line 0: '0.5'"):
        made(table)
    assert made(table, weight=1.0).weight.tolist() == [1.0, 1.0]


def test_a_grid_without_positions_is_told_how_to_have_them():
    advice = r"no positions.\n  Give them some, such as those of the grid: positions=np.argwhere\(np.ones\(\(2, 3\)\)\)"
    with pytest.raises(ArgumentError, match=advice):
        bp.NeuGroup(CELLS, (2, 3), name="G", initial={"V": lambda position: position[:, 0]})
    G = bp.NeuGroup(CELLS, (2, 3), name="G")
    with pytest.raises(ArgumentError, match=advice):
        bp.Synapses(pre=G, post=G, model=KICK, connect=bp.connect.gaussian(1.0))
    with pytest.raises(
        ArgumentError, match="^exc: the function for 'weight': The presynaptic cells have no positions."
    ):
        made(bp.connect.all_to_all(), weight=lambda pre, post: pre.position[:, 0])
    G = bp.NeuGroup(CELLS, (2, 3), name="G", positions=np.argwhere(np.ones((2, 3))))
    near = bp.connect.function(lambda pre, post: bp.distance(pre, post) == 1)
    assert len(bp.Synapses(pre=G, post=G, model=KICK, connect=near)) == 14


def test_spikes_arrive_with_them():
    times = bp.SpikeSource([1.0], [1], size=3, name="S")
    E = bp.NeuGroup(CELLS, 3, name="E", method="exact")
    table = pd.DataFrame({"pre": [1, 1], "post": [0, 2], "weight": [2.0, 3.0], "delay": [0.5, 1.0]})
    syn = bp.Synapses(pre=times, post=E, model=KICK, connect=bp.connect.edge_list(table), name="exc")
    V = bp.Network(times, E, syn).run(2.0, dt=0.1, backend="numpy", record={"E": ["V"]})["E"].V
    assert np.allclose(V[-1], [2.0 * np.exp(-0.05), 0.0, 3.0], atol=1e-12)


def test_weights_that_a_model_does_not_use_are_said():
    deaf = bp.model("when pre.spike:\n    post.V += 1", name="Deaf", synapse=True)
    with pytest.warns(RunWarning, match="'Deaf' has none"):
        made(bp.connect.matrix(W), deaf)
    with pytest.raises(ArgumentError, match="delay is a number, at least 0"):
        made(bp.connect.edge_list(pd.DataFrame({"pre": [0], "post": [1], "delay": [-1.0]})))
