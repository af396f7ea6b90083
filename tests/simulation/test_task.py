"""Runs that differ in their numbers alone: what is kept from one to the next never changes a result."""

import copy
import pickle
import threading
from dataclasses import fields, replace

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.runs.task import _kind_of
from brainpy_lab.simulation.solution.solution import Outcome

CELL = "tau = 2\nE = 3\nV_rest = E - 1\ndV/dt = (E - V)/tau + I\nI = 0.5\nV(0) = V_rest\nwhen V > 3.5:\n    V = E - 2"
NOISY = "dx/dt = -x + 0.5*xi\nx(0) = 1"
LATE = "tau = 1\ndx/dt = -x(t - tau)\nx(t <= 0) = 1 + t"

ADAPTIVE = {"method": "rkdp", "rtol": 1e-8}
FIXED = {"method": "rk4", "dt": 0.01}


def model(text: str = CELL) -> bp.Model:
    return bp.model(text, name="Again")


def assert_same(one: bp.Solution, other: bp.Solution) -> None:
    np.testing.assert_array_equal(one.t, other.t)
    parts = [(getattr(one, v), getattr(other, v)) for v in ("data", "final", "initial", "params")]
    for mine, theirs in (*parts, (one.checkpoint.arrays, other.checkpoint.arrays)):
        assert list(mine) == list(theirs)
        for name in mine:
            np.testing.assert_array_equal(mine[name], theirs[name])
    assert list(one.events) == list(other.events)
    for name in one.events:
        np.testing.assert_array_equal(one.events[name].t, other.events[name].t)
    assert (one.seed, one.outcome) == (other.seed, other.outcome)
    assert one.stats["steps"] == other.stats["steps"]
    if one.data and (one.interpolant or one.derivative):
        middle = 0.5 * (one.t[0] + one.t[-1])
        np.testing.assert_equal(one(middle), other(middle))


@pytest.mark.parametrize("options", [ADAPTIVE, FIXED], ids=["adaptive", "fixed"])
@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize(
    "numbers",
    [
        [{"I": 0.1}, {"I": 2}, {"I": np.float64(0.7)}, {"I": np.array([0.2, 1.5])}, {"I": 0.1}],
        [{}, {"E": 5.0}, {"E": 4.0, "tau": 1.0}, {"E": 5.0}, {}],  # initial values follow E
        [{"initial": {"V": 0.0}}, {"initial": {"V": 3}}, {"initial": {"V": np.array([0.0, 1.0])}}, {}],
        [{"start": 1.0}, {"start": 2.0}, {"start": 1.0, "E": 4.0}],
    ],
    ids=["parameter", "initial by parameter", "initial", "start"],
)
def test_a_run_is_what_it_is_alone(numbers, backend, options):
    again = model()
    for given in numbers:
        run = {**options, **given, "backend": backend}
        assert_same(again.run(5.0, **run), model().run(5.0, **run))


def test_inputs_after_numbers_and_numbers_after_inputs():
    again = model()
    pulse = bp.inputs.section([0.0, 1.0], [2.0, 3.0], dt=0.01)
    for value in (0.3, lambda t: 0.2 * t, 0.6, pulse, 0.3, lambda t: 0.1 * t):
        for options in (ADAPTIVE, FIXED):
            assert_same(again.run(5.0, I=value, **options), model().run(5.0, I=value, **options))


def test_seeds():
    again = model(NOISY)
    for seed in (None, 3, 4, np.int64(3), None):
        assert_same(again.run(2.0, seed=seed, dt=0.01), model(NOISY).run(2.0, seed=seed, dt=0.01))


@pytest.mark.parametrize("options", [ADAPTIVE, FIXED], ids=["adaptive", "fixed"])
def test_delays(options):
    again = model(LATE)
    for numbers in ({}, {"tau": 0.5}, {"tau": 1e-3}, {"start": 1.0}, {"tau": 2.0, "initial": {"x": 3.0}}, {}):
        assert_same(again.run(3.0, **numbers, **options), model(LATE).run(3.0, **numbers, **options))
    again.history["x"] = 2.0
    assert again.run(3.0, **options).x[0] == 2.0


def test_an_edit_is_in_force_at_once_and_so_is_its_end():
    again = model()
    first = again.run(5.0, **FIXED)
    text = again.code("numba", "rk4").text
    again.edit(text.replace("V_new = V +", "V_new = 0.5 + V +", 1), backend="numba", method="rk4")
    assert again.code("numba", "rk4").edited
    edited = again.run(5.0, **FIXED)
    assert edited.stats["edited"]
    assert not np.array_equal(edited.V, first.V)
    again.revert(backend="numba", method="rk4")
    assert_same(again.run(5.0, **FIXED), first)


