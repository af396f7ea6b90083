"""Random draws that a step takes: which source of noise, and what for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from brainpy_lab.equations.names import functions_in
from brainpy_lab.equations.system import RANDOM

#: What a draw is for: the increment of the Wiener process over the step; the second normal that, with it, makes the
#: process's integral over the step; a test whether an event's border was crossed within the step (uniform); the Levy
#: area between the processes of two sources, which goes with their increments; a number of a reset, rand() or randn(),
#: of this step, or, where events are located inside steps, of this event.
Kind = Literal["increment", "integral", "crossing", "area", "rand", "randn", "rand of event", "randn of event"]
_PLACES: dict[Kind, int] = {
    "increment": 0, "integral": 1, "crossing": 2, "area": 3, "rand": 6, "randn": 7, "rand of event": 8,
    "randn of event": 9,
}  # fmt: skip
_COSINE, _SINE = 4, 5  # places of the Fourier coefficients that areas are made of
_KINDS = 16  # room for kinds of one source in the numbering of streams
_SOURCES = 1 << 16  # streams of all sources, before a number that counts on: harmonics, or the other source of an area


@dataclass(frozen=True)
class Draw:
    """One random number in each step (or event) and cell, independent between steps, cells, sources and kinds.

    Attributes
    ----------
    name : str
        Name of the step's argument.
    source : str
        The white noise (or, for crossings and resets, the event) it belongs to.
    kind : {"increment", "integral", "crossing", "area", "rand", "randn", "rand of event", "randn of event"}
        Standard normal for the first two, uniform on (0, 1] for crossings; an area is that of the unit step.
    number : int
        The source's number in the model, or that of the call in its resets: with the kind it gives the stream of the
        random generator.
    other : int
        Of an area, the number of the second source.
    """

    name: str
    source: str
    kind: Kind
    number: int
    other: int = 0

    @property
    def stream(self) -> int:
        """The stream of the random generator."""
        return _KINDS * self.number + _PLACES[self.kind] + _SOURCES * self.other

    @property
    def is_uniform(self) -> bool:
        """Whether it is uniform on (0, 1], not standard normal."""
        return self.kind in ("crossing", "rand", "rand of event")

    @property
    def is_of_path(self) -> bool:
        """Whether it belongs to a Wiener process, and so to a path made beforehand."""
        return self.kind in ("increment", "integral", "area")

    @property
    def increments(self) -> tuple[Draw, Draw]:
        """Of an area, the increments of the two processes."""
        first = replace(self, kind="increment", other=0)
        return first, replace(first, number=self.other)

    @property
    def coefficients(self) -> tuple[int, int, int, int]:
        """Of an area, the streams of its Fourier coefficients: cosine and sine of the first source, of the second.

        Those of harmonic r lie `HARMONIC` r further on; the cosines' rest has number 0.
        """
        first, second = _KINDS * self.number, _KINDS * self.other
        return first + _COSINE, first + _SINE, second + _COSINE, second + _SINE


@dataclass(frozen=True)
class Addresses:
    """What the random numbers in the blocks of a synapse are addressed by.

    ``rand()`` becomes ``rand_at(seed, 0, connection, n_pre_spike)``: the number of the call, that of the connection,
    and how many events its block has had. So the numbers depend on nothing else: neither on other connections and
    synapses, nor on the steps in which events come.

    Attributes
    ----------
    seed, connection : str
        Names of the seed, and of the number of a connection.
    counts : mapping of str to str
        For each event whose block draws random numbers the state that counts it.
    """

    seed: str = ""
    connection: str = ""
    counts: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of seed and connection, where there are any."""
        return (self.seed, self.connection) if self.counts else ()


def is_drawn(value: ast.expr) -> bool:
    """Whether an expression draws random numbers."""
    return not functions_in(value).isdisjoint(RANDOM)


#: Distance of the streams of two harmonics that follow one another.
HARMONIC = _SOURCES
