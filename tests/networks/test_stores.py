"""Runs whose records and spikes go to a store: what is read back is what memory would have held."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import zarr

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.stores import writing
from tests.networks.cells import AMPA, STDP, lif, synapse

RECORD = {"E": ["V", "mean(V)"], "E[:2]": ["V"], "learn[:3]": ["weight", "x"]}


def _network() -> bp.Network:
    E = bp.NeuGroup(lif(), (2, 3), name="E", method="exponential_euler", I=np.linspace(8, 30, 6))
    P = bp.PoissonGroup(5, rate=0.3, name="P")
    connect = bp.connect.all_to_all()
    learn = bp.Synapses(pre=P, post=E, model=synapse(STDP), connect=connect, name="learn")
    exc = bp.Synapses(pre=P, post=E, model=synapse(AMPA), connect=connect, weight=0.05, name="exc")
    return bp.Network(E, P, learn, exc, name="Stored")


def _run(net: bp.Network, **options: object) -> bp.Solution:
    return net.run(40.0, dt=0.1, **{"backend": "numpy", "record": RECORD, "record_every": 0.3, "seed": 4, **options})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores take few rows and spikes at once."""
    monkeypatch.setattr(writing, "_BYTES", 8 * 20 * 7)
    monkeypatch.setattr("brainpy_lab.networks.runs.stored.SPIKES", 10)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_store_holds_what_memory_would(tmp_path: Path, backend: str) -> None:
    expected = _run(_network(), backend=backend)
    made = _run(_network(), backend=backend, store=tmp_path / "run.zarr")
    for sol in (made, bp.load(tmp_path / "run.zarr")):
        assert repr(sol).split(" (")[0].startswith("Solution of Stored to 40: spikes E ")
        assert np.array_equal(sol.t, expected.t) and list(sol) == list(expected)
        for key, names in RECORD.items():
            for name in names:
                assert np.array_equal(sol[key][name], expected[key][name]), (key, name)
        for key in ("E", "P"):
            train, other = sol[key].events["spike"], expected[key].events["spike"]
            assert np.array_equal(train.t, other.t) and np.array_equal(train.index, other.index)
            assert len(train) > 10 and train.window == other.window
            assert np.array_equal(train.count(per_cell=True), other.count(per_cell=True))
        for owner, named in expected.final.items():
            assert all(np.array_equal(sol.final[owner][name], value) for name, value in named.items())
    assert zarr.open_group(tmp_path / "run.zarr")["E"]["V"].chunks[0] < 10


def test_xarray_opens_a_store_without_reading_it(tmp_path: Path) -> None:
    import xarray

    expected = _run(_network())
    sol = _run(_network(), store=tmp_path / "run.zarr")
    for table in (
        sol["E"].to_xarray(),
        xarray.open_dataset(tmp_path / "run.zarr", engine="zarr", group="E", consolidated=False),
    ):
        assert not table.V._in_memory and table.V.dims == ("time", "ensemble_0", "ensemble_1")
        assert np.array_equal(table.V.sel(time=slice(3, 6)), expected["E"].to_xarray().V.sel(time=slice(3, 6)))
        assert np.array_equal(table.spike_t, expected["E"].events["spike"].t)


@pytest.mark.usefixtures("small")
def test_memory_holds_the_rows_of_one_write_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording that memory does not hold is refused without a store, and runs with one."""
    monkeypatch.setattr("brainpy_lab.networks.runs.running.check_record_memory", _refuse)
    with pytest.raises(MemoryError):
        _run(_network())
    assert _run(_network(), store=tmp_path / "run.zarr").outcome.name == "COMPLETED"


def _refuse(*sizes: object, **options: object) -> None:
    raise MemoryError


@pytest.mark.usefixtures("small")
def test_a_run_that_is_stopped_or_interrupted_leaves_what_it_had(tmp_path: Path) -> None:
    expected = _run(_network())

    def interrupt(fraction: float) -> None:
        if fraction > 0.3:
            signal.raise_signal(signal.SIGINT)

    net, stop = _network(), threading.Event()
    with pytest.raises(KeyboardInterrupt):
        _run(net, store=tmp_path / "a.zarr", progress=interrupt)
    stopped = _run(_network(), store=tmp_path / "b.zarr", stop=stop, progress=lambda f: stop.set() if f > 0.3 else None)
    assert stopped.outcome.name == "STOPPED" and net.last.outcome.name == "INTERRUPTED"
    for name in ("a.zarr", "b.zarr"):
        sol = bp.load(tmp_path / name)
        assert 10 < sol.end < 40 and len(sol.t) == int(sol.end / 0.3 + 1e-6) + 1
        assert np.array_equal(sol["E"].V, expected["E"].V[: len(sol.t)])
        train, spikes = sol["P"].events["spike"], expected["P"].events["spike"].t
        assert np.array_equal(train.t, spikes[spikes <= sol.end + 1e-9]) and train.window == (0.0, sol.end)
        assert sol["E"].to_xarray().V.shape == (len(sol.t), 2, 3)


@pytest.mark.usefixtures("small")
def test_a_run_that_was_killed_is_read_as_far_as_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _run(_network())
    with monkeypatch.context() as patched:
        patched.setattr(writing.Store, "finish", _refuse)
        with pytest.raises(MemoryError):
            _run(_network(), store=tmp_path / "run.zarr")
    sol = bp.load(tmp_path / "run.zarr")
    assert len(sol.t) > 100 and sol.final == {} and sol.outcome.name == "STOPPED"
    assert np.array_equal(sol["E"].V, expected["E"].V[: len(sol.t)])


def test_a_run_goes_on_into_another_store(tmp_path: Path) -> None:
    whole = _network().run(40.0, dt=0.1, backend="numpy", seed=4, record={"E": ["V"]})
    net = _network()
    parts = [
        net.run(20.0, dt=0.1, backend="numpy", seed=seed, record={"E": ["V"]}, store=tmp_path / name)
        for name, seed in (("a.zarr", 4), ("b.zarr", None))
    ]
    assert np.array_equal(np.concatenate([parts[0]["E"].V, parts[1]["E"].V[1:]]), whole["E"].V)
    assert parts[1].t[0] == 20.0


def test_names_that_cannot_be_are_refused_before_anything_runs(tmp_path: Path) -> None:
    net = _network()
    (tmp_path / "there.zarr").mkdir()
    for store, message in (
        (tmp_path / "there.zarr", "is there already.\n  Give another name, or remove it first."),
        (tmp_path / "run.nc", "store: 'run.nc' does not end in .zarr."),
        (tmp_path / "no" / "run.zarr", "store: there is no folder"),
        (3, "store is the name of a folder, not 3."),
    ):
        with pytest.raises(ArgumentError) as caught:
            _run(net, store=store)
        assert message in str(caught.value)
    with pytest.raises(ArgumentError, match="store: an ensemble keeps its records in memory"):
        _run(net, store=tmp_path / "run.zarr", parameters={"E.I": [1.0, 2.0]})
    for name, message in (("no.zarr", "There is no store"), ("there.zarr", "holds no run that can be read")):
        with pytest.raises(ArgumentError, match=message):
            bp.load(tmp_path / name)
    assert net.last is None and not (tmp_path / "run.zarr").exists()


def test_without_the_package_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zarr", None)
    with pytest.raises(ArgumentError) as caught:
        _run(_network(), store=tmp_path / "run.zarr")
    assert "needs the package zarr, which is not installed." in str(caught.value)
    assert 'pip install "zarr>=3"' in str(caught.value)
