"""The part of a group in a network's code: its cells advance, and each event has its test and its block."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from brainpy_lab import solvers
from brainpy_lab.codegen.fields import Field, Fields, Signature
from brainpy_lab.codegen.network import CELL, Advance, Fire, Operation, Recall, Remember, Take
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.composed import composed_system, gathered_couplings, sum_name
from brainpy_lab.networks.code.courses import with_courses
from brainpy_lab.networks.code.draft import Draft
from brainpy_lab.networks.code.late import remembered_states
from brainpy_lab.networks.code.memory import check_orders, write_memory
from brainpy_lab.networks.code.memory_rows import memory_rows, remembered_row
from brainpy_lab.networks.code.methods import chosen, coupled, set_by_spikes
from brainpy_lab.networks.code.own_delays import check_own_delays, with_values_of_before
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.driven import Driven
from brainpy_lab.solvers.fractional import FractionalMethod


def write_group(draft: Draft, group: NeuGroup) -> None:
    """The functions of a group's cells: advance, and for each event test and act."""
    name = group.name
    system = composed_system(group.system, [s for s in draft.synapses if s.post_group is group])
    method = draft.methods[name] = chosen(group, system, draft.synapses)
    solvers.check(solvers.get(method), system)
    draft.systems[name] = system
    check_own_delays(group, system, solvers.get(method))
    followed, courses = with_courses(group, system, solvers.get(method))
    draft.courses[name] = courses
    whole = {moving: not given.size for moving, given in group.moving.items()}
    for moving, is_shared in {**whole, **{own: c.is_shared for own, c in courses.items()}}.items():
        if is_shared:
            draft.driven.add(f"{name}.{moving}")
        else:
            draft.takes.append(Take(name, moving))
    together = name in coupled(draft.synapses, at_once=True) and draft.is_staged
    remembered = remembered_states(group, draft.synapses) | {*system.delayed_states}
    step, names = draft.step(
        with_values_of_before(followed), method, name, by_stages=together or system.is_delayed, remembered=remembered,
        set_outside=set_by_spikes(group, draft.synapses) if system.is_fractional else frozenset(),
    )  # fmt: skip
    for row in (*system.state_names, *step.hidden):
        draft.row(name, row)
    for draw in step.draws:
        draft.takes.append(Take(name, draft.row(name, draw.name)))
        draft.draws[name, draw.name] = draw
    before: dict[str, str] = {}
    at_start: dict[str, str] = {}
    for block in step.blocks:
        kept = {"test": (before, before_of), "conclude": (at_start, start_of)}
        later = kept.get("test" if "test" in block.phases else block.function)
        draft.functions[names[block.function]] = _resolved(draft, block.signature, group, later)
    if system.is_fractional:
        check_orders(group, draft.synapses)
        of = solvers.get(method)
        assert isinstance(of, FractionalMethod)
        write_memory(draft, name, memory_rows(step, system, of), names.get("conclude", ""))
    stages = [b for b in step.blocks if b.function.startswith("stage_")]
    past = None
    for number, block in enumerate(stages):
        if together and len(draft.staged) == number:
            draft.staged.append([])
            draft.stages.append({})
            draft.nodes.append(block.node)
        operations = draft.staged[number] if together else draft.advances
        operations += _own_recalls(draft, name, stages[number - 1].node if number else 0.0, past)
        operations.append(Advance(name, names[block.function]))
        past = stages[number - 1].node if number else 0.0
        if together:
            draft.stages[number][name] = {f.of: f.name for f in block.signature.results.of("passed") if f.of}
    starts = {start_of(s): s for s in system.state_names if s in remembered}
    draft.advances += _own_recalls(draft, name, stages[-1].node if stages else 0.0, past)
    draft.advances.append(Advance(name, names["advance"], {**before, **starts, **at_start}))
    for start, state in starts.items():
        slopes = sum(len(b.signature.results.of("polynomial", owner=state)) for b in step.blocks)
        rows = tuple(draft.row(name, slope_of(state, n)) for n in range(slopes))
        draft.remembers.append(Remember(name, state, draft.row(name, start), rows))
    for event in system.events:
        acts = names.get(f"at_{event.name}", "")
        draft.fires.append(Fire(name, event.name, names[f"test_{event.name}"], acts))


