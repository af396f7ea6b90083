"""More networks of textbooks: dendritic delays, transmitter in time, dopamine, gap junctions, blocks run every T."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from textbook_parts import Made, connect, joined, outside, pairs, source, synapse

import brainpy_lab as bp

#: What both are given, the network, duration, dt, and the values that are compared.
Both = tuple[Callable[..., Made], Callable[..., bp.Network], float, float, tuple[str, ...]]


def vogels(rng: np.random.Generator, steps: int) -> Made:
    """Vogels, Sprekeler, Zenke, Clopath and Gerstner 2011 (doi:10.1126/science.1211095), a twentieth of its size."""
    made: Made = {"V": rng.uniform(-60, -50, 500)}
    i_pre, i_post = pairs(rng, 100, 400, 0.2)
    return joined(made, exc=pairs(rng, 400, 500, 0.1), inh=(i_pre + 400, i_post))


VOGELS = """
eta = 0.05; alpha = 0.12; w_max = 10
weight(0) = 0.1
dx/dt = -x/20
dy/dt = -y/20
when pre.spike:
    x += 1
    weight = clip(weight + eta*(y - alpha), 0, w_max)
    post.gi += weight
when post.spike:
    y += 1
    weight = clip(weight + eta*x, 0, w_max)
"""


def vogels_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model(
        """
        dV/dt = (-60 - V + ge*(0 - V) + gi*(-80 - V) + 20)/20
        dge/dt = -ge/5
        dgi/dt = -gi/10
        when V > -50:
            V = -60
            hold(V, 4.9)
        """, name="Cell",
    )  # fmt: skip
    E = bp.NeuGroup(cell, 500, name="E", method="euler", initial={"V": made["V"]})
    exc = "when pre.spike:\n    post.ge += 0.3"
    return bp.Network(
        E,
        synapse("exc", exc, pre=E, post=E, connect=connect(made, "exc"), delay=0.8),
        synapse("rec", VOGELS, pre=E, post=E, connect=connect(made, "inh"), delay=0.8, post_delay=0.4),
    )


def destexhe(rng: np.random.Generator, steps: int) -> Made:
    """Destexhe, Mainen and Sejnowski 1998 (Methods in Neuronal Modeling): transmitter for 1 ms, AMPA, GABA_A."""
    made = joined({"V": rng.uniform(-70, -55, 100)}, ampa=pairs(rng, 80, 100, 0.2))
    pre, post = pairs(rng, 20, 100, 0.3)
    made = joined(made, gaba=(pre + 80, post), X=outside(rng, 100, 0.1, steps, 0.1))
    sizes = len(made["ampa_pre"]), len(pre)
    return made | {"ampa_w": rng.uniform(0.01, 0.03, sizes[0]), "gaba_w": rng.uniform(0.05, 0.15, sizes[1])}


GATE = """
a = 1.1; b = 0.19; E = 0; weight = 0.02
last(0) = -1000
dr/dt = a*heaviside(0.95 - (t - last), 1)*(1 - r) - b*r
post.I += weight*r*(E - post.V)
when pre.spike:
    last = t
"""


def destexhe_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model(
        """
        I = 0
        dV/dt = (-70 - V + g*(0 - V) + 10*I)/20
        dg/dt = -g/5
        when V > -54:
            V = -65
            hold(V, 1.9)
        """, name="Cell",
    )  # fmt: skip
    X = source(made, "X", 100, dt)
    E = bp.NeuGroup(cell, 100, name="E", method="euler", initial={"V": made["V"]})
    rules = {"ampa": (1.1, 0.19, 0.0), "gaba": (5.0, 0.18, -80.0)}
    gates = [
        synapse(n, GATE, pre=E, post=E, connect=connect(made, n), weight=made[f"{n}_w"], a=a, b=b, E=e)
        for n, (a, b, e) in rules.items()
    ]
    kick = synapse("x", "when pre.spike:\n    post.g += 0.4", pre=X, post=E, connect=bp.connect.one_to_one())
    return bp.Network(X, E, kick, *gates)


def dopamine(rng: np.random.Generator, steps: int) -> Made:
    """Izhikevich 2007 (doi:10.1093/cercor/bhl152): pairs mark connections, dopamine moves their weights later."""
    made = joined({}, X=outside(rng, 200, 0.02, steps, 0.1), R=outside(rng, 1, 0.01, steps, 0.1))
    return joined(made | {"weight": rng.uniform(0.3, 1, 2000)}, all=pairs(rng, 200, 10, 1.1))


DOPAMINE = """
tau_c = 1000
weight(0) = 0.5
dx/dt = -x/20
dy/dt = -y/20
dc/dt = -c/tau_c
dweight/dt = 0.001*c*post.D
when pre.spike:
    post.g += 0.04*weight
    x += 1
    c -= 0.15*y
