"""The functions of the language give SciPy's numbers on every driver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import brainpy_lab as bp

BACKENDS = ("numpy", "numba", "jax", "torch")

X = np.array([-30.0, -5.5, -1.2, -1e-9, 0.0, 1e-12, 0.3, 2.5, 6.0, 25.0])
FUNCTIONS = {
    "erf": (special.erf, 1e-14),
    "erfc": (special.erfc, 1e-13),
    "expit": (special.expit, 1e-13),
    "exprel": (special.exprel, 1e-14),
    "gammaln": (lambda x: special.gammaln(x + 40.5), 1e-13),
    "logaddexp": (lambda x: np.logaddexp(x, 0.5), 1e-14),
}
TEXT = """
da/dt = erf(x)
db/dt = erfc(x)
dc/dt = sigmoid(x)
dd/dt = exprel(x)
de/dt = gammaln(x + 40.5)
df/dt = logaddexp(x, 0.5)
dx/dt = 0
"""


@pytest.mark.parametrize("mixes", [False, True])
@pytest.mark.parametrize("backend", BACKENDS)
def test_values(backend: str, mixes: bool) -> None:
    text = TEXT + ("dy/dt = sum(x) - y\nx(0) = start\n" if mixes else "")
    model = bp.model(text, name="Functions", namespace={"start": X})
    given = {} if mixes else {"initial": {"x": X}}
    final = model.run(1.0, dt=1.0, method="euler", backend=backend, **given).final
    for state, (function, tolerance) in zip("abcdef", FUNCTIONS.values(), strict=True):
        np.testing.assert_allclose(final[state], function(X), rtol=tolerance, atol=1e-300)


@pytest.mark.parametrize("backend", BACKENDS)
def test_removable_singularities(backend: str) -> None:
    text = "Vh = -40; k = 10\nr = 0.1*(V - Vh)/(1 - exp(-(V - Vh)/k))\n"
    text += "s = 0.1*(V + 40)/(1 - exp(-(V + 40)/10)) + exp(-V/20)"
    distances = np.array([0.0, 1e-14, -1e-9, 1e-5, 0.1, 0.99, 1.01, -30.0])
    model = bp.model(text + "\ndV/dt = 0\ndm/dt = r\ndn/dt = s", name="Rates")
    final = model.run(1.0, dt=1.0, method="euler", backend=backend, initial={"V": -40 + distances}).final
    u = (-40 + distances) + 40
    expected = 1 / special.exprel(-u / 10)
    np.testing.assert_allclose(final["m"], expected, rtol=1e-14)
    np.testing.assert_allclose(final["n"], expected + np.exp(2 - u / 20), rtol=1e-14)


@pytest.mark.parametrize("shape", ["one", "lanes"])
def test_quotients_of_exprel_in_native_code_over_the_whole_range(shape: str) -> None:
    """u/(exp(u) - 1), alone and where the exponential is shared with another."""
    import mpmath

    sizes = np.concatenate([np.logspace(-300, -20, 15), np.logspace(-16, 2.84, 180), [0.0999999, 0.1, 0.1000001]])
    u = np.concatenate([-sizes, [0.0], sizes])[:: 1 if shape == "lanes" else 7]
    text = "du/dt = 0\ndp/dt = 1/exprel(u)\ndq/dt = 3/exprel(u)\ndr/dt = 1/exprel(v) + 0*exp(-v/2)\ndv/dt = 0"
    model = bp.model(text, name="Quotients")
    given = [{"u": u, "v": u}] if shape == "lanes" else [{"u": x, "v": x} for x in u]
    finals = [model.run(1.0, dt=1.0, method="euler", backend="numba", initial=i, record=[]).final for i in given]
    with mpmath.workdps(40):
        expected = np.array([float(x / mpmath.expm1(x)) if x else 1.0 for x in map(mpmath.mpf, u)])
    for name, scale, tolerance in (("p", 1, 1e-15), ("q", 3, 1e-15), ("r", 1, 1e-14)):
        found = np.array([f[name] for f in finals]).ravel()
        np.testing.assert_allclose(found, scale * expected, rtol=tolerance, atol=1e-300)


def test_derivatives() -> None:
    text = "dV/dt = erf(V) + 2*erfc(V) + sigmoid(V) + logaddexp(V, 1) + exprel(V)"
    from brainpy_lab.symbolic import numeric

    V = np.array([-2.0, 0.0, 0.7])
    found = numeric(bp.model(text, name="D").system).jacobian(V[None], {})[0, 0]
    logistic = special.expit(V)
    slope = np.where(V == 0, 0.5, (np.exp(V) - special.exprel(V)) / np.where(V == 0, 1, V))
    expected = -2 / np.sqrt(np.pi) * np.exp(-(V**2)) + logistic * (1 - logistic) + special.expit(V - 1) + slope
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_the_derivative_of_gammaln_is_refused_by_name() -> None:
    from brainpy_lab.errors import BrainPyLabError

    with pytest.raises(BrainPyLabError, match="digamma"):
        bp.model("dV/dt = -gammaln(V)", name="G").run(1.0, method="backward_euler", backend="numpy")
