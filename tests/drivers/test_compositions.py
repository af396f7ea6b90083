"""What a step takes composes: random draws with histories and with memory, on every driver with the same numbers."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import MethodError

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]
NOISY_DELAY = """
tau = 0.73; k = 1; I = 0
dx/dt = I - k*{read} + 0.1*xi
when x < 0.5:
    x = 0.6 + 0.4*rand()
x(0) = x0
"""
DRAWING_MEMORY = """
k = 1; I = 0
order(x) = 0.7
dx/dt = I - k*{read}
when x < 0.5:
    x = 0.6 + 0.4*rand()
x(0) = x0
"""
PAIRS = {
    "noise and delay": (NOISY_DELAY, "x(t - tau)", "mean(x(t - tau))", "euler_maruyama"),
    "draws and memory": (DRAWING_MEMORY, "x", "mean(x)", "caputo_pece"),
}
ALONE, MANY = 0.9, np.array([0.7, 0.9, 1.1])


def ran(pair, backend, start=ALONE, *, mixes=False, duration=4.0, **options):
    """A run of one of the pairs; where elements mix, the state is an array."""
    text, plain, mixing, method = PAIRS[pair]
    model = bp.model(
        text.format(read=mixing if mixes else plain), name="Composed", namespace={"x0": start if mixes else 0.9}
    )
    initial = {} if mixes else {"x": start}
    return model.run(duration, dt=0.05, method=method, backend=backend, seed=3, initial=initial, **options)


#: Without forms that take long to compile: mixing on Numba half a minute; alone on JAX the code that "many" has.
FORMS = {"numba": ("alone", "many"), "jax": ("many", "mixing"), "torch": ("alone", "many", "mixing")}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(
    ("backend", "form"),
    [
        pytest.param(d, f, marks=() if f in FORMS.get(d, FORMS["torch"]) else pytest.mark.slow)
        for d in DRIVERS
        for f in ("alone", "many", "mixing")
        if d != "numpy"
    ],
)
def test_all_drivers_give_the_numbers_of_the_reference(backend, form, pair):
    arguments = {"start": ALONE if form == "alone" else MANY, "mixes": form == "mixing", "I": lambda t: 0.1 * t}
    expected, found = ran(pair, "numpy", **arguments), ran(pair, backend, **arguments)
    np.testing.assert_allclose(found["x"], expected["x"], rtol=1e-11, atol=1e-12)
    trains = [next(iter(sol.events.values())) for sol in (expected, found)]
    assert len(trains[0].t) > 2
    np.testing.assert_array_equal(trains[1].t, trains[0].t)
    assert np.isin(np.diff(expected["x"], axis=0) > 0.05, [True]).any()  # resets stand in the course


@pytest.mark.parametrize("backend", [d for d in DRIVERS if d in ("jax", "torch")])
def test_draws_on_a_graded_mesh(backend):
    expected, found = (ran("draws and memory", b, grading=2) for b in ("numpy", backend))
    np.testing.assert_allclose(found["x"], expected["x"], rtol=1e-11)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("backend", [d for d in DRIVERS if d in ("jax", "torch")])
def test_derivatives_go_through_both(backend, pair):
    def last(k, driver):
        return ran(pair, driver, duration=2.0, k=k)["x"][-1]

    step = 1e-6
    slope = (last(1 + step, "numpy") - last(1 - step, "numpy")) / (2 * step)
    if backend == "jax":
        import jax

        found = jax.grad(lambda k: last(k, "jax"))(1.0)  # in single precision, as JAX has it by default
    else:
        import torch

        k = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        last(k, "torch").backward()
        found = k.grad
    assert abs(slope) > 1e-3
    assert float(found) == pytest.approx(float(slope), rel=1e-5)


REFUSED = {
    "noise and memory": (
        "order(x) = 0.7\ndx/dt = -x + 0.1*xi_2",
        "The model 'Composed' has the white noise xi_2, which 'caputo_pece' cannot solve: that needs a method for "
        "stochastic differential equations (SDE).",
        "cell, line 2, column 1:",
    ),
    "delay and memory": (
        "tau = 1\norder(x) = 0.7\ndx/dt = -x(t - tau)",
        "The model 'Composed' has the delay x(t - tau), which 'caputo_pece' cannot solve: that needs a method for "
        "delay differential equations (DDE).",
        "cell, line 3, column 10:",
    ),
}


@pytest.mark.parametrize("pair", REFUSED)
@pytest.mark.parametrize("backend", DRIVERS)
def test_pairs_that_no_method_solves_are_refused_alike(backend, pair):
    text, sentence, place = REFUSED[pair]
    driver = bp.drivers.get(backend)
    compiled = driver.compilations
    with pytest.raises(MethodError) as error:
        bp.model(text, name="Composed").run(1.0, dt=0.1, method="caputo_pece", backend=backend)
    assert [line.strip() for line in str(error.value).split("\n")[:2]] == [sentence, place]
    assert "there is no method for all of this together" in str(error.value)
    assert driver.compilations == compiled
