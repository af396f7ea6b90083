"""Rules that have no meaning, or cannot be met, are refused with the rule's and the argument's name."""

import networkx
import numpy as np
import pandas
import pytest
import scipy.sparse

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.networks.connect import Cells

connect = bp.connect
FRAME = pandas.DataFrame({"pre": [0, 1], "post": [1, 5]})

ARGUMENTS = [
    (connect.fixed_probability, "fixed_probability: missing a required argument: 'p'.\n  It takes p, seed=0, a"),
    (lambda: connect.fixed_probability(0.1, sed=1), "fixed_probability: got an unexpected keyword argument 'sed'"),
    (lambda: connect.fixed_probability(1.5), "fixed_probability: p is a number from 0 to 1; got 1.5."),
    (lambda: connect.fixed_probability(-0.1), "fixed_probability: p is a number from 0 to 1; got -0.1."),
    (lambda: connect.fixed_probability(np.nan), "fixed_probability: p is a number from 0 to 1; got nan."),
    (lambda: connect.fixed_probability(True), "fixed_probability: p is a number from 0 to 1; got True."),
    (lambda: connect.fixed_probability(lambda pre: 1), "fixed_probability: p is no function of two sides"),
    (lambda: connect.fixed_probability(0.1, seed=-1), "fixed_probability: seed is a whole number from 0 to 2**64 - 1;"),
    (lambda: connect.fixed_probability(0.1, autapses=1), "fixed_probability: autapses is True or False; got 1."),
    (lambda: connect.fixed_in_degree(-1), "fixed_in_degree: degree is a whole number, at least 0; got -1."),
    (lambda: connect.fixed_in_degree(2.5), "fixed_in_degree: degree is a whole number, at least 0; got 2.5."),
    (
        lambda: connect.fixed_in_degree([1, -2]),
        "fixed_in_degree: degree is one whole number for all cells, or an array",
    ),
    (lambda: connect.fixed_out_degree(3, multapses=None), "fixed_out_degree: multapses is True or False; got None."),
    (lambda: connect.fixed_total_number(1e3), "fixed_total_number: number is a whole number, at least 0; got 1000.0."),
    (lambda: connect.gaussian(0), "gaussian: sigma is a number above 0; got 0."),
    (lambda: connect.gaussian(1, 2), "gaussian: p_max is a number from 0 to 1; got 2."),
    (
        lambda: connect.gaussian(1, periodic=True),
        "gaussian: periodic is the length of the space, above 0, or one a dim",
    ),
    (lambda: connect.exponential(-1), "exponential: length is a number above 0; got -1."),
    (
        lambda: connect.difference_of_gaussians(1, 2, 3),
        "difference_of_gaussians: p_center is a number from 0 to 1; got 3",
    ),
    (lambda: connect.grid_neighbours(0), "grid_neighbours: radius is a whole number, at least 1; got 0."),
    (lambda: connect.grid_neighbours(1, corners=2), "grid_neighbours: corners is True or False; got 2."),
    (lambda: connect.small_world(3, 0.1), "small_world: neighbours is an even number; got 3."),
    (lambda: connect.small_world(2, -0.1), "small_world: p is a number from 0 to 1; got -0.1."),
    (lambda: connect.scale_free(0), "scale_free: edges is a whole number, at least 1; got 0."),
    (lambda: connect.function(3), "function: f is no function of two sides; got 3."),
    (lambda: connect.pairs([0, 1], [1]), "pairs: pre has 2 cells and post 1; a connection has one of each."),
    (lambda: connect.pairs([0.5], [1]), "pairs: pre holds numbers of cells, whole and in one row; got [0.5]."),
    (lambda: connect.pairs([True], [1]), "pairs: pre holds numbers of cells, whole and in one row; got [True]."),
    (lambda: connect.pairs([[0], [1, 2]], [1]), "pairs: pre holds numbers of cells, whole and in one row"),
    (lambda: connect.pairs([2**63], [1]), "pairs: pre holds 9223372036854775808, the number of no cell."),
    (
        lambda: connect.matrix([1, 2]),
        "matrix: entries have two dimensions, (presynaptic cells, postsynaptic cells), of",
    ),
    (lambda: connect.matrix([[1], [2, 3]]), "matrix: the rows of entries have different lengths."),
    (lambda: connect.matrix([["a"]]), "matrix: entries have two dimensions"),
    (
        lambda: connect.matrix([[np.nan]]),
        "matrix: entries hold nan or infinity.\n  Write 0 where there is no connection.",
    ),
    (lambda: connect.edge_list(3), "edge_list: source is a pandas table or the name of a file; got 3."),
    (lambda: connect.edge_list("gone.csv"), "edge_list: there is no file gone.csv."),
    (
        lambda: connect.edge_list("edges.txt"),
        "edge_list: edges.txt is no file that it reads.\n  It reads .csv and .parq",
    ),
    (lambda: connect.edge_list(FRAME, "per"), "edge_list: the table has no column 'per'.\n  Did you mean 'pre'?"),
    (
        lambda: connect.edge_list(FRAME.astype(float)),
        "edge_list: column 'pre' holds numbers of cells, whole and in one",
    ),
    (lambda: connect.graph(3), "graph: it is no graph of networkx; got 3."),
    (
        lambda: connect.graph(networkx.path_graph(3), [0], [0]),
        "graph: the edge from 0 to 1 leads between nodes that are no",
    ),
    (lambda: connect.graph(networkx.path_graph(3), [0, 7]), "graph: pre names 7, which is no node of the graph."),
    (lambda: connect.graph(networkx.path_graph(3), [0, 0]), "graph: pre names a node twice."),
]


