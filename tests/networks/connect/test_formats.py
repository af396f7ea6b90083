"""Connections from and to other forms: pairs, matrices, tables, files, graphs."""

import networkx
import numpy as np
import pandas
import pytest
import scipy.sparse

import brainpy_lab as bp
from brainpy_lab.networks.connections import Connections

connect = bp.connect


@pytest.fixture
def table():
    return connect.fixed_probability(0.2, seed=1).build(30, 20)


@pytest.fixture
def weights(table):
    return bp.dist.normal(1, 0.1, seed=2).sample(len(table))


def assert_same(one, other):
    assert (one.n_pre, one.n_post) == (other.n_pre, other.n_post)
    assert np.array_equal(one.pre_index, other.pre_index)
    assert np.array_equal(one.post_index, other.post_index)


def test_pairs_keep_their_order():
    pre, post = np.array([3, 0, 3, 1, 0]), np.array([1, 2, 0, 1, 2])
    table = connect.pairs(pre, post, multapses=True).build(4, 3)
    assert np.array_equal(table.pre_index, pre)
    assert np.array_equal(table.post_index, post)
    assert table.targets.tolist() == [2, 2, 1, 0, 1]
    assert table.offsets.tolist() == [0, 2, 3, 3, 5]
    assert table.order.tolist() == [1, 4, 3, 2, 0]
    dense = table.to_scipy([1.0, 2.0, 3.0, 4.0, 5.0]).toarray()
    assert dense.tolist() == [[0, 0, 7], [0, 4, 0], [0, 0, 0], [3, 1, 0]]
    sorted_pairs = connect.pairs([0, 1], [1, 0]).build(2, 2)
    assert sorted_pairs.order is None


def test_no_pairs_are_a_table():
    assert len(connect.pairs([], []).build(0, 5)) == 0
    assert connect.pairs([], []).build(3, 5).offsets.tolist() == [0, 0, 0, 0]


def test_a_table_is_compact_and_cannot_be_written(table):
    assert table.targets.dtype == table.offsets.dtype == table.pre_index.dtype == table.post_index.dtype == np.int32
    assert table.nbytes == 4 * len(table) + 4 * 31
    for array in (table.targets, table.offsets, table.pre_index, table.post_index):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert repr(table) == f"<Connections: {len(table)} of 30 cells to 20>"


def test_indices_are_as_wide_as_they_must_be():
    assert Connections(1, 2**31, np.array([0, 1]), np.array([2**31 - 1])).targets.dtype == np.int64
    assert Connections(1, 2**31 - 1, np.array([0, 1]), np.array([5])).targets.dtype == np.int32


def test_scipy_and_back(table, weights):
    matrix = table.to_scipy(weights)
    assert matrix.shape == (30, 20) and matrix.nnz == len(table)
    for form in (
        matrix,
        matrix.tocsc(),
        matrix.tocoo(),
        scipy.sparse.lil_matrix(matrix),
        scipy.sparse.csr_matrix(matrix),
    ):
        back = connect.matrix(form).build(30, 20)
        assert_same(back, table)
        assert np.array_equal(back.values["weight"], weights)
        assert np.array_equal(back.to_scipy("weight").toarray(), matrix.toarray())
    assert table.to_scipy().sum() == len(table)
    matrix.indices[:] = 0  # a copy
    assert table.post_index.max() == 19


def test_dense_and_back(table, weights):
    dense = table.to_scipy(weights).toarray()
    back = connect.matrix(dense).build(30, 20)
    assert_same(back, table)
    assert np.array_equal(back.values["weight"], weights)
    assert connect.matrix(dense != 0).build(30, 20).values == {}


def test_a_matrix_is_copied():
    dense = np.eye(3)
    rule = connect.matrix(dense)
    dense[:] = 1
    assert len(rule.build(3, 3)) == 3


def test_stored_zeros_are_connections():
    matrix = scipy.sparse.coo_array(([0.0, 1.0], ([0, 1], [1, 2])), shape=(3, 3))
    assert connect.matrix(matrix).build(3, 3).values["weight"].tolist() == [0.0, 1.0]


def frame_of(table, **columns):
    return pandas.DataFrame({"pre": table.pre_index, "post": table.post_index, **columns})


