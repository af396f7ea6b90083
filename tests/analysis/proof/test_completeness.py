"""Proofs that lists of fixed points are complete: true ones, points that a search missed, and honest refusals."""

import re

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane, fixed_points
from brainpy_lab.analysis.proof import completeness
from brainpy_lab.analysis.proof.completeness import prove
from brainpy_lab.analysis.vector_field import make_field

PLANE = {"x": (-2, 2), "y": (-2, 2)}


@pytest.mark.parametrize(
    ("model", "box", "values", "count"),
    [
        (models.fitzhugh_nagumo, {"V": (-3, 3), "w": (-2, 3)}, {"I": 0.8}, 1),
        (models.morris_lecar_snic, {"V": (-80, 60), "w": (0, 1)}, {"I": 30}, 3),
        (models.lorenz, {"x": (-30, 30), "y": (-30, 30), "z": (-10, 60)}, {}, 3),
        (models.lotka_volterra, {"x": (0, 10), "y": (0, 10)}, {}, 2),  # one in a corner of the box
        (models.hodgkin_huxley, {"V": (-100, 60)}, {"I": 0}, 1),  # gates without a range, anywhere
    ],
)
def test_published_models_are_complete(model, box, values, count):
    found = fixed_points(model(), box, **values)
    assert (len(found), found.complete) == (count, True)


@pytest.mark.parametrize("missing", [[0], [1], [0, 2], [0, 1, 2]])
def test_a_point_that_was_missed_is_found(missing):
    lorenz, box = models.lorenz(), {"x": (-30, 30), "y": (-30, 30), "z": (-10, 60)}
    field, root = make_field(lorenz, None, {}), np.sqrt(72)
    points = np.array([[-root, -root, 27], [0, 0, 0], [root, root, 27]]).T
    proof = prove(field, box, np.delete(points, missing, axis=1))
    assert proof.complete
    found = proof.found[:, np.argsort(proof.found[0])]
    assert np.abs(found - points[:, missing]).max() < 1e-10


def test_points_between_the_samples_are_added(model_of):
    # a bump of width 1e-4 with two zeros on its sides, between the points that the search looks at
    model = model_of("dx/dt = 1 - 3*exp(-((x - 0.123456)/1e-4)**2)")
    found = fixed_points(model, x=(-1, 1))
    half = 1e-4 * np.sqrt(np.log(3))
    assert [p.values["x"] for p in found] == pytest.approx([0.123456 - half, 0.123456 + half], abs=1e-12)
    assert found.complete is True
    assert [p.stable for p in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "box", "reason"),
    [
        (
            "dx/dt = x**2\ndy/dt = -y",
            PLANE,
            "The fixed point at x = 0, y = 0 may be multiple",
        ),
        ("dx/dt = x**3\ndy/dt = -y", PLANE, "may be multiple"),
        ("dx/dt = (x - 0.3)*(x - 0.3 - 1e-11)\ndy/dt = -y", PLANE, "may be multiple, or others lie very near"),
        ("dx/dt = 1 if x < 0.3 else -1", {"x": (-2, 2)}, "There may be another at x = 0.3, or none"),
        ("dx/dt = 1/(x - 0.3) + 5 + y\ndy/dt = -y", PLANE, "There may be another at x = 0.3, y = "),
        ("dx/dt = sqrt(x)\ndy/dt = -y", PLANE, "may be multiple|There may be another"),
        ("dx/dt = 1 - x**2 - y**3\ndy/dt = x - y**3", {"x": (-2, 2)}, "No range is known for y; give one: y="),
    ],
)
def test_what_cannot_be_proven_is_said(model_of, text, box, reason):
    found = fixed_points(model_of(text), box)
    assert isinstance(found.complete, str)
    assert found.complete.startswith("Not proven: ")
    assert re.search(reason, found.complete)


def test_zeros_at_a_kink_or_side_by_side(model_of):
    assert fixed_points(model_of("dx/dt = abs(x) - 0.5 + y\ndy/dt = (x if x > 0 else 0) - y"), PLANE).complete is True
    near = fixed_points(model_of("dx/dt = x**2 - 1e-9\ndy/dt = -y"), PLANE)
    assert (len(near), near.complete) == (2, True)
    none = fixed_points(model_of("dx/dt = x**2 + 1e-9\ndy/dt = -y"), PLANE)
    assert (len(none), none.complete) == (0, True)


def test_the_work_is_bounded(model_of, monkeypatch):
    monkeypatch.setattr(completeness, "MOST_BOXES", 30)
    found = fixed_points(model_of("dx/dt = sin(20*x)\ndy/dt = cos(15*y)"), x=(-1, 1), y=(-1, 1))
    assert len(found) == 130
    assert found.complete == "Not proven: 30 pieces of the box were looked at, some are left. A smaller box may do."


def test_a_plane_proves_on_request(model_of):
    plane = PhasePlane(model_of("dx/dt = y\ndy/dt = x - x**3"), PLANE)
    assert plane.fixed_points().complete.startswith("Not proven: the box was searched by sampling")
    assert plane.fixed_points(proven=True).complete is True
