"""Where a network stands as a checkpoint, and back: in any network of the same structure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import Axis, NetworkCode
from brainpy_lab.drivers.network import Event
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.parts import Parts
from brainpy_lab.networks.runs.memories import METHOD
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import Wiring
from brainpy_lab.simulation.solution.checkpoint import Checkpoint, Plain, in_part

#: Where a variable of a synapse lives, in words.
_HOMES = {
    "connection": "once a connection", "lumped": "once a target cell",
    "pre": "once a presynaptic cell", "post": "once a postsynaptic cell",
}  # fmt: skip
_ANEW = "Give start=0 to begin anew."


def checkpoint_of(parts: Parts, state: NetworkState, wired: Mapping[str, Wiring]) -> Checkpoint:
    """All that the next step depends on, besides parameters."""
    values: dict[str, np.ndarray] = {}
    rows = {f"{axis}.{row}": np.array(v) for axis, named in state.rows.items() for row, v in named.items()}
    numbers: dict[str, Plain] = {"dt": state.dt, "step": state.step, "schedule": parts.schedule}
    for group in parts.groups:
        numbers[f"size/{group.name}"] = group.size
        if isinstance(group, NeuGroup):
            states = group.system.state_names
            values |= {f"{group.name}.{n}": group.state_of(n).reshape(group.shape) for n in states}
    for syn in parts.synapses:
        numbers[f"connections/{syn.name}"] = len(syn)
        numbers[f"delays/{syn.name}"] = state.delays[syn.name]
        weights = _weights(syn, state)
        numbers[f"weighted/{syn.name}"] = ", ".join(weights)
        numbers[f"weights/{syn.name}"] = _digest(weights)
        numbers[f"cells/{syn.name}"] = wired[syn.name].cells
        _check_set(syn, state)
        as_set = [n for n in syn.system.state_names if state.is_set(syn, n)]
        numbers |= {f"trace/{syn.name}.{n}": state.traces[f"{syn.name}.{n}"] for n in syn.traces.of if n not in as_set}
        homes: dict[str, str] = {**state.homes[syn.name], **{n: syn.homes.of[n] for n in as_set}}
        numbers |= {f"home/{syn.name}.{n}": home for n, home in homes.items()}
        kept = (n for n, home in homes.items() if home == "connection")
        values |= {f"{syn.name}.{n}": np.array(syn.read(n)) for n in kept}
        groups = {"pre": syn.pre_group, "post": syn.post_group}
        sides = {n: homes[n] for n in as_set if homes[n] in groups}
        rows |= {f"{syn.name}.{h}.{n}": np.full(groups[h].size, syn.initial(n)) for n, h in sides.items()}
    queues = {f"{'.'.join(event)}.{n}": a for event, q in state.queues.items() for n, a in _queue_arrays(q).items()}
    pasts = {".".join(key): past for key, past in state.pasts.items()}
    memories = {f"{g}.{k}": v for g, kept in state.memories.items() for k, v in kept.items() if k != METHOD}
    numbers |= {f"memory/{g}": str(kept[METHOD]) for g, kept in state.memories.items()}
    arrays = in_part("rows", rows) | in_part("queues", queues) | in_part("pasts", pasts) | in_part("memories", memories)
    return Checkpoint(state.time, values, arrays, numbers, state.seed, parts.name)


def _weights(syn: Synapses, state: NetworkState) -> dict[str, Any]:
    """The weights that stood in sums in the last run."""
    return {n: value for n, value in state.starts[syn.name].items() if n not in syn.system.state_names}


def _digest(weights: Mapping[str, Any]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name, value in weights.items():
        found.update(name.encode())
        found.update(np.ascontiguousarray(value, float).data)
    return found.hexdigest() if weights else ""


def _queue_arrays(queue: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
    """Spikes by step as three arrays: the steps, how many spikes each has, and their cells."""
    steps = np.array(sorted(queue), dtype=np.int64)
    spikes = [np.asarray(queue[s], dtype=np.int64) for s in steps.tolist()]
    counts = np.array([len(s) for s in spikes], dtype=np.int64)
    return {"steps": steps, "counts": counts, "cells": np.concatenate([np.empty(0, np.int64), *spikes])}


def _queue(arrays: Mapping[str, np.ndarray]) -> dict[int, np.ndarray]:
    parts = np.split(arrays["cells"], np.cumsum(arrays["counts"])[:-1]) if len(arrays["counts"]) else []
    return dict(zip(arrays["steps"].tolist(), parts, strict=True))


@dataclass
class Standing:
    """Where a network is to go on from.

    Attributes
    ----------
    state : NetworkState
    values : dict of dict of arrays
        States of groups and of connections, by part.
    """

    state: NetworkState
    values: dict[str, dict[str, np.ndarray]]

    @classmethod
    def of(cls, checkpoint: Checkpoint, parts: Parts, wired: Mapping[str, Wiring], code: NetworkCode) -> Standing:
        """What a checkpoint says that has gone through `check_structure`.

        Raises
        ------
        ArgumentError
            Delays, cells that are connected, or variables are others.
        """
        numbers, found = checkpoint.numbers, NetworkState.fresh(checkpoint.seed, float(checkpoint.numbers["dt"] or 0))
        found.step = int(numbers["step"] or 0)
        found.delays = {s.name: str(numbers[f"delays/{s.name}"]) for s in parts.synapses}
        for syn in parts.synapses:
            if numbers.get(f"weighted/{syn.name}", "") != ", ".join(syn.weighted.names):
                raise _other(checkpoint, f"other weights of {syn.name} are in the sums there")
            found.starts[syn.name] = {**syn.start, **{n: syn.values[n] for n in syn.weighted.names}}
            digest = _digest(_weights(syn, found))
            if numbers.get(f"weights/{syn.name}", digest) != digest:
                names, sums = ", ".join(syn.weighted.names), ", ".join(syn.weighted.by)
                raise ArgumentError(
                    f"{syn.name}: '{names}' stands in {sums}, in the checkpoint of {checkpoint.model_name} with other "
                    "numbers than here.",
                    advice=f"Give the same, or take kept={{'{next(iter(syn.weighted.by))}': 'connection'}}.",
                )
            homes = {n: numbers.get(f"home/{syn.name}.{n}") for n in syn.system.state_names}
            for name in (n for n, home in homes.items() if home is None):
                raise _other(checkpoint, f"{syn.name} has no '{name}' there")
            found.homes[syn.name] = {n: str(home) for n, home in homes.items()}
        _check_all_is_taken(checkpoint, parts)
        check_goes_on(found, parts, wired)
        for syn in parts.synapses:
            if numbers[f"cells/{syn.name}"] != wired[syn.name].cells:
                raise _other(checkpoint, f"{syn.name} connects other cells there")
        taken = _Taken(checkpoint)
        values = {name: {n: taken.value(name, n) for n in _names(part, found)} for name, part in parts.by_name.items()}
        for axis in code.axes:
            part = parts.by_name[axis.name.partition(".")[0]]
            if isinstance(part, NeuGroup):
                held = {*part.parameters, *part.system.state_names}
                rows = [r for r in axis.rows if r not in held and (axis.name, r) not in code.observed | code.made_anew]
            else:
                assert isinstance(part, Synapses)
                rows = [] if axis.name == part.name else _rows_of_side(part, axis)
            found.rows[axis.name] = {r: taken.array("rows", f"{axis.name}.{r}") for r in rows}
        for syn in parts.synapses:
            _take_traces(syn, found, taken)
        found.queues = {event: taken.queue(event) for event in code.events}
        pasts = {key: ".".join(key) for key in code.remembered}
        found.memories = _memories(checkpoint)
        found.pasts = {k: taken.array("pasts", n) for k, n in pasts.items() if f"pasts/{n}" in checkpoint.arrays}
        return cls(found, values)

    def place(self, parts: Parts) -> None:
        """Let groups and synapses stand there."""
        for name, states in self.values.items():
            part: Any = parts.by_name[name]
            if states:
                part.state.clear()
                part.state.update(states)


def _memories(checkpoint: Checkpoint) -> dict[str, dict[str, Any]]:
    """What groups remember, by group."""
    known = {key.removeprefix("memory/"): m for key, m in checkpoint.numbers.items() if key.startswith("memory/")}
    arrays = checkpoint.part("memories")
    found: dict[str, dict[str, Any]] = {group: {METHOD: method} for group, method in known.items()}
    for key, array in arrays.items():
        group, _, entry = key.partition(".")
        found[group][entry] = array
    return found


def _rows_of_side(syn: Synapses, axis: Axis) -> list[str]:
    """What a synapse keeps for the cells of a side: of traces the values."""
    kept = {row: trace.name for trace in syn.traces.of.values() for row in trace.rows}
    found = dict.fromkeys(kept.get(row, row) for row in axis.rows)
    return [row for row in found if row in syn.system.state_names]  # sums are made anew in each step


def _take_traces(syn: Synapses, state: NetworkState, taken: _Taken) -> None:
    """What is kept of traces, bit for bit, where the checkpoint has it in the same form; else their values serve."""
    for name, trace in syn.traces.of.items():
        home = state.homes[syn.name][name]
        axis = syn.name if home == "connection" else f"{syn.name}.{home}"
        known = taken.checkpoint.numbers.get(f"trace/{syn.name}.{name}")
        if known is None or any(f"rows/{axis}.{row}" not in taken.checkpoint.arrays for row in trace.rows):
            continue
        state.traces[f"{syn.name}.{name}"] = str(known)
        kept = state.rows.setdefault(axis, {})
        kept |= {row: taken.array("rows", f"{axis}.{row}") for row in trace.rows}


def _names(part: object, state: NetworkState) -> tuple[str, ...]:
    """States that a part itself holds."""
    if isinstance(part, NeuGroup):
        return tuple(part.system.state_names)
    if isinstance(part, Synapses):
        return tuple(n for n, home in state.homes[part.name].items() if home == "connection")
    return ()


@dataclass(frozen=True)
class _Taken:
    """The arrays of a checkpoint, each of which must be there."""

    checkpoint: Checkpoint

    def value(self, part: str, name: str) -> np.ndarray:
        if f"{part}.{name}" not in self.checkpoint.values:
            raise _other(self.checkpoint, f"{part} has no '{name}' there")
        return np.array(self.checkpoint.values[f"{part}.{name}"], dtype=float).reshape(-1)

    def array(self, kind: str, key: str) -> np.ndarray:
        if f"{kind}/{key}" not in self.checkpoint.arrays:
            owner, _, name = key.rpartition(".")
            raise _other(self.checkpoint, f"{owner} has no '{name}' there")
        return np.array(self.checkpoint.arrays[f"{kind}/{key}"])

    def queue(self, event: Event) -> dict[int, np.ndarray]:
        key = ".".join(event)
        return _queue({n: self.array("queues", f"{key}.{n}") for n in ("steps", "counts", "cells")})


# --- checks ----------------------------------------------------------------------------------------------------------


def _check_all_is_taken(checkpoint: Checkpoint, parts: Parts) -> None:
    """Refuse states that the network has no place for: a weight that was learned would be the model's again."""
    homes = (key.removeprefix("home/") for key in checkpoint.numbers if key.startswith("home/"))
    for owner, _, name in (key.partition(".") for key in (*checkpoint.values, *homes)):
        part = parts.by_name[owner]
        if isinstance(part, NeuGroup | Synapses) and name not in part.system.state_names:
            raise _other(checkpoint, f"{owner} has '{name}' there, which is no state of it here")


