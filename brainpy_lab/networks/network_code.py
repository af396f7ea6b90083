"""A network without its runs: what it is made of, and the code of its step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from brainpy_lab import drivers
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.drivers import Capability
from brainpy_lab.errors import ArgumentError, BrainPyLabError, ByName
from brainpy_lab.networks.code.assembly import Assembly
from brainpy_lab.networks.code.currents import Current
from brainpy_lab.networks.code.definitions import Defined
from brainpy_lab.networks.code.described import UNNAMED, explained, in_words
from brainpy_lab.networks.code.edited import Edit, edit_of, written_for
from brainpy_lab.networks.code.methods import method_of
from brainpy_lab.networks.code.schedule import DEFAULT, Schedule, check_schedule
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.parts import Parts, check_parts, named_parts
from brainpy_lab.networks.runs.cost import bytes_of_step
from brainpy_lab.networks.runs.memory import bytes_of_group, bytes_of_synapses, check_memory
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import Wiring, wiring
from brainpy_lab.simulation.runs.record_size import format_bytes


class CodedNetwork:
    """Groups, sources and synapses, and the code that these give."""

    def __init__(self, parts: Iterable[Any], name: str, schedule: str | None) -> None:
        if not isinstance(name, str) or not name.isprintable() or not name:
            raise ArgumentError(f"The name of a Network is a line of text; got {name!r:.60}.")
        self.name = name
        self.groups, self.synapses = _sorted(parts)
        self._schedule = _schedule(name, parts, schedule)
        self._parts = Parts(name, self.groups, self.synapses, self._schedule)
        named_parts(self.groups, self.synapses)
        check_parts(self.groups, self.synapses)
        check_memory(self.synapses)
        self._assemblies: dict[Any, Assembly] = {}
        self._edits: dict[str, Edit] = {}
        self._wirings: dict[str, tuple[Any, Wiring]] = {}

    @property
    def parts(self) -> dict[str, Source | Synapses]:
        """All groups, sources and synapses by name."""
        return ByName(self._parts.by_name, "part", f"of {self.name}")

    def __getitem__(self, name: str) -> Source | Synapses:
        return self.parts[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "_parts" not in self.__dict__:
            raise AttributeError(name)
        parts = self._parts.by_name
        advice = f"It is a part: net['{name}']." if name in parts else f"Its parts are: {', '.join(parts)}."
        raise AttributeError(f"{self.name} has no '{name}'. {advice}")

    def __repr__(self) -> str:
        cells = sum(g.size for g in self.groups)
        connections = sum(len(s) for s in self.synapses)
        edited = f", edited on {' and '.join(self._edits)}" if self._edits else ""
        named = "" if self.name == UNNAMED else f" {self.name}"
        return f"<Network{named}: {cells:,} cells, {connections:,} connections{edited}>"

    def _assembly(self, backend: str, observed: frozenset[tuple[str, str]] = frozenset()) -> Assembly:
        """The code on a driver; what was written before for groups and synapses of the same kind is taken again.

        ``observed`` are the synapses, and inputs of their targets, whose currents are recorded.
        """
        driver = drivers.get(backend)
        key = (driver.name, observed, *(_kind(g) for g in self.groups), *(_kind(s) for s in self.synapses))
        if key not in self._assemblies:
            parts = (self.name, self.groups, self.synapses)
            self._assemblies[key] = Assembly(*parts, driver.dialect, driver.name, self._schedule, observed)
        return self._assemblies[key]

    def wiring(self, syn: Synapses, dt: float) -> Wiring:
        """The connections of synapses in the order of a run, made once for each dt and choice of delays."""
        key = (dt, syn.delay_given, syn.post_delay_given, syn.totals.are_taken)
        known = self._wirings.get(syn.name)
        if known is None or any(a is not b and not _equal(a, b) for a, b in zip(known[0], key, strict=True)):
            known = self._wirings[syn.name] = (key, wiring(syn, dt))
        return known[1]

    def code(self, backend: str | None = None) -> NetworkCode:
        """The code of one step of the network, as generated or as edited; prints as text.

        Parameters
        ----------
        backend : str, optional
            The driver; by default the session's.

        Returns
        -------
        NetworkCode
            ``str(code)`` or ``code.text`` is the text, ``code.file`` the file that holds it.
        """
        name = backend_name(backend)
        return self._in_force(name, self._assembly(name))

    def _in_force(self, backend: str, assembly: Assembly) -> NetworkCode:
        """The code of an assembly, or the edited one in its place."""
        return self._edits[backend].on(assembly.code) if backend in self._edits else assembly.code

    def _observing(
        self, currents: Iterable[Current | Defined], backend: str
    ) -> tuple[Assembly, NetworkCode, NetworkCode | None]:
        """The code of a run that records currents, and that which computes them from records on NumPy.

        Raises
        ------
        ArgumentError
            The code of the driver was edited, and has no sums of that kind.
        """
        currents = tuple(currents)
        of_synapses = [c for c in currents if isinstance(c, Current)]
        summed = frozenset((c.synapses, c.target) for c in of_synapses if not c.is_lumped)
        every = frozenset((c.synapses, c.target) for c in of_synapses)
        every |= {(c.group, c.name) for c in currents if isinstance(c, Defined)}
        reading = self._assembly("numpy", every).code if currents else None
        if not summed:
            assembly = self._assembly(backend)
            return assembly, self._in_force(backend, assembly), reading
        if backend in self._edits:
            name, target = min(summed)
            raise ArgumentError(
                f"record: post.{target} of {name} is summed by a function of its own, which the edited code lacks.",
                advice=f"net.revert(backend='{backend}'), or record the states that it is made of.",
            )
        assembly = self._assembly(backend, summed)
        return assembly, assembly.code, reading

    def generated_code(self, backend: str | None = None) -> NetworkCode:
        """The code as generated, whether it was edited or not."""
        return self._assembly(backend_name(backend)).code

    def edit(self, text: str, *, backend: str | None = None) -> NetworkCode:
        """Put ``text`` in the place of the generated code; later runs on its driver use it.

        The text is checked and compiled first: when it is refused, the code that was in force stays. Its first line
        says which driver it was written for, and is followed.

        Parameters
        ----------
        text : str
            The whole of the new code: that of `code`, with changed lines.
        backend : str, optional
            The driver whose code it is; by default the one that the text says.

        Raises
        ------
        CodeError
            With line and column: it does not parse or compile, has lost a function, an argument or a result, reads a
            name that is defined nowhere, or was written for another network or driver.
        """
        if not isinstance(text, str):
            raise ArgumentError(
                f"Step code is a text, not {type(text).__name__}.", advice="For example net.code().text."
            )
        name = backend_name(backend or written_for(text))
        edit = edit_of(text, self._assembly(name).code, backend)
        if edit is None:
            self._edits.pop(name, None)
        else:
            self._edits[name] = edit
        return self.code(name)

    def revert(self, *, backend: str | None = None) -> NetworkCode:
        """Bring the generated code back.

        Parameters
        ----------
        backend : str, optional
            The driver; by default the session's.
        """
        self._edits.pop(backend_name(backend), None)
        return self.code(backend)

    @property
    def is_edited(self) -> bool:
        """Whether the code of the session's driver was edited."""
        return backend_name(None) in self._edits

    @property
    def schedule(self) -> Schedule:
        """The order within a step: prints as text, a line a phase. It is set by its name, before a run."""
        return self._assembly(backend_name(None)).schedule

    @schedule.setter
    def schedule(self, name: str) -> None:
        order = check_schedule(name)
        if order == self._schedule:
            return
        if self._edits:
            raise ArgumentError(
                f"{self.name} is edited on {' and '.join(self._edits)}, in the order '{self._schedule}'.",
                advice="net.revert() for each driver, then set the schedule.",
            )
        if getattr(self, "state", None) is not None:
            raise ArgumentError(
                f"{self.name} has run with the schedule '{self._schedule}'; it does not go on with another.",
                advice="net.reset(), then set it.",
            )
        self._schedule, self._parts = order, Parts(self.name, self.groups, self.synapses, order)
        self._assemblies = {}  # twins of the network have theirs

    def explain(self) -> str:
        """What the network is made of, where each variable of a synapse lives, and how much memory a run takes."""
        lines = [repr(self)[1:-1]]
        for group in self.groups:
            lines.append(repr(group)[1:-1])
            if isinstance(group, NeuGroup) and group.method is None:
                lines[-1] += f"; {method_of(group, self.synapses)}"
            if each := bytes_of_step(group, self.synapses):
                lines.append(f"    remembers all its steps: {format_bytes(each)} of memory each")
        for syn in self.synapses:
            lines.append(repr(syn)[1:-1])
            lines += [f"    {line}" for line in explained(syn)]
        taken = sum(map(bytes_of_group, self.groups)) + sum(map(bytes_of_synapses, self.synapses))
        lines += self._shared_out()
        lines.append(f"A run takes about {format_bytes(taken)} of memory, besides its records.")
        return "\n".join(lines)

    def _shared_out(self) -> list[str]:
        """What threads of one run share out among themselves, on drivers that have them."""
        found = []
        for driver in drivers.registry().values():
            if Capability.THREADS in driver.capabilities and driver.available() is None:
                try:
                    alone = driver.done_alone(self._assembly(driver.name).code)
                except BrainPyLabError:  # a run will say what is wrong
                    continue
                one = f"; one thread alone does: {'; '.join(map(in_words, alone))}" if alone else ""
                found.append(f"With threads= on {driver.name} they share out cells and connections{one}.")
        return found


