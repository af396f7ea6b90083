"""Maps from reset to reset: against closed forms and runs, and what is refused."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import reset_map
from brainpy_lab.errors import AnalysisError, ArgumentError

CLOCK = "dV/dt = 1\ndw/dt = -w\nb = 1\nwhen V >= 1:\n    V = 0\n    w += b"


def test_a_map_in_closed_form(model_of):
    found = reset_map(model_of(CLOCK), w=(0, 3))
    decay = np.exp(-1)
    assert np.abs(found.next - (found.values * decay + 1)).max() < 1e-8
    assert np.abs(found.intervals - 1).max() < 1e-9
    (point,) = found.fixed_points
    assert point.value == pytest.approx(1 / (1 - decay), abs=1e-8)
    assert point.multiplier == pytest.approx(decay, abs=1e-7)
    assert (point.stable, point.period) == (True, pytest.approx(1, abs=1e-9))
    assert found(2.0) == pytest.approx(2 * decay + 1, abs=1e-8)
    assert reset_map(model_of(CLOCK), w=(0, 1), b=5).fixed_points == []


@pytest.mark.slow
def test_regular_spikes_of_izhikevichs_neuron():
    (point,) = reset_map(models.izhikevich(), u=(-20, 5), resolution=10, I=10).fixed_points
    run = models.izhikevich().run(150, dt=0.05, I=10, backend="numpy", method="rk4", record=["u"])
    spikes = run.events["spike"].t
    assert point.period == pytest.approx(spikes[-1] - spikes[-2], rel=5e-3)
    assert point.stable


def test_values_after_which_none_follows(model_of):
    # dV/dt is 2 - V - w with w held: V comes to 1 only where w < 1
    model = model_of("dV/dt = 2 - V - w\ndw/dt = 0*w\nwhen V >= 1:\n    V = 0\n    w = w/2")
    found = reset_map(model, w=(0.2, 1.8), resolution=17)
    follows = found.values < 1 - 1e-9
    assert np.isfinite(found.next[follows]).all()
    assert np.isnan(found.next[~follows]).all()
    w = found.values[follows]
    assert np.abs(found.intervals[follows] - np.log((2 - w) / (1 - w))).max() < 1e-7
    assert found.remarks == (f"From {(~follows).sum()} of 17 values no reset follows.",)


def test_a_jump_across_the_diagonal_is_no_fixed_point(model_of):
    model = model_of("dV/dt = 1\ndw/dt = 0*w\nwhen V >= 1:\n    V = 0\n    w = 2 if w < 0.5 else -1")
    found = reset_map(model, w=(0, 1), resolution=20)
    assert found.fixed_points == []
    assert found.remarks == ("The map jumps across the diagonal at 0.5: no fixed point.",)


def test_a_figure_and_a_table(model_of):
    found = reset_map(model_of(CLOCK), w=(0, 3), resolution=5)
    assert list(found.to_pandas().columns) == ["w", "next", "interval"]
    (axes,) = found.plot().axes
    assert (axes.get_xlabel(), len(axes.lines)) == ("w after a reset", 3)
    assert "stable at 1.58198 (multiplier 0.3679, period 1)" in repr(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dw/dt = -w", "has no events that reset its state"),
        ("dV/dt = 1\ndw/dt = -w\ndz/dt = -z\nwhen V >= 1:\n    V = 0\n    w += z", "z may have any value, besides w"),
        ("dV/dt = 1 + sin(t)\ndw/dt = -w\nwhen V >= 1:\n    V = 0", "equations that depend on time"),
        ("dV/dt = 1 + xi\ndw/dt = -w\nwhen V >= 1:\n    V = 0", "has noise"),
        ("dV/dt = 1\ndw/dt = -w\nwhen V + w >= 1:\n    V = 0\n    hold(V, 2)", "in which a condition may become true"),
    ],
)
def test_models_without_a_reset_map(model_of, text, message):
    with pytest.raises(AnalysisError, match=message):
        reset_map(model_of(text), w=(0, 1))


def test_wrong_arguments(model_of):
    with pytest.raises(ArgumentError, match="one variable; none has a range"):
        reset_map(model_of(CLOCK))
    with pytest.raises(ArgumentError, match="w, V have a range"):
        reset_map(model_of(CLOCK), w=(0, 1), V=(0, 1))
    with pytest.raises(ArgumentError, match="resolution is 1"):
        reset_map(model_of(CLOCK), w=(0, 1), resolution=1)
    with pytest.raises(ArgumentError, match="'c' is neither a parameter"):
        reset_map(model_of(CLOCK), w=(0, 1), c=1)


def test_other_states_move_in_the_refractory_time(model_of):
    found = reset_map(model_of(CLOCK + "\n    hold(V, 2)"), w=(0, 3), resolution=5)
    assert found.next == pytest.approx(found.values * np.exp(-3) + 1, abs=1e-9)
    assert found.intervals == pytest.approx(3.0)
    (point,) = found.fixed_points
    assert (point.value, point.period) == (pytest.approx(1 / (1 - np.exp(-3))), pytest.approx(3.0))


@pytest.mark.parametrize(
    "text",
    [
        "dx/dt = -y + x*(1 - x**2 - y**2)\ndy/dt = x + y*(1 - x**2 - y**2)\nwhen x >= 5:\n    x = 0",
        "dx/dt = -y\ndy/dt = x\nwhen x >= 5:\n    x = 0",
        "dx/dt = 1.5 - x - y\ndy/dt = 0.1*(x - y)\nwhen x >= 1:\n    x = 0.7\n    hold(x, 2)",
    ],
    ids=["cycle", "center", "rest"],
)
def test_orbits_that_go_round_or_rest_have_no_next_reset(model_of, text):
    found = reset_map(model_of(text), y=(0.7, 0.9), resolution=4)
    assert np.isnan(found.next).all()
    assert found.remarks == ("From 4 of 4 values no reset follows.",)  # and not: none was seen
