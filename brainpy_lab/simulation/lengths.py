"""How many elements the expressions of a network have: elements and slices lie inside, and what is joined fits."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.equations.system import END, Assign, Span, System
from brainpy_lab.errors import ModelError


def check_lengths(system: System, values: Mapping[str, Any], cell: int) -> None:
    """Raise ModelError for the first element or slice that an array does not have, or that does not fit beside it.

    Parameters
    ----------
    system : System
    values : mapping
        Parameters and states by name.
    cell : int
        Elements of the array states; 1 where there are none.
    """
    trees = [d.expr for d in system.intermediates] + [s.drift for s in system.states if s.drift is not None]
    trees += [e.condition for e in system.events]
    trees += [a.value for e in system.events for a in e.actions if isinstance(a, Assign)]
    single = cell == 1 and any(np.shape(values.get(state.name, 0)) == (1,) for state in system.states)  # x(0) = [1]
    if single or any(_is_part(node) for tree in trees for node in ast.walk(tree)):
        lengths = _Lengths(system, values)
        for definition in system.intermediates:
            lengths.of_name[definition.name] = lengths(definition.expr)
        for tree in trees:
            found = lengths(tree)
            if found not in (1, cell):
                raise lengths.error(tree, f"This has {found} elements; the array states have {cell}.")


def _is_part(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "part"


class _Lengths:
    """The number of elements of an expression."""

    def __init__(self, system: System, values: Mapping[str, Any]) -> None:
        self.system = system
        own: dict[str, tuple[int, ...]] = {p.name: np.shape(p.value) for p in system.parameters}
        shapes: dict[str, tuple[int, ...]] = {name: np.shape(value) for name, value in values.items()}
        shapes |= own  # without the axes of an ensemble
        self.matrices = {name: shape[0] for name, shape in own.items() if len(shape) == 2}
        self.of_name = {name: shape[-1] if shape else 1 for name, shape in shapes.items()}
        self.of_name |= {d.name: self.of_name.get(d.state, 1) for d in system.delays}

    def __call__(self, node: ast.expr) -> int:
        match node:
            case ast.Name(id=name):
                return self.of_name.get(name, 1)
            case ast.BinOp(left=ast.Name(id=name), op=ast.MatMult()) if name in self.matrices:
                return self.matrices[name]
            case ast.Call(func=ast.Name(id="part"), args=[ast.Name(id=name), start, stop]):
                return self._part(node, name, int(ast.literal_eval(start)), int(ast.literal_eval(stop)))
        counts = {self(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)} - {1}
        if len(counts) > 1:
            first, second = sorted(counts)
            raise self.error(node, f"Arrays of {first} and of {second} elements do not fit together.")
        match node:
            case ast.Call(func=ast.Name(id="sum" | "mean" | "dot")):
                return 1
        return counts.pop() if counts else 1

    def _part(self, node: ast.expr, name: str, start: int, stop: int) -> int:
        count = self.of_name.get(name, 1)
        if count == 1:
            raise self.error(node, f"'{name}' is one number: it has no elements.", f"An array has {name}(0) = [...].")
        chosen = len(range(count)[start : None if stop == END else stop])
        if not chosen:
            raise self.error(node, f"'{name}' has {count} elements, numbered 0 to {count - 1}: this is none of them.")
        return chosen

    def error(self, node: ast.expr, message: str, advice: str | None = None) -> ModelError:
        """An error at the place of ``node``."""
        if not hasattr(node, "lineno"):
            return ModelError(message, advice=advice)
        end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset + 1
        span = Span(node.lineno, node.col_offset, *end)
        return ModelError(message, location=span.location(self.system.text, self.system.origin), advice=advice)