def test_options_are_part_of_the_kind():
    again = model()
    for options in (
        {"method": "rkdp"},
        {"method": "rkdp", "rtol": 1e-10},
        {"method": "rkdp", "atol": {"V": 1e-4}},
        {"method": "rkdp", "atol": {"V": 1e-12}},
        {"method": "rkdp", "max_step": 0.1},
        {"method": "rk4", "dt": 0.01},
        {"method": "rk4", "dt": 0.02},
        {"method": "rk4", "dt": 0.01, "record": []},
        {"method": "rk4", "dt": 0.01, "record_every": 0.1},
        {"method": "heun2", "dt": 0.01},
    ):
        for _ in range(2):
            assert_same(again.run(5.0, **options), model().run(5.0, **options))


def test_what_is_refused_is_refused_after_a_good_run():
    again = model()
    again.run(5.0, I=0.1, initial={"V": 0.0}, record=["V"], seed=1, **FIXED)
    good = {"I": 0.1, "initial": {"V": 0.0}, "record": ["V"], "seed": 1}
    for bad in (
        {"I": float("nan")},
        {"I": "much"},
        {"initial": {"V": float("inf")}},
        {"record": "V"},
        {"seed": -1},
        {"stop": 3},
        {"progress": 3},
        {"J": 1.0},
    ):
        with pytest.raises(ArgumentError):
            again.run(5.0, **{**good, **bad}, **FIXED)


def test_stop_and_progress_belong_to_one_run():
    again = model()
    for options in (ADAPTIVE, FIXED):
        assert again.run(5.0, **options).outcome is Outcome.COMPLETED
        stop, seen = threading.Event(), []
        stop.set()
        assert again.run(5.0, stop=stop, **options).outcome is Outcome.STOPPED
        assert again.run(5.0, progress=seen.append, **options).outcome is Outcome.COMPLETED
        count = len(seen)
        assert count and seen[-1] == 1.0
        again.run(5.0, **options)
        assert len(seen) == count


def test_a_solution_keeps_its_values():
    again = model()
    first = again.run(5.0, I=0.1, **ADAPTIVE)
    before = (first.initial["V"], first.params["I"], first(2.5)["V"])
    again.run(5.0, I=2.0, initial={"V": 9.0}, **ADAPTIVE)
    first.initial["V"] = 7.0
    assert before[0] == again.run(5.0, I=0.1, **ADAPTIVE).initial["V"]
    assert (first.params["I"], first(2.5)["V"]) == before[1:]


def test_a_repeated_run_compiles_nothing():
    again = model()
    again.run(5.0, I=0.5, **ADAPTIVE)
    assert again.run(5.0, I=1.0, **ADAPTIVE).stats["compile_time"] == 0.0


def test_chunks_begin_as_long_as_the_last_run_of_the_kind_found_them():
    cell = model()
    runs = [cell.run(1.0, backend="numpy", I=current, **FIXED) for current in (0.1, 0.2)]
    (task,) = cell.ready.values()
    task.plan.pace.steps = 7
    runs.append(cell.run(1.0, backend="numpy", I=0.2, **FIXED))
    assert task.plan.pace.steps > 7  # that run began with 7 steps, and learned
    assert_same(runs[1], runs[2])


def test_only_the_latest_kinds_are_kept():
    again = model()
    for n in range(1, 40):
        again.run(0.1 * n, backend="numpy", **FIXED)
    assert len(again.ready) <= 16


def test_models_that_have_run_can_be_copied():
    again = model()
    sol = again.run(5.0, **ADAPTIVE)
    for twin in (copy.deepcopy(again), pickle.loads(pickle.dumps(again))):
        assert_same(twin.run(5.0, **ADAPTIVE), sol)


OWN = {"model", "seed", "progress", "stop", "on_interrupt"}  # read for each run, see `task._repeated`
NAMED = {"initial", "record", "parameters"}
SPECIAL = {"code", "record_at", "history", "noise"}


def test_a_new_field_of_a_request_makes_runs_of_another_kind():
    roles = {f.name: f.metadata.get("role") for f in fields(Request)}
    for role, names in (("own", OWN), ("named", NAMED), ("special", SPECIAL)):
        assert {n for n, known in roles.items() if known == role} == names
    values = {name: name for name in roles}
    request = Request(**values)
    assert set(request.alike) == set(roles) - OWN - NAMED - SPECIAL


@pytest.mark.parametrize("name", ["rtol", "crossing", "threads", "dt", "start", "method"])
def test_each_such_field_tells_kinds_apart(name):
    asked = Request(model=model(), code=None, backend="numpy", method="rk4", duration=1.0, dt=0.1)
    assert _kind_of(asked) == _kind_of(replace(asked, seed=3))
    assert _kind_of(asked) != _kind_of(replace(asked, **{name: 7}))
    assert _kind_of(asked) != _kind_of(replace(asked, parameters={"E": 1.0}))
    assert _kind_of(replace(asked, dt=True)) is None


@pytest.mark.parametrize("given", [{"record_at": np.array([0.5])}, {"noise": 1}, {"code": 1}, {"history": {}}])
def test_a_special_run_has_no_kind(given):
    asked = Request(model=model(), code=None, backend="numpy", method="rk4", duration=1.0, dt=0.1)
    assert _kind_of(replace(asked, **given)) is None
