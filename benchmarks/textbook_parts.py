"""What textbook networks are made of: connections, states and spikes from outside that both simulators are given."""

from __future__ import annotations

from typing import Any

import numpy as np

import brainpy_lab as bp

Made = dict[str, Any]
Pairs = tuple[np.ndarray, np.ndarray]


def pairs(rng: np.random.Generator, n_pre: int, n_post: int, p: float, same: bool = False) -> Pairs:
    """Each pair with probability ``p``, without a cell and itself where both sides are the ``same``."""
    mask = rng.random((n_pre, n_post)) < p
    if same:
        np.fill_diagonal(mask, False)
    return np.nonzero(mask)


def outside(rng: np.random.Generator, cells: int, rate: float, steps: int, dt: float) -> Pairs:
    """Steps and cells of Poisson spikes, at most one a cell and step."""
    return np.nonzero(rng.random((steps, cells)) < rate * dt)


def joined(made: Made, **of: Pairs) -> Made:
    """``made`` with both arrays of each pair."""
    return made | {
        f"{name}_{side}": a for name, both in of.items() for side, a in zip(("pre", "post"), both, strict=True)
    }


def connect(made: Made, name: str) -> Any:
    return bp.connect.pairs(made[f"{name}_pre"], made[f"{name}_post"], autapses=True, multapses=True)


def source(made: Made, name: str, size: int, dt: float) -> bp.SpikeSource:
    """Spikes of steps: those of a step have the time of its end."""
    return bp.SpikeSource((made[f"{name}_pre"] + 1) * dt, made[f"{name}_post"], size=size, name=name)


def synapse(name: str, text: str, **options: Any) -> bp.Synapses:
    return bp.Synapses(model=bp.model(text, name=name, synapse=True), name=name, **options)
