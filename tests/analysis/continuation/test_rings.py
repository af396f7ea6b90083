"""Rings of equal cells: their modes part the equations around equal cells, and say where multipliers cross.

The places are those of ``benchmarks/rings.py``: from two variational equations at a time (SciPy, DOP853, to 1e-12).
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.branches_of_cycles import locating

TEXT = """
dv/dt = v - v**3/3 - w + I + k*(roll(v, 1) - 2*v + roll(v, -1))
dw/dt = 0.08*(v + 0.7 - 0.8*w)
v(0) = x0; w(0) = x0; I = 0.5; k = 0.1
"""


def ring(cells):
    return bp.model(TEXT, namespace={"x0": np.full(cells, -1.0)})


def of(diagram, kind):
    return [p for p in diagram.points.of(kind) if p.parameter > 0.32419]


def test_equal_cells_lose_their_symmetry_and_the_fold_of_a_canard_is_told():
    diagram = bp.analysis.bifurcation(ring(3), "I", (0.3, 0.36))
    (crossed,) = of(diagram, "branch point of cycles")
    assert crossed.parameter == pytest.approx(0.324420661715, abs=1e-8)
    assert "2 multipliers or pairs cross together" in crossed.note
    assert not of(diagram, "period doubling") and not of(diagram, "torus")
    # that of one cell alone, beside which the parameter moves by rounding errors
    assert [p.parameter for p in diagram.points.of("fold of cycles")] == pytest.approx([0.3241785225], abs=1e-9)


def test_equal_multipliers_are_looked_for_in_a_smaller_piece_where_the_whole_does_not_show_them(monkeypatch):
    widths = []

    def located(gap, original=locating.located):
        widths.append(abs(gap.after.point.parameter - gap.before.point.parameter))
        return original(gap) if gap.count == 1 or widths[-1] < 1e-6 else None

    monkeypatch.setattr(locating, "located", located)
    diagram = bp.analysis.bifurcation(ring(3), "I", (0.3243, 0.36), doublings=0)
    (crossed,) = of(diagram, "branch point of cycles")
    assert max(widths) > 1e-6
    assert crossed.parameter == pytest.approx(0.324420661715, abs=1e-8)
    assert "2 multipliers or pairs cross together" in crossed.note


@pytest.mark.slow
def test_five_cells_lose_their_symmetry_in_three_ways():
    diagram = bp.analysis.bifurcation(ring(5), "I", (0, 1))
    places = [p.parameter for p in of(diagram, "branch point of cycles")]
    np.testing.assert_allclose(places, [0.324271037922, 0.325572948813], atol=1e-8)
    np.testing.assert_allclose([p.parameter for p in of(diagram, "period doubling")], [0.324414292975], atol=1e-8)
    assert not diagram.points.of("torus") and len(diagram.points.of("fold of cycles")) == 1
    square = 0.936 - 0.1 * (2 - 2 * np.cos(2 * np.pi * np.arange(3) / 5))
    v = -np.sqrt(square)
    hopf = [p.parameter for p in diagram.points.of("hopf")]
    np.testing.assert_allclose(hopf, (v + 0.7) / 0.8 - v + v**3 / 3, atol=1e-10)


@pytest.mark.parametrize("cells", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_multipliers_of_a_ring_are_those_of_its_modes(cells):
    cycle = bp.analysis.limit_cycle(ring(cells))
    start = [cycle.profile[0, 0], cycle.profile[cells, 0], 1, 0, 0, 1, 0]
    known = []
    for j in range(cells):
        leak = 0.1 * (2 - 2 * np.cos(2 * np.pi * j / cells))

        def drift(t, y, leak=leak):
            v, w = y[:2]
            slopes = np.array([[1 - v * v - leak, -1], [0.08, -0.064]])
            moved = (slopes @ y[2:6].reshape(2, 2)).ravel()
            return [v - v**3 / 3 - w + 0.5, 0.08 * (v + 0.7 - 0.8 * w), *moved, np.trace(slopes)]

        if j > cells / 2:
            known += known[2 * (cells - j) : 2 * (cells - j) + 2]
            continue
        end = solve_ivp(drift, (0, cycle.period), start, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
        largest = np.log(np.abs(np.linalg.eigvals(end[2:6].reshape(2, 2))).max())
        known += [largest, end[6] - largest]  # the smaller one from the trace: it is lost beside the larger
    known = np.sort(known)[::-1]
    assert known[-1] < np.log(1e-20)
    np.testing.assert_allclose(cycle.log_multipliers.real, known, rtol=1e-6, atol=1e-6)
