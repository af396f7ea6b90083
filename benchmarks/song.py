"""A thousand Poisson inputs whose weights learn, and one cell, 100 s at dt 0.1 ms (Song, Miller & Abbott 2000).

python benchmarks/song.py --peer-python ~/brian2/bin/python
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
from harness import Contender, Peer, Timed, compare, installed, options
from kernels import song

import brainpy_lab as bp

DURATION, DT = 100_000.0, 0.1


def built() -> bp.Network:
    """The network of groups and synapses."""
    cell = bp.model(song.CELL, name="Cell")
    P = bp.PoissonGroup(song.INPUTS, rate=song.RATE, name="P")
    E = bp.NeuGroup(cell, 1, name="E", method="euler")
    model = bp.model(song.SYNAPSE, name="Learning", synapse=True)
    exc = bp.Synapses(pre=P, post=E, model=model, connect=bp.connect.all_to_all(), weight=song.weights(), name="exc")
    return bp.Network(P, E, exc, name="Song")


def differs(a: Any, b: Any) -> float:
    """How far spikes of the cell and mean weight are apart, of which each contender has random numbers of its own."""
    return float(np.max(np.abs(np.asarray(a) / np.asarray(b) - 1.0)))


def main() -> None:
    arguments = options(__doc__, repeats=5).parse_args()
    net = built()

    def by_hand(repeat: int) -> tuple[float, ...]:
        weight = song.weights()
        spikes, _ = song.run(weight, DT, round(DURATION / DT), np.random.default_rng(repeat + 2))
        return spikes, weight.mean()

    def ours(repeat: int) -> tuple[float, ...]:
        sol = net.run(DURATION, dt=DT, start=0, seed=repeat + 2, backend="numba")
        return len(sol["E"].events["spike"]), sol.final["exc"]["weight"].mean()

    contenders = [
        Contender("hand-written numba", by_hand, installed("numba", "numpy")),
        Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
    ]
    for python in arguments.peer_python:
        if subprocess.run([python, "-c", "import brian2"], capture_output=True, check=False).returncode:
            print(f"brian2 cannot be imported by {python}", file=sys.stderr)
            continue
        peer = Peer(python, "brian2_song.py", DURATION, DT)
        contenders.append(Contender("brian2 C++ standalone", partial(_peer, peer), peer.versions))
    compare("song", contenders, repeats=arguments.repeats, difference=differs, tolerance=0.15)


def _peer(peer: Peer, repeat: int) -> Timed:
    answer = peer({"seed": repeat + 2})
    return Timed(answer.seconds, (answer.result["spikes"], answer.result["weight"]))


if __name__ == "__main__":
    main()
