"""Arguments put together at random: each gives a table that is one, or our own error."""

import random
import warnings

import networkx
import numpy as np
import pandas
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import BrainPyLabError

VALUES = [
    None, True, 0, 1, 2, 3, 5, -1, 0.5, 1.0, 1e-300, 1e300, np.nan, np.inf, 2**40, 2**70, 10**400, 1j, "", "x", b"x",
    [], [1, 2], [0, 1, 2], [1.5], (0.1,), {}, {"a": 1}, np.float32(0.5), np.int8(3), np.array(2), np.array([]),
    np.array(["a"]), np.array([np.nan]), np.ones((3, 3)), np.eye(5, dtype=bool), object(), [[1], [1, 2]],
    lambda pre, post: 0.5, lambda pre, post: pre.index < post.index, lambda pre, post: None, lambda pre, post: pre.gone,
    lambda: 1, range(3), int, ..., (3, 4), (5,), [2, 2, 2, 2, 2],
    bp.connect.Cells(5, np.arange(5.0)[:, None]), bp.connect.Cells(3, np.ones((3, 2)), members=[4, 1, 0]),
]  # fmt: skip
#: Positional arguments that make a rule as it should be.
RIGHT = {
    "fixed_probability": [0.3], "fixed_in_degree": [2], "fixed_out_degree": [2], "fixed_total_number": [7],
    "gaussian": [1.0], "exponential": [1.0, 0.5], "difference_of_gaussians": [1.0, 2.0], "small_world": [2, 0.5],
    "scale_free": [1], "grid_neighbours": [1], "pairs": [[0, 1, 2], [2, 0, 1]], "matrix": [np.eye(5)[::-1]],
    "edge_list": [pandas.DataFrame({"pre": [0, 1], "post": [1, 0]})], "graph": [networkx.cycle_graph(5)],
    "function": [lambda pre, post: pre.index > post.index],
}  # fmt: skip
SIZES = [5, 5, 5, 3, 0, (2, 3), bp.connect.Cells(5, np.arange(5.0)[:, None])]
OPTIONS = ("seed", "autapses", "multapses", "periodic", "corners", "center")


def attempt(rng):
    rule = rng.choice(list(bp.connect.registry().values()))
    positional = list(RIGHT.get(rule.name, []))
    if rng.random() < 0.5:
        positional = [rng.choice(VALUES) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4)))]
    keywords = {name: rng.choice(VALUES) for name in rng.sample(OPTIONS, rng.choice((0, 0, 0, 1)))}
    sides = [rng.choice(SIZES if rng.random() < 0.9 else VALUES) for _ in range(2)]
    if rng.random() < 0.5:
        sides[1] = sides[0]
    more = {"same": rng.random() < 0.5} if rng.random() < 0.95 else {"same": rng.choice(VALUES)}
    return rule(*positional, **keywords).build(*sides, **more)


def is_a_table(table):
    pre, post = table.pre_index, table.post_index
    inside = ((pre >= 0) & (pre < table.n_pre) & (post >= 0) & (post < table.n_post)).all()
    return inside and len(pre) == len(post) == table.offsets[-1] and (np.diff(table.offsets) >= 0).all()


@pytest.mark.parametrize(
    ("seed", "cases"), [(1, 4000), pytest.param(2, 50_000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_any_arguments_give_a_table_or_an_error(seed, cases):
    rng, tables = random.Random(seed), 0
    for _ in range(cases):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                table = attempt(rng)
            except BrainPyLabError as error:
                assert len(str(error)) < 1000
                continue
        assert is_a_table(table)
        tables += 1
    assert tables > cases / 6
