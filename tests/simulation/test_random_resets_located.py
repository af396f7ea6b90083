"""rand() and randn() in the blocks of events that are located inside steps: numbers by event, whatever the steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.feeds.random_draws import normals, uniforms
from brainpy_lab.simulation.runs.adaptive import event_draws

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
#: Keyword arguments of runs that locate their events.
LOCATED: dict[str, dict[str, object]] = {
    "tsit5": {"method": "tsit5"},
    "rodas4": {"method": "rodas4"},
    "rk4": {"method": "rk4", "crossing": "exact", "dt": 0.1},
}


def located(backend: str = "numpy", duration: float = 8.0, how: str = "tsit5", **options: object) -> bp.Solution:
    options = {"initial": {"V": np.linspace(0, 0.5, 4)}, "seed": 3} | LOCATED[how] | options
    return bp.model(TEXT, name="Reset").run(duration, backend=backend, **options)


@pytest.mark.parametrize(
    ("backend", "how"), [("numba", "tsit5"), ("numba", "rodas4"), ("numba", "rk4"), ("jax", "tsit5"), ("torch", "rk4")]
)
def test_located_events_draw_the_same_numbers_on_every_driver(backend: str, how: str) -> None:
    expected, found = located(how=how).final, located(backend, how=how).final
    assert np.ptp(expected["w"]) > 1
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-9, atol=1e-9)


def test_steps_do_not_change_which_numbers_an_event_gets() -> None:
    expected = located("numba").final["w"]
    for how, options in (("rk4", {}), ("rk4", {"dt": 0.037}), ("rodas4", {}), ("tsit5", {"max_step": 0.013})):
        np.testing.assert_allclose(located("numba", how=how, **options).final["w"], expected, rtol=1e-12, atol=1e-12)


def test_numbers_of_located_events_are_those_of_the_generator() -> None:
    for _, options in LOCATED.items():
        final = bp.model(EVERY_STEP, name="Sum").run(3.5, backend="numpy", seed=5, **options).final
        pairs = np.array([0, 1])
        zero = np.zeros(2, dtype=np.int64)
        uniform, normal = uniforms(zero, 8, pairs, 5), normals(np, zero, 16 + 9, pairs, 5)
        assert final["n"] == 3
        assert final["s"] == pytest.approx(uniform[0][0] + uniform[1][0] + uniform[0][1], rel=1e-14)
        assert final["q"] == pytest.approx(normal[0][0] ** 2 + normal[1][0] ** 2 + normal[0][1] ** 2, rel=1e-14)


@pytest.mark.parametrize("how", ["tsit5", "rk4"])
def test_moments_of_located_events(how: str) -> None:
    text = EVERY_STEP + "\n    u += rand()**2\n    z += randn()\nu(0) = 0\nz(0) = 0"
    n, final = 2000, bp.model(text, name="Sum").run(2000.5, backend="numba", seed=1, **LOCATED[how]).final
    assert final["n"] == n
    for name, mean, variance in (("s", 1 / 2, 1 / 12), ("u", 1 / 3, 4 / 45), ("z", 0.0, 1.0), ("q", 1.0, 2.0)):
        assert final[name] / n == pytest.approx(mean, abs=4 * np.sqrt(variance / n))


@pytest.mark.parametrize("how", LOCATED)
def test_located_events_are_repeatable_and_seeds_differ(how: str) -> None:
    first = located(how=how).final["w"]
    np.testing.assert_array_equal(located(how=how).final["w"], first)
    assert (located(how=how, seed=4).final["w"] != first).all()


@pytest.mark.parametrize("how", LOCATED)
def test_continued_and_smaller_located_runs_have_the_same_numbers(how: str) -> None:
    whole, part = located(how=how), located(how=how, duration=3.5)
    again = located(how=how, duration=4.5, start=part, initial={}, seed=None)
    np.testing.assert_allclose(again.final["w"], whole.final["w"], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(
        again.checkpoint.arrays["hidden/spike_count"], whole.checkpoint.arrays["hidden/spike_count"]
    )
    assert located(how=how, initial={"V": 0.0}).final["w"] == pytest.approx(whole.final["w"][0], rel=1e-12)


def test_a_saved_run_is_continued_with_its_numbers(tmp_path: Path) -> None:
    part = located(duration=3.5)
    part.save(tmp_path / "part.nc")
    again = located(duration=4.5, start=bp.load(tmp_path / "part.nc"), initial={}, seed=None)
    np.testing.assert_allclose(again.final["w"], located().final["w"], rtol=1e-12, atol=1e-12)


def test_steps_between_located_runs_leave_their_numbers_alone() -> None:
    model = bp.model("dV/dt = 1\nx(0) = 0\nwhen V >= 1:\n    V = 0\n    x = rand()", name="One")
    ways, found, sol = [LOCATED["tsit5"], {"method": "rk4", "dt": 0.125}, LOCATED["rk4"], {"method": "rk4"}], [], None
    for options in ways:
        sol = model.run(4.5, seed=2, start=sol, record_every=0.5, **{"backend": "numpy", "dt": 0.25} | options)
        found += np.unique(sol.x[sol.x != sol.x[0]]).tolist()
    assert len(set(found)) == len(found) >= 16


def test_more_events_than_the_table_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [located(b, how=how, duration=12.0).final for b, how in (("numpy", "tsit5"), ("numba", "rk4"))]
    monkeypatch.setattr(event_draws, "_MOST_ROWS", 3)
    found = [located(b, how=how, duration=12.0).final for b, how in (("numpy", "tsit5"), ("numba", "rk4"))]
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one["w"], other["w"])


def test_each_event_has_numbers_of_its_own() -> None:
    alone = "dV/dt = 1\ndx/dt = 0\nwhen V >= 1 as up:\n    V = 0.5*rand()\n    x = randn()"
    beside = alone + "\ndu/dt = 3\ndy/dt = 0\nwhen u >= 1 as other:\n    u = 0.2*rand()\n    y = randn()"
    one, both = (bp.model(t, name="Two").run(6.0, method="tsit5", backend="numpy", seed=2) for t in (alone, beside))
    np.testing.assert_allclose(both.events["up"].t, one.events["up"].t, rtol=1e-9)
    assert both.final["x"] == one.final["x"] != both.final["y"]


def test_delayed_and_array_models_draw_at_located_events() -> None:
    text = "dV/dt = 1 + 0.1*V(t - 0.3)\nV(t <= 0) = 0\nwhen V >= 1:\n    V = 0.5*rand()"
    model = bp.model(text, name="Late")
    a, b = (model.run(6.0, method="rkdp", backend=k, seed=2).final["V"] for k in ("numpy", "numba"))
    assert a == pytest.approx(b, rel=1e-9)
    cells = bp.model(TEXT + "V(0) = start", name="Cells", namespace={"start": np.linspace(0, 0.5, 4)})
    sol = cells.run(8.0, method="tsit5", backend="numpy", seed=3)
    np.testing.assert_array_equal(sol.final["w"], located().final["w"])


def test_auto_locates_events_that_draw() -> None:
    sol = bp.model(TEXT, name="Reset").run(3.0, method="auto", seed=3, backend="numpy")
    assert sol.stats["method"] == "tsit5"
    expected = bp.model(TEXT, name="Reset").run(3.0, method="tsit5", seed=3, backend="numpy")
    assert sol.final["w"] == expected.final["w"]
