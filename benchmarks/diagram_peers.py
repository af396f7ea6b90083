"""Peers that compute bifurcation diagrams, beside ours: their times, and how their labels differ from ours.

They have the equations, the range and the longest step of AUTO's runs, and begin at our equilibrium.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness import Peer

#: Name -> package, script under peers/, and why it is not asked for cycles. JaxCont's branch of FitzHugh–Nagumo had not
#: ended after 7.5 min of the processor, with 5 GB.
PEERS = {
    "JaxCont": ("jaxcont", "jaxcont_diagram.py", "takes minutes"),
    "PyCont-Lite": ("pycont", "pycont_diagram.py", ""),
    "BrainPy": ("brainpy", "brainpy_diagram.py", "has none"),
}

#: A peer's label that is farther from all of ours, in parts of the range, is none of them.
BESIDE = 0.02

#: What a grid of equilibria shows in place of labels.
SEEN = {"change of stability": ("hopf", "fold")}

Labels = dict[str, list[float]]


@dataclass(frozen=True)
class Answer:
    """The processor's seconds of the first run in a process and of the second one, and the labels of that."""

    name: str
    first: float
    second: float
    labels: Labels
    reached: tuple[float, float] | None


def answers(pythons: Sequence[str], task: str, cycles: bool, start: Sequence[float]) -> Iterator[Answer | str]:
    """What each peer that one of the interpreters can import says, or why it says nothing."""
    for python in pythons:
        for name, (package, script, without_cycles) in PEERS.items():
            if subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False).returncode:
                continue
            if cycles and without_cycles:
                yield f"{name}: cycles not asked, {without_cycles}"
                continue
            try:
                peer = Peer(python, script, task, int(cycles), json.dumps(list(start)))
                first, second = peer({}), peer({})
                peer.close()
            except (RuntimeError, KeyError) as error:
                yield f"{name}: refuses or fails ({error})"
                continue
            reached = second.result["reached"]
            yield Answer(name, first.cpu, second.cpu, second.result["points"], reached and tuple(reached))


def differences(ours: Labels, theirs: Labels, span: float, without: Sequence[str] = ()) -> str:
    """How far a peer's labels are from ours, which it lacks and which it has alone; kinds ``without`` are not asked."""
    asked = [(kind, value) for kind, values in ours.items() for value in values if kind not in without]
    told = [(kind, value) for kind, values in theirs.items() for value in values]
    off, missing = [], []
    for kind, value in asked:
        near = [t for t in told if kind in SEEN.get(t[0], (t[0],)) and abs(t[1] - value) < BESIDE * span]
        if not near:
            missing.append(f"{kind} {value:.8g}")
            continue
        nearest = min(near, key=lambda t: abs(t[1] - value))
        told.remove(nearest)
        off.append(f"{abs(nearest[1] - value):.0e}")
    parts = [f"off by {', '.join(off)}"] if off else []
    parts += [f"lacks {', '.join(missing)}"] if missing else []
    parts += [f"has besides {', '.join(f'{k} {v:.6g}' for k, v in told)}"] if told else []
    return "; ".join(parts) or "no points"
