"""Cells and synapses that the tests of networks are made of."""

from __future__ import annotations

import brainpy_lab as bp

LIF = """
tau = 20; V_rest = -60; V_th = -50; V_reset = -60; t_ref = 2; I = 0
dV/dt = (V_rest - V + I) / tau
V(0) = -60
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""

#: An exponential synapse of conductances.
AMPA = """
E = 0; tau = 5; weight = 0.6
dg/dt = -g/tau
post.I += -g*(post.V - E)
when pre.spike:
    g += weight
"""

#: A spike moves V.
KICK = """
when pre.spike:
    post.V += weight
"""

#: Pair rule with all spikes (Song, Miller & Abbott 2000, doi:10.1038/78829).
STDP = """
tau_pre = 20; tau_post = 20; A = 0.01; B = -0.0105; w_max = 1
weight(0) = 0.5
dx/dt = -x/tau_pre
dy/dt = -y/tau_post
when pre.spike:
    x += A
    weight = clip(weight + y, 0, w_max)
when post.spike:
    y += B
    weight = clip(weight + x, 0, w_max)
"""


def lif(**options: object) -> bp.Model:
    """A leaky integrate-and-fire neuron."""
    return bp.model(LIF, name="LIF", **options)


def synapse(text: str, name: str = "Syn") -> object:
    """A synapse from its text."""
    return bp.model(text, name=name, synapse=True)
