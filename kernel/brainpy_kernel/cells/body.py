"""Running the body of a cell as ordinary Python, so that it behaves as if the magic's line were not there."""

from __future__ import annotations

import ast
from typing import Any

from brainpy_kernel.cells import naming


def run(shell: Any, magic: str, line: str, body: str) -> Any:
    """Run ``body`` in the user's namespace and return the value of its last expression, or None.

    Line numbers count the magic's line, and tracebacks begin in the cell. Parts of networks are called what they are
    assigned to, and ``bp.Network()`` finds them.
    """
    __tracebackhide__ = "__ipython_bottom__"  # IPython drops the frames above this one
    head = f"{magic} {line}".rstrip()
    # a comment in the magic's place keeps the numbers of the lines
    source = shell.transform_cell(f"# {head}\n{body}")
    name = shell.compile.cache(source, shell.displayhook.prompt_count, raw_code=f"{head}\n{body}")
    tree = shell.transform_ast(ast.parse(source, name))
    with naming.names_of(tree, shell.user_ns):
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(shell.compile(naming.with_names(tree), name, "exec"), shell.user_ns)
        if last is None:
            return None
        return eval(shell.compile(ast.Expression(last.value), name, "eval"), shell.user_ns)  # noqa: S307 - the user's own cell


def help_needs_no_body(lines: list[str]) -> list[str]:
    """Input transformer: a cell magic with ``--help`` and no body, which IPython refuses, becomes the line magic."""
    words = lines[0].split() if lines else []
    asks = len(words) > 1 and words[0] in ("%%brainpy", "%%brainpy_model") and words[-1] in ("--help", "-h")
    if asks and not "".join(lines[1:]).strip():
        return [f"{words[0][1:]} --help\n"]
    return lines
