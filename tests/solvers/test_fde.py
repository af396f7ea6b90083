"""Fractional methods: reference values, weights, order 1, memory sums, meshes, short memory, events."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import erfcx, gamma

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.solvers import memory_weights

METHODS = [name for name, m in bp.solvers.registry().items() if m.family == "fde"]
SECOND = ["caputo_pece", "caputo_pi"]
DRIVERS = list(bp.drivers.registry())
#: One that remembers slopes and one that remembers states.
EACH = ("caputo_pece", "caputo_l1")
#: Every method on NumPy and Numba; on the others one of each in `make test`, all in `make test-all`.
FAMILIES = [
    pytest.param(d, m, marks=() if d in ("numpy", "numba") or m in EACH else pytest.mark.slow)
    for d in DRIVERS
    for m in METHODS
]

TEXTS = {
    "Relaxation": "a = 0.7\nk = 1\norder(y) = a\ndy/dt = -k*y\ny(0) = 1",
    "Logistic": "a = 0.8\norder(u) = a\ndu/dt = u*(1 - u)\nu(0) = 0.5",
    "DFF": """
a = 0.5
c1 = 1; c2 = 1; c3 = 1
order(y) = a
dy/dt = c1*t**(8 - a) - c2*t**(4 - a/2) + 9/4*c3 + (3/2*t**(a/2) - t**4)**3 - abs(y)**1.5
""",
    "Linear": "c = 1\norder(y) = 0.5\ndy/dt = c*t**1.5 + t**2 - y",
    "BagleyTorvik": """
order(v) = 1/2
order(w) = 1/2
dy/dt = v
dv/dt = w
dw/dt = 1 + t - w - y
y(0) = 1
v(0) = 1
""",
    "TwoOrders": """
c = 1; d = 1
order(x) = 0.6
order(y) = 0.9
dx/dt = c*t**1.4 + (y - t**3)
dy/dt = d*t**2.1 + (x - t**2)
""",
    "LIF": """
a = 0.7; tau = 20; R = 10; I = 1.8; EL = -70
order(V) = a
dV/dt = (EL - V + R*I)/tau**a
V(0) = EL
""",
    "Nonlinear": """
a = 1
order(x) = a
dx/dt = x*cos(t) - x**3/10
x(0) = 1
""",
    "Ordinary": "dx/dt = x*cos(t) - x**3/10\nx(0) = 1",
    "Mixed": """
a = 0.6; b = 0.5; s = 1
order(x) = a
dx/dt = -x + y - 0.1*x**3
dy/dt = s*(x - b*y)
x(0) = 1
""",
    "Spiking": """
a = 0.8; tau = 10; I = 1.5; t_ref = 2
order(V) = a
dV/dt = (I - V)/tau**a
dw/dt = -w/50
when V >= 1:
    V = 0
    w += 1
    hold(V, t_ref)
""",
}


@cache
def model(name):
    return bp.model(TEXTS[name].strip(), name=name)


def final(name, duration, n, state, **run):
    return float(model(name).run(duration, dt=duration / n, record=[], **run).final[state])


def extrapolated(value, exponents, levels=range(6, 15)):
    """Richardson's extrapolation of ``value(2**level)``, an error of each exponent removed in turn."""
    values = [value(2**level) for level in levels]
    for p in exponents:
        if len(values) == 1:
            break
        values = [(2**p * fine - coarse) / (2**p - 1) for coarse, fine in pairwise(values)]
    return values[-1]


def exponents(a):
    """Exponents of the step in the error where the solution is a series in t**a."""
    return sorted({round(m + j * a, 9) for m in range(1, 8) for j in range(40) if m + j * a > 1.001})


