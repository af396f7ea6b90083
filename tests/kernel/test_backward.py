"""The phase plane with where the trajectory came from, against the exact orbit of a linear system."""

from __future__ import annotations

import numpy as np
import pytest

CELL = """%%brainpy_model Saddle --backend numpy --duration 2
a = 1 in [0.5, 2]
dx/dt = -a*x
dy/dt = y
x(0) = 0.5
y(0) = 0.25
;"""


@pytest.fixture
def view(jupyter):
    jupyter(CELL)
    jupyter("view = Saddle.interact();")
    jupyter.settle()
    return jupyter.value("view")


def test_the_past_is_drawn_while_it_is_asked_for(jupyter, view):
    """x = exp(-a t)/2, y = exp(t)/4, so that x y**a is one number all along."""
    figure = view.phase
    assert max(figure._past.x) < -1e29
    figure.backward.value = True
    jupyter.settle()
    x, y = np.asarray(figure._past.x), np.asarray(figure._past.y)
    assert x * y == pytest.approx(0.125, rel=1e-5)  # the browser has single precision
    assert (x[-1], y[-1]) == pytest.approx((0.5 * np.exp(2), 0.25 * np.exp(-2)), rel=1e-5)
    assert "where it came from" in figure._caption.value
    view.controls.sliders["a"].value = 2.0
    jupyter.settle()
    x, y = np.asarray(figure._past.x), np.asarray(figure._past.y)
    assert x * y**2 == pytest.approx(0.5 / 16, rel=1e-5)
    figure.backward.value = False
    jupyter.settle()
    assert max(figure._past.x) < -1e29 and "where it came from" not in figure._caption.value


def test_what_ends_the_past_is_said(jupyter):
    """Backward, x' = x**3 leads to rest, and x' = -x**3 leaves all bounds at t = -1/2."""
    jupyter("%%brainpy_model Cubic --backend numpy --duration 2\ndx/dt = -x**3\nx(0) = 1\n;")
    jupyter("view = Cubic.interact();")
    view = jupyter.value("view")
    view.phase.backward.value = True
    jupyter.settle()
    assert "The orbit backward in time ends at t = -0.5, where x leaves all bounds" in view.phase._caption.value
