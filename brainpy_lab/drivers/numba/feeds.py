"""The table of feeds: which of them a step on Numba needs, in the order of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.numba.feed import Feed, KernelSupply


def _factories(code: StepCode) -> Iterator[tuple[Callable[..., Feed], Callable[..., KernelSupply]]]:
    """Text and supply of every feed that a step needs, in the order of its arguments."""
    if code.draws:
        from brainpy_lab.drivers.numba.draws.noise import NoiseSupply, noise_feed

        yield noise_feed, NoiseSupply
    if code.delayed:
        from brainpy_lab.drivers.numba.past import PastSupply, past_feed

        yield past_feed, PastSupply
    if code.remembered:
        from brainpy_lab.drivers.numba.memory import MemorySupply, memory_feed

        yield memory_feed, MemorySupply


def feeds(code: StepCode, layout: Layout) -> list[Feed]:
    """The feeds of a kernel."""
    return [text(code, layout) for text, _ in _factories(code)]


def supplies(code: StepCode, layout: Layout, setup: Setup) -> list[KernelSupply]:
    """What one run hands to the kernel for its feeds."""
    return [supply(code, layout, setup) for _, supply in _factories(code)]
