"""Diagrams as one table, and as files: what of them is JSON, and what are named arrays. Never pickle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.special import SpecialPoint, SpecialPoints
from brainpy_lab.analysis.continuation.views.drawn import Drawn
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.simulation.solution.described import FORMAT, check_version, plain
from brainpy_lab.simulation.solution.files import Content, write

if TYPE_CHECKING:
    import xarray as xr

Arrays = dict[str, np.ndarray]

#: What a branch of each kind is made of, besides its orbits.
FIELDS = {"equilibrium": ("points", "eigenvalues", "unstable"), "cycle": ("multipliers", "unstable")}

#: The parts of several orbits: `_orbits` says how they are joined.
ORBITS = ("edges", "profile", "period", "parameter", "intervals", "degree")


class Saved(Drawn, Protocol):
    """What is saved of a `Diagram`."""

    remarks: tuple[str, ...]


@in_words("save")
def save(diagram: Saved, path: str | Path) -> Path:
    """Write ``diagram``; see `Diagram.save`."""
    path = Path(path)
    arrays: Arrays = {}
    branches = [_branch(b, f"branch{k}", arrays) for k, b in enumerate(diagram.branches)]
    points = [describe_point(p, f"point{k}", arrays) for k, p in enumerate(diagram.points)]
    described = {
        "format": FORMAT,
        "diagram": {
            "model_name": diagram.model_name, "parameter": diagram.parameter, "range": list(diagram.range),
            "remarks": list(diagram.remarks), "branches": branches, "points": points,
        },
    }  # fmt: skip
    write(Content(described, arrays, dataset=lambda: real_columns(dataset(diagram))), path)
    return path


def dataset(diagram: Drawn) -> xr.Dataset:
    """The points of all branches along one axis; see `Diagram.to_xarray`."""
    import xarray as xr

    parts = []
    for k, branch in enumerate(diagram.branches):
        n = len(branch)
        labels = {"branch": ("point", np.full(n, k)), "kind": ("point", np.full(n, branch.kind))}
        parts.append(branch.to_xarray().assign(labels))
    if not parts:
        return xr.Dataset()
    found = [{str(n): v for n, v in part.variables.items()} for part in parts]
    columns = {name: column for part in found for name, column in part.items()}
    joined: dict[str, Any] = {}
    for name, column in columns.items():
        modes = max(part[name].shape[1] for part in found if name in part) if column.ndim > 1 else None
        joined[name] = (
            ("point",) if modes is None else ("point", "mode" if name == "eigenvalues" else "multiplier"),
            np.concatenate([_column(part.get(name), len(part["branch"]), column.dtype, modes) for part in found]),
        )
    return xr.Dataset(joined).set_coords([diagram.parameter, "branch", "kind"])


def _column(values: Any, n: int, kind: np.dtype[Any], modes: int | None) -> np.ndarray:
    """The values of one branch, or nan for what it does not have."""
    if values is None:
        return np.full((n,) if modes is None else (n, modes), np.nan, dtype=kind)
    given = np.asarray(values)
    if modes is None or given.shape[1] == modes:
        return given
    return np.pad(given, ((0, 0), (0, modes - given.shape[1])), constant_values=np.nan)


def real_columns(table: xr.Dataset) -> xr.Dataset:
    """Complex columns as two real ones: NetCDF has no complex numbers."""
    for name in [str(n) for n, v in table.data_vars.items() if v.dtype.kind == "c"]:
        column = table[name]
        table = table.drop_vars(name).assign({f"{name}_real": column.real, f"{name}_imag": column.imag})
    return table


# --- to JSON and arrays -------------------------------------------------------------------------------


def _branch(branch: Branch | CycleBranch, key: str, arrays: Arrays) -> dict[str, Any]:
    if branch.kind not in FIELDS:
        raise ArgumentError(f"A branch of kind '{branch.kind}' cannot be saved.")
    for name in FIELDS[branch.kind]:
        arrays[f"{key}/{name}"] = stored_form(getattr(branch, name))
    if isinstance(branch, CycleBranch):
        _orbits(branch.orbits, key, arrays)
    return {
        "kind": branch.kind, "parameter": branch.parameter, "names": list(branch.names), "ends": list(branch.ends),
    }  # fmt: skip


def _orbits(orbits: Sequence[Orbit], key: str, arrays: Arrays) -> None:
    """Orbits end to end; ``intervals`` and ``degree`` say where each stops."""
    arrays[f"{key}/edges"] = np.concatenate([o.mesh.edges for o in orbits])
    arrays[f"{key}/profile"] = np.concatenate([o.profile for o in orbits], axis=1)
    arrays[f"{key}/period"] = np.array([o.period for o in orbits])
    arrays[f"{key}/parameter"] = np.array([o.parameter for o in orbits])
    arrays[f"{key}/intervals"] = np.array([o.mesh.intervals for o in orbits])
    arrays[f"{key}/degree"] = np.array([o.mesh.degree for o in orbits])


def describe_point(point: SpecialPoint, key: str, arrays: Arrays) -> dict[str, Any]:
    """What of a special point is JSON; its arrays go to ``arrays``, under ``key``."""
    data: dict[str, Any] = {}
    for name, value in point.data.items():
        if isinstance(value, Orbit):
            _orbits([value], f"{key}/{name}", arrays)
            data[name] = {"orbit": True}
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
            arrays[f"{key}/{name}"] = stored_form(value)
            data[name] = {"array": True, "complex": np.iscomplexobj(value)}
        else:
            data[name] = {"value": plain(value), "tuple": isinstance(value, tuple)}
    return {
        "kind": point.kind, "parameters": plain(point.parameters), "values": plain(point.values),
        "period": plain(point.period), "note": point.note, "data": data,
    }  # fmt: skip


def stored_form(values: np.ndarray) -> np.ndarray:
    """Complex numbers as pairs of real ones, on an axis more: NetCDF has none."""
    return np.stack([values.real, values.imag], axis=-1) if np.iscomplexobj(values) else np.asarray(values)


# --- and back -----------------------------------------------------------------------------------------


def keys(described: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Keys of all arrays that a description names."""
    check_version(described)
    diagram = described["diagram"]
    for k, branch in enumerate(diagram["branches"]):
        for name in (*FIELDS[branch["kind"]], *(ORBITS if branch["kind"] == "cycle" else ())):
            yield f"branch{k}/{name}", None
    yield from keys_of_points(diagram["points"])


