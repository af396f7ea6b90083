"""What does an operation of a network's step in a kernel, as the lines of a function."""

from __future__ import annotations

from dataclasses import dataclass


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
