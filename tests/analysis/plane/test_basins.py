"""Basins of attraction: fractions against closed forms, kinds of attractors, and what is refused."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import basins
from brainpy_lab.errors import AnalysisError, ArgumentError

BOX = {"x": (-2, 2), "y": (-2, 2)}


def test_two_points_on_a_line(model_of):
    found = basins(model_of("dx/dt = x - x**3"), x=(-2, 1), resolution=300)
    assert [a.kind for a in found.attractors] == ["fixed point", "fixed point"]
    assert [a.values["x"] for a in found.attractors] == pytest.approx([-1, 1], abs=1e-12)
    assert found.fractions.tolist() == [200 / 300, 100 / 300]
    assert (found.labels == (found.axes["x"] > 0)).all()
    assert "66.67%  stable node at x = -1" in repr(found)


def test_an_unstable_cycle_is_the_border(model_of):
    system = model_of("dx/dt = (x**2 + y**2 - 1)*x - y\ndy/dt = (x**2 + y**2 - 1)*y + x")
    found = basins(system, BOX, resolution=80)
    assert [a.kind for a in found.attractors] == ["fixed point", "escapes"]
    x, y = np.meshgrid(found.axes["x"], found.axes["y"], indexing="ij")
    assert ((found.labels == 0) == (np.hypot(x, y) < 1)).all()
    assert found.fractions[0] == pytest.approx(np.pi / 16, abs=0.005)


def test_a_cycle_and_a_point():
    model = models.fitzhugh_nagumo()
    found = basins(model, V=(-3, 3), w=(-2, 3), resolution=(12, 10), I=0.8)
    (cycle,) = found.attractors
    assert (cycle.kind, found.labels.shape) == ("cycle", (12, 10))
    assert cycle.period == pytest.approx(36.518032, abs=1e-5)
    assert cycle.max["V"] == pytest.approx(1.91109, abs=1e-4)
    assert found.fractions.tolist() == [1.0]


@pytest.mark.slow
def test_a_cycle_of_spikes_with_resets(model_of):
    found = basins(models.izhikevich(), v=(-80, 30), u=(-20, 20), resolution=8, I=5)
    (cycle,) = found.attractors
    assert (cycle.kind, cycle.resets) == ("cycle", 1)
    assert cycle.max["v"] == pytest.approx(30, abs=1e-6)
    run = models.izhikevich().run(350, dt=0.05, I=5, backend="numpy", method="rk4", record=[])
    assert cycle.period == pytest.approx(np.diff(run.events["spike"].t)[-1], rel=2e-3)
    # a leaky cell: the period is known
    cell = model_of("dV/dt = 2 - V\nwhen V >= 1:\n    V = 0")
    (cycle,) = basins(cell, V=(-1, 1), resolution=5).attractors
    assert cycle.period == pytest.approx(np.log(2), abs=1e-6)


def test_states_without_a_range_start_at_their_values(model_of):
    model = model_of("dx/dt = x - x**3 + y\ndy/dt = -y\ny(0) = 0.1")
    pushed, plain = (basins(model, x=(-2, 2), resolution=400, **start).fractions[0] for start in ({}, {"y": 0}))
    assert plain == 0.5
    assert pushed == pytest.approx(0.488, abs=0.01)
    assert list(basins(model, x=(-2, 2), y=0, resolution=20).attractors[0].values) == ["x", "y"]


def test_basins_as_data_and_figure(model_of):
    found = basins(model_of("dx/dt = x - x**3\ndy/dt = -y"), BOX, resolution=10)
    data = found.to_xarray()
    assert data.dims == ("x", "y")
    assert int(data.sel(x=1.0, y=0.2, method="nearest")) == 1
    (axes,) = found.plot().axes
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["0: fixed point, 50.0%", "1: fixed point, 50.0%"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dx/dt = -x + sin(t)", "depend on time: what a start comes to depends on when it starts"),
        ("dx/dt = -x(t - 1)", "has delays"),
        ("dx/dt = -x\norder(x) = 0.5", "has fractional orders"),
        ("dx/dt = 1\ndy/dt = 1 - y\nwhen x > y:\n    x = 0\n    hold(x, 2)", "in which a condition may become true"),
        ("dx/dt = 1\nwhen x > 1:\n    x = 0\n    hold(spike, 2)", "holds an event"),
        ("dx/dt = 1\nwhen x > 1:\n    x = rand()", "draws random numbers"),
        ("dx/dt = 1\ndy/dt = -y\nwhen x > 1:\n    y = 1", "where its condition becomes true"),
    ],
)
def test_models_without_basins(model_of, text, message):
    with pytest.raises(AnalysisError, match=message):
        basins(model_of(text), x=(-1, 1))


def test_wrong_arguments(model_of):
    model = model_of("dx/dt = -x")
    for resolution in (0, 1.5, (3, 3), 2_000_000):
        with pytest.raises(ArgumentError, match="resolution"):
            basins(model, x=(-1, 1), resolution=resolution)
    with pytest.raises(ArgumentError, match="duration"):
        basins(model, x=(-1, 1), duration=-1)
    with pytest.raises(ArgumentError, match="no box"):
        basins(model)


def test_a_line_of_equilibria_is_said(model_of):
    found = basins(model_of("dx/dt = -x + y\ndy/dt = x - y"), x=(-1, 1), y=(-1, 1), resolution=5)
    assert [a.kind for a in found.attractors] == ["line of equilibria"] and found.fractions == pytest.approx([1.0])


def test_a_refractory_cell_spikes_with_its_refractory_time(model_of):
    found = basins(model_of("dV/dt = 1.5 - V\nwhen V >= 1:\n    V = 0\n    hold(V, 2)"), V=(-1, 0.9), resolution=5)
    (spiking,) = found.attractors
    assert spiking.period == pytest.approx(2 + np.log(3), rel=1e-6)


def test_starts_without_equations_are_told_apart(model_of):
    found = basins(model_of("dx/dt = -log(x)"), x=(-1, 3), resolution=8)
    assert [(a.kind, f) for a, f in zip(found.attractors, found.fractions, strict=True)] == [
        ("fixed point", 0.75),
        ("undefined", 0.25),
    ]
