"""Times of a run's steps."""

import numpy as np
import pytest

from brainpy_lab.simulation.runs.plan import Plan


def times_one_by_one(plan: Plan, steps: np.ndarray) -> list[float]:
    """The same times in plain Python numbers."""
    whole, rest = plan.division
    return [
        plan.t0 + plan.duration
        if step == plan.n_steps
        else plan.t0 + (min(step, whole) * plan.dt + max(step - whole, 0) * rest)
        for step in steps.tolist()
    ]


@pytest.mark.parametrize("duration", [3.0, 3.05, 0.03])
@pytest.mark.parametrize("t0", [0.0, -7.3])
def test_times_are_multiples_of_dt_and_the_end_to_the_last_bit(duration: float, t0: float) -> None:
    plan = Plan(t0, duration, 0.1, ("x",))
    for steps in (np.arange(plan.n_steps + 1), np.arange(plan.n_steps) + 0.5):
        assert plan.times(steps).tolist() == times_one_by_one(plan, steps)
        assert [plan.time(step) for step in steps.tolist()] == times_one_by_one(plan, steps)
    assert plan.times(np.asarray(plan.n_steps)) == t0 + duration


@pytest.mark.parametrize(
    ("duration", "every", "done", "numbers"),
    [(1.0, 1, 10, range(11)), (1.0, 3, 10, [0, 3, 6, 9]), (1.05, 1, 11, range(12)), (1.0, 20, 7, [0])],
)
def test_times_of_recorded_steps(duration: float, every: int, done: int, numbers: list[int]) -> None:
    plan = Plan(0.0, duration, 0.1, ("x",), every=every)
    assert plan.recorded(done).tolist() == times_one_by_one(plan, np.array(numbers))
