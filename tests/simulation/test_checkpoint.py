"""A run that goes on from a checkpoint is, bit for bit, the one that never stopped."""

import threading
from itertools import product

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.outcome import Outcome

SPIKES = "when V >= 1 as spike:\n    V = 0.2*rand()\n    n += 1\n    hold(V, 0.3)\nn(0) = 0"
KINDS = {
    "ode": f"I = 0\nV(0) = 0.5\ndV/dt = 1.5 - V + I + 0.2*sin(3*t)*(t % 1 < 0.45)\n{SPIKES}",
    "sde": f"I = 0\nV(0) = 0.5\ndV/dt = 1.5 - V + I + 0.3*xi\n{SPIKES}",
    "dde": "I = 0\nV(t <= 0) = 0.5 + 0.1*t\ndV/dt = 1.5*V(t - 0.73)/(1 + V(t - 0.73)**4) - V + I",
    "fde": "I = 0\norder(V) = 0.7\nV(0) = 0.5\ndV/dt = 1.5 - V + I + 0.2*sin(3*t)",
    "arrays": "I = 0\nV(0) = v0\ndV/dt = mean(V(t - 0.73)) - V + I + 0.3*xi",
}
MODELS = {k: bp.model(text, name="Cell", namespace={"v0": np.array([0.1, 0.5, 0.9])}) for k, text in KINDS.items()}
METHODS = {"sde": "milstein", "fde": "caputo_pece", "arrays": "euler_maruyama"}
ONE, MANY = 0.5, np.array([0.2, 0.5, 0.9])


def step(t):
    return np.where((t > 1.03) & (t < 1.66), 0.5, 0.0)


def options_of(kind, **more):
    return {"dt": 0.1, "method": METHODS.get(kind, "rk4"), "I": step, "seed": 3, **more}


def assert_continued(rest, full):
    """The rows, the end and the hidden variables of ``rest`` are those of ``full``, to the last bit."""
    rows = len(rest.t)
    np.testing.assert_array_equal(rest.t, full.t[-rows:])
    for name in full.final:
        np.testing.assert_array_equal(rest[name], full[name][-rows:], err_msg=name)
        np.testing.assert_array_equal(rest.final[name], full.final[name], err_msg=name)
    end, wanted = rest.checkpoint, full.checkpoint
    assert end.arrays.keys() == wanted.arrays.keys()
    assert end.numbers == wanted.numbers
    for name, array in wanted.arrays.items():
        np.testing.assert_array_equal(end.arrays[name], array, err_msg=name)
    for name, train in rest.events.items():
        whole = full.events[name]
        later = whole.t > rest.t[0] + 1e-9
        np.testing.assert_array_equal(train.t, whole.t[later])
        np.testing.assert_array_equal(train.index, whole.index[later])


def kept(sol, how, tmp_path):
    """What a run goes on from: the Solution, its checkpoint, or what was read of a file of either."""
    match how:
        case "solution":
            return sol
        case "checkpoint":
            return sol.checkpoint
        case "checkpoint.nc":
            return bp.load(sol.checkpoint.save(tmp_path / "here.nc"))
        case suffix:
            return bp.load(sol.save(tmp_path / f"run{suffix}"))


CASES = [
    *(
        ("numpy", k, n, how)
        for (k, n), how in zip(product(KINDS, (1, 3)), ["solution", ".npz", ".nc"] * 4, strict=False)
    ),
    *(("torch", k, 3, "checkpoint") for k in ("sde", "dde", "fde")),
    ("numba", "ode", 3, ".npz"),
    ("numba", "dde", 1, "checkpoint.nc"),
    ("numba", "fde", 3, "solution"),
    ("jax", "sde", 3, "checkpoint"),
    ("jax", "dde", 1, ".npz"),
]


@pytest.mark.parametrize(("backend", "kind", "cells", "how"), CASES)
def test_a_continued_run_is_one_run(backend, kind, cells, how, tmp_path):
    model, options = MODELS[kind], options_of(kind, backend=backend)
    initial = {} if kind == "arrays" else {"initial": {"V": ONE if cells == 1 else MANY}}
    if kind == "arrays" and cells > 1:
        options["I"] = np.array([0.0, 0.3])
    full = model.run(1.3 + 1.1, **options, **initial)
    part = model.run(1.3, **options, **initial)
    rest = model.run(1.1, start=kept(part, how, tmp_path), **options)
    assert_continued(rest, full)
    assert np.ptp(full.V) > 0.05


def test_three_parts_and_blocks_of_sums(monkeypatch):
    from brainpy_lab.drivers.feeds import memory_sums

    monkeypatch.setattr(memory_sums, "SINGLE_BLOCK", 8)
    model, options = MODELS["fde"], options_of("fde", backend="numpy")
    full, sol = model.run(6.0, **options), None
    for part in (0.3, 2.9, 2.8):
        sol = model.run(part, start=sol, **options)
    assert_continued(sol, full)


