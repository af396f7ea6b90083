"""Rules of connection, one a file, found by the registry: ``bp.connect.fixed_probability(0.02, seed=1)``.

A rule is a description. `Rule.build` makes the table of `Connections` between two sides of cells; a seed gives the same
table on every driver, in whatever parts it is made.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from brainpy_lab.errors import not_in
from brainpy_lab.networks.cells import Cells
from brainpy_lab.networks.connect import rules
from brainpy_lab.networks.connect.rule import Rule
from brainpy_lab.networks.connections import Connections

__all__ = ["Cells", "Connections", "Rule", "registry"]


@cache
def registry() -> Mapping[str, type[Rule]]:
    """All rules by name."""
    found = {}
    for info in pkgutil.iter_modules(rules.__path__):
        for value in vars(importlib.import_module(f"{rules.__name__}.{info.name}")).values():
            if isinstance(value, type) and issubclass(value, Rule) and value.name:
                found[value.name] = value
    return dict(sorted(found.items()))


def __getattr__(name: str) -> Any:
    known = {} if name.startswith("_") else registry()
    if name not in known:
        raise not_in("rule of connection", name, known, "Rules")
    return known[name]


def __dir__() -> list[str]:
    return sorted([*__all__, *registry()])