# --- reference values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", SECOND)
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("ML_relax_a0.3", marks=pytest.mark.slow),
        "ML_relax_a0.7",
        *(pytest.param(f"ML_relax_a{a}", marks=pytest.mark.slow) for a in (0.8, 0.9, 0.95)),
        pytest.param("ML_osc_a1.2", marks=pytest.mark.slow),
        "ML_osc_a1.5",
    ],
)
def test_mittag_leffler(reference, entry, method):
    found = reference(entry)
    a = found["parameters"]["alpha"]
    times = [0.1, 1.0, 5.0, 10.0] if "relax" in entry else [1.0, 5.0, 10.0]
    levels = range(6, 17) if a < 0.5 else range(6, 15)
    for time, value in zip(times, found["value"], strict=True):
        run = {"method": method, "backend": "numba", "a": a}
        ours = extrapolated(lambda n, t=time, run=run: final("Relaxation", t, n, "y", **run), exponents(a), levels)
        assert ours == pytest.approx(value, abs=found["tolerance"])


@pytest.mark.parametrize("method", SECOND)
@pytest.mark.parametrize("entry", ["frac_logistic_a0.8", "frac_logistic_a0.95"])
def test_fractional_logistic(reference, entry, method):
    found = reference(entry)
    a = found["parameters"]["alpha"]
    for time, value in zip([0.25, 0.5, 1.0], found["value"], strict=True):
        run = {"method": method, "backend": "numba", "a": a}
        ours = extrapolated(lambda n, t=time, run=run: final("Logistic", t, n, "u", **run), exponents(a))
        assert ours == pytest.approx(value, abs=found["tolerance"])


@pytest.mark.parametrize("method", SECOND)
@pytest.mark.parametrize("entry", ["DFF_nonlinear_a0.5", "DFF_nonlinear_a1.25"])
def test_diethelm_ford_freed(reference, entry, method):
    found = reference(entry)
    a = found["parameters"]["alpha"]
    given = {"a": a, "c1": 40320 / gamma(9 - a), "c2": 3 * gamma(5 + a / 2) / gamma(5 - a / 2), "c3": gamma(a + 1)}
    run = {"method": method, "backend": "numba", **given}
    for time, value in zip([0.25, 0.5, 1.0], found["value"], strict=True):
        ours = extrapolated(lambda n, t=time: final("DFF", t, n, "y", **run), exponents(a / 2), range(8, 17))
        assert ours == pytest.approx(value, abs=found["tolerance"])


@pytest.mark.parametrize("method", SECOND)
def test_linear_problem(reference, method):
    found = reference("DFF_linear")
    run = {"method": method, "backend": "numba", "c": 2 / gamma(2.5)}
    ours = extrapolated(lambda n: final("Linear", 1.0, n, "y", **run), exponents(0.5))
    assert ours == pytest.approx(found["value"], abs=found["tolerance"])


@pytest.mark.parametrize("method", METHODS)
def test_bagley_torvik(reference, method):
    found = reference("BagleyTorvik")
    assert final("BagleyTorvik", 5.0, 500, "y", method=method, backend="numba") == pytest.approx(
        found["value"], abs=found["tolerance"]
    )


@pytest.mark.parametrize("method", ["caputo_pi", pytest.param("caputo_pece", marks=pytest.mark.slow)])
def test_two_orders(reference, method):
    found = reference("multi_order_manufactured")
    run = {"method": method, "backend": "numba", "c": 2 / gamma(2.4), "d": 6 / gamma(3.1)}
    for state, value in zip("xy", found["value"], strict=True):
        ours = extrapolated(lambda n, s=state: final("TwoOrders", 1.0, n, s, **run), exponents(0.1), range(8, 17))
        assert ours == pytest.approx(value, abs=found["tolerance"])


@pytest.mark.parametrize("method", SECOND)
def test_fractional_membrane(reference, method):
    found = reference("frac_LIF")
    for time, value in zip([10.0, 50.0], found["value"], strict=True):
        ours = extrapolated(
            lambda n, t=time: final("LIF", t, n, "V", method=method, backend="numba"), exponents(0.7), range(6, 16)
        )
        assert ours == pytest.approx(value, abs=found["tolerance"])


