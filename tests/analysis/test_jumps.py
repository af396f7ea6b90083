"""A drift that jumps through zero has no fixed point there: the list says so, and where."""

import pytest

from brainpy_lab.analysis import fixed_points


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("dx/dt = -sign(x)", "x = 0", "runs come to rest there"),
        ("dx/dt = -sign(x - 0.3)", "x = 0.3", "runs come to rest there"),
        ("dx/dt = 1 if x < 0.5 else -2", "x = 0.5", "runs come to rest there"),
        ("def f(x):\n    return where(x < 0.5, -1, 1)\ndx/dt = f(x)", "x = 0.5", "runs part there"),
    ],
)
def test_one_variable(model_of, text, place, what):
    points = fixed_points(model_of(text), {"x": (-2, 2)})
    assert not points
    assert points.notes == (f"dx/dt jumps through 0 at {place}: that is no fixed point, but {what}.",)
    assert "jumps through 0" in points._repr_html_()


def test_a_jump_between_two_stable_nodes(model_of):
    points = fixed_points(model_of("dx/dt = -x + 2*heaviside(x - 0.5, 1) - 0.7"), {"x": (-2, 2)})
    assert [p.values["x"] for p in points] == pytest.approx([-0.7, 1.3])
    assert points.notes == ("dx/dt jumps through 0 at x = 0.5: that is no fixed point, but runs part there.",)


@pytest.mark.parametrize("n", [2, 3])
def test_more_variables(model_of, n):
    more = "\ndz/dt = y - z" if n == 3 else ""
    points = fixed_points(model_of(f"dx/dt = -sign(x - 0.3)\ndy/dt = x - y{more}"), dict.fromkeys("xyz"[:n], (-2, 2)))
    assert not points
    (note,) = points.notes
    assert note.startswith("dx/dt jumps through 0, as at x = 0.3, y = ")
    assert note.endswith("Such places are not looked for.")


@pytest.mark.parametrize(
    "text", ["dx/dt = 1/(x - 0.3)", "dx/dt = where(x > 0.3, x - 0.3, 0)", "dx/dt = 2 + sign(x)", "dx/dt = -x"]
)
def test_what_does_not_jump_through_zero(model_of, text):
    assert fixed_points(model_of(text), {"x": (-2, 2)}).notes == ()
