"""Multiple zeros come once, close ones apart, and curves of fixed points are called that."""

import numpy as np
import pytest

from brainpy_lab.analysis import fixed_points

PLANE = {"x": (-2, 2), "y": (-2, 2)}
SPACE = {**PLANE, "z": (-2, 2)}


def places(found):
    return np.array([list(p.values.values()) for p in found])


@pytest.mark.parametrize(
    ("drift", "expected", "within"),
    [
        ("x**2 - 2*x + 1", [1], 1e-9),
        ("x**3 - 0.9*x**2 + 0.27*x - 0.027", [0.3], 1e-6),
        ("sin(x - 0.3) - (x - 0.3)", [0.3], 1e-6),
        ("(x - 0.3)**4", [0.3], 1e-9),
        ("x**5", [0], 1e-9),
        ("(x - 0.3)**2*(x - 0.9)**2", [0.3, 0.9], 1e-9),
        ("abs(x - 0.3)", [0.3], 1e-12),
    ],
)
def test_a_multiple_zero_of_one_unknown_comes_once(model_of, drift, expected, within):
    found = fixed_points(model_of(f"dx/dt = {drift}"), {"x": (-2, 2)})
    np.testing.assert_allclose(places(found), np.array(expected)[:, None], atol=within)
    assert {(p.kind, p.stable, p.dimension) for p in found} == {("non-hyperbolic", False, 0)}


@pytest.mark.parametrize(
    ("text", "box", "expected"),
    [
        (  # a pitchfork: the ends of 40 Newton iterations
            "dx/dt = -0.5*x - tanh(x) + tanh(y)\ndy/dt = -0.5*y - tanh(y) + 2.25*tanh(x)",
            {"x": (-3, 3), "y": (-3, 3)},
            [[0, 0]],
        ),
        (
            "u = x - 0.3\nv = y + 0.2\ndx/dt = -0.5*u - tanh(u) + tanh(v)\ndy/dt = -0.5*v - tanh(v) + 2.25*tanh(u)",
            {"x": (-3, 3), "y": (-3, 3)},
            [[0.3, -0.2]],
        ),
        ("dx/dt = (x - 0.3)**2 - (y - 0.1)**2\ndy/dt = 2*(x - 0.3)*(y - 0.1)", PLANE, [[0.3, 0.1]]),
        ("dx/dt = -x + y*y\ndy/dt = -y**3 + x*y - z*y*y\ndz/dt = -z + x", SPACE, [[0, 0, 0]]),
        (
            "dx/dt = (x - 0.3)**2 + (y + w)**3\ndy/dt = w*z - y\ndz/dt = x*y - sin(z)\ndw/dt = x*y - w - w**3",
            {**SPACE, "w": (-2, 2)},
            [[0.3, 0, 0, 0]],
        ),
    ],
)
def test_a_multiple_zero_of_several_unknowns_comes_once(model_of, text, box, expected):
    found = fixed_points(model_of(text), box)
    np.testing.assert_allclose(places(found), expected, atol=1e-6)
    assert [(p.kind, p.dimension) for p in found] == [("non-hyperbolic", 0)]


def test_units_of_the_states_do_not_matter(model_of):
    text = "a = 1e-9\nb = 1e6\nu = x/a - 0.3\ndx/dt = a*u**2 - a*sin(y/b)**2\ndy/dt = b*(0.2*sin(u)**2 - sin(y/b))"
    (point,) = fixed_points(model_of(text), {"x": (-2e-9, 2e-9), "y": (-2e6, 2e6)})
    assert point.values["x"] == pytest.approx(0.3e-9, abs=1e-16)
    assert point.values["y"] == pytest.approx(0, abs=1e-3)
    assert point.kind == "non-hyperbolic"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("dx/dt = 2.5e-13 - (x - 0.3)**2", {"x": (-2, 2)}),
        ("dx/dt = 2.5e-13 - (x - 0.3)**2 + 0.1*sin(y)**2\ndy/dt = (x - 0.3)**2 - sin(y)", PLANE),
        (
            "dx/dt = 2.5e-13 - (x - 0.3)**2 + 0.1*z**2\ndy/dt = (x - 0.3)**2 - sin(y)\ndz/dt = sin(y) - z - z**3",
            SPACE,
        ),
    ],
)
def test_two_zeros_just_past_a_fold_stay_two(model_of, text, box):
    found = fixed_points(model_of(text), box)
    assert places(found)[:, 0] == pytest.approx([0.3 - 5e-7, 0.3 + 5e-7], abs=1e-10)
    assert [p.stable for p in found] == [False, True]


