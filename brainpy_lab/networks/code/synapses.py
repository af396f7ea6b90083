"""The part of synapses in a network's code: what they keep advances, sums over connections, spikes that arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.codegen.arrival import ARRIVAL, Place, Written, write_arrival, write_sum
from brainpy_lab.codegen.fields import Field, Fields, Signature
from brainpy_lab.codegen.generate import helper_texts, printed
from brainpy_lab.codegen.hidden import held_states, hold_name
from brainpy_lab.codegen.network import (
    ALL,
    AT_END,
    CELL,
    CONNECTION,
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Advance,
    Arrive,
    Emit,
    Ends,
    Gather,
    Recall,
    Share,
    Side,
    Take,
)
from brainpy_lab.codegen.printing import EMPTY, Printer
from brainpy_lab.equations.reduced import alone, equations_of
from brainpy_lab.equations.system import Coupling, Event, Parameter, State, System
from brainpy_lab.networks.code.cells_read import with_definitions_of_cells
from brainpy_lab.networks.code.composed import gathered_couplings, sum_name
from brainpy_lab.networks.code.currents import current_row, currents_of
from brainpy_lab.networks.code.draft import Draft, renamed
from brainpy_lab.networks.code.every import Clock, clocks
from brainpy_lab.networks.code.groups import varies
from brainpy_lab.networks.code.late import late_states
from brainpy_lab.networks.code.methods import stepped_method
from brainpy_lab.networks.code.totals import PLACES_OF_TARGETS, Totals, ends_of_totals
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.sides import event_name, known_of
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.states.homes import Home
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import all_name


def write_synapses(draft: Draft, syn: Synapses) -> None:
    """All of their functions; the groups on both sides are written before."""
    draft.rows.setdefault(syn.name, [])
    helpers, printer = helper_texts(syn.system, draft.dialect)
    names = {f.name: f"{f.name}_{syn.name}" for f in syn.system.functions}
    draft.texts += [renamed(text, names) for text in helpers]
    writer = _Writer(draft, syn, with_definitions_of_cells(syn, draft.synapses), printer, names)
    writer.recalls()
    writer.advance("pre", f"{syn.name}.pre", f"{syn.name}_pre")
    writer.advance("post", f"{syn.name}.post", f"{syn.name}_post")
    writer.advance("connection", syn.name, syn.name)
    writer.sums()
    writer.currents()
    for event in syn.system.events:
        if event.side != "every":
            writer.arrivals(event)
    for clock in clocks([syn]):
        writer.every(clock)
    draft.imports.setdefault(draft.dialect.module, set()).update(printer.imports)


@dataclass
class _Writer:
    """Writes the functions of one synapse; its ``system`` has what it reads of its cells written out."""

    draft: Draft
    syn: Synapses
    system: System
    printer: Printer
    names: Mapping[str, str]

    # --- what is read a delay later ----------------------------------------------------------------------------------

    @property
    def _late_place(self) -> str:
        """Where it is put: once a presynaptic cell where all connections have one delay."""
        return CONNECTION if isinstance(self.syn.delay_given, np.ndarray) else KEPT_PRE

    def recalls(self) -> None:
        """Values of before: at the step's start, and within it where another stage of the method comes."""
        draft, before = self.draft, 0.0
        draft.recalls += self._recalled(0.0)
        for number, node in enumerate(draft.nodes if gathered_couplings(self.syn) else (), 1):
            if node != before:
                operations = draft.staged[number] if number < len(draft.staged) else draft.gathers
                operations[:0] = self._recalled(node)
            before = node

    def _recalled(self, node: float) -> list[Recall]:
        syn, found = self.syn, []
        for state in late_states(syn, self.draft.synapses):
            row = _late_row(state, is_start=not node)
            axis = Ends(syn.pre_group.name, syn.post_group.name).axis(syn.name, self._late_place)
            self.draft.row(axis, row)
            of = syn.name if self._late_place == CONNECTION else ""
            found.append(Recall(axis, row, (syn.pre_group.name, state), syn.name, node, of))
        return found

    def _late_places(self, *, is_start: bool = True) -> dict[str, Place]:
        """Where functions that are called in every step find values of before."""
        late = late_states(self.syn, self.draft.synapses)
        return {f"pre_{s}": Place(self._late_place, _late_row(s, is_start=is_start)) for s in late}

    # --- what is kept, and advances by itself ------------------------------------------------------------------------

    def advance(self, home: Home, axis: str, word: str) -> None:
        """What is kept once a connection, or once a cell of a side, and moves in every step."""
        draft, syn = self.draft, self.syn
        kept = syn.homes.at(home)
        for name in kept:
            for row in syn.traces.of[name].rows if name in syn.traces.of else (name,):
                draft.row(axis, row)
        moving = tuple(s for s in syn.system.states if s.name in kept and s.name in syn.traces.why)
        if not moving:
            return
        places = self._places() | self._late_places()
        part = self._alone(moving, places)
        read = set(part.parameter_names) - set(syn.values)
        still = {s.name for s in syn.system.states if s.drift is None}  # blocks alone change them, between steps
        method = stepped_method(part, syn.post_group, is_closed=read <= still, is_constant=not read)
        step, names = draft.step(part, method, word)
        for draw in step.draws:
            places[draw.name] = Place(CONNECTION, draw.name)
            draft.takes.append(Take(axis, draft.row(axis, draw.name)))
            draft.draws[axis, draw.name] = draw
        given = step.blocks[0].signature
        stand = {f.name: places[f.name] for f in given.arguments if f.role not in ("time", "step")}
        own = {"pre": KEPT_PRE, "post": KEPT_POST, "connection": CONNECTION}[home]
        is_own = all(place.axis in (own, "") for place in stand.values())
        arguments = [
            Field(f.name, stand[f.name].axis, "state" if stand[f.name].axis else "parameter", stand[f.name].row)
            if f.name in stand else f
            for f in given.arguments
        ]  # fmt: skip
        results = [Field(f.name, own, "state", f.of) for f in given.results.of("state")]
        signature = self._registered(Signature(Fields(arguments), Fields(results)))
        if is_own:
            draft.functions[names["advance"]] = _of_cells(signature)
            draft.advances.append(Advance(axis, names["advance"]))
        else:
            draft.functions[names["advance"]] = signature
            draft.follows.insert(0, Advance(axis, names["advance"], synapse=syn.name))

    def _alone(self, moving: tuple[State, ...], places: Mapping[str, Place]) -> System:
        """The equations of some states; what else they read has its value of the step's start."""
        part = alone(self.system, moving)
        read = part.names_read(*equations_of(moving))
        others = sorted((read & set(places)) - {s.name for s in moving} - set(part.parameter_names))
        return replace(part, parameters=(*part.parameters, *(Parameter(n, 0.0) for n in others)))

    # --- what connections do -----------------------------------------------------------------------------------------

    def sums(self) -> None:
        """What is summed over the connections of a target in each step."""
        for coupling in gathered_couplings(self.syn):
            stages = [{}, *self.draft.stages]
            for number, rows in enumerate(stages):
                word, stage = f"_{number + 1}" if number else "", number + 1 if self.draft.stages else 0
                write = self._total if self.syn.totals.are_taken else self._gather
                has_passed = number and self.draft.nodes[number - 1]
                found = write(coupling, self._places(rows) | self._late_places(is_start=not has_passed), word, stage)
                if number + 1 == len(stages):
                    self.draft.gathers += found
                else:
                    operations = self.draft.staged[number]
                    before = (i for i, o in enumerate(operations) if not isinstance(o, Gather | Share | Recall))
                    place = next(before, len(operations))
                    operations[place:place] = found

    def currents(self) -> None:
        """What the connections of a target add to it, for records: of the values at the end of a step."""
        for current in currents_of(self.syn):
            if (self.syn.name, current.target) not in self.draft.observed:
                continue
            if current.is_lumped:
                value = current.coupling.value
                self._add(current.function, write_sum(self.system, value, self._places(), current.row, ARRIVAL))
                continue
            write = self._total if self.syn.totals.are_taken else self._gather
            self.draft.monitors += write(current.coupling, self._places(), "_at_end", AT_END)

    def _row_and_time(self, coupling: Coupling, stage: int) -> tuple[str, str]:
        """Where a sum is put, and the time that it reads."""
        if stage == AT_END:
            return current_row(self.syn.name, coupling.target), ARRIVAL
        return sum_name(self.syn, coupling), "t"

    def _gather(self, coupling: Coupling, places: Mapping[str, Place], word: str, stage: int) -> list[Gather | Share]:
        """A sum over the connections of each target."""
        row, time = self._row_and_time(coupling, stage)
        function = f"sum_{self.syn.name}_{coupling.target}{word}"
        self._add(function, write_sum(self.system, coupling.value, places, row, time))
        return [Gather(self.syn.name, function, row, stage)]

    def _total(self, coupling: Coupling, places: Mapping[str, Place], word: str, stage: int) -> list[Gather | Share]:
        """The same as sums over all presynaptic cells, and what each target gets of them."""
        name, operations = self.syn.name, list[Gather | Share]()
        total, (given, time) = Totals(self.syn, self.system).coupling(coupling), self._row_and_time(coupling, stage)
        for row, value in total.parts.items():
            function = f"{row}_{name}_{coupling.target}{word}"
            self._add(function, write_sum(self.system, value, places, row, time), self._to_totals())
            operations.append(Gather(all_name(self.syn), function, row, stage))
        places = {**places, **PLACES_OF_TARGETS, **{row: Place(ALL, row) for row in total.parts}}
        written = write_sum(self.system, total.share, places, given, time)
        (result,) = written.signature.results
        function = f"sum_{name}_{coupling.target}{word}"
        self._add(
            function,
            Written(replace(written.signature, results=Fields([replace(result, role="state")])), written.lines),
        )
        return [*operations, Share(name, function, stage=stage)]

    def arrivals(self, event: Event) -> None:
        """What spikes of one side do when they arrive."""
        syn, places = self.syn, self._places()
        held = _held(syn, self.draft.systems)
        word, synapse, ends = f"{event.name}_{syn.name}", syn.name, None
        block, rows = event, tuple[str, ...]()
        if syn.totals.are_taken:
            synapse, ends = all_name(syn), self._to_totals()
            totals = Totals(syn, self.system)
            event, rows = totals.adding(block)
            places |= totals.places(block, POST)
        traces = syn.traces.of.values()
        cell, connection = write_arrival(self.system, event, places, held, traces, syn.counted.addresses)
        for function, written in ((f"{word}_cell", cell), (word, connection)):
            if written is not None:
                self._add(function, written, ends)
        side: Side = "pre" if event.side == "pre" else "post"
        group = syn.pre_group if side == "pre" else syn.post_group
        delay = np.asarray(syn.delay_given if side == "pre" else syn.post_delay_given)
        functions = (f"{word}_cell" if cell else "", word if connection else "")
        for delayed in (True, False):
            if np.any((delay > 0) == delayed) or (not delayed and not delay.size):
                source = (group.name, event_name(event))
                self.draft.arrivals.append(
                    Arrive(synapse, side, source, *functions, delayed, in_turn=event.name in syn.turns)
                )
                if rows:
                    self.draft.arrivals.append(Share(syn.name, self._share(block, held), rows, delayed))

    def _share(self, event: Event, held: Mapping[str, str]) -> str:
        """The function of what targets take of the sums to which spikes add."""
        totals, function = Totals(self.syn, self.system), f"share_{event.name}_{self.syn.name}"
        places = {**self._places(), **PLACES_OF_TARGETS, **totals.places(event, ALL)}
        _, written = write_arrival(self.system, totals.sharing(event), places, held)
        assert written is not None
        self._add(function, written)
        return function

    def every(self, clock: Clock) -> None:
        """What a block does that runs every T."""
        places = {**self._places(), **clock.places(KEPT_POST)}
        system = replace(self.syn.system, events=())
        self.draft.timed += [Emit(clock.source(side), timed=True) for side in clock.sides]
        for event in clock.events():
            if not event.actions:
                continue
            cell, connection = write_arrival(system, event, places, {}, (), self.syn.counted.addresses)
            word = f"{event.name}_{self.syn.name}"
            for function, written in ((f"{word}_cell", cell), (word, connection)):
                if written is not None:
                    self._add(function, written)
            side: Side = "post" if event.side == "post" else "pre"
            functions = (f"{word}_cell" if cell else "", word if connection else "")
            source = (clock.source(side), "spike")
            self.draft.timed.append(Arrive(clock.name, side, source, *functions, delayed=False, timed=True))

    def _to_totals(self) -> Ends:
        """The two sides of what presynaptic cells add to sums over all of them."""
        return ends_of_totals([self.syn])[all_name(self.syn)]

    def _add(self, name: str, written: Written, ends: Ends | None = None) -> None:
        texts = [text for text, _ in printed(written.lines, self.printer)]
        head = f"def {name}({', '.join(written.signature.arguments.names)}):"
        body = [*texts, f"return {', '.join(written.signature.results.names)}"]
        self.draft.texts.append(renamed("\n".join([head, *(f"    {line}" for line in body)]), self.names))
        self.draft.functions[name] = self._registered(written.signature, ends)

    def _registered(self, signature: Signature, ends: Ends | None = None) -> Signature:
        """The signature, its rows and scalars noted; scalars say whose they are."""
        syn = self.syn
        ends = ends or Ends(syn.pre_group.name, syn.post_group.name)

        def noted(f: Field) -> Field:
            if f.role in ("time", "step", "passed"):
                return f
            if not f.axis:
                owner, _, name = f.of.rpartition(".")
                return replace(f, of=self.draft.scalar(owner or syn.name, name))
            self.draft.row(ends.axis(syn.name, f.axis), f.of)
            return f

        return Signature(Fields(map(noted, signature.arguments)), Fields(map(noted, signature.results)))

    # --- where names stand -------------------------------------------------------------------------------------------

    def _places(self, stage: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Place]:
        """Where the names of a synapse stand; ``stage`` has the rows of states at a stage of the method, by group."""
        syn = self.syn
        places: dict[str, Place] = {}
        defined = {d.name for d in self.system.derived + self.system.intermediates}
        for state in syn.system.state_names:
            home = syn.homes.of[state]
            if home == "lumped":
                places[state] = Place(POST, f"{syn.name}_{state}")
                continue
            axis = {"pre": KEPT_PRE, "post": KEPT_POST, "connection": CONNECTION}[home]
            trace = syn.traces.of.get(state)
            places |= {row: Place(axis, row) for row in (trace.rows if trace else (state,))}
            if trace and trace.factor:
                places[trace.factor] = Place("", trace.factor)
                self.draft.driven.add(f"{syn.name}.{trace.factor}")
        if addresses := syn.counted.addresses.names:
            places |= {addresses[0]: Place("", addresses[0]), addresses[1]: Place(CONNECTION, addresses[1])}
        for name, value in syn.values.items():
            places[name] = Place(CONNECTION if isinstance(value, np.ndarray) else "", name)
        for side, group, kind in (("pre", syn.pre_group, PRE), ("post", syn.post_group, POST)):
            for name in (n for n in known_of(group) if f"{side}_{n}" not in defined):
                place = self._place_of_side(group, name, kind)
                places[f"{side}_{name}"] = replace(place, row=(stage or {}).get(group.name, EMPTY).get(name, place.row))
            if isinstance(group, NeuGroup):
                for state in held_states(self.draft.systems[group.name]):
                    places[f"{side}_{hold_name(state)}"] = Place(kind, hold_name(state))
        return places

    def _place_of_side(self, group: Source, name: str, kind: str) -> Place:
        assert isinstance(group, NeuGroup)
        if name in group.parameters and not varies(self.draft, group, name):
            return Place("", f"{group.name}.{name}")
        return Place(kind, name)


def _late_row(state: str, *, is_start: bool) -> str:
    """The row of a presynaptic value of before, at the step's start or within it."""
    return f"pre_{state}" if is_start else f"pre_{state} within"


def _of_cells(signature: Signature) -> Signature:
    """The signature of what reads nothing but its own axis."""

    def of(f: Field) -> Field:
        return replace(f, axis=CELL) if f.axis else f

    return Signature(Fields(map(of, signature.arguments)), Fields(map(of, signature.results)))


def _held(syn: Synapses, systems: Mapping[str, System]) -> dict[str, str]:
    """For the states of both sides that may be held: the name of the time of release."""
    sides = {"pre": syn.pre_group, "post": syn.post_group}
    return {
        f"{side}_{s}": f"{side}_{hold_name(s)}"
        for side, group in sides.items() if isinstance(group, NeuGroup)
        for s in held_states(systems[group.name])
    }  # fmt: skip