def _own_recalls(draft: Draft, group: str, node: float, known: float | None) -> list[Operation]:
    """What cells read of their own past at a stage; nothing where that is ``known`` from the stage before."""
    if node == known:
        return []
    delays = draft.systems[group].delays
    return [Recall(group, draft.row(group, d.name), (group, d.state), f"{group}.{d.name}", node) for d in delays]


def before_of(state: str) -> str:
    """The row of a state's value at the start of the step, for tests of events."""
    return f"{state}_before"


def start_of(state: str) -> str:
    """The row of a state's value at the start of the step."""
    return f"{state} at the start"


def slope_of(state: str, number: int) -> str:
    """The row of a coefficient of a state's polynomial over the step."""
    return f"{state}, slope {number}"


def varies(draft: Draft, group: NeuGroup, name: str) -> bool:
    """Whether a parameter of a group's equations differs from cell to cell."""
    if any(d.name == name for d in draft.systems[group.name].delays):
        return True
    if name in draft.courses[group.name]:
        return not draft.courses[group.name][name].is_shared
    if name in group.parameters:
        value = group.parameters[name]
        return value.size > 0 if isinstance(value, Driven) else isinstance(value, np.ndarray)
    return any(name == sum_name(s, c) for s in draft.synapses if s.post_group is group for c in gathered_couplings(s))


def _resolved(
    draft: Draft, signature: Signature, group: NeuGroup, kept: tuple[dict[str, str], Callable[[str], str]] | None
) -> Signature:
    """A signature whose fields say where their values stand.

    ``kept`` is for functions that are called when the states have moved: it notes those that they read as they were,
    and names their rows.
    """
    name = group.name
    found: list[Field] = []
    for f in signature.arguments:
        match f.role:
            case "time" | "step":
                found.append(f)
            case "state" if kept is not None:
                row = draft.row(name, kept[1](f.name))
                kept[0][row] = f.name
                found.append(Field(f.name, CELL, "state", row))
            case "state" | "hidden" | "end_state":
                found.append(Field(f.name, CELL, "state", draft.row(name, f.of)))
            case "passed" | "draw" | "sum" | "weight":
                found.append(Field(f.name, CELL, "state", draft.row(name, f.name)))
            case "parameter" if varies(draft, group, f.name):
                found.append(Field(f.name, CELL, "state", draft.row(name, f.name)))
            case "parameter":
                found.append(Field(f.name, "", "parameter", draft.scalar(*owner_of(draft, group, f.name))))
            case _:
                raise ArgumentError(f"{name}: networks do not hand a step its {f.role} so far.")
    given = []
    for number, f in enumerate(signature.results):
        if f.role == "polynomial":
            row = slope_of(f.of, sum(g.role == "polynomial" and g.of == f.of for g in signature.results[:number]))
        else:
            row = f.name if f.role == "passed" else remembered_row(f.of) if f.role == "remembered" else f.of
        given.append(f if f.role == "flag" else Field(f.name, CELL, "state", draft.row(name, row)))
    return Signature(Fields(found), Fields(given))


def owner_of(draft: Draft, group: NeuGroup, name: str) -> tuple[str, str]:
    """Whose parameter a name of a group's equations is: the group's, or that of a synapse composed with it."""
    if name in group.parameters or name in draft.courses.get(group.name, ()):
        return group.name, name
    syn = next(s for s in draft.synapses if s.post_group is group and name.startswith(f"{s.name}_"))
    return syn.name, name.removeprefix(f"{syn.name}_")
