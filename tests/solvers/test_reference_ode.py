"""The problems of the category ode_reference, each within its tolerance, on the compiled driver."""

import json
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp

from . import stiff

ENTRIES = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["entries"]
REFERENCE = {e["id"]: e for e in ENTRIES if e["category"] == "ode_reference"}

#: Equations, length of the run and initial values in the order of the entry's.
SMOOTH = {
    "LotkaVolterra": ("dx/dt = 1.5*x - x*y\ndy/dt = x*y - 3*y", 10.0),
    "Brusselator_HNW": ("dx/dt = 1 + x**2*y - 4*x\ndy/dt = 3*x - x**2*y", 20.0),
    "Arenstorf": (
        "mu = 0.012277471\nnu = 1 - mu\nD1 = ((x + mu)**2 + y**2)**1.5\nD2 = ((x - nu)**2 + y**2)**1.5\n"
        "dx/dt = u\ndy/dt = v\ndu/dt = x + 2*v - nu*(x + mu)/D1 - mu*(x - nu)/D2\n"
        "dv/dt = y - 2*u - nu*y/D1 - mu*y/D2",
        17.065216560157964,
    ),
    "vdP1_t20": ("dx/dt = y\ndy/dt = (1 - x**2)*y - x", 20.0),
    "Lorenz_t1": ("dx/dt = 10*(y - x)\ndy/dt = x*(28 - z) - y\ndz/dt = x*y - 8/3*z", 1.0),
    "Lorenz_t10": ("dx/dt = 10*(y - x)\ndy/dt = x*(28 - z) - y\ndz/dt = x*y - 8/3*z", 10.0),
    "Lorenz_t20": ("dx/dt = 10*(y - x)\ndy/dt = x*(28 - z) - y\ndz/dt = x*y - 8/3*z", 20.0),
    "Rossler_t50": ("dx/dt = -y - z\ndy/dt = x + 0.2*y\ndz/dt = 0.2 + z*(x - 5.7)", 50.0),
    "RigidBody_t12": ("dx/dt = y*z\ndy/dt = -x*z\ndz/dt = -0.51*x*y", 12.0),
    "HenonHeiles_t100": ("dx/dt = p\ndy/dt = q\ndp/dt = -x - 2*x*y\ndq/dt = -y - x**2 + y**2", 100.0),
    "FHN_t100": ("dx/dt = x - x**3/3 - y + 0.8\ndy/dt = (x + 0.7 - 0.8*y)/12.5", 100.0),
    "HR_t200": (
        "dx/dt = y - x**3 + 3*x**2 - z + 3.25\ndy/dt = 1 - 5*x**2 - y\ndz/dt = 0.006*(4*(x + 1.6) - z)", 200.0,
    ),
    "MPR_t20": ("dx/dt = 1/pi + 2*x*y\ndy/dt = y**2 - 4 + 15*x - pi**2*x**2", 20.0),
}  # fmt: skip
#: Chaos multiplies one rounding error by 1e8: between 3e-11 and 5e-10 is left, according to where steps end.
OUT_OF_REACH = {"Lorenz_t20": 1e-9}


def final_values(model, duration, entry, **run):
    names = model.system.state_names
    initial = dict(zip(names, entry["parameters"]["y0"], strict=True))
    final = model.run(duration, initial=initial, record=[], **run).final
    return np.array([final[n] for n in names])


def assert_reached(entry, values, limit=None):
    expected = np.array(entry["value"])
    scale = np.abs(expected) if entry["tolerance_kind"] == "rel" else 1.0
    assert (np.abs(values - expected) / scale).max() <= (limit or entry["tolerance"])


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_problems(name):
    text, duration = SMOOTH[name]
    entry = REFERENCE[name]
    values = final_values(bp.model(text, name=name), duration, entry, method="dop853", rtol=1e-14, atol=1e-15)
    assert_reached(entry, values, OUT_OF_REACH.get(name))


def test_wilson_and_cowan():
    entry = REFERENCE["WilsonCowan_t50"]
    model = bp.models.wilson_cowan()
    E, I = model.system.state_names[:2]
    start = dict(zip((E, I), entry["parameters"]["y0"], strict=True))
    final = model.run(50.0, method="dop853", rtol=1e-13, atol=1e-15, P=1.25, initial=start, record=[]).final
    assert_reached(entry, np.array([final[E], final[I]]))


def test_period_of_the_quadratic_neuron():
    entry = REFERENCE["QIF_period"]
    model = bp.model("dV/dt = V**2 + 0.5\nV(0) = -10\nwhen V >= 10:\n    V = -10", name="Quadratic")
    times = model.run(20.0, method="dop853", rtol=1e-13, atol=1e-13).events["spike"].t
    np.testing.assert_allclose(np.diff(times), entry["value"], atol=entry["tolerance"])


@pytest.mark.parametrize("name", ["HH_spikes_I7", "HH_spikes_I10", "HH_spikes_I20"])
@pytest.mark.parametrize("method", ["dop853", "rodas4"])
def test_spikes_of_hodgkin_and_huxley(name, method):
    entry = REFERENCE[name]
    run = {"rtol": 1e-10, "atol": 1e-12, "I": entry["parameters"]["I"], "method": method}
    spikes = bp.models.hodgkin_huxley().run(200.0, **run).events["spike"].t
    np.testing.assert_allclose(spikes, entry["value"], rtol=0, atol=entry["tolerance"])


@pytest.mark.parametrize("name", stiff.PROBLEMS)
def test_stiff_problems(name):
    problem = stiff.PROBLEMS[name]
    entry = REFERENCE[name]
    run = {"method": "rodas4", "rtol": problem.rtol, "atol": problem.atol}
    assert_reached(entry, final_values(problem.model(), problem.duration, entry, **run))


def test_every_entry_is_tested():
    named = {
        *SMOOTH,
        *stiff.PROBLEMS,
        "WilsonCowan_t50",
        "QIF_period",
        "HH_spikes_I7",
        "HH_spikes_I10",
        "HH_spikes_I20",
    }
    assert named == set(REFERENCE)
