"""Expressions of numbers that would take all time and memory: read at once, and refused where they have no value."""

import ast

import pytest

import brainpy_lab as bp
from brainpy_lab.errors import BrainPyLabError

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
