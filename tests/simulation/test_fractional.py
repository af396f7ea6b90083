"""Fractional runs: bad input, fdeint, edits, interrupts, derivatives, what else a run can do."""

import threading
import time
from functools import cache

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MethodError, ModelError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome


@cache
def relaxation():
    text = "a = 0.7\nk = 1\norder(y) = a\ndrop = k*y\ndy/dt = -drop\ny(0) = 1"
    return bp.model(text, name="FractionalDecay", method="caputo_pece", dt=0.01, backend="numba")


def decay(y, t, k=1.0):
    return -k * y


def pair(V, w, t, alpha=0.6, b=0.5):
    return -V + w, b * (V - w)


# --- orders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, -0.5, 2.1, np.array([0.5, 2.5]), np.array([[0.5], [-1.0]])])
def test_orders_out_of_range(value):
    with pytest.raises(ArgumentError, match=r"The order of 'y' is .*; it lies above 0 and at most at 2"):
        relaxation().run(1.0, a=value)


def test_l1_takes_orders_up_to_1():
    with pytest.raises(MethodError, match=r"'caputo_l1' solves orders up to 1; that of 'y' is 1.5") as refusal:
        relaxation().run(1.0, method="caputo_l1", a=np.array([0.5, 1.5]))
    assert "caputo_pi" in str(refusal.value)


def test_an_order_that_moves_is_refused():
    with pytest.raises(ArgumentError, match="The order of 'y' depends on 'a', which moves in time"):
        relaxation().run(1.0, a=lambda t: 0.5 + 0.1 * np.sin(t))


def test_a_text_with_a_wrong_order():
    with pytest.raises(ModelError, match=r"The order of 'x' is 2\.5"):
        bp.model("order(x) = 2.5\ndx/dt = -x")


def test_methods_for_ordinary_equations_refuse_orders():
    with pytest.raises(MethodError, match=r"a fractional order, order\(y\) = a, which 'rk4' cannot solve") as refusal:
        relaxation().run(1.0, method="rk4")
    assert "caputo_pece" in str(refusal.value)


def test_initial_slope():
    wave = bp.model("a = 1.5\nv = 2\norder(x) = a\ndx/dt = 0*x\nx(0) = 1\ndx(0) = v", name="Straight")
    for method in ("caputo_pece", "caputo_pi", "grunwald_letnikov"):
        sol = wave.run(3.0, dt=0.01, method=method, backend="numpy", v=np.array([2.0, -1.0]))
        np.testing.assert_allclose(sol.x, 1 + np.multiply.outer(sol.t, [2.0, -1.0]), atol=1e-12)


