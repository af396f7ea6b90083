"""The equations of a group's cells with all that synapses write into them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import generate
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.compose import compose, within_cell
from brainpy_lab.equations.reduced import reading
from brainpy_lab.equations.system import Coupling, Parameter, System
from brainpy_lab.networks.synapses import Synapses


def lumped_couplings(synapses: Synapses) -> tuple[Coupling, ...]:
    """The couplings that the target's own equations hold, since all they read lives there."""
    lumped = set(synapses.homes.at("lumped"))
    return tuple(c for c in synapses.system.couplings if synapses.system.names_read(c.value) & lumped)


def gathered_couplings(synapses: Synapses) -> tuple[Coupling, ...]:
    """The couplings that are summed over connections in each step, one an input of the target."""
    lumped = lumped_couplings(synapses)
    return by_target(c for c in synapses.system.couplings if c not in lumped)


def by_target(couplings: Iterable[Coupling]) -> tuple[Coupling, ...]:
    """The couplings with one for each input: what several lines add to it, together."""
    found: dict[tuple[str, str], Coupling] = {}
    for c in couplings:
        before = found.get((c.side, c.target))
        found[c.side, c.target] = c if before is None else replace(c, value=ast.BinOp(before.value, ast.Add(), c.value))
    return tuple(found.values())


def sum_name(synapses: Synapses, coupling: Coupling) -> str:
    """The parameter of the target that is the sum of a coupling over connections."""
    return f"{synapses.name}_{coupling.target}_sum"


def composed_system(system: System, synapses: Iterable[Synapses]) -> System:
    """A cell's equations with the lumped states of synapses in it, and an input for each sum over connections."""
    for syn in synapses:
        couplings, gathered = lumped_couplings(syn), gathered_couplings(syn)
        if couplings or gathered or syn.homes.at("lumped"):
            part = _part(syn, couplings)
            sums = [(c, f"{c.target}_sum") for c in gathered]
            part = replace(
                part, parameters=(*part.parameters, *(Parameter(total, 0.0) for _, total in sums)),
                couplings=(*couplings, *(_read_as(total, c) for c, total in sums)),
            )  # fmt: skip
            system = _with(system, part, syn)
    return system


def _read_as(total: str, coupling: Coupling) -> Coupling:
    """A coupling that adds the value of a name."""
    return replace(coupling, value=ast.copy_location(ast.Name(total, ast.Load()), coupling.value))


def _with(system: System, part: System, synapses: Synapses) -> System:
    own = {*part.state_names, *part.parameter_names, *(d.name for d in part.derived + part.intermediates)}
    read = {n for e in part.expressions() for n in part.names_read(e)} - own
    inputs = {f"post.{n.removeprefix('post_')}": n.removeprefix("post_") for n in read if n.startswith("post_")}
    inputs |= {f"post.{c.target}": c.target for c in part.couplings}
    return compose(system, part, f"{synapses.name}_", inputs)


def _part(synapses: Synapses, couplings: tuple[Coupling, ...]) -> System:
    """What of a synapse lives with the target: lumped states, their couplings, and what these read."""
    rest, _ = within_cell(synapses.system)
    lumped = set(synapses.homes.at("lumped"))
    states = tuple(s for s in rest.states if s.name in lumped)
    expressions = [s.drift for s in states if s.drift is not None] + [c.value for c in couplings]
    read = rest.names_read(*expressions)
    return replace(reading(rest, read), states=states, couplings=couplings)


@lru_cache(maxsize=128)
def step_of(
    system: System,
    method: str,
    backend: str,
    by_stages: bool = False,
    remembered: frozenset[str] = frozenset(),
    set_outside: frozenset[str] = frozenset(),
) -> StepCode:
    """The functions of a step, phase by phase; networks of the same cells need not write them again."""
    dialect = drivers.get(backend).dialect
    return generate(
        system, solvers.get(method), dialect, backend, apart=True, by_stages=by_stages, remembered=remembered,
        set_outside=set_outside,
    )  # fmt: skip