when post.spike:
    y += 1
    c += 0.1*x
"""


def dopamine_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model(
        """
        dV/dt = (-70 - V + g*(0 - V) + 4)/20
        dg/dt = -g/5
        dD/dt = -D/200
        when V > -54:
            V = -60
        """, name="Cell",
    )  # fmt: skip
    X, R = source(made, "X", 200, dt), source(made, "R", 1, dt)
    E = bp.NeuGroup(cell, 10, name="E", method="euler", initial={"V": -70})
    reward = synapse("reward", "when pre.spike:\n    post.D += 0.5", pre=R, post=E, connect=bp.connect.all_to_all())
    rec = synapse("rec", DOPAMINE, pre=X, post=E, connect=connect(made, "all"), weight=made["weight"])
    return bp.Network(X, R, E, rec, reward)


def gap(rng: np.random.Generator, steps: int) -> Made:
    """Gap junctions (Kopell and Ermentrout 2004, doi:10.1073/pnas.0406343101), and inhibition at another event.

    The cells are FitzHugh–Nagumo's; the event is that V comes down.
    """
    mask = np.triu(rng.random((60, 60)) < 0.1, 1)
    made = joined({"V": rng.uniform(-1, 1, 60), "drive": rng.uniform(0.4, 0.7, 60)}, gap=np.nonzero(mask | mask.T))
    return joined(made, down=pairs(rng, 60, 60, 0.05, same=True))


def gap_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model(
        """
        I = 0; drive = 0.5
        dV/dt = (V - V**3/3 - w + drive + I)/0.5
        dw/dt = 0.08*(V + 0.7 - 0.8*w)
        is_up(0) = 0
        when V > 1 and is_up < 0.5 as spike:
            is_up = 1
        when V < 0 and is_up > 0.5 as down:
            is_up = 0
        """, name="Cell",
    )  # fmt: skip
    E = bp.NeuGroup(cell, 60, name="E", method="euler", drive=made["drive"], initial={"V": made["V"]})
    junction = "weight = 0.05\npost.I += weight*(pre.V - post.V)"
    down = "when pre.down:\n    post.w += 0.1"
    return bp.Network(
        E,
        synapse("junction", junction, pre=E, post=E, connect=connect(made, "gap")),
        synapse("inhibition", down, pre=E, post=E, connect=connect(made, "down"), delay=2.0),
    )


def zenke(rng: np.random.Generator, steps: int) -> Made:
    """Zenke, Agnes and Gerstner 2015 (doi:10.1038/ncomms7922): triplets, heterosynaptic terms, a slow reference."""
    made = joined({}, X=outside(rng, 200, 0.02, steps, 0.1), all=pairs(rng, 200, 10, 1.1))
    return made | {"weight": rng.uniform(0.3, 1, 2000)}


ZENKE = """
ref(0) = 0.5
weight(0) = 0.5
dx/dt = -x/20
dy/dt = -y/20
dz/dt = -z/100
when pre.spike:
    post.g += 0.04*weight
    x += 1
    weight = clip(weight - 0.01*y + 0.0005, 0, 1)
when post.spike:
    weight = clip(weight + 0.004*x*z - 0.0001*(weight - ref)*z**3, 0, 1)
    y += 1
    z += 1
when every(50):
    ref = ref + 0.05*(weight - ref - 20*ref*(0.25 - ref)*(0.5 - ref))
"""


def zenke_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model("dV/dt = (-70 - V + g*(0 - V) + 4)/20\ndg/dt = -g/5\nwhen V > -54:\n    V = -60", name="Cell")
    X = source(made, "X", 200, dt)
    E = bp.NeuGroup(cell, 10, name="E", method="euler", initial={"V": -70})
    rec = synapse("rec", ZENKE, pre=X, post=E, connect=connect(made, "all"), weight=made["weight"], post_delay=0.7)
    return bp.Network(X, E, rec)


FURTHER: dict[str, Both] = {
    "vogels": (vogels, vogels_ours, 500.0, 0.1, ("rec.weight",)),
    "destexhe": (destexhe, destexhe_ours, 300.0, 0.1, ()),
    "dopamine": (dopamine, dopamine_ours, 1000.0, 0.1, ("rec.weight", "rec.c")),
    "gap": (gap, gap_ours, 300.0, 0.1, ("E.V",)),
    "zenke": (zenke, zenke_ours, 1000.0, 0.1, ("rec.weight", "rec.ref")),
}
