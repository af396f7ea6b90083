"""The body of a model function: what it may say, and its equations without branches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import numpy as np

from brainpy_lab.equations.expressions import PREFIXES, Normaliser, unknown_name
from brainpy_lab.equations.names import is_noise
from brainpy_lab.equations.python.capture import Capture
from brainpy_lab.equations.python.helpers import Body, BodyScope
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.straight import Straightener, always_returns, assigned_names
from brainpy_lab.equations.system import CONSTANTS, FUNCTIONS, Definition, Parameter
from brainpy_lab.equations.text.delays import DelayTable
from brainpy_lab.equations.text.tables import lookup
from brainpy_lab.errors import ModelError

_ARRAY_WRAPPERS = frozenset({"array", "asarray", "stack", "hstack", "concatenate"})


class ModelScope(BodyScope):
    """Names inside a model function: its arguments and locals, noise, then the module or notebook around it.

    Parameters
    ----------
    source : Source
        The function's source.
    local : set of str
        Its arguments and the names it assigns.
    states : sequence of str
        The arguments before `t`: calling one, ``x(t - tau)``, delays it.
    parameters : dict
        The function's parameters; numbers from around it join them.
    capture : Capture
        What stands around the function.
    """

    def __init__(
        self,
        source: Source,
        local: set[str],
        states: Sequence[str],
        parameters: dict[str, Parameter],
        capture: Capture,
    ) -> None:
        super().__init__(source, local, {}, self.around)
        self.states = states
        self.parameters = parameters
        self.capture = capture
        self.delays = DelayTable(source, local.__contains__)

    def around(self, node: ast.Name) -> ast.expr:
        """A name that is not the function's own: noise, or a number or array from around it."""
        if node.id not in self.parameters:
            parameter = self.capture.parameter(node.id)
            if parameter is None and not is_noise(node.id):
                raise self.unknown(node)
            if parameter is not None:
                self.parameters[node.id] = parameter
        return ast.Name(node.id, ast.Load())

    def call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> ast.expr | None:
        """A delayed state (kept as a call until branches are gone), or a function from around."""
        if name in self.states:
            time = self.delays.check(node, name, arguments)
            return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node.func), [time], [])
        if name[:1] == "d" and name[1:] in self.states:
            raise self.delays.neutral(node, name)
        if name in self.local:
            raise self.source.error(
                f"'{name}' is a value here, not a function.", node, f"For a product write {name}*(...)."
            )
        helper = None if name in FUNCTIONS else self.capture.function(name)
        normalise = Normaliser(self.source, self, self.capture.prefixes)
        if helper is None:
            other = None if name in FUNCTIONS else self.capture.alias(name)
            if other is None:
                self.capture.check_readable(self.source, node, name)
                return None
            func = ast.copy_location(ast.Name(other, ast.Load()), node.func)
            return normalise(ast.copy_location(ast.Call(func, node.args, node.keywords), node))
        return helper.bind(self.source, node, arguments, {k.arg: normalise(k.value) for k in node.keywords if k.arg})

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        """A table of the function."""
        return lookup(normalise, node, self.array, self.capture.helpers)

    def array(self, name: str) -> np.ndarray | float | None:
        """The points of a table by their name: an argument, or an array around the function."""
        return self.capture.points(name, self.parameters)

    def functions(self) -> set[str]:
        """No function is known before it is asked for."""
        return set()

    def unknown(self, node: ast.Name) -> ModelError:
        """The error for a name found nowhere."""
        why = self.capture.unusable(node.id)
        if why is not None:
            return self.source.error(f"'{node.id}' {why}; a model reads numbers, arrays and functions.", node)
        return unknown_name(self.source, node, [*self.local, *FUNCTIONS, *CONSTANTS])


