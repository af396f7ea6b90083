"""How many elements the expressions of a network have: elements and slices lie inside, and what is joined fits."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.equations.python.element_loops import places as places_of
from brainpy_lab.equations.python.element_loops import range_of
from brainpy_lab.equations.system import END, Assign, System
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
    trees = [s.drift for s in system.states if s.drift is not None] + [e.condition for e in system.events]
    trees += [a.value for e in system.events for a in e.actions if isinstance(a, Assign)]
    trees += [n.amplitude for s in system.states for n in s.noise]
    single = cell == 1 and any(len(np.shape(p.value)) == 1 for p in system.parameters)
    single = single or (cell == 1 and any(np.shape(values.get(n, 0)) == (1,) for n in system.state_names))  # x(0) = [1]
    functions = [f.loops or f.node for f in system.functions]
    definitions = system.derived + system.intermediates
    if single or any(
        _is_part(n) for tree in [*(d.expr for d in definitions), *trees, *functions] for n in ast.walk(tree)
    ):
        lengths = _Lengths(system, values)
        for definition in definitions:
            lengths.of_name[definition.name] = lengths(definition.expr)
        for tree in trees:
            found = lengths(tree)
            if found not in (1, cell):
                raise lengths.unfit(tree, found, cell)


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
        self.functions = {f.name: f.loops or f.node for f in system.functions}

    def __call__(self, node: ast.expr) -> int:
        match node:
            case ast.Name(id=name):
                return self.of_name.get(name, 1)
            case ast.BinOp(left=ast.Name(id=name), op=ast.MatMult()) if name in self.matrices:
                return self.matrices[name]
            case ast.Call(func=ast.Name(id=function), args=args) if function in self.functions:
                return _Inside(self, node, self.functions[function], [self(x) for x in args]).count()
            case ast.Call(func=ast.Name(id="part"), args=[ast.Name(id=name), start, stop]):
                return self._part(node, name, start, stop)
        counts = {self(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)} - {1}
        if len(counts) > 1:
            first, second = sorted(counts)
            raise self.error(node, f"Arrays of {first} and of {second} elements do not fit together.")
        match node:
            case ast.Call(func=ast.Name(id="sum" | "mean" | "dot")):
                return 1
        return counts.pop() if counts else 1

    def _part(self, node: ast.expr, name: str, first: ast.expr, end: ast.expr) -> int:
        start, stop = int(ast.literal_eval(first)), int(ast.literal_eval(end))
        count = self.of_name.get(name, 1)
        if count == 1:
            raise self.error(node, f"'{name}' is one number: it has no elements.", f"An array has {name}(0) = [...].")
        chosen = len(range(count)[start : None if stop == END else stop])
        if not chosen:
            raise self.error(node, f"'{name}' has {count} elements, numbered 0 to {count - 1}: this is none of them.")
        return chosen

    def unfit(self, tree: ast.expr, found: int, cell: int) -> ModelError:
        """The error for what drives or sets a state, and has other elements than the states have."""
        if cell > 1:
            return self.error(tree, f"This has {found} elements; the array states have {cell}.")
        advice = f"Make one number of it, as with sum(...), or give the state as many: x(0) = zeros({found})."
        return self.error(tree, f"This has {found} elements, and the states are single numbers.", advice)

    def error(self, node: ast.expr, message: str, advice: str | None = None) -> ModelError:
        """An error at the place of ``node``."""
        if not hasattr(node, "lineno"):
            return ModelError(message, advice=advice)
        return ModelError(message, location=self.system.place(node), advice=advice)


class _Inside(_Lengths):
    """The number of elements of expressions in a helper's body, for the lengths of one call; errors stand at it."""

    def __init__(self, outer: _Lengths, call: ast.expr, function: ast.FunctionDef, counts: list[int]) -> None:
        self.system, self.matrices, self.functions = outer.system, {}, outer.functions
        self.outer, self.call, self.function = outer, call, function
        self.of_name = dict(zip((a.arg for a in function.args.args), counts, strict=True))
        self.numbers: dict[str, range] = {}

    def count(self) -> int:
        """Elements of what the function returns."""
        # without elements, slices or further helpers inside, what it returns is as wide as its widest argument
        if not any(_is_part(n) or self._is_helper(n) for n in ast.walk(self.function)):
            return max(self.of_name.values(), default=1)
        found = 1
        for _ in range(2):  # a second time for what a loop hands to its next turn
            found = self._block(self.function.body)
        return found

    def _is_helper(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self.functions

    def _block(self, body: list[ast.stmt]) -> int:
        found = 1
        for statement in body:
            match statement:
                case ast.For(target=ast.Name(id=name), iter=iterated, body=inner):
                    self.numbers[name] = range_of(iterated)
                    found = max(found, self._block(inner))
                case ast.If(test=test, body=yes, orelse=no):
                    found = max(found, self(test), self._block(yes), self._block(no))
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AugAssign(target=ast.Name(id=name), value=value)
                ):
                    self.of_name[name] = max(self(value), self.of_name.get(name, 1))
                case ast.Return(value=ast.expr() as value):
                    found = max(found, self(value))
        return found

    def _part(self, node: ast.expr, name: str, start: ast.expr, stop: ast.expr) -> int:
        places = places_of(start, self.numbers)
        count = self.of_name.get(name, 1)
        for place in (places[0], places[-1]):
            if count == 1 or not -count <= place < count:
                raise self._outside(name, place)
        return 1

    def _outside(self, name: str, place: int) -> ModelError:
        count, function = self.of_name.get(name, 1), self.function.name
        own = "is one number" if count == 1 else f"has {count} elements, numbered 0 to {count - 1}"
        return self.error(self.call, f"'{function}' reads {name}[{place}], and its '{name}' {own}.")

    def error(self, node: ast.expr, message: str, advice: str | None = None) -> ModelError:
        """An error at the call of the function."""
        return self.outer.error(self.call, message, advice)
