"""Networks of textbooks, written as their papers say them, beside Brian2: spike for spike, and values at the end.

python benchmarks/textbook_networks.py --peer-python ~/brian2/bin/python [--only brunel,diehl]

Connections, states at the start and spikes from outside are one file for both. ``schedule="brian2"`` has Brian2's order
of a step.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from harness import HERE, emit, installed, options
from textbook_further import FURTHER
from textbook_parts import Made, connect, joined, outside, pairs, source, synapse

import brainpy_lab as bp

# --- networks --------------------------------------------------------------------------------------------------------

LIF = """
tau = 20; V_th = 20; V_reset = 10; t_ref = 2
dV/dt = -V/tau
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""


def brunel(rng: np.random.Generator, steps: int) -> Made:
    """Brunel 2000 (doi:10.1023/A:1008925309027) at a tenth of its size, asynchronous and irregular."""
    counts = rng.poisson(0.9, (steps, 1250))
    step, cell = np.nonzero(counts)
    more = counts[step, cell]
    made = joined({"V": rng.uniform(0, 20, 1250)}, rec=pairs(rng, 1250, 1250, 0.1))
    return joined(made | {"counts": counts}, X=(np.repeat(step, more), np.repeat(cell, more)))


def brunel_ours(made: Made, dt: float) -> bp.Network:
    X = source(made, "X", 1250, dt)
    E = bp.NeuGroup(bp.model(LIF, name="LIF"), 1250, name="E", t_ref=1.9, initial={"V": made["V"]})
    kick = "weight = 0.2\nwhen pre.spike:\n    post.V += weight"
    drive = synapse("a", kick, pre=X, post=E, connect=bp.connect.one_to_one())
    weight = np.where(made["rec_pre"] < 1000, 0.2, -1.0)
    return bp.Network(
        X, E, drive, synapse("b", kick, pre=E, post=E, connect=connect(made, "rec"), weight=weight, delay=1.5)
    )


def wang(rng: np.random.Generator, steps: int) -> Made:
    """Wang 2002 (doi:10.1016/S0896-6273(02)01092-9): a saturating NMDA gate, all to all, an eighth of its size."""
    made: Made = {"V": rng.uniform(-60, -52, 200), "VI": rng.uniform(-60, -52, 50)}
    return joined(made, X=outside(rng, 250, 2.4, steps, 0.1))


CELL = """
C = 500; g_L = 25; t_ref = 1.9; g_ext = 2.1; I = 0
dV/dt = (-g_L*(V + 70) - g_ext*s*V + I)/C
ds/dt = -s/2
when V > -50:
    V = -55
    hold(V, t_ref)
"""
NMDA = """
g = 1.3; weight = 1
ds/dt = -s/100 + 0.5*x*(1 - s)
dx/dt = -x/2
post.I += -g*weight*s*post.V/(1 + exp(-0.062*post.V)/3.57)
when pre.spike:
    x += 1
"""


def wang_ours(made: Made, dt: float) -> bp.Network:
    X, cell, option = source(made, "X", 250, dt), bp.model(CELL, name="Cell"), {"method": "euler"}
    E = bp.NeuGroup(cell, 200, name="E", initial={"V": made["V"]}, **option)
    I = bp.NeuGroup(cell, 50, name="I", initial={"V": made["VI"]}, C=200, g_L=20, t_ref=0.9, g_ext=1.62, **option)
    parts = []
    for name, post, first, end, g in (("E", E, 0, 200, 1.3), ("I", I, 200, 250, 1.0)):
        one, every = bp.connect.one_to_one(), {"connect": bp.connect.all_to_all(), "delay": 0.5, "post": post}
        gaba = "g = 10\nds/dt = -s/5\npost.I += -g*s*(post.V + 70)\nwhen pre.spike:\n    s += 1"
        parts += [
            synapse(f"x{name}", "when pre.spike:\n    post.s += 1", pre=X[first:end], post=post, connect=one),
            synapse(f"nmda{name}", NMDA, pre=E, g=g, **every),
            synapse(f"gaba{name}", gaba, pre=I, g=8 * g, **every),
        ]
    return bp.Network(X, E, I, *parts)


