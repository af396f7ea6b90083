"""Solutions of networks as files: what is read back is what was saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import STDP, lif, synapse


def _network() -> bp.Network:
    E = bp.NeuGroup(lif(), (2, 3), name="E", method="exponential_euler", I=np.linspace(8, 30, 6))
    P = bp.PoissonGroup(5, rate=0.3, name="P")
    learn = bp.Synapses(pre=P, post=E, model=synapse(STDP), connect=bp.connect.all_to_all(), name="learn")
    return bp.Network(E, P, learn, name="Saved")


def _run(net: bp.Network, **options: object) -> bp.Solution:
    record = {"E": ["V", "mean(V)"], "E[:2]": ["V"], "learn[:3]": ["weight"]}
    return net.run(20.0, dt=0.1, backend="numpy", **{"record": record, "record_every": 0.5, "seed": 4, **options})


def _is_same(a: bp.Solution, b: bp.Solution) -> None:
    assert list(a) == list(b) and repr(a) == repr(b) and (a.seed, a.outcome) == (b.seed, b.outcome)
    assert np.array_equal(a.t, b.t) and a.ensemble_shape == b.ensemble_shape
    for key in a:
        assert list(a[key].data) == list(b[key].data) and a[key].ensemble_shape == b[key].ensemble_shape
        for name in a[key].data:
            assert np.array_equal(a[key][name], b[key][name])
        for name, train in a[key].events.items():
            other = b[key].events[name]
            assert np.array_equal(train.t, other.t) and np.array_equal(train.index, other.index)
            assert (train.window, train.ensemble_shape) == (other.window, other.ensemble_shape)
    assert {p: list(v) for p, v in a.final.items()} == {p: list(v) for p, v in b.final.items()}
    assert all(np.array_equal(a.final[p][n], b.final[p][n]) for p in a.final for n in a.final[p])


@pytest.mark.parametrize("name", ["run.nc", "run.npz", "run.zarr"])
def test_a_run_is_read_back_as_it_was_saved(tmp_path: Path, name: str) -> None:
    sol = _run(_network())
    found = bp.load(sol.save(tmp_path / name))
    len(sol["P"].events["spike"])  # drawn: the two then speak of it alike
    _is_same(sol, found)
    assert len(found["E"].events["spike"]) > 3 and found.name == "Saved"
    assert found["E"].to_xarray().V.shape == (41, 2, 3)


@pytest.mark.parametrize("name", ["all.nc", "all.npz", "all.zarr"])
def test_an_ensemble_is_read_back_with_its_members(tmp_path: Path, name: str) -> None:
    sol = _run(_network(), parameters={"E.I": [10.0, 20.0]})
    found = bp.load(sol.save(tmp_path / name))
    assert found["E"].V.shape == (41, 2, 2, 3) and len(found.members) == 2
    for one, other in ((sol, found), *zip(sol.members, found.members, strict=True)):
        len(one["P"].events["spike"])
        _is_same(one, other)
    assert np.array_equal(found.members[1]["E"].V, sol["E"].V[:, 1]) and found.members[1].stats["dt"] == 0.1


def test_a_run_without_records_is_read_back_too(tmp_path: Path) -> None:
    plain = bp.Network(bp.PoissonGroup(2, rate=0.0, name="P")).run(1.0, dt=0.1, backend="numpy")
    assert len(bp.load(plain.save(tmp_path / "plain.nc"))["P"].events["spike"]) == 0


def test_damage_and_wrong_names_are_told(tmp_path: Path) -> None:
    sol = _run(_network())
    with pytest.raises(ArgumentError, match="'run.txt' does not say how it is to be written"):
        sol.save(tmp_path / "run.txt")
    path = sol.save(tmp_path / "run.nc")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(ArgumentError, match="The file is damaged"):
        bp.load(path)


def test_other_files_are_read_as_before(tmp_path: Path) -> None:
    net = _network()
    _run(net)
    checkpoint = bp.load(net.checkpoint().save(tmp_path / "c.npz"))
    assert checkpoint.time == 20.0 and "E.V" in checkpoint.values
    alone = lif().run(5.0, dt=0.1, backend="numpy", method="exponential_euler", I=15.0)
    assert np.array_equal(bp.load(alone.save(tmp_path / "s.nc")).V, alone.V)
