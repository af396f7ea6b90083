"""The COBA network, 1 s at dt 0.1 ms, on one thread: 4,000 cells, or more with as many connections each.

python benchmarks/coba.py [--cells 20000] [--peer-python PATH]
"""

from __future__ import annotations

import subprocess
import tempfile

import numpy as np
from harness import Contender, Peer, Timed, compare, installed, options
from kernels import coba

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.1


def built(made: dict[str, np.ndarray]) -> bp.Network:
    """The network of groups and synapses."""
    cells, size = bp.model(coba.CELL, name="COBA"), len(made["V"])
    excitatory = size * 4 // 5
    initial = {name: made[name] for name in ("V", "ge", "gi")}
    G = bp.NeuGroup(cells, size, name="G", method="exponential_euler", initial=initial)
    synapses, is_exc = [], made["pre"] < excitatory
    sides = (("exc", "ge", 0.6, G[:excitatory], is_exc, 0),)
    sides += (("inh", "gi", 6.7, G[excitatory:], ~is_exc, excitatory),)
    for name, target, weight, pre, chosen, first in sides:
        kick = bp.model(f"when pre.spike:\n    post.{target} += weight", name=name, synapse=True)
        connect = bp.connect.pairs(made["pre"][chosen] - first, made["post"][chosen], autapses=True, multapses=True)
        synapses.append(bp.Synapses(pre=pre, post=G, model=kick, connect=connect, weight=weight, name=name))
    return bp.Network(G, *synapses, name="COBA")


def brian2(python: str, made: dict[str, np.ndarray], folder: str) -> Contender | None:
    """Brian2 with the same network, where the interpreter can import it."""
    if subprocess.run([python, "-c", "import brian2"], capture_output=True, check=False).returncode:
        return None
    np.savez(f"{folder}/network.npz", **made)
    peer = Peer(python, "brian2_coba.py", f"{folder}/network.npz", DURATION, DT)

    def run(repeat: int) -> Timed:
        timed = peer({})
        return Timed(timed.seconds, timed.result["spikes"])

    return Contender("brian2 C++ standalone", run, peer.versions)


def main() -> None:
    parser = options(__doc__, repeats=7)
    parser.add_argument("--cells", type=int, default=coba.CELLS)
    arguments = parser.parse_args()
    made = coba.network(arguments.cells)
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
    with tempfile.TemporaryDirectory() as folder:
        contenders += [c for p in arguments.peer_python if (c := brian2(p, made, folder)) is not None]
        task = f"coba {arguments.cells}"
        compare(task, contenders, repeats=arguments.repeats, difference=lambda a, b: float(abs(a - b)), tolerance=0.5)


if __name__ == "__main__":
    main()
