"""Networks in a `%%brainpy` cell: parts are called what they are assigned to, and `bp.Network()` finds them."""

from __future__ import annotations

import pytest

from brainpy_lab.errors import ArgumentError

MODELS = """import brainpy_lab as bp
lif = bp.model("I = 12\\ndV/dt = (I - V)/20\\nwhen V >= 10:\\n    V = 0", name="LIF")
kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
connect = bp.connect.fixed_in_degree(2, seed=1)
def joined(pre, post, **more):
    return bp.Synapses(pre=pre, post=post, model=kick, connect=connect, weight=0.1, **more)
"""

CELL = """%%brainpy --backend numpy
E = bp.NeuGroup(lif, 8)
I, P = bp.NeuGroup(lif, 4), bp.PoissonGroup(5, rate=0.1)
exc = bp.Synapses(pre=E, post=I, model=kick, connect=connect, weight=0.1)
drive = joined(P, E, name="noise")
net = bp.Network()
inh = joined(I, E)
"""


@pytest.fixture
def cells(terminal):
    terminal(MODELS)
    return terminal


def test_parts_are_called_what_they_are_assigned_to(cells):
    cells(CELL)
    assert cells.value("list(net.parts)") == ["E", "I", "P", "exc", "noise"]
    assert cells.value("(net.name, inh.name)") == ("net", "Kick")
    assert cells.value("'_brainpy_named' in globals()") is False


def test_the_cell_means_what_python_with_names_means(cells):
    cells(CELL)
    plain = CELL.replace("%%brainpy --backend numpy\n", "").replace("lif, 8", "lif, 8, name='E'")
    plain = plain.replace("lif, 4", "lif, 4, name='I'").replace("rate=0.1", "rate=0.1, name='P'")
    plain = plain.replace(
        "model=kick, connect=connect, weight=0.1)\ndrive", "model=kick, connect=connect, weight=0.1, name='exc')\ndrive"
    )
    cells("first = net.run(20.0, dt=0.5, backend='numpy', seed=1)\nwires = exc.post_index.tolist()")
    cells(plain.replace("bp.Network()", "bp.Network(E, I, P, exc, drive)"))
    cells("second = net.run(20.0, dt=0.5, backend='numpy', seed=1)")
    assert cells.value("exc.post_index.tolist() == wires")
    assert cells.value("[len(t) for t in first.trains().values()]") == cells.value(
        "[len(t) for t in second.trains().values()]"
    )
    assert cells.value("len(first['P'].events['spike'])") > 0


def test_a_cell_that_is_run_again_finds_the_same(cells):
    cells(CELL)
    cells(CELL)
    assert cells.value("list(net.parts)") == ["E", "I", "P", "exc", "noise"]
    assert cells.value("net['E'] is E")


def test_groups_of_other_cells_come_with_their_synapses_and_lists_count(cells):
    cells("%%brainpy\nE = bp.NeuGroup(lif, 8)\nother = bp.NeuGroup(lif, 3)")
    cells("%%brainpy\nboth = [joined(E, E, name='a'), joined(E, E, name='b')]\nnet = bp.Network()")
    assert cells.value("list(net.parts)") == ["E", "a", "b"]


def test_outside_of_such_a_cell_names_mean_nothing(cells):
    cells("G = bp.NeuGroup(lif, 8)\nsize = bp.Network(G).name")
    assert cells.value("(G.name, size)") == ("LIF", "Network")
    error, _ = cells.fails("bp.Network()")
    assert isinstance(error, ArgumentError)
    assert "in a %%brainpy cell, bp.Network() takes those assigned to names there." in str(error)


def test_an_error_of_a_part_points_to_its_line(cells):
    error, seen = cells.fails(
        "%%brainpy\nE = bp.NeuGroup(lif, 8)\nbad = bp.Synapses(pre=E, post=E, model=kick, connect=2)"
    )
    assert str(error).startswith("bad: connect is a rule of bp.connect, not 2.")
    assert "naming.py" not in seen


def test_a_warning_points_to_the_line_of_the_cell(cells):
    with pytest.warns(UserWarning, match="delays are rounded") as told:
        cells(
            "%%brainpy --backend numpy\nE = bp.NeuGroup(lif, 8)\nS = bp.Synapses(\n    pre=E, post=E, model=kick, "
            "connect=bp.connect.all_to_all(), delay=0.13\n)\nnet = bp.Network()\nsol = net.run(1.0, dt=0.1)"
        )
    (warning,) = told
    assert "naming.py" not in warning.filename
    assert warning.lineno == 7


PICTURE = "sol = bp.model('dx/dt = -x', name='Fading').run(5.0, backend='numpy')\nsol.plot();"


@pytest.mark.parametrize("head", ["", "%%brainpy\n"])
def test_a_picture_is_shown_behind_a_semicolon(cells, head):
    assert "Figure" in cells(head + PICTURE)
    assert cells(head + "sol;") == ""
