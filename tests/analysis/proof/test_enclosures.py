"""Intervals hold the values and slopes of every function of the language."""

import numpy as np
import pytest

from brainpy_lab.analysis.proof.drifts import Drifts, UnprovableError
from brainpy_lab.analysis.vector_field import make_field

EXPRESSIONS = [
    "exp(x)*y", "log(x) + y", "log1p(x)", "log10(x*x + 1)", "sqrt(x)*y", "sin(3*x) + cos(y)", "tan(x)", "arcsin(x/3)",
    "arccos(x/3)*y", "arctan(x*y)", "sinh(x)", "cosh(x*y)", "tanh(3*x - y)", "abs(x - y)", "sign(x)*y",
    "floor(x) + ceil(y)", "exprel(5*x)", "exprel(-200*x)", "erf(x)", "erfc(x*y)", "expit(10*x)", "logaddexp(x, y)",
    "minimum(x, y)", "maximum(x, y*x)", "clip(x, -0.5, 0.5)", "where(x > y, x**2, y)", "heaviside(x, 0.5)",
    "x**3 - y**2", "x**-2", "x**0.5", "x**y", "x % 1.5", "x//0.7", "x/y", "(x > 0 and not y < 1)*1.0",
    "x if 0 < x <= 1 else y", "(x + y)**4/3", "x/(1 - exp(-x/2))", "f(x)*y",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_values_and_slopes_are_enclosed(model_of, expression):
    text = f"def f(u):\n    v = u*u\n    return v/(1 + v)\ndx/dt = {expression} + 0*y\ndy/dt = -y"
    field = make_field(model_of(text), None, {})
    drifts, rng = Drifts(field), np.random.default_rng(0)
    width = np.repeat([1e-3, 0.3, 2.0], 40)
    low = rng.uniform(-2, 2, (2, 120))
    high = low + width * rng.random((2, 120))
    over, middle = drifts(low, high), (low + high) / 2
    at_middle = field.rhs(middle)
    for share in (0.0, 1.0, *rng.random((25, 2, 120))):
        place = low + (high - low) * share
        values = field.rhs(place)
        finite = np.isfinite(values).all(axis=0)
        assert not (over.undefined & finite).any()
        assert ((over.low <= values) & (values <= over.high)).all(axis=0)[finite].all()
        # the mean value theorem, on which all conclusions rest
        with np.errstate(all="ignore"):
            way = place - middle
            ends = np.nan_to_num(over.slopes_low * way), np.nan_to_num(over.slopes_high * way)
            change, slack = values - at_middle, 1e-9 * (1 + np.abs(values))
            least, most = np.minimum(*ends).sum(axis=1) - slack, np.maximum(*ends).sum(axis=1) + slack
            enclosed = (least <= change) & (change <= most)
        known = finite & over.smooth & np.isfinite(at_middle).all(axis=0)
        assert enclosed.all(axis=0)[known].all()


def test_points_are_enclosed_by_little(model_of):
    field = make_field(model_of("dx/dt = exp(-x)*sin(y)/3 - x**3\ndy/dt = tanh(x) - y/0.7"), None, {})
    points = np.random.default_rng(1).uniform(-2, 2, (2, 50))
    found, values = Drifts(field).at(points), field.rhs(points)
    assert ((found.low < values) & (values < found.high)).all()
    assert (found.high - found.low).max() < 1e-13


def test_what_has_no_interval_form_is_named(model_of):
    with pytest.raises(UnprovableError, match=r"gammaln\(\) has no interval form"):
        Drifts(make_field(model_of("dx/dt = gammaln(x)"), None, {}))
