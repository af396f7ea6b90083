"""Arguments of a run put together at random: each gives a Solution that can be shown, or our own error."""

import random
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import BrainPyLabError
from brainpy_lab.simulation.runs.warning import RunWarning

VALUES = [
    None, True, 0, 1, -1, 0.5, 1e-300, 1e300, float("nan"), float("inf"), 2**70, 10**400, 1j, "", "x", "rk4", b"x",
    "\0", [], [1.0, 2.0], (0.1,), {}, {"x": 1.0}, {"x": "a"}, {"gone": 1}, {1: 2}, np.nan,
    np.float32(0.5), np.array([1, 2]),
    np.array([]), np.array(["a"]), np.array([1j]), np.array([np.nan, 1.0]), np.ones((2, 3)), object(), [[1], [1, 2]],
    np.datetime64("2020-01-01"), lambda t: t, lambda: 1, lambda t: "a", lambda t: 1 / 0, range(3), print, int, ...,
    {1.0},
]  # fmt: skip

#: Values that make runs as they should be, so that most of what is tried goes beyond the first complaint.
RIGHT = {
    "dt": [0.1, 0.05], "method": ["rk4", "euler", "rk2(beta=0.6)", "rkdp"], "backend": ["numpy"],
    "seed": [1, 2**64 - 1], "record": [["x"], ["y", "x"], []], "record_every": [0.1, 0.2],
    "initial": [{"x": 2.0}, {"y": [1.0, 2.0]}],
    "rtol": [1e-4], "atol": [1e-6], "max_step": [0.1], "threads": [1, 2], "start": [0.5, -3.0], "progress": [False],
    "a": [2.0, [1.0, 2.0, 3.0]], "b": [0.0], "parameters": [{"a": 3.0}], "crossing": [None], "gone": [],
    "max_delay": [],
    "grading": [], "memory": [], "history": [], "noise": [],
}  # fmt: skip


def arguments(rng: random.Random) -> tuple[object, dict[str, object]]:
    """A duration and keywords, of which at most two are of any kind."""
    names = rng.sample([name for name in RIGHT if RIGHT[name]], rng.randrange(5))
    keywords = {name: rng.choice(RIGHT[name]) for name in names} | {"backend": "numpy"}
    duration = rng.choice((0.5, 0.3, 1.0))
    for _ in range(rng.choice((0, 1, 1, 2))):
        if rng.random() < 0.15:
            duration = rng.choice(VALUES)
        else:
            name = rng.choice(list(RIGHT))
            if name != "progress":  # a function of the user's raises what it likes
                keywords[name] = rng.choice(VALUES)
    if duration is None:  # the model's own, of 10,000 steps: fewer show the same
        keywords.setdefault("dt", 1.0)
    return duration, keywords


@pytest.mark.parametrize(
    ("seed", "cases"), [(8, 3_000), pytest.param(9, 40_000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_any_arguments_give_a_solution_or_an_error(seed, cases):
    text = "a = 1\nb = 0.5\ndx/dt = a - x\ndy/dt = x - b*y\nwhen x >= 0.7 as up: x = 0"
    model = bp.model(text, name="Fuzzed", dt=0.1)
    rng, done = random.Random(seed), 0
    for _ in range(cases):
        duration, keywords = arguments(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", RunWarning)
            try:
                sol = model.run(duration, **keywords)
                assert "Fuzzed" in repr(sol)
                assert sol._repr_html_()
                done += 1
            except BrainPyLabError as error:
                assert str(error).startswith(error.message)
            except BaseException as error:
                raise AssertionError(f"{type(error).__name__} of run({duration!r}, **{keywords!r})") from error
    assert done > cases // 5