def test_pandas_and_back(table, weights):
    frame = frame_of(table, weight=weights, label="x").sample(frac=1, random_state=1)
    back = connect.edge_list(frame).build(30, 20)
    assert_same(back, table)
    assert list(back.values) == ["weight"]
    assert np.array_equal(back.values["weight"], weights)
    renamed = frame.rename(columns={"pre": "from", "post": "to"})
    assert_same(connect.edge_list(renamed, "from", "to").build(30, 20), table)


def test_csv_and_back(table, weights, tmp_path):
    frame_of(table, weight=weights).to_csv(tmp_path / "edges.csv", index=False)
    for path in (tmp_path / "edges.csv", str(tmp_path / "edges.csv")):
        back = connect.edge_list(path).build(30, 20)
        assert_same(back, table)
        assert np.array_equal(back.values["weight"], weights)


def test_numbers_of_a_csv_file_keep_their_last_bit(tmp_path):
    draws = np.random.default_rng(0)
    delays = draws.normal(size=2000) * 10 ** draws.uniform(-8, 8, 2000)
    file = tmp_path / "edges.csv"
    pandas.DataFrame({"pre": np.arange(2000), "post": 0, "delay": delays}).to_csv(file, index=False)
    assert np.array_equal(connect.edge_list(file).build(2000, 1).values["delay"], delays)


def test_parquet_is_read_by_pandas(table, weights, tmp_path, monkeypatch):
    monkeypatch.setattr(pandas, "read_parquet", lambda path: frame_of(table, weight=weights))
    assert_same(connect.edge_list(tmp_path / "edges.parquet").build(30, 20), table)

    def absent(path):
        raise ImportError("Unable to find a usable engine")

    monkeypatch.setattr(pandas, "read_parquet", absent)
    with pytest.raises(bp.BrainPyLabError) as told:
        connect.edge_list(tmp_path / "edges.parquet")
    assert str(told.value) == (
        "edge_list: Parquet files need the package pyarrow, which is not installed.\n  pip install pyarrow"
    )


def test_networkx_and_back(table, weights):
    graph = table.to_networkx(weight=weights)
    assert graph.number_of_nodes() == 50 and graph.number_of_edges() == len(table)
    back = connect.graph(graph, [("pre", i) for i in range(30)], [("post", j) for j in range(20)]).build(30, 20)
    assert_same(back, table)
    assert np.array_equal(back.values["weight"], weights)


def test_a_graph_of_one_group_has_numbers_as_nodes():
    table = connect.fixed_in_degree(15, seed=1, multapses=True).build(20, 20, same=True)
    graph = table.to_networkx()
    assert isinstance(graph, networkx.MultiDiGraph) and list(graph.nodes) == list(range(20))
    assert_same(connect.graph(graph, multapses=True).build(20, 20, same=True), table)
    single = connect.fixed_in_degree(3, seed=1).build(20, 20, same=True)
    assert type(single.to_networkx()) is networkx.DiGraph


def test_edges_without_direction_lead_both_ways():
    graph = networkx.Graph([("a", "b"), ("c", "c")])
    table = connect.graph(graph, autapses=True).build(3, 3, same=True)
    assert list(zip(table.pre_index, table.post_index, strict=True)) == [(0, 1), (1, 0), (2, 2)]


def test_edges_without_direction_lead_from_one_side_to_the_other():
    graph = networkx.Graph([("a", 1), (2, "b")])
    table = connect.graph(graph, ["a", "b"], [1, 2]).build(2, 2)
    assert list(zip(table.pre_index, table.post_index, strict=True)) == [(0, 0), (1, 1)]


def test_attributes_of_a_graph_are_kept_where_every_edge_has_them():
    graph = networkx.DiGraph()
    graph.add_edge(0, 1, weight=2.0, delay=1, name="x")
    graph.add_edge(1, 0, weight=3.0)
    values = connect.graph(graph).build(2, 2, same=True).values
    assert {name: array.tolist() for name, array in values.items()} == {"weight": [2.0, 3.0]}


def test_values_go_into_graphs(weights, table):
    made = connect.matrix(table.to_scipy(weights)).build(30, 20)
    _, _, attributes = next(iter(made.to_networkx().edges(data=True)))
    assert attributes == {"weight": weights[0]}
