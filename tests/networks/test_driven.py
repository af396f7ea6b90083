"""Parameters of groups that move in time, against runs of the model by itself."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab import drivers
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import AMPA, lif, synapse

DT = 0.1


def _shifted(shift: float, t: float) -> float:
    return 9.0 + 6.0 * np.sin(0.3 * t + shift)


def _group(size: int = 3, **parameters: object) -> bp.NeuGroup:
    return bp.NeuGroup(lif(), size, name="E", method="exponential_euler", **parameters)


def _alone(I: object, duration: float = 20.0) -> bp.Solution:
    return lif().run(duration, dt=DT, method="exponential_euler", backend="numpy", record=["V"], I=I)


def test_an_input_gives_each_cell_the_path_of_the_model_alone() -> None:
    rng = np.random.default_rng(1)
    for source in (
        bp.inputs.Input(rng.uniform(5, 60, 45), dt=0.47),
        bp.inputs.Input(rng.uniform(5, 60, 45), dt=0.47, interpolation="linear"),
    ):
        alone = _alone(source)
        sol = bp.Network(_group(I=source)).run(20.0, dt=DT, backend="numpy", record={"E": ["V"]})
        assert np.array_equal(sol["E"].V, np.repeat(alone.V[:, None], 3, axis=1))
        assert len(alone.events["spike"]) > 0
        assert np.array_equal(sol["E"].events["spike"].t[::3], alone.events["spike"].t)


def test_a_function_of_t_is_sampled_in_the_middle_of_each_step() -> None:
    course = np.vectorize(partial(_shifted, 0.0))
    with pytest.warns(RunWarning, match="not read as an equation: it is sampled"):
        alone = _alone(course)
    sol = bp.Network(_group(I=lambda t: _shifted(0.0, t))).run(20.0, dt=DT, backend="numpy", record={"E": ["V"]})
    assert np.array_equal(sol["E"].V[:, 1], alone.V)
    assert np.abs(alone.V - _alone(12.0).V).max() > 1


def test_a_solution_drives_a_group() -> None:
    source = bp.model("dI/dt = -I/10\nI(0) = 30").run(20.0, dt=0.5, method="rk4", backend="numpy")
    alone = _alone(source)
    sol = bp.Network(_group(I=source)).run(20.0, dt=DT, backend="numpy", record={"E": ["V"]})
    assert np.array_equal(sol["E"].V[:, 2], alone.V)


def test_parts_of_a_run_are_the_whole_and_a_number_given_later_holds_on() -> None:
    whole = bp.Network(_group(I=lambda t: _shifted(0.0, t))).run(20.0, dt=DT, backend="numpy")
    E = _group(I=lambda t: _shifted(0.0, t))
    net = bp.Network(E)
    net.run(7.3, dt=DT, backend="numpy")
    assert np.array_equal(net.run(12.7, backend="numpy").final["E"]["V"], whole.final["E"]["V"])
    E.I = 0.0
    assert net.run(200.0, backend="numpy").final["E"]["V"] == pytest.approx(-60.0, abs=0.01)


def test_drivers_agree_on_moving_parameters_with_synapses_and_other_functions_compile_nothing() -> None:
    """A current for all cells, to which a synapse adds, and a potential of rest for each cell."""
    phases = np.linspace(0, 2, 70)

    def network(factor: float) -> bp.Network:
        E = _group(70, I=lambda t: factor * _shifted(0.5, t), V_rest=lambda t: -60 + np.sin(phases + t))
        rule = bp.connect.fixed_probability(0.1, seed=1)
        exc = bp.Synapses(pre=E, post=E, model=synapse(AMPA), connect=rule, weight=0.05, name="exc", delay=0.5)
        return bp.Network(E, exc)

    one, other = (network(1.5).run(30.0, dt=DT, backend=b, record={"E": ["V"]})["E"] for b in ("numpy", "numba"))
    assert np.abs(one.V - other.V).max() < 1e-12
    assert len(one.events["spike"]) >= 70
    assert np.array_equal(one.events["spike"].t, other.events["spike"].t)
    assert one.V[100].std() > 0.02
    before = drivers.get("numba").compilations
    third = network(1.0).run(30.0, dt=DT, backend="numba")
    assert drivers.get("numba").compilations == before
    assert len(third["E"].events["spike"]) != len(other.events["spike"])


def test_what_moves_is_read_back_and_begins_at_its_value_at_the_start() -> None:
    def course(t: float) -> float:
        return 3.0 + t

    cell = bp.model("I = 0\ndx/dt = I\nx(0) = 2*I", name="Cell")
    G = bp.NeuGroup(cell, 2, name="G", method="euler", I=course)
    assert G.I is course
    assert np.array_equal(G.x, [6.0, 6.0])
    sol = bp.Network(G).run(1.0, dt=0.5, backend="numpy", record={"G": ["x"]})
    assert sol["G"].x[:, 0] == pytest.approx([6.0, 6.0 + 0.5 * 3.25, 6.0 + 0.5 * 3.25 + 0.5 * 3.75])


def test_what_cannot_move_is_refused() -> None:
    E = _group()
    with pytest.raises(bp.errors.ArgumentError, match=r"E: the values of 'I' in time have the shape \(2,\); there are"):
        E.I = lambda t: np.array([t, t])
    with pytest.raises(bp.errors.ArgumentError, match=r"E\[\.\.\.\]: 'I' cannot move in time in some cells"):
        E[:2].I = lambda t: t
    with pytest.raises(bp.errors.ArgumentError, match="E: The function given for 'I' failed at t = 0"):
        E.I = lambda t: 1 / 0
    with pytest.raises(bp.errors.ArgumentError, match="the function for 'I' takes x"):
        E.I = lambda x: x
    E.I = lambda t: t
    with pytest.raises(bp.errors.ArgumentError, match=r"E\[\.\.\.\]: 'I' cannot move in time in some cells"):
        E[:2].I = 3.0
