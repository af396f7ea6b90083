"""Inputs as runs see them: where they begin, what lies between samples, and what they do to initial values."""

import math

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError


def integral(duration: float, I, **run) -> float:
    return float(bp.model("I = 0\ndx/dt = I\nx(0) = 0", name="Integral").run(duration, I=I, **run).final["x"])


def test_a_linear_input_holds_its_first_sample_before_it_begins():
    late = bp.inputs.Input(np.array([0.0, 1, 2, 3]), dt=10, start=50, interpolation="linear")
    assert integral(100, late, method="rkdp") == pytest.approx(105.0)


def test_a_solution_drives_by_its_dense_output():
    source = bp.model("dI/dt = cos(t)\nI(0) = 0", name="Source").run(20, method="dop853", rtol=1e-9)
    assert integral(20, source, method="rkdp", rtol=1e-9) == pytest.approx(1 - math.cos(20), abs=1e-7)


def test_max_step_says_how_closely_a_function_is_looked_at():
    pulse = np.vectorize(lambda t: 100.0 if 5.33 < t < 5.34 else 0.0)
    assert integral(10, pulse, method="rkdp", max_step=0.005) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("dt", [0.1, 0.05, 0.07, 0.2, 1.0])
def test_fixed_steps_lose_no_impulse(dt):
    spikes = bp.inputs.spikes([1.05, 2.0, 3.33], 5.0, dt=0.1)
    whole = 3.0 if dt != 0.07 else None  # the last step of 0.07 goes past the end
    got = integral(5.0, spikes, method="rk4", dt=dt)
    assert got == pytest.approx(whole or 3.0, rel=1e-9)


def test_samples_come_through_unchanged_where_steps_fit():
    values = np.random.default_rng(1).normal(size=101)
    noise = bp.inputs.Input(values, dt=0.1)
    edges = 0.05 * np.arange(200)
    np.testing.assert_array_equal(noise.mean(edges, edges + 0.05), noise(edges + 0.025))
    np.testing.assert_allclose(
        noise.mean(np.array([0.05]), np.array([0.25])), 0.25 * values[0] + 0.5 * values[1] + 0.25 * values[2]
    )
    np.testing.assert_allclose(noise.mean(np.array([-1.0, 10.0]), np.array([-0.5, 12.0])), values[[0, -1]])


def test_initial_values_follow_inputs():
    model = bp.model("I = 1\ndV/dt = -V + I\nV(0) = 2*I", name="Follow")
    cells = model.run(1.0, I=bp.inputs.constant([1.0, 2.0, 3.0], 5.0), method="rk4")
    np.testing.assert_array_equal(cells.initial["V"], [2.0, 4.0, 6.0])
    assert model.run(1.0, start=-3.0, I=bp.inputs.Input(np.arange(10.0), dt=1.0, start=-3.0)).V[0] == 0.0
    assert model.run(1.0, I=lambda t: 1 + t).V[0] == 2.0


def test_further_arguments_have_their_defaults():
    for method in ("rk4", "rkdp"):
        assert integral(1.0, lambda t, k=4.0: k, method=method) == pytest.approx(4.0)


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_a_function_that_gives_no_number_is_refused(method):
    if method == "rkdp":
        with pytest.raises(ArgumentError, match="not a finite number"):
            integral(100, np.vectorize(lambda t: float("nan")), method=method)
    with pytest.raises(ArgumentError, match="must be a number"):
        integral(100, 10**400, method=method)


@pytest.mark.parametrize("seed", [2**64, 2**100, -1])
def test_seeds_out_of_range(seed):
    with pytest.raises(ArgumentError, match="seed"):
        bp.model("dx/dt = -x + xi", name="Noisy").run(1.0, seed=seed)


class TestIntermediates:
    @pytest.mark.parametrize("method", ["rk4", "rkdp"])
    def test_of_networks(self, method):
        W = np.array([[0, 1.0], [-1, 0]])
        text = "u = W @ x\nr = tanh(x) + y\ndx/dt = -x + u + r\ndy/dt = -y\nx(0) = [1.0, 2.0]\ny(0) = 1"
        model = bp.model(text, name="Net", namespace={"W": W})
        sol = model.run(1.0, method=method, record=["x", "y", "u", "r"])
        np.testing.assert_allclose(sol.u, sol.x @ W.T)
        np.testing.assert_allclose(sol.r, np.tanh(sol.x) + sol.y[:, None])
        assert model.run(1.0, method=method)(0.5)["x"].shape == (2,)
        many = model.run(1.0, method="rk4", record=["x", "u"], initial={"y": np.arange(3.0)})
        np.testing.assert_allclose(many.u, many.x @ W.T)

    def test_between_records_of_networks(self):
        text = "dx/dt = -x + W @ x\nx(0) = [1.0, 2.0]"
        model = bp.model(text, name="Net", namespace={"W": np.array([[0, 1.0], [-1, 0]])})
        exact = model.run(1.0, method="dop853", rtol=1e-12, atol=1e-14)(0.555)["x"]
        np.testing.assert_allclose(model.run(1.0, method="rk4", dt=0.01)(0.555)["x"], exact, atol=1e-8)

    def test_at_a_removable_singularity(self):
        text = "a = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))\ndV/dt = 0\ndm/dt = a*(1 - m)\nV(0) = -40"
        sol = bp.model(text, name="Rate").run(1.0, dt=0.1, method="rk4", record=["m", "a"])
        np.testing.assert_allclose(sol.a, 1.0)
        whole = bp.model(text, name="Rate").run(1.0, dt=0.1, method="rk4")
        assert whole(0.55)["m"] == pytest.approx(1 - math.exp(-0.55), abs=1e-4)


def test_steep_exponentials_are_not_shared():
    model = bp.model("dx/dt = exp((x - 300)/0.3) - exp((x - 300)/0.15) - x + 300\nx(0) = 299.9", name="Steep")
    sol = model.run(1.0, dt=0.001, method="rk4")
    assert sol.final["x"] == pytest.approx(299.998, abs=1e-3)
