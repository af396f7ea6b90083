"""What a cell's equations define, ``I_Na = g*m**3*h*(V - E)``, for records: computed from those of its states."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from brainpy_lab.codegen.arrival import ARRIVAL, Place, write_sum
from brainpy_lab.codegen.fields import Field, Fields, Signature
from brainpy_lab.codegen.generate import helper_texts, printed
from brainpy_lab.codegen.network import POST
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.composed import gathered_couplings, sum_name
from brainpy_lab.networks.code.draft import Draft, renamed
from brainpy_lab.networks.code.groups import owner_of
from brainpy_lab.networks.group import NeuGroup


@dataclass(frozen=True)
class Defined:
    """A definition of a group's cells that is recorded.

    Attributes
    ----------
    group, name : str
    """

    group: str
    name: str

    @property
    def function(self) -> str:
        """What computes it in the code that reads records."""
        return f"{self.name}_of_{self.group}"


def is_defined(group: NeuGroup, name: str) -> bool:
    """Whether the equations of a group's cells define a name that moves with their states or in time."""
    return any(d.name == name for d in group.system.intermediates)


def write_definition(draft: Draft, group: NeuGroup, name: str) -> None:
    """The function that computes a definition from what stands with the cells at the end of a step.

    Raises
    ------
    ArgumentError
        It reads what is not there then.
    """
    system = draft.systems[group.name]
    places = {n: Place(POST, n) for n in system.state_names}
    read = system.names_read(ast.Name(name)) - {d.name for d in system.derived + system.intermediates}
    _check(draft, group, system, name, read)
    for parameter in (p for p in system.parameter_names if p in read):
        places[parameter] = Place("", ".".join(owner_of(draft, group, parameter)))
    written = write_sum(system, ast.Name(name, ast.Load()), places, name, ARRIVAL)
    helpers, printer = helper_texts(system, draft.dialect)
    names = {f.name: f"{f.name}_for_{name}_of_{group.name}" for f in system.functions}
    lines = [text for text, _ in printed(written.lines, printer)]
    function = Defined(group.name, name).function
    head = f"def {function}({', '.join(written.signature.arguments.names)}):"
    text = "\n".join([head, *(f"    {line}" for line in (*lines, f"return {written.signature.results.names[0]}"))])
    draft.texts += [renamed(one, names) for one in (*helpers, text)]
    draft.functions[function] = Signature(written.signature.arguments, Fields([Field(name, POST, "sum", name)]))
    draft.imports.setdefault(draft.dialect.module, set()).update(printer.imports)


def _check(draft: Draft, group: NeuGroup, system: System, name: str, read: set[str]) -> None:
    sums = {sum_name(s, c): (s, c) for s in draft.synapses if s.post_group is group for c in gathered_couplings(s)}
    if found := sorted(read & sums.keys()):
        synapses, coupling = sums[found[0]]
        why = f"reads '{coupling.target}', to which {synapses.name} adds a sum over its connections in each step"
        advice = f"Record {{'{synapses.name}': ['post.{coupling.target}']}} and the states that it is made of."
    elif any(d.name in read for d in system.delays):
        why, advice = "reads the past", "Record the states that it is made of."
    elif not read & {*system.state_names}:
        why, advice = "reads no state", "What depends on time and parameters alone is computed from these."
    else:
        return
    raise ArgumentError(f"record: {group.name}: '{name}' {why}; it is not recorded.", advice=advice)
