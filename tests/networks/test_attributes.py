"""A name that parts and networks do not have is refused where it is set, not kept in silence."""

import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

CELLS = bp.model("dV/dt = -V/10\nwhen V >= 1:\n    V = 0", name="Cells")


@pytest.mark.parametrize(
    ("part", "name", "said"),
    [
        (lambda: bp.PoissonGroup(3, rate=0.1, name="P"), "rates", "P has no 'rates' to set"),
        (lambda: bp.PoissonGroup(3, rate=0.1, name="P"), "sources", "P has no 'sources' to set"),
        (lambda: bp.SpikeSource([1.0], name="S"), "times", r"S has no 'times' to set.\s+S.set\(times, index\)"),
        (lambda: bp.Network(bp.NeuGroup(CELLS, 2)), "dt", r"Network has no 'dt' to set.\s+Give it to each run"),
        (lambda: bp.Network(bp.NeuGroup(CELLS, 2)), "shedule", "It has: schedule"),
        (lambda: bp.Network(bp.NeuGroup(CELLS, 2)), "time", "Network has no 'time' to set"),
    ],
)
def test_unknown_names_are_refused(part, name, said):
    made = part()
    with pytest.raises(ArgumentError, match=said):
        setattr(made, name, 0.5)


def test_what_they_have_is_set():
    P = bp.PoissonGroup(3, rate=0.1, name="P")
    P.rate = 0.2
    P[:1].rate = 0.3
    assert P.rate.tolist() == [0.3, 0.2, 0.2]
    S = bp.SpikeSource([1.0], name="S")
    S.set([2.0, 3.0])
    assert S.times.tolist() == [2.0, 3.0]
    net = bp.Network(P, S)
    net.schedule = "brian2"
    assert "schedule 'brian2'" in str(net.schedule)


def test_a_network_of_no_cells_runs_on_numba():
    sol = bp.Network(bp.NeuGroup(CELLS, 0, name="none")).run(1.0, dt=0.1, backend="numba")
    assert sol["none"].events["spike"].count() == 0
