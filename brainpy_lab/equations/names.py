"""Names: which an expression reads, which are reserved, and in which order definitions can be computed."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterable, Mapping

from brainpy_lab.equations.system import CONSTANTS, FUNCTIONS

_NOISE = re.compile(r"xi(_\w+)?\Z")

#: Words of the language itself -> what they mean, for the message that refuses them as names.
RESERVED: dict[str, str] = {
    "t": "is the time",
    "dt": "is the time step",
    "when": "begins an event",
    "hold": "keeps a state in an event",
    "order": "gives a fractional order",
    "pre": "is the presynaptic side of a synapse",
    "post": "is the postsynaptic side of a synapse",
    "np": "is the prefix of NumPy's functions",
    "numpy": "is the prefix of NumPy's functions",
    "math": "is the prefix of Python's functions",
    **dict.fromkeys(CONSTANTS, "is a constant"),
    **dict.fromkeys(FUNCTIONS, "is a function of the language"),
}


def names_in(expression: ast.AST) -> set[str]:
    """Names that an expression reads; names of functions it calls are not among them.

    Examples
    --------
    >>> import ast
    >>> sorted(names_in(ast.parse("exp(-V / tau)", mode="eval").body))
    ['V', 'tau']
    """
    called = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and id(node) not in called}


def functions_in(expression: ast.AST) -> set[str]:
    """Names of the functions that an expression calls."""
    calls = (node.func for node in ast.walk(expression) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def is_noise(name: str) -> bool:
    """True for `xi`, `xi_1`, `xi_name`: standard white noise."""
    return _NOISE.match(name) is not None


def why_reserved(name: str) -> str | None:
    """Why nobody may define ``name`` ("is the time"), or None when one may."""
    if keyword.iskeyword(name):
        return "is a word of Python"
    if is_noise(name):
        return "is white noise"
    return RESERVED.get(name)


def substitute(expression: ast.expr, replacements: Mapping[str, ast.expr]) -> ast.expr:
    """``expression`` with names replaced by expressions, which it shares; the tree handed in stays as it is."""
    if not replacements:
        return expression
    result = _Substitution(replacements).visit(expression)
    assert isinstance(result, ast.expr)
    return result


class _Substitution(ast.NodeTransformer):
    def __init__(self, replacements: Mapping[str, ast.expr]) -> None:
        self.replacements = replacements

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """A new node: trees are shared between systems, and NodeTransformer's own method changes them in place."""
        fields: dict[str, object] = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                fields[name] = [self.visit(item) if isinstance(item, ast.AST) else item for item in value]
            else:
                fields[name] = self.visit(value) if isinstance(value, ast.AST) else value
        return ast.copy_location(type(node)(**fields), node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        new = self.replacements.get(node.id, node)
        if isinstance(new, ast.Name) and new is not node:  # renamed: it stays where it stands
            return ast.copy_location(ast.Name(new.id, ast.Load()), node)
        return new

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(argument) for argument in node.args]
        return ast.copy_location(ast.Call(node.func, arguments, []), node)


class CircularDefinition(Exception):
    """Definitions that need each other; ``cycle`` begins and ends with the same name."""

    def __init__(self, cycle: list[str]) -> None:
        self.cycle = cycle
        super().__init__(" -> ".join(cycle))


def in_order(names: Iterable[str], needs: Callable[[str], Iterable[str]]) -> list[str]:
    """``names`` such that each stands after those it needs, else in the given order; raises CircularDefinition."""
    # a stack in place of recursion: thousands of definitions may stand in one chain
    wanted = list(names)
    known = set(wanted)
    done: dict[str, None] = {}
    for root in wanted:
        path: dict[str, None] = {}
        stack = [(root, iter([root]))]
        while stack:
            owner, pending = stack[-1]
            name = next(pending, None)
            if name is None:
                stack.pop()
                if stack:
                    path.pop(owner, None)
                    done[owner] = None
            elif name in path:
                chain = list(path)
                raise CircularDefinition([*chain[chain.index(name) :], name])
            elif name in known and name not in done:
                path[name] = None
                stack.append((name, iter([n for n in needs(name) if n in known])))
    return list(done)
