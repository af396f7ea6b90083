"""From groups and synapses to the code of one network step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from brainpy_lab import solvers
from brainpy_lab.codegen.arrival import Place, Written, write_arrival, write_sum
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.fields import Field, Fields, Signature
from brainpy_lab.codegen.generate import helper_texts, printed
from brainpy_lab.codegen.hidden import held_states, hold_name
from brainpy_lab.codegen.network import (
    CELL,
    CONNECTION,
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Advance,
    Arrive,
    Axis,
    Emit,
    Ends,
    Fire,
    Gather,
    NetworkCode,
    Operation,
    Take,
)
from brainpy_lab.codegen.printing import Dialect, Printer
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import State, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.composed import composed_system, gathered_couplings, reading, step_of, sum_name
from brainpy_lab.networks.described import heading_of
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.driven import Driven
from brainpy_lab.networks.sides import event_name, known_of
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses

#: What is kept with the cells is advanced by it: exact for what is linear in itself.
_KEPT_METHOD = "exponential_euler"


@dataclass
class _Parts:
    """What has been written so far."""

    imports: dict[str, set[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    functions: dict[str, Signature] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    scalars: list[str] = field(default_factory=list)

    def scalar(self, axis: str, name: str) -> str:
        """A number for a whole axis."""
        key = f"{axis}.{name}"
        if key not in self.scalars:
            self.scalars.append(key)
        return key

    def row(self, axis: str, name: str) -> str:
        """A row of an axis."""
        rows = self.rows.setdefault(axis, [])
        if name not in rows:
            rows.append(name)
        return name


class Assembly:
    """The code of a network, and what belongs to it.

    Parameters
    ----------
    name : str
    groups, synapses : sequences
        In the order in which they were given.
    dialect : callable
        From a system to the driver's spelling of its functions.
    backend : str

    Attributes
    ----------
    systems : dict of str to System
        The equations of each group with all that synapses write into them.
    draws : dict of (str, str) to Draw
        Random numbers of each step, by group and row.
    """

    def __init__(
        self,
        name: str,
        groups: Iterable[Source],
        synapses: Iterable[Synapses],
        dialect: Dialect,
        backend: str,
    ) -> None:
        self.name, self.groups, self.synapses = name, tuple(groups), tuple(synapses)
        self.dialect, self.backend = dialect, backend
        self.driven: set[str] = set()
        self.takes: list[Operation] = []
        self.draws: dict[tuple[str, str], Draw] = {}
        self.parts = _Parts()
        self.systems: dict[str, System] = {}
        self.gathers: list[Operation] = []
        self.advances: list[Operation] = []
        self.fires: list[Operation] = []
        self.emits: list[Operation] = []
        self.arrivals: list[Arrive] = []
        for group in self.groups:
            if isinstance(group, NeuGroup):
                self._add_group(group)
            else:
                self.emits.append(Emit(group.name))
        for syn in self.synapses:
            self._add_synapses(syn)

    @cached_property
    def code(self) -> NetworkCode:
        """All of it."""
        parts = self.parts
        schedule = self._schedule()
        head = [heading_of(self.name, self.backend, self.groups, self.synapses, schedule)]
        for module, names in sorted((m, n) for m, n in parts.imports.items() if n):
            head.append(f"from {module} import {', '.join(sorted(names))}")
        text = "\n".join(head) + "\n\n\n" + "\n\n\n".join(parts.texts) + "\n"
        return NetworkCode(
            text=text,
            name=self.name,
            backend=self.backend,
            axes=tuple(Axis(name, tuple(rows)) for name, rows in parts.rows.items()),
            scalars=tuple(parts.scalars),
            driven=tuple(s for s in parts.scalars if s in self.driven),
            schedule=schedule,
            functions=parts.functions,
            ends={s.name: Ends(s.pre_group.name, s.post_group.name) for s in self.synapses},
        )

    def _schedule(self) -> tuple[Operation, ...]:
        """The order of a step: advance, arrivals that are due, test and act, arrivals without delay."""
        late = [a for a in self.arrivals if a.delayed]
        early = [a for a in self.arrivals if not a.delayed]
        first, then = ([a for a in early if a.side == side] for side in ("pre", "post"))
        return (*self.takes, *self.gathers, *self.advances, *late, *self.fires, *self.emits, *first, *then)

    # --- groups ------------------------------------------------------------------------------------------------------

    def _add_group(self, group: NeuGroup) -> None:
        """The functions of a group's cells: advance, and for each event test and act."""
        parts, name = self.parts, group.name
        system = composed_system(group.system, [s for s in self.synapses if s.post_group is group])
        method = solvers.get(group.method)
        solvers.check(method, system)
        self.systems[name] = system
        for moving, course in group.moving.items():
            if course.size:
                self.takes.append(Take(name, parts.row(name, moving)))
            else:
                self.driven.add(parts.scalar(name, moving))
        step = step_of(system, group.method, self.backend)
        names = self._take_text(step, name)
        for row in (*step.states, *step.hidden):
            parts.row(name, row)
        for draw in step.draws:
            self.takes.append(Take(name, parts.row(name, draw.name)))
            self.draws[name, draw.name] = draw
        before: dict[str, str] = {}
        for block in step.blocks:
            tests = "test" in block.phases
            signature = self._resolved(block.signature, group, system, before if tests else None)
            parts.functions[names[block.function]] = signature
        self.advances.append(Advance(name, names["advance"], dict(before)))
        for event in system.events:
            acts = names.get(f"at_{event.name}", "")
            self.fires.append(Fire(name, event.name, names[f"test_{event.name}"], acts))

    def _resolved(
        self, signature: Signature, group: NeuGroup, system: System, before: dict[str, str] | None
    ) -> Signature:
        """A signature whose fields say where their values stand."""
        parts, name = self.parts, group.name
        found: list[Field] = []
        for f in signature.arguments:
            match f.role:
                case "time" | "step":
                    found.append(f)
                case "state" if before is not None:
                    before[f"{f.name}_before"] = f.name
                    found.append(Field(f.name, CELL, "state", parts.row(name, f"{f.name}_before")))
                case "state" | "hidden" | "end_state":
                    found.append(Field(f.name, CELL, "state", parts.row(name, f.of)))
                case "passed" | "draw":
                    found.append(Field(f.name, CELL, "state", parts.row(name, f.name)))
                case "parameter" if self._varies(group, f.name):
                    found.append(Field(f.name, CELL, "state", parts.row(name, f.name)))
                case "parameter":
                    found.append(Field(f.name, "", "parameter", parts.scalar(*self._owner(group, f.name))))
                case _:
                    raise ArgumentError(f"{name}: networks do not hand a step its {f.role} so far.")
        given = [
            f
            if f.role == "flag"
            else Field(f.name, CELL, "state", parts.row(name, f.name if f.role == "passed" else f.of))
            for f in signature.results
        ]
        return Signature(Fields(found), Fields(given))

    def _owner(self, group: NeuGroup, name: str) -> tuple[str, str]:
        """Whose parameter a name of a group's equations is: the group's, or that of a synapse composed with it."""
        if name in group.parameters:
            return group.name, name
        syn = next(s for s in self.synapses if s.post_group is group and name.startswith(f"{s.name}_"))
        return syn.name, name.removeprefix(f"{syn.name}_")

    def _varies(self, group: NeuGroup, name: str) -> bool:
        if name in group.parameters:
            value = group.parameters[name]
            return value.size > 0 if isinstance(value, Driven) else isinstance(value, np.ndarray)
        return any(
            name == sum_name(s, c) for s in self.synapses if s.post_group is group for c in gathered_couplings(s)
        )

    def _take_text(self, step: StepCode, owner: str) -> dict[str, str]:
        """Take over a step's functions under the owner's name; returns their names."""
        tree = ast.parse(step.text)
        defined = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
        names = {n.name: f"{n.name}_{owner}" for n in defined}
        lines = step.text.splitlines()
        self._import(tree)
        for number, node in enumerate(defined):
            end = defined[number + 1].lineno - 1 if number + 1 < len(defined) else len(lines)
            text = "\n".join(lines[node.lineno - 1 : end]).rstrip()
            self.parts.texts.append(_renamed(text, names))
        return names

    def _import(self, tree: ast.Module) -> None:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                self.parts.imports.setdefault(node.module, set()).update(ast.unparse(a) for a in node.names)

    # --- synapses ----------------------------------------------------------------------------------------------------

    def _add_synapses(self, syn: Synapses) -> None:
        parts, system = self.parts, syn.system
        parts.rows.setdefault(syn.name, [])
        helpers, printer = helper_texts(system, self.dialect)
        names = {f.name: f"{f.name}_{syn.name}" for f in system.functions}
        parts.texts += [_renamed(text, names) for text in helpers]
        for side in ("pre", "post"):
            self._advance_kept(syn, side)
        self._advance_connections(syn)
        for coupling in gathered_couplings(syn):
            function = f"sum_{syn.name}_{coupling.target}"
            row = sum_name(syn, coupling)
            self._add_function(function, write_sum(system, coupling.value, self._places(syn), row), printer, names, syn)
            self.gathers.append(Gather(syn.name, function, row))
        for event in system.events:
            cell, connection = write_arrival(system, event, self._places(syn), _held(syn.post_group, self.systems))
            word = f"{event.name}_{syn.name}"
            for function, written in ((f"{word}_cell", cell), (word, connection)):
                if written is not None:
                    self._add_function(function, written, printer, names, syn)
            side = "pre" if event.side == "pre" else "post"
            group = syn.pre_group if side == "pre" else syn.post_group
            delay = np.asarray(syn.delay_given if side == "pre" else syn.post_delay_given)
            for delayed in (True, False):
                if np.any((delay > 0) == delayed) or (not delayed and not delay.size):
                    self.arrivals.append(
                        Arrive(
                            syn.name, "pre" if side == "pre" else "post", (group.name, event_name(event)),
                            f"{word}_cell" if cell else "", word if connection else "", delayed,
                        )
                    )  # fmt: skip
        parts.imports.setdefault(self.dialect.module, set()).update(printer.imports)

    def _add_function(
        self, name: str, written: Written, printer: Printer, names: Mapping[str, str], syn: Synapses
    ) -> None:
        texts = [text for text, _ in printed(written.lines, printer)]
        head = f"def {name}({', '.join(written.signature.arguments.names)}):"
        body = [*texts, f"return {', '.join(written.signature.results.names)}"]
        self.parts.texts.append(_renamed("\n".join([head, *(f"    {line}" for line in body)]), names))
        self.parts.functions[name] = self._registered(written.signature, syn)

    def _registered(self, signature: Signature, syn: Synapses) -> Signature:
        """The signature, its rows and scalars noted; scalars say whose they are."""
        ends = Ends(syn.pre_group.name, syn.post_group.name)

        def noted(f: Field) -> Field:
            if f.role in ("time", "step", "passed"):
                return f
            if not f.axis:
                owner, _, name = f.of.rpartition(".")
                return replace(f, of=self.parts.scalar(owner or syn.name, name))
            self.parts.row(ends.axis(syn.name, f.axis), f.of)
            return f

        return Signature(Fields(map(noted, signature.arguments)), Fields(map(noted, signature.results)))

    def _places(self, syn: Synapses) -> dict[str, Place]:
        """Where the names of a synapse stand."""
        places: dict[str, Place] = {}
        for state in syn.system.state_names:
            home = syn.homes.of[state]
            places[state] = {
                "lumped": Place(POST, f"{syn.name}_{state}"), "pre": Place(KEPT_PRE, state),
                "post": Place(KEPT_POST, state), "connection": Place(CONNECTION, state),
            }[home]  # fmt: skip
        for name, value in syn.values.items():
            places[name] = Place(CONNECTION if isinstance(value, np.ndarray) else "", name)
        for side, group, kind in (("pre", syn.pre_group, PRE), ("post", syn.post_group, POST)):
            for name in known_of(group):
                places[f"{side}_{name}"] = self._place_of_side(group, name, kind)
            if isinstance(group, NeuGroup):
                for state in held_states(self.systems[group.name]):
                    places[f"{side}_{hold_name(state)}"] = Place(kind, hold_name(state))
        return places

    def _place_of_side(self, group: Source, name: str, kind: str) -> Place:
        assert isinstance(group, NeuGroup)
        if name in group.parameters and not self._varies(group, name):
            return Place("", f"{group.name}.{name}")
        return Place(kind, name)

    def _advance_kept(self, syn: Synapses, side: str) -> None:
        """What is kept once a cell of a side, advanced in each step."""
        kept = syn.homes.at("pre" if side == "pre" else "post")
        axis = f"{syn.name}.{side}"
        for name in kept:
            self.parts.row(axis, name)
        moving = tuple(s for s in syn.system.states if s.name in kept and s.drift is not None)
        if not moving:
            return
        self._advance(syn, moving, axis, axis.replace(".", "_"))

    def _advance_connections(self, syn: Synapses) -> None:
        own = syn.homes.at("connection")
        for name in own:
            self.parts.row(syn.name, name)
        moving = tuple(s for s in syn.system.states if s.name in own and s.drift is not None)
        if moving:
            self._advance(syn, moving, syn.name, syn.name)

    def _advance(self, syn: Synapses, moving: tuple[State, ...], axis: str, word: str) -> None:
        """States of a synapse with equations of their own, advanced place by place."""
        system = syn.system
        read = system.names_read(*(s.drift for s in moving if s.drift is not None))
        sided = sorted(n for n in read if n.startswith(("pre_", "post_")) and n not in system.parameter_names)
        if sided:
            raise ArgumentError(
                f"{syn.name}: the equation of '{moving[0].name}' reads {sided[0].replace('_', '.', 1)}; what a synapse "
                "keeps moves by its own values so far.",
                advice="Write what it needs of the cells into the model of the group.",
            )
        others = read & set(system.state_names) - {s.name for s in moving}
        if others:
            raise ArgumentError(
                f"{syn.name}: the equation of '{moving[0].name}' reads '{min(others)}', which lives elsewhere."
            )
        part = replace(reading(system, read), states=moving, events=(), couplings=(), delays=())
        step = step_of(part, _KEPT_METHOD, self.backend)
        names = self._take_text(step, word)
        signature = step.blocks[0].signature
        arguments = [
            f if f.role in ("time", "step")
            else Field(f.name, CELL, "state", self.parts.row(axis, f.name))
            if f.role == "state" or isinstance(syn.values.get(f.name), np.ndarray)
            else Field(f.name, "", "parameter", self.parts.scalar(syn.name, f.name))
            for f in signature.arguments
        ]  # fmt: skip
        results = [Field(f.name, CELL, "state", f.of) for f in signature.results.of("state")]
        self.parts.functions[names["advance"]] = Signature(Fields(arguments), Fields(results))
        self.advances.append(Advance(axis, names["advance"]))


def _held(group: Source, systems: Mapping[str, System]) -> dict[str, str]:
    """For the states of a target that may be held: the name of the time of release."""
    if not isinstance(group, NeuGroup):
        return {}
    return {f"post_{s}": f"post_{hold_name(s)}" for s in held_states(systems[group.name])}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Text with its functions under other names."""
    for old, new in names.items():
        text = re.sub(rf"\b{old}(?=\()", new, text)
    return text
