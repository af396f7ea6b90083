"""What is done with a network drawn at random: runs that go on from one another, and what is changed in between."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np

import brainpy_lab as bp
from tests.fuzz.networks.drawing import DT

STEPS = 200


class Chunk:
    """So many steps at once, however long they take."""

    def __init__(self, steps):
        self.steps = steps

    def took(self, steps, seconds):
        """The next chunk is as long."""


def course(seed, net, meant, backend, threads=1):
    """Solutions of runs of 200 steps in all, and the states of each group after each step, as they are meant to be."""
    rng = np.random.default_rng([seed, 7])
    cuts = np.sort(rng.choice(np.arange(1, STEPS), rng.integers(0, 4), replace=False))
    chunk, sols, rows = int(rng.choice([1, 7, 64, 2048])), [], [[] for _ in meant.groups]
    for number, steps in enumerate(np.diff([0, *cuts, STEPS]).tolist()):
        start = {} if number else {"start": 0}
        if number:
            for group, cells in zip(_groups(net), meant.groups, strict=True):
                _change(rng, group, cells)
            for synapse, its in zip(net.synapses, meant.synapses, strict=True):
                _change_weights(rng, synapse, its)
            if rng.random() < 0.5:
                start = {"start": _saved(net.checkpoint())}
        with patch("brainpy_lab.networks.runs.running.ChunkSize", lambda *_: Chunk(chunk)):
            sols.append(_run(net, steps, backend, threads, start))
        for _ in range(len(sols[-1].t) - 1):
            meant.step()
            for row, cells in zip(rows, meant.groups, strict=True):
                row.append({name: cells.values[name].copy() for name in cells.lines.slopes})
        if not sols[-1].outcome:
            assert sols[-1].outcome.name == "EVENT_STUCK", sols[-1].outcome.advice  # what is drawn can do no worse
            assert any(cells.was_true.any() for cells in meant.groups)
            break
    return sols, [{name: np.array([at[name] for at in row]) for name in row[0]} for row in rows]


def _run(net, steps, backend, threads, start):
    record = {group.name: ["V", "w"] for group in _groups(net)}
    return net.run(steps * DT, dt=DT, backend=backend, seed=1, record=record, threads=threads, **start)


def _groups(net):
    return [part for part in net.groups if isinstance(part, bp.NeuGroup)]


def _change(rng, group, cells):
    """A parameter of all or some cells, or a state of some, is set to another value."""
    match rng.choice(["nothing", "Ib", "some of Ib", "w"], p=[0.4, 0.2, 0.2, 0.2]):
        case "Ib":
            cells.values["Ib"] = rng.uniform(8, 24, cells.size)
            group.Ib = cells.values["Ib"]
        case "some of Ib" if cells.size > 1:
            cells.values["Ib"][:1] = value = float(rng.uniform(8, 24))
            group[:1].Ib = value
        case "w":
            cells.values["w"] = rng.uniform(0, 1, cells.size)
            group.w = cells.values["w"]


def _change_weights(rng, synapse, its):
    """Weights are set to others, where they do not stand in a sum already; one number for all stays one."""
    is_learned = "weight" in its.lines.initial
    if its.count and "weight" not in synapse.weighted.names and rng.random() < 0.3:
        its.values["weight"] = its.values["weight"] * rng.uniform(0.5, 1.5)
        is_one = not is_learned and isinstance(synapse.values["weight"], float)
        synapse.weight = float(its.values["weight"][0]) if is_one else its.values["weight"]


def _saved(checkpoint):
    """The same, read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        return bp.load(checkpoint.save(Path(folder) / "point.npz"))
