"""Pair STDP on 255,000 connections of the CUBA network of 4,000 cells, 1 s at dt 0.1 ms, on one thread.

python benchmarks/stdp.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from harness import Contender, Peer, Timed, compare, emit, installed, options
from kernels import stdp

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.1
#: Of all cells; what Brian2 counts from the same connections, weights and states.
SPIKES = 42_007


def built(made: dict[str, np.ndarray]) -> bp.Network:
    """The network of groups and synapses."""
    cells = bp.model(stdp.CELL, name="CUBA")
    G = bp.NeuGroup(cells, stdp.CELLS, name="G", method="exact", initial={"V": made["V"], "ge": 0.0, "gi": 0.0})
    E, I = G[: stdp.EXCITATORY], G[stdp.EXCITATORY :]
    rule = bp.model(stdp.RULE, name="STDP", synapse=True)
    parts = [bp.Synapses(pre=E, post=E, model=rule, connect=bp.connect.pairs(made["pre"], made["post"]),
                         weight=made["weight"], name="plastic")]  # fmt: skip
    is_exc = made["other_pre"] < stdp.EXCITATORY
    sides = (("exc", "ge", stdp.W_E, E, is_exc, 0), ("inh", "gi", stdp.W_I, I, ~is_exc, stdp.EXCITATORY))
    for name, target, weight, pre, chosen, first in sides:
        kick = bp.model(f"when pre.spike:\n    post.{target} += weight", name=name, synapse=True)
        connect = bp.connect.pairs(made["other_pre"][chosen] - first, made["other_post"][chosen], autapses=True)
        parts.append(bp.Synapses(pre=pre, post=G, model=kick, connect=connect, weight=weight, name=name))
    return bp.Network(G, *parts, name="STDP")


def difference(a: tuple[int, np.ndarray], b: tuple[int, np.ndarray]) -> float:
    """Of the numbers of spikes, and of the weights as parts of the largest."""
    return abs(a[0] - b[0]) + float(np.abs(a[1] - b[1]).max()) / stdp.W_MAX


def peers(pythons: list[str], made: dict[str, np.ndarray], folder: str) -> list[tuple[Peer, Contender]]:
    """Brian2 with the interpreters that can import it."""
    path = Path(folder) / "network.npz"
    np.savez(path, **{name: made[name] for name in ("pre", "post", "other_pre", "other_post", "weight", "V")})
    found = []
    for python in pythons:
        if subprocess.run([python, "-c", "import brian2"], capture_output=True, check=False).returncode:
            print(f"brian2 cannot be imported by {python}", file=sys.stderr)
            continue
        peer = Peer(python, "brian2_stdp.py", path, DURATION, DT)

        def run(repeat: int, peer: Peer = peer) -> Timed:
            timed = peer({})
            return Timed(timed.seconds, (timed.result["spikes"], np.load(timed.result["weights"])))

        found.append((peer, Contender("brian2 C++ standalone", run, peer.versions)))
    return found


def main() -> None:
    arguments = options(__doc__, repeats=7).parse_args()
    made = stdp.network()
    net = built(made)

    def by_hand(repeat: int) -> tuple[int, np.ndarray]:
        weight, V = made["weight"].copy(), made["V"].copy()
        tables = (made[n] for n in ("by_post", "cells_by_post", "order", "other_start", "other_post"))
        spikes = stdp.run(made["start"], made["post"], weight, *tables, V, DT, round(DURATION / DT))
        return int(spikes), weight

    def ours(repeat: int) -> tuple[int, np.ndarray]:
        sol = net.run(DURATION, dt=DT, start=0, backend="numba")
        spikes = len(sol["G"].events["spike"])
        assert spikes == SPIKES, f"{spikes:,} spikes, not {SPIKES:,}"
        return spikes, sol.final["plastic"]["weight"]

    contenders = [
        Contender("hand-written numba, two tables", by_hand, installed("numba", "numpy")),
        Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        others = peers(arguments.peer_python, made, folder)
        contenders += [contender for _, contender in others]
        compare("stdp", contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-12)
        emit({"task": "stdp", "spikes": SPIKES})
        for peer, _ in others:
            peer.close()


if __name__ == "__main__":
    main()
