"""Network code: the functions of a network's step, where their values stand, and the order in which they are called.

All values of a network stand on axes: the cells of a group, the connections of a synapse, the cells of one of its
sides. A function computes the values of one place from values of the same place; a function of a connection also reads
and changes those of the two cells that it connects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from brainpy_lab.codegen.code_text import CodeText, check_edited
from brainpy_lab.codegen.fields import Signature

Side = Literal["pre", "post"]

#: The axis of a cell's own values, in functions that are called for each place of an axis.
CELL = "cell"
#: Where the values of a function called for a connection stand (`Field.axis`): of the connection itself, of the cells
#: on its two sides, what the synapse keeps once for each of these cells, and its sums over all presynaptic cells.
CONNECTION, PRE, POST, KEPT_PRE, KEPT_POST = "connection", "pre", "post", "kept pre", "kept post"
ALL = "all"


@dataclass(frozen=True)
class Axis:
    """Places, each with a value of every row.

    Attributes
    ----------
    name : str
        Of the group or synapse; what a synapse keeps for a side of its is ``exc.pre``, ``exc.post``.
    rows : tuple of str
        States, hidden variables, and parameters that differ from place to place.
    """

    name: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Take:
    """Values that come from outside, one for each place in each step, take the place of a row.

    ``is_memory`` says that they are worked out of what the run has done before.
    """

    axis: str
    row: str
    is_memory: bool = False


@dataclass(frozen=True)
class Advance:
    """A function called for each place of an axis; what it gives takes the place of what it has read.

    ``kept`` are rows that hold another's values of before: the tests of events read those. With a ``synapse`` it is for
    what that keeps, and its function's values stand where those of a connection do.
    """

    axis: str
    function: str
    kept: Mapping[str, str] = field(default_factory=dict)
    synapse: str = ""


@dataclass(frozen=True)
class Fire:
    """An event tested in each cell of a group; where it happens its block runs, and the cell is noted as fired.

    ``acts`` is the name of the block's function, or "" where there is none, or it runs later (`Act`).
    """

    axis: str
    event: str
    test: str
    acts: str


@dataclass(frozen=True)
class Act:
    """The block of an event, in the cells in which it has happened in this step; where it is not a part of `Fire`."""

    axis: str
    event: str
    function: str


@dataclass(frozen=True)
class Emit:
    """The spikes of a source, which are known beforehand, become those of this step.

    ``timed`` are those of a clock, for blocks that run every T.
    """

    axis: str
    timed: bool = False


@dataclass(frozen=True)
class Arrive:
    """Spikes that are due at a synapse, and what they do.

    Attributes
    ----------
    synapse : str
    side : {"pre", "post"}
        On which of its sides the cells stand whose spikes these are.
    source : (str, str)
        The group or source, and its event.
    cell : str
        Function called once for each spike, for what the synapse keeps once a cell; or "".
    function : str
        Function called for each connection of the cell; or "".
    delayed : bool or None
        Whether it is for the spikes of earlier steps, or those of the same step; None: for both.
    timed : bool
        Whether the spikes are those of a clock.
    in_turn : bool
        Whether the connections act one after the other, by their own numbers, whenever their cells have fired: each
        sees what those before it have left. There is no function of a cell then.
    """

    synapse: str
    side: Side
    source: tuple[str, str]
    cell: str
    function: str
    delayed: bool | None
    timed: bool = False
    in_turn: bool = False


#: The stage of sums that are recorded.
AT_END = -1


@dataclass(frozen=True)
class Gather:
    """A function called for each connection, whose sum over the connections of a target is one of its inputs.

    ``stage`` is the stage of the method for which it is taken; 0: it is held over the step; `AT_END`: it is taken of
    the values at the step's end, for records alone.
    """

    synapse: str
    function: str
    row: str
    stage: int = 0


@dataclass(frozen=True)
class Recall:
    """Values of cells as they were a delay ago: for the cells themselves, for a synapse once a cell or a connection.

    Attributes
    ----------
    axis, row : str
        Where they are put.
    source : (str, str)
        The group and its state.
    lag : str
        What the delay is called: one number, or one for each place.
    node : float
        The part of the step that has passed at the time they are asked for.
    synapse : str
        Whose connections they are for; "" where they are for cells.
    """

    axis: str
    row: str
    source: tuple[str, str]
    lag: str
    node: float = 0.0
    synapse: str = ""


@dataclass(frozen=True)
class Remember:
    """The course of a group's state over the step is kept for those that read it later, as a polynomial.

    ``start`` is the row of its value at the step's start, ``slopes`` those of the coefficients of its powers over dt;
    without these it is what a fractional state remembers of the step, one number.
    """

    axis: str
    row: str
    start: str
    slopes: tuple[str, ...]


@dataclass(frozen=True)
class Recollect:
    """What a fractional state remembers of the latest steps is added to a sum over all of them, cell by cell.

    Attributes
    ----------
    axis, row : str
        The sum, which holds what was remembered before the steps of this block.
    source : (str, str)
        The group, and the row that is remembered.
    """

    axis: str
    row: str
    source: tuple[str, str]


@dataclass(frozen=True)
class Share:
    """A function called for each target of a synapse, which gives it its part of what all presynaptic cells add up to.

    ``clears`` are sums that begin anew at 0 behind it. ``delayed`` says which spikes they are of; sums of each step
    have a ``stage``, as `Gather` has.
    """

    synapse: str
    function: str
    clears: tuple[str, ...] = ()
    delayed: bool = False
    stage: int = 0
    side: Side = "pre"


Operation = Take | Advance | Fire | Act | Emit | Arrive | Gather | Share | Recall | Remember | Recollect


@dataclass(frozen=True)
class Ends:
    """The groups, or sources, that a synapse connects."""

    pre: str
    post: str
    of: str = ""  # the synapse that the connections belong to, where they have a name of their own

    def axis(self, synapse: str, place: str) -> str:
        """The axis on which the values stand that a function of a connection calls by ``place``."""
        synapse = self.of or synapse
        found = {CONNECTION: synapse, PRE: self.pre, POST: self.post}
        return found.get(place) or f"{synapse}.{place.removeprefix('kept ')}"

    def axes(self, synapse: str) -> dict[str, str]:
        """All of these axes, by what functions of a connection call them."""
        return {place: self.axis(synapse, place) for place in (CONNECTION, PRE, POST, KEPT_PRE, KEPT_POST)}


@dataclass(frozen=True)
class NetworkCode(CodeText):
    """The text of a network's step, and what is called in it, in which order.

    Attributes
    ----------
    text : str
    name, backend : str
    axes : tuple of Axis
    scalars : tuple of str
        What is one number for a whole axis: ``E.tau``.
    driven : tuple of str
        Those of them that change from step to step.
    schedule : tuple of operations
        In the order of a step.
    functions : mapping of str to Signature
        What each function of the text takes and gives.
    ends : mapping of str to Ends
        The two sides of each synapse.
    edited : bool
        Whether the user has changed the generated text.
    """

    text: str
    name: str
    backend: str
    axes: tuple[Axis, ...]
    scalars: tuple[str, ...]
    driven: tuple[str, ...]
    schedule: tuple[Operation, ...]
    functions: Mapping[str, Signature]
    ends: Mapping[str, Ends]
    edited: bool = False

    @property
    def stem(self) -> str:
        """What its file is called, besides the digest of its content."""
        return f"{self.name}_network_{self.backend}"

    def edit(self, text: str) -> NetworkCode:
        """This code with a user's text in place of its own, after checking that it can still be run.

        Raises
        ------
        CodeError
            See `check_edited`.
        """
        check_edited(text, self.functions)
        return replace(self, text=text, edited=True)

    def axis(self, name: str) -> Axis:
        """The axis of that name."""
        return next(a for a in self.axes if a.name == name)

    @cached_property
    def events(self) -> tuple[tuple[str, str], ...]:
        """All events, as (axis, name): their numbers are their places here."""
        fires = ((o.axis, o.event) for o in self.schedule if isinstance(o, Fire))
        emitted = ((o.axis, "spike") for o in self.schedule if isinstance(o, Emit))
        return (*dict.fromkeys(fires), *emitted)

    @cached_property
    def remembered(self) -> tuple[tuple[str, str], ...]:
        """What is kept of each step, as (group, row)."""
        return tuple((o.axis, o.row) for o in self.schedule if isinstance(o, Remember))

    @cached_property
    def memories(self) -> frozenset[tuple[str, str]]:
        """Those of it that sums over the past of fractional states are made of; the others are states."""
        return frozenset((o.axis, o.row) for o in self.schedule if isinstance(o, Remember) and not o.slopes)

    @cached_property
    def observed(self) -> frozenset[tuple[str, str]]:
        """Rows that are there for records alone, as (axis, row)."""
        found = ((o, f) for o in self.at_end for f in self.functions[o.function].results)
        return frozenset((self.ends[o.synapse].axis(o.synapse, f.axis), f.of) for o, f in found)

    @property
    def at_end(self) -> tuple[Gather | Share, ...]:
        """What is done for records alone."""
        return tuple(o for o in self.schedule if isinstance(o, Gather | Share) and o.stage == AT_END)

    @cached_property
    def made_anew(self) -> frozenset[tuple[str, str]]:
        """Rows that are made in each step before they are read, as (axis, row): draws, and what is of the past."""
        steps = ((o.axis, row) for o in self.schedule if isinstance(o, Remember) for row in (o.start, *o.slopes))
        taken = ((o.axis, o.row) for o in self.schedule if isinstance(o, Take))
        kept = ((o.axis, row) for o in self.schedule if isinstance(o, Advance) for row in o.kept)
        recalls = ((o.axis, o.row) for o in self.schedule if isinstance(o, Recall))
        return frozenset((*steps, *taken, *kept, *recalls))

    @cached_property
    def key(self) -> str:
        """What a compiled form depends on."""
        parts = (self.text, self.axes, self.scalars, self.driven, self.schedule, sorted(self.ends.items(), key=str))
        return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()
