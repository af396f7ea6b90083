"""The examples of CONTRIBUTING.md are files that work: each is run, and what it adds gives the right numbers."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import brainpy_lab as bp

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = dict(
    re.findall(
        r"<!-- example: (\w+) -->\s*```python\n(.*?)```",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
)


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> ModuleType:
    """The example named by the parameter, loaded as a file of its own."""
    name = request.param
    path = tmp_path / f"{name}.py"
    path.write_text(EXAMPLES[name], encoding="utf-8")
    module = ModuleType(name)
    exec(compile(EXAMPLES[name], str(path), "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("example", ["method", "stages"], indirect=True)
def test_the_method_has_the_order_it_declares(example: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    (method,) = (value for value in vars(example).values() if isinstance(value, bp.solvers.Method))
    monkeypatch.setitem(bp.solvers.registry(), method.name, method)
    model = bp.model("dx/dt = x * cos(t)\nx(0) = 1", name="Modulated")
    steps = np.array([0.1, 0.05, 0.025])
    errors = [
        abs(float(model.run(5.0, dt=dt, method=method.name).final["x"]) - math.exp(math.sin(5.0))) for dt in steps
    ]
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(method.order, abs=0.15)


@pytest.mark.parametrize("example", ["driver"], indirect=True)
def test_the_driver_agrees_with_the_reference(example: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = example.EXTENDED
    monkeypatch.setitem(bp.drivers.registry(), driver.name, driver)
    model = bp.model("dV/dt = V - V**3/3 - w + 0.5\ndw/dt = (V + 0.7 - 0.8*w)/12.5\nV(0) = -1\nw(0) = 1", name="FHN")
    mine = model.run(20.0, dt=0.05, method="rk4", backend=driver.name)
    reference = model.run(20.0, dt=0.05, method="rk4", backend="numpy")
    np.testing.assert_allclose(np.asarray(mine["V"]), np.asarray(reference["V"]), rtol=1e-11, atol=1e-12)
    assert np.asarray(mine["V"]).dtype == np.float64


@pytest.mark.parametrize("example", ["model"], indirect=True)
def test_the_model_is_published_and_runs(example: ModuleType) -> None:
    published = example.schnakenberg
    assert "doi.org/" in published.text
    model = published()
    assert model.name == published.name
    (point,) = bp.analysis.fixed_points(model, {"x": (0, 3), "y": (0, 5)})
    assert point.values["x"] == pytest.approx(0.6, abs=1e-9)
    assert point.values["y"] == pytest.approx(0.5 / 0.36, abs=1e-9)
    assert not point.stable
    assert np.ptp(model.run(200.0, backend="numpy", dt=0.02)["x"][-2000:]) > 1.0, "no oscillation"


def test_each_kind_of_addition_has_its_example() -> None:
    assert set(EXAMPLES) == {"method", "stages", "driver", "model"}
