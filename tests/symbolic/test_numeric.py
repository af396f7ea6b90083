"""The NumPy form of a System: values, shapes, and Jacobians by each of the three ways."""

import subprocess
import sys

import numpy as np
import pytest

from brainpy_lab.errors import ArgumentError
from brainpy_lab.symbolic import numeric


@pytest.fixture(scope="module")
def hh(make_system):
    return make_system(
        states={
            "V": "(I - I_Na - gK*n**4*(V - EK) - gL*(V - EL))/C",
            "m": "(V + 40)/10/(1 - exp(-(V + 40)/10))*(1 - m) - 4*exp(-(V + 65)/18)*m",
            "h": "7*exp(-(V + 65)/20)/100*(1 - h) - 1/(1 + exp(-(V + 35)/10))*h",
            "n": "(V + 55)/100/(1 - exp(-(V + 55)/10))*(1 - n) - exp(-(V + 65)/80)/8*n",
        },
        parameters=HH_PARAMS,
        intermediates={"I_Na": "gNa*m**3*h*(V - ENa)"},
    )


HH_PARAMS = {"C": 1.0, "gNa": 120.0, "gK": 36.0, "gL": 0.3, "ENa": 50.0, "EK": -77.0, "EL": -54.387, "I": 0.0}
LOOP = """
def series(x):
    total = 0
    k = 0
    while k < 30:
        total = total*x/(30 - k) + 1
        k = k + 1
    return total
"""


def test_rhs_of_hodgkin_huxley_at_rest_is_zero(hh):
    y = [-64.99997967000672 + 0.0, 0.05293261214031692, 0.5961200425218403, 0.3176772256037889]
    assert np.abs(numeric(hh).rhs(y, HH_PARAMS | {"EL": -54.401})).max() < 1e-12


def test_rhs_broadcasts_over_trailing_shape_and_parameters(make_system):
    system = make_system(states={"x": "a*x", "y": "1"}, parameters={"a": 2.0})
    assert numeric(system).rhs([3.0, 0.0], {"a": 2.0}).tolist() == [6.0, 1.0]
    assert numeric(system).rhs(np.ones((2, 4, 5)), {"a": 2.0}).shape == (2, 4, 5)
    assert numeric(system).rhs([1.0, 0.0], {"a": np.array([1.0, 2.0])}).tolist() == [[1.0, 2.0], [1.0, 1.0]]


def test_jacobian_is_exact(hh):
    y = np.array([-60.0, 0.1, 0.5, 0.4])
    n = numeric(hh)
    exact = n.jacobian(y, HH_PARAMS)
    assert n.derivative == "exact"
    stepped = np.stack([n._complex_step(y, j, HH_PARAMS, 0.0) for j in hh.state_names], axis=1)
    np.testing.assert_allclose(exact, stepped, rtol=1e-12, atol=1e-14)
    assert n.jacobian(np.repeat(y[:, None], 3, axis=1), HH_PARAMS).shape == (4, 4, 3)


def test_intermediates(hh):
    values = numeric(hh).intermediates([-60.0, 0.1, 0.5, 0.4], HH_PARAMS)
    assert values["I_Na"] == pytest.approx(120 * 0.1**3 * 0.5 * -110)


def test_branches_and_logic_work_on_arrays(make_system):
    system = make_system(states={"x": "1 if x > 0 and not x > 2 else -1"})
    assert numeric(system).rhs(np.array([[-1.0, 1.0, 3.0]]), {}).tolist() == [[-1.0, 1.0, -1.0]]


def test_time_is_an_argument(make_system):
    system = make_system(states={"x": "cos(t) - x"})
    assert numeric(system).rhs([1.0], {}, t=np.pi) == pytest.approx(-2.0)


def test_loops_use_the_complex_step(make_system):
    system = make_system(states={"x": "series(x)"}, functions=LOOP)
    n = numeric(system)
    assert n.derivative == "complex step"
    assert n.rhs(np.array([[1.0, 0.5]]), {})[0] == pytest.approx(np.exp([1.0, 0.5]), rel=1e-14)
    assert n.jacobian([1.0], {})[0, 0] == pytest.approx(np.e, rel=1e-13)


def test_loops_beside_a_kink_use_central_differences(make_system):
    system = make_system(states={"x": "series(x) + abs(x)"}, functions=LOOP)
    n = numeric(system)
    assert n.derivative == "central difference"
    assert n.jacobian([-1.0], {})[0, 0] == pytest.approx(np.exp(-1) - 1, rel=1e-9)


def test_delayed_states_take_the_present_value(make_system):
    system = make_system(states={"x": "-x + a*tanh(x(t - 1))"}, parameters={"a": 2.0})
    assert numeric(system).rhs([0.5], {"a": 2.0}) == pytest.approx(-0.5 + 2 * np.tanh(0.5))
    assert numeric(system).jacobian([0.0], {"a": 2.0})[0, 0] == pytest.approx(1.0)


def test_wrong_arguments_are_told(hh):
    with pytest.raises(ArgumentError, match="4 states"):
        numeric(hh).rhs([1.0], HH_PARAMS)
    with pytest.raises(ArgumentError, match="EL"):
        numeric(hh).rhs(np.zeros(4), {k: v for k, v in HH_PARAMS.items() if k != "EL"})


def test_the_right_hand_side_needs_no_sympy():
    code = (
        "import ast, sys; from brainpy_lab.equations.system import State, System;"
        "from brainpy_lab.symbolic import numeric;"
        "numeric(System('x', (State('x', ast.parse('-x', mode='eval').body),))).rhs([1.0], {});"
        "assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("exponent", "value", "slope"), [
    ("-0.1*V - 2", -2.05, -0.1),
    ("-V/10 - 2", -2.05, -0.1),
    ("-2 - V", -2.5, -1.0),
    ("-(V + 2)/10 - V", -0.75, -1.1),
])  # fmt: skip
def test_one_and_an_exponential_whose_exponent_is_a_sum_of_negative_terms(make_system, exponent, value, slope):
    """SymPy asks whether 1 + exp(...) is zero, and by its own rules never comes to an end without distribution."""
    system = numeric(make_system(states={"V": f"1/(1 + exp({exponent})) - V"}))
    inf = 1 / (1 + np.exp(value))
    assert system.rhs([0.5], {})[0] == pytest.approx(inf - 0.5, abs=1e-15)
    assert system.jacobian([0.5], {})[0, 0] == pytest.approx(-slope * inf * (1 - inf) - 1, abs=1e-14)
    product = numeric(make_system(states={"V": "1/(1 + exp(-V/10)*exp(-2)*exp(-U/5)) - V", "U": "-U"}))
    assert product.rhs([0.5, 1.0], {})[0] == pytest.approx(1 / (1 + np.exp(-2.25)) - 0.5, abs=1e-15)
