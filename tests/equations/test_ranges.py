"""Ranges of sliders when none is given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainpy_lab.equations import guess_range


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, (0.0, 1.0, 0.01)),
        (0.7, (0.0, 2.0, 0.02)),
        (12.5, (0.0, 30.0, 0.3)),
        (-65, (-200.0, 0.0, 2.0)),
        (1e-4, (0.0, 2e-4, 2e-6)),
        (0, (-1.0, 1.0, 0.02)),
        (math.inf, (-1.0, 1.0, 0.02)),
    ],
)
def test_guess(value: float, expected: tuple[float, float, float]) -> None:
    assert guess_range(value) == pytest.approx(expected, rel=1e-12)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e290, max_value=1e290))
def test_the_value_lies_inside(value: float) -> None:
    low, high, step = guess_range(value)
    assert low <= value <= high
    assert low < high
    assert 0 < step <= high - low
