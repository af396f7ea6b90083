"""Diagrams in two parameters are saved, and read again as they were."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.special import SpecialPoint, SpecialPoints
from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
from brainpy_lab.errors import ArgumentError


@pytest.fixture(scope="module")
def diagram():
    """Of the normal form of a Bogdanov-Takens point at (0, 0): a curve of folds, one of Hopf points."""
    model = bp.model("a = 0\nb = 0\ndx/dt = y\ndy/dt = a + b*y + x**2 + x*y")
    return bp.analysis.bifurcation(model, ("a", "b"), ((-1, 0.5), (-1, 1)))


def same(a, b) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True)) if isinstance(a, np.ndarray) else a == b


@pytest.mark.parametrize("ending", ["npz", "nc"])
def test_a_diagram_is_read_as_it_was(diagram, tmp_path: Path, ending):
    again = bp.load(diagram.save(tmp_path / f"plane.{ending}"))
    assert type(again) is type(diagram)
    for name in ("model_name", "parameters", "ranges", "remarks"):
        assert getattr(again, name) == getattr(diagram, name)
    assert {b.kind for b in again.branches} == {"fold", "hopf"}
    for old, new in zip(diagram.branches, again.branches, strict=True):
        assert all(same(getattr(old, f.name), getattr(new, f.name)) for f in fields(old))
    assert again.points.of("bogdanov-takens")[0].parameter == pytest.approx(0, abs=1e-8)
    for old, new in zip(diagram.points, again.points, strict=True):
        assert (old.kind, old.parameters, old.values, old.period, old.note) == (
            new.kind, new.parameters, new.values, new.period, new.note,
        )  # fmt: skip
        assert list(old.data) == list(new.data)
        assert all(same(old.data[k], new.data[k]) and type(old.data[k]) is type(new.data[k]) for k in old.data)
    assert repr(again) == repr(diagram)
    assert len(again.plot().axes[0].lines) == len(diagram.plot().axes[0].lines)
    with pytest.raises(ArgumentError, match="no equations"):
        again.regions()


def test_pairs_of_frequencies_stay_pairs(tmp_path: Path):
    points = SpecialPoints([SpecialPoint("double hopf", {"a": 1.0, "b": 2.0}, {"x": 0.0}, data={"omega": (1.0, 2.5)})])
    diagram = PlaneDiagram("M", ("a", "b"), ((0.0, 2.0), (0.0, 3.0)), [], points)
    (again,) = bp.load(diagram.save(tmp_path / "double.npz")).points
    assert again == points[0]


def test_xarray_opens_the_table_of_all_curves(diagram, tmp_path: Path):
    path = diagram.save(tmp_path / "plane.nc")
    with xr.open_dataset(path) as table:
        is_hopf = table["kind"].values == "hopf"
        np.testing.assert_allclose(table["a"].values[is_hopf], -(table["x"].values[is_hopf] ** 2), atol=1e-9)
        assert np.isnan(table["omega"].values[~is_hopf]).all()


def test_a_file_of_another_ending_is_refused(diagram, tmp_path: Path):
    with pytest.raises(ArgumentError):
        diagram.save(tmp_path / "plane.pkl")
