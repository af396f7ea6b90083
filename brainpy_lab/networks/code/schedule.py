"""The order within a step: that of the project, and that of Brian2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from brainpy_lab.codegen.network import Act, Arrive, Operation, Share
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.code.described import in_words
from brainpy_lab.networks.code.draft import Draft

#: The order where none is asked for.
DEFAULT = "default"


@dataclass(frozen=True)
class Phase:
    """A part of a step.

    Attributes
    ----------
    title : str
    operations : tuple of operations
        In their order.
    """

    title: str
    operations: tuple[Operation, ...] = ()

    def __str__(self) -> str:
        return f"{self.title}: {'; '.join(map(in_words, self.operations)) or '-'}"


@dataclass(frozen=True)
class Schedule:
    """The order within a step of a network; prints as text, a line a phase.

    Attributes
    ----------
    network, name : str
        Whose it is, and which: "default" or "brian2".
    phases : tuple of Phase
    """

    network: str
    name: str
    phases: tuple[Phase, ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All that is done, in its order."""
        return tuple(o for phase in self.phases for o in phase.operations)

    def __str__(self) -> str:
        lines = [f"The order within a step of {self.network}, schedule '{self.name}'."]
        return "\n".join([*lines, *(f"{number}. {phase}" for number, phase in enumerate(self.phases, 1))])

    __repr__ = __str__


def check_schedule(name: object) -> str:
    """The name of a schedule that there is.

    Raises
    ------
    ArgumentError
    """
    if isinstance(name, str) and name in _ORDERS:
        return name
    near = did_you_mean(name, _ORDERS) if isinstance(name, str) else None
    raise ArgumentError(
        f"There is no schedule {name!r:.60}.", advice=near or f"Schedules: {', '.join(map(repr, _ORDERS))}."
    )


def schedule_of(network: str, name: str, draft: Draft) -> Schedule:
    """What has been drafted, in the order of that name."""
    return Schedule(network, name, _ORDERS[name](draft))


def _default(draft: Draft) -> tuple[Phase, ...]:
    """Spikes that are due arrive before the test, so that a cell they lift fires in the same step."""
    undelayed = _pre_first(a for a in draft.arrivals if not a.delayed)
    return (
        Phase("sources, inputs, blocks that run every T", (*draft.takes, *draft.timed)),
        Phase("advance", _advance(draft)),
        Phase("arrivals due", tuple(a for a in draft.arrivals if a.delayed)),
        Phase("test, act, enqueue", (*draft.fires, *draft.emits)),
        Phase("arrivals without delay", undelayed),
        *_last(draft),
    )


def _brian2(draft: Draft) -> tuple[Phase, ...]:
    """Its slots: groups, thresholds, synapses, resets.

    In the slot of synapses all spikes that are due, delayed or not, together run the blocks of all ``pre`` pathways,
    then those of all ``post`` pathways: these have the orders -1 and 1 there. Synapses of one side are served as they
    were given to the network, where Brian2 goes by their names.
    """
    tests = [replace(f, acts="") for f in draft.fires]
    acts = tuple(Act(f.axis, f.event, f.acts) for f in draft.fires if f.acts)
    return (
        Phase("sources, inputs, blocks that run every T", (*draft.takes, *draft.timed)),
        Phase("advance", _advance(draft)),
        Phase("test, enqueue", (*tests, *draft.emits)),
        Phase("arrivals due, with delay and without", _pre_first(_together(draft.arrivals))),
        Phase("act", acts),
        *_last(draft),
    )


def _last(draft: Draft) -> tuple[Phase, ...]:
    """What sees the step as it has become."""
    memory = (Phase("what fractional states remember", tuple(draft.concludes)),) if draft.concludes else ()
    return (*memory, Phase("monitors", tuple(draft.monitors)))


def _advance(draft: Draft) -> tuple[Operation, ...]:
    """Groups that are coupled stage by stage; what follows other cells sees them as they are at the step's start."""
    stages = [operation for stage in draft.staged for operation in stage]
    if stages:
        return (*draft.recalls, *draft.follows, *stages, *draft.gathers, *draft.advances, *draft.remembers)
    return (*draft.recalls, *draft.gathers, *draft.follows, *draft.advances, *draft.remembers)


def _together(arrivals: Iterable[Arrive | Share]) -> list[Arrive | Share]:
    """Spikes of earlier steps and of this one at once: their connections act by their numbers, whenever cells fired."""
    found: list[Arrive | Share] = []
    for arrival in arrivals:
        if found and isinstance(last := found[-1], Arrive) and arrival == replace(last, delayed=not last.delayed):
            found[-1] = replace(last, delayed=None)
        else:
            found.append(arrival)
    return found


def _pre_first(arrivals: Iterable[Arrive | Share]) -> tuple[Arrive | Share, ...]:
    return tuple(sorted(arrivals, key=lambda a: a.side == "post"))


_ORDERS: dict[str, Callable[[Draft], tuple[Phase, ...]]] = {DEFAULT: _default, "brian2": _brian2}
