"""The COBA network of 4,000 cells, 1 s at dt 0.1 ms, on one thread.

python benchmarks/coba.py
"""

from __future__ import annotations

import numpy as np
from harness import Contender, compare, installed, options
from kernels import coba

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.1


def built(made: dict[str, np.ndarray]) -> bp.Network:
    """The network of groups and synapses."""
    cells = bp.model(coba.CELL, name="COBA")
    initial = {name: made[name] for name in ("V", "ge", "gi")}
    G = bp.NeuGroup(cells, coba.CELLS, name="G", method="exponential_euler", initial=initial)
    synapses, is_exc = [], made["pre"] < coba.EXCITATORY
    sides = (("exc", "ge", 0.6, G[: coba.EXCITATORY], is_exc, 0),)
    sides += (("inh", "gi", 6.7, G[coba.EXCITATORY :], ~is_exc, coba.EXCITATORY),)
    for name, target, weight, pre, chosen, first in sides:
        kick = bp.model(f"when pre.spike:\n    post.{target} += weight", name=name, synapse=True)
        connect = bp.connect.pairs(made["pre"][chosen] - first, made["post"][chosen], autapses=True)
        synapses.append(bp.Synapses(pre=pre, post=G, model=kick, connect=connect, weight=weight, name=name))
    return bp.Network(G, *synapses, name="COBA")


def main() -> None:
    arguments = options(__doc__, repeats=7).parse_args()
    made = coba.network()
    net = built(made)

    def by_hand(repeat: int) -> int:
        states = [made[name].copy() for name in ("V", "ge", "gi")]
        return int(coba.run(made["start"], made["post"], *states, DT, round(DURATION / DT)))

    def ours(repeat: int) -> int:
        sol = net.run(DURATION, dt=DT, start=0, backend="numba")
        return len(sol["G"].events["spike"])

    contenders = [
        Contender("hand-written numba", by_hand, installed("numba", "numpy")),
        Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
    ]
    compare("coba", contenders, repeats=arguments.repeats, difference=lambda a, b: float(abs(a - b)), tolerance=0.5)


if __name__ == "__main__":
    main()