@pytest.mark.parametrize(("make", "message"), ARGUMENTS, ids=[message[:60] for _, message in ARGUMENTS])
def test_arguments_without_meaning_are_refused_where_the_rule_is_written(make, message):
    with pytest.raises(ArgumentError) as told:
        make()
    assert message in str(told.value)


LINE = Cells(10, np.arange(10.0)[:, None])
PLANE = Cells(10, np.ones((10, 2)))
MORE = "\n  Take fewer, or let a pair be connected more than once: multapses=True."

CELLS = [
    (
        connect.all_to_all(),
        (-1, 3),
        {},
        "all_to_all: pre: Cells: size is a whole number from 0 to 2,147,483,647; got -1.",
    ),
    (connect.all_to_all(), (3, "x"), {}, "all_to_all: post: Cells: size is a whole number from 0 to 2,147,483,647;"),
    (connect.all_to_all(), (3, 4), {"same": True}, "all_to_all: same=True, but the sides have 3 and 4 cells."),
    (connect.all_to_all(), (3, 3), {"same": 1}, "all_to_all: same is True or False; got 1."),
    (connect.all_to_all(), (3, 3), {"chunk": 0}, "all_to_all: chunk is a whole number, at least 1; got 0."),
    (
        connect.all_to_all(),
        (3, 3),
        {"stream": -1},
        "all_to_all: stream is a whole number from 0 to 1,073,741,823; got -1.",
    ),
    (connect.one_to_one(), (3, 4), {}, "one_to_one: 3 presynaptic cells are not 4 postsynaptic ones."),
    (
        connect.one_to_one(),
        (3, 3),
        {"same": True},
        "one_to_one: within one group a cell would connect to itself.\n  Ask",
    ),
    (
        connect.fixed_in_degree(20),
        (10, 5),
        {},
        "fixed_in_degree: degree=20 is more than the 10 presynaptic cells that a cell has." + MORE,
    ),
    (
        connect.fixed_in_degree(10),
        (10, 10),
        {"same": True},
        "fixed_in_degree: degree=10 is more than the 9 presynaptic cells that a cell has." + MORE,
    ),
    (
        connect.fixed_out_degree(6),
        (10, 5),
        {},
        "fixed_out_degree: degree=6 is more than the 5 postsynaptic cells that a cell has." + MORE,
    ),
    (
        connect.fixed_out_degree([1, 2, 7]),
        (3, 5),
        {},
        "fixed_out_degree: degree=7 is more than the 5 postsynaptic cells",
    ),
    (connect.fixed_out_degree([1, 2]), (3, 5), {}, "fixed_out_degree: degree has 2 numbers for 3 presynaptic cells."),
    (
        connect.fixed_in_degree(1, multapses=True),
        (0, 5),
        {},
        "fixed_in_degree: degree=1 is more than the 0 presynaptic cells that a cell has.\n  There is no cell",
    ),
    (
        connect.fixed_total_number(7),
        (2, 3),
        {},
        "fixed_total_number: number=7 is more than the 6 pairs of cells.\n  Take",
    ),
    (
        connect.fixed_total_number(7, multapses=True),
        (0, 3),
        {},
        "fixed_total_number: number=7 is more than the 0 pairs of cells.\n  There is no pair to connect.",
    ),
    (
        connect.fixed_probability(1e-9),
        (2**31 - 1, 2**31 - 1),
        {},
        "fixed_probability: 2,147,483,647 × 2,147,483,647 pairs of cells are more than the 2,251,799,813,685,248",
    ),
    (
        connect.gaussian(1),
        (LINE, 10),
        {},
        "gaussian: the postsynaptic cells have no positions.\n  Give them some: an array",
    ),
    (connect.gaussian(1), (LINE, PLANE), {}, "gaussian: positions have 1 and 2 dimensions."),
    (
        connect.gaussian(1, periodic=(1, 1)),
        (LINE, LINE),
        {},
        "gaussian: periodic has 2 lengths; the positions have 1 dim",
    ),
    (
        connect.grid_neighbours(1),
        ((3, 4), (4, 3)),
        {},
        "grid_neighbours: the sides are grids of (3, 4) and (4, 3) cells.",
    ),
    (connect.small_world(4, 0.1), (10, 10), {}, "small_world connects the cells of one group with each other."),
    (
        connect.small_world(10, 0.1),
        (10, 10),
        {"same": True},
        "small_world: neighbours=10 is more than a cell has among 10.",
    ),
    (connect.scale_free(2), (10, 12), {}, "scale_free connects the cells of one group with each other."),
    (connect.scale_free(10), (10, 10), {"same": True}, "scale_free: edges=10 needs more than 10 cells; there are 10."),
    (
        connect.pairs([0, 3], [1, 1]),
        (3, 3),
        {},
        "pairs: connection 1 has presynaptic cell 3; there are 3, counted from 0.",
    ),
    (
        connect.pairs([0, 2], [1, -1]),
        (3, 3),
        {},
        "pairs: connection 1 has postsynaptic cell -1; there are 3, counted from",
    ),
    (
        connect.pairs([0, 2], [1, 2]),
        (3, 3),
        {"same": True},
        "pairs: connection 1 leads from cell 2 to itself.\n  Ask for it with autapses=True.",
    ),
    (
        connect.pairs([0, 2, 0], [1, 2, 1]),
        (3, 3),
        {},
        "pairs: cells 0 and 1 are connected more than once.\n  Ask for it with multapses=True, or take each pair once.",
    ),
    (
        connect.matrix(np.eye(3)),
        (3, 4),
        {},
        "matrix: entries are 3 × 3; there are 3 presynaptic and 4 postsynaptic cells.",
    ),
    (connect.matrix(np.eye(3)), (3, 3), {"same": True}, "matrix: connection 0 leads from cell 0 to itself."),
    (
        connect.matrix(scipy.sparse.coo_array(([1, 1], ([0, 0], [1, 1])), shape=(3, 3))),
        (3, 3),
        {},
        "matrix: cells 0 and 1 are connected more than once.",
    ),
    (
        connect.edge_list(FRAME),
        (3, 3),
        {},
        "edge_list: connection 1 has postsynaptic cell 5; there are 3, counted from 0.",
    ),
    (connect.graph(networkx.path_graph(3)), (3, 4), {}, "graph: it has 3 nodes for 4 postsynaptic cells."),
    (
        connect.fixed_probability(lambda pre, post: pre.index - post.index),
        (3, 3),
        {},
        "fixed_probability: p(pre, post) is a probability from 0 to 1; it gives -1 for cells 0 and 1.",
    ),
    (
        connect.fixed_probability(lambda pre, post: np.nan),
        (3, 3),
        {},
        "fixed_probability: p(pre, post) is a probability from 0 to 1; it gives nan for cells 0 and 0.",
    ),
    (connect.fixed_probability(lambda pre, post: "a"), (3, 3), {}, "fixed_probability: p(pre, post) gives no numbers."),
    (
        connect.fixed_probability(lambda pre, post: np.ones(7)),
        (3, 3),
        {},
        "fixed_probability: p(pre, post) gives an array of shape (7,) where (3, 3) is needed.",
    ),
    (
        connect.fixed_probability(lambda pre, post: 1 / 0),
        (3, 3),
        {},
        "fixed_probability: p(pre, post) fails: ZeroDivisionError: division by zero\n  It takes two arguments, the pre",
    ),
    (
        connect.fixed_probability(lambda pre, post: np.exp(-bp.distance(pre, post))),
        (3, 3),
        {},
        "The presynaptic cells have no positions.\n  Give them some: an array (number of cells, dimension).",
    ),
    (
        connect.fixed_probability(lambda pre, post: (pre.index + post.index) / (pre.index + post.index).max()),
        (9, 9),
        {},
        "fixed_probability: p(pre, post) gives 0 for cells 0 and 0 among others, and nan with fewer of them.",
    ),
    (
        connect.fixed_probability(lambda pre, post: 1 / (1 + np.argsort(post.index) + 0 * pre.index)),
        (9, 9),
        {},
        "with fewer of them.\n  It is called for blocks and for lists of pairs: each value depends on its own pair",
    ),
    (
        connect.function(lambda pre, post: 0.5),
        (3, 3),
        {},
        "function: f(pre, post) gives true and false.\n  For probabil",
    ),
]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(("rule", "sides", "more", "message"), CELLS, ids=[case[-1][:60] for case in CELLS])
def test_cells_that_a_rule_cannot_connect_are_refused(rule, sides, more, message):
    with pytest.raises(ArgumentError) as told:
        rule.build(*sides, **more)
    assert message in str(told.value)


