"""What a synapse reads of its cells that is no state and no parameter: it is computed from those, where it is read."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from brainpy_lab.equations.system import Definition, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.symbolic.inline import NotStraightError, inline, substitute


def with_definitions_of_cells(syn: Synapses, synapses: tuple[Synapses, ...]) -> System:
    """The equations of a synapse with the definitions of its cells that it reads: ``pre_r = tanh(pre_x)``.

    Raises
    ------
    ArgumentError
        One cannot be written out, or reads an input to which synapses add in the same step.
    """
    system = syn.system
    read = set().union(*(system.names_read(e) for e in system.expressions()))
    found: list[Definition] = []
    for side, group in (("pre", syn.pre_group), ("post", syn.post_group)):
        if isinstance(group, NeuGroup):
            added = {c.target for s in synapses if s.post_group is group for c in s.system.couplings}
            found += _of_side(syn, side, group.system, {n.removeprefix(f"{side}_") for n in read}, added)
    return replace(system, intermediates=(*found, *system.intermediates))


def _of_side(syn: Synapses, side: str, cell: System, read: set[str], added: set[str]) -> list[Definition]:
    definitions = {d.name: d for d in cell.derived + cell.intermediates}
    asked = [d for d in definitions.values() if d.name in read]
    needed = cell.names_read(*(d.expr for d in asked)) | {d.name for d in asked}
    if inputs := sorted(needed & added):
        raise ArgumentError(
            f"{syn.name}: it reads {side}.{asked[0].name}, which depends on '{inputs[0]}', to which synapses add.",
            advice=f"Read states of the cell, or make {asked[0].name} a state of it.",
        )
    if any(d.name in needed for d in cell.delays):
        raise ArgumentError(
            f"{syn.name}: it reads {side}.{asked[0].name}, which reads the past of its cell.",
            advice=f"Make {asked[0].name} a state of the cell, or read its states with delay=.",
        )
    own = {*cell.state_names, *cell.parameter_names, *definitions}
    names: Mapping[str, ast.expr] = {n: ast.Name(f"{side}_{n}", ast.Load()) for n in own}
    found = []
    for definition in definitions.values():
        if definition.name in needed:
            try:
                expr = substitute(inline(definition.expr, cell.functions), names)
            except NotStraightError as obstacle:
                raise ArgumentError(
                    f"{syn.name}: it reads {side}.{asked[0].name}, which calls a helper function with {obstacle}.",
                    advice="Write it without loops, or make it a state of the cell.",
                ) from None
            found.append(Definition(f"{side}_{definition.name}", expr, f"of the {side}synaptic cell"))
    return found
