"""Derivatives of the right-hand side by parameters, against derivatives by hand and differences."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.symbolic import numeric

#: exp(k*x) by Horner's scheme: no expression of the language.
LOOP = """
def growth(x, k):
    total = 0
    i = 0
    while i < 25:
        total = total*x*k/(25 - i) + 1
        i = i + 1
    return total
"""


def form_of(text):
    model = bp.model(text)
    return numeric(model.system), model.parameters


def differences(form, y, params, name):
    """Fourth-order central differences."""
    step = 1e-3 * max(1.0, abs(params[name]))
    values = {k: form.rhs(y, {**params, name: params[name] + k * step}) for k in (-2, -1, 1, 2)}
    return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)


def test_fitzhugh_nagumo_by_hand():
    form, params = form_of(
        "dV/dt = V - V**3/3 - w + I\ndw/dt = (V + a - b*w)/tau\nI = 0.5\na = 0.7\nb = 0.8\ntau = 12.5"
    )
    V, w = y = np.array([[-1.2, 0.3, 2.0], [0.4, -0.6, 0.1]])
    none, one, tau = np.zeros(3), np.ones(3), 12.5
    exact = [[one, none, none, none], [none, one / tau, -w / tau, -(V + 0.7 - 0.8 * w) / tau**2]]
    np.testing.assert_allclose(form.parameter_jacobian(y, params), exact, rtol=1e-14, atol=0)


def test_hodgkin_huxley_by_hand_and_by_differences():
    model = bp.models.hodgkin_huxley()
    form, params = numeric(model.system), model.parameters
    V, m, h, n = y = np.array([-60.0, 0.1, 0.5, 0.4])
    slopes = dict(zip(params, form.parameter_jacobian(y, params).T, strict=True))
    assert list(slopes) == ["I", "C", "g_Na", "g_K", "g_L", "E_Na", "E_K", "E_L"]
    by_hand = {
        "I": 1.0, "C": -form.rhs(y, params)[0], "g_Na": -(m**3) * h * (V - 50.0), "g_K": -(n**4) * (V + 77.0),
        "E_Na": 120 * m**3 * h, "E_K": 36 * n**4, "E_L": 0.3,
    }  # fmt: skip
    for name, slope in by_hand.items():
        assert slopes[name][0] == pytest.approx(slope, rel=1e-13)
    for name in params:
        assert (slopes[name][1:] == 0).all()
        np.testing.assert_allclose(slopes[name], differences(form, y, params, name), rtol=1e-9, atol=1e-9)


def test_derivatives_are_total():
    form, params = form_of("a = 3\nb = 2*a\nu = b*x\ndx/dt = -u*a")
    assert form.parameter_jacobian([0.5], params).tolist() == [[-4 * 3 * 0.5]]


def test_the_names_asked_for_in_their_order():
    form, params = form_of("dx/dt = a*x + b*x**2 + c\na = 1\nb = 2\nc = 3")
    assert form.parameter_jacobian([2.0], params, by=["c", "a"]).tolist() == [[1.0, 2.0]]
    assert form.parameter_jacobian([2.0], params, by=("b",)).tolist() == [[4.0]]
    assert form.parameter_jacobian(np.ones((1, 3)), params, by=[]).shape == (1, 0, 3)


def test_shapes_broadcast():
    form, params = form_of("dx/dt = a*x\ndy/dt = a**2 + t\na = 1")
    assert form.parameter_jacobian(np.ones((2, 4, 5)), params).shape == (2, 1, 4, 5)
    lanes = form.parameter_jacobian([3.0, 0.0], {"a": np.array([1.0, 2.0])})
    assert lanes.tolist() == [[[3.0, 3.0]], [[2.0, 4.0]]]
    assert form.parameter_jacobian([3.0, 0.0], params, t=np.zeros(6)).shape == (2, 1)  # no slope reads the time


def test_hill_exponents():
    form, params = form_of("dx/dt = x**n/(k**n + x**n)\nn = 2\nk = 0.5")
    x, n, k = 0.3, 2.0, 0.5
    share = x**n / (k**n + x**n)
    by_n = share * (1 - share) * np.log(x / k)
    assert form.parameter_jacobian([x], params).T[0, 0] == pytest.approx(by_n, rel=1e-14)
    assert form.parameter_jacobian([0.0], params).tolist() == [[0.0, 0.0]]  # not nan


def test_delays_and_their_lengths():
    form, params = form_of("dx/dt = -a*x(t - tau)\na = 3\ntau = 2")
    assert dict(zip(params, form.parameter_jacobian([0.5], params)[0], strict=True)) == {"a": -0.5, "tau": 0.0}


def test_loops_use_the_complex_step():
    form, params = form_of("dx/dt = growth(x, a)\na = 0.5\n" + LOOP)
    assert form.derivative == "complex step"
    lanes = form.parameter_jacobian([[1.0, 2.0]], {**params, "a": np.array([0.5, 0.25])})
    np.testing.assert_allclose(lanes[0, 0], np.exp(0.5) * np.array([1.0, 2.0]), rtol=1e-14)


def test_loops_beside_a_kink_use_differences_of_the_parameters_own_size():
    form, params = form_of("dx/dt = I/C + growth(x, 1) + abs(x)\nI = 1e-12\nC = 1e-9\n" + LOOP)
    assert form.derivative == "central difference"
    slopes = dict(zip(params, form.parameter_jacobian([1.0], params)[0], strict=True))
    assert slopes["I"] == pytest.approx(1e9, rel=1e-8)
    assert slopes["C"] == pytest.approx(-1e6, rel=1e-8)


def test_elements_of_array_states_each_for_itself():
    form, params = form_of("dx/dt = -k*x\nx(0) = [1, 2]\nk = 2")
    assert form.parameter_jacobian([[0.5, 0.2]], params, by=["k"]).tolist() == [[[-0.5, -0.2]]]


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        ("W @ x - k*x", "A matrix product has no derivative in scalar form."),
        ("sum(x) - k*x", "No derivative of sum(): it mixes the elements of an array."),
        ("x[0] - k*x", "No derivative of part(): it mixes the elements of an array."),
        ("-x + gammaln(k)", "No derivative of gammaln(): digamma is no function of the language."),
    ],
)
def test_what_has_no_derivative_is_refused_by_name(drift, message):
    form, params = form_of(f"dx/dt = {drift}\nx(0) = [1, 2]\nk = 2\nW = [[0, 1], [1, 0]]")
    with pytest.raises(AnalysisError) as refused:
        form.parameter_jacobian([[0.5, 0.2]], params, by=["k"])
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (["A"], "'A' is no parameter of Line.\n  Did you mean 'a'?"),
        (["x"], "'x' is no parameter of Line."),
        ("a", "by takes a list of parameters.\n  Write by=['a']."),
        (["a", "a"], "The parameter 'a' is given twice."),
    ],
)
def test_wrong_names(by, message):
    form = numeric(bp.model("dx/dt = -a*x\na = 1", name="Line").system)
    with pytest.raises(ArgumentError) as refused:
        form.parameter_jacobian([1.0], {"a": 1.0}, by=by)
    assert str(refused.value) == message