TOO_MANY = [
    (
        connect.all_to_all(),
        "all_to_all: about 999,999,000,000 connections of 1,000,000 cells to 1,000,000 take 4.55 TiB;",
    ),
    (connect.fixed_probability(0.5), "fixed_probability: about 499,999,500,000 connections"),
    (connect.fixed_in_degree(500_000), "fixed_in_degree: about 500,000,000,000 connections"),
    (connect.fixed_out_degree(500_000), "fixed_out_degree: about 500,000,000,000 connections"),
    (connect.fixed_total_number(10**11), "fixed_total_number: about 100,000,000,000 connections"),
    (connect.small_world(100_000, 0.1), "small_world: about 100,000,000,000 connections"),
    (connect.scale_free(100_000), "scale_free: about 180,000,000,000 connections"),
    (connect.grid_neighbours(400_000), "grid_neighbours: about 800,001,000,000 connections"),
    (
        connect.fixed_probability(lambda pre, post: 0.5 + 0 * (pre.index + post.index)),
        "fixed_probability: about 499,999,500,000 conn",
    ),
]


@pytest.mark.parametrize(("rule", "message"), TOO_MANY, ids=[message[:30] for _, message in TOO_MANY])
def test_what_does_not_fit_is_refused_with_its_size_before_it_is_built(rule, message):
    with pytest.raises(MemoryLimitError) as told:
        rule.build(10**6, 10**6, same=True).make()
    assert message in str(told.value)
    assert " GiB are free.\n  Take fewer cells or fewer connections." in str(told.value)


