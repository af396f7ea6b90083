"""The phase plane of a model that resets: its threshold and reset line, and a path without the jumps."""

import numpy as np
import pytest

CELL = """%%brainpy_model Spiking --backend numpy --dt 0.01 --duration 5
c = -1 in [-2, 0]
top = 1 in [0, 2]
dv/dt = 1 + v**2 - u
du/dt = 0.1*(v - u)
v(0) = -1
u(0) = 0
when v > top as spike:
    v = c
    u += 0.2
;"""


def test_lines_follow_the_sliders_and_are_named(jupyter):
    jupyter(CELL)
    jupyter("view = Spiking.interact();")
    jupyter.settle()
    view = jupyter.value("view")
    figure, session = view.phase, view.session
    assert np.asarray(figure._resets["threshold"].x).tolist() == pytest.approx([1, 1])
    assert np.asarray(figure._resets["reset"].x).tolist() == [-1, -1]
    view.controls.sliders["c"].value = -0.5
    view.controls.sliders["top"].value = 1.25
    jupyter.settle()
    assert np.asarray(figure._resets["threshold"].x).tolist() == pytest.approx([1.25, 1.25])
    assert np.asarray(figure._resets["reset"].x).tolist() == [-0.5, -0.5]
    assert "threshold (spike)" in figure._caption.value and "reset (spike)" in figure._caption.value
    spikes = session.frame.solution.events["spike"].count()
    path = np.asarray(figure._curves.y)[-1]
    assert np.isnan(path).sum() >= spikes > 0
    pictures = []
    session.runtime.put(("picture", "test"), lambda ticket: pictures.append(view.png()))  # where all are made
    jupyter.settle()
    assert pictures[0].startswith(b"\x89PNG")


def test_a_phase_line_has_them_across(jupyter):
    cell = CELL
    for line in ("du/dt = 0.1*(v - u)\n", "u(0) = 0\n", "    u += 0.2\n", " - u"):
        cell = cell.replace(line, "")
    jupyter(cell)
    jupyter("view = Spiking.interact();")
    jupyter.settle()
    figure = jupyter.value("view").phase
    assert np.asarray(figure._resets["threshold"].x).tolist() == pytest.approx([1, 1])
    assert np.asarray(figure._resets["threshold"].y).tolist() == [figure._y.min, figure._y.max]
