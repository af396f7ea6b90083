"""What a run of a network gives back: Solutions by part in the shapes of their groups, tables, words and a raster."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.solution import NetworkSolution
from tests.networks.cells import KICK, STDP, lif, synapse


@functools.cache
def run() -> NetworkSolution:
    """A grid of cells that drives a row of them."""
    E = bp.NeuGroup(lif(), (64, 64), name="E", method="exponential_euler", I=bp.dist.uniform(8, 40, seed=1))
    I = bp.NeuGroup(lif(), 5, name="I", method="exponential_euler")
    kick = bp.Synapses(
        pre=E, post=I, model=synapse(KICK), connect=bp.connect.fixed_probability(0.1, seed=1), name="kick", weight=0.2
    )
    stdp = bp.Synapses(
        pre=E[0, :5], post=I, model=synapse(STDP), connect=bp.connect.all_to_all(), name="stdp", delay=0.5
    )
    record = {"E": ["V", "mean(V)"], E[1, :3]: ["V"], "stdp": ["weight"], "stdp[::2]": ["weight", "x"]}
    return bp.Network(E, I, kick, stdp, name="Two").run(
        20.0, dt=0.1, backend="numpy", record=record, record_every=2.0, seed=4
    )


def test_parts_have_the_shapes_of_their_groups() -> None:
    sol = run()
    E = sol["E"]
    assert E.V.shape == (11, 64, 64) and E["mean(V)"].shape == (11,)
    assert np.allclose(E["mean(V)"], E.V.mean(axis=(1, 2)))
    assert sol.final["E"]["V"].shape == (64, 64) and np.array_equal(sol.final["E"]["V"], E.V[-1])
    assert sol.final["stdp"]["weight"].shape == (25,) and sol.final["stdp"]["x"].shape == (64, 64)
    assert np.array_equal(sol["E[1, :3]"].V, E.V[:, 1, :3])
    assert np.array_equal(sol["stdp[::2]"].weight, sol["stdp"].weight[:, ::2])
    counts = E.events["spike"].count(per_cell=True)
    assert counts.shape == (64, 64) and counts.sum() == len(E.events["spike"]) > 1000
    assert E.events["spike"].window == (0.0, 20.0)


def test_parts_as_tables() -> None:
    sol = run()
    dataset = sol["E"].to_xarray()
    assert dataset.V.dims == ("time", "ensemble_0", "ensemble_1") and dataset["mean(V)"].dims == ("time",)
    assert dataset.spike_t.size == len(sol["E"].events["spike"]) and dataset.attrs["model"] == "E"
    frame = sol["stdp"].to_pandas()
    assert frame.index.names == ["time", "cell"] and frame.shape == (11 * 25, 1)
    assert np.array_equal(frame.weight.to_numpy(), sol["stdp"].weight.ravel())
    with pytest.raises(bp.errors.ArgumentError, match=r"'mean\(V\)' holds some members"):
        sol["E"].to_pandas()


def test_means_alone_are_a_table_of_times() -> None:
    lif = bp.model("I = 12\ndV/dt = (I - V)/20", name="LIF")
    E = bp.NeuGroup(lif, 5, name="E", method="exponential_euler", initial={"V": bp.dist.uniform(0, 10, seed=1)})
    sol = bp.Network(E).run(2.0, dt=0.5, backend="numpy", record={"E": ["mean(V)"]})
    frame = sol["E"].to_pandas()
    assert frame.index.name == "time" and frame.index.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert list(frame) == ["mean(V)"] and np.array_equal(frame["mean(V)"], sol["E"]["mean(V)"])


def test_words_and_pictures() -> None:
    sol = run()
    spikes = {name: len(train) for name, train in sol.trains().items()}
    assert list(spikes) == ["E", "I"] and spikes["I"] > 3
    assert repr(sol) == f"Solution of Two to 20: spikes E {spikes['E']:,}, I {spikes['I']}; completed."
    html = sol._repr_html_()
    for text in (f"events: {spikes['E']:,}, cells: 4,096", "E: V, mean(V)", "numpy, dt 0.1, seed 4", "0 to 20"):
        assert text in html
    axes = sol.plot().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["E", "I"]
    assert axes.get_xlim() == (0, 20) and axes.get_ylim() == (-0.5, 4100.5)
    (alone,) = sol.plot("I").axes
    assert alone.get_ylim() == (-0.5, 4.5) and len(alone.lines[0].get_xdata()) == spikes["I"]
    with pytest.raises(bp.errors.ArgumentError, match="There is no part 'X'"):
        sol.plot("X")
    assert sol["E"].plot("mean(V)").axes[0].get_title() == "E"


def test_mappings_of_solutions_say_what_there_is_and_what_is_near() -> None:
    cell = bp.model("tau = 10\ndV/dt = -V/tau\nwhen V >= 1:\n    V = 0", name="LIF")
    net = bp.Network(bp.NeuGroup(cell, 3, name="Exc"))
    sol = net.run(1.0, dt=0.1, backend="numpy", record={"Exc": ["V"]})
    run = cell.run(1.0, dt=0.1, backend="numpy")
    asked = [
        (lambda: sol.final["Exd"], r"no part 'Exd' of Network. There are: Exc.\n  Did you mean 'Exc'"),
        (lambda: sol.final["Exc"]["v"], r"no variable 'v' of Exc. There are: V.\n  Did you mean 'V'"),
        (lambda: sol["Exd"], "no part 'Exd'"),
        (lambda: sol.parts["X"], "no part 'X'"),
        (lambda: net["X"], "no part 'X' of Network. There are: Exc."),
        (lambda: net.parts["exc"], "Did you mean 'Exc'"),
        (lambda: run.final["W"], "no state 'W'. There are: V."),
        (lambda: run.params["tua"], "no parameter 'tua'. There are: tau.\n  Did you mean 'tau'"),
        (lambda: run.data["W"], "no variable 'W'"),
        (lambda: run.initial["W"], "no state 'W'"),
    ]
    for ask, said in asked:
        with pytest.raises(bp.errors.ArgumentError, match=said):
            ask()
        with pytest.raises(KeyError):
            ask()
    assert "X" not in sol.final and sol.final.get("X") is None and dict(run.final).keys() == {"V"}
