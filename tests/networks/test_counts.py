"""An arrival of several spikes of a source is one entry of its events, and counts as several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.solution import NetworkSolution

CELL = bp.model("dg/dt = -g/5", name="Target")
KICK = bp.model("when pre.spike: post.g += weight", synapse=True, name="Kick")
LISTED = ([1.0, 1.0, 1.02, 1.03, 2.0, 2.0], [0, 0, 0, 1, 1, 1])


def run(backend: str, given: object = None, **options: object) -> NetworkSolution:
    P = bp.PoissonGroup(4, rate=0.05, sources=200, name="P") if given is None else bp.SpikeSource(given, name="P")
    S, E = bp.SpikeSource(*LISTED, size=3, name="S"), bp.NeuGroup(CELL, 4, name="E")
    to = bp.Synapses(pre=P, post=E, model=KICK, connect=bp.connect.one_to_one(), weight=1.0, name="syn")
    net = bp.Network(P, S, E, to, name="Counted")
    return net.run(20.0, dt=0.1, backend=backend, seed=3, record={"E": ["g"]}, **options)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_spikes_of_a_step_are_one_entry(backend: str) -> None:
    sol = run(backend)
    listed, drawn = sol["S"].events["spike"], sol["P"].events["spike"]
    assert np.round(listed.t / 0.1).tolist() == [10, 11, 11, 20] and listed.index.tolist() == [0, 0, 1, 1]
    assert listed.count.tolist() == [2, 1, 1, 2] and len(listed) == 4 and listed.count() == 6
    assert listed.count(per_cell=True).tolist() == [3, 3, 0]
    assert listed.rate(per_cell=True) == pytest.approx([3 / 20, 3 / 20, 0.0])
    assert listed.of(0) == pytest.approx([1.0, 1.0, 1.1])
    assert len(set(zip(drawn.t, drawn.index, strict=True))) == len(drawn) < drawn.count()
    assert drawn.count() == pytest.approx(4 * 200, abs=4 * np.sqrt(800))
    g = np.zeros((201, 4))  # every spike is one kick of size 1
    kicks = np.zeros((201, 4))
    np.add.at(kicks, (np.round(drawn.t / 0.1).astype(int), drawn.index), drawn.count)
    for n in range(200):
        g[n + 1] = g[n] * np.exp(-0.1 / 5) + kicks[n + 1]
    np.testing.assert_allclose(sol["E"].g, g, rtol=1e-4)


def test_measures_count_spikes() -> None:
    sol = run("numpy")
    train = sol["P"].events["spike"]
    per_cell = train.count(per_cell=True)
    assert bp.measure.rate(train) == pytest.approx(per_cell * 1000 / 20)
    assert bp.measure.counts(train, bin=20.0).values.tolist() == [per_cell.tolist()]
    assert bp.measure.population_rate(train, bin=20.0).values == pytest.approx([train.count() * 1000 / 20 / 4])
    assert len(bp.measure.isi(train)) == train.count() - 4
    assert len(bp.measure.spikes(train)) == train.count() and f"P {train.count():,}" in repr(sol)


def test_files_and_stores_keep_counts(tmp_path: Path) -> None:
    sol = run("numpy")
    found = [bp.load(sol.save(tmp_path / f"run.{suffix}")) for suffix in ("nc", "npz")]
    found.append(run("numpy", store=tmp_path / "run.zarr"))
    for name in ("S", "P"):
        train = sol[name].events["spike"]
        part = bp.load(sol[name].save(tmp_path / f"{name}.nc"))
        assert sol[name].to_xarray().spike_count.values.tolist() == train.count.tolist()
        for other in (*(f[name].events["spike"] for f in found), part.events["spike"]):
            assert np.array_equal(other.count, train.count) and np.array_equal(other.t, train.t)
            assert other.count() == train.count() > len(other)
    assert found[2]["P"].to_xarray().spike_count.sum() == sol["P"].events["spike"].count()


def test_events_played_back_are_as_many() -> None:
    sol = run("numpy")
    again = run("numpy", sol["P"].events["spike"])
    assert np.array_equal(sol["E"].g, again["E"].g)
    assert np.array_equal(again["P"].events["spike"].count, sol["P"].events["spike"].count)


def test_ensembles_count_spikes() -> None:
    sol = run("numpy", parameters={"P.rate": np.array([0.05, 0.1])})
    for name, size in (("P", 4), ("S", 3)):
        train = sol[name].events["spike"]
        own = [member[name].events["spike"].count(per_cell=True) for member in sol.members]
        assert train.count(per_cell=True).shape == (2, size)
        assert np.array_equal(train.count(per_cell=True), own) and train.count.sum() == np.sum(own) > len(train)
