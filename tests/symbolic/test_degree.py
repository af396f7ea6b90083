"""Linear or not, told without multiplying everything out."""

import pytest
import sympy

from brainpy_lab.equations import read_text
from brainpy_lab.symbolic import view
from brainpy_lab.symbolic.degree import is_linear

x, a, b = sympy.symbols("x a b")


@pytest.mark.parametrize(
    ("expr", "linear"),
    [
        (a, True),
        (a * x + b, True),
        (sympy.exp(a) * (x - b), True),
        ((x + 1) * (x - 1), False),
        ((x + 1) ** 2 - x**2, True),
        ((x + a) ** 3 - x**3 - 3 * a * x**2, True),
        (x * (1 - x) + x**2, True),
        (1 / x, False),
        (sympy.exp(x), False),
        (sympy.exp(x) * a + x, False),
        (x**a, False),
        (sympy.sqrt(x), False),
        (a * sympy.Piecewise((x, x > 0), (0, True)), False),
        ((a + x) ** 200, False),
    ],
)
def test_linear_in_x(expr, linear):
    assert is_linear(expr, x) is linear


#: Hodgkin and Huxley's equations reduced to a plane: multiplied out, dV/dt has more terms than one can wait for.
REDUCED = """
am = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))
m = am/(am + 4*exp(-(V + 65)/18))
an = 0.01*(V + 55)/(1 - exp(-(V + 55)/10))
dV/dt = 10 - 120*m**3*(0.89 - 1.1*n)*(V - 50) - 36*n**4*(V + 77) - 0.3*(V + 54.4)
dn/dt = an*(1 - n) - 0.125*exp(-(V + 65)/80)*n
"""


def test_a_reduced_hodgkin_huxley_model():
    symbols = view(read_text(REDUCED, name="reduced"))
    pairs = [(i, j) for i in ("V", "n") for j in ("V", "n") if symbols.is_linear_in(j, i)]
    assert pairs == [("n", "n")]


def test_coefficients_are_not_multiplied_out(monkeypatch):
    sizes = []
    expand = sympy.expand
    monkeypatch.setattr(sympy, "expand", lambda e: sizes.append(e.count_ops()) or expand(e))
    symbols = view(read_text(REDUCED, name="reduced without large expressions"))
    assert [symbols.is_linear_in(s, "V") for s in ("V", "n")] == [False, False]
    assert max(sizes, default=0) < 40