# --- options -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grading": 0.5}, "grading must be at least 1"),
        ({"grading": "2"}, "grading must be a number"),
        ({"grading": 2.0, "record_every": 0.1}, "records at the times of its mesh"),
        ({"memory": 1.0}, "'caputo_pece' has no memory"),
        ({"memory": 0.0, "method": "grunwald_letnikov"}, "memory must be above 0"),
        ({"grading": 2.0, "method": "grunwald_letnikov"}, "'grunwald_letnikov' has no grading"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        relaxation().run(1.0, **options)


def test_ordinary_models_have_no_memory():
    plain = bp.model("dx/dt = -x", name="Plain")
    with pytest.raises(ArgumentError, match="'grading' belongs to fractional methods"):
        plain.run(1.0, grading=2.0)


def test_what_cannot_be_continued():
    first = relaxation().run(1.0)
    for options, message in (
        ({"dt": 0.02}, "made with dt = 0.01"),
        ({"method": "caputo_pi"}, "cannot be continued with 'caputo_pi'"),
        ({"a": 0.5}, "The order of 'y' has changed"),
        ({"initial": {"y": 2.0}}, "'y' cannot be set where a fractional run is continued"),
        ({"grading": 2.0}, "uniform steps only"),
    ):
        with pytest.raises(ArgumentError, match=message):
            relaxation().run(1.0, start=first, **options)
    graded = relaxation().run(1.0, grading=2.0)
    with pytest.raises(ArgumentError, match="uniform steps only"):
        relaxation().run(1.0, start=graded)


# --- fdeint --------------------------------------------------------------------------------------------------------


def test_fdeint_makes_a_model():
    model = bp.fdeint(decay, order=0.7, initial={"y": 1.0}, dt=0.01, backend="numba")
    assert model.parameters == {"k": 1.0, "order": 0.7}
    np.testing.assert_allclose(model.run(2.0).y, relaxation().run(2.0).y, rtol=1e-14)
    many = model.run(2.0, order=np.array([0.7, 1.0]))
    assert float(many.y[-1, 1]) == pytest.approx(np.exp(-2.0), abs=1e-5)
    first = model.step(1.0, 0.0, dt=0.01)
    assert float(first) == pytest.approx(float(relaxation().run(0.01).y[-1]), rel=1e-14)


def test_fdeint_decorates_and_takes_orders_by_state_or_name():
    model = bp.fdeint(order={"V": "alpha", "w": 1.2}, slopes={"w": 0.5}, dt=0.01, backend="numpy")(pair)
    assert model.parameters == {"alpha": 0.6, "b": 0.5, "order_w": 1.2}
    assert [s.order.id for s in model.system.states] == ["alpha", "order_w"]
    text = "alpha = 0.6\nb = 0.5\norder(V) = alpha\norder(w) = 1.2\ndV/dt = -V + w\ndw/dt = b*(V - w)\ndw(0) = 0.5"
    written = bp.model(text, name="Written", dt=0.01, backend="numpy")
    np.testing.assert_allclose(model.run(1.0).V, written.run(1.0).V, rtol=1e-14)
    partial = bp.fdeint(pair, order={"V": 0.5})
    assert partial.system.states[1].order is None


@pytest.mark.parametrize(
    ("order", "slopes", "message"),
    [
        (0.0, None, r"The order of 'V' is 0; it lies above 0"),
        (np.array([0.5, 0.6]), None, "must be a number or the name of a parameter"),
        ("alpa", None, "names 'alpa', which is no parameter of 'pair'"),
        ({"u": 0.5}, None, "order names 'u', which is no state"),
        (0.5, {"V": 1.0}, "An initial slope belongs to an order above 1"),
    ],
)
def test_fdeint_refuses(order, slopes, message):
    with pytest.raises(ArgumentError, match=message):
        bp.fdeint(pair, order=order, slopes=slopes)


# --- step code -----------------------------------------------------------------------------------------------------


def test_the_step_is_readable_and_can_be_edited():
    model = bp.model("a = 0.7\norder(y) = a\ndy/dt = -y\ny(0) = 1", name="Edited", dt=0.01, backend="numba")
    text = model.code().text
    assert "Caputo derivative of y of order a = -y" in text
    assert (
        "def step(t, dt, y, a, y_rectangle, y_trapezoid, y_rectangle_now, y_trapezoid_now, y_trapezoid_next):" in text
    )
    before = model.run(1.0).y
    for backend in ("numpy", "numba"):
        text = model.generated_code(backend).text
        model.edit(text.replace("dy_1 = -y", "dy_1 = -2*y").replace("dy_2 = -y_2", "dy_2 = -2*y_2"), backend=backend)
        edited = model.run(1.0, backend=backend)
        twice = relaxation().run(1.0, k=2.0, backend=backend)
        np.testing.assert_allclose(edited.y, twice.y, rtol=1e-13)
    model.revert()
    np.testing.assert_array_equal(model.run(1.0).y, before)


def test_names_of_the_loop_are_the_models_too():
    text = "k_sums = 0.7\norder(k_at) = k_sums\ndk_at/dt = -k_at\nk_at(0) = 1"
    model = bp.model(text, name="Clash", method="caputo_pece", dt=0.01)
    for values in (0.7, np.array([0.7, 0.9])):
        sol = model.run(1.0, backend="numba", k_sums=values)
        expected = model.run(1.0, backend="numpy", k_sums=values)
        np.testing.assert_allclose(sol["k_at"], expected["k_at"], rtol=1e-12)


# --- runs ----------------------------------------------------------------------------------------------------------


def test_records_of_some_variables_at_some_times():
    whole = relaxation().run(2.0)
    for backend in ("numpy", "numba", "jax"):
        sol = relaxation().run(2.0, backend=backend, record=["drop", "y"], record_every=0.2)
        np.testing.assert_allclose(sol.t, 0.2 * np.arange(11), atol=1e-12)
        np.testing.assert_allclose(sol.y, whole.y[::20], rtol=1e-12)
        np.testing.assert_allclose(sol.drop, whole.y[::20], rtol=1e-12)


def test_inputs_move_parameters():
    driven = bp.model(
        "I = 0\norder(x) = 0.5\ndx/dt = I - x", name="FractionalDriven", method="grunwald_letnikov", dt=0.01
    )
    pulse = bp.inputs.section([0.0, 3.0, 1.0], [0.3, 0.4, 0.3], dt=0.01)
    expected = driven.run(1.0, backend="numpy", I=pulse)
    assert float(expected.x[30]) == 0
    assert float(expected.x[60]) > 0.5
    for backend in ("numba", "jax", "torch"):
        np.testing.assert_allclose(driven.run(1.0, backend=backend, I=pulse).x, expected.x, atol=1e-13)
    lanes = driven.run(1.0, backend="numba", I=lambda t: np.array([1.0, 2.0]) * t)
    np.testing.assert_allclose(lanes.x[:, 1], 2 * lanes.x[:, 0], rtol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_stopped_run_keeps_what_it_has(backend):
    stop, at = threading.Event(), []

    def progress(fraction):
        if fraction > 0.001 and not at:
            at.append(time.perf_counter())
            stop.set()

    sol = relaxation().run(2e4, backend=backend, stop=stop, progress=progress, record_every=0.1)
    assert time.perf_counter() - at[0] < 1.0
    assert sol.outcome is Outcome.STOPPED
    assert 1 < len(sol.t) < 2e5
    rest = relaxation().run(1.0, backend="numba", start=sol)
    assert rest.t[0] == pytest.approx(sol.checkpoint.time)


def test_an_interrupted_run_keeps_what_it_has():
    def interrupt(fraction):
        raise KeyboardInterrupt

    sol = relaxation().run(1e4, progress=interrupt, on_interrupt="return")
    assert sol.outcome is Outcome.INTERRUPTED
    assert np.isfinite(sol.y).all()


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_a_blow_up_is_found_at_its_step(backend):
    growth = bp.model("order(x) = 0.8\ndx/dt = 1/(x - 0.5)\nx(0) = 1\ndy/dt = x**3\ny(0) = 1", name="Growth")
    burst = bp.model("order(x) = 0.8\ndx/dt = x**2\nx(0) = 1", name="Burst")
    with pytest.warns(RunWarning, match="x became nan or infinite") as warned:
        sol = burst.run(20.0, dt=0.01, method="caputo_pece", backend=backend)
    assert sol.outcome is Outcome.NON_FINITE
    assert np.isfinite(sol.x).all()
    assert 0.5 < sol.t[-1] < 3
    assert "the run stopped before it" in str(warned[0].message)
    assert growth.run(0.1, dt=0.01, backend=backend).outcome is Outcome.COMPLETED


def test_fractional_runs_have_no_slopes_to_interpolate_with():
    with pytest.raises(ArgumentError, match="nothing to interpolate with"):
        relaxation().run(1.0)(0.5)


def test_elements_that_mix():
    text = "a = 0.7\norder(x) = a\norder(y) = 0.5\ndx/dt = -x + mean(x)\ndy/dt = sum(x) - y\nx(0) = start"
    model = bp.model(text, name="FractionalMixing", namespace={"start": np.linspace(0, 1, 4)}, dt=0.02)
    expected = model.run(1.0, backend="numpy")
    np.testing.assert_allclose(expected.x.mean(axis=1), 0.5, atol=1e-12)
    assert expected.y.shape == (51,)
    orders = np.array([0.4, 0.7])
    for backend in ("numba", "jax", "torch"):
        for name in ("x", "y"):
            np.testing.assert_allclose(model.run(1.0, backend=backend)[name], expected[name], rtol=1e-12)
            many = model.run(1.0, backend=backend, a=orders)
            np.testing.assert_allclose(many[name][:, 1], expected[name], rtol=1e-12)
    half = model.run(0.5, backend="numba")
    np.testing.assert_allclose(model.run(0.5, backend="numba", start=half).x, expected.x[25:], rtol=1e-12)


@pytest.mark.parametrize("options", [{"method": "grunwald_letnikov"}, {"method": "caputo_pece", "grading": 2}])
def test_elements_that_mix_with_other_sums(options):
    text = "order(x) = 0.6\ndx/dt = -x + W @ x\nx(0) = start"
    given = {"start": np.linspace(0, 1, 4), "W": np.add.outer(np.arange(4.0), -np.arange(4.0)) / 10}
    model = bp.model(text, name="FractionalNetwork", namespace=given)
    ours, expected = (model.run(1.0, dt=0.02, backend=b, **options).x for b in ("numba", "numpy"))
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_two_threads_give_what_one_gives():
    run = {"duration": 3.0, "dt": 0.01, "backend": "numba", "a": np.linspace(0.4, 1.0, 150)}
    np.testing.assert_array_equal(relaxation().run(threads=2, **run).y, relaxation().run(threads=1, **run).y)


def test_short_memory_counts_what_is_forgotten_of_earlier_runs():
    model = bp.model("order(x) = 0.5\ndx/dt = 1", name="Rising")
    run = {"method": "grunwald_letnikov", "dt": 0.01, "memory": 1.0, "backend": "numba"}
    whole = model.run(10.0, **run)
    first = model.run(5.0, **run)
    rest = model.run(5.0, start=first, **run)
    bounds = [sol.stats["short_memory"]["derivative_error"]["x"] for sol in (whole, rest)]
    assert bounds[1] == pytest.approx(bounds[0], rel=1e-12)
    soon = model.run(0.5, start=first, **run)  # shorter than the window
    moved = np.diff(first.x)[: len(first.x) - 1 - 50].sum()
    expected = moved / np.sqrt(np.pi)
    assert soon.stats["short_memory"]["derivative_error"]["x"] == pytest.approx(expected, rel=1e-12)


# --- derivatives ---------------------------------------------------------------------------------------------------

CURVED = "order(y) = 0.7\nk = 1\ndy/dt = -k*y**2\ny(0) = 1"


@pytest.mark.parametrize(
    ("method", "grading"),
    [("caputo_pece", 1), ("caputo_pece", 2), ("caputo_l1", 1), ("caputo_pi", 2), ("grunwald_letnikov", None)],
)
def test_derivatives_through_a_run(method, grading):
    import jax
    import torch

    model = bp.model(CURVED, name="Curved", method=method, dt=0.05)

    def value(k, y=1.0):
        run = {"backend": "numpy", "k": k, "initial": {"y": y}, "grading": grading}
        return float(model.run(1.0, **run).final["y"])

    by_k = (value(1 + 1e-5) - value(1 - 1e-5)) / 2e-5
    by_start = (value(1, 1 + 1e-5) - value(1, 1 - 1e-5)) / 2e-5
    run = {"backend": "jax", "grading": grading}
    found = jax.grad(lambda k: model.run(1.0, k=k, **run).final["y"])(1.0)
    assert float(found) == pytest.approx(by_k, rel=1e-5)
    found = jax.grad(lambda y: model.run(1.0, initial={"y": y}, **run).final["y"])(1.0)
    assert float(found) == pytest.approx(by_start, rel=1e-5)
    k = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    sol = model.run(1.0, backend="torch", grading=grading, k=k)
    assert sol.y.shape == (21,)
    np.testing.assert_allclose(sol.t, model.run(1.0, backend="numpy", grading=grading).t, rtol=1e-15)
    sol.final["y"].backward()
    assert float(k.grad) == pytest.approx(by_k, rel=1e-8)


def test_derivatives_that_are_refused():
    import jax

    with pytest.raises(ArgumentError, match="through the order of 'y'"):
        jax.grad(lambda a: relaxation().run(1.0, a=a, backend="jax").final["y"])(0.5)
    with pytest.raises(ArgumentError, match="at most 4,000 steps"):
        jax.grad(lambda k: relaxation().run(100.0, k=k, backend="jax").final["y"])(1.0)


def test_default_methods():
    reset = "when V >= 1:\n    V = 0\n    hold(V, 2)"
    texts = {
        "caputo_pece": "dV/dt = 1 - V**3\nwhen V >= 1:\n    n += 1\nn(0) = 0",
        "caputo_l1": f"a = 2\ndrive = a - V/2\ndV/dt = exp(-a)*drive - w\ndw/dt = -w\n{reset}",
        "grunwald_letnikov": f"square = V**2\ndV/dt = square + 1\n{reset}",
    }
    for method, text in texts.items():
        assert bp.model(f"order(V) = 0.8\n{text}", name="Default").method == method


def test_a_fractional_izhikevich_neuron_fires():
    text = """
alpha = 0.9; a = 0.02; b = 0.2; c = -65; d = 8; I = 10
order(v) = alpha
dv/dt = 0.04*v**2 + 5*v + 140 - u + I
du/dt = a*(b*v - u)
v(0) = -65
u(0) = -13
when v >= 30:
    v = c
    u += d
"""
    neuron = bp.model(text.strip(), name="FractionalIzhikevich", dt=0.1, backend="numba")
    sol = neuron.run(300.0)
    assert sol.outcome is Outcome.COMPLETED
    assert 5 <= len(sol.events["spike"]) <= 12
