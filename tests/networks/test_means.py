"""Means over cells: formed while the run goes, so that no cell's record is kept for them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.runs import kept
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import STDP, lif, synapse


def _network(size: int = 40) -> bp.Network:
    E = bp.NeuGroup(lif(), size, name="E", method="exponential_euler", I=np.linspace(8, 14, size))
    syn = bp.Synapses(pre=E, post=E, model=synapse(STDP), connect=bp.connect.fixed_in_degree(3, seed=1), name="syn")
    return bp.Network(E, syn)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_means_are_those_of_what_cells_have(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"dt": 0.1, "backend": backend, "record_every": 0.3}
    record = {"E": ["V"], "syn": ["weight", "x"]}
    whole = _network().run(60.0, record=record, **options)
    monkeypatch.setattr(kept, "_BYTES", 8 * 1000)  # some rows at a time
    means = {"E": ["mean(V)"], "E[3:9]": ["mean(V)", "V"], "syn": ["mean(weight)", "mean(x)", "weight"]}
    sol = _network().run(60.0, record=means, **options)
    assert np.array_equal(sol["E"]["mean(V)"], whole["E"].V.mean(axis=1))
    assert np.array_equal(sol["E[3:9]"].V, whole["E"].V[:, 3:9])
    assert np.array_equal(sol["E[3:9]"]["mean(V)"], np.ascontiguousarray(whole["E"].V[:, 3:9]).mean(axis=1))
    assert np.array_equal(sol["syn"].weight, whole["syn"].weight)
    for name in ("weight", "x"):
        assert np.array_equal(sol["syn"][f"mean({name})"], whole["syn"][name].mean(axis=1))
    assert np.ptp(sol["syn"]["mean(x)"]) > 0 and len(sol.t) == 201


def test_a_run_that_ends_early_has_the_means_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_BYTES", 8 * 100)
    E = bp.NeuGroup(bp.model("V(0) = 1\ndV/dt = V*V", name="Fast"), 30, name="E", method="euler")
    with pytest.warns(RunWarning, match="'V' became nan or infinite"):
        sol = bp.Network(E).run(10.0, dt=0.1, backend="numpy", record={"E": ["mean(V)"]})
    assert len(sol["E"]["mean(V)"]) == len(sol.t) < 101
    assert sol["E"]["mean(V)"][1] == pytest.approx(1.1) and np.isfinite(sol["E"]["mean(V)"]).all()


def test_no_cell_is_kept_for_a_mean() -> None:
    net = _network(4000)
    net.run(0.5, dt=0.1, backend="numpy")
    tracemalloc.start()
    net.run(60.0, backend="numpy", record={"E": ["mean(V)"]})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6 < 8 * 4000 * 601
