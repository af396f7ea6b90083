"""What goes wrong within a run, told at the line of the equation or event."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.errors import Location
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.own_delays import problem_of
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.endings.cause import Standing
from brainpy_lab.simulation.endings.culprit import zero_divisor
from brainpy_lab.simulation.solution.outcome import OF_ALARMS, Outcome


def in_words(
    plan: Plan, axis: str, row: str, place: int, t: float, before: Mapping[str, np.ndarray] | None = None
) -> tuple[Outcome, str]:
    """What has gone wrong at a place of an axis, with the line of the cell that says how it moves.

    ``before`` are the states of a group where the step began: they may tell which operation it was.
    """
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
    of = "connection" if isinstance(part, Synapses) and not side else "cell"
    where = _line_of(system, row)
    text = f"{owner}: {what} in {of} {place} at t = {t:g}."
    if outcome is Outcome.NON_FINITE and before is not None and isinstance(part, NeuGroup):
        cause = Standing(problem_of(part), before, place, t - plan.state.dt).cause
        if cause is not None:
            return outcome, f"{text}\n  {cause}"
    zero = zero_divisor(part.system, part.values) if isinstance(part, Synapses) else None
    text += f" {outcome.advice}" if zero is None else f"\n  {zero}."
    return outcome, text if where is None else f"{text}\n  {where}"


def _line_of(system: System | None, row: str) -> Location | None:
    """Where the equation of a state stands, or the event of an alarm."""
    if system is None:
        return None
    spans = {s.name: s.span for s in system.states}
    spans |= {f"{e.name}_{alarm}": e.span for e in system.events for alarm in OF_ALARMS}
    span = spans.get(row)
    return None if span is None else system.place(span)


def spoiled(syn: Synapses, values: Mapping[str, np.ndarray]) -> tuple[str, int] | None:
    """The first state of connections that is not finite, where it began as a number, and the connection."""
    for name, array in values.items():
        if np.isfinite(array.sum()):  # a sum of numbers that are not finite is none
            continue
        wrong = np.flatnonzero(~np.isfinite(array))
        if len(wrong) and np.isfinite(np.asarray(syn.initial(name), dtype=float)).all():
            return name, int(wrong[0])
    return None
