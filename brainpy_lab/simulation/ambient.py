"""Time step and seed of runs that name none, for a block of code: what ``%%brainpy --dt 0.05`` sets for its cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_dt: ContextVar[float | None] = ContextVar("brainpy_lab_dt", default=None)
_seed: ContextVar[int | None] = ContextVar("brainpy_lab_seed", default=None)


@contextmanager
def use(dt: float | None = None, seed: int | None = None) -> Iterator[None]:
    """Within a ``with`` block, let runs that name no ``dt`` or ``seed`` take these; None leaves the model's own."""
    tokens = _dt.set(dt), _seed.set(seed)
    try:
        yield
    finally:
        _dt.reset(tokens[0])
        _seed.reset(tokens[1])


def dt_or(own: float) -> float:
    """The block's time step, or the model's own."""
    chosen = _dt.get()
    return own if chosen is None else chosen


def seed_or(own: int | None) -> int | None:
    """The block's seed, or the model's own."""
    chosen = _seed.get()
    return own if chosen is None else chosen