def _equal(a: Any, b: Any) -> bool:
    """Whether two delays are one number; arrays are told apart by identity."""
    return not (isinstance(a, np.ndarray) or isinstance(b, np.ndarray)) and bool(a == b)


def _kind(part: Source | Synapses) -> tuple[Any, ...]:
    """All of a part that its code depends on."""
    if isinstance(part, NeuGroup):
        varying = tuple(n for n, v in part.parameters.items() if isinstance(v, np.ndarray))
        moving = tuple((n, v.size > 0, v.is_smooth) for n, v in part.moving.items())
        return part.name, part.system.fingerprint, part.method, varying, moving
    if isinstance(part, Synapses):
        varying = tuple(n for n, v in part.values.items() if isinstance(v, np.ndarray))
        late = tuple((_any(d > 0), _any(d == 0)) for d in (part.delay_given, part.post_delay_given))
        spread = part.is_late and isinstance(part.delay_given, np.ndarray)
        homes = tuple(part.homes.of.items())
        return part.name, part.system.fingerprint, homes, varying, late, spread, part.totals.are_taken
    return (part.name,)


def _any(flags: Any) -> bool:
    """Whether one flag holds, or any of an array."""
    return bool(flags.any() if isinstance(flags, np.ndarray) else flags)


def backend_name(given: str | None) -> str:
    """The driver called so; by default the session's."""
    from brainpy_lab import backend

    return drivers.get(backend.get() if given is None else given).name


