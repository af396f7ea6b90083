"""A network in words: where variables live, and the order of its step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from brainpy_lab.codegen.headings import docstring
from brainpy_lab.codegen.network import (
    AT_END,
    Act,
    Advance,
    Arrive,
    Emit,
    Fire,
    Gather,
    Operation,
    Recall,
    Recollect,
    Remember,
    Share,
    Take,
)
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.sides import known_of, reads_in_each_step
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses

#: What a network is called that has been given no name.
UNNAMED = "Network"


def heading_of(
    name: str,
    backend: str,
    groups: Iterable[Source],
    synapses: Iterable[Synapses],
    order: Iterable[Operation],
    methods: Mapping[str, str],
    schedule: str = "",
) -> str:
    """The text at the head of a network's code: what it is made of, and the order of a step, by name if it has one."""
    named = "" if name == UNNAMED else f" {name}"
    lines = [f"One step of the network{named}, driver {backend}.", ""]
    for group in groups:
        known = isinstance(group, NeuGroup) and f"{group.model.name}, {methods[group.name]}"
        lines.append(f"{group.name}: {known or 'spikes known beforehand'}")
    for syn in synapses:
        lines.append(f"{syn.name}: {syn.model.name}, from {syn.pre.name} to {syn.post.name}")
        lines += [f"    {line}" for line in explained(syn)]
    lines += ["", f"In this order, schedule '{schedule}':" if schedule else "In this order:"]
    lines += [f"{number}. {in_words(operation)}" for number, operation in enumerate(order, 1)]
    return docstring(*lines)


def in_words(operation: Operation) -> str:
    """What happens at a point of a step."""
    match operation:
        case Gather(syn, function, row, stage):
            when = _stage_in_words(stage)
            name, is_total, _ = syn.partition("__")
            if is_total:
                return f"sums over all cells that {name} connects: {function} gives {row}"
            return f"sums over the connections of {syn}: {function} gives {row}, {when}"
        case Share(syn, function, clears=clears, stage=stage):
            when = "for these spikes" if clears else _stage_in_words(stage)
            return f"from the sums over all cells to each target of {syn}: {function}, {when}"
        case Advance(axis, function) if function.startswith("conclude_"):
            return f"what {axis} remembers of the step as it has become: {function}"
        case Advance(axis, function):
            return f"{axis} advances: {function}"
        case Emit(axis, timed=True):
            return f"the clock {axis}, in the steps before which its time is over"
        case Arrive(_, _, (clock, _), cell, function, timed=True):
            return f"all connections where {clock} ticks: {cell or function}"
        case Arrive(syn, _, (group, event), cell, function, delayed, in_turn=in_turn):
            when = {True: "whose delay is over", False: "of this step, without delay", None: "that are due"}[delayed]
            return f"{event}s of {group} {when}, at {_at(syn)}: {' then '.join(n for n in (cell, function) if n)}" + (
                ", connection by connection" if in_turn else ""
            )
        case Fire(axis, event, test, acts):
            return f"{event} of {axis}: {test}" + (f", where it happens {acts}" if acts else "")
        case Act(axis, event, function):
            return f"{event} of {axis} acts: {function}"
        case Emit(axis):
            return f"spikes of {axis}, known beforehand"
        case Recall(axis, row, (group, state), _, node):
            at = f"{node:.3g} of the step on" if node else "at the step's start"
            return f"{row} of {axis.partition('.')[0]}: {state} of {group} as it was the delay before, {at}"
        case Remember(axis, row, slopes=()):
            return f"what {axis} has in this step for the {row} is kept"
        case Recollect(axis, row):
            return f"{row} of {axis}: what the latest steps have left is added"
        case Take(axis, row, is_memory=True):
            return f"{row} of {axis}, for its fractional orders"
        case Remember(axis, row):
            return f"{row} of {axis} in this step is kept for those that read it later"
        case Take(axis, row):
            return f"{row} of {axis} from outside"


def _at(connections: str) -> str:
    """Where spikes arrive."""
    syn, is_total, _ = connections.partition("__")
    return f"the sums of {syn}" if is_total else syn


def _stage_in_words(stage: int) -> str:
    if stage == AT_END:
        return "for records"
    return f"for stage {stage}" if stage else "held over the step (order 1)"


def explained(syn: Synapses) -> list[str]:
    """Where the states of a synapse live, and why, a line each."""
    words = {
        "lumped": f"one value a cell of {syn.post_group.name}, in its equations: {syn.name}_{{0}}",
        "pre": f"one value a cell of {syn.pre_group.name}", "post": f"one value a cell of {syn.post_group.name}",
        "connection": "one value a connection",
    }  # fmt: skip
    lines = explained_sums(syn)
    lines += [f"{event} acts connection by connection: {why}" for event, why in syn.turns.items()]
    for state, home in syn.homes.of.items():
        why = f" ({syn.homes.why[state]})" if home == "connection" and state in syn.homes.why else ""
        by = f", times {syn.weighted.by[state]}" if state in syn.weighted.by else ""
        lines.append(f"{state}: {words[home].format(state)}{by}{why}{_when(syn, state)}")
    if syn.is_late:
        read = reads_in_each_step(syn.system, syn.pre_group)
        names = ", ".join(f"pre.{n}" for n in known_of(syn.pre_group) if n in read)
        once = "connection" if isinstance(syn.delay_given, np.ndarray) else "presynaptic cell"
        lines.append(f"{names}: a delay before, in every step; looked up once a {once}")
    return lines


def explained_sums(syn: Synapses) -> list[str]:
    """Of all connections to all: whether they are summed once for all targets, and why they are not."""
    if syn.totals.are_taken:
        own = ", a cell's own term taken off" if getattr(syn.table, "own", None) is not None else ""
        return [f"sums over all cells of {syn.pre.name}, made once for all targets{own}"]
    is_said = syn.homes.at("connection") or not syn.totals.why
    return [] if is_said else [f"sums over connections: {syn.totals.why}"]


def _when(syn: Synapses, state: str) -> str:
    """When a state that moves by an equation is brought up to date, or what it is for that the user has not written."""
    counted = {name: event for event, name in syn.counted.addresses.counts.items()}
    if state in counted:
        return f"; counts {counted[state]}, for which numbers are drawn"
    if state in syn.traces.why:
        return f"; advanced in every step: {syn.traces.why[state]}"
    trace = syn.traces.of.get(state)
    if trace is None:
        return ""
    if trace.factor:
        return f"; at spikes: {state} = {trace.kept}*{trace.factor}, {trace.factor} the decay of all since a time"
    return f"; at spikes: from {trace.kept}, its value at the last one, at the time {trace.since}"
