"""What SymPy found out, as code to be compiled: kept in the cache folder, so that a new process need not import it.

Names hold spaces here (``shared 1``), so that none is a model's; text has a sign for them that Python takes in names.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brainpy_lab.cache.findings import found
from brainpy_lab.equations.system import Definition, System

#: Before a digit it stands for a space (0) or for itself (1). A letter, since names may begin with it.
_SIGN = "ǂ"


@dataclass(frozen=True)
class Expressions:
    """Expressions, what is computed before them, and the arguments that they have beside the model's.

    Attributes
    ----------
    results : sequence of ast.expr
    definitions : sequence of Definition
    arguments : sequence of str
    """

    results: Sequence[ast.expr]
    definitions: Sequence[Definition] = ()
    arguments: Sequence[str] = ()


def kept(system: System, question: str, ask: Callable[[], Expressions]) -> Expressions:
    """The answer to ``question`` about all systems of a fingerprint, as `found` keeps it, else that of ``ask()``."""

    def asked() -> dict[str, list[list[str]]]:
        made = ask()
        return {
            "results": [[_text(r)] for r in made.results],
            "definitions": [[d.name, _text(d.expr)] for d in made.definitions],
            "arguments": [[a] for a in made.arguments],
        }

    texts = found(system, question, asked)
    return Expressions(
        [_expression(text) for (text,) in texts["results"]],
        [Definition(name, _expression(text)) for name, text in texts["definitions"]],
        [name for (name,) in texts["arguments"]],
    )


class _Named(ast.NodeTransformer):
    """Another spelling of all names."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self.spell = spell

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=self.spell(node.id), ctx=ast.Load())


def _text(expr: ast.expr) -> str:
    signed = _Named(lambda name: name.replace(_SIGN, f"{_SIGN}1").replace(" ", f"{_SIGN}0"))
    return ast.unparse(ast.fix_missing_locations(signed.visit(copy.deepcopy(expr))))


def _expression(text: str) -> ast.expr:
    plain = _Named(lambda name: name.replace(f"{_SIGN}0", " ").replace(f"{_SIGN}1", _SIGN))
    expr: ast.expr = plain.visit(ast.parse(text, mode="eval").body)
    return expr
