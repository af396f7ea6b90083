"""States that their equations give are put in place before fixed points are looked for."""

import numpy as np

import brainpy_lab as bp
from brainpy_lab.analysis.reduction import reduce_field
from brainpy_lab.analysis.vector_field import make_field
from brainpy_lab.equations.elementary import OWN
from brainpy_lab.symbolic.plain import PLAIN


def reduced(model, *ranges):
    low, high = np.array(ranges).T[:, :, None]
    sample = low + (high - low) * np.random.default_rng(1).random((len(ranges), 500))
    return reduce_field(make_field(model, None, {}), sample)


def test_rates_that_span_many_orders_leave_the_voltage_alone():
    wide = reduced(bp.models.hodgkin_huxley(), (-360, 360), (-3, 3), (-3, 3), (-3, 3))
    assert wide.elimination.core == (0,)
    assert wide.elimination.rounds == (((1, 1), (2, 2), (3, 3)),)
    states = wide.fill(np.array([[-300.0, -65.0, 20.0]]))
    assert (np.abs(wide.field.rhs(states)[1:]) < 1e-9 * np.abs(wide.field.jacobian(states)).max()).all()


def test_a_coefficient_that_touches_zero_divides_nothing():
    model = bp.model("dx/dt = y**3 + x**3 - 1\ndy/dt = (x - 0.3)**2*y - 1e-3")
    assert reduced(model, (-2, 2), (-2, 2)).elimination.steps == ()
    away = reduced(model, (0.5, 2), (-2, 2)).elimination
    assert away.core == (0,) and away.steps == ((1, 1),)


def test_states_that_follow_from_each_other_are_put_in_place_in_turn():
    model = bp.model("dx/dt = x - z**3\ndy/dt = x - y\ndz/dt = x*y - 2*z\ndw/dt = y + x - 3*w")
    found = reduced(model, *[(-2, 2)] * 4)
    assert found.elimination.rounds == (((1, 1),), ((2, 2), (3, 3)))
    x = np.array([[-1.5, 0.25, 2.0]])
    np.testing.assert_allclose(found.fill(x), np.concatenate([x, x, x**2 / 2, 2 * x / 3]), rtol=1e-15)


def test_functions_of_plain_numbers_are_those_of_arrays():
    for name in ("exprel", "phi2", "phi3"):
        for x in (-30.0, -1.0, -0.3, 0.0, 1e-9, 0.99, 1.5, 20.0):
            np.testing.assert_allclose(PLAIN[name](x), OWN[name](np.array([x]))[0], rtol=1e-14)