@pytest.mark.parametrize("method", ["caputo_l1", "grunwald_letnikov"])
def test_methods_of_first_order_come_near(reference, method):
    value = reference("ML_relax_a0.7")["value"][1]
    errors = [final("Relaxation", 1.0, n, "y", method=method, backend="numba") - value for n in (2000, 4000, 8000)]
    assert abs(errors[-1]) < 2e-5
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.05)
    assert 2 * errors[2] - errors[1] == pytest.approx(0, abs=2e-6)


# --- weights -------------------------------------------------------------------------------------------------------


def test_grunwald_weights(reference):
    found = reference("GL_weights_a0.5")
    np.testing.assert_allclose(memory_weights.grunwald(0.5, 7), found["value"], rtol=0, atol=found["tolerance"])


@pytest.mark.parametrize("order", [0.3, 0.95, 1.0, 1.5, 2.0])
def test_weights_integrate_their_functions_exactly(order):
    n = 200_000
    lags = np.arange(n)
    # the integral of order a of 1 over n steps, and of t
    assert memory_weights.rectangle(order, lags).sum() == pytest.approx(float(n) ** order, rel=1e-13)
    start = memory_weights.trapezoid_start(order, np.array([n - 1]))
    inner = memory_weights.trapezoid(order, lags[:-1])
    assert inner.sum() + 1 + start[0] == pytest.approx((order + 1) * float(n) ** order, rel=1e-13)
    ramp = (inner * np.arange(n - 1, 0, -1)).sum() + n
    assert ramp == pytest.approx(float(n) ** (order + 1), rel=1e-13)


@pytest.mark.parametrize("order", [0.3, 0.8, 1.0, 1.7])
@pytest.mark.parametrize("grading", [1, 2, 5])
def test_weights_of_meshes(order, grading):
    t = (np.arange(201) / 200.0) ** grading
    assert memory_weights.rectangle_row(order, t).sum() == pytest.approx(1 / gamma(order + 1), rel=1e-13)
    row = memory_weights.trapezoid_row(order, t)
    assert row.sum() == pytest.approx(1 / gamma(order + 1), rel=1e-13)
    assert row @ t == pytest.approx(1 / gamma(order + 2), rel=1e-13)
    if order < 1:
        assert memory_weights.l1_row(order, t) @ np.diff(t) == pytest.approx(1 / gamma(2 - order), rel=1e-12)


# --- order 1 and 2 -------------------------------------------------------------------------------------------------


