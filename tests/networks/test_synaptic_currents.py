"""Currents of synapses against their closed forms: dual exponential, alpha, GABA_B, NMDA, short-term plasticity."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import synapse

DT, SPIKES = 0.05, (5.0, 9.0, 11.0)
CELL = "I = 0\ndV/dt = I\nV(0) = 0"
DUAL = "tau_r = 2; tau_d = 7\ndh/dt = -h/tau_r\ndg/dt = -g/tau_d + h\npost.I += g\nwhen pre.spike:\n    h += 1"
ALPHA = "tau = 4\ndh/dt = -h/tau\ndg/dt = (h - g)/tau\npost.I += g\nwhen pre.spike:\n    h += exp(1)"
#: Destexhe, Mainen & Sejnowski 1998: receptors r, G proteins s, of which four open a channel.
GABA_B = """
k2 = 0.15; k3 = 0.2; k4 = 0.05; K = 0.1; E = -95; weight = 1
dr/dt = -k2*r
ds/dt = k3*r - k4*s
post.I += weight*s**4/(s**4 + K)*(E - post.V)
when pre.spike:
    r += 0.3*(1 - r)
"""
#: Jahr & Stevens 1990: magnesium of 1 mM.
NMDA = """
tau = 100; weight = 0.4; E = 0
dg/dt = -g/tau
post.I += -g*(post.V - E)/(1 + exp(-0.062*post.V)/3.57)
when pre.spike:
    g += weight
"""
#: Tsodyks, Pawelzik & Markram 1998.
SHORT_TERM = """
tau_rec = 100; tau_f = 50; U = 0.2; weight = 2
x(0) = 1; u(0) = 0
dx/dt = (1 - x)/tau_rec
du/dt = -u/tau_f
when pre.spike:
    u += U*(1 - u)
    post.V += weight*u*x
    x -= u*x
"""


def run(text: str, cell: str = CELL, duration: float = 40.0, **options: object) -> tuple[bp.Network, object]:
    """One cell that gets three spikes."""
    P = bp.SpikeSource(np.array(SPIKES), np.zeros(3, int), 1, name="P")
    E = bp.NeuGroup(bp.model(cell, name="Cell"), 1, name="E", method=options.pop("method", "exact"))
    s = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="s", **options)
    net = bp.Network(P, E, s)
    states = [n for n in ("g", "s", "r", "x", "u") if f"d{n}/dt" in text]
    return net, net.run(duration, dt=DT, backend="numpy", record={"E": ["V"], "s": states})


def summed(t: np.ndarray, form: object) -> np.ndarray:
    """The sum of what each spike gives."""
    return sum(np.where(t >= s - 1e-9, form(np.maximum(t - s, 0)), 0) for s in SPIKES)


@pytest.mark.parametrize("kept", [{}, {"g": "connection", "h": "connection"}], ids=["lumped", "connection"])
@pytest.mark.parametrize(
    ("text", "form"),
    [
        (DUAL, lambda t: (np.exp(-t / 7) - np.exp(-t / 2)) / (1 / 2 - 1 / 7)),
        (ALPHA, lambda t: t / 4 * np.exp(1 - t / 4)),
    ],
    ids=["dual", "alpha"],
)
def test_conductances_rise_and_decay(text: str, form: object, kept: dict[str, str]) -> None:
    net, sol = run(text, kept=kept)
    assert set(net["s"].homes.of.values()) == ({"connection"} if kept else {"lumped"})
    assert np.abs(sol["s"].g[:, 0] - summed(sol.t, form)).max() < 1e-13


def test_gaba_b_has_its_gates_once_a_presynaptic_cell() -> None:
    net, sol = run(GABA_B, "I = 0\ndV/dt = I - V\nV(0) = -60", method="euler")
    assert set(net["s"].homes.of.values()) == {"pre"}
    r, s, before = 0.0, 0.0, 0.0
    for t in (*SPIKES, 40.0):
        d = t - before
        s = s * np.exp(-0.05 * d) + 0.2 * r * (np.exp(-0.15 * d) - np.exp(-0.05 * d)) / (0.05 - 0.15)
        r, before = r * np.exp(-0.15 * d), t
        r += 0.3 * (1 - r) if t < 40 else 0
    assert abs(sol["s"].s[-1, 0] - s) < 1e-13 and abs(sol["s"].r[-1, 0] - r) < 1e-13
    V, gate = sol["E"].V[:, 0], sol["s"].s[:, 0]
    current = gate**4 / (gate**4 + 0.1) * (-95 - V)
    assert np.allclose(V[1:], V[:-1] + DT * (current[:-1] - V[:-1]), rtol=1e-13)


def test_magnesium_blocks_nmda() -> None:
    net, sol = run(NMDA, "I = 0\ndV/dt = (I - 65 - V)/10\nV(0) = -65", method="euler")
    V, g = sol["E"].V[:, 0], sol["s"].g[:, 0]
    current = -g * V / (1 + np.exp(-0.062 * V) / 3.57)
    assert np.allclose(V[1:], V[:-1] + DT * (current[:-1] - 65 - V[:-1]) / 10, rtol=1e-13)
    assert net["s"].homes.of["g"] == "lumped" and V.max() > -64


def test_short_term_plasticity_goes_from_spike_to_spike() -> None:
    net, sol = run(SHORT_TERM)
    assert set(net["s"].traces.of) == {"x", "u"} and set(net["s"].homes.of.values()) == {"pre"}
    x, u, V, before = 1.0, 0.0, 0.0, 0.0
    for t in SPIKES:
        x, u = 1 + (x - 1) * np.exp((before - t) / 100), u * np.exp((before - t) / 50)
        u += 0.2 * (1 - u)
        V, x, before = V + 2 * u * x, x - u * x, t
    assert abs(sol["E"].V[-1, 0] - V) < 1e-13
    assert abs(sol["s"].x[-1, 0] - (1 + (x - 1) * np.exp(-29 / 100))) < 1e-13
    assert abs(sol["s"].u[-1, 0] - u * np.exp(-29 / 50)) < 1e-13
