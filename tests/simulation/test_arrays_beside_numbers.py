"""Arrays among the parameters beside states that are single numbers: sums and elements of them are numbers."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, ModelError


def weighted(w: Any, y: Any) -> Any:
    total = 0.0
    for i in range(3):
        total = total + w[i] * y
    return total


def run(equation: str, backend: str = "numpy", method: str = "rk4", initial: str = "1", **values: Any) -> Any:
    text = f"w = [1, 2, 3]; v = [1, 1, 0]; k = 1\n{equation}\ny(0) = {initial}"
    model = bp.model(text, name="Weights", namespace={"weighted": weighted})
    return model.run(1.0, dt=0.01, method=method, backend=backend, **values)


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
@pytest.mark.parametrize(
    ("equation", "rate"),
    [
        ("dy/dt = -sum(w)*y", 6),
        ("dy/dt = -w[1]*y", 2),
        ("dy/dt = -sum(w[1:])*y", 5),
        ("dy/dt = -mean(w*y)", 2),
        ("dy/dt = -dot(w, v)*y", 3),
        ("dy/dt = -weighted(w, y)", 6),
        ("s = sum(w)\ndy/dt = -s*y", 6),
        ("a = w*y\ndy/dt = -sum(a)", 6),
    ],
)
def test_one_number_beside_an_array(equation: str, rate: float, method: str) -> None:
    sol = run(equation, method=method)
    assert sol.y.shape == sol.t.shape
    assert sol.final["y"] == pytest.approx(np.exp(-rate), rel=1e-5)


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_every_driver_sums_parameters(backend: str) -> None:
    sol = run("s = mean(w)\ndy/dt = -(sum(w) - s)*y", backend)
    np.testing.assert_allclose(sol.y, np.exp(-4 * sol.t), rtol=1e-5)


def test_an_ensemble_has_its_own_axis() -> None:
    sol = run("dy/dt = -sum(w)*y*k", k=[0.1, 0.2, 0.3, 0.4])
    assert sol.final["y"] == pytest.approx(np.exp([-0.6, -1.2, -1.8, -2.4]), rel=1e-6)


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_a_number_for_an_array_stands_for_each_element(method: str) -> None:
    assert run("dy/dt = -sum(w)*y", method=method, w=2).final["y"] == pytest.approx(np.exp(-6), rel=1e-5)
    whole = run("dy/dt = -sum(w)*y", method=method, initial="ones(3)", w=lambda t: t)
    assert whole.final["y"] == pytest.approx(np.exp(-1.5), rel=1e-5)


def test_an_array_drives_no_single_number() -> None:
    with pytest.raises(ModelError, match="This has 3 elements, and the states are single numbers") as refusal:
        run("dy/dt = -w*y + sum(w)")
    assert (refusal.value.location.line, refusal.value.location.column) == (2, 8)
    assert "x(0) = zeros(3)" in refusal.value.advice


def test_an_array_beside_numbers_does_not_move() -> None:
    with pytest.raises(ArgumentError, match=r"'w' has the shape \(3,\)") as refusal:
        run("dy/dt = -sum(w)*y", w=lambda t: t)
    assert "k*w" in refusal.value.advice
    assert run("dy/dt = -sum(k*w)*y", k=lambda t: t).final["y"] == pytest.approx(np.exp(-3), rel=1e-6)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_derivative_beside_an_array(backend: str) -> None:
    """The slope of exp(-sum of the decay of x) by its rate; y is one number beside the array x."""
    model = bp.model("k = 1\ndx/dt = -k*x\ndy/dt = -sum(x)*y\nx(0) = [1, 2, 3]\ny(0) = 1", name="Beside")

    def last(k: Any) -> Any:
        return model.run(1.0, dt=0.02, method="rk4", backend=backend, k=k).final["y"]

    if backend == "jax":
        slope = float(jax.grad(last)(1.0))
    else:
        k = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        last(k).backward()
        slope = float(k.grad)
    y = np.exp(-6 * (1 - np.exp(-1)))
    assert slope == pytest.approx(y * 6 * (1 - 2 * np.exp(-1)), rel=1e-5)