def test_at_order_1_they_are_methods_for_ordinary_equations():
    exact = model("Ordinary").run(2.0, dt=0.001, method="rk4", backend="numba").final["x"]

    def at(method):
        return final("Nonlinear", 2.0, 200, "x", method=method, backend="numba")

    euler = model("Ordinary").run(2.0, dt=0.01, method="euler", backend="numba").final["x"]
    assert at("grunwald_letnikov") == pytest.approx(euler, abs=1e-13)
    trapezoid, backward = _implicit(0.5), _implicit(1.0)
    assert at("caputo_pi") == pytest.approx(trapezoid, abs=1e-12)
    assert at("caputo_l1") == pytest.approx(backward, abs=1e-12)
    assert at("caputo_pece") == pytest.approx(exact, abs=5e-5)
    errors = [final("Nonlinear", 2.0, n, "x", method="caputo_pece", backend="numba") - exact for n in (200, 400)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


def _implicit(theta):
    """200 steps of the theta method for the same equation, solved by bisection-free Newton to rounding."""
    x, dt = 1.0, 0.01

    def slope(t, x):
        return x * np.cos(t) - x**3 / 10

    for i in range(200):
        t, known = i * dt, x + dt * (1 - theta) * slope(i * dt, x)
        for _ in range(20):
            x -= (x - known - theta * dt * slope(t + dt, x)) / (1 - theta * dt * (np.cos(t + dt) - 0.3 * x**2))
    return x


@pytest.mark.parametrize("method", SECOND)
def test_order_2_is_the_second_derivative(method):
    wave = bp.model("order(x) = 2\ndx/dt = -x\nx(0) = 1\ndx(0) = 0.5", name="Wave")
    values = [wave.run(5.0, dt=5.0 / n, method=method, backend="numba").final["x"] for n in (500, 1000, 2000)]
    exact = np.cos(5.0) + 0.5 * np.sin(5.0)
    assert values[-1] == pytest.approx(exact, abs=3e-6)
    assert (values[0] - exact) / (values[1] - exact) == pytest.approx(4, abs=0.1)


# --- sums over the past --------------------------------------------------------------------------------------------


def _direct(method, a, n, dt, slope, x0):
    """The method by its formulas, all sums taken directly."""
    x, f, y = [x0], [], x0
    for step in range(n):
        k = np.arange(step, -1, -1)  # lags of the slopes at steps 0 ... step
        f.append(slope(step * dt, y))
        if method == "grunwald_letnikov":
            w = memory_weights.grunwald(a, step + 1)[1:]
            y = x0 + dt**a * f[-1] - w @ (np.array(x[::-1]) - x0)
        else:
            b = memory_weights.rectangle(a, k) * dt**a / gamma(a + 1)
            ahead = x0 + b @ f
            c = memory_weights.trapezoid(a, k)
            c[0] = memory_weights.trapezoid_start(a, np.array([step]))[0]
            y = x0 + dt**a / gamma(a + 2) * (c @ f + slope((step + 1) * dt, ahead))
        x.append(y)
    return np.array(x)


@pytest.mark.parametrize("method", ["caputo_pece", "grunwald_letnikov"])
def test_blocks_give_the_direct_sums(driver, method):
    n = 2300 if driver in ("numba", "numpy") else 1100  # more than two blocks of 1,024, or one
    dt = 4.0 / n
    sol = model("Logistic").run(4.0, dt=dt, method=method, backend=driver, initial={"u": 0.1})
    expected = _direct(method, 0.8, n, dt, lambda t, u: u * (1 - u), 0.1)
    np.testing.assert_allclose(sol.u, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("driver", "method"), FAMILIES)
def test_drivers_agree(driver, method):
    run = {"dt": 0.01, "method": method}
    sol = model("Mixed").run(2.0, backend=driver, **run)
    expected = model("Mixed").run(2.0, backend="numpy", **run)
    for state in ("x", "y"):
        np.testing.assert_allclose(sol[state], expected[state], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("driver", "method"), [(d, m) for d in DRIVERS for m in METHODS if d == "numba" or m in EACH])
def test_ensembles_of_orders_and_parameters(driver, method):
    orders, starts = np.linspace(0.3, 1, 5), np.array([[1.0], [2.0]])
    run = {"dt": 0.02, "method": method, "backend": driver}
    sol = model("Mixed").run(4.0, record_every=0.4, a=orders, initial={"x": starts}, **run)
    assert np.asarray(sol.x).shape == (11, 2, 5)
    one = model("Mixed").run(
        4.0, record_every=0.4, dt=0.02, method=method, backend="numpy", a=orders[1], initial={"x": 2}
    )
    np.testing.assert_allclose(np.asarray(sol.x)[:, 1, 1], one.x, rtol=1e-11)
    np.testing.assert_allclose(np.asarray(sol.y)[:, 1, 1], one.y, rtol=1e-11)


def test_a_changed_order_compiles_nothing():
    count = bp.drivers.get("numba")
    model("Mixed").run(1.0, dt=0.1, method="caputo_pece", backend="numba")
    before = count.compilations
    values = {float(model("Mixed").run(1.0, dt=dt, method="caputo_pece", backend="numba", a=a).final["x"])
              for dt in (0.1, 0.05) for a in (0.4, 1.0, 1.5)}  # fmt: skip
    assert len(values) == 6
    assert count.compilations == before


# --- stiffness, meshes, short memory ---------------------------------------------------------------------------------


def test_implicit_methods_are_stable_on_stiff_equations():
    run = {"backend": "numba", "k": 1e6}
    # E_a(-z) = 1/(Gamma(1 - a) z) - 1/(Gamma(1 - 2a) z^2) + ...
    exact = 1 / (gamma(0.3) * 1e6 * 10.0**0.7)
    assert final("Relaxation", 10.0, 100, "y", method="caputo_l1", **run) == pytest.approx(exact, rel=0.02)
    assert final("Relaxation", 10.0, 100, "y", method="caputo_pi", **run) == pytest.approx(exact, abs=1e-4)
    with pytest.warns(RunWarning, match="became nan or infinite"):
        blown = model("Relaxation").run(100.0, dt=0.1, method="caputo_pece", backend="numba", k=1e6)
    assert blown.outcome is Outcome.NON_FINITE
    assert np.isfinite(blown.y).all()


@pytest.mark.parametrize("method", ["caputo_pece", "caputo_pi", "caputo_l1"])
def test_graded_meshes_follow_the_start(driver, method):
    """Largest error over the run: what the solution t^a costs uniform steps near 0, short steps win back."""
    n = 60
    run = {"dt": 1.0 / n, "method": method, "backend": driver, "a": 0.5}
    worst = {}
    for grading in (None, 3.0):
        sol = model("Relaxation").run(1.0, grading=grading, **run)
        assert sol.t[-1] == pytest.approx(1.0, rel=1e-15)
        worst[grading] = float(np.abs(np.asarray(sol.y) - erfcx(np.sqrt(sol.t))).max())  # E_1/2(-z) = erfcx(z)
    assert sol.t[1] == pytest.approx(n**-3.0, rel=1e-12)
    assert worst[3.0] < worst[None] / 2


def test_order_on_a_graded_mesh():
    def error(n):
        sol = model("Relaxation").run(1.0, dt=1.0 / n, method="caputo_pi", backend="numba", a=0.5, grading=4.0)
        return float(np.abs(sol.y - erfcx(np.sqrt(sol.t))).max())

    errors = [error(n) for n in (100, 200, 400)]
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2, abs=0.15)


