"""How the operations of a step are shared out among the threads of one run.

Each thread owns a range of the cells of every group, whole blocks of them, what synapses keep for these cells, and the
connections that lead to them. It does all that changes what it owns, in the order of one thread, so that nothing
depends on how many there are. What changes values of others too is done by one thread while the others wait; they also
wait for each other where one is to read what another has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from brainpy_lab.codegen.fields import Field
from brainpy_lab.codegen.network import (
    CELL,
    CONNECTION,
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Act,
    Advance,
    Arrive,
    Fire,
    Gather,
    NetworkCode,
    Operation,
    Recall,
    Recollect,
    Remember,
    Share,
    Take,
)
from brainpy_lab.drivers.numba.network.arguments import is_of_connections
from brainpy_lab.drivers.numba.network.pasts import is_late

#: A row of an axis.
Row = tuple[str, str]
#: Where a function of a connection finds what belongs to the owner of its target.
_OWNED = (CONNECTION, POST, KEPT_POST)


@dataclass
class Reach:
    """Which rows an operation changes and reads in what a thread owns, and in what others own.

    ``is_shared`` says that threads do it side by side.
    """

    changes: set[Row] = field(default_factory=set)
    reads: set[Row] = field(default_factory=set)
    changes_far: set[Row] = field(default_factory=set)
    reads_far: set[Row] = field(default_factory=set)
    is_shared: bool = True

    @property
    def rows(self) -> set[Row]:
        """All of them."""
        return self.changes | self.reads | self.changes_far | self.reads_far

    def clashes(self, other: Reach) -> bool:
        """Whether a thread may not do one while another thread does the other."""
        return any(a.changes_far & b.rows or a.reads_far & b.changes for a, b in ((self, other), (other, self)))


@dataclass
class Phase:
    """A part of a step: what one thread does while the others wait, and then what all do, each for its own.

    Attributes
    ----------
    alone, shared : list of (int, operation)
        With their numbers in the schedule.
    gathers : bool
        Whether before it the spikes and faults that threads have found are put together.
    """

    alone: list[tuple[int, Operation]] = field(default_factory=list)
    shared: list[tuple[int, Operation]] = field(default_factory=list)
    gathers: bool = False


def fused(code: NetworkCode, axis: str) -> list[Fire]:
    """The tests of an axis that may follow its step block by block: no spikes arrive there before them."""
    found: list[Fire] = []
    for operation in code.schedule:
        if isinstance(operation, Arrive | Share):
            ends = code.ends[operation.synapse]
            if axis in (ends.pre, ends.post):
                break
        elif isinstance(operation, Fire) and operation.axis == axis:
            found.append(operation)
    return found


def last_step(code: NetworkCode, axis: str) -> Advance | None:
    """What brings the cells of an axis to the step's end, before their events are tested."""
    found: Advance | None = None
    for operation in code.schedule:
        if isinstance(operation, Fire) and operation.axis == axis:
            break
        if isinstance(operation, Advance) and operation.axis == axis:
            found = operation
    return found


def phases_of(code: NetworkCode) -> list[Phase]:
    """The parts of a step; the first one begins with it."""
    phases, finds = [Phase()], False
    done: list[Reach] = []
    for number, operation in enumerate(code.schedule):
        reach = reach_of(code, operation)
        waits = (finds and _needs_spikes(operation)) or any(map(reach.clashes, done))
        if waits if reach.is_shared else phases[-1].shared:
            phases.append(Phase(gathers=finds))
            finds, done = False, []
        if reach.is_shared:
            phases[-1].shared.append((number, operation))
            done.append(reach)
        else:
            phases[-1].alone.append((number, operation))
        finds |= isinstance(operation, Advance | Fire)
    return [*phases, Phase(gathers=True)] if finds else phases


def _needs_spikes(operation: Operation) -> bool:
    """Whether it is for the spikes of the same step."""
    return isinstance(operation, Act) or (isinstance(operation, Arrive) and not operation.delayed)


