"""Feeds: what a Numba kernel hands its step besides states, hidden variables and parameters.

A feed has two halves. `Feed` is the text that it adds to a kernel; a factory ``(code, layout) -> Feed`` makes it
where the kernel is written. `KernelSupply` is what a run hands to the kernel for it, chunk by chunk. The random draws
of stochastic equations are one feed, the histories of delay equations and the memory of fractional ones are others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from brainpy_lab.drivers.feeds.supply import Supply

LANES = 64  # lanes of a block: their states stay in the first-level cache

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """Text that a kernel gets besides its own; all names of its own begin with ``k_``.

    At hand are ``k_first`` (number of the chunk's first step), ``k_i`` (step within the chunk), ``t`` and ``dt``; in
    lane kernels ``k_b`` (first lane of the block), ``k_m`` (lanes in it), ``k_padded`` and, within the loop over lanes,
    ``k_j``; the value of the i-th carried variable is ``k_block[i * LANES + k_j]`` there, in single kernels its name.
    In array kernels a block is a member of the ensemble with all its elements; the i-th carried variable is an array of
    ``k_widths[i]`` elements, all or one. There ``k_put(into, value)`` writes an array or a number into an array.

    Attributes
    ----------
    arguments : tuple of (name, type)
        More arguments of ``run``, after the kernel's own, with their Numba types: ``("k_ring", "f8[:, ::1]")``.
    header : tuple of str
        Lines of the module, such as imports.
    begin : tuple of str
        Once in a call of ``run``: buffers.
    block : tuple of str
        Before the time loop, once for each block of lanes (single kernels: once).
    step : tuple of str
        In every step, before the loop over lanes.
    before : tuple of str
        In every step and lane, before the step: must define the names that the step takes.
    repeat : str
        Head of a loop around the step, or nothing: the step is taken several times from the same states.
    ready : tuple of str
        Right before the step, inside that loop.
    result : tuple of str
        Right after the step, inside that loop, while the old values stand: the step's i-th result is ``k_new_i``
        unless it is a state, a hidden variable or a flag.
    after : tuple of str
        In every step and lane, when the new values stand in place of the old ones.
    end : tuple of str
        In every step, after the loop over lanes.
    block_end : tuple of str
        After the time loop, once for each block of lanes (single kernels: once).
    """

    arguments: tuple[tuple[str, str], ...] = ()
    header: Lines = ()
    begin: Lines = ()
    block: Lines = ()
    step: Lines = ()
    before: Lines = ()
    repeat: str = ""
    ready: Lines = ()
    result: Lines = ()
    after: Lines = ()
    end: Lines = ()
    block_end: Lines = ()


class KernelSupply(Supply, ABC):
    """The run-time half of a feed."""

    @abstractmethod
    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """Values of the feed's arguments for the ``n`` steps from step ``first`` on."""
