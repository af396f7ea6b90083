"""The bar of a run with `progress=True`."""

import threading
from contextlib import closing

import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.progress_bar import ProgressBar
from brainpy_lab.simulation.solution.outcome import Outcome


@pytest.fixture(scope="module")
def model():
    return bp.model("dx/dt = -x\nx(0) = 1", name="Decay", dt=0.1, duration=1.0, backend="numpy")


def last_bar(text: str) -> str:
    """The bar that is left on the screen, once its line has ended."""
    assert text.endswith("\n")
    return text.rstrip("\n").rsplit("\r", 1)[-1]


@pytest.mark.parametrize("method", ["rk4", "rkdp", "auto"])
def test_a_run_ends_with_a_full_bar_on_the_standard_error(model, capsys, method):
    model.run(progress=True, method=method)
    captured = capsys.readouterr()
    assert last_bar(captured.err).startswith("Decay: 100% |█")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_run_that_stops_ends_its_line_where_it_stands(capsys):
    class Late(threading.Event):
        asked = 0

        def is_set(self):
            self.asked += 1
            return self.asked > 1

    model = bp.model("dx/dt = -x\nx(0) = 1", name="Decay", dt=1e-3, duration=1e3, backend="numpy")
    sol = model.run(stop=Late(), progress=True)
    assert sol.outcome is Outcome.STOPPED
    done = int(100 * sol.t[-1] / 1e3)
    assert last_bar(capsys.readouterr().err).startswith(f"Decay: {done:3}% |")


def test_a_run_that_raises_ends_its_line_too(capsys):
    with pytest.raises(KeyError, match="mine"), closing(ProgressBar("Decay")) as bar:
        bar(0.25)
        raise KeyError("mine")
    assert last_bar(capsys.readouterr().err).startswith("Decay:  25% |")


def test_nothing_is_drawn_for_a_run_that_is_refused_or_reports_to_a_function(model, capsys):
    with pytest.raises(ArgumentError):
        model.run(duration=-1.0, progress=True)
    seen = []
    model.run(progress=seen.append)
    assert seen[-1] == 1.0
    assert capsys.readouterr().err == ""


def test_bars_leave_no_thread_behind(model, capsys):
    before = threading.active_count()
    model.run(progress=True)
    assert threading.active_count() == before
