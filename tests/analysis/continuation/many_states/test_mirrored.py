"""Arms of a pitchfork that are images of each other: one is followed, and all that is told is as if both were."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.continuation import tracing


def diagram(beyond, n=20):
    weights = np.random.default_rng(0).normal(size=(n, n)) / np.sqrt(n)
    text = f"dx/dt = -x + W @ tanh(g*x) + {beyond}*maximum(x - 0.3, 0)**2\nx(0) = x0\ng = 1"
    model = bp.model(text, namespace={"W": weights, "x0": np.zeros(n)})
    return bp.analysis.bifurcation(model, "g", (0, 2), cycles=False, start={f"x[{k}]": 0.0 for k in range(n)})


def told(found):
    """Kinds, then places with their states, coefficients and eigenvalues, in one order."""
    rows = [
        [p.parameter, p.values["x[0]"], p.data.get("l1") or 0.0, *np.abs(p.data["eigenvalues"].real)]
        for p in found.points
    ]
    order = np.lexsort(np.round(np.array(rows).T[1::-1], 6))
    return [found.points[k].kind for k in order], np.array(rows)[order]


# odd as far as it is looked at, and odd beside the pitchfork alone
@pytest.mark.parametrize("beyond", [0.0, 0.3])
def test_one_arm_tells_of_both(beyond, monkeypatch):
    one = diagram(beyond)
    monkeypatch.setattr(tracing, "arm_of", lambda *_: None)
    both = diagram(beyond)
    kinds, rows = told(one)
    other_kinds, other_rows = told(both)
    assert kinds == other_kinds and len(kinds) > 2
    np.testing.assert_allclose(rows, other_rows, rtol=1e-7, atol=1e-9)
    assert [b.ends for b in one.branches] == [b.ends for b in both.branches]
    assert one.remarks == both.remarks
    arms = one.branches[1]
    is_odd = np.allclose(arms.points[0, :-1], -arms.points[-1, :-1], atol=1e-9)
    assert is_odd == (not beyond), "the ends of the arms at the border"
    for value in (1.2, 1.9):
        assert len(one.at(value)) == len(both.at(value)) >= 3
