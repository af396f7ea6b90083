"""The magics in a real IPython shell."""

from __future__ import annotations

import gc
import re
import threading

import pytest
from scipy.integrate import solve_ivp

from brainpy_lab import backend
from brainpy_lab.errors import (
    ArgumentError,
    BrainPyLabError,
    DriverError,
    ModelError,
    ModelSyntaxError,
    UnknownNameError,
)


def strip_ansi(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_cell_defines_a_variable(terminal, cell):
    text = terminal(cell)
    assert "FHN: states V, w; parameters I = 0.5, a = 0.7, b = 0.8, tau = 12.5" in text
    assert terminal.value("FHN.name, FHN.backend, FHN.duration") == ("FHN", "numpy", 50.0)
    exact = solve_ivp(
        lambda t, y: (y[0] - y[0] ** 3 / 3 - y[1] + 0.5, (y[0] + 0.7 - 0.8 * y[1]) / 12.5),
        (0, 1), (-1, 1), rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    assert terminal.value("FHN.run(1).final['V']") == pytest.approx(exact.y[0, -1], abs=1e-8)


def test_a_semicolon_and_no_display_keep_quiet(terminal, jupyter, cell, wire):
    assert jupyter(cell + ";") == ""
    assert jupyter(cell.replace("--backend", "--no-display --backend")) == ""
    assert not wire.sent("jupyter.widget")
    assert jupyter.value("FHN.system.state_names") == ("V", "w")


def test_show_code_prints_the_step(terminal, cell):
    text = terminal(cell.replace("--backend", "--show-code --no-display --backend"))
    assert "def step(" in text


def test_options_reach_the_model(terminal, fhn):
    terminal(f"%%brainpy_model FHN --method euler --dt 0.05 --duration 20 --seed 3 --backend numpy\n{fhn};")
    assert terminal.value("(FHN.method, FHN.dt, FHN.duration, FHN.seed)") == ("euler", 0.05, 20.0, 3)


def test_a_cell_with_synapse_gives_a_synapse(terminal):
    terminal("%%brainpy_model Exc --synapse\nweight = 0.5\nwhen pre.spike:\n    post.g += weight")
    assert terminal.value("repr(Exc)") == "<SynapseModel Exc: parameters weight; spikes of pre>"


def test_names_around_the_cell_are_captured(terminal):
    terminal("k = 0.25")
    terminal("%%brainpy_model Decay --backend numpy\ndx/dt = -k*x\nx(0) = 1;")
    assert terminal.value("Decay.parameters") == {"k": 0.25}


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("%%brainpy_model", ArgumentError, "needs a name"),
        ("%%brainpy_model 2x", ArgumentError, "cannot be a variable's name"),
        ("%%brainpy_model Exc --synapse --dt 0.1\ndg/dt = -g", ArgumentError, "a synapse runs in a network"),
        ("%%brainpy_model Exc\nwhen pre.spike:\n    post.g += weight", ModelError, "synapse"),
        ("%%brainpy_model X --backnd numpy", ArgumentError, "Did you mean '--backend'?"),
        ("%%brainpy_model X --backend nunpy", ArgumentError, "Did you mean 'numpy'?"),
        ("%%brainpy_model X --method rk44", ArgumentError, "Did you mean 'rk4'?"),
        ("%%brainpy_model X --dt -1", ArgumentError, "--dt"),
        ("%%brainpy_model X --seed x", ArgumentError, "--seed"),
        ("%%brainpy_model X Y", ArgumentError, "does not take 'Y'"),
        ("%%brainpy_model X --method 'rk4", ArgumentError, "quotation"),
        ("%%brainpy_model X --dtype float32", ArgumentError, "float64"),
    ],
)
def test_a_wrong_line_is_refused(terminal, fhn, line, error, message):
    found, seen = terminal.fails(f"{line}\n{fhn}")
    assert isinstance(found, error)
    assert message in str(found)
    assert message in seen
    assert "Traceback" not in seen


def test_an_error_points_into_the_cell(terminal):
    error, seen = terminal.fails("%%brainpy_model X\nI = 0.5\ndx/dt = -x + Iext\nx(0) = 1")
    assert isinstance(error, UnknownNameError)
    assert (error.location.line, error.location.column) == (3, 13)
    assert "cell In[1], line 3, column 14" in seen
    lines = seen.splitlines()
    caret = next(i for i, line in enumerate(lines) if "^" in line)
    assert lines[caret].index("^") == lines[caret - 1].index("Iext")
    assert "magics.py" not in seen


def test_a_failed_redefinition_leaves_the_old_model(jupyter, cell):
    jupyter(cell)
    model, view = jupyter.value("FHN"), jupyter.view
    error, _ = jupyter.fails("%%brainpy_model FHN\ndV/dt = -V +\n")
    assert isinstance(error, ModelSyntaxError)
    assert jupyter.value("FHN") is model
    assert jupyter.view is view
    jupyter.settle()
    assert view.status.value


def test_verbose_mode_shows_the_whole_traceback(terminal):
    terminal("%xmode Verbose")
    try:
        _, seen = terminal.fails("%%brainpy_model X\ndx/dt = -y")
        assert "magics.py" in seen
    finally:
        terminal("%xmode Context")