def reach_of(code: NetworkCode, operation: Operation) -> Reach:
    """What an operation changes and reads."""
    match operation:
        case Take(axis, row):
            return _by_blocks(code, axis, Reach({(axis, row)}))
        case Advance() if is_of_connections(operation):
            return _of_connections(code, operation.synapse, operation.function)
        case Advance():
            return _of_cells(code, operation)
        case Fire(axis, _, test, acts):
            return _at_cells(code, axis, [test, acts])
        case Act(axis, _, function):
            return _at_cells(code, axis, [function])
        case Recall(axis, row, source):
            past = {_past(*source)}
            return Reach({(axis, row)}, reads_far=past) if is_late(operation) else Reach({(axis, row)}, past)
        case Recollect(axis, row, source):
            return Reach({(axis, row)}, {_past(*source)})
        case Remember(axis, row, start, slopes):
            return Reach({_past(axis, row)}, {(axis, name) for name in (start, *slopes)})
        case Gather(synapse, function):
            return _of_connections(code, synapse, function)
        case Arrive():
            return _of_spikes(code, operation)
    return Reach(is_shared=False)


def _past(axis: str, row: str) -> Row:
    """What is kept of a row's past."""
    return axis, f"past of {row}"


def _of_cells(code: NetworkCode, operation: Advance) -> Reach:
    """Of a step of the cells of a group, or of what a synapse keeps for those of a side."""
    fires = fused(code, operation.axis) if operation == last_step(code, operation.axis) else []
    names = [n for f in fires for n in (f.test, f.acts)]
    found = _at_cells(code, operation.axis, [operation.function, *names])
    found.changes |= {(operation.axis, kept) for kept in operation.kept}
    if operation.synapse:
        axes = code.ends[operation.synapse].axes(operation.synapse)
        taken, given = _fields(code, [operation.function])
        found.changes |= {(axes[f.axis], f.of) for f in given if f.axis in axes}
        found.reads |= {(axes[f.axis], f.of) for f in taken if f.axis in axes}
    return _by_blocks(code, operation.axis, found)


def _by_blocks(code: NetworkCode, axis: str, reach: Reach) -> Reach:
    """The same; of connections, which are owned with their targets, threads do here whatever blocks they are given."""
    if axis in code.ends:
        return Reach(changes_far=reach.changes, reads_far=reach.reads)
    return reach


def _at_cells(code: NetworkCode, axis: str, names: Iterable[str]) -> Reach:
    taken, given = _fields(code, names)
    return Reach({(axis, f.of) for f in given if f.axis == CELL}, {(axis, f.of) for f in taken if f.axis == CELL})


def _of_spikes(code: NetworkCode, operation: Arrive) -> Reach:
    """Of arriving spikes: what they do to their own cell is done by its owner, unless all are to be told of it."""
    axes = code.ends[operation.synapse].axes(operation.synapse)
    found = _of_connections(code, operation.synapse, operation.function)
    taken, given = _fields(code, [operation.cell])
    found.reads |= {(axes[f.axis], f.of) for f in taken if f.axis in axes}
    found.changes |= {(axes[f.axis], f.of) for f in given if f.axis in axes}
    tells = operation.side == "pre" and any(f.role == "passed" for f in given)
    found.is_shared &= not (tells or found.reads_far & found.changes)
    return found


def _of_connections(code: NetworkCode, synapse: str, function: str) -> Reach:
    axes = code.ends[synapse].axes(synapse)
    taken, given = _fields(code, [function])
    found = Reach()
    found.changes = {(axes[f.axis], f.of) for f in given if f.axis in _OWNED}
    found.reads = {(axes[f.axis], f.of) for f in taken if f.axis in _OWNED}
    found.reads_far = {(axes[f.axis], f.of) for f in taken if f.axis in (PRE, KEPT_PRE)}
    changes_far = any(f.axis in (PRE, KEPT_PRE) for f in given)
    found.is_shared = not (changes_far or found.reads_far & found.changes)
    return found


def _fields(code: NetworkCode, names: Iterable[str]) -> tuple[list[Field], list[Field]]:
    """What functions take, and what they give."""
    signatures = [code.functions[n] for n in names if n]
    return [f for s in signatures for f in s.arguments], [f for s in signatures for f in s.results]
