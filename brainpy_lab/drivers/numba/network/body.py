"""What does an operation of a network's step in a kernel, as the lines of a function."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.drivers.numba.network.arguments import (
    FOUND_COUNT,
    FOUND_FAULT,
    FOUND_PLACE,
    FOUND_ROW,
    FOUND_SPIKES,
)


@dataclass
class Body:
    """The lines of a function that does an operation.

    Attributes
    ----------
    lines : list of str
    scalars : dict of str to int
        Those whose tuple the lines call ``k_s``, with their places in it.
    given : dict of str to str
        Names in the lines, and what a kernel hands over for them.
    """

    lines: list[str]
    scalars: dict[str, int]
    given: dict[str, str]


def fault_noted(row: str, place: str) -> str:
    """Lines that note what is wrong in an operation, where a thread has found nothing before."""
    first = f"if k_get_i8(k_own, {FOUND_FAULT}) == 0:\n    k_put_i8(k_own, {FOUND_FAULT}, k_operation)"
    return f"{first}\n    k_put_i8(k_own, {FOUND_ROW}, {row})\n    k_put_i8(k_own, {FOUND_PLACE}, {place})"


def spike_noted(event: str, place: str) -> str:
    """Lines that note a spike that a thread has found."""
    count = f"k_z = k_get_i8(k_own, {FOUND_COUNT})\nk_put_i8(k_own, {FOUND_COUNT}, k_z + 1)"
    spot = f"k_put_i8(k_own, {FOUND_SPIKES} + 2 * k_z, {event})"
    return f"{count}\n{spot}\nk_put_i8(k_own, {FOUND_SPIKES + 1} + 2 * k_z, {place})"
