"""What is recorded of a network: keys as users write them, and where their values stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.traces import Trace
from brainpy_lab.drivers.network import Recorded
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.code.currents import Current, current_of
from brainpy_lab.networks.code.definitions import Defined, is_defined
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.source import Source, View, where_events_are
from brainpy_lab.networks.synapses import Synapses


@dataclass(frozen=True)
class Wanted:
    """A variable of a part of the network.

    Attributes
    ----------
    key : str
        Under which it is read back: ``E[:5]``.
    name : str
        What the user calls it: "V", "mean(V)", "weight".
    record : Recorded
        The row that is recorded for it.
    shape : tuple of int
        Of its values at one time.
    is_mean : bool
        Whether the mean over cells is kept alone.
    trace : str or None
        ``exc.x`` where it is a trace of synapses, which is worked out from what stands in its rows.
    since : Recorded or None
        For a trace, the row with the time of its last event.
    current : Current, Defined or None
        What it is the total of, for each target; or what the equations of its cells define.
    reads : tuple of Recorded
        What that is computed from, where it is not a row itself.
    """

    key: str
    name: str
    record: Recorded
    shape: tuple[int, ...]
    is_mean: bool = False
    trace: str | None = None
    since: Recorded | None = None
    current: Current | Defined | None = None
    reads: tuple[Recorded, ...] = ()

    @property
    def rows(self) -> tuple[Recorded, ...]:
        """All that is recorded for it."""
        if self.reads:
            return self.reads
        return (self.record,) if self.since is None else (self.record, self.since)

    @property
    def width(self) -> int:
        """How many numbers are recorded for it at one time."""
        return sum(len(r.index) for r in self.rows)

    @property
    def kept_width(self) -> int:
        """How many of them stay in memory."""
        return 1 if self.is_mean else len(self.record.index) if self.reads else self.width

    @property
    def is_reduced(self) -> bool:
        """Whether less is kept than is recorded at a time."""
        return self.is_mean or bool(self.reads)


_MEAN = re.compile(r"mean\(((?:post\.)?\w+)\)")
_CURRENT = re.compile(r"post\.(\w+)")
_PART = re.compile(r"(\w+)\[(.*)\]")


def currents_in(record: Any, parts: Mapping[str, Source | Synapses]) -> tuple[Current | Defined, ...]:
    """The currents and definitions that a ``record`` asks for: ``{"exc": ["post.I"], "E": ["I_Na"]}``.

    Raises
    ------
    ArgumentError
        A synapse gives no such current.
    """
    found: dict[Current | Defined, None] = {}
    for key, names in record.items() if isinstance(record, Mapping) else ():
        _, part, _ = _found(key, parts)
        if not isinstance(names, list | tuple):
            continue
        for name in (n for n in names if isinstance(n, str)):
            mean = _MEAN.fullmatch(name)
            variable = mean[1] if mean else name
            if isinstance(part, NeuGroup) and is_defined(part, variable):
                found[Defined(part.name, variable)] = None
            elif isinstance(part, Synapses) and (current := _CURRENT.fullmatch(variable)):
                found[current_of(part, current[1])] = None
    return tuple(found)


def wanted(
    record: Any,
    parts: Mapping[str, Source | Synapses],
    places: Mapping[str, np.ndarray | None],
    reading: NetworkCode | None = None,
) -> tuple[Wanted, ...]:
    """What a ``record`` asks for.

    Parameters
    ----------
    record : mapping
        ``{"E": ["V", "mean(V)"], "E[:5]": ["w"], "exc": ["weight"]}``; views may be keys.
    parts : mapping
        Groups, sources and synapses by name.
    places : mapping
        For each synapse, where the values of its connections stand; None where in their own order.
    reading : NetworkCode, optional
        The functions that compute currents.

    Raises
    ------
    ArgumentError
    """
    if record is None:
        return ()
    if not isinstance(record, Mapping):
        raise ArgumentError(
            f"record takes variables by group; got {record!r:.60}.", advice="For example record={'E': ['V']}."
        )
    return tuple(w for key, names in record.items() for w in _of_key(key, names, parts, places, reading))


def _of_key(
    key: Any,
    names: Any,
    parts: Mapping[str, Source | Synapses],
    places: Mapping[str, np.ndarray | None],
    reading: NetworkCode | None,
) -> Iterator[Wanted]:
    if isinstance(names, str) or not isinstance(names, list | tuple):
        raise ArgumentError(f"record: '{key}' takes a list of names, not {names!r:.60}.", advice="['V']")
    if not all(isinstance(name, str) for name in names):
        raise ArgumentError(f"record: '{key}' takes names of variables, not {names!r:.60}.", advice="['V']")
    text, part, view = _found(key, parts)
    for name in dict.fromkeys(names):
        mean = _MEAN.fullmatch(name)
        variable = mean[1] if mean else name
        try:
            if isinstance(part, Synapses) and (target := _CURRENT.fullmatch(variable)):
                current = _of_current(text, name, part, view, current_of(part, target[1]), reading)
                _check_some(current.record, text, name, part)
                yield current
                continue
            if isinstance(part, NeuGroup) and is_defined(part, variable):
                defined = _of_definition(text, name, part, view, Defined(part.name, variable), reading)
                _check_some(defined.record, text, name, part)
                yield defined
                continue
            record, shape = _place(text, part, view, variable, places)
        except ArgumentError:
            raise
        except (IndexError, ValueError) as error:
            raise ArgumentError(f"record: '{text}': {error}.") from None
        if view is not None or mean:
            _check_some(record, text, name, part)
        found = Wanted(text, name, record, () if mean else shape, mean is not None)
        trace = part.traces.of.get(variable) if isinstance(part, Synapses) else None
        yield found if trace is None else _traced(found, part.name, trace)


def _check_some(record: Recorded, text: str, name: str, part: Source | Synapses) -> None:
    """Refuse what would record nothing."""
    if not len(record.index):
        raise ArgumentError(f"record: '{text}' is empty, and so there is no {name}.", advice=_counted(part))


def _counted(part: Source | Synapses) -> str:
    """How many there are to choose from."""
    n, of = len(part), "connections" if isinstance(part, Synapses) else "cells"
    return f"{part.name} has {n:,} {of}, {part.name}[0] to {part.name}[{n - 1}]." if n else f"{part.name} has no {of}."


def _of_current(key: str, name: str, syn: Synapses, view: Any, current: Current, reading: NetworkCode | None) -> Wanted:
    """What is recorded of a current: the row of its sums, or the rows of the target that it is computed from."""
    index, shape = _of_side(syn, "post", view)
    record, reads = Recorded(syn.post_group.name, current.row, index), tuple[Recorded, ...]()
    if current.is_lumped:
        assert reading is not None
        fields = (f for f in reading.functions[current.function].arguments if f.axis)
        reads = tuple(replace(record, row=f.of) for f in fields)
    is_mean = name.startswith("mean(")
    return Wanted(key, name, record, () if is_mean else shape, is_mean, current=current, reads=reads)


def _of_definition(
    key: str, name: str, group: NeuGroup, view: Any, defined: Defined, reading: NetworkCode | None
) -> Wanted:
    """What is recorded of a definition: the rows of the cells that it is computed from."""
    assert reading is not None
    index, shape = _of_cells(group, view)
    record, is_mean = Recorded(group.name, defined.name, index), name.startswith("mean(")
    fields = (f for f in reading.functions[defined.function].arguments if f.axis)
    reads = tuple(replace(record, row=f.of) for f in fields)
    return Wanted(key, name, record, () if is_mean else shape, is_mean, current=defined, reads=reads)


def _of_side(syn: Synapses, side: str, view: Any) -> tuple[np.ndarray, tuple[int, ...]]:
    """The cells of a side, all or those of some connections, and the shape of their values."""
    group = syn.pre_group if side == "pre" else syn.post_group
    if view is None:
        return np.arange(group.size), group.shape
    own = syn.pre if side == "pre" else syn.post
    cells = syn.pre_index if side == "pre" else syn.post_index
    cells = own.index[cells] if isinstance(own, View) else cells
    chosen = np.atleast_1d(np.asarray(cells)[view])
    return chosen, chosen.shape


def _traced(wanted: Wanted, synapses: str, trace: Trace) -> Wanted:
    """What is recorded of a trace: the rows that are kept of it."""
    record = replace(wanted.record, row=trace.kept)
    since = replace(record, row=trace.since) if trace.since else None
    return replace(wanted, record=record, trace=f"{synapses}.{trace.name}", since=since)


def _found(key: Any, parts: Mapping[str, Source | Synapses]) -> tuple[str, Source | Synapses, Any]:
    if isinstance(key, View | Source | Synapses):
        owner = key.group if isinstance(key, View) else key
        if parts.get(owner.name) is not owner:
            raise ArgumentError(f"record: {key.name} is not in the network.", advice=f"It has: {', '.join(parts)}.")
    if isinstance(key, View):
        return key.text, key.group, key.index
    text = key if isinstance(key, str) else str(getattr(key, "name", key))
    found = _PART.fullmatch(text)
    name = found[1] if found else text
    if name not in parts:
        raise ArgumentError(
            f"record: the network has no '{name}'.",
            advice=did_you_mean(name, parts) or f"It has: {', '.join(parts)}.",
        )
    return text, parts[name], _chosen(text, parts[name], found[2]) if found else None


def _chosen(text: str, part: Source | Synapses, inner: str) -> Any:
    """What a text chooses: of cells those of the view that it spells."""
    if isinstance(part, Synapses):
        return _index(text, inner)
    keys = [_index(text, key) for key in inner.split("][")]
    try:
        cells: Any = part
        for key in keys:
            cells = cells[key]
        return cells.index
    except ArgumentError as error:
        raise ArgumentError(f"record: {error}") from None


def _index(text: str, inner: str) -> Any:
    """Slices and whole numbers, one for each axis, from text: nothing else is read from it."""
    along = [_along(axis) for axis in inner.split(",")]
    if None not in along:
        return tuple(along) if len(along) > 1 else along[0]
    raise ArgumentError(
        f"record: '{text}' is no slice.", advice="For example 'E[:5]'; a mask stands as E[mask] itself."
    )


def _along(axis: str) -> slice | int | None:
    """What is taken along one axis; None if the text says something else."""
    numbers = [n.strip() for n in axis.split(":")]
    if not all(re.fullmatch(r"-?\d+|", n) for n in numbers) or len(numbers) > 3 or numbers == [""]:
        return None
    values = [int(n) if n else None for n in numbers]
    return slice(*values) if len(values) > 1 else values[0]


def _place(
    key: str, part: Source | Synapses, view: Any, name: str, places: Mapping[str, np.ndarray | None]
) -> tuple[Recorded, tuple[int, ...]]:
    """The row that holds a variable, and the shape of its values."""
    if isinstance(part, Synapses):
        return _place_of_synapse(key, part, view, name, places[part.name])
    states = part.system.state_names if isinstance(part, NeuGroup) else ()
    if name not in states:
        raise ArgumentError(
            f"record: {part.name} has no state '{name}'.",
            advice=_no_record(part, name)
            or did_you_mean(name, states)
            or f"Its states are: {', '.join(states) or 'none; spikes are always kept'}.",
        )
    index, shape = _of_cells(part, view)
    return Recorded(part.name, name, index), shape


def _no_record(part: Source, name: str) -> str | None:
    """Advice on what a group has that is no record."""
    if events := where_events_are(part, name):
        return f"Spikes are always kept. {events}"
    if not isinstance(part, NeuGroup):
        return None
    if name in part.parameters:
        return f"It is a parameter: {part.name}.{name} has it."
    if not any(d.name == name for d in part.system.derived):
        return None
    if moving := sorted(part.system.names_read(ast.Name(name)) & part.moving.keys()):
        return f"It is known beforehand: '{name}' depends on parameters alone, of which '{moving[0]}' moves in time."
    return f"It stands still: '{name}' depends on parameters alone."


def _of_cells(part: Source, view: Any) -> tuple[np.ndarray, tuple[int, ...]]:
    """The cells of a group, or of a part of it, and the shape of their values."""
    if view is None:
        return np.arange(part.size), part.shape
    index = view if isinstance(view, np.ndarray) else np.atleast_1d(np.arange(part.size)[view])
    return index, index.shape


def _place_of_synapse(
    key: str, syn: Synapses, view: Any, name: str, stored: np.ndarray | None
) -> tuple[Recorded, tuple[int, ...]]:
    known = syn.system.state_names
    if name not in known:
        stands = f"It stands still: {syn.name}.{name} has it." if name in syn.values or name == "delay" else None
        raise ArgumentError(
            f"record: {syn.name} has no state '{name}'.",
            advice=stands or did_you_mean(name, known) or f"Its states are: {', '.join(known) or 'none'}.",
        )
    home = syn.homes.of[name]
    if home == "connection":
        place = np.arange(len(syn))
        if stored is not None:
            place[stored] = np.arange(len(syn))
        chosen = place if view is None else np.atleast_1d(place[view])
        return Recorded(syn.name, name, chosen), chosen.shape
    group = syn.pre_group if home == "pre" else syn.post_group
    axis, row = (group.name, f"{syn.name}_{name}") if home == "lumped" else (f"{syn.name}.{home}", name)
    index, shape = _of_side(syn, "pre" if home == "pre" else "post", view)
    return Recorded(axis, row, index), shape
