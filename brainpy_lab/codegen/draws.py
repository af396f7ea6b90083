"""Random draws that a step takes: which source of noise, and what for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a draw is for: the increment of the Wiener process over the step; the second normal that, with it, makes the
#: process's integral over the step; a test whether an event's border was crossed within the step (uniform).
Kind = Literal["increment", "integral", "crossing"]
_PLACES: dict[Kind, int] = {"increment": 0, "integral": 1, "crossing": 2}
_KINDS = 16  # room for kinds of one source in the numbering of streams


@dataclass(frozen=True)
class Draw:
    """One random number in each step and cell, independent between steps, cells, sources and kinds.

    Attributes
    ----------
    name : str
        Name of the step's argument.
    source : str
        The white noise (or, for crossings, the event) it belongs to.
    kind : {"increment", "integral", "crossing"}
        Standard normal for the first two, uniform on (0, 1] for the last.
    number : int
        The source's number in the model: with the kind it gives the stream of the random generator.
    """

    name: str
    source: str
    kind: Kind
    number: int

    @property
    def stream(self) -> int:
        """The stream of the random generator."""
        return _KINDS * self.number + _PLACES[self.kind]

    @property
    def is_uniform(self) -> bool:
        """Whether it is uniform on (0, 1], not standard normal."""
        return self.kind == "crossing"