def test_short_memory_keeps_its_bound():
    run = {"method": "grunwald_letnikov", "backend": "numba", "dt": 0.01}
    whole = model("Relaxation").run(20.0, **run)
    errors, bounds = [], []
    for window in (1.0, 5.0, 20.0):
        sol = model("Relaxation").run(20.0, memory=window, **run)
        stats = sol.stats["short_memory"]
        assert stats["window"] == pytest.approx(window)
        assert stats["steps"] == round(window / 0.01)
        errors.append(float(np.abs(sol.y - whole.y).max()))
        bounds.append(stats["derivative_error"]["y"])
    # y' = -y + defect: an error of the derivative of at most d moves y by at most d
    assert 0 < errors[1] < errors[0]
    assert errors[2] < 1e-12
    assert bounds[2] == 0
    assert all(e <= b + 1e-12 for e, b in zip(errors, bounds, strict=True))


# --- events --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("driver", "method"), FAMILIES)
def test_resets_and_holds(driver, method):
    run = {"dt": 0.1, "method": method}
    sol = model("Spiking").run(60.0, backend=driver, **run)
    expected = model("Spiking").run(60.0, backend="numpy", **run)
    assert len(expected.events["spike"]) >= 3
    np.testing.assert_allclose(sol.events["spike"].t, expected.events["spike"].t, atol=1e-9)
    np.testing.assert_allclose(sol.V, expected.V, atol=1e-11)
    step = round(float(expected.events["spike"].t[0]) / 0.1)
    np.testing.assert_array_equal(expected.V[step : step + 20], 0)  # kept for the refractory period
    assert expected.V[step + 25] > 0


