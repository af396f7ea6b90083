"""One bound ends Newton's iteration on every driver: 1e-8 of a value, or 1e-12."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from numba import njit

from brainpy_lab.drivers.numba.linear import converged, solved
from brainpy_lab.drivers.numba.native import native

CHANGES = np.array([1.0e-8, 1.1e-8, -1.0e-8, -1.1e-8, 1.0e-12, 1.1e-12, np.nan])
VALUES = np.array([1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 1.0])
NEGLIGIBLE = [True, False, True, False, True, False, False]


@pytest.mark.parametrize("driver", ["numpy", "jax", "torch"])
def test_arrays(driver: str) -> None:
    math = importlib.import_module(f"brainpy_lab.drivers.{driver}.math")
    array = importlib.import_module("torch").tensor if driver == "torch" else np.asarray
    kwargs = {"dtype": importlib.import_module("torch").float64} if driver == "torch" else {}
    found = []
    for change, value in zip(CHANGES, VALUES, strict=True):
        pair = array([change], **kwargs), array([value], **kwargs)
        found.append(bool(math.converged(*pair)))
        assert np.isnan(float(math.solved(*pair)[0])) != found[-1]
    assert found == NEGLIGIBLE
    assert not math.converged(*pair, array([0.0], **kwargs), array([1.0], **kwargs))  # all pairs must be


def test_numba_and_native_code() -> None:
    settled = native("def settled(change, value):\n    return solved(change, value)\n", "settled")
    answer = njit(lambda change, value: (converged(change, value), solved(change, value), settled(change, value)))
    for change, value, expected in zip(CHANGES, VALUES, NEGLIGIBLE, strict=True):
        is_done, *kept = answer(change, value)
        assert is_done == expected
        assert [np.isfinite(x) for x in kept] == [expected, expected]