def test_rerunning_a_cell_leaves_one_view_and_no_more_widgets(jupyter, cell):
    from ipywidgets.widgets.widget import _instances

    def count():
        jupyter(cell)
        jupyter.settle()
        gc.collect()  # widgets of earlier tests must not go between two counts
        ours = [t.name for t in threading.enumerate() if "brainpy" in t.name]
        return len(_instances), ours, jupyter.view

    first_widgets, first_threads, first_view = count()
    for _ in range(3):
        widgets, threads, view = count()
    assert (widgets, threads) == (first_widgets, first_threads)
    assert view is not first_view
    assert first_view.widget.comm is None


def test_help_lists_every_option(terminal):
    text = terminal("%%brainpy_model --help")
    for flag in ("--backend", "--method", "--dt", "--duration", "--calculus", "--seed", "--dtype", "--synapse"):
        assert flag in text
    assert "--no-display" in text
    assert "--show-code" in text
    assert "rk4" in text
    assert "--backend" in terminal("%%brainpy --help")


# --- %%brainpy -------------------------------------------------------------------------------------------------------


def test_a_python_cell_runs_under_the_driver(terminal):
    terminal("%%brainpy --backend numpy\nm = bp.model('dx/dt = -x\\nx(0) = 1', name='Decay')\ndriver = m.backend")
    assert terminal.value("driver") == "numpy"
    assert terminal.value("m.run(1.0, backend='numpy').x[-1]") == pytest.approx(0.36787944, abs=1e-8)
    assert backend.get() == "numba"


def test_time_step_and_seed_hold_for_the_cell(terminal):
    terminal("%%brainpy_model Decay --backend numpy\ndx/dt = -x\nx(0) = 1;")
    terminal("%%brainpy --dt 0.5 --seed 7\nsol = Decay.run(2.0)\nown = Decay.run(2.0, dt=0.25)")
    assert terminal.value("(len(sol.t), sol.seed, len(own.t))") == (5, 7, 9)
    assert terminal.value("(len(Decay.run(2.0).t), Decay.run(2.0).seed)") == (201, 0)


def test_a_python_cell_shows_its_last_expression(terminal):
    assert "Out[1]: 42" in terminal("%%brainpy\nx = 6\nx * 7")
    assert terminal.value("_") == 42
    assert terminal("%%brainpy\nx * 7;") == ""
    assert terminal("%%brainpy\nx = 1") == ""


def test_a_python_cell_has_magics_too(terminal):
    terminal("%%brainpy\nhere = %pwd\n")
    assert terminal.value("here").startswith("/")


def test_a_traceback_points_to_the_cells_own_line(terminal):
    error, seen = terminal.fails("%%brainpy\nx = 1\n\ny = x / 0\n")
    assert isinstance(error, ZeroDivisionError)
    seen = strip_ansi(seen)
    assert "Cell In[1], line 4" in seen
    assert "----> 4 y = x / 0" in seen
    assert "cells.py" not in seen
    assert "magics.py" not in seen


def test_a_syntax_error_points_to_the_cells_own_line(terminal):
    error, seen = terminal.fails("%%brainpy\nx = 1\ny = (\n")
    assert isinstance(error, SyntaxError)
    assert error.lineno == 3
    assert "y = (" in seen


def test_an_error_of_ours_names_the_users_line(terminal, cell):
    terminal(cell + ";")
    error, seen = terminal.fails("%%brainpy\nz = 1\nFHN.run(10, Iext=2)")
    assert isinstance(error, BrainPyLabError)
    assert "line 3" in seen
    assert "FHN.run(10, Iext=2)" in seen
    assert "request.py" not in seen


def test_an_unknown_driver_is_refused_before_the_cell_runs(terminal):
    terminal.fails("%%brainpy --backend fortran\nran = True")
    assert "ran" not in terminal.shell.user_ns


# --- lines -----------------------------------------------------------------------------------------------------------


def test_overview(terminal):
    text = terminal("%brainpy")
    for word in ("%%brainpy_model NAME", "%brainpy list", "%brainpy backend", "%brainpy panel", "%brainpy clear-cache"):
        assert word in text
    assert "There is no model yet" in text


def test_list_and_describe(terminal, cell):
    terminal(cell + ";")
    terminal("import brainpy_lab as bp\nother = bp.model('dx/dt = -x', name='Decay')")
    text = terminal("%brainpy list")
    assert "FHN: states V, w; rk4 on numpy" in text
    assert "other: states x" in text
    assert "states V, w" in terminal("%brainpy_model FHN")
    assert "Did you mean 'FHN'?" in str(terminal.fails("%brainpy_model FHM")[0])


def test_backend_line(terminal):
    before = backend.get()
    try:
        assert "numpy" in terminal("%brainpy backend numpy")
        assert backend.get() == "numpy"
        assert isinstance(terminal.fails("%brainpy backend nunpy")[0], DriverError)
        assert backend.get() == "numpy"
    finally:
        backend.set(before)


def test_clear_cache(terminal, cell, tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path / "cache"))
    terminal(cell + ";")
    file = terminal.value("FHN.code().file")
    assert file.exists()
    terminal("%brainpy clear-cache")
    assert not file.exists()


def test_an_unknown_word_is_refused(terminal):
    error, _ = terminal.fails("%brainpy lst")
    assert "Did you mean 'list'?" in str(error)


def test_the_output_says_which_names_are_reached_in_one_way(terminal):
    said = terminal("%%brainpy_model Odd --backend numpy\nstart = 1\ndfinal/dt = -start*final\nfinal(0) = 1")
    assert "start is also an option of run: parameters={'start': ...} sets the parameter" in said
    assert "the course of final is sol['final']; sol.final is something else" in said
