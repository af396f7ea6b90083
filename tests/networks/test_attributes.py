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


def test_who_asks_for_spikes_learns_where_they_are():
    burst = bp.model("dV/dt = -V/10\nwhen V >= 1 as burst:\n    V = 0", name="Burst")
    P, E = bp.PoissonGroup(3, rate=0.1, name="P"), bp.NeuGroup(burst, 2, name="E")
    net = bp.Network(P, E)
    sol = net.run(1.0, dt=0.1, backend="numpy")
    for ask, said in (
        (lambda: P.spike, r"P has no 'spike'.*sol\['P'\].events\['spike'\]"),
        (lambda: P[:2].spike, r"sol\['P'\].events\['spike'\]"),
        (lambda: E.burst, r"E has no 'burst'.*sol\['E'\].events\['burst'\]"),
        (lambda: E[:1].spike, r"sol\['E'\].events\['burst'\]"),
        (lambda: sol.events, r"sol\['P'\].events\['spike'\], sol\['E'\].events\['burst'\]"),
        (lambda: sol.E, r"It is a part: sol\['E'\]"),
    ):
        with pytest.raises(AttributeError, match=said):
            ask()
    with pytest.raises(ArgumentError, match=r"sol.events\['spike'\]"):
        _ = sol["P"].spikes
    for record in ({"P": ["spike"]}, {"E": ["burst"]}):
        with pytest.raises(ArgumentError, match=r"always kept. Events are in what a run gives: sol\['[PE]'\].events"):
            net.run(1.0, record=record)


def test_a_network_has_its_parts_by_name() -> None:
    net = bp.Network(bp.NeuGroup(CELLS, 2, name="E"), name="Net")
    with pytest.raises(AttributeError, match=r"^Net has no 'E'. It is a part: net\['E'\].$"):
        _ = net.E
    with pytest.raises(AttributeError, match="^Net has no 'V'. Its parts are: E.$"):
        _ = net.V