def _schedule(name: str, parts: Iterable[Any], given: str | None) -> str:
    """The schedule asked for, or that of the networks of which a network is made."""
    if given is not None:
        return check_schedule(given)
    found = {part._schedule for part in parts if isinstance(part, CodedNetwork)} or {DEFAULT}
    if len(found) > 1:
        raise ArgumentError(
            f"{name}: the networks that it is made of have the schedules {' and '.join(sorted(found))}.",
            advice="Say which one holds: bp.Network(..., schedule='default').",
        )
    return found.pop()


def _sorted(parts: Iterable[Any]) -> tuple[tuple[Source, ...], tuple[Synapses, ...]]:
    """Groups and sources, and synapses, each once, in the order given."""
    groups: list[Source] = []
    synapses: list[Synapses] = []
    for part in parts:
        if isinstance(part, CodedNetwork):
            more = (part.groups, part.synapses)
        elif isinstance(part, list | tuple):
            more = _sorted(part)
        elif isinstance(part, Source):
            more = ((part,), ())
        elif isinstance(part, Synapses):
            more = ((), (part,))
        else:
            raise ArgumentError(
                f"A Network is made of groups, sources and synapses; got {type(part).__name__}.",
                advice="A part of a group belongs to its group: give the group." if hasattr(part, "group") else None,
            )
        groups += [g for g in more[0] if g not in groups]
        synapses += [s for s in more[1] if s not in synapses]
    return tuple(groups), tuple(synapses)
