"""What comes next from a place in the plane of two parameters, read off curves of known shape."""

import numpy as np
import pytest

from brainpy_lab.analysis.two_parameters.views.outlook import outlook

ANGLES = np.linspace(0, 2 * np.pi, 721)
CIRCLE = {"kind": "hopf", "a": 2 * np.cos(ANGLES), "b": np.sin(ANGLES)}
LINE = {"kind": "fold", "a": np.full(2, 1.0), "b": np.array([-5.0, 5.0])}


def at(a, b):
    curves = [type("Curve", (dict,), {"kind": c["kind"]})(c) for c in (CIRCLE, LINE)]
    return outlook(curves, ("a", "b"), ((-3, 3), (-2, 2)), (a, b))


def test_the_first_curve_on_each_side():
    found = at(0.0, 0.5)
    values = {(c.kind, c.parameter, round(c.value, 3)) for c in found.curves}
    assert values == {("hopf", "a", -1.732), ("fold", "a", 1.0), ("hopf", "b", -1.0), ("hopf", "b", 1.0)}
    assert repr(found) == (
        "At a = 0.00, b = 0.50. Next, with one parameter moved: Hopf points at a = -1.73 and b = -1.00 and b = 1.00; "
        "folds at a = 1.00."
    )


def test_where_nothing_is_met():
    (fold,) = at(2.5, 1.5).curves
    assert (fold.kind, fold.value) == ("fold", pytest.approx(1.0))
    assert "no curve is met" in repr(outlook([], ("a", "b"), ((0, 1), (0, 1)), (0.5, 0.5)))