@pytest.mark.parametrize("method", ["caputo_l1", "caputo_pi", "grunwald_letnikov"])
def test_other_fractional_methods(method):
    model, options = MODELS["fde"], options_of("fde", backend="numpy") | {"method": method}
    if method == "grunwald_letnikov":
        options["memory"] = 0.8
    full = model.run(1.3 + 1.1, **options)
    assert_continued(model.run(1.1, start=model.run(1.3, **options), **options), full)


def test_records_count_from_the_start_of_each_run():
    model, options = MODELS["ode"], options_of("ode", backend="numpy")
    full, part = model.run(1.3 + 1.1, **options), model.run(0.7, record=[], **options)
    rest = model.run(1.7, start=part, record=["V"], record_every=0.4, **options)
    np.testing.assert_array_equal(rest.t, full.t[7::4])
    np.testing.assert_array_equal(rest.V, full.V[7::4])
    chosen = model.run(1.7, start=part, record_at=[0.9, 2.4], **options)
    np.testing.assert_array_equal(chosen.V, full.V[[9, 24]])


def test_numba_threads_and_records_between():
    model, options = MODELS["ode"], options_of("ode", backend="numba", initial={"V": np.linspace(0, 0.9, 130)})
    full, part = model.run(1.3 + 1.1, **options), model.run(0.7, threads=2, **options)
    del options["initial"]
    rest = model.run(1.7, start=part, threads=2, record_every=0.4, **options)
    np.testing.assert_array_equal(rest.V, full.V[7::4])
    np.testing.assert_array_equal(rest.final["V"], full.final["V"])


def test_a_run_that_was_stopped_goes_on():
    model, options, stop = MODELS["dde"], options_of("dde", backend="numpy"), threading.Event()
    part = model.run(60.0, stop=stop, progress=lambda _: stop.set(), **options)
    assert part.outcome is Outcome.STOPPED
    assert part.checkpoint.numbers["step"] == len(part.t) - 1 < 600
    left = 60.0 - part.checkpoint.time
    assert_continued(model.run(left, start=part, **options), model.run(60.0, **options))


def test_a_run_that_blew_up_stands_at_its_last_finite_step():
    model = bp.model("dV/dt = V**2\nV(0) = 1", name="Burst")
    with pytest.warns(RunWarning):
        part = model.run(3.0, dt=0.01, method="euler", backend="numpy")
    assert part.checkpoint["V"] == part.V[-1] < np.inf
    assert part.checkpoint.time == part.t[-1]


def test_a_brownian_path_goes_on():
    model, options = MODELS["sde"], options_of("sde", backend="numpy", noise=bp.BrownianPath(0.05, seed=2))
    del options["seed"]
    full = model.run(1.3 + 1.1, **options)
    assert_continued(model.run(1.1, start=model.run(1.3, **options), **options), full)


def test_delays_that_grow_need_a_longer_memory():
    model, options = bp.model("V(t <= 0) = cos(t)\ndV/dt = -V(t/2)", name="Growing"), {"dt": 0.1, "backend": "numpy"}
    part = model.run(1.3, **options)
    with pytest.raises(
        ArgumentError, match=r"(?s)remembers 'V' from t = 0.4 on.*with max_delay=1.4, or.*history={'V': sol}"
    ):
        model.run(1.1, start=part, **options)
    part = model.run(1.3, max_delay=1.4, **options)
    assert_continued(
        model.run(1.1, start=part, max_delay=1.4, **options), model.run(1.3 + 1.1, max_delay=1.4, **options)
    )


def test_another_step_begins_a_clock_of_its_own():
    model, options = MODELS["dde"], options_of("dde", backend="numpy")
    part = model.run(1.3, **options)
    fine = model.run(1.1, start=part, **options | {"dt": 0.05})
    assert fine.checkpoint.numbers == {"origin": 1.3, "dt": 0.05, "step": 22, "method": "rk4"}
    assert fine.final["V"] == pytest.approx(model.run(1.3 + 1.1, **options).final["V"], rel=1e-3)
    odd = MODELS["ode"].run(1.23, **options_of("ode", backend="numpy"))  # ended with a step of 0.03
    assert "step" not in odd.checkpoint.numbers
    rest = MODELS["ode"].run(0.2, start=odd, **options_of("ode", backend="numpy"))
    np.testing.assert_allclose(rest.t, [1.23, 1.33, 1.43])


def test_another_driver_goes_on():
    for kind in ("sde", "dde", "fde"):
        model, options = MODELS[kind], options_of(kind)
        part = model.run(1.3, backend="numpy", **options)
        ends = [model.run(1.1, start=part, backend=b, **options).final["V"] for b in ("numpy", "torch")]
        assert ends[1] == pytest.approx(ends[0], rel=1e-12)


def test_what_cannot_be_continued_is_refused():
    options = options_of("ode", backend="numpy")
    with pytest.raises(ArgumentError, match="The solution of 'Other' cannot be continued with 'Cell'"):
        MODELS["ode"].run(1.0, start=Checkpoint(1.0, {"x": 1.0}, model_name="Other"), **options)
    with pytest.raises(ArgumentError, match="start must be a time, a Solution or a Checkpoint, not 'yesterday'"):
        MODELS["ode"].run(1.0, start="yesterday", **options)
