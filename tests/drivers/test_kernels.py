"""What is really compiled: kernels of Numba and XLA are counted."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.cache.folder import cache_folder

from .conformance import cell


def _kernels():
    return sorted(p.name for p in (cache_folder() / "kernels").glob("*.py"))


def _moves(model, backend):
    for dt in (0.1, 0.05):
        for I in (0.1, 0.9):
            for record in (["V"], ["V", "w"]):
                model.run(3.0, dt=dt, I=I, backend=backend, record=record, initial={"V": I})
                model.run(7.0, dt=dt, I=I, backend=backend, record=record, record_every=1.0)


def test_numba_compiles_one_kernel_for_all_values():
    model = cell("fitzhugh_nagumo")
    model.run(1.0, dt=0.1, backend="numba")
    before = _kernels()
    _moves(model, "numba")
    assert _kernels() == before
    module = next(m for name, m in sys.modules.items() if name.startswith("brainpy_lab_kernel_FitzHughNagumo_rk4"))
    assert len(module.run.signatures) == 1


def test_jax_compiles_one_kernel_for_all_values(caplog):
    import jax

    model = cell("fitzhugh_nagumo")
    _moves(model, "jax")
    with jax.log_compiles(), caplog.at_level("WARNING"):
        for dt in (0.1, 0.07, 0.03):
            for I in (0.2, 0.5, 0.7):
                model.run(3.0, dt=dt, I=I, backend="jax", initial={"V": I})
                model.run(12.5, dt=dt, I=I, backend="jax")
    compiled = [r.message for r in caplog.records if "Compiling" in r.message and "_chunk" in r.message]
    assert compiled == []


def test_names_and_texts_of_the_cell_do_not_recompile():
    """A model defined again, with another value or range in the cell, has the same step code and kernel."""
    text = bp.models.fitzhugh_nagumo.text
    cell("fitzhugh_nagumo").run(1.0, dt=0.1, backend="numba")
    before, count = _kernels(), bp.drivers.get("numba").compilations
    changed = bp.model(text.replace("I = 0.5 in [0, 2]", "I = 0.9 in [0, 3]"), name="FitzHughNagumo")
    changed.run(1.0, dt=0.1, backend="numba")
    assert (_kernels(), bp.drivers.get("numba").compilations) == (before, count)


def test_kernels_survive_the_process(tmp_path):
    """A second process loads the compiled kernel from the cache folder; it does not compile it again."""
    script = (
        "import sys, brainpy_lab as bp\n"
        "m = bp.model('q = 1\\ndx/dt = q - x', name='Kept')\n"
        "print(m.run(1.0, dt=0.125, backend='numba').final['x'].hex())\n"
        "m.run(1.0, dt=0.125, backend='numba', q=2.0)\n"
        "run = next(m for n, m in sys.modules.items() if n.startswith('brainpy_lab_kernel_Kept')).run\n"
        "print(sum(run.stats.cache_hits.values()), sum(run.stats.cache_misses.values()))\n"
    )
    environment = {**os.environ, "BRAINPY_LAB_CACHE": str(tmp_path)}
    outputs = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script], env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, timeout=120, check=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        outputs.append(done.stdout.split())
    assert outputs[0][0] == outputs[1][0]
    assert outputs[0][1:] == ["0", "1"]
    assert outputs[1][1:] == ["1", "0"]


def test_clear_cache_forgets(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path))
    model = bp.model("q = 1\ndx/dt = q - 2*x", name="Cleared")
    first = model.run(1.0, dt=0.1, backend="numba").final["x"]
    assert list(tmp_path.rglob("*.py"))
    assert bp.clear_cache() > 0
    assert not list(tmp_path.rglob("*.py"))
    before = bp.drivers.get("numba").compilations
    assert bp.model("q = 1\ndx/dt = q - 2*x", name="Cleared").run(1.0, dt=0.1, backend="numba").final["x"] == first
    assert bp.drivers.get("numba").compilations == before + 1
    assert bp.clear_cache() > 0


def test_two_runs_at_once_do_not_meet():
    """Programs hold no run's data: two threads that use one program get what each asked for."""
    from concurrent.futures import ThreadPoolExecutor

    model = cell("fitzhugh_nagumo")
    currents = np.linspace(0, 1, 8)
    alone = [model.run(50.0, dt=0.01, backend="numba", I=I).final["V"] for I in currents]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda I: model.run(50.0, dt=0.01, backend="numba", I=I).final["V"], currents))
    assert together == alone


@pytest.mark.parametrize("name", ["pack", "unpack"])
def test_helper_functions_may_be_called_like_the_kernels_own(name):
    text = (
        "def {0}(x):\n    s = 0.0\n    for i in range(3):\n        s += x**i\n    return s\ndx/dt = -{0}(x)\nx(0) = 1"
    )
    final = bp.model(text.format(name)).run(0.1, backend="numba").final["x"]
    assert final == bp.model(text.format("other")).run(0.1, backend="numba").final["x"]


def test_powers_by_products_and_roots():
    exponents = (-64, -2, -1.5, -0.5, 0, 0.5, 1, 1.5, 2.5, 3, 17.5, 0.3)
    lines = [f"dx_{i}/dt = {'y' if exponent < 0 else 'z'}**({exponent})" for i, exponent in enumerate(exponents)]
    model = bp.model("\n".join(["y = 1", "z = 1", *lines]), name="Power")
    for y, z in ((np.array([1e-3, 0.7, 1.0, 2.0, 30.0]),) * 2, (2.0, 2.0), (1.0, 0.0)):
        final = model.run(1.0, dt=1.0, method="euler", y=y, z=z, backend="numba", record=[]).final
        for i, exponent in enumerate(exponents):
            expected = np.asarray(y if exponent < 0 else z) ** float(exponent)
            np.testing.assert_allclose(final[f"x_{i}"], expected, rtol=1e-13, err_msg=str(exponent))
