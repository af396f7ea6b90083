"""Second and third derivatives along directions: polynomials by hand, differences, and first Lyapunov coefficients."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.symbolic import numeric

RNG = np.random.default_rng(1)


def form_of(text):
    model = bp.model(text)
    return numeric(model.system), model.parameters


def lyapunov_coefficient(form, y, params):
    """l1 of a Hopf point, Kuznetsov (5.62), with <q, q> = <p, q> = 1."""
    A = form.jacobian(y, params)
    values, vectors = np.linalg.eig(A)
    k = np.argmax(values.imag)
    omega, q = values[k].imag, vectors[:, k]
    left, adjoint = np.linalg.eig(A.T)
    p = adjoint[:, np.argmin(abs(left + 1j * omega))]
    p = p / (p.conj() @ q).conj()
    one = np.eye(len(y))

    def B(u, v):
        return form.directional(y, [u, v], params)

    h20 = np.linalg.solve(2j * omega * one - A, B(q, q))
    h11 = np.linalg.solve(A, B(q, q.conj()))
    g21 = form.directional(y, [q, q, q.conj()], params) - 2 * B(q, h11) + B(q.conj(), h20)
    return (p.conj() @ g21).real / (2 * omega)


# --- known values ------------------------------------------------------------------------------------------------


def test_polynomials_by_hand():
    form, params = form_of("dx/dt = a*x**2*y + y**3\ndy/dt = 5*x*y - x\na = 2")
    x, y = 0.7, -1.3
    u, v, w = RNG.normal(size=(3, 2))
    second = [
        4 * y * u[0] * v[0] + 4 * x * (u[0] * v[1] + u[1] * v[0]) + 6 * y * u[1] * v[1],
        5 * (u[0] * v[1] + u[1] * v[0]),
    ]
    mixed = u[0] * v[0] * w[1] + u[0] * v[1] * w[0] + u[1] * v[0] * w[0]
    np.testing.assert_allclose(form.directional([x, y], [u, v], params), second, rtol=1e-13)
    third = form.directional([x, y], [u, v, w], params)
    np.testing.assert_allclose(third, [4 * mixed + 6 * u[1] * v[1] * w[1], 0.0], rtol=1e-13)
    assert form.directional([x, y], [u, v, w, u], params).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("a", "b", "omega"), [(-1.0, 0.0, 1.0), (0.5, 3.0, 2.0)])
def test_the_hopf_normal_form(a, b, omega):
    form, params = form_of(
        "r = x**2 + y**2\ndx/dt = mu*x - om*y + (a*x - b*y)*r\ndy/dt = om*x + mu*y + (b*x + a*y)*r\n"
        "mu = 0\nom = 1\na = 1\nb = 1"
    )
    params |= {"a": a, "b": b, "om": omega}
    assert lyapunov_coefficient(form, np.zeros(2), params) == pytest.approx(2 * a / omega, rel=1e-13)


def test_an_oscillator_whose_damping_is_quadratic():
    form, params = form_of("dx/dt = y\ndy/dt = (mu - x**2)*y - x\nmu = 0")
    assert lyapunov_coefficient(form, np.zeros(2), params) == pytest.approx(-0.25, rel=1e-13)


def test_quadratic_terms_count():
    """By formula (3.4.11) of Guckenheimer and Holmes the radius grows with a b r^3/8; in the scale of (5.62), a b/4."""
    form, params = form_of("dx/dt = y\ndy/dt = -x + a*x*y + b*x**2\na = 1\nb = 1")
    for a, b in ((1.0, 1.0), (2.0, -3.0)):
        found = lyapunov_coefficient(form, np.zeros(2), {**params, "a": a, "b": b})
        assert found == pytest.approx(a * b / 4, rel=1e-12)


# --- against differences -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("V", [-60.0, -55.0, -40.0, -40.00001])  # rates are 0/0 at -55 and -40
def test_hodgkin_huxley_against_differences(V):
    model = bp.models.hodgkin_huxley()
    form, params = numeric(model.system), model.parameters
    y = np.array([V, 0.1, 0.5, 0.4])
    u, v, w = RNG.normal(size=(3, 4)) * [[1], [0.5], [2]]

    def slope(function, direction):
        h = 1e-3
        values = {k: function(y + k * h * direction) for k in (-2, -1, 1, 2)}
        return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * h)

    first = form.directional(y, [u], params)
    np.testing.assert_allclose(first, form.jacobian(y, params) @ u, rtol=1e-12, atol=1e-13)
    second = slope(lambda z: form.jacobian(z, params) @ u, v)
    np.testing.assert_allclose(form.directional(y, [u, v], params), second, rtol=1e-8, atol=1e-9)
    third = slope(lambda z: form.directional(z, [u, v], params), w)
    np.testing.assert_allclose(form.directional(y, [u, v, w], params), third, rtol=1e-8, atol=1e-9)


def test_mixed_derivatives_with_parameters():
    form, params = form_of("u = a*x**2\ndx/dt = u*b + a**3\na = 2\nb = 3")
    by_x_and_a = form.directional([0.5], [[1, 0, 0], [0, 1, 0]], params, by=["a", "b"])
    by_a_twice = form.directional([0.5], [[0, 1], [0, 1]], params, by=["a"])
    all_three = form.directional([0.5], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], params, by=["a", "b"])
    assert [by_x_and_a[0], by_a_twice[0], all_three[0]] == pytest.approx([2 * 3 * 0.5, 6 * 2, 2 * 0.5], rel=1e-14)


def test_symmetry_shapes_and_complex_directions():
    form, params = form_of("s = expit(x - y)\ndx/dt = s*y - exp(-x*y)\ndy/dt = x*tanh(y)")
    y, u, v = RNG.normal(size=(3, 2, 5))
    at = form.directional(y, [u, v], params)
    assert at.shape == (2, 5)
    np.testing.assert_allclose(at, form.directional(y, [v, u], params), rtol=1e-12)
    q = u + 1j * v
    expected = form.directional(y, [u, u], params) - form.directional(y, [v, v], params) + 2j * at
    np.testing.assert_allclose(form.directional(y, [q, q], params), expected, rtol=1e-10)
    assert form.directional(y[:, 0], [u, v[:, 0]], params).shape == (2, 5)


def test_delayed_states_take_the_present_value():
    form, params = form_of("dx/dt = -x + x**2*x(t - 1)")
    assert form.directional([2.0], [[1.0], [1.0]], params)[0] == pytest.approx(12.0)  # of x**3


def test_hill_functions_at_zero():
    form, params = form_of("dx/dt = x**n/(1 + x**n)\nn = 2")
    assert form.directional([0.0], [[1.0], [1.0]], params)[0] == pytest.approx(2.0)
    assert form.directional([0.0], [[1.0]] * 3, params)[0] == pytest.approx(0.0)


# --- what it refuses ---------------------------------------------------------------------------------------------


def test_wrong_directions():
    form = numeric(bp.model("dx/dt = a*x\ndy/dt = x\na = 1", name="Two").system)
    for directions, message in (
        ([], "There are 0 directions.\n  Give 1 to 5, as a list: [u, v]."),
        ([[1, 0, 0]], "A direction has shape (3,); it must have 2 components along the first axis."),
        ([1.0, 2.0], "A direction has shape (); it must have 2 components along the first axis."),
    ):
        with pytest.raises(ArgumentError) as refused:
            form.directional([1.0, 2.0], directions, {"a": 1.0})
        assert str(refused.value) == message
    with pytest.raises(ArgumentError, match="'b' is no parameter of Two"):
        form.directional([1.0, 2.0], [[1, 0, 0]], {"a": 1.0}, by=["b"])


def test_loops_have_no_exact_second_derivative():
    text = "def f(x):\n    while x > 1:\n        x = x/2\n    return x\ndx/dt = f(x)"
    with pytest.raises(AnalysisError, match="No exact derivative of 'x': a helper function in it has"):
        numeric(bp.model(text).system).directional([3.0], [[1.0], [1.0]], {})


# --- every function of the language ------------------------------------------------------------------------------

#: Expressions of x, at places where they bend.
SHAPES = [
    *(f"{name}(x)" for name in ("exp", "log", "log10", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "arcsin")),
    *(f"{name}(x)" for name in ("arccos", "arctan", "sinh", "cosh", "tanh", "exprel", "erf", "erfc", "expit")),
    "logaddexp(x, 2*x)", "abs(x)**3", "minimum(x, 0)**3 + x**4", "maximum(x, -x)**3", "clip(x**3, 0, 9)",
    "sign(x)*x**4", "x**3 if x > 0.1 else x", "where(x < 0.1, x, x**5)", "x**a", "a**x", "x**x", "(x**4) % 7",
    "floor(9*x)*x**4", "x/(1 - exp(-x))", "heaviside(x, 0.5)*x**5",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_second_and_third_derivatives_of_every_function(shape):
    form, params = form_of(f"dx/dt = {shape}\na = 2.5")
    one, h = [1.0], 1e-3
    for order in (2, 3):

        def lower(x, order=order):
            return form.directional([x], [one] * (order - 1), params)[0]

        near, far = (lower(0.37 + k * h) - lower(0.37 - k * h) for k in (1, 2))
        assert form.directional([0.37], [one] * order, params)[0] == pytest.approx(
            (8 * near - far) / (12 * h), rel=1e-7
        )


def test_series_of_exprel():
    """exprel(x) = sum of x**k/(k + 1)!, so its k-th derivative at 0 is 1/(k + 1)."""
    form, params = form_of("dx/dt = exprel(x)")
    found = [form.directional([0.0], [[1.0]] * order, params)[0] for order in (1, 2, 3, 4, 5)]
    assert found == pytest.approx([1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6], rel=1e-14)
