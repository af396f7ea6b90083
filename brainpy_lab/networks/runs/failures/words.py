"""What goes wrong within a run, told at the line of the equation or event."""

from __future__ import annotations

import numpy as np

from brainpy_lab.equations.system import Assign, System
from brainpy_lab.errors import Location
from brainpy_lab.networks.code.edited import changed_functions
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.failures.culprit import line_at_fault
from brainpy_lab.networks.runs.failures.known import Known
from brainpy_lab.networks.runs.failures.watch import Place
from brainpy_lab.networks.runs.own_delays import problem_of
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.endings.cause import Standing
from brainpy_lab.simulation.endings.culprit import zero_divisor
from brainpy_lab.simulation.solution.outcome import OF_ALARMS, Outcome

#: Connections to a cell that are looked at.
_MOST = 1000
_BOUND = "Bound '{0}' where it is set, as in {0} = clip(..., 0, 1), or change what it is made of."


def in_words(plan: Plan, wrong: Place, times: tuple[float, ...], known: Known | None) -> tuple[Outcome, str]:
    """What has gone wrong at a place of an axis, with the line of the cell that says how it moves.

    ``times`` are that of the step's end, or two between which it was. ``known``, the values at the end of the step
    before, tell which operation it was.
    """
    axis, row, place = wrong
    owner, _, side = axis.partition(".")
    part = plan.network.by_name[owner]
    system = plan.assembly.systems.get(axis) or getattr(part, "system", None)
    event, _, alarm = row.rpartition("_")
    if alarm in OF_ALARMS and system is not None and event in {e.name for e in system.events}:
        outcome, what = OF_ALARMS[alarm], f"the event '{event}'"
    else:
        memory = plan.assembly.memories.get(axis)
        row = row if memory is None else memory.state_of(row)
        outcome = Outcome.NON_FINITE
        what = f"'{row}' became nan or infinite"
    when = f"at t = {times[0]:g}" if len(times) == 1 else f"between t = {times[0]:g} and t = {times[1]:g}"
    text = f"{owner}: {what} in {_place_in_words(plan, wrong)} {when}."
    edited = changed_functions(plan.code, plan.assembly.code) if plan.code.edited else ()
    if outcome is Outcome.NON_FINITE and not edited:  # the model's lines are not what was computed
        cause = _of_synapses(part, row, side, place, known) if isinstance(part, Synapses) else None
        if isinstance(part, NeuGroup):
            cause = _of_cells(plan, part, row, place, known)
        if cause is not None:
            return outcome, f"{text}\n  {cause}"
    where = _line_of(system, row)
    text += f" {outcome.advice}"
    if edited:
        text += f"\n  The code of {', '.join(edited)} was edited: see net.code('{plan.code.backend}')."
    return outcome, text if where is None else f"{text}\n  {where}"


def _place_in_words(plan: Plan, wrong: Place) -> str:
    axis, _, place = wrong
    owner, _, side = axis.partition(".")
    part = plan.network.by_name[owner]
    if side or not isinstance(part, Synapses):
        return f"cell {place}"
    wired = plan.wired[owner]
    number = place if wired.stored is None else int(wired.stored[place])  # as it is counted, not as it is stored
    return f"connection {number} (from cell {wired.pre[place]} to {wired.post[place]})"


def _of_synapses(syn: Synapses, row: str, side: str, place: int, known: Known | None) -> str | None:
    zero = zero_divisor(syn.system, syn.values)
    if zero is not None:
        return f"{zero}."
    cause = None if known is None else line_at_fault(syn.system, row, known.at(syn, side, place))
    return None if cause is None else f"{cause}\n  {_BOUND.format(row)}"


def _of_cells(plan: Plan, group: NeuGroup, row: str, place: int, known: Known | None) -> str | None:
    """The line of the group that is not finite, else that of a synapse whose spikes have set the state."""
    if known is None:
        return None
    standing = Standing(problem_of(group), known.of_group(group), place, known.time)
    cause = standing.cause or line_at_fault(group.system, row, standing.known)
    if cause is not None:
        return cause
    for syn in plan.network.synapses:
        state = row.removeprefix(f"{syn.name}_") if row not in group.system.state_names else f"post_{row}"
        if syn.post_group is not group or plan.wired[syn.name].pairs or not _sets(syn, state):
            continue
        for at in np.flatnonzero(plan.wired[syn.name].post == place)[:_MOST]:
            cause = line_at_fault(syn.system, state, known.at(syn, "", int(at)))
            if cause is not None:
                return f"Spikes of {syn.name} have set it: {cause}"
    return None


def _sets(syn: Synapses, name: str) -> bool:
    return any(isinstance(a, Assign) and a.target == name for e in syn.system.events for a in e.actions)


def _line_of(system: System | None, row: str) -> Location | None:
    """Where the equation of a state stands, or the event of an alarm."""
    if system is None:
        return None
    spans = {s.name: s.span for s in system.states}
    spans |= {f"{e.name}_{alarm}": e.span for e in system.events for alarm in OF_ALARMS}
    span = spans.get(row)
    return None if span is None else system.place(span)
