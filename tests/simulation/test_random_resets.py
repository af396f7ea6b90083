"""rand() and randn() in `when` blocks: numbers of the seeded generator, the same on every driver."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.feeds.random_draws import normals, uniforms
from brainpy_lab.errors import ModelError

TEXT = """
dV/dt = 1
dw/dt = 0
when V >= 1:
    V = 0.5*rand()
    w = w + randn() + 10*randn()
    hold(V, 0.2*rand())
"""
EVERY_STEP = (
    "dV/dt = 1\nn(0) = 0\ns(0) = 0\nq(0) = 0\nwhen V >= 1:\n    V = 0\n    n += 1\n    s += rand()\n    q += randn()**2"
)


def run(backend: str, duration: float = 8.0, **options: object) -> bp.Solution:
    options = {"initial": {"V": np.linspace(0, 0.5, 4)}, "seed": 3} | options
    return bp.model(TEXT, name="Reset").run(duration, dt=0.1, method="euler", backend=backend, **options)


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_every_driver_draws_the_same_numbers(backend: str) -> None:
    expected = run("numpy").data
    assert np.ptp(expected["w"][-1]) > 1
    for name, values in run(backend).data.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_continued_and_smaller_runs_have_the_same_numbers(backend: str) -> None:
    whole = run(backend)
    again = run(backend, duration=4.5, start=run(backend, duration=3.5), initial={}, seed=None)
    np.testing.assert_array_equal(again.final["w"], whole.final["w"])
    one = run(backend, initial={"V": 0.0})
    assert one.final["w"] == whole.final["w"][0]
    assert run(backend, seed=4).final["w"][0] != whole.final["w"][0]


def test_numbers_are_those_of_the_generator() -> None:
    final = bp.model(EVERY_STEP, name="Sum").run(2.0, dt=1.0, method="euler", backend="numpy", seed=5).final
    zero = np.zeros(1, dtype=np.int64)
    uniform = uniforms(zero, 6, zero, 5)
    normal = normals(np, zero, 16 + 7, zero, 5)
    assert final["s"] == uniform[0][0] + uniform[1][0]
    assert final["q"] == pytest.approx(normal[0][0] ** 2 + normal[1][0] ** 2, rel=1e-14)


def test_moments() -> None:
    final = bp.model(EVERY_STEP, name="Sum").run(1e4, dt=1.0, method="euler", backend="numba", seed=1).final
    assert final["n"] == 1e4
    assert final["s"] / 1e4 == pytest.approx(0.5, abs=5 * np.sqrt(1 / 12 / 1e4))
    assert final["q"] / 1e4 == pytest.approx(1.0, abs=5 * np.sqrt(2 / 1e4))


def test_elements_of_array_states_draw_their_own() -> None:
    text = "dx/dt = sum(x)*0 + 1\nx(0) = start\nwhen x >= 1:\n    x = rand()"
    model = bp.model(text, name="Net", namespace={"start": np.zeros(3)})
    first, *others = (
        model.run(4.0, dt=0.25, method="euler", backend=b, seed=2).data["x"] for b in ("numpy", "numba", "jax", "torch")
    )
    assert len(set(first[-1])) == 3
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_beside_white_noise_and_its_paths() -> None:
    text = "dV/dt = 1 + 0.1*xi\nwhen V >= 1:\n    V = 0.5*rand()"
    model = bp.model(text, name="Noisy")
    path = bp.BrownianPath(dt=0.1, seed=7)
    a, b = (model.run(6.0, dt=0.1, method="euler_maruyama", backend=k, noise=path).V for k in ("numpy", "numba"))
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert np.isfinite(a).all()


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("dV/dt = rand()", "There is no function 'rand'", (1, 8)),
        ("dV/dt = 1\nwhen V > rand():\n    V = 0", "There is no function 'rand'", (2, 9)),
        ("dV/dt = 1\ndef f(): return randn()\nwhen V > 1:\n    V = f()", "no function 'randn'", (2, 16)),
        ("dV/dt = 1\nwhen V > 1:\n    V = rand(3)", "takes no arguments", (3, 8)),
    ],
)
def test_elsewhere_they_are_refused(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        bp.model(text)
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == place


@pytest.mark.parametrize("text", ["dx/dt = -g_total*x", "dx/dt = -g_total*x + 0*sum(x)"])
def test_what_parameters_give_can_be_recorded(text: str) -> None:
    model = bp.model(f"g = 2\ng_total = 3*g\n{text}\nx(0) = start", name="Record", namespace={"start": np.ones(2)})
    sol = model.run(1.0, dt=0.5, method="euler", backend="numpy", record=["g_total", "x"])
    np.testing.assert_array_equal(np.unique(sol.g_total), [6.0])
    assert sol.g_total.shape[0] == 3
    many = model.run(1.0, dt=0.5, method="euler", backend="numpy", record=["g_total"], g=np.array([1.0, 2.0, 4.0]))
    np.testing.assert_array_equal(many.g_total.reshape(3, 3, -1)[:, :, 0], [[3.0, 6.0, 12.0]] * 3)
