"""What the benchmarks of COBA, CUBA and COBAHH share: one network for all contenders, spikes compared one by one."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from harness import Contender, Peer, Timed, compare, installed

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.1
Made = dict[str, np.ndarray]


def built(kernel: ModuleType, made: Made, method: str) -> bp.Network:
    """The network of ``kernel``: four cells of five excite, and spikes without delay add to ``ge`` or ``gi``."""
    size = len(made["V"])
    excitatory = size * 4 // 5
    cells, initial = bp.model(kernel.CELL, name="Cell"), {name: made[name] for name in kernel.STATES}
    G = bp.NeuGroup(cells, size, name="G", method=method, initial=initial)
    is_exc, synapses = made["pre"] < excitatory, []
    sides = (("exc", "ge", G[:excitatory], is_exc, 0), ("inh", "gi", G[excitatory:], ~is_exc, excitatory))
    for (name, target, pre, chosen, first), weight in zip(sides, kernel.WEIGHTS, strict=True):
        kick = bp.model(f"when pre.spike:\n    post.{target} += weight", name=name, synapse=True)
        connect = bp.connect.pairs(made["pre"][chosen] - first, made["post"][chosen], autapses=True, multapses=True)
        synapses.append(bp.Synapses(pre=pre, post=G, model=kick, connect=connect, weight=weight, name=name))
    return bp.Network(G, *synapses, name="Balanced")


def by_hand(name: str, run: Callable[..., int], kernel: ModuleType, made: Made) -> Contender:
    """A kernel; ``run`` is one of ``kernel``'s."""
    room = np.empty(int(len(made["V"]) * DURATION * 0.1), np.int64)

    def once(repeat: int) -> np.ndarray:
        states = [made[state].copy() for state in kernel.STATES]
        return room[: run(made["start"], made["post"], *states, DT, round(DURATION / DT), room)].copy()

    return Contender(name, once, installed("numba", "numpy"))


def ours(net: bp.Network, **options: Any) -> Contender:
    """The network with Numba."""

    def once(repeat: int) -> Any:
        return net.run(DURATION, dt=DT, start=0, backend="numba", **options)["G"].events["spike"]

    threads = options.get("threads", 1)
    name = f"brainpy_lab numba, {threads} threads" if threads > 1 else "brainpy_lab numba"
    return Contender(name, once, installed("brainpy-lab", "numba", "numpy"))


@contextmanager
def peers(pythons: list[str], task: str, made: Made) -> Iterator[list[Contender]]:
    """Brian2 with the same network, where an interpreter can import it."""
    running, found = [], []
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/network.npz", **made)
        for python in pythons:
            if subprocess.run([python, "-c", "import brian2"], capture_output=True, check=False).returncode:
                print(f"brian2 cannot be imported by {python}", file=sys.stderr)
                continue
            peer = Peer(python, "brian2_balanced.py", task, folder, DURATION, DT)
            running.append(peer)
            found.append(Contender("brian2 C++ standalone", lambda repeat, peer=peer: _answered(peer), peer.versions))
        yield found
        for peer in running:
            peer.close()


def _answered(peer: Peer) -> Timed:
    answer = peer({})
    return Timed(answer.seconds, np.load(answer.result["spikes"]), answer.cpu)


def measure(
    task: str, contenders: list[Contender], arguments: argparse.Namespace, made: Made, expected: int | None
) -> None:
    """Compare all spike by spike with the first, which has as many as ``expected`` where that is known."""
    cells = len(made["V"])

    def numbers(result: Any) -> np.ndarray:
        """Each spike as one number."""
        if isinstance(result, np.ndarray):
            return result
        return (np.rint(result.t / DT).astype(np.int64) - 1) * cells + result.index

    def differ(result: Any, reference: Any) -> float:
        count = len(numbers(reference))
        if count != (expected or count):
            raise AssertionError(f"{task}: the reference has {count:,} spikes in place of {expected:,}")
        return float(np.setxor1d(numbers(result), numbers(reference)).size)

    compare(
        task, contenders, repeats=arguments.repeats, difference=differ, tolerance=0.0,
        note=lambda result: {"spikes": len(numbers(result))},
    )  # fmt: skip
