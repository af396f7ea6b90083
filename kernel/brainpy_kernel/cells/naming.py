"""What a `%%brainpy` cell adds to Python for networks: parts are called what they are assigned to, and found by it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brainpy_lab.simulation import ambient

#: Under this name the cell finds `named` while it runs.
HELPER = "_brainpy_named"


@contextmanager
def names_of(tree: ast.Module, names: dict[str, Any]) -> Iterator[None]:
    """While the cell ``tree`` runs in the namespace ``names``: its names are those of parts."""
    names[HELPER] = named
    try:
        with ambient.finding(Found(tree, names)):
            yield
    finally:
        names.pop(HELPER, None)


def with_names(tree: ast.Module) -> ast.Module:
    """The cell with ``E = f(...)``, where it stands at the top, as a call of `named`; positions stay."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            statement.value = _assigned(statement.targets[0], statement.value)
    return tree


def _assigned(target: ast.expr, value: ast.expr) -> ast.expr:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        value.elts = [_assigned(t, v) for t, v in zip(target.elts, value.elts, strict=True)]
        return value
    if not (isinstance(target, ast.Name) and isinstance(value, ast.Call)) or "__" in target.id:
        return value
    helper, name = ast.Name(HELPER, ast.Load()), ast.Constant(target.id)
    call = ast.Call(helper, [name, value.func, *value.args], value.keywords)
    return ast.fix_missing_locations(ast.copy_location(call, value))


def named(_name: str, _function: Any, /, *args: Any, **keywords: Any) -> Any:
    """Call ``_function``; a part of a network, or a network, is made with the name, where none is given."""
    __tracebackhide__ = True
    if "name" not in keywords and isinstance(_function, type) and issubclass(_function, _kinds()):
        keywords["name"] = _name
    return _function(*args, **keywords)


class Found:
    """The parts that the names of a cell hold: what ``bp.Network()`` is made of.

    Parameters
    ----------
    tree : ast.Module
        The cell.
    names : dict
        The user's namespace as it is before the cell runs.
    """

    def __init__(self, tree: ast.Module, names: dict[str, Any]) -> None:
        stored = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        stored.sort(key=lambda node: (node.lineno, node.col_offset))
        self._order = dict.fromkeys(node.id for node in stored)
        self._names, self._before = names, {name: names.get(name) for name in self._order}

    def __call__(self) -> list[Any]:
        """Groups, sources and synapses assigned so far, and the groups that those synapses connect."""
        from brainpy_lab.networks.synapses import Synapses

        parts: list[Any] = []
        for name in self._order:
            value = self._names.get(name)
            if value is not self._before[name]:
                parts += _parts_in(value)
        sides = [group for part in parts if isinstance(part, Synapses) for group in (part.pre_group, part.post_group)]
        return [*parts, *sides]


def _parts_in(value: Any) -> list[Any]:
    """A part as a list; those of a list or tuple that holds nothing else."""
    from brainpy_lab.networks.source import Source
    from brainpy_lab.networks.synapses import Synapses

    if isinstance(value, Source | Synapses):
        return [value]
    if isinstance(value, list | tuple) and all(isinstance(part, Source | Synapses) for part in value):
        return list(value)
    return []


def _kinds() -> tuple[type, ...]:
    """The classes of parts, and that of networks; those whose modules nobody has imported cannot be called."""
    modules = {"source": "Source", "synapses": "Synapses", "network": "Network"}
    loaded = {sys.modules.get(f"brainpy_lab.networks.{module}"): name for module, name in modules.items()}
    return tuple(getattr(module, name) for module, name in loaded.items() if module is not None)
