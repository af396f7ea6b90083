"""Values of any kind as JSON and named arrays, and back: what the files of Solutions and checkpoints are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.inputs import Input
from brainpy_lab.simulation.solution.arrays import as_numpy

FORMAT = 2


def check_numbers(values: Mapping[str, Any]) -> None:
    """Raise ArgumentError for the first of ``values`` that no file can hold."""
    for name, array in values.items():
        if as_numpy(array).dtype.kind not in "biuf":
            raise ArgumentError(f"'{name}' holds no real numbers, so it cannot be saved.")


def check_version(described: Mapping[str, Any]) -> None:
    """Refuse what another version wrote in another form."""
    number = described["format"]
    if number > FORMAT:
        raise ArgumentError("A newer version of BrainPy Lab wrote this file.", advice="pip install -U brainpy-lab")
    if number < FORMAT:
        raise ArgumentError(
            "An older version of BrainPy Lab wrote this file, in a form that this one does not read.",
            advice="Run the model again, and save it anew; xarray and NumPy read the records of the old file.",
        )


def described_part(part: str, values: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """What JSON holds of some values; arrays are added to ``arrays``, named ``part/name``."""
    return {name: _describe_value(value, f"{part}/{name}", arrays) for name, value in values.items()}


def _describe_value(value: Any, key: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    if isinstance(value, bool | int | float | str) or value is None:
        return {"value": value if not isinstance(value, np.generic) else value.item()}
    if isinstance(value, Input):
        arrays[key] = value.values
        return {"input": {"dt": value.dt, "start": value.start, "interpolation": value.interpolation}}
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        values = as_numpy(value)
        if values.dtype.kind in "biuf":
            arrays[key] = values
            return {"array": values.dtype.str}
    return {"value": f"<{getattr(value, '__name__', type(value).__name__)}>"}


def plain(value: Any) -> Any:
    """``value`` as JSON holds it; what it cannot hold becomes text."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def keys_of_parts(described: Mapping[str, Any], parts: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    """Keys and types of the arrays that the parts of a description tell of."""
    for part in parts:
        for name, value in described[part].items():
            if "array" in value or "input" in value:
                yield f"{part}/{name}", value.get("array")


def rebuilt_parts(
    described: Mapping[str, Any], parts: tuple[str, ...], arrays: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The values of the parts of a description."""
    return {
        part: {name: _rebuild_value(value, f"{part}/{name}", arrays) for name, value in described[part].items()}
        for part in parts
    }


def _rebuild_value(described: dict[str, Any], key: str, arrays: Mapping[str, np.ndarray]) -> Any:
    if "value" in described:
        return described["value"]
    if "input" in described:
        return Input(arrays[key], **described["input"])
    return arrays[key]
