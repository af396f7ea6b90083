"""Results can be pickled and copied, as other processes and caches need: they go on to answer."""

import copy
import pickle

import numpy as np
import pytest

from brainpy_lab.analysis import PhasePlane, bifurcation, interaction, limit_cycle, manifolds, reset_map
from brainpy_lab.errors import ArgumentError

CIRCLE = "dx/dt = x - y - (x**2 + y**2)*x\ndy/dt = x + y - (x**2 + y**2)*y\nx(0) = 0.9"
FOLD = "p = 1\ndx/dt = p - x**2\ndy/dt = -y"


def copies(thing):
    return [pickle.loads(pickle.dumps(thing)), copy.deepcopy(thing), copy.copy(thing)]


def test_cycles_and_interactions(model_of):
    lc = limit_cycle(model_of(CIRCLE))
    both = interaction(lc, {"x": "pre.x - post.x"})
    for again in copies(lc):
        assert again.period == lc.period and again(1.0) == lc(1.0)
    for again in copies(both):
        assert again(0.25) == pytest.approx(0.5, abs=1e-9) and repr(again) == repr(both)


def test_manifolds_planes_and_maps(model_of):
    curves = manifolds(model_of("dx/dt = x\ndy/dt = -y + x**2"), {"x": 0, "y": 0}, x=(-2, 2), y=(-2, 2))
    spikes = reset_map(model_of("dV/dt = 1\ndw/dt = -w\nwhen V >= 1:\n    V = 0\n    w += 1"), w=(0, 3), resolution=3)
    plane = PhasePlane(model_of(FOLD), x=(-2, 2), y=(-1, 1))
    for again in copies(curves):
        assert again.unstable.at(x=1.5)["y"] == pytest.approx(0.75, abs=1e-9)
    for again in copies(spikes):
        assert float(again(2.0)) == pytest.approx(1 + 2 * np.exp(-1))
    for again in copies(plane):
        assert [p.kind for p in again.fixed_points()] == ["saddle", "stable node"]


def test_diagrams_and_runs(model_of):
    model = model_of(FOLD)
    diagram = bifurcation(model, "p", (-1, 1), cycles=False, box={"x": (-2, 2), "y": (-1, 1)})
    pickled, deep, shallow = copies(diagram)
    for again in (deep, shallow):
        assert len(again.at(0.25)) == 2
    assert pickled.points[0].parameter == diagram.points[0].parameter
    with pytest.raises(ArgumentError, match="from a file or a pickle"):
        pickled.at(0.25)
    sol = model.run(1.0, backend="numpy")
    for again in copies(sol):
        assert np.array_equal(again["x"], sol["x"])
