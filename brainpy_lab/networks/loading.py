"""Solutions of networks read back from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.stores.reading import opened
from brainpy_lab.simulation.solution import load as loading
from brainpy_lab.simulation.solution.described import check_version
from brainpy_lab.simulation.solution.files import Content, is_folder, is_saved
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.solution.storage import fields_of, keys_of


def _is_network(described: dict[str, Any]) -> bool:
    return "network" in described


def _keys(described: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    check_version(described)
    yield from _keys_of(described["network"])


def _keys_of(network: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name, expected in {"name": str, "seed": int, "outcome": str, "stats": dict}.items():
        if not isinstance(network[name], expected):
            raise TypeError(f"'{name}' is of another kind than a Solution's")
    yield "times", None
    for number, part in enumerate(network["parts"]):
        for key, kind in keys_of(part["solution"]):
            yield f"part{number}/{key}", kind
    for number in range(len(network["final"])):
        yield f"final{number}", None
    for number, member in enumerate(network["members"]):
        for key, kind in _keys_of(member):
            yield f"member{number}/{key}", kind


def _built(content: Content) -> NetworkSolution:
    network, arrays = content.described["network"], content.arrays
    parts = {}
    for number, part in enumerate(network["parts"]):
        parts[part["key"]] = Solution(**fields_of(Content(part["solution"], _within(arrays, f"part{number}"))))
    members = tuple(
        _built(Content({"network": member}, _within(arrays, f"member{number}")))
        for number, member in enumerate(network["members"])
    )
    final: dict[str, dict[str, np.ndarray]] = {owner: {} for owner in network["owners"]}
    for number, (owner, name) in enumerate(network["final"]):
        final[owner][name] = arrays[f"final{number}"]
    return NetworkSolution(
        arrays["times"], parts, final, network["seed"], Outcome(network["outcome"]), network["stats"],
        network["name"], tuple(network["ensemble_shape"]), members,
    )  # fmt: skip


def _within(arrays: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    """The arrays of a part under their own names."""
    return {key.partition("/")[2]: a for key, a in arrays.items() if key.startswith(f"{part}/")}


#: How files hold solutions of networks.
NETWORK = loading.Form(_is_network, _keys, _built)


def load(path: str | Path, more: tuple[loading.Form, ...] = ()) -> Any:
    """Read a solution of a network, of a model, a Checkpoint, or a file of ``more`` forms; see ``bp.load``."""
    if is_folder(Path(path)) and not is_saved(Path(path)):
        return opened(Path(path))
    return loading.load(path, (*more, NETWORK))
