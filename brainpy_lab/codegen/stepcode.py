"""StepCode: the text of one step, as a person reads and edits it."""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from brainpy_lab.codegen.blocks import Block, Phase
from brainpy_lab.codegen.cachefolder import cache_folder as cache_folder
from brainpy_lab.codegen.cachefolder import write_content_named
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.events import Alarm
from brainpy_lab.codegen.fields import Fields, Signature
from brainpy_lab.errors import CodeError, Location


@dataclass(frozen=True)
class StepCode:
    """Readable Python text of one step of one model, for one method and one driver.

    Attributes
    ----------
    text : str
        The code. `str(code)` gives it too.
    model, method, backend : str
        What it is the step of.
    blocks : tuple of Block
        The functions that must stand in the text, with all that they take and give and what each does in a step.
    line_map : mapping of int to int
        Line of the code -> line of the user's cell.
    edited : bool
        Whether the user has changed the generated text.
    draws : tuple of Draw
        The random draws that the step takes.
    alarms : tuple of Alarm
        The flags that end a run, the last ones of ``flags``.
    borders : tuple of (int, int)
        Of the borders that `crossing` gives first: number of the event, and degree as a polynomial in states and t (0
        where it is none).
    found : dict
        What drivers found out about the code and keep with it.
    """

    text: str
    model: str
    method: str
    backend: str
    blocks: tuple[Block, ...]
    line_map: Mapping[int, int] = field(default_factory=dict)
    edited: bool = False
    draws: tuple[Draw, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    borders: tuple[tuple[int, int], ...] = ()
    found: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __str__(self) -> str:
        return self.text

    @cached_property
    def functions(self) -> Mapping[str, Signature]:
        """What each function takes and gives, by its name."""
        return {block.function: block.signature for block in self.blocks}

    def of(self, phase: Phase) -> tuple[Block, ...]:
        """The blocks that do a phase of the step, in their order."""
        return tuple(block for block in self.blocks if phase in block.phases)

    @cached_property
    def arguments(self) -> Fields:
        """What the step, or the part of it that advances, takes."""
        return self.of("advance")[0].signature.arguments

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events, in the order of their flags."""
        return self.flags[: len(self.flags) - len(self.alarms)]

    @cached_property
    def results(self) -> Fields:
        """What the step, or the part of it that advances, gives."""
        return self.of("advance")[0].signature.results

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return self.arguments.of("state").names

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Names of the hidden variables that a step carries besides the states."""
        return self.arguments.of("hidden").names

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.arguments.of("parameter").names

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """What is tested, in the order of the flags: the events, then the alarms."""
        tested = [f.of for block in self.of("test") for f in block.signature.results.of("flag", "truth")]
        alarms = {alarm.flag for alarm in self.alarms}
        return (*(name for name in tested if name not in alarms), *(name for name in tested if name in alarms))

    @cached_property
    def delayed(self) -> tuple[str, ...]:
        """The states whose histories a step takes."""
        return self.arguments.of("history").owners

    @cached_property
    def remembered(self) -> tuple[str, ...]:
        """The states of which a step returns something to be remembered."""
        return self.results.of("remembered").owners

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/markdown": f"```python\n{self.text}\n```"}

    @cached_property
    def hash(self) -> str:
        """Content hash of the text."""
        return hashlib.blake2b(self.text.encode(), digest_size=8).hexdigest()

    @cached_property
    def file(self) -> Path:
        """The content-named file in the user's cache folder that holds the text."""
        return write_content_named(self.text, f"{self.model}_{self.method}_{self.backend}", "steps")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text, str(self.file))

    def function(self, name: str) -> ast.FunctionDef:
        """The definition of one function of the text."""
        return next(n for n in self.tree.body if isinstance(n, ast.FunctionDef) and n.name == name)

    def edit(self, text: str) -> StepCode:
        """This code with a user's text in place of its own, after checking that it can still be run.

        Raises
        ------
        CodeError
            At its line and column: the text does not parse, a required function is missing or takes or returns
            something else, or a name is defined nowhere.
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
        for name, signature in self.functions.items():
            if name not in found:
                raise CodeError(
                    f"The edited code no longer defines the function '{name}'.",
                    location=place(text, 1, 0),
                    advice=f"It must hold `def {name}({', '.join(signature.arguments.names)}):`.",
                )
            _check_signature(found[name], signature, text)
        _check_names(tree, text)
        return replace(self, text=text, line_map={}, edited=text != self.text or self.edited)


def place(text: str, line: int, column: int) -> Location:
    """A place in edited step code, for errors."""
    lines = text.splitlines()
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Location(line, column, source, 1, "edited step code")


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
