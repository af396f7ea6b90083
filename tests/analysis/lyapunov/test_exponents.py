"""Lyapunov exponents against the literature, against multipliers of cycles and closed forms; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import lyapunov_spectrum
from brainpy_lab.errors import AnalysisError, ArgumentError

LINEAR = "dx/dt = -x + y\ndy/dt = -3*y"
HYPER = """
dx/dt = -y - z
dy/dt = x + 0.25*y + w
dz/dt = 3 + x*z
dw/dt = -0.5*z + 0.05*w
x(0) = -10
y(0) = -6
w(0) = 10.1
"""


def test_a_linear_system_has_its_eigenvalues() -> None:
    found = lyapunov_spectrum(bp.model(LINEAR, name="Linear"), 20.0, transient=5.0, dt=0.02, backend="numpy")
    np.testing.assert_allclose(found.exponents, [-1.0, -3.0], atol=2e-5)  # after a transient from the axes; rk4's error
    assert (found.errors < 1e-5).all()
    assert found.dimension == 0
    assert not found.is_chaotic
    assert repr(found).startswith("Lyapunov exponents of Linear: -1.0000 ±")


@pytest.mark.parametrize(
    ("name", "model", "error"),
    [
        ("LE_Lorenz", bp.models.lorenz, None),
        pytest.param("LE_Rossler", bp.models.rossler, None, marks=pytest.mark.slow),
        pytest.param("LE_RosslerHyper", lambda: bp.model(HYPER, name="Hyper"), 0.5, marks=pytest.mark.slow),
    ],
)
def test_exponents_of_the_literature(
    reference: Callable[[str], dict[str, Any]], name: str, model: Callable[[], Any], error: float | None
) -> None:
    """Runs of 2e4 units of time; the last exponent of the hyperchaotic flow is known to half a unit alone."""
    entry = reference(name)
    found = lyapunov_spectrum(model(), 2e4)
    gaps = np.abs(found.exponents - entry["value"])
    assert (gaps[:-1] < entry["tolerance"]).all(), found
    assert gaps[-1] < (error or entry["tolerance"]), found
    assert found.is_chaotic


def test_five_directions_are_compiled_in_seconds() -> None:
    """Lines that make each orthogonal to those before were put into each other without end."""
    text = "\n".join(f"dx{i}/dt = -{i + 1}*x{i} + x{i}*x{(i + 1) % 5}" for i in range(5))
    found = lyapunov_spectrum(bp.model(text, name="Ring"), 1.0, transient=0.0, dt=0.01, backend="numpy")
    np.testing.assert_allclose(found.exponents, [-1, -2, -3, -4, -5], rtol=1e-5)


def test_steps_follow_the_fastest_rate() -> None:
    """Without that limit rk4 would make the direction of -200 grow: the orbit itself does not move along it."""
    found = lyapunov_spectrum(bp.model("dx/dt = -200*x\ndy/dt = 1 - y", name="Fast"), 1.0, backend="numpy")
    np.testing.assert_allclose(found.exponents, [-1.0, -200.0], rtol=1e-4)


def test_the_largest_alone_and_data() -> None:
    found = lyapunov_spectrum(bp.model(LINEAR), 2.0, n=1, dt=0.02, backend="numpy", initial={"y": 1.0}, transient=0.0)
    assert found.exponents.shape == (1,)
    assert dict(found.to_xarray().sizes) == {"number": 1, "t": 40}
    (axes,) = found.plot().axes
    assert axes.get_ylabel() == "Lyapunov exponents"


def test_at_rest_equal_eigenvalues_are_exact() -> None:
    # a run of any length is off by log(T)/T, far more than the spread of its pieces shows
    model = bp.model("dx/dt = -x\ndy/dt = x - y\nx(0) = 1", name="Jordan")
    found = bp.analysis.lyapunov_spectrum(model, 50.0, backend="numpy")
    assert found.exponents == pytest.approx([-1.0, -1.0], abs=1e-6)
    assert found.remarks[0].startswith("The orbit comes to rest at x = 0, y = 0")


@pytest.mark.parametrize(
    ("text", "options", "kind", "message"),
    [
        (LINEAR, {"T": -1.0}, ArgumentError, "T must be a positive number, not -1.0."),
        (LINEAR, {"dt": -1.0}, ArgumentError, "dt must be a positive number, not -1.0."),
        (LINEAR, {"rtol": float("nan")}, ArgumentError, "rtol must be a positive number, not nan."),
        (LINEAR, {"n": 3}, ArgumentError, "n is 3; Model has 2 exponents.\n  Give 1 to 2."),
        (LINEAR, {"initial": {"x": float("nan")}}, ArgumentError, "initial: 'x' is nan; it must be a finite number."),
        (LINEAR, {"initial": {"x": [1, 2]}}, ArgumentError, "initial: 'x' is [1, 2]; it must be a finite number."),
        (LINEAR, {"initial": {"z": 1}}, ArgumentError, "'z' is no state of Model.\n  States: x, y."),
        (LINEAR, {"transient": -1.0}, ArgumentError, "transient is -1.0; it must be a number from zero on."),
        ("dx/dt = 1\nwhen x > 1:\n    x = 0", {}, AnalysisError, "Model has events that change states: its Lyapunov"),
        ("dx/dt = -x + xi", {}, AnalysisError, "Model has noise: its Lyapunov exponents are not computed."),
        ("dx/dt = -x(t - 1)", {}, AnalysisError, "Model has delays: its Lyapunov exponents are not computed."),
        ("order(x) = 0.8\ndx/dt = -x", {}, AnalysisError, "Model has fractional orders: its Lyapunov exponents"),
        ("dx/dt = -1e9*x", {"T": 1e3}, AnalysisError, "Model needs steps of 2e-10: "),
    ],
)
def test_what_is_refused(text: str, options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        lyapunov_spectrum(bp.model(text), **{"T": 10.0, "backend": "numpy", **options})
    assert str(caught.value).startswith(message)
