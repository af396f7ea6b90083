"""Exponentials of one cell that wait for no other are computed side by side, and are what they are one by one."""

import ast
import math

import numpy as np
from numba import njit

from brainpy_lab.drivers.numba.native import native
from brainpy_lab.drivers.numba.rows import ready_exponentials

STEP = """
from brainpy_lab.drivers.numba.math import exp


def f(a):
    b = exp(-a)
    return b + exp(-a/3)


def step(x, y):
    p = exp(-x)
    q = f(x) + exp(-y)*exp(x/7)*exp(2.0)
    r = f(y) - exp(-p) + exp(x/5)
    x_now = x + 1
    s = exp(x_now/9) if q > r else exp(-x)
    return p, q, r, s
"""


def by_hand(x, y):
    def f(a):
        return np.exp(-a) + np.exp(-a / 3)

    p = np.exp(-x)
    q, r = f(x) + np.exp(-y) * np.exp(x / 7) * np.exp(2.0), f(y) - np.exp(-p) + np.exp(x / 5)
    return p, q, r, np.exp((x + 1) / 9) if q > r else p


def compiled(packs):
    step = native(STEP, "step", packs)

    @njit("UniTuple(f8, 4)(f8, f8)", error_model="numpy")
    def run(x, y):
        return step(x, y)

    return run


PLACES = [(0.3, -1.2), (2.0, 5.0), (-700.0, 3.0), (800.0, 800.0), (-800.0, 0.0), (math.nan, 1.0), (0.5, math.nan)]


def test_values_are_the_same_one_by_one_and_side_by_side():
    alone, packed = ([run(*place) for place in PLACES] for run in (compiled(False), compiled(True)))
    np.testing.assert_array_equal(alone, packed)
    for given, place in zip(packed[:2], PLACES, strict=False):
        np.testing.assert_allclose(given, by_hand(*place), rtol=1e-13)
    assert (packed[3][0], packed[4][0]) == (0.0, math.inf) and math.isnan(packed[5][0])


def test_only_exponentials_of_known_names_are_ready():
    rows = ast.parse("a = exp(-x)\nb = exp(a)\nc = exp(y) + exp(2.0)\ny = x\nd = exp(y) + exp(exp(x))*exp(x/2)").body
    ready = [ast.unparse(call.args[0]) for call in ready_exponentials(rows, {"x", "y"})]
    assert sorted(ready) == ["-x", "x", "x / 2", "y"]
    assert ready_exponentials(rows[3:], {"x", "y"}) == []  # the next row has none
