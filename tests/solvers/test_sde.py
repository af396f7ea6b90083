"""Stochastic equations as users meet them: references, calculus, refusals, paths, crossings, derivatives."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MethodError

REFERENCES = Path(__file__).resolve().parent.parent / "reference_values.json"
REFERENCE = {e["id"]: e for e in json.loads(REFERENCES.read_text())["entries"]}

OU = bp.model("z = 0; theta = 1; mu = 0; sigma = 0.5\ndx/dt = theta*(mu - x) + sigma*xi\nx(0) = 1", name="OU")
GROWTH = bp.model("a = 1.01; b = 0.87\ndX/dt = a*X + b*X*xi\nX(0) = 0.5", name="Growth")
LIF = """
z = 0; mu = 15; sigma = 5; tau = 20; theta = 20; V_r = 10; t_ref = 2
dV/dt = (mu - V + sigma*sqrt(tau)*xi) / tau
V(0) = 10
when V >= theta:
    V = V_r
    hold(V, t_ref)
"""


def test_ornstein_uhlenbeck_in_one_step_is_exact_in_distribution():
    """Exponential Euler: a run and its mirror image give mean and standard deviation of the one step exactly."""
    run = {"dt": 1.0, "method": "exponential_euler", "record": [], "seed": 2, "backend": "numpy"}
    up, down = (float(OU.run(1.0, sigma=s, **run).final["x"]) for s in (0.5, -0.5))
    normal = float(bp.BrownianPath(1.0, seed=2, duration=1.0).values()[-1])
    mean, variance = REFERENCE["OU_mean"], REFERENCE["OU_var"]
    assert abs((up + down) / 2 - mean["value"]) < mean["tolerance"]
    assert abs(((up - down) / 2 / normal) ** 2 - variance["value"]) < variance["tolerance"]


def test_ornstein_uhlenbeck_in_many_steps():
    final = OU.run(1.0, dt=0.1, method="exponential_euler", record=[], seed=1, z=np.zeros(100_000)).final["x"]
    error = np.sqrt(REFERENCE["OU_var"]["value"] / final.size)
    assert abs(final.mean() - REFERENCE["OU_mean"]["value"]) < 4 * error
    assert abs(final.var() / REFERENCE["OU_var"]["value"] - 1) < 4 * np.sqrt(2 / final.size)


@pytest.mark.parametrize(("method", "tolerance"), [("milstein", 2e-3), ("sri1w1", 5e-5), ("sri2w1", 5e-5)])
def test_growth_along_a_path_with_a_given_end(method, tolerance):
    path = bp.BrownianPath(2.0**-11, seed=3, duration=1.0, end=0.7)
    final = GROWTH.run(1.0, dt=2.0**-11, method=method, noise=path, record=[], backend="numba").final["X"]
    assert abs(final - REFERENCE["SDE_GBM_pathwise"]["value"]) < tolerance


def test_additive_noise_along_a_path_with_a_given_end():
    text = "alpha = 0.1; beta = 0.05\ndX/dt = beta/sqrt(1+t) - X/(2*(1+t)) + alpha*beta/sqrt(1+t)*xi\nX(0) = 1"
    path = bp.BrownianPath(2.0**-12, seed=3, duration=1.0, end=0.7)
    final = bp.model(text).run(1.0, dt=2.0**-12, method="sra1", noise=path, record=[], backend="numba").final["X"]
    assert abs(final - REFERENCE["SDE_additive_pathwise"]["value"]) < 1e-9


def test_kubo_oscillator():
    text = "z = 0; omega = 1; sigma = 0.5\ndx/dt = -omega*y - sigma*y*xi\ndy/dt = omega*x + sigma*x*xi\nx(0) = 1"
    kubo = bp.model(text, calculus="stratonovich")
    final = kubo.run(2.0, dt=0.02, method="heun", record=[], seed=5, z=np.zeros(40_000)).final
    mean = REFERENCE["Kubo_mean"]["value"]
    np.testing.assert_allclose([final["x"].mean(), final["y"].mean()], mean, atol=4 * 0.7 / np.sqrt(40_000))
    np.testing.assert_allclose(np.hypot(final["x"], final["y"]), 1, atol=0.01)


@pytest.mark.parametrize("entry", ["Siegert_mu15_s5", "Siegert_mu10_s10", "Siegert_mu18_s2", "Siegert_mu30_s3"])
def test_siegert_rate_by_the_bridge(entry):
    """At dt = 0.1 ms; without the test between steps the rates are 1.5 to 9 percent too low."""
    given, rate = REFERENCE[entry]["parameters"], REFERENCE[entry]["value"]
    run = {"dt": 0.1, "record": [], "z": np.zeros(2000), "mu": given["mu"], "sigma": given["sigma"]}
    before = bp.model(LIF, name="LIF").run(200, seed=1, crossing="bridge", **run)
    spikes = bp.model(LIF, name="LIF").run(400, start=before, crossing="bridge", **run).events["spike"]
    assert abs(spikes.rate() * 1000 / rate - 1) < 0.01 + 3 / np.sqrt(len(spikes))


@pytest.mark.parametrize("entry", ["Siegert_CV_mu20_s5", "Siegert_CV_mu25_s5", "Siegert_CV_mu18_s2"])
def test_interval_statistics_by_the_bridge(entry):
    given, cv = REFERENCE[entry]["parameters"], REFERENCE[entry]["value"]
    run = {"dt": 0.1, "record": [], "z": np.zeros(300), "mu": given["mu"], "sigma": given["sigma"]}
    spikes = bp.model(LIF, name="LIF").run(8000, seed=1, crossing="bridge", **run).events["spike"]
    intervals = np.concatenate([np.diff(spikes.of(cell)) for cell in range(300)])
    assert abs(intervals.std() / intervals.mean() / cv - 1) < 0.03


def test_perfect_integrator_by_the_bridge():
    text = "mu = 2; sigma = 0.5; z = 0\ndV/dt = mu + sigma*xi\nwhen V >= 1:\n    V = 0"
    sol = bp.model(text).run(60, dt=0.002, record=[], z=np.zeros(300), seed=1, crossing="bridge")
    intervals = np.concatenate([np.diff(sol.events["spike"].of(cell)) for cell in range(300)])
    mean, cv = REFERENCE["PIF_ISI"]["value"]
    assert abs(intervals.mean() - mean) < 0.01 * mean
    assert abs(intervals.std() / intervals.mean() - cv) < 0.01


def test_crossings_are_the_same_on_every_driver(driver):
    run = {"dt": 0.1, "record": ["V"], "seed": 6, "crossing": "bridge", "mu": np.linspace(15, 30, 20)}
    expected = bp.model(LIF, name="LIF").run(40, backend="numpy", **run)
    assert len(expected.events["spike"]) > 20
    sol = bp.model(LIF, name="LIF").run(40, backend=driver, **run)
    np.testing.assert_array_equal(sol.events["spike"].index, expected.events["spike"].index)
    np.testing.assert_allclose(sol.V, expected.V, atol=1e-10)


@pytest.mark.parametrize("method", [n for n, m in bp.solvers.registry().items() if m.handles_noise and n != "sra1"])
def test_both_calculi_converge_to_the_same_path(method):
    """Each method on the Ito equation and on the Stratonovich equation of the same process."""
    ito = bp.model("a = 1; z = 0\ndx/dt = -a**2*sin(x)*cos(x)**3 + a*cos(x)**2*xi\nx(0) = 0.5")
    other = bp.model("a = 1; z = 0\ndx/dt = a*cos(x)**2*xi\nx(0) = 0.5", calculus="stratonovich")
    path = bp.BrownianPath(2.0**-9, seed=5, duration=1.0)
    run = {"dt": 2.0**-9, "method": method, "noise": path, "record": [], "backend": "numpy", "z": np.zeros(50)}
    exact = np.arctan(path.values(shape=50)[-1] + np.tan(0.5))
    for model in (ito, other):
        error = np.sqrt(np.mean((model.run(1.0, **run).final["x"] - exact) ** 2))
        assert error < (0.03 if bp.solvers.get(method).order == 0.5 or method == "exponential_euler" else 3e-3)


def test_milstein_takes_sources_that_commute():
    """Two sources whose amplitudes are proportional: the sum of the processes is one."""
    text = "z = 0; a = 0.5; b = 0.4\ndX/dt = X + a*X*xi_1 + b*X*xi_2\nX(0) = 1"
    path = bp.BrownianPath(2.0**-9, seed=5, duration=1.0)
    first, second = (path.values(source=k, shape=100)[-1] for k in (0, 1))
    exact = np.exp(1 - 0.5 * (0.5**2 + 0.4**2) + 0.5 * first + 0.4 * second)
    for method in ("milstein", "milstein_derivative_free"):
        final = bp.model(text).run(1.0, dt=2.0**-9, method=method, noise=path, record=[], z=np.zeros(100)).final["X"]
        assert np.sqrt(np.mean((final - exact) ** 2)) < 0.01


@pytest.mark.parametrize(
    ("text", "method", "reason", "advice"),
    [
        ("dx/dt = xi_1\ndy/dt = x*xi_2", "sra1", "depends on a state", "milstein.*dri1"),
        ("dx/dt = xi_1\ndy/dt = x*xi_2", "sri1w1", "neither scalar .* nor diagonal", "milstein.*dri1"),
        ("dx/dt = x*xi_1 + x*xi_2", "sri2w1", "neither scalar .* nor diagonal", "milstein"),
        ("dx/dt = -x + xi_1 + xi_2", "sri1w1", "neither scalar .* nor diagonal", "sra1"),
        ("dx/dt = x*xi", "sra1", "depends on a state", "sri1w1"),
        ("dx/dt = x + xi", "rk4", "white noise", "euler_maruyama"),
        ("def f(x):\n    s = 0\n    for i in range(3):\n        s += x**i\n    return s\ndx/dt = f(x)*xi", "milstein",
         "needs derivatives of the amplitudes", "euler_maruyama"),
        ("def f(x):\n    s = 0\n    for i in range(3):\n        s += x**i\n    return s\ndx/dt = f(x)*xi", "heun",
         "needs derivatives of the amplitudes", "euler_maruyama"),
    ],
)  # fmt: skip
def test_noise_that_a_method_cannot_solve_is_refused_with_an_alternative(text, method, reason, advice):
    model = bp.model(text, name="Refused")
    with pytest.raises(MethodError, match=f"(?s){reason}.*{advice}"):
        model.run(1.0, method=method, backend="numba")


@pytest.mark.parametrize("method", ["milstein", "milstein_derivative_free"])
@pytest.mark.parametrize("end", [None, 0.7])
def test_the_levy_area_of_a_path_is_the_same_in_coarse_steps(method, end, driver):
    """da = (x dy - y dx)/2 has the area of the path; a method with the right double integrals has it in any steps."""
    model = bp.model("z = 0\ndx/dt = xi_1\ndy/dt = xi_2\nda/dt = 0.5*(x*xi_2 - y*xi_1)", name="Heisenberg")
    path = bp.BrownianPath(1 / 64, seed=8, duration=1.0, end=end)
    run = {"method": method, "noise": path, "record": [], "backend": driver, "z": np.zeros(200)}
    fine, coarse, whole = (model.run(1.0, dt=dt, **run).final["a"] for dt in (1 / 64, 1 / 8, 1.0))
    np.testing.assert_allclose(coarse, fine, atol=1e-13)
    np.testing.assert_allclose(whole, fine, atol=1e-13)
    x, y = (path.values(shape=200, source=k) for k in (0, 1))
    polygon = 0.5 * (x[:-1] * np.diff(y, axis=0) - y[:-1] * np.diff(x, axis=0)).sum(axis=0)
    assert abs(np.std(fine - polygon) / np.sqrt(1 / 4 / 64) - 1) < 0.2  # areas within the steps


def test_levy_areas_between_noise_of_elements_and_of_one_number_are_refused():
    text = "dr/dt = -r + 0*(W @ r) + 0.3*s*xi_1\nds/dt = -s + mean(r)*xi_2\nr(0) = r0"
    model = bp.model(text, name="Mixed", namespace={"W": np.ones((3, 3)), "r0": np.ones(3)})
    with pytest.raises(MethodError, match="'xi_1' and 'xi_2' do not commute.*\n.*euler_maruyama"):
        model.run(1.0, method="milstein_derivative_free", backend="numpy")


def test_amplitudes_with_loops_are_solved_without_derivatives():
    text = "def f(x):\n    s = 0\n    for i in range(2):\n        s += 0.5*x\n    return s\ndx/dt = f(x)*xi\nx(0) = 1"
    path = bp.BrownianPath(2.0**-10, seed=1, duration=1.0, end=0.5)
    run = {"dt": 2.0**-10, "noise": path, "record": []}
    final = bp.model(text).run(1.0, method="milstein_derivative_free", **run).final["x"]
    assert abs(final - np.exp(0.5 - 0.5)) < 5e-3


def test_single_steps_make_the_path_of_a_run():
    sol = OU.run(1.0, dt=0.1, method="euler_maruyama", backend="numpy")
    model = bp.Model(OU.system, dt=0.1, backend="numpy")
    x = 1.0
    for k in range(10):
        x = model.step(x, 0.1 * k)
    assert abs(x - sol.final["x"]) < 1e-14


def test_nothing_is_interpolated_between_steps_of_a_noisy_path():
    sol = OU.run(1.0, dt=0.1, backend="numpy", record_every=0.5)
    with pytest.raises(ArgumentError, match="noisy path is known at its recorded times alone"):
        sol(0.3)


def test_held_states_have_no_noise():
    text = "dV/dt = 1 + xi\ndw/dt = xi\nV(0) = 2\nwhen V > 1:\n    V = 0\n    hold(V, 5)"
    sol = bp.model(text).run(4.0, dt=0.1, seed=1, backend="numba")
    assert (sol.V[1:] == 0).all()
    assert sol.w[1:].std() > 0.1


def test_one_name_is_one_source():
    sol = bp.model("dx/dt = xi\ndy/dt = 2*xi\ndu/dt = xi_2").run(5.0, dt=0.1, seed=1, backend="numpy")
    np.testing.assert_allclose(sol.y, 2 * sol.x, atol=1e-12)
    assert abs(np.corrcoef(np.diff(sol.x), np.diff(sol.u))[0, 1]) < 0.5


def test_paths_are_shared_between_steps_methods_and_drivers(driver):
    path = bp.BrownianPath(1 / 64, seed=8, duration=1.0)
    w = path.values(shape=5)
    walk = bp.model("z = 0\ndx/dt = xi", name="Walk")
    for dt in (1 / 64, 1 / 16):
        sol = walk.run(1.0, dt=dt, noise=path, backend=driver, z=np.zeros(5))
        np.testing.assert_allclose(sol.x, w[:: round(dt * 64)], atol=1e-13)
    later = walk.run(0.5, dt=1 / 32, noise=path, start=0.5, backend=driver, z=np.zeros(5))
    np.testing.assert_allclose(later.x, w[32::2] - w[32], atol=1e-13)


def test_integrals_of_a_path_are_the_same_in_coarse_steps():
    """dx = W dt has the integral of the path; SRA1 has it from one step as from many."""
    path = bp.BrownianPath(1 / 256, seed=8, duration=1.0)
    model = bp.model("z = 0\ndw/dt = xi\ndx/dt = w", name="Integral")
    run = {"method": "sra1", "noise": path, "record": [], "backend": "numpy", "z": np.zeros(6)}
    fine = model.run(1.0, dt=1 / 256, **run).final["x"]
    np.testing.assert_allclose(model.run(1.0, dt=0.25, **run).final["x"], fine, atol=1e-12)
    np.testing.assert_allclose(path.values(shape=6)[:-1].mean(axis=0), fine, atol=0.05)


def test_paths_that_do_not_fit_are_refused():
    path = bp.BrownianPath(0.1, duration=1.0)
    with pytest.raises(ArgumentError, match="whole multiple of the path's dt"):
        OU.run(1.0, dt=0.15, noise=path)
    with pytest.raises(ArgumentError, match="path ends at t = 1"):
        OU.run(2.0, dt=0.1, noise=path, backend="numpy")
    with pytest.raises(ArgumentError, match="noise must be a BrownianPath"):
        OU.run(1.0, dt=0.1, noise=3)
    with pytest.raises(ArgumentError, match="crossing must be"):
        OU.run(1.0, crossing="between")
    with pytest.raises(ArgumentError, match="has no noise"):
        bp.model("dx/dt = -x").run(1.0, crossing="bridge")


def test_sdeint():
    @bp.sdeint(g=lambda x, y, t, s: (s * x, 0.0), dt=0.01, initial={"x": 1.0})
    def pair(x, y, t, a=1.0, s=0.3):
        return -a * x, x - y

    text = "a = 1; s = 0.3\ndx/dt = -a*x + s*x*xi_x\ndy/dt = x - y\nx(0) = 1"
    same = bp.model(text).run(1.0, dt=0.01, seed=4, backend="numpy")
    np.testing.assert_allclose(pair.run(1.0, seed=4, backend="numpy").x, same.x, atol=1e-14)

    def still(x, y, t):
        return 0.0, 0.0

    shared = bp.sdeint(still, {"xi": 1.0, "xi_2": lambda x, y, t: (0.0, x)}, calculus="stratonovich", name="Shared")
    assert shared.system.calculus == "stratonovich"
    assert shared.method == "euler_heun"
    assert [[n.source for n in s.noise] for s in shared.system.states] == [["xi"], ["xi", "xi_2"]]
    with pytest.raises(ArgumentError, match="calculus must be"):
        bp.sdeint(still, 1.0, calculus="levy")
    with pytest.raises(ArgumentError, match="no name of a noise source"):
        bp.sdeint(still, {"eta": 1.0})


def test_derivatives_through_a_noisy_run():
    model = bp.model("a = 1; s = 0.4\ndx/dt = -a*x + s*x*xi\nx(0) = 1", name="Differentiable")
    run = {"dt": 0.02, "seed": 3, "method": "milstein", "record": []}
    above, below = (model.run(1.0, a=1 + h, backend="numpy", **run).final["x"] for h in (1e-5, -1e-5))
    expected = (above - below) / 2e-5
    if importlib.util.find_spec("torch"):
        import torch

        a = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        model.run(1.0, a=a, backend="torch", **run).final["x"].backward()
        assert abs(float(a.grad) - expected) < 1e-8
    if importlib.util.find_spec("jax"):
        import jax

        slope = jax.grad(lambda a: model.run(1.0, a=a, backend="jax", **run).final["x"])(1.0)
        assert abs(float(slope) - expected) < 1e-5


def test_array_states_have_noise_for_each_element(driver):
    """Elements that mix, beside a state of one number, run alike on every driver."""
    model = bp.model("dr/dt = -r + W @ r + 0.3*xi\nds/dt = -s + sum(r) + xi_s\nr(0) = r0", name="Rates",
                     namespace={"W": 0.1 * np.ones((3, 3)), "r0": np.array([1.0, 2.0, 3.0])})  # fmt: skip
    expected = model.run(1.0, dt=0.05, seed=2, backend="numpy")
    sol = model.run(1.0, dt=0.05, seed=2, backend=driver)
    np.testing.assert_allclose(sol.r, expected.r, atol=1e-12)
    np.testing.assert_allclose(sol.s, expected.s, atol=1e-12)
    assert np.std(np.diff(sol.r, axis=0) - np.diff(sol.r, axis=0)[:, :1]) > 0.01
