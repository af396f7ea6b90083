"""What the status line and the axes say: of runs that work, that were cancelled, and that blow up."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from brainpy_kernel.sessions.reduction import drawable
from brainpy_kernel.widgets import look, output


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (-3.2, -1.9, ["-3.00", "-2.75", "-2.50", "-2.25", "-2.00"]),
        (0, 2, ["0.0", "0.5", "1.0", "1.5", "2.0"]),
        (-80, 40, ["-80", "-60", "-40", "-20", "0", "20", "40"]),
        (0, 2e-7, ["0.0e+00", "5.0e-08", "1.0e-07", "1.5e-07", "2.0e-07"]),
        (0.9999, 1.0001, ["0.99990", "0.99995", "1.00000", "1.00005", "1.00010"]),
        (0, 3e9, ["0.0e+00", "5.0e+08", "1.0e+09", "1.5e+09", "2.0e+09", "2.5e+09", "3.0e+09"]),
    ],
)
def test_labels_of_an_axis_differ(low, high, shown):
    values, written = look.ticks(low, high)
    labels = [f"{v:{written}}" for v in values]
    assert labels == shown


def test_random_axes_have_labels_that_differ():
    generator = np.random.default_rng(26)
    for _ in range(2000):
        low = generator.normal() * 10.0 ** generator.integers(-8, 9)
        high = low + generator.uniform(0.1, 10) * 10.0 ** generator.integers(-8, 9)
        if high - low < 1e-6 * abs(low):
            continue
        values, written = look.ticks(low, high)
        labels = [f"{v:{written}}" for v in values]
        assert 2 <= len(set(labels)) == len(labels) <= 7, (low, high, labels)
        assert all(
            float(label) == pytest.approx(v, abs=1e-2 * (high - low)) for label, v in zip(labels, values, strict=True)
        )


def test_an_axis_that_widens_has_labels_for_its_new_range(jupyter, cell):
    jupyter(cell)
    jupyter.settle()
    axis = jupyter.view.time_courses._figures[0].axes[1]
    assert axis.tick_format
    jupyter.view.controls.boxes["I"].value = 20.0
    jupyter.settle()
    labels = [f"{v:{axis.tick_format}}" for v in axis.tick_values]
    assert len(set(labels)) == len(labels)
    assert axis.scale.min <= min(axis.tick_values) <= max(axis.tick_values) <= axis.scale.max


def test_the_axis_of_a_gate_has_few_labels(jupyter):
    """From 0 to 1 the first range fits, and no other is ever set: bqplot's own labels would stand on each other."""
    jupyter("%%brainpy_model Gate\ndm/dt = 0.2*(1 - m)\nm(0) = 0.1")
    jupyter.settle()
    axis = jupyter.view.time_courses._figures[0].axes[1]
    assert (axis.scale.min, axis.scale.max) == (0.0, 1.0)
    assert [f"{v:{axis.tick_format}}" for v in axis.tick_values] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_after_cancel_the_line_says_how_far_the_run_came(jupyter, panel):
    underway = threading.Event()
    jupyter.extension.workspace.runtime.observers.append(lambda run: underway.set() if run.progress else None)
    jupyter("%%brainpy_model Slow --backend numpy --duration 1e5\ndx/dt = -x\nx(0) = 1")
    assert underway.wait(60)
    panel.say("cancel", run=next(iter(jupyter.extension.workspace.runtime.runs)))
    jupyter.settle()
    end = jupyter.view.session.frame.solution.t[-1]
    assert 0 < end < 1e5
    assert f"stopped at t = {end:.6g} of 100000 time units, in " in jupyter.view.status.value


def test_a_run_that_works_says_so(jupyter, monkeypatch):
    monkeypatch.setattr(output, "NOTICED", 0.0)
    said = []
    underway = threading.Event()

    def listen(run):
        if run.progress and jupyter.extension.workspace._views:
            said.append(jupyter.view.status.value)
            underway.set()
            run.ticket.set()

    jupyter("%%brainpy_model Slow --backend numpy --duration 1e5\ndx/dt = -x\nx(0) = 1")
    jupyter.extension.workspace.runtime.observers.append(listen)
    assert underway.wait(60)
    jupyter.settle()
    assert "running · " in said[-1]
    assert "% of 100000 time units" in said[-1]
    assert "running" not in jupyter.view.status.value


@pytest.mark.parametrize("dt", [0.01, 0.02])  # to 6e6, and to 2e113
def test_a_blow_up_is_drawn_as_far_as_a_picture_goes_and_that_is_said(jupyter, dt):
    jupyter(
        f"%%brainpy_model Blow --backend numpy --dt {dt} --duration 5\ndx/dt = 1.5*x**3\ndy/dt = -y\nx(0) = 1\ny(0) = 1"
    )
    jupyter.settle()
    shown = jupyter.view
    for figure in [*shown.time_courses._figures, shown.phase.figure]:
        for axis in figure.axes:
            assert max(abs(axis.scale.min), abs(axis.scale.max)) < 1e3
        for mark in figure.marks:
            for values in (np.asarray(mark.x, float), np.asarray(mark.y, float)):
                assert not np.isinf(values).any()
                assert np.isfinite(np.atleast_2d(values)[:, -1]).all()  # the browser labels the last point
    assert "x became nan or infinite" in shown.status.value
    assert "x goes to " in shown.status.value
    assert "its last values are not drawn" in shown.status.value
    assert "y goes to" not in shown.status.value


def test_what_is_drawable():
    for values in (
        [1.0, -5e4],
        [0.0] * 9 + [1e20],
        [0.1, 2e4, 0.1, 0.1],
        [1e10, 2e10, 3e10],
        list(10.0 ** np.arange(0, 13)),
    ):
        assert drawable(np.array(values)) is not None
        assert list(drawable(np.array(values))) == values
    assert np.isnan(drawable(np.array([1.0, 2.0, 3.0, 1e173, np.inf]))).tolist() == [False, False, False, True, True]
    assert np.isnan(drawable(np.array([1e31, 1.0]))).tolist() == [True, False]
    assert np.isnan(drawable(np.full(3, np.nan))).all()
