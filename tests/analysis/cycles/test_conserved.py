"""Sums of states that no orbit changes are found and said: nothing that is looked for is isolated there."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.cycles.conserved import conserved
from brainpy_lab.analysis.layout import initial_of
from brainpy_lab.analysis.vector_field import make_field
from brainpy_lab.errors import AnalysisError

CHANNEL = """
a = 3
dC/dt = -a*C + O
dO/dt = a*C - O - 2*O + 0.5*I
dI/dt = 2*O - 0.5*I
dV/dt = -O*(V - 50) - 0.1*(V + 65)
C(0) = 1
V(0) = -65
"""


def _found(text: str) -> list[dict[str, float]]:
    model = bp.model(text)
    field = make_field(model, None, {})
    return conserved(field, initial_of(model, field.layout))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHANNEL, [{"C": 1, "O": 1, "I": 1}]),
        ("dx/dt = -x*y\ndy/dt = x*y - y\ndz/dt = y\nx(0) = 1", [{"x": 1, "y": 1, "z": 1}]),
        ("dx/dt = 1e-9*(y - 2*x)\ndy/dt = -3e-3*(y - 2*x)\ndz/dt = x - z", [{"x": 3e6, "y": 1}]),
        ("dx/dt = y - x\ndy/dt = x - y\ndu/dt = v**2 - u\ndv/dt = u - v**2", [{"x": 1, "y": 1}, {"u": 1, "v": 1}]),
        ("dx/dt = log(x) + y\ndy/dt = -log(x) - y\nx(0) = 0.5", [{"x": 1, "y": 1}]),
        ("dx/dt = y\ndy/dt = -x", []),
        ("k = 0\ndx/dt = k*x\ndy/dt = -y", [{"x": 1}]),
        ("dx/dt = x(t - 1) - x", []),
    ],
)
def test_sums_of_states(text: str, expected: list[dict[str, float]]) -> None:
    found = _found(text)
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))
    for terms in expected:
        assert any(
            got.keys() == terms.keys() and np.allclose([got[n] for n in terms], [*terms.values()]) for got in found
        )


def test_a_diagram_says_so_and_how_to_take_the_state_out() -> None:
    diagram = bp.analysis.bifurcation(bp.model(CHANNEL), "a", (1, 4))
    assert len(diagram.branches) == 0
    (said,) = diagram.remarks
    assert "C + O + I is conserved" in said
    assert "write I = total - C - O, with the parameter total = 1" in said
    reduced = CHANNEL.replace("dI/dt = 2*O - 0.5*I", "total = 1\nI = total - C - O")
    (branch,) = bp.analysis.bifurcation(bp.model(reduced), "a", (1, 4), cycles=False).branches
    assert branch["O"] == pytest.approx(branch["a"] / (1 + 5 * branch["a"]), rel=1e-9)


def test_fixed_points_and_cycles_say_so() -> None:
    model = bp.model("dx/dt = y - x\ndy/dt = x - y\nx(0) = 1")
    assert "x + y is conserved" in bp.analysis.fixed_points(model, x=(0, 2), y=(0, 2)).remarks[-1]
    with pytest.raises(AnalysisError, match="x \\+ y is conserved"):
        bp.analysis.limit_cycle(model)
    with pytest.raises(
        AnalysisError, match="y - x is conserved.* write y = total \\+ x, with the parameter total = -1"
    ):
        bp.analysis.limit_cycle(bp.model("dx/dt = x - y**2\ndy/dt = x - y**2\nx(0) = 1"))