def check_structure(checkpoint: Checkpoint, parts: Parts) -> None:
    """Refuse a checkpoint whose parts have other names, another order or other sizes, or whose steps another order.

    Raises
    ------
    ArgumentError
    """
    kinds = {
        "size": ("group", "cells", {g.name: g.size for g in parts.groups}),
        "connections": ("synapses", "connections", {s.name: len(s) for s in parts.synapses}),
    }
    for kind, (what, unit, own) in kinds.items():
        there = {key.partition("/")[2]: n for key, n in checkpoint.numbers.items() if key.startswith(f"{kind}/")}
        if kind == "size" and not there:
            raise ArgumentError(
                f"The checkpoint of {checkpoint.model_name} is none of a network.",
                advice="One of a network is made by net.checkpoint().",
            )
        for name in own:
            if name not in there:
                raise _other(checkpoint, f"it has no {what} '{name}'")
        for name, number in there.items():
            if name not in own:
                raise _other(checkpoint, f"it has {what} '{name}', which {parts.name} does not have")
            if number != own[name]:
                raise _other(checkpoint, f"{name} has {number:,} {unit} there and {own[name]:,} here")
        if list(there) != list(own):
            raise _other(checkpoint, f"its {what} parts stand in the order {', '.join(there)}, here {', '.join(own)}")
    schedule = str(checkpoint.numbers.get("schedule", parts.schedule))
    if schedule != parts.schedule:
        raise _other(checkpoint, f"its steps have the schedule '{schedule}', here '{parts.schedule}'")