def markram(rng: np.random.Generator, steps: int) -> Made:
    """Tsodyks, Uziel and Markram 2000 (doi:10.1523/JNEUROSCI.20-01-j0003.2000): U and tau_rec of each connection."""
    n = 500
    made = joined({"V": rng.uniform(0, 15, n), "I": rng.uniform(14.6, 15.4, n)}, rec=pairs(rng, n, n, 0.1, same=True))
    size, exc = len(made["rec_pre"]), made["rec_pre"] < 400
    U, tau = np.where(exc, rng.uniform(0.3, 0.7, size), 0.04), np.where(exc, rng.uniform(600, 1000, size), 100)
    return made | {"U": U, "tau_rec": tau, "tau_f": np.where(exc, 1.0, 1000.0), "weight": np.where(exc, 5.0, -20.0)}


MARKRAM = """
tau_I = 3; tau_rec = 800; tau_f = 1000; U = 0.5; weight = 1
x(0) = 1; u(0) = 0
dx/dt = (1 - x)/tau_rec
du/dt = -u/tau_f
when pre.spike:
    u += U*(1 - u)
    post.J += weight*u*x
    x -= u*x
"""


def markram_ours(made: Made, dt: float) -> bp.Network:
    cell = bp.model(
        """
        I = 0
        dV/dt = (-V + I + J)/30
        dJ/dt = -J/3
        when V > 15:
            V = 13.5
            hold(V, 2.9)
        """, name="Cell",
    )  # fmt: skip
    E = bp.NeuGroup(cell, 500, name="E", initial={"V": made["V"]}, I=made["I"])
    own = {name: made[name] for name in ("U", "tau_rec", "tau_f", "weight")}
    return bp.Network(E, synapse("rec", MARKRAM, pre=E, post=E, connect=connect(made, "rec"), delay=1.0, **own))


PLASTIC = {
    "song": """
A = 0.005; B = 0.00525
weight(0) = 0.5
dx/dt = -x/20
dy/dt = -y/20
when pre.spike:
    post.g += 0.04*weight
    x += A
    weight = clip(weight - y, 0, 1)
when post.spike:
    y += B
    weight = clip(weight + x, 0, 1)""",
    "van_rossum": """
c = 0.05; d = 0.03
weight(0) = 0.5
dx/dt = -x/20
dy/dt = -y/20
when pre.spike:
    post.g += 0.04*weight
    x += 1
    weight -= d*weight*y
when post.spike:
    y += 1
    weight += c*x""",
    "morrison": """
lam = 0.02; mu = 0.4; alpha = 0.11; w0 = 1
weight(0) = 0.5
dx/dt = -x/15
dy/dt = -y/30
when pre.spike:
    post.g += 0.04*weight
    weight -= lam*alpha*weight*y
    x += 1
when post.spike:
    weight += lam*w0**(1 - mu)*weight**mu*x
    y += 1""",
    "nearest": """
weight(0) = 0.5
dx/dt = -x/16.8
dy/dt = -y/33.7
when pre.spike:
    post.g += 0.04*weight
    weight = clip(weight - 0.02*y, 0, 1)
    x = 1
when post.spike:
    weight = clip(weight + 0.01*x, 0, 1)
    y = 1""",
    "triplets": """
A2p = 5e-3; A3p = 6.2e-3; A2m = 7e-3; A3m = 2.3e-4
weight(0) = 0.5
dr1/dt = -r1/16.8
dr2/dt = -r2/101
do1/dt = -o1/33.7
do2/dt = -o2/125
when pre.spike:
    post.g += 0.04*weight
    weight = clip(weight - o1*(A2m + A3m*r2), 0, 1)
    r1 += 1
    r2 += 1
when post.spike:
    weight = clip(weight + r1*(A2p + A3p*o2), 0, 1)
    o1 += 1
    o2 += 1""",
    "diehl": """
total = 78
weight(0) = 0.5
dx/dt = -x/20
dy1/dt = -y1/20
dy2/dt = -y2/40
when pre.spike:
    post.g += 0.04*weight
    x = 1
    weight = clip(weight - 0.0001*y1, 0, 1)
when post.spike:
    weight = clip(weight + 0.01*x*y2, 0, 1)
    y1 = 1
    y2 = 1
when every(50):
    weight = weight*total/post.sum(weight)""",
    "clopath": """
weight(0) = 0.5
dx/dt = -x/15
dweight/dt = 1e-4*x*maximum(post.V + 58, 0)*maximum(post.up + 62, 0)
when pre.spike:
    post.g += 0.04*weight
    x += 1
    weight -= 1e-3*maximum(post.um + 65, 0)""",
}
LEARNS = """
theta = 0
dV/dt = (-70 - V + g*(0 - V) + 4)/20
dg/dt = -g/5
dum/dt = (V - um)/10
dup/dt = (V - up)/7
dh/dt = -h/1000
um(0) = -70; up(0) = -70
when V > -54 + h:
    V = -60
    h += theta
"""


