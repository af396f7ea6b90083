"""``hold(spike, t)``: for a while the event does not happen, whatever its condition; all else goes on."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import MethodError, ModelError

#: sin(x) passes 1/2 upwards at pi/6 + 2*pi*k, and is above it for 2*pi/3.
WAVE = "dx/dt = 1\nt_dead = 7\nwhen sin(x) > 0.5:\n    hold(spike, t_dead)"
UPWARDS = np.pi / 6 + 2 * np.pi * np.arange(7)


def _up(dt: float, k: int) -> float:
    return float(np.ceil(UPWARDS[k] / dt) * dt)


@pytest.mark.parametrize("backend", [d.name for d in bp.drivers.registry().values() if d.available() is None])
def test_groups_and_models_skip_what_comes_too_early(backend: str) -> None:
    model = bp.model(WAVE, name="Wave", method="euler")
    first = _up(0.01, 0)
    # after 7 and 14 the condition came true in the dead time and still is; after 21 it has been true and is no more
    expected = [first, first + 7, first + 14, _up(0.01, 4)]
    assert model.run(30, dt=0.01, backend=backend).events["spike"].t == pytest.approx(expected)
    group = bp.NeuGroup(model, 2, name="G", initial={"x": np.array([0.0, 1.0])})
    spikes = bp.Network(group).run(30, dt=0.01, backend=backend)["G"].events["spike"]
    assert spikes.t[spikes.index == 0] == pytest.approx(expected)
    # 1 is beyond the border, which counts as passed in the first step
    assert spikes.t[spikes.index == 1] == pytest.approx([0.01, 7.01, 14.01, _up(0.01, 4) - 1])


@pytest.mark.parametrize(("dead", "steps"), [(0.3, 3), (0.26, 3), (0.24, 2), (0.05, 1), (0.0, 1)])
def test_the_next_event_is_possible_so_many_steps_after_the_last(dead: float, steps: int) -> None:
    """A condition that is true in all steps but for the block, or in every step whose number is odd."""
    text = "dx/dt = 1\nwhen x >= 0.05:\n    x = 0\n    hold(spike, t_dead)\nt_dead = 0"
    sol = bp.model(text, name="Each", method="euler").run(2.4, dt=0.1, t_dead=dead, backend="numpy")
    assert set(np.diff(np.rint(sol.events["spike"].t / 0.1))) == {steps}
    wave = "dx/dt = 1\nt_dead = 0\nwhen sin(10*pi*x + 1) > 0:\n    hold(spike, t_dead)"
    sol = bp.model(wave, name="Each", method="euler").run(2.4, dt=0.1, t_dead=dead, backend="numpy")
    gaps = np.diff(np.rint(sol.events["spike"].t / 0.1))
    assert set(gaps) == {steps + steps % 2}


@pytest.mark.parametrize("block", ["", "    x = 0.9\n"])
def test_a_condition_that_stays_true_through_the_dead_time_does_not_fire_at_its_end(block: str) -> None:
    text = f"dx/dt = 0.6 - x\nwhen x > 0.5:\n{block}    hold(spike, 1)"
    times = bp.model(text, name="Stays", method="euler").run(8.0, dt=0.1, backend="numpy").events["spike"].t
    assert times == pytest.approx([1.8])


def test_another_event_may_hold_it_and_runs_go_on() -> None:
    text = WAVE.replace("    hold(spike, t_dead)", "    n += 1\nn(0) = 0\nwhen t > 3 as late:\n    hold(spike, 12)")
    model = bp.model(text, name="Two", method="euler")
    whole = model.run(20, dt=0.01, backend="numpy")
    assert whole.events["spike"].t == pytest.approx([_up(0.01, 0), 15.01, _up(0.01, 3)], abs=0.011)
    first = model.run(5, dt=0.01, backend="numpy")
    rest = model.run(15, dt=0.01, backend="numpy", start=first)
    assert rest.events["spike"].t.tolist() == whole.events["spike"].t[1:].tolist()


def test_methods_that_locate_events_refuse_it() -> None:
    model = bp.model(WAVE, name="Wave")
    for options in ({"method": "rkdp"}, {"crossing": "exact"}):
        with pytest.raises(MethodError) as error:
            model.run(1.0, backend="numpy", **options)
        assert error.value.message == ("The event 'spike' of 'Wave' is held for a dead time, which needs whole steps.")
        assert error.value.advice == "Use a fixed-step method, for example method='rk4', without crossing='exact'."


def test_what_is_neither_state_nor_event_cannot_be_held() -> None:
    with pytest.raises(ModelError, match="'spikes' is held here, but it is no state"):
        bp.model("dx/dt = 1\nwhen x > 1:\n    hold(spikes, 1)", name="Wrong")
