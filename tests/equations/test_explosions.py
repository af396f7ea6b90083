"""Expressions of numbers that would take all time and memory: read at once, and refused where they have no value."""

import ast

import pytest

import brainpy_lab as bp
from brainpy_lab.errors import BrainPyLabError, ModelError

HUGE = ["10**10**10", "2**(10**9)", "(3*3)**(10**9)", "(10**10)**(10**10)"]


@pytest.mark.parametrize("huge", HUGE)
@pytest.mark.parametrize(
    "text",
    [
        "a = {}\ndx/dt = -a*x",
        "dx/dt = -x\nx(0) = {}",
        "dx/dt = -x*{}\nx(0) = 1",
        "dx/dt = -x(t - 1)\nx(t <= 0) = {}",
        "dx/dt = -x(t - 1)\nx(t <= 0) = (1 + t)*{}",
        "dx/dt = -f(x)\nx(0) = 1\ndef f(u):\n    return u*{}",
    ],
)
def test_powers_of_whole_numbers_do_not_explode(text, huge):
    """An exact power would have ten billion digits; where the reader lets it pass, the run refuses it."""
    with pytest.raises(BrainPyLabError):
        bp.model(text.format(huge), name="Huge", backend="numpy").run(0.1, dt=0.1, method="euler")


def test_small_powers_stay_whole():
    model = bp.model("dx/dt = -x*2**3\nx(0) = 1", name="Small", backend="numpy")
    assert "2 ** 3" in ast.unparse(model.system.states[0].drift)


@pytest.mark.parametrize("text", ["a = '...'*10**9\ndx/dt = -x", "a = 1 << 10**9\ndx/dt = -x"])
def test_texts_and_shifts_are_refused_before_they_are_computed(text):
    with pytest.raises(BrainPyLabError) as refusal:
        bp.model(text, name="Huge")
    assert refusal.value.location.line == 1


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("def f(x):\n    n = 10\n    return x*n**n**n\ndx/dt = -f(x)", 3, 14),
        ("def f(x):\n    n = 10\n    m = n*50\n    return x*n**m\ndx/dt = -f(x)", 4, 14),
        ("dx/dt = -x*10.0**400", 1, 12),
        ("dx/dt = -x*2**(2**20)", 1, 12),
        ("dx/dt = -x*1e200*(1e200*1e200)", 1, 19),
        ("dw/dt = -w\ndx/dt = -x(t - 1)\nx(t <= 0) = w(t - 10**10**92)", 3, 19),
    ],
)
def test_numbers_beyond_the_largest_are_refused_where_they_stand(text, line, column):
    with pytest.raises(ModelError, match="This number is too large") as caught:
        bp.model(text, name="Huge")
    assert (caught.value.location.line, caught.value.location.column + 1) == (line, column)


def test_whole_numbers_of_helpers_do_not_grow_without_bound():
    text = "def f(x):\n    n = 10\n    for i in range(4):\n        n = n**n\n    return x*n\ndx/dt = -f(x)\nx(0) = 0"
    code = bp.model(text, name="Grows", backend="numba").code().text
    assert "n = 10.0" in code
    assert "range(4)" in code


def test_names_that_count_stay_whole():
    text = (
        "def f(x):\n    n = 3\n    s = 0\n    for i in range(n):\n        s = s + i**2\n    return x*s\ndx/dt = -f(x)"
    )
    code = bp.model(text, name="Counts", backend="numba").code().text
    assert "n = 3\n" in code
    assert "s = 0.0\n" in code
