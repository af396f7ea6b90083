"""`import brainpy_lab` stays light: what a user waits for at the top of every notebook."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = (
    "numba", "llvmlite", "jax", "torch", "sympy", "scipy.integrate", "scipy.optimize", "pandas", "matplotlib", "xarray",
    "dask", "distributed", "zarr", "h5netcdf", "contourpy", "tqdm", "IPython", "ipywidgets", "bqplot",
)  # fmt: skip


def loaded_by(statement: str) -> set[str]:
    """The modules that a new interpreter has loaded after ``statement``."""
    program = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_pulls_in_nothing_heavy() -> None:
    loaded = loaded_by("import brainpy_lab")
    assert "brainpy_lab" in loaded
    assert sorted(loaded.intersection(HEAVY)) == []


def test_public_names_can_be_listed_without_loading_them() -> None:
    loaded = loaded_by("import brainpy_lab; assert 'model' in dir(brainpy_lab)")
    assert sorted(loaded.intersection(HEAVY)) == []


def test_a_model_can_be_read_without_a_compiler() -> None:
    loaded = loaded_by("import brainpy_lab as bp; bp.model('dx/dt = -x', name='Decay')")
    assert sorted(loaded.intersection({"numba", "llvmlite", "jax", "torch", "sympy", "matplotlib"})) == []


def test_a_run_loads_no_special_functions_unless_the_model_is_fractional() -> None:
    """SciPy's special functions take a third of a second to load."""
    run = "import brainpy_lab as bp; bp.model({!r}, name='Decay').run(1.0, dt=0.1, backend='numpy')"
    ordinary = loaded_by(run.format("dx/dt = -x\nx(0) = 1"))
    assert sorted(m for m in ordinary if m.startswith(("scipy.special", "scipy.fft", "scipy.linalg"))) == []
    fractional = loaded_by(run.format("order(x) = 0.5\ndx/dt = -x\nx(0) = 1"))
    assert "scipy.special" in fractional


def test_exponential_euler_needs_no_sympy_where_another_process_has_asked_it() -> None:
    """SymPy takes half a second to load."""
    run = "import brainpy_lab as bp; bp.model('dq/dt = 2 - 3*q', name='Linear').code('numpy', 'exponential_euler')"
    loaded_by(run)
    assert "sympy" not in loaded_by(run)


def test_a_diagram_needs_no_sympy_where_another_process_has_made_it() -> None:
    """Nor SciPy's optimisation, integrators and images, at any time: all of these take a second to load."""
    diagram = (
        "import brainpy_lab as bp; m = bp.models.fitzhugh_nagumo(); "
        "assert len(bp.analysis.bifurcation(m, 'I', (0, 2), cycles=False).points) == 2"
    )
    late = {"scipy.optimize", "scipy.integrate", "scipy.ndimage", "scipy.special", "scipy.sparse"}
    assert sorted(loaded_by(diagram) & late) == []
    assert "sympy" not in loaded_by(diagram)
