"""Notebooks run by nbclient in a real kernel, as continuous integration does."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

LOAD = "%load_ext brainpy_lab"


def execute(*cells, **options):
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=120, **options).execute()
    nbformat.validate(notebook)
    return notebook


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_model_cell_shows_widgets_and_defines_the_model(cell):
    notebook = execute(
        LOAD, cell, "sol = FHN.run(50)\nprint(repr(float(sol.V[-1])), len(sol.t))", store_widget_state=True
    )
    (shown,) = [o for o in notebook.cells[1].outputs if o.output_type == "display_data"]
    view, widget = "application/vnd.brainpy-lab.view+json", "application/vnd.jupyter.widget-view+json"
    assert set(shown.data) in ({"text/plain", kind, view, widget} for kind in ("text/latex", "image/png"))
    assert shown.data[view]["model_id"] == shown.data[widget]["model_id"]
    assert "FHN: states V, w" in shown.data["text/plain"]
    model_id = shown.data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert model_id in notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    value, count = printed(notebook.cells[2]).split()
    exact = -1.39103212  # SciPy's solve_ivp at rtol 1e-11
    assert (float(value), int(count)) == (pytest.approx(exact, abs=1e-7), 5001)


def test_a_wrong_cell_fails_the_run(cell):
    with pytest.raises(CellExecutionError) as caught:
        execute(LOAD, cell, "%%brainpy_model FHN\ndV/dt = -V + Iext\n")
    text = str(caught.value)
    assert "UnknownNameError" in text
    assert "line 2, column 14" in text


def test_an_allowed_failure_leaves_an_error_output(cell):
    notebook = execute(LOAD, cell + ";", "FHN.run(1, Iext=2)", "print(FHN.name)", allow_errors=True)
    (error,) = notebook.cells[2].outputs
    assert error.output_type == "error"
    assert "Iext" in error.evalue
    assert "FHN.run(1, Iext=2)" in "\n".join(error.traceback)
    assert "request.py" not in "\n".join(error.traceback)
    assert printed(notebook.cells[3]) == "FHN\n"


def test_python_cells_unload_and_no_panel_messages(cell):
    spy = (
        "import comm, json\nseen = []\nmake = comm.create_comm\n"
        "def spied(*a, **k):\n    seen.append(k.get('target_name'))\n    return make(*a, **k)\ncomm.create_comm = spied"
    )
    notebook = execute(
        spy,
        LOAD,
        cell,
        "%%brainpy --backend numpy\n"
        "m = bp.model('dx/dt = -x\\nx(0) = 1', name='Decay')\n"
        "round(float(m.run(1.0).x[-1]), 8)",
        "%unload_ext brainpy_lab",
        "import threading\n"
        "ours = [t for t in threading.enumerate() if 'brainpy' in t.name]\n"
        "[t.join(60) for t in ours]  # one may be compiling\n"
        "names = [t.name for t in ours if t.is_alive()]\n"
        "print(json.dumps([names, 'brainpy_lab' in seen, m.name]))",
    )
    (shown,) = notebook.cells[3].outputs
    assert shown.data["text/plain"] == "0.36787944"
    assert json.loads(printed(notebook.cells[5])) == [[], False, "Decay"]
