"""Parameters of groups that move in time, against runs of the model by itself."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab import drivers
from brainpy_lab.networks.runs.driven import driven
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


PAIR = bp.model("I = 0\ndx/dt = x - x**3/3 - y + I\ndy/dt = 0.3*(x - y)", name="Pair")


def _course(t: float) -> float:
    return 1.5 * np.sin(1.7 * t) + 0.4 * t


def _end(given: object, dt: float, method: str = "rk4", backend: str = "numpy") -> np.ndarray:
    """State x at t = 4 of three cells."""
    E = bp.NeuGroup(PAIR, 3, name="E", method=method, I=given)
    return np.asarray(bp.Network(E).run(4.0, dt=dt, backend=backend).final["E"]["x"])


@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("etdrk4", 4), ("rk3", 3), ("midpoint", 2)])
def test_methods_keep_their_order(method: str, order: int) -> None:
    """Against SciPy at tight tolerance; one value for all cells, and one for each."""

    def exact(shift: float) -> float:
        def slope(t: float, u: np.ndarray) -> list[float]:
            return [u[0] - u[0] ** 3 / 3 - u[1] + _course(t) + shift, 0.3 * (u[0] - u[1])]

        return float(solve_ivp(slope, (0, 4), [0.0, 0.0], "DOP853", rtol=1e-13, atol=1e-14).y[0, -1])

    shifts = np.array([0.0, 0.2, 0.4])
    for given, cells in ((_course, [exact(0.0)] * 3), (lambda t: _course(t) + shifts, [exact(s) for s in shifts])):
        errors = [np.abs(_end(given, dt, method) - cells).max() for dt in (0.1, 0.05)]
        assert order - 0.15 < np.log2(errors[0] / errors[1]) < order + 0.6


@pytest.mark.parametrize(
    "backend", ["numba", *(pytest.param(name, marks=pytest.mark.slow) for name in ("jax", "torch"))]
)
def test_drivers_follow_a_course_within_a_step_alike(backend: str) -> None:
    shifts = np.array([0.0, 0.2, 0.4])
    for given in (_course, lambda t: _course(t) + shifts):
        assert _end(given, 0.1, backend=backend) == pytest.approx(_end(given, 0.1), rel=1e-12)


def test_what_jumps_between_steps_is_met_and_no_sign_is_invented() -> None:
    """A list that is looked up is constant in each step; a rate that jumps within one stays a rate."""
    values = np.random.default_rng(3).uniform(0, 2, 40)
    listed = _end(lambda t: values[int(t / 0.1)], 0.1)
    assert listed == pytest.approx(_end(bp.inputs.Input(values, dt=0.1), 0.1), rel=1e-12)
    for at in np.linspace(0.2, 0.3, 23):
        given = driven("E", "I", _step(at), 1, (1,))
        assert given is not None
        powers = given.powers(0.1, 0, 5)
        course = np.vander([0.0, 0.5, 1.0], 3, increasing=True) @ powers  # at the stages of rk4
        assert course.min() > -1e-12 and course.max() < 1.5
        assert (powers.T @ [1, 1 / 2, 1 / 3]).sum() * 0.1 == pytest.approx(0.5 - at, abs=0.05)


def _step(at: float) -> object:
    def step(t: float) -> float:
        return 1.0 if t > at else 0.0

    return step


def test_events_and_runs_in_parts_see_a_course_within_a_step() -> None:
    cell = bp.model("I = 0\ndx/dt = -x + I\nwhen x > 2 + 0.1*I as spike: x = -1 + 0.1*I", name="Cell")
    alone = cell.run(20.0, dt=0.02, method="rk4", backend="numpy", I=_course, record=["x"])
    E = bp.NeuGroup(cell, 2, name="E", method="rk4", I=_course)
    sol = bp.Network(E).run(20.0, dt=0.02, backend="numpy", record={"E": ["x"]})
    assert sol["E"].events["spike"].count() == 2 * alone.events["spike"].count() > 10
    assert np.abs(sol["E"].x[:, 1] - alone.x).max() < 1e-6
    assert np.abs(np.diff(sol["E"].x[:, 1])).max() > 1
    parts = bp.Network(bp.NeuGroup(cell, 2, name="E", method="rk4", I=_course))
    parts.run(7.3, dt=0.02, backend="numpy")
    assert np.array_equal(parts.run(12.7, backend="numpy").final["E"]["x"], sol.final["E"]["x"])


def test_a_synapse_adds_to_a_course_and_another_course_compiles_nothing() -> None:
    """A parameter that moves, to which a synapse adds, and that another synapse reads."""
    adds = synapse("w0 = 0.1\ndq/dt = -q/5\nwhen pre.spike: q += 1\npost.I += w0*q")
    reads = synapse("w = 0.1\nwhen pre.spike: post.y += w*post.I")
    cell = bp.model("I = 0\ndx/dt = -x + I - y\ndy/dt = 0.3*(x - y)\nwhen x > 1 as spike: x = -1", name="Cell")

    def run(backend: str, course: object) -> np.ndarray:
        E = bp.NeuGroup(cell, 3, name="E", method="rk4", I=course)
        rule = bp.connect.all_to_all()
        add, read = (bp.Synapses(pre=E, post=E, model=m, connect=rule, name=n) for m, n in ((adds, "a"), (reads, "r")))
        return np.asarray(bp.Network(E, add, read).run(20.0, dt=0.1, backend=backend, record={"E": ["x"]})["E"].x)

    shifts = np.array([0.0, 0.1, 0.2])
    assert np.abs(run("numpy", _course) - run("numpy", lambda t: _course(t) + 0 * shifts)).max() < 1e-12
    each = [run(backend, lambda t: _course(t) + shifts) for backend in ("numpy", "numba")]
    assert np.abs(each[0] - each[1]).max() < 1e-12
    before = drivers.get("numba").compilations
    assert np.ptp(run("numba", lambda t: np.cos(t) + shifts)) > 0.1
    assert drivers.get("numba").compilations == before
