"""What vanishes on curves of cycles, as a function of the multipliers."""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_lab.analysis.two_parameters.cycle_conditions import turned


def test_it_vanishes_with_a_multiplier_at_minus_one_whatever_the_others_are() -> None:
    for others in ([], [0.3], [-5e3, 1e-13], [0.2 + 0.9j, 0.2 - 0.9j], [np.inf]):
        below, at, above = (turned(np.array([value, *others], dtype=complex)) for value in (-1.01, -1.0, -0.99))
        assert at == pytest.approx(0, abs=1e-12)
        assert below * above < 0 and below == pytest.approx(-above, rel=0.05)


def test_it_is_smooth_where_a_multiplier_passes_zero_and_where_two_become_a_pair() -> None:
    """A small multiplier that turns its sign is where a logarithm has a pole; two that meet leave the real axis."""
    along = np.linspace(-1, 1, 2001)
    through_zero = [turned(np.array([s, 0.2], dtype=complex)) for s in along]
    roots = np.sqrt(along + 0j)  # a pair for s < 0, two real ones for s > 0
    meeting = [turned(np.array([0.5 + r, 0.5 - r])) for r in roots]
    for values in (through_zero, meeting):
        slopes = np.diff(values) / np.diff(along)
        assert np.abs(slopes).min() > 0.1
        assert np.abs(np.diff(slopes)).max() < 2e-3