def test_a_function_that_gives_more_than_it_seemed_is_refused_while_it_is_built(monkeypatch):
    monkeypatch.setattr("brainpy_lab.networks.room.available_bytes", lambda: 2**20)
    monkeypatch.setattr("brainpy_lab.networks.room.SMALL", 2**10)
    with pytest.raises(
        MemoryLimitError, match="function: about .* connections of 1,000 cells to 1,000 take .* MiB; .* are"
    ):
        connect.function(lambda pre, post: pre.index >= 0).build(1000, 1000)


def test_an_unknown_rule_is_told_with_the_nearest():
    with pytest.raises(AttributeError, match="There is no rule of connection 'gausian'. Did you mean 'gaussian'?"):
        _ = connect.gausian


def test_values_have_one_number_a_connection():
    table = connect.all_to_all().build(2, 3)
    with pytest.raises(ArgumentError, match=r"values: one number for each of 6 connections; got shape \(5,\)."):
        table.to_scipy(np.ones(5))
    with pytest.raises(ArgumentError, match=r"The connections came with no values 'weight'.\n  They came with: none."):
        table.to_scipy("weight")


def test_a_rule_is_written_as_it_was_made():
    assert repr(connect.fixed_in_degree(5, seed=3, autapses=True)) == "fixed_in_degree(degree=5, autapses=True, seed=3)"
    assert repr(connect.gaussian(0.1)) == "gaussian(sigma=0.1, p_max=1.0, seed=0)"
    assert repr(connect.pairs(np.arange(1000), np.arange(1000))) == "pairs(pre=<1,000 numbers>, post=<1,000 numbers>)"
