"""Normal-form AST to compiled NumPy functions: what `numeric` is made of.

A compiled function takes the states, the parameters and t by position, as arrays that broadcast against each other.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from brainpy_lab.equations.elementary import NUMPY_FUNCTIONS, phi
from brainpy_lab.equations.system import CONSTANTS, Definition, Function, System
from brainpy_lab.symbolic.inline import NotStraightError, inline
from brainpy_lab.symbolic.singularities import filled

#: What the generated code can reach: the functions of the language and NumPy's logic, nothing else.
_NAMESPACE: dict[str, Any] = NUMPY_FUNCTIONS | CONSTANTS
_LOGIC: dict[str, Any] = {
    "logical and": np.logical_and,
    "logical or": np.logical_or,
    "logical not": np.logical_not,
    "numpy where": np.where,  # names with a space cannot clash with a model's
    "numpy phi": phi,
}


class _ToNumPy(ast.NodeTransformer):
    """Branches and logic as the NumPy functions that work on each element."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        return call("numpy where", node.test, node.body, node.orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        name = "logical and" if isinstance(node.op, ast.And) else "logical or"
        result = node.values[0]
        for value in node.values[1:]:
            result = call(name, result, value)
        return result

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return call("logical not", node.operand) if isinstance(node.op, ast.Not) else node


def call(name: str, *arguments: ast.expr) -> ast.expr:
    """The call of a plain name."""
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(arguments), keywords=[])


def names_read(expr: ast.expr) -> set[str]:
    """All names that an expression reads, functions included."""
    return {n.id for n in ast.walk(expr) if isinstance(n, ast.Name)}


def needed(definitions: Sequence[Definition], results: Iterable[ast.expr]) -> list[Definition]:
    """The part of ``definitions``, in their order, that ``results`` depend on."""
    wanted = set().union(*(names_read(r) for r in results))
    kept = []  # backwards: a definition reads those before it alone
    for definition in reversed(definitions):
        if definition.name in wanted:
            kept.append(definition)
            wanted |= names_read(definition.expr)
    return kept[::-1]


def elementwise(function: Function, namespace: dict[str, Any]) -> Callable[..., Any]:
    """A helper function with loops, run once for each element; complex arguments give complex results."""
    node = copy.deepcopy(function.node)
    node.decorator_list = []  # a user's @njit: these run once for each element in Python
    module = ast.fix_missing_locations(ast.Module(body=[node], type_ignores=[]))
    exec(compile(module, f"<function {function.name}>", "exec"), namespace)  # checked by the reader
    scalar = namespace[function.name]

    def over_elements(*arguments: Any) -> Any:
        arrays = np.broadcast_arrays(*arguments)
        result = np.empty(arrays[0].shape, np.result_type(float, *arrays))  # complex for complex steps
        for index in np.ndindex(result.shape):
            result[index] = scalar(*(a[index] for a in arrays))
        return result

    return over_elements


def helper_functions(system: System) -> dict[str, Callable[..., Any]]:
    """The helper functions of ``system`` by name, each run once for each element of its arguments."""
    namespace = dict(_NAMESPACE)
    for function in system.functions:
        namespace[function.name] = elementwise(function, namespace)
    return {f.name: namespace[f.name] for f in system.functions}


class Compiler:
    """Compiles expressions of one System to NumPy functions.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.namespace = _NAMESPACE | _LOGIC | helper_functions(system)

    def prepared(self, expr: ast.expr) -> ast.expr:
        """``expr`` in NumPy's terms: helper functions written out where they can be, called by element where not."""
        try:
            expr = inline(expr, self.system.functions)
        except NotStraightError:  # a helper with loops: it is called by its name, once for each element
            expr = copy.deepcopy(expr)
        result = _ToNumPy().visit(filled(expr))
        assert isinstance(result, ast.expr)
        return result

    def compile(
        self,
        results: Sequence[ast.expr],
        extra: Sequence[Definition] = (),
        further: Sequence[str] = (),
        functions: Mapping[str, Any] | None = None,
    ) -> Callable[..., tuple[Any, ...]]:
        """A function (states, parameters, t, further) -> tuple of the values of ``results``.

        ``extra`` are definitions computed after the System's own, such as common subexpressions; ``further`` are names
        of arguments; ``functions`` stand for those of NumPy. Delayed states take the value of the present state.
        """
        system = self.system
        definitions = needed([*system.derived, *system.intermediates, *extra], results)
        arguments = [*system.state_names, *system.parameter_names, "t", *further]
        delayed = [_assign(d.name, ast.Name(id=d.state, ctx=ast.Load())) for d in system.delays]
        computed = [_assign(d.name, self.prepared(d.expr)) for d in definitions]
        values = ast.Tuple(elts=[self.prepared(r) for r in results], ctx=ast.Load())
        # built as a tree, not as text: names with spaces ("numpy where", "shared 1") stand in it
        module = ast.parse("def evaluate(): pass")
        function = module.body[0]
        assert isinstance(function, ast.FunctionDef)
        function.args.args = [ast.arg(arg=a) for a in arguments]
        function.body = [*delayed, *computed, ast.Return(value=values)]
        ast.fix_missing_locations(module)
        namespace = {**self.namespace, **(functions or {})}
        exec(compile(module, f"<numpy form of {system.name}>", "exec"), namespace)
        compiled: Callable[..., tuple[Any, ...]] = namespace["evaluate"]
        return compiled


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)
