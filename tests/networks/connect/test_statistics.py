"""What rules of connection promise of their tables: degrees, pairs, geometry."""

import networkx
import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

import brainpy_lab as bp
from brainpy_lab.networks.connect import Cells

connect = bp.connect


def pairs_of(table):
    return np.stack([table.pre_index, table.post_index], axis=1)


def has_no_autapses(table):
    return not (table.pre_index == table.post_index).any()


def has_no_multapses(table):
    return len(np.unique(pairs_of(table), axis=0)) == len(table)


def is_in_order(table):
    keys = table.pre_index.astype(np.int64) * table.n_post + table.post_index
    return (np.diff(keys) >= 0).all()


RANDOM = {
    "fixed_probability": connect.fixed_probability(0.1, seed=3),
    "function": connect.fixed_probability(lambda pre, post: 0.1 + 0 * (pre.index + post.index), seed=3),
    "fixed_in_degree": connect.fixed_in_degree(30, seed=3),
    "fixed_out_degree": connect.fixed_out_degree(30, seed=3),
    "fixed_total_number": connect.fixed_total_number(9000, seed=3),
    "most of in-degrees": connect.fixed_in_degree(250, seed=3),
    "most pairs": connect.fixed_total_number(80_000, seed=3),
}


@pytest.mark.parametrize("name", RANDOM)
def test_pairs_are_in_order_and_each_once_and_no_cell_is_its_own(name):
    table = RANDOM[name].build(300, 300, same=True)
    assert is_in_order(table)
    assert has_no_autapses(table)
    assert has_no_multapses(table)
    assert not has_no_autapses(RANDOM[name].build(300, 300))  # two groups: numbers mean nothing


@pytest.mark.parametrize("name", RANDOM)
def test_every_pair_is_as_likely_as_any_other(name):
    """Counts of pairs over many seeds, where cells themselves are left out, and of cells that stand side by side."""
    rule, seeds, n = RANDOM[name], 30, 300
    counts = np.zeros((n, n))
    for seed in range(seeds):
        counts += rule.build(n, n, same=True, stream=seed).to_scipy().toarray()
    p = counts.sum() / seeds / (n * (n - 1))
    off = counts[~np.eye(n, dtype=bool)]
    expected = seeds * p * (1 - p)
    # the variance of 89,700 nearly independent binomial counts
    assert abs(off.var() / expected - 1) < 4 * np.sqrt((2 + (1 - 6 * p * (1 - p)) / expected) / off.size) + 0.01
    for edge in (counts[:, 0], counts[:, -1], counts[0], counts[-1]):
        assert abs(edge.sum() - seeds * p * (n - 1)) < 4 * np.sqrt(seeds * p * (1 - p) * (n - 1)) + 1e-9


@pytest.mark.parametrize("p", [1e-3, 0.02, 0.3, 0.9])
def test_degrees_of_a_fixed_probability_are_binomial(p):
    table = connect.fixed_probability(p, seed=5).build(1500, 2000)
    binomial = stats.binom(2000, p)
    kurtosis = binomial.stats(moments="k")
    for degrees in (table.out_degree(), table.in_degree() * 2000 / 1500):
        assert abs(degrees.mean() - 2000 * p) < 4 * np.sqrt(2000 * p * (1 - p) / 1500)
    out = table.out_degree()
    assert abs(out.var() / binomial.var() - 1) < 4 * np.sqrt((2 + kurtosis) / 1500)
    gaps = np.diff(table.pre_index.astype(np.int64) * 2000 + table.post_index)
    assert abs(gaps.mean() * p - 1) < 4 * np.sqrt((1 - p) / len(gaps))
    assert abs(gaps.var() - (1 - p) / p**2) < 4 * (3 * (1 - p) ** 0.5 / p**2) / np.sqrt(len(gaps)) + 1e-9


def test_the_ends_of_a_probability_are_none_and_all():
    assert len(connect.fixed_probability(0).build(50, 60)) == 0
    assert len(connect.fixed_probability(1).build(50, 60)) == 3000
    assert len(connect.fixed_probability(1e-320).build(50, 60)) == 0
    assert np.array_equal(
        pairs_of(connect.fixed_probability(1).build(9, 9, same=True)),
        pairs_of(connect.all_to_all().build(9, 9, same=True)),
    )


