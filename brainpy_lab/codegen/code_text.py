"""Text of generated functions: the file that tracebacks and debuggers show, and what an edit must keep."""

from __future__ import annotations

import ast
import builtins
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from brainpy_lab.cache.folder import write_content_named
from brainpy_lab.codegen.fields import Signature
from brainpy_lab.errors import CodeError, Location


class CodeText(ABC):
    """What all generated code is: a text that a person reads."""

    text: str
    edited: bool

    @property
    @abstractmethod
    def stem(self) -> str:
        """What its file is called, besides the digest of its content."""

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/markdown": f"```python\n{self.text}\n```"}

    @cached_property
    def hash(self) -> str:
        """Content hash of the text."""
        return hashlib.blake2b(self.text.encode(), digest_size=8).hexdigest()

    @cached_property
    def file(self) -> Path:
        """The content-named file in the user's cache folder that holds the text."""
        return write_content_named(self.text, self.stem, "steps")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text, str(self.file))

    def function(self, name: str) -> ast.FunctionDef:
        """The definition of one function of the text."""
        return next(n for n in self.tree.body if isinstance(n, ast.FunctionDef) and n.name == name)


def check_edited(text: str, functions: Mapping[str, Signature]) -> None:
    """Refuse an edited text that cannot take the place of the one with these functions.

    Raises
    ------
    CodeError
        At its line and column: the text does not parse, a required function is missing or takes or returns something
        else, or a name is defined nowhere.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        column = (error.offset or 1) - 1
        raise CodeError(
            f"The edited code does not parse: {error.msg}.", location=place(text, error.lineno or 1, column)
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:  # NUL, lone surrogates, endless nesting
        raise CodeError(f"The edited code cannot be read: {error}.") from None
    found = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    for name, signature in functions.items():
        if name not in found:
            raise CodeError(
                f"The edited code no longer defines the function '{name}'.",
                location=place(text, 1, 0),
                advice=f"It must hold `def {name}({', '.join(signature.arguments.names)}):`.",
            )
        _check_signature(found[name], signature, text)
    _check_names(tree, text)


def parsed(text: str) -> ast.Module | None:
    """The text as Python's tree, where it is Python at all."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def line_in(error: BaseException, file: str) -> int | None:
    """The line of a file in which an error was raised, the innermost one; None where it was raised elsewhere."""
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def place(text: str, line: int, column: int | None = None, file: str = "edited step code") -> Location:
    """A place in step code, for errors; without a column all of the line."""
    lines = text.splitlines()
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    if column is None:
        written = source.strip()
        return Location(line, source.find(written), source, len(written), file)
    return Location(line, column, source, 1, file)


def _at(text: str, node: ast.stmt | ast.expr) -> Location:
    return place(text, node.lineno, node.col_offset)


def _check_signature(node: ast.FunctionDef, signature: Signature, text: str) -> None:
    given = node.args
    arguments = tuple(a.arg for a in given.args)
    others = [*given.posonlyargs, *given.kwonlyargs, *given.defaults, given.vararg, given.kwarg]
    if arguments != signature.arguments.names or any(others):
        raise CodeError(
            f"'{node.name}' must keep its arguments.",
            location=_at(text, node),
            advice=f"Expected `def {node.name}({', '.join(signature.arguments.names)}):`.",
        )
    returns = [n for n in _own_nodes(node) if isinstance(n, ast.Return)]
    if not returns:
        raise CodeError(f"'{node.name}' returns nothing.", location=_at(text, node), advice=_expected(signature))
    for statement in returns:
        value = statement.value
        count = len(value.elts) if isinstance(value, ast.Tuple) else 1
        if count != len(signature.results) or value is None:
            raise CodeError(
                f"'{node.name}' must return {len(signature.results)} values, here it returns {count}.",
                location=_at(text, statement),
                advice=_expected(signature),
            )


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Nodes of a function's body, without the bodies of functions defined in it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo.extend(ast.iter_child_nodes(node))


def _expected(signature: Signature) -> str:
    return f"Expected `return {', '.join(signature.results.names)}`."


def _check_names(tree: ast.Module, text: str) -> None:
    known = set(dir(builtins)) | {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            known |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for function in (n for n in tree.body if isinstance(n, ast.FunctionDef)):
        inside = list(ast.walk(function))
        local = {n.arg for n in inside if isinstance(n, ast.arg)}
        local |= {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local |= {n.name for n in inside if isinstance(n, ast.FunctionDef)}
        for name in (n for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)):
            if name.id not in known | local:
                raise CodeError(
                    f"The name '{name.id}' is defined nowhere in the edited code.",
                    location=_at(text, name),
                    advice=f"Import it (from math or numpy) or define it above line {name.lineno}.",
                )
