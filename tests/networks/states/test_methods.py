"""States of connections that are no traces keep the order of the method that the target's group names."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from tests.networks.cells import synapse

#: A gate that saturates, behind a rise (Wang 2002).
NMDA = """
x(0) = 0
dx/dt = -x/2
s(0) = 0
ds/dt = -s/100 + 0.5*x*(1 - s)
when pre.spike:
    x += 1
post.I += s
"""


#: What blocks set stands still within a step: a strength, and how long transmitter has been there.
SET_BY_BLOCKS = {
    "U": NMDA.replace("0.5*x", "U*x").replace("    x += 1", "    x += 1\n    U = U/2") + "U(0) = 1\n",
    "pair": """
x(0) = 0
s(0) = 0
U(0) = 1
dx/dt = -x/2
ds/dt = -s/100 + U*x
when pre.spike:
    x += 1
    U = U/2
post.I += s
""",
    "transmitter": """
last(0) = -1000
s(0) = 0.5
ds/dt = 0.5*exp(-(t - last))*(1 - s) - 0.1*s
when pre.spike:
    last = t
post.I += s
""",
}


def gate(dt: float, method: str | None, backend: str, text: str = NMDA) -> float:
    source = bp.SpikeSource(np.array([1.0, 5.0]), np.array([0, 0]), 1, name="S")
    E = bp.NeuGroup(bp.model("I = 0\ndV/dt = (I - V)/10", name="E"), 1, name="E", method=method)
    kept = {name: "connection" for name in ("x", "s", "U", "last") if f"{name}(0)" in text}
    s = bp.Synapses(pre=source, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="nmda", kept=kept)
    return float(bp.Network(source, E, s).run(10.0, dt=dt, backend=backend).final["nmda"]["s"][0])


def exact() -> float:
    y = np.array([0.0, 0.0])
    for begin, end in ((1.0, 5.0), (5.0, 10.0)):
        y[0] += 1
        y = solve_ivp(
            lambda t, y: (-y[0] / 2, -y[1] / 100 + 0.5 * y[0] * (1 - y[1])), (begin, end), y, rtol=1e-12, atol=1e-14
        ).y[:, -1]
    return float(y[1])


@pytest.mark.parametrize("backend", ["numpy", *(pytest.param(b, marks=pytest.mark.slow) for b in ("numba", "jax"))])
@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("rk2", 2), ("exponential_euler", 1), (None, 1)])
def test_a_saturating_gate_keeps_the_order_of_the_groups_method(method: str | None, order: int, backend: str) -> None:
    coarse, fine = (abs(gate(dt, method, backend) - exact()) for dt in (0.2, 0.1))
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.25)


def exact_of(name: str) -> float:
    """The solutions between the spikes, one after the other."""
    y, U = np.array([0.0, 0.5 if name == "transmitter" else 0.0]), 1.0
    last, begins = -1000.0, 0.0
    for ends in (1.0, 5.0, 10.0):

        def slopes(t: float, y: np.ndarray, U: float = U, last: float = last) -> tuple[float, float]:
            if name == "transmitter":
                return 0.0, 0.5 * np.exp(-(t - last)) * (1 - y[1]) - 0.1 * y[1]
            return -y[0] / 2, -y[1] / 100 + U * y[0] * (1 - y[1] if name == "U" else 1)

        y = solve_ivp(slopes, (begins, ends), y, rtol=1e-12, atol=1e-14).y[:, -1] + [1.0, 0.0]
        U, last, begins = U / 2, ends, ends
    return float(y[1])


@pytest.mark.parametrize("name", SET_BY_BLOCKS)
@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("euler", 1)])
def test_what_blocks_alone_change_takes_no_order_away(name: str, method: str, order: int) -> None:
    coarse, fine = (abs(gate(dt, method, "numpy", SET_BY_BLOCKS[name]) - exact_of(name)) for dt in (0.2, 0.1))
    assert order - 0.25 < np.log2(coarse / fine) < order + 1
