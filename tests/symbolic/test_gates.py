"""Which variables are seen to be gates, and what is found of them."""

import ast

import pytest

from brainpy_lab.symbolic.gates import gate

ALPHA, BETA = "0.1*(V + 40)/(1 - exp(-(V + 40)/10))", "4*exp(-(V + 65)/18)"


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        ("alpha*(1 - m) - beta*m", ("alpha", "alpha + beta", None)),
        ("alpha - (alpha + beta)*m", ("alpha", "alpha + beta", None)),
        ("phi*(alpha*(1 - m) - beta*m)", ("alpha", "alpha + beta", "phi")),
        ("(alpha*(1 - m) - beta*m)/phi", ("alpha", "alpha + beta", "1 / phi")),
        ("2*alpha*(1 - m) - m/cosh(V)", ("2 * alpha", "2 * alpha + 1 / cosh(V)", None)),
    ],
)
def test_gates(make_system, drift, expected):
    rates = {"alpha": ALPHA, "beta": BETA}
    system = make_system(states={"V": "-V", "m": drift}, intermediates=rates, parameters={"phi": 5.0})
    found = gate(system, "m")
    assert found is not None
    parts = (found.opening, found.total, found.factor)
    assert tuple(part and ast.unparse(part) for part in parts) == expected


@pytest.mark.parametrize(
    "drift",
    [
        "alpha*(1 - m) + beta*m",  # a rate of a wrong sign
        "phi*(1 - m) - beta*m",  # of a parameter, which may be negative
        "alpha*(1 - m) - V*m",  # of a state
        "V - alpha*m",  # a fixed point anywhere
        "alpha*(1 - m)*m - beta*m",  # not linear
        "alpha*(1 - m) - own*m",  # a rate that depends on the gate
        "log(2 + V**2)*(1 - m) - beta*m",  # positive, but not by its form
        "0",
    ],
)
def test_what_is_not_seen_to_be_a_gate(make_system, drift):
    rates = {"alpha": ALPHA, "beta": BETA, "own": "exp(m)"}
    system = make_system(states={"V": "-V", "m": drift}, intermediates=rates, parameters={"phi": 5.0})
    assert gate(system, "m") is None