def test_three_zeros_just_past_a_pitchfork_stay_three(model_of):
    text = "dx/dt = 1e-8*(x - 0.3) - (x - 0.3)**3 + 0.1*sin(y)**2\ndy/dt = (x - 0.3)**2 - sin(y)"
    found = fixed_points(model_of(text), PLANE)
    assert places(found)[:, 0] == pytest.approx([0.3 - 1e-4, 0.3, 0.3 + 1e-4], abs=1e-8)
    assert [p.stable for p in found] == [True, False, True]


@pytest.mark.parametrize(
    ("text", "box", "dimensions"),
    [
        ("dx/dt = 0*x", {"x": (-2, 2)}, [1]),
        ("dx/dt = maximum(x, 0)", {"x": (-2, 2)}, [1]),
        ("dx/dt = y - x\ndy/dt = 2*x - 2*y", PLANE, [1]),
        ("dx/dt = x*(1 - x)\ndy/dt = 0*y", PLANE, [1, 1]),
        ("dx/dt = x*(1 - x**2 - y**2)\ndy/dt = y*(1 - x**2 - y**2)", PLANE, [1, 0]),
        ("dx/dt = 0*x\ndy/dt = 0*y", PLANE, [2]),
    ],
)
def test_one_point_stands_for_a_curve_of_fixed_points(model_of, text, box, dimensions):
    found = fixed_points(model_of(text), box)
    assert [p.dimension for p in found] == dimensions
    what = {1: "a curve", 2: "a surface"}
    for point in found:
        if point.dimension:
            assert (point.kind, point.stable) == ("non-hyperbolic", False)
            assert point.note == f"Not isolated: one point of {what[point.dimension]} of fixed points."
    assert found.complete.startswith("There are infinitely many")


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("dx/dt = 1", {"x": (-2, 2)}),
        ("dx/dt = 1 if x < 0.3 else -1", {"x": (-2, 2)}),
        ("dx/dt = (x - 0.3)**2 + 1e-10", {"x": (-2, 2)}),
        ("dx/dt = 1\ndy/dt = -y", PLANE),
        ("dx/dt = 1\ndy/dt = -y\ndz/dt = -z", SPACE),
        ("dx/dt = 1 + x**2*0\ndy/dt = x*y**3 - y\ndz/dt = x*y - z - z**3", SPACE),
    ],
)
def test_where_nothing_is_zero_there_is_no_point(model_of, text, box):
    found = fixed_points(model_of(text), box)
    assert found == []
    assert found.complete is True or "if x < 0.3" in text


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("dx/dt = x + y + z - 1\ndy/dt = 2*(x + y + z - 1)\ndz/dt = -(x + y + z - 1)", 2),
        ("dx/dt = y - sin(x)\ndy/dt = (y - sin(x))*z\ndz/dt = z - x*y", 1),
    ],
)
def test_sets_in_three_states_are_known_by_a_point_in_the_box(model_of, text, dimension):
    (point,) = fixed_points(model_of(text), dict.fromkeys("xyz", (-2, 2)))
    assert point.dimension == dimension
    assert all(-2 <= value <= 2 for value in point.values.values())
    assert "Not isolated" in point.note


def test_many_multiple_zeros_are_said_to_be_perhaps_a_curve(model_of):
    text = "dx/dt = (x**2 + y**2 - 1)**3\ndy/dt = -(x**2 + y**2 - 1)**3"
    points = fixed_points(model_of(text), {"x": (-2, 2), "y": (-2, 2)})
    assert "so many may belong to a curve or surface" in points.notes[-1]


def test_a_zero_of_high_multiplicity(model_of):
    points = fixed_points(model_of("dx/dt = -(x - 0.3)**15*(x - 1)"), {"x": (-2, 2)})
    assert [p.values["x"] for p in points] == pytest.approx([0.3, 1.0], abs=1e-3)
