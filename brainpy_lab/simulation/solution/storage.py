"""Solutions as files: what of them is JSON, and what are named arrays.

In NetCDF the root group is the Dataset of `Solution.to_xarray`, so that other programs read a run as it stands, and the
group ``brainpy_lab`` holds the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import in_words
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.checkpoint import CHECKPOINT_PARTS, Checkpoint
from brainpy_lab.simulation.solution.described import (
    FORMAT,
    check_numbers,
    check_version,
    described_part,
    keys_of_parts,
    plain,
    rebuilt_parts,
)
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.files import Content, format_of, write
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.tables import time_dimension, to_xarray

Fields = dict[str, Any]  # of a Solution
_ARRAY_FIELDS = ("params", "initial")


@in_words("save")
def save(sol: Record, path: str | Path) -> Path:
    """Write ``sol`` to ``path``; the suffix, ``.nc``, ``.npz`` or ``.zarr``, says how. See `Solution.save`."""
    path = Path(path)
    format_of(path)
    check_numbers(sol.data)
    described, arrays = _describe(sol)
    write(Content(described, arrays, _recorded(sol), lambda: to_xarray(sol)), path)
    return path


def described_solution(sol: Record) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All of ``sol`` as JSON and named arrays; `keys_of` and `fields_of` lead back.

    Raises
    ------
    ArgumentError
        Something in it is no number.
    """
    check_numbers(sol.data)
    described, arrays = _describe(sol)
    return described, arrays | _recorded(sol)


# --- to JSON and arrays -------------------------------------------------------------------------------


def _recorded(sol: Record) -> dict[str, np.ndarray]:
    """Times, data and events."""
    arrays = {"t": as_numpy(sol.t)} | {f"data/{name}": as_numpy(a) for name, a in sol.data.items()}
    arrays |= {f"own_time/{name}": as_numpy(times) for name, times in sol.own_times.items()}
    for name, train in sol.events.items():
        arrays |= {f"event_t/{name}": as_numpy(train.t), f"event_index/{name}": as_numpy(train.index)}
        if train.multiplicity is not None:
            arrays[f"event_count/{name}"] = as_numpy(train.multiplicity)
    return arrays


def _describe(sol: Record) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All of ``sol`` but times, data and events: what JSON can hold, and arrays named ``field/name``."""
    checkpoint, arrays = sol.checkpoint.described()
    described: dict[str, Any] = {
        "format": FORMAT,
        "checkpoint": checkpoint,
        "model_name": sol.model_name,
        "model_text": sol.model_text,
        "seed": int(sol.seed),
        "outcome": sol.outcome.value,
        "ensemble_shape": [int(n) for n in sol.ensemble_shape],
        "ensemble_params": list(sol.ensemble_params),
        "stats": {key: plain(value) for key, value in sol.stats.items()},
        "time": time_dimension(sol),
        "data": list(sol.data),
        "own_times": list(sol.own_times),
        "event_shapes": {name: list(train.ensemble_shape) for name, train in sol.events.items()},
        "event_counts": [name for name, train in sol.events.items() if train.multiplicity is not None],
        "events": {name: list(train.window) if train.window else None for name, train in sol.events.items()},
    }
    described |= {part: described_part(part, getattr(sol, part), arrays) for part in _ARRAY_FIELDS}
    return described, arrays


# --- and back -----------------------------------------------------------------------------------------


def keys_of(described: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Keys of all arrays that a description names, and the types of those that it gives types to.

    Raises
    ------
    ArgumentError, TypeError
        Another version wrote it; or its values are of other kinds than they should be.
    """
    check_version(described)
    yield from keys_of_parts(described["checkpoint"], CHECKPOINT_PARTS)
    if not is_solution(described):
        return
    _check_kinds(described)
    yield from keys_of_parts(described, _ARRAY_FIELDS)
    yield "t", None
    for name in described["data"]:
        yield f"data/{name}", None
    for name in described.get("own_times", ()):
        yield f"own_time/{name}", None
    for name in described["events"]:
        yield f"event_t/{name}", None
        yield f"event_index/{name}", None
    for name in described.get("event_counts", ()):
        yield f"event_count/{name}", None


def is_solution(described: dict[str, Any]) -> bool:
    """Whether a file holds a Solution; else a checkpoint alone."""
    return "data" in described


def _check_kinds(described: dict[str, Any]) -> None:
    """Refuse a description whose values are of other kinds than a Solution's."""
    kinds = {"model_name": str, "model_text": str, "seed": int, "outcome": str, "stats": dict, "data": list}
    wrong = [name for name, kind in kinds.items() if not isinstance(described[name], kind)]
    for name, kind in {"ensemble_shape": int, "ensemble_params": str, "data": str}.items():
        wrong += [name for value in described[name] if not isinstance(value, kind)]
    if wrong:
        raise TypeError(f"'{wrong[0]}' is of another kind than a Solution's")


def fields_of(content: Content) -> Fields:
    """The fields of the Solution in a file."""
    described, arrays = content.described, content.arrays
    shape = tuple(described["ensemble_shape"])
    shapes = described.get("event_shapes", {})
    events = {
        name: EventTrain(
            arrays[f"event_t/{name}"],
            arrays[f"event_index/{name}"],
            tuple(shapes.get(name, shape)),
            tuple(window) if window else None,
            arrays.get(f"event_count/{name}"),
        )
        for name, window in described["events"].items()
    }
    return dict(
        t=arrays["t"],
        data={name: arrays[f"data/{name}"] for name in described["data"]},
        own_times={name: arrays[f"own_time/{name}"] for name in described.get("own_times", ())},
        events=events,
        seed=described["seed"],
        outcome=Outcome(described["outcome"]),
        stats=described["stats"],
        model_name=described["model_name"],
        model_text=described["model_text"],
        ensemble_shape=shape,
        ensemble_params=tuple(described["ensemble_params"]),
        checkpoint=Checkpoint.of(described["checkpoint"], arrays),
        **rebuilt_parts(described, _ARRAY_FIELDS, arrays),
    )
