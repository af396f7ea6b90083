"""Diagrams in two parameters as files: what of them is JSON, and what are named arrays. Never pickle.

A curve is written field by field, whatever its kind: arrays by name, the rest as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from brainpy_lab.analysis.continuation.special import SpecialPoints
from brainpy_lab.analysis.continuation.views.files import (
    Arrays,
    complex_of,
    describe_point,
    keys_of_points,
    read_point,
    real_columns,
    stored_form,
)
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.simulation.solution.described import FORMAT, check_version, plain
from brainpy_lab.simulation.solution.files import Content, write

if TYPE_CHECKING:
    import xarray as xr

#: Classes of curves, by the name under which files know them: nothing else is made of a file.
FORMS: dict[str, type[Any]] = {"CurveBranch": CurveBranch, "CycleCurveBranch": CycleCurveBranch}


class Saved(Protocol):
    """What is saved of a `PlaneDiagram`."""

    model_name: str
    parameters: tuple[str, str]
    ranges: tuple[tuple[float, float], tuple[float, float]]
    branches: list[CurveBranch | CycleCurveBranch]
    points: SpecialPoints
    remarks: tuple[str, ...]

    def to_xarray(self) -> xr.Dataset:
        """All points of all curves."""


@in_words("save")
def save(diagram: Saved, path: str | Path) -> Path:
    """Write ``diagram``; see `PlaneDiagram.save`."""
    path = Path(path)
    arrays: Arrays = {}
    described = {
        "format": FORMAT,
        "plane_diagram": {
            "model_name": diagram.model_name, "parameters": plain(diagram.parameters), "ranges": plain(diagram.ranges),
            "remarks": list(diagram.remarks),
            "branches": [_curve(b, f"branch{k}", arrays) for k, b in enumerate(diagram.branches)],
            "points": [describe_point(p, f"point{k}", arrays) for k, p in enumerate(diagram.points)],
        },
    }  # fmt: skip
    write(Content(described, arrays, dataset=lambda: real_columns(diagram.to_xarray())), path)
    return path


def _curve(branch: Any, key: str, arrays: Arrays) -> dict[str, Any]:
    form = next((name for name, known in FORMS.items() if type(branch) is known), None)
    if form is None:
        raise ArgumentError(f"A curve of kind '{branch.kind}' cannot be saved.")
    data: dict[str, Any] = {}
    for field in (f for f in fields(branch) if f.metadata.get("saved", True)):
        value = getattr(branch, field.name)
        if isinstance(value, np.ndarray):
            arrays[f"{key}/{field.name}"] = stored_form(value)
            data[field.name] = {"array": True, "complex": np.iscomplexobj(value)}
        else:
            data[field.name] = {"value": plain(value)}
    return {"form": form, "fields": data}


def keys(described: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Keys of all arrays that a description names."""
    check_version(described)
    found = described["plane_diagram"]
    for k, branch in enumerate(found["branches"]):
        yield from ((f"branch{k}/{name}", None) for name, value in branch["fields"].items() if "array" in value)
    yield from keys_of_points(found["points"])


def fields_of(content: Content) -> dict[str, Any]:
    """The fields of the `PlaneDiagram` that a file holds."""
    found, arrays = content.described["plane_diagram"], content.arrays
    first, second = ((float(low), float(high)) for low, high in found["ranges"])
    return {
        "model_name": str(found["model_name"]), "parameters": _tuples(found["parameters"]), "ranges": (first, second),
        "branches": [_curve_of(b, f"branch{k}", arrays) for k, b in enumerate(found["branches"])],
        "points": SpecialPoints(read_point(p, f"point{k}", arrays) for k, p in enumerate(found["points"])),
        "remarks": tuple(map(str, found["remarks"])),
    }  # fmt: skip


def _curve_of(found: dict[str, Any], key: str, arrays: Mapping[str, np.ndarray]) -> Any:
    values: dict[str, Any] = {}
    for name, value in found["fields"].items():
        if "array" in value:
            stored = arrays[f"{key}/{name}"]
            values[name] = complex_of(stored) if value["complex"] else stored
        else:
            values[name] = _tuples(value["value"])
    return FORMS[found["form"]](**values)


def _tuples(value: Any) -> Any:
    """JSON has lists where there were tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
