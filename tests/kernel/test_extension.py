"""Loading, completion, unloading."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from brainpy_kernel import extension
from brainpy_lab.errors import BrainPyLabError


def completions(shell, text):
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    return {c.text for c in found}


@pytest.mark.parametrize("use_jedi", [True, False])
@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("%%brainpy_model FHN --", {"--backend", "--method", "--dt", "--duration", "--show-code", "--help"}),
        ("%%brainpy_model FHN --ba", {"--backend"}),
        ("%%brainpy_model FHN --backend ", {"numpy", "numba", "torch"}),
        ("%%brainpy_model FHN --backend nu", {"numpy", "numba"}),
        ("%%brainpy_model FHN --dt 0.1 --method rk", {"rk4", "rkdp"}),
        ("%%brainpy_model FHN --calculus s", {"stratonovich"}),
        ("%%brainpy --b", {"--backend"}),
        ("%brainpy cl", {"clear-cache"}),
        ("%brainpy backend nu", {"numpy", "numba"}),
    ],
)
def test_tab_completes(terminal, text, some, use_jedi):
    terminal.shell.Completer.use_jedi = use_jedi
    assert some <= completions(terminal.shell, text)


def test_completion_leaves_out_what_stands_already(terminal):
    assert "--backend" not in completions(terminal.shell, "%%brainpy_model FHN --backend numpy --b")


def test_loading_twice_is_loading_once(shell):
    extension.load(shell)
    first = extension._loaded[id(shell)]
    extension.load(shell)
    assert extension._loaded[id(shell)] is first


def test_unloading_leaves_nothing_behind(jupyter, wire, cell, open_panel):
    shell = jupyter.shell
    panel = open_panel()
    jupyter(cell)
    jupyter.settle()
    view = jupyter.view
    extension.unload(shell)
    assert not hasattr(BrainPyLabError, "_render_traceback_")
    for kind in ("cell", "line"):
        assert not {"brainpy", "brainpy_model"} & set(shell.magics_manager.magics[kind])
    assert not shell.strdispatchers["complete_command"].strs.keys() & {"%%brainpy", "%%brainpy_model", "%brainpy"}
    assert not [f for f in shell.events.callbacks["post_run_cell"] if "brainpy" in str(f)]
    assert "brainpy_lab" not in wire.manager.targets
    assert "brainpy-runtime" not in [t.name for t in threading.enumerate()]
    assert "bp_panel" not in shell.user_ns
    assert view.widget.comm is None
    assert [m["kind"] for m in wire.log if m["comm"] == panel.id][-1] == "comm_close"
    assert shell.user_ns["FHN"].system.state_names == ("V", "w")


def test_the_end_of_the_process_stops_runs_and_closes_no_widget(jupyter, wire, cell, open_panel):
    """A page that was loaded again knows none of them: each that is closed would be an error in its console."""
    open_panel()
    jupyter(cell)
    jupyter.settle()
    sent = len(wire.log)
    extension.stop(jupyter.shell)
    assert "brainpy-runtime" not in [t.name for t in threading.enumerate()]
    assert [m for m in wire.log[sent:] if m["kind"] == "comm_close"] == []
    assert jupyter.view.widget.comm is not None
    extension.stop(object())  # a shell that it was not loaded into


def test_loading_again_after_unloading(terminal, cell):
    extension.unload(terminal.shell)
    extension.load(terminal.shell)
    assert "states V, w" in terminal(cell)


def test_load_ext_by_the_packages_name(shell):
    shell.run_line_magic("load_ext", "brainpy_lab")
    assert "brainpy_model" in shell.magics_manager.magics["cell"]
    shell.run_line_magic("unload_ext", "brainpy_lab")
    assert "brainpy_model" not in shell.magics_manager.magics["cell"]


def test_importing_the_kernel_half_is_light():
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S; import brainpy_kernel\n"
        "before = set(sys.modules); brainpy_kernel.load_ipython_extension(S.instance())\n"
        "heavy = {'bqplot', 'pandas', 'ipywidgets', 'numba', 'jax', 'torch', 'sympy', 'scipy', 'matplotlib'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
