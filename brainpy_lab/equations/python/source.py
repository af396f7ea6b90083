"""The source of a Python function: its definition as Python parsed it, with the text around it."""

from __future__ import annotations

import ast
import inspect
import types

from brainpy_lab.equations.python.helpers import definition
from brainpy_lab.equations.source import Source
from brainpy_lab.errors import ModelError


def function_source(function: types.FunctionType, name: str) -> tuple[Source, ast.FunctionDef]:
    """A function's source and its definition in it; raises ModelError when there is none to read."""
    try:
        if function.__code__.co_name == "<lambda>":
            return _lambda_source(function, name)
        text = inspect.getsource(function.__code__)  # of what a decorator made, not of what it was made from
    except (OSError, TypeError):
        message = f"The source of the function '{name}' cannot be found."
        raise ModelError(message, advice="Define it with 'def' in the notebook or in a file.") from None
    source = Source.of(text.rstrip("\n"), f"function {name}")
    for statement in source.statements(1, len(source.lines)):
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef) and node.name == function.__code__.co_name:
                return source, node
    raise ModelError(f"The function '{name}' cannot be read from its source.", advice=f"Write it as def {name}(...):")


def _lambda_source(function: types.FunctionType, name: str) -> tuple[Source, ast.FunctionDef]:
    """The file or cell of a lambda, and the lambda in it as a definition, found by the place of its code."""
    lines, _ = inspect.findsource(function)
    source = Source.of("".join(lines), f"function {name}")
    places = [(p[0], p[2]) for p in function.__code__.co_positions() if p[0] is not None and p[2] is not None]
    line, column = max(places)
    found = [
        node
        for statement in source.statements(1, len(source.lines))
        for node in ast.walk(statement)
        if isinstance(node, ast.Lambda) and _contains(node.body, line, len(lines[line - 1].encode()[:column].decode()))
    ]
    if not found:
        raise ModelError(
            f"The function '{name}' cannot be read from its source.", advice=f"Write it as def {name}(...):"
        )
    node = found[-1]  # the innermost
    body = ast.copy_location(ast.Return(node.body), node.body)
    return source, definition(name, node.args, [body], node)


def _contains(node: ast.expr, line: int, column: int) -> bool:
    start = (node.lineno, node.col_offset)
    return start <= (line, column) < (node.end_lineno or line, node.end_col_offset or column)


def passes_on(wrapper: types.FunctionType, inner: object) -> bool:
    """Whether a decorator's function hands its arguments to ``inner`` and gives back what that gives."""
    try:
        _, node = function_source(wrapper, wrapper.__code__.co_name)
    except ModelError:  # without its source nobody knows what a decorator does
        return False
    spec = node.args
    own = [ast.Name(a.arg, ast.Load()) for a in (*spec.posonlyargs, *spec.args)]
    starred = [ast.Starred(ast.Name(spec.vararg.arg, ast.Load()), ast.Load())] if spec.vararg else []
    named = [ast.keyword(a.arg, ast.Name(a.arg, ast.Load())) for a in spec.kwonlyargs]
    named += [ast.keyword(None, ast.Name(spec.kwarg.arg, ast.Load()))] if spec.kwarg else []
    cells = zip(wrapper.__code__.co_freevars, wrapper.__closure__ or (), strict=True)
    calls = {
        ast.dump(ast.Call(ast.Name(name, ast.Load()), [*own, *starred], named))
        for name, cell in cells
        if cell.cell_contents is inner
    }
    given = {
        n.targets[0].id: ast.dump(n.value)
        for n in ast.walk(node)
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }
    stores = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
    return bool(returned) and all(
        value is not None
        and (
            ast.dump(value) in calls
            or (isinstance(value, ast.Name) and stores.count(value.id) == 1 and given.get(value.id) in calls)
        )
        for value in returned
    )
