"""Products of a matrix and an array state: their sizes fit, or the message says which state needs which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, Location
from brainpy_lab.simulation.values.narrow import widths_of


def check_products(system: System, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise ArgumentError for the first product of a matrix and states that are no arrays of its width.

    Parameters
    ----------
    system : System
    shapes : mapping
        The shape that each parameter and state has in one member of an ensemble.
    """
    matrices = {p.name: np.shape(p.value) for p in system.parameters if np.ndim(p.value) == 2}
    for node in _products(system):
        if not (isinstance(node.left, ast.Name) and node.left.id in matrices):
            continue
        columns = matrices[node.left.id][1]
        read = names_used(node.right)
        arrays = [p.name for p in system.parameters if np.ndim(p.value) and p.name in read]
        for name in [n for n in system.state_names if n in read]:
            found = shapes[name][-1:]
            if found == (columns,) or (not found and (arrays or any(shapes[s] for s in read & set(shapes)))):
                continue
            what = f"{found[0]} elements" if found else "one number"
            raise ArgumentError(
                f"The matrix '{node.left.id}' has {columns} columns, and '{name}' is {what}.",
                location=_place(system, node),
                advice=f"Give the state its elements by its initial value: {name}(0) = zeros({columns}).",
            )
        if not widths_of(system, shapes)(node.right):
            raise ArgumentError(
                f"The matrix '{node.left.id}' has {columns} columns, and what it multiplies is one number.",
                location=_place(system, node),
                advice="Multiply an array state, or an array of the notebook.",
            )


def _products(system: System) -> Iterator[ast.BinOp]:
    expressions = [s.drift for s in system.states if s.drift is not None]
    for expression in [*expressions, *(d.expr for d in system.intermediates)]:
        for node in ast.walk(expression):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
                yield node


def _place(system: System, node: ast.expr) -> Location | None:
    if not hasattr(node, "lineno") or not system.text:
        return None
    return system.place(node)
