"""Every published model is read, cited and runs; those with reference values meet them."""

import re

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import fixed_points
from brainpy_lab.models import PublishedModel, registry

MODELS = registry()


@pytest.mark.parametrize("name", MODELS)
def test_text_has_title_citation_units_and_ranges(name):
    published = MODELS[name]
    system = published.system
    assert published.text.strip().startswith('"""\n# ')
    assert re.search(r"\(\d{4}\)", system.doc)
    assert re.search(r"\]\(https://doi\.org/10\.\d{4,}/\S+\)", system.doc)
    assert system.notes == ()
    assert all(s.initial is not None for s in system.states)
    for parameter in system.parameters:
        low, high = parameter.bounds or (-np.inf, np.inf)
        assert low <= parameter.value <= high


@pytest.mark.parametrize("name", MODELS)
def test_model_runs_and_stays_finite(name):
    model = MODELS[name]()
    sol = model.run(model.duration / 50, backend="numpy", method="euler", dt=model.dt / 4)
    assert sol.outcome.name == "COMPLETED"
    for state in model.system.state_names:
        assert np.isfinite(sol[state]).all()
        assert np.ptp(sol[state]) > 0


def test_models_are_found_under_their_names():
    assert MODELS["fitzhugh_nagumo"] is models.fitzhugh_nagumo
    assert isinstance(models.hodgkin_huxley, PublishedModel)
    assert "hodgkin_huxley" in dir(models)
    assert repr(models.lorenz) == "<PublishedModel Lorenz: Lorenz system>"
    model = models.fitzhugh_nagumo(method="euler", dt=0.2)
    assert (model.name, model.method, model.dt, model.duration) == ("FitzHughNagumo", "euler", 0.2, 200.0)


@pytest.mark.parametrize("current", [7, 10, 20])
def test_spike_times_of_hodgkin_and_huxley(reference, current):
    entry = reference(f"HH_spikes_I{current}")
    sol = models.hodgkin_huxley().run(200.0, method="rkdp", rtol=1e-9, atol=1e-11, I=current, backend="numba")
    np.testing.assert_allclose(sol.events["spike"].t, entry["value"], rtol=0, atol=entry["tolerance"])


@pytest.mark.parametrize(
    ("entry", "published", "duration", "initial", "given"),
    [
        ("FHN_t100", models.fitzhugh_nagumo, 100, {"V": 0, "w": 0}, {"I": 0.8}),
        ("HR_t200", models.hindmarsh_rose, 200, {}, {}),
        ("Lorenz_t1", models.lorenz, 1, {}, {}),
        ("Rossler_t50", models.rossler, 50, {}, {}),
        ("WilsonCowan_t50", models.wilson_cowan, 50, {}, {}),
        ("vdP1_t20", models.van_der_pol, 20, {}, {}),
        ("MPR_t20", models.montbrio_pazo_roxin, 20, {}, {}),
        ("LotkaVolterra", models.lotka_volterra, 10, {}, {}),
        ("Brusselator_HNW", models.brusselator, 20, {}, {}),
    ],
)
def test_end_of_a_run(reference, entry, published, duration, initial, given):
    entry = reference(entry)
    model = published()
    sol = model.run(duration, method="rkdp", rtol=1e-12, atol=1e-13, initial=initial, **given)
    final = [float(sol.final[s]) for s in model.system.state_names]
    np.testing.assert_allclose(final, entry["value"], rtol=0, atol=entry["tolerance"])


def test_period_of_the_quadratic_neuron(reference):
    sol = models.quadratic_integrate_and_fire().run(20, method="rkdp", rtol=1e-11, atol=1e-12, backend="numpy")
    assert np.diff(sol.events["spike"].t) == pytest.approx(reference("QIF_period")["value"], abs=1e-8)


def test_interval_of_the_leaky_neuron():
    model = models.leaky_integrate_and_fire()
    sol = model.run(200, method="rkdp", rtol=1e-10, atol=1e-12, backend="numpy")
    assert np.diff(sol.events["spike"].t) == pytest.approx(5 + 20 * np.log(15 / (15 - 10)), abs=1e-7)


@pytest.mark.parametrize(
    ("entry", "published", "name", "box"),
    [
        ("ML_hopfset_hopf1", models.morris_lecar, "I", {"V": (-80, 60)}),
        ("ML_snlcset067_hopf1", models.morris_lecar_snic, "I", {"V": (-10, 60)}),
        ("INaK_hom_hopf1", models.persistent_sodium_homoclinic, "I", {"V": (-35, 60)}),
        ("INaK_low_hopf1", models.persistent_sodium_low, "I", {"V": (-80, 60)}),
        ("INaK_low_hopf2", models.persistent_sodium_low, "I", {"V": (-80, 60)}),
        ("WC72_lc_hopf1", models.wilson_cowan, "P", {"E": (0.2, 0.5), "I": (0, 0.5)}),
        ("Brusselator_A1_hopf", models.brusselator, "B", {"x": (0, 3)}),
        ("FHNcubic_hopf_high", models.fitzhugh_nagumo_cubic, "I", {"V": (-1, 2)}),
        ("HH54401_hopf1", models.hodgkin_huxley, "I", {"V": (-80, 0)}),
        ("AdEx_BG_hopf", models.adaptive_exponential, "I", {"V": (-75, -50)}),
    ],
)
def test_stability_changes_at_the_hopf_point(reference, entry, published, name, box):
    hopf = reference(entry)["value"]
    model = published()
    given = {"E_L": -54.401} if entry == "HH54401_hopf1" else {}
    rates = []
    for side in (-1, 1):
        points = fixed_points(model, box, **{name: hopf * (1 + side * 1e-6)}, **given)
        rates.append(min((p.eigenvalues.real.max() for p in points), key=abs))
    assert rates[0] * rates[1] < 0
    assert max(map(abs, rates)) < 1e-3


def test_fold_of_the_simple_model(reference):
    fold = reference("Izh_RS_fold")["value"]
    model = models.izhikevich()
    box = {"v": (-100, 0)}
    assert [len(fixed_points(model, box, I=fold + side)) for side in (-1e-4, 1e-4)] == [2, 0]
