"""Eigenvectors of the eigenvalue nearest to zero, against a full decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_lab.analysis.continuation.normal_form import at_zero


@pytest.mark.parametrize("off", [0.0, 1e-7])
@pytest.mark.parametrize("n", [1, 2, 30])
def test_both_eigenvectors_of_a_badly_scaled_matrix(n: int, off: float) -> None:
    rng = np.random.default_rng(n)
    scale = 10.0 ** rng.uniform(-3, 3, n)
    a = scale[:, None] * (rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))) / scale
    values, vectors = np.linalg.eig(a)
    matrix = a - (values[0] + off) * np.eye(n)
    left, right = at_zero(matrix)
    assert abs(np.vdot(vectors[:, 0], right)) == pytest.approx(1, abs=1e-10)
    expected = np.linalg.inv(vectors)[0].conj()
    assert abs(np.vdot(expected, left)) / np.linalg.norm(expected) == pytest.approx(1, abs=1e-10)


def test_a_zero_of_the_matrix_itself() -> None:
    """Gauss's elimination meets a pivot that is zero to the last bit."""
    left, right = at_zero(np.array([[0, 1], [0, 2]], dtype=complex))
    np.testing.assert_allclose(np.abs(right), [1, 0], atol=1e-15)
    np.testing.assert_allclose(np.abs(left), np.array([2, 1]) / np.sqrt(5), atol=1e-15)