@pytest.mark.parametrize("repeats", [False, True])
def test_degrees_are_exact(repeats):
    wanted = np.arange(40) % 7
    ins = connect.fixed_in_degree(wanted, seed=1, multapses=repeats).build(30, 40)
    outs = connect.fixed_out_degree(wanted, seed=1, multapses=repeats).build(40, 30)
    assert ins.in_degree().tolist() == wanted.tolist()
    assert outs.out_degree().tolist() == wanted.tolist()
    assert len(connect.fixed_total_number(777, seed=1, multapses=repeats).build(40, 30)) == 777
    assert np.array_equal(ins.targets[ins.offsets[3] : ins.offsets[4]], ins.post_index[ins.pre_index == 3])


@pytest.mark.parametrize("degree", [0, 1, 14, 15, 16, 29, 30])
def test_all_degrees_up_to_the_size_can_be_had(degree):
    table = connect.fixed_in_degree(degree, seed=2).build(30, 50)
    assert set(table.in_degree().tolist()) == {degree}
    assert has_no_multapses(table)


def test_degrees_with_replacement_are_those_of_a_poisson_like_choice():
    table = connect.fixed_in_degree(100, seed=7, multapses=True).build(500, 2000)
    out, p = table.out_degree(), 1 / 500
    assert abs(out.var() / (200_000 * p * (1 - p)) - 1) < 4 * np.sqrt(2 / 500)
    assert not has_no_multapses(table)
    twice = 100 * 99 / 2 / 500 * 2000  # pairs of equal choices, their mean
    counts = np.unique(pairs_of(table), axis=0, return_counts=True)[1]
    assert abs((counts * (counts - 1) / 2).sum() - twice) < 4 * np.sqrt(twice)
    assert is_in_order(table)


def test_autapses_are_there_where_they_are_asked_for():
    n = 400
    table = connect.fixed_in_degree(40, seed=1, autapses=True).build(n, n, same=True)
    own = (table.pre_index == table.post_index).sum()
    assert abs(own - 40) < 4 * np.sqrt(40 * 0.9)
    assert connect.one_to_one(autapses=True).build(5, 5, same=True).post_index.tolist() == [0, 1, 2, 3, 4]


def test_parts_of_a_group_know_the_cells_that_they_share():
    pre, post = Cells(4, members=[0, 2, 4, 6]), Cells(3, members=[6, 5, 0])
    table = connect.all_to_all().build(pre, post, same=True)
    assert list(zip(table.pre_index, table.post_index, strict=True)) == [
        (0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2), (3, 1), (3, 2),
    ]  # fmt: skip
    for rule in (connect.fixed_probability(1), connect.fixed_total_number(10), connect.fixed_out_degree([2, 3, 3, 2])):
        assert np.array_equal(pairs_of(rule.build(pre, post, same=True)), pairs_of(table))
    assert connect.fixed_in_degree([3, 4, 3]).build(pre, post, same=True).in_degree().tolist() == [3, 4, 3]
    assert len(connect.all_to_all().build(pre, post)) == 12
    apart = connect.one_to_one().build(Cells(2, members=[0, 1]), Cells(2, members=[2, 3]), same=True)
    assert apart.post_index.tolist() == [0, 1]


DISTANCE = {
    "gaussian": (connect.gaussian(0.15, 0.8, seed=1), lambda d: 0.8 * np.exp(-(d**2) / 0.045)),
    "exponential": (connect.exponential(0.2, 0.9, seed=1), lambda d: 0.9 * np.exp(-d / 0.2)),
    "difference": (
        connect.difference_of_gaussians(0.1, 0.3, 0.9, 0.3, seed=1),
        lambda d: np.maximum(0, 0.9 * np.exp(-(d**2) / 0.02) - 0.3 * np.exp(-(d**2) / 0.18)),
    ),
}


@pytest.mark.parametrize("name", DISTANCE)
@pytest.mark.parametrize("is_periodic", [False, True])
def test_probabilities_by_distance_are_those_of_a_dense_reference(name, is_periodic):
    rule, p_of = DISTANCE[name]
    here, there = np.random.default_rng(1).random((2, 500, 2))
    if is_periodic:
        rule = type(rule)(**{**vars(rule), "periodic": 1.0})
        shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        d = np.min([cdist(here, there + shift) for shift in shifts], axis=0)
    else:
        d = cdist(here, there)
    table = rule.build(Cells(500, here), Cells(500, there))
    connected = table.to_scipy().toarray()
    p = p_of(d)
    assert not connected[p == 0].any()
    for low, high in [(0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.5), (0.5, 1.5)]:
        ring = (d >= low) & (d < high)
        expected, variance = p[ring].sum(), (p * (1 - p))[ring].sum()
        assert abs(connected[ring].sum() - expected) < 4 * np.sqrt(variance) + 1e-9


