"""What the benchmarks of COBA, CUBA and COBAHH share: one network for all contenders, spikes compared one by one.

Peers, each in an environment of its own: ``pip install brian2==2.9.0 "numpy<2.3"``, ``pip install brainpy==2.8.2
numba==0.68.1``, ``pip install nest-simulator==3.10.0``.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from harness import Contender, Peer, Timed, compare, installed

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.1

#: Name -> package, the networks that the script of peers/ has, and its last argument.
PEERS = {
    "brian2 C++ standalone": ("brian2", ("coba", "cuba", "cobahh")),
    "brainpy DSRunner": ("brainpy", ("coba", "cobahh"), "runner"),
    "brainpy one jitted loop": ("brainpy", ("coba", "cobahh"), "loop"),
    "nest, adaptive steps": ("nest", ("coba",)),
}
#: NEST's solver chooses its own steps: it has other spikes, whose number is near, in Hz.
NEAR = 1.0
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
    """The peers that have this network and that the interpreters can import."""
    running, found = [], []
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/network.npz", **made)
        for python, (name, (package, tasks, *style)) in itertools.product(pythons, PEERS.items()):
            if task not in tasks or not _has(python, package, folder):
                continue
            peer = Peer(python, f"{package}_balanced.py", task, folder, DURATION, DT, *style)
            running.append(peer)
            found.append(_contender(name, peer, len(made["V"])))
        yield found
        for peer in running:
            peer.close()


def _has(python: str, package: str, folder: str) -> bool:
    """Whether an interpreter can import a package, elsewhere than where a folder may be called like it."""
    return not subprocess.run(
        [python, "-c", f"import {package}"], capture_output=True, check=False, cwd=folder
    ).returncode


def _contender(name: str, peer: Peer, cells: int) -> Contender:
    def run(repeat: int) -> Timed:
        answer = peer({})
        spikes = np.load(answer.result["spikes"])
        return Timed(answer.seconds, len(spikes) if name.startswith("nest") else spikes, answer.cpu)

    return Contender(name, run, peer.versions, NEAR * cells * DURATION / 1000 if name.startswith("nest") else None)


def measure(
    task: str, contenders: list[Contender], arguments: argparse.Namespace, made: Made, expected: int | None
) -> list[dict[str, Any]]:
    """Compare all spike by spike with the first, which has as many as ``expected`` where that is known."""
    cells = len(made["V"])

    def numbers(result: Any) -> np.ndarray:
        """Each spike as one number."""
        if isinstance(result, np.ndarray):
            return result
        return (np.rint(result.t / DT).astype(np.int64) - 1) * cells + result.index

    def count(result: Any) -> int:
        return result if isinstance(result, int) else len(result)

    def differ(result: Any, reference: Any) -> float:
        if count(reference) != (expected or count(reference)):
            raise AssertionError(f"{task}: the reference has {count(reference):,} spikes in place of {expected:,}")
        if isinstance(result, int):
            return float(abs(result - count(reference)))
        return float(np.setxor1d(numbers(result), numbers(reference)).size)

    return compare(
        task, contenders, repeats=arguments.repeats, difference=differ, tolerance=0.0,
        note=lambda result: {"spikes": count(result)},
    )  # fmt: skip
