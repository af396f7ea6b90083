"""Functions of array kernels that stand in for NumPy's."""

import itertools

import numpy as np
import pytest
from numba import njit

from brainpy_lab.drivers.numba.array_math import where


@njit
def _where(condition, x, y):
    return where(condition, x, y)


@pytest.mark.parametrize("sizes", list(itertools.product((0, 1, 3), repeat=3)))
def test_where_joins_arrays_as_numpy_does(sizes):
    condition, x, y = (np.arange(1.0, n + 1) for n in sizes)
    condition = condition != 2
    try:
        expected = np.where(condition, x, -y)
    except ValueError:
        with pytest.raises(ValueError, match="different sizes"):
            _where(condition, x, -y)
    else:
        np.testing.assert_array_equal(_where(condition, x, -y), expected)


def test_where_takes_numbers():
    x = np.array([0.5, -0.5])
    found = _where(x > 0, 1, x)
    np.testing.assert_array_equal(found, [1.0, -0.5])
    assert found.dtype == float
    assert (_where(True, 2.0, 3), _where(False, 2.0, 3)) == (2.0, 3.0)