def keys_of_points(points: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str | None]]:
    """Keys of the arrays of special points."""
    for k, point in enumerate(points):
        for name, value in point["data"].items():
            if "array" in value:
                yield f"point{k}/{name}", None
            if "orbit" in value:
                yield from ((f"point{k}/{name}/{part}", None) for part in ORBITS)


def fields_of(content: Content) -> dict[str, Any]:
    """The fields of the `Diagram` that a file holds."""
    found, arrays = content.described["diagram"], content.arrays
    low, high = map(float, found["range"])
    return {
        "model_name": str(found["model_name"]), "parameter": str(found["parameter"]), "range": (low, high),
        "branches": [_branch_of(b, f"branch{k}", arrays) for k, b in enumerate(found["branches"])],
        "points": SpecialPoints(read_point(p, f"point{k}", arrays) for k, p in enumerate(found["points"])),
        "remarks": tuple(map(str, found["remarks"])),
    }  # fmt: skip


def _branch_of(found: dict[str, Any], key: str, arrays: Mapping[str, np.ndarray]) -> Branch | CycleBranch:
    kind, names, (first, last) = found["kind"], tuple(found["names"]), found["ends"]
    stored = {name: arrays[f"{key}/{name}"] for name in FIELDS[kind]}
    if kind == "cycle":
        orbits, numbers = _orbits_of(key, arrays), complex_of(stored["multipliers"])
        return CycleBranch(kind, found["parameter"], names, orbits, numbers, stored["unstable"], (first, last))
    numbers = complex_of(stored["eigenvalues"])
    return Branch(kind, found["parameter"], names, stored["points"], numbers, stored["unstable"], (first, last))


def _orbits_of(key: str, arrays: Mapping[str, np.ndarray]) -> tuple[Orbit, ...]:
    edges, profile, periods, values, intervals, degrees = (arrays[f"{key}/{part}"] for part in ORBITS)
    edge, node = 0, 0
    orbits = []
    for n, degree, period, value in zip(intervals, degrees, periods, values, strict=True):
        mesh = Mesh(edges[edge : edge + n + 1], int(degree))
        orbits.append(Orbit(mesh, profile[:, node : node + n * degree], float(period), float(value)))
        edge, node = edge + n + 1, node + n * degree
    return tuple(orbits)


def read_point(found: dict[str, Any], key: str, arrays: Mapping[str, np.ndarray]) -> SpecialPoint:
    """The special point that `describe_point` wrote."""
    data: dict[str, Any] = {}
    for name, value in found["data"].items():
        if "array" in value:
            stored = arrays[f"{key}/{name}"]
            is_complex = value.get("complex", name in ("eigenvalues", "multipliers"))
            data[name] = complex_of(stored) if is_complex else stored
        elif "orbit" in value:
            (data[name],) = _orbits_of(f"{key}/{name}", arrays)
        else:
            data[name] = tuple(value["value"]) if value.get("tuple") else value["value"]
    return SpecialPoint(found["kind"], found["parameters"], found["values"], found["period"], data, found["note"])


def complex_of(pairs: np.ndarray) -> np.ndarray:
    """Complex numbers from pairs of real ones."""
    return np.asarray(pairs[..., 0] + 1j * pairs[..., 1]) if pairs.dtype.kind == "f" and pairs.ndim > 0 else pairs