def _other(checkpoint: Checkpoint, difference: str) -> ArgumentError:
    return ArgumentError(
        f"The checkpoint of {checkpoint.model_name} is of a network of another structure: {difference}.",
        advice="A run goes on in a network of the same parts, sizes, connections and schedule.",
    )


def _check_set(syn: Synapses, state: NetworkState) -> None:
    for name in syn.homes.at("lumped"):
        if state.is_set(syn, name):
            raise ArgumentError(
                f"{syn.name}: '{name}' is kept {_HOMES['lumped']}; it cannot be set where a run goes on.",
                advice=f"{_ANEW} Or take kept={{'{name}': 'connection'}}.",
            )


def check_goes_on(state: NetworkState, parts: Parts, wired: Mapping[str, Wiring]) -> None:
    """Refuse to go on where delays have changed, or where a variable of a synapse lives.

    Raises
    ------
    ArgumentError
    """
    for syn in parts.synapses:
        if state.delays[syn.name] != wired[syn.name].delays:
            raise ArgumentError(
                f"{syn.name}: its delays are others than when the network stopped at {state.time:g}, with spikes on "
                "their way.",
                advice=_ANEW,
            )
        _check_set(syn, state)
        for name in syn.system.parameter_names:
            now = syn.values[name] if name in syn.weighted.names else None
            if state.starts[syn.name].get(name) is not now:
                sums = ", ".join(syn.weighted.by) or "the sums of its last run"
                raise ArgumentError(
                    f"{syn.name}: '{name}' stands in {sums}; it cannot be set where a run goes on.",
                    advice=f"{_ANEW} Or take kept={{'{next(iter(syn.weighted.by), 'g')}': 'connection'}}.",
                )
        before = state.homes[syn.name]
        for name, home in syn.homes.of.items():
            if before[name] != home and ("lumped" in (home, before[name]) or not state.is_set(syn, name)):
                raise ArgumentError(
                    f"{syn.name}: '{name}' is kept {_HOMES[home]}; when the network stopped at {state.time:g} it was "
                    f"{_HOMES[before[name]]}.",
                    advice=f"{_ANEW} What is one number for all connections stays one.",
                )
