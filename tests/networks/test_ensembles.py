"""Several networks side by side: each is, bit for bit, the run that it is by itself."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import AMPA, STDP, lif, synapse

I, WEIGHT = np.array([5.0, 12.0, 15.0]), np.array([0.1, 0.5])


def _network(I: float = 10.0, weight: float = 0.3, rate: float = 0.1) -> bp.Network:
    start = {"V": bp.dist.uniform(-60, -50, seed=1)}
    E = bp.NeuGroup(lif(), (4, 5), name="E", method="exponential_euler", initial=start, I=I)
    P = bp.PoissonGroup(20, rate=rate, name="P")
    connect = bp.connect.fixed_probability(0.2, seed=1)
    exc = bp.Synapses(pre=P, post=E, model=synapse(AMPA), connect=connect, weight=weight, name="exc", delay=1.0)
    learn = bp.Synapses(pre=P, post=E[::2], model=synapse(STDP), connect=connect, name="learn")
    return bp.Network(E, P, exc, learn)


def _run(net: bp.Network, **options: object) -> bp.Solution:
    chosen = {"backend": "numpy", "seed": 3, "record": {"E": ["V", "mean(V)"], net["E"][1:3]: ["V"], "exc[:2]": ["g"]}}
    return net.run(12.0, dt=0.1, **{**chosen, **options})


@pytest.mark.parametrize(("backend", "threads"), [("numpy", 1), ("numba", 2)])
def test_each_member_is_its_own_run(backend: str, threads: int) -> None:
    parameters = {"E.I": I[:, None], "exc.weight": WEIGHT, "P.rate": 0.2}
    net = _network()
    sol = _run(net, parameters=parameters, backend=backend, threads=threads)
    assert sol["E"].V.shape == (121, 3, 2, 4, 5) and sol["E"]["mean(V)"].shape == (121, 3, 2)
    assert sol.ensemble_shape == (3, 2) and len(sol.members) == 6
    train = sol["E"].events["spike"]
    counts = train.count(per_cell=True)
    assert counts.shape == (3, 2, 4, 5) and counts.sum() == len(train) > 30 and np.all(np.diff(train.t) >= 0)
    for i, j in np.ndindex(3, 2):
        alone = _run(_network(I[i], WEIGHT[j], 0.2), backend=backend)
        member = sol.members[2 * i + j]
        for found, picked in ((sol["E"].V[:, i, j], alone["E"].V), (member["E"].V, alone["E"].V)):
            assert np.array_equal(found, picked)
        assert np.array_equal(sol["E[1:3]"].V[:, i, j], alone["E[1:3]"].V)
        assert np.array_equal(sol["exc[:2]"].g[:, i, j], alone["exc[:2]"].g)
        assert np.array_equal(sol.final["learn"]["weight"][i, j], alone.final["learn"]["weight"])
        assert np.array_equal(counts[i, j], alone["E"].events["spike"].count(per_cell=True))
        assert np.array_equal(
            sol["P"].events["spike"].count(per_cell=True)[i, j], alone["P"].events["spike"].count(True)
        )
    table = sol["E"].to_xarray()
    assert table.V.dims[:3] == ("time", "E.I", "exc.weight") and list(table["E.I"]) == list(I)
    assert net.last is sol and net.time == 0 and set(net["E"].I) == {10.0}


def test_members_compile_nothing_and_share_connections() -> None:
    net = _network()
    _run(net)
    before, wired = bp.drivers.get("numpy").compilations, net.wiring(net["exc"], 0.1)
    _run(net, parameters={"E.I": I}, start=0)
    assert bp.drivers.get("numpy").compilations == before
    assert net.wiring(net["exc"], 0.1) is wired


def test_an_ensemble_goes_on_from_a_checkpoint_and_leaves_the_network_where_it_stands() -> None:
    net = _network()
    _run(net)
    with pytest.raises(ArgumentError, match="has run to 12; a run with parameters") as caught:
        _run(net, parameters={"E.I": I}, seed=None)
    assert "Give start=0, or start=net.checkpoint()." in str(caught.value)
    sol = _run(net, parameters={"E.I": I}, start=net.checkpoint(), seed=None)
    assert sol.t[0] == 12.0 and net.time == 12.0
    net["E"].I = 12.0
    alone = _run(net, seed=None)
    assert np.array_equal(sol["E"].V[:, 1], alone["E"].V)
    anew = _run(net, parameters={"E.I": 12.0}, start=0)
    assert anew.t[0] == 0.0 and anew.ensemble_shape == () and anew["E"].V.shape == (121, 4, 5)


def test_a_member_that_blows_up_is_nan_from_there_and_the_others_are_whole() -> None:
    cell = bp.model("a = 1\ndV/dt = a*V*V\nV(0) = 1", name="Bang")
    net = bp.Network(bp.NeuGroup(cell, 2, name="E", method="euler"))
    with pytest.warns(RunWarning, match="1 of 2 members ended early. E.a = 1: E: 'V' became nan or infinite in cell 0"):
        sol = net.run(10.0, dt=0.1, backend="numpy", record={"E": ["V"]}, parameters={"E.a": [0.0, 1.0]})
    assert np.all(sol["E"].V[:, 0] == 1.0) and sol.outcome.name == "NON_FINITE"
    assert sol.stats["ends"][0] == 10.0 and 1.0 < sol.stats["ends"][1] < 5.0
    rows = round(sol.stats["ends"][1] / 0.1)
    assert np.isfinite(sol["E"].V[:rows, 1]).all() and np.isnan(sol["E"].V[rows + 1 :, 1]).all()


def test_progress_goes_up_to_one_and_a_stop_ends_all_members() -> None:
    fractions: list[float] = []
    _run(_network(), parameters={"E.I": I}, progress=fractions.append)
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    stop = threading.Event()
    stop.set()
    sol = _run(_network(), parameters={"E.I": I}, stop=stop)
    assert sol.outcome.name == "STOPPED" and sol["E"].V.shape == (1, 3, 4, 5)


def test_what_names_no_number_of_a_part_is_refused_before_anything_runs() -> None:
    net = _network()
    for parameters, message in (
        ({"I": I}, "parameters: 'I' names no parameter of a part.\n  For example 'E.I'."),
        ({"F.I": I}, "parameters: the network has no 'F'."),
        ({"E.J": I}, "parameters: E has no parameter 'J'."),
        ({"E.I": lambda t: t}, "parameters: 'E.I' is a number, or an array with one for each member"),
        (
            {"E.I": I, "E.tau": [10.0, 20.0]},
            "parameters: these arrays do not broadcast to one ensemble: E.I (3,), E.tau (2,)",
        ),
        ({"E.I": []}, "parameters: an ensemble has at least one member; an array is empty."),
        ({"P.rate": [0.1, -1.0]}, "P: a rate is at least 0; got -1."),
        ({"exc.delay": [1.0, 2.0]}, "parameters: exc has no parameter 'delay'."),
        ([1.0], "parameters is a mapping by part and name"),
    ):
        with pytest.raises(ArgumentError) as caught:
            _run(net, parameters=parameters)
        assert message in str(caught.value)
    with pytest.raises(ArgumentError, match="run: threads is a whole number, at least 1; got 0"):
        _run(net, parameters={"E.I": I}, threads=0)
    assert net.last is None
