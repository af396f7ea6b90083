"""What holds for a block of code, such as a ``%%brainpy`` cell: dt and seed of its runs, the parts of its networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

PartsFinder = Callable[[], Sequence[Any]]

_dt: ContextVar[float | None] = ContextVar("brainpy_lab_dt", default=None)
_seed: ContextVar[int | None] = ContextVar("brainpy_lab_seed", default=None)
_parts: ContextVar[PartsFinder | None] = ContextVar("brainpy_lab_parts", default=None)


@contextmanager
def use(dt: float | None = None, seed: int | None = None) -> Iterator[None]:
    """Within a ``with`` block, let runs that name no ``dt`` or ``seed`` take these; None leaves the model's own."""
    tokens = _dt.set(dt), _seed.set(seed)
    try:
        yield
    finally:
        _dt.reset(tokens[0])
        _seed.reset(tokens[1])


@contextmanager
def finding(parts: PartsFinder) -> Iterator[None]:
    """Within a ``with`` block, let a network that is given no parts take those that ``parts`` finds."""
    token = _parts.set(parts)
    try:
        yield
    finally:
        _parts.reset(token)


def dt_or(own: float) -> float:
    """The block's time step, or the model's own."""
    chosen = _dt.get()
    return own if chosen is None else chosen


def seed_or(own: int | None) -> int | None:
    """The block's seed, or the model's own."""
    chosen = _seed.get()
    return own if chosen is None else chosen


def found_parts() -> Sequence[Any]:
    """The parts that the block finds; none outside such a block."""
    find = _parts.get()
    return () if find is None else find()