def learning(rule: str) -> tuple[Callable[..., Made], Callable[..., bp.Network]]:
    """200 Poisson inputs whose weights learn by ``rule``, and ten cells, with delays of each connection."""

    def make(rng: np.random.Generator, steps: int) -> Made:
        made = joined({}, X=outside(rng, 200, 0.02, steps, 0.1), all=pairs(rng, 200, 10, 1.1))
        size = len(made["all_pre"])
        return made | {"weight": rng.uniform(0.3, 1, size), "delay": rng.integers(1, 30, size) * 0.1}

    def ours(made: Made, dt: float) -> bp.Network:
        X = source(made, "X", 200, dt)
        theta = 0.5 if rule == "diehl" else 0.0
        E = bp.NeuGroup(bp.model(LEARNS, name="Cell"), 10, name="E", method="euler", theta=theta, initial={"V": -70})
        own = {"weight": made["weight"], "delay": made["delay"]}
        return bp.Network(X, E, synapse("rec", PLASTIC[rule], pre=X, post=E, connect=connect(made, "all"), **own))

    return make, ours


# --- comparison ------------------------------------------------------------------------------------------------------

Both = tuple[Callable[..., Made], Callable[..., bp.Network], float, float, tuple[str, ...]]
#: Name -> what both are given, the network, duration, dt, and the values of ``rec`` or a group that are compared.
NETWORKS: dict[str, Both] = (
    {
        "brunel": (brunel, brunel_ours, 200.0, 0.1, ()),
        "wang": (wang, wang_ours, 300.0, 0.1, ()),
        "markram": (markram, markram_ours, 500.0, 0.1, ("rec.x", "rec.u")),
    }
    | {rule: (*learning(rule), 1000.0, 0.1, ("rec.weight",)) for rule in PLASTIC}
    | FURTHER
)


def numbers(t: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    """One number for each spike: its step and cell."""
    return np.sort(np.asarray(t, np.int64) * cells + np.asarray(cell, np.int64))


def compared(name: str, python: str, backend: str) -> dict[str, Any]:
    """A line of the table."""
    make, build, duration, dt, values = NETWORKS[name]
    made = make(np.random.default_rng(1), round(duration / dt))
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, **made)
        file.flush()
        command = [python, str(HERE / "peers" / "brian2_textbook.py"), name, file.name, str(duration), str(dt)]
        said = json.loads(
            subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1]
        )
        theirs = dict(np.load(f"{file.name}.out.npz"))
    net = build(made, dt)
    net.schedule = "brian2"
    net.run(duration, dt=dt, backend=backend)
    start = time.process_time()
    sol = net.run(duration, dt=dt, backend=backend, start=0)
    seconds = time.process_time() - start
    line: dict[str, Any] = {"network": name, "spikes": 0, "differ": 0, "first_difference": None}
    for group in (g for g in net.groups if isinstance(g, bp.NeuGroup)):
        events, size = sol[group.name].events["spike"], group.size
        own = numbers(np.rint(np.asarray(events.t) / dt) - 1, np.asarray(events.index), size)
        other = numbers(theirs[f"{group.name}.step"], theirs[f"{group.name}.cell"], size)
        apart = np.setxor1d(own, other)
        line["spikes"] += len(own)
        line["differ"] += len(apart)
        if len(apart):
            first = float(apart[0] // size * dt)
            line["first_difference"] = min(first, line["first_difference"] or first)
    for value in values:
        part, _, key = value.partition(".")
        line[value] = float(np.abs(sol.final[part][key] - theirs[value]).max())
    return line | {"cpu_s": round(seconds, 3), "brian2": said}


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--only", default=",".join(NETWORKS), help="names, with commas between them")
    parser.add_argument("--backend", default="numba")
    arguments = parser.parse_args()
    for python in arguments.peer_python:
        for name in arguments.only.split(","):
            emit(compared(name, python, arguments.backend) | {"versions": installed("brainpy-lab", "numba", "numpy")})


if __name__ == "__main__":
    main()