def test_rules_by_distance_are_short_for_a_function():
    cells = Cells(200, np.random.default_rng(2).random((200, 3)))
    short = connect.gaussian(0.3, 0.5, periodic=1.0, seed=4).build(cells, cells, same=True)
    long = connect.fixed_probability(
        lambda pre, post: 0.5 * np.exp(-0.5 * (bp.distance(pre, post, 1.0) / 0.3) ** 2), seed=4
    ).build(cells, cells, same=True)
    assert np.array_equal(pairs_of(short), pairs_of(long))
    assert len(short) > 1000


@pytest.mark.parametrize("is_periodic", [False, True])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize(("shape", "radius"), [((5, 7), 1), ((4, 6), 2), ((9,), 3), ((3, 4, 3), 1), ((4, 4), 10)])
def test_neighbours_are_those_of_a_dense_reference(shape, radius, corners, is_periodic):
    table = connect.grid_neighbours(radius, corners=corners, periodic=is_periodic).build(shape, shape, same=True)
    places = np.argwhere(np.ones(shape))
    steps = np.abs(places[:, None] - places)
    if is_periodic:
        steps = np.minimum(steps, shape - steps)
    away = steps.max(axis=-1) if corners else steps.sum(axis=-1)
    assert np.array_equal(table.to_scipy().toarray(), (away <= radius) & (away > 0))
    assert is_in_order(table)
    assert has_no_multapses(table)


def test_the_cell_at_the_same_place_is_a_neighbour_where_it_is_asked_for():
    table = connect.grid_neighbours(1, corners=False, center=True).build((3, 3), (3, 3))
    assert table.out_degree().tolist() == [3, 4, 3, 4, 5, 4, 3, 4, 3]


def test_a_small_world_without_chance_is_a_ring():
    table = connect.small_world(4, 0).build(10, 10, same=True)
    assert np.array_equal(table.to_scipy().toarray(), networkx.to_numpy_array(networkx.watts_strogatz_graph(10, 4, 0)))


@pytest.mark.parametrize("p", [0.1, 1.0])
def test_edges_of_a_small_world_go_elsewhere_with_their_probability(p):
    n, k = 1000, 10
    table = connect.small_world(k, p, seed=3).build(n, n, same=True)
    dense = table.to_scipy().toarray()
    assert len(table) == n * k and has_no_multapses(table) and has_no_autapses(table)
    assert np.array_equal(dense, dense.T)
    ring = connect.small_world(k, 0).build(n, n, same=True).to_scipy().toarray()
    left, edges = (ring * (1 - dense)).sum() / 2, n * k / 2
    back = p * edges * k / n  # some come back to a place on the ring that another has left
    assert abs(left - p * edges) < 4 * np.sqrt(edges * p * (1 - p)) + back + 4 * np.sqrt(back)
    clustering = networkx.average_clustering(networkx.from_numpy_array(dense))
    assert clustering == pytest.approx(2 / 3 * (1 - p) ** 3, abs=0.03)
    # each edge keeps one end: a cell has k/2 of its own, and those that chance leads to it
    assert dense.sum(axis=1).min() >= k // 2
    assert abs(dense.sum(axis=1).var() / (k / 2 * (2 * p - p**2)) - 1) < 0.25


@pytest.mark.parametrize("n", [3, 5, 6, 7])
def test_a_small_world_that_is_nearly_full_stays_one(n):
    for seed in range(10):
        table = connect.small_world(n - 1 - (n - 1) % 2, 1.0, seed=seed).build(n, n, same=True)
        assert len(table) == n * (n - 1 - (n - 1) % 2)
        assert has_no_multapses(table) and has_no_autapses(table)


def test_a_scale_free_graph_has_the_degrees_of_its_theory():
    n, m = 4000, 3
    table = connect.scale_free(m, seed=2).build(n, n, same=True)
    dense = table.to_scipy()
    assert len(table) == 2 * m * (n - m) and has_no_multapses(table) and has_no_autapses(table)
    assert (dense != dense.T).nnz == 0
    degrees = table.out_degree()
    k = np.arange(m, 12)
    # Bollobas et al. 2001: P(k) = 2 m (m + 1) / (k (k + 1) (k + 2))
    expected = n * 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
    found = np.bincount(degrees)[m:12]
    assert (np.abs(found - expected) < 4 * np.sqrt(expected) + 5).all()
    assert degrees.max() > 60  # about m*sqrt(n); a graph of even chances ends below 30