class ModelBody(Body):
    """Statements of a model function: no loops, no elements of arrays; `return` gives one value a state."""

    def __init__(self, source: Source, scope: BodyScope, prefixes: frozenset[str] = PREFIXES) -> None:
        super().__init__(source, scope, prefixes)
        self.prefixes = prefixes
        self.normalise = Normaliser(source, scope, prefixes)

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        """One statement in normal form."""
        if isinstance(node, (ast.For, ast.While)):
            word = "for" if isinstance(node, ast.For) else "while"
            advice = "Put the loop into a helper function and call that: def total(x): ..."
            raise self.source.error(f"A model function has no '{word}' loop.", node, advice)
        return super().statement(node)

    def target(self, node: ast.expr) -> ast.expr:
        """Left side of an assignment."""
        if isinstance(node, ast.Subscript):
            raise self.source.error("A model function cannot change an array.", node, "Give the new value a name.")
        if isinstance(node, ast.Name) and node.id == "t":
            raise self.source.error("'t' is the time; it cannot be given a value.", node, "Use another name.")
        return super().target(node)

    def returned(self, value: ast.expr) -> ast.expr:
        """The derivatives: one expression, a row of them, or an array written out; None is no noise."""
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=prefix), attr=name), args=[ast.List() | ast.Tuple()]):
                if prefix in self.prefixes and name in _ARRAY_WRAPPERS:
                    value = value.args[0]
        if isinstance(value, (ast.Tuple, ast.List)):
            return ast.copy_location(ast.Tuple([self.returned(item) for item in value.elts], ast.Load()), value)
        if isinstance(value, ast.Constant) and value.value is None:
            return ast.copy_location(ast.Constant(0.0), value)
        return self.normalise(value)


def straight_equations(
    source: Source,
    node: ast.FunctionDef,
    statements: Sequence[ast.stmt],
    arguments: Sequence[str],
    taken: Iterable[str],
) -> tuple[list[Definition], list[ast.expr]]:
    """The rows and the returned expressions of a checked body, without branches.

    A name that is only handed to `return` (``dV = ...; return dV``) is no row: its expression is the returned one.
    """

    def fail(message: str, at: ast.AST, advice: str | None) -> Exception:
        return source.error(message, at if isinstance(at, (ast.expr, ast.stmt)) else None, advice)

    if not always_returns(statements):
        last = node.body[-1]
        raise source.error(
            f"The function '{node.name}' can end without returning.", last, "End it with return and the derivatives."
        )
    straightener = Straightener(
        {*taken, *arguments, *FUNCTIONS, *CONSTANTS}, assigned_names(statements) - set(arguments), fail
    )
    result = straightener.run(statements, {name: ast.Name(name, ast.Load()) for name in arguments})
    assert result is not None  # always_returns
    values = list(result.elts) if isinstance(result, (ast.Tuple, ast.List)) else [result]
    rows = dict(straightener.rows)
    reads = [n.id for e in [*rows.values(), *values] for n in ast.walk(e) if isinstance(n, ast.Name)]
    for i, value in enumerate(values):
        if isinstance(value, ast.Name) and value.id in rows and reads.count(value.id) == 1:
            values[i] = rows.pop(value.id)
    return [Definition(name, e, span=source.node_span(e)) for name, e in rows.items()], values


class DelayReader(ast.NodeTransformer):
    """Replaces calls of states, ``x(t - tau)``, by the names of delays."""

    def __init__(self, delays: DelayTable, states: Sequence[str]) -> None:
        self.delays = delays
        self.states = states

    def __call__(self, expression: ast.expr) -> ast.expr:
        """``expression`` in normal form; itself when no state is called in it."""
        if not any(isinstance(n, ast.Call) and _called(n) in self.states for n in ast.walk(expression)):
            return expression
        result = self.visit(expression)
        assert isinstance(result, ast.expr)
        return result

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call, its arguments first."""
        arguments = [self(argument) for argument in node.args]
        if _called(node) in self.states:
            return self.delays.read(node, _called(node), arguments[0])
        return ast.copy_location(ast.Call(node.func, arguments, []), node)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""