def test_at_order_1_the_neuron_is_the_ordinary_one():
    ordinary = bp.model(TEXTS["Spiking"].replace("order(V) = a\n", "").replace("tau**a", "tau").strip(), name="Plain")
    expected = ordinary.run(60.0, dt=0.01, method="rk4", backend="numba").events["spike"].t
    for method in METHODS:
        found = model("Spiking").run(60.0, dt=0.01, method=method, backend="numba", a=1.0).events["spike"].t
        np.testing.assert_allclose(found, expected, atol=0.06)


def test_a_reset_is_a_jump_of_the_path_for_methods_that_remember_increments():
    """L1 by hand with the increments that resets make: the scheme of Teka, Marinov and Santamaria (2014)."""
    a, tau, dt, n, hold = 0.8, 10.0, 0.1, 600, 20
    V, path, left, spikes = 0.0, [0.0], 0, []
    for step in range(n):
        lags = np.arange(step, 0, -1)
        memory = memory_weights.l1(a, lags) @ np.diff(path) if step else 0.0
        c = dt**a * gamma(2 - a) / tau**a
        new = V if left else (V - memory + c * 1.5) / (1 + c)
        left = max(0, left - 1)
        if new >= 1:
            new, left = 0.0, hold
            spikes.append((step + 1) * dt)
        V = new
        path.append(V)
    sol = model("Spiking").run(60.0, dt=dt, method="caputo_l1", backend="numba")
    np.testing.assert_allclose(sol.events["spike"].t, spikes, atol=1e-9)
    np.testing.assert_allclose(sol.V, path, atol=1e-11)


@pytest.mark.parametrize("method", SECOND)
def test_a_reset_is_a_shift_for_methods_that_remember_slopes(method):
    """x = x(0) + jumps + integral: with a right-hand side that does not see x, a reset moves all that follows."""
    steady = bp.model("order(x) = 0.5\ndx/dt = 1 + 0*x\nwhen x >= 1:\n    x = 0.25", name="Steady")
    sol = steady.run(4.0, dt=0.01, method=method, backend="numba")
    free = np.sqrt(sol.t) / gamma(1.5)
    jumps = np.zeros_like(free)
    for t in sol.events["spike"].t:
        after = round(float(t) / 0.01)
        jumps[after:] += 0.25 - (free[after] + jumps[after])
    assert len(sol.events["spike"]) == 2
    np.testing.assert_allclose(sol.x, free + jumps, atol=1e-12)


# --- continuation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("driver", "method", "name"),
    [("numba", m, name) for m in METHODS for name in ("Mixed", "Spiking")]
    + [(d, "caputo_pece", "Spiking") for d in DRIVERS if d != "numba"],  # the memory is NumPy's on all drivers
)
def test_a_continued_run_equals_a_long_one(driver, method, name):
    run = {"dt": 0.05, "method": method, "backend": driver}
    whole = model(name).run(30.0, **run)
    first = model(name).run(7.0, **run)
    second = model(name).run(12.0, start=first, **run)
    third = model(name).run(11.0, start=second, **run)
    for state in model(name).system.state_names:
        joined = np.concatenate([first[state], second[state][1:], third[state][1:]])
        np.testing.assert_allclose(joined, whole[state], atol=1e-11)


def test_a_saved_run_continues(tmp_path):
    run = {"dt": 0.05, "method": "caputo_pece", "backend": "numba", "a": np.array([0.5, 0.9])}
    whole = model("Mixed").run(8.0, **run)
    for suffix in ("npz", "nc"):
        path = model("Mixed").run(3.0, **run).save(tmp_path / f"run.{suffix}")
        rest = model("Mixed").run(5.0, start=bp.load(path), **run)
        np.testing.assert_allclose(rest.x[-1], whole.x[-1], atol=1e-12)
