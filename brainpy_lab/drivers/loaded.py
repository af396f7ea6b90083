"""The functions of a generated text as Python functions of its file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.stepcode import StepCode


def load_functions(
    code: StepCode | NetworkCode,
    instead: Mapping[str, ast.FunctionDef] | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Callable[..., Any]]:
    """The functions of a step, by name, some with another definition ``instead`` that may read what is ``known``.

    Errors in them and debuggers show the lines of the content-named file that holds the text.
    """
    tree = code.tree
    if instead:
        body = [instead.get(n.name, n) if isinstance(n, ast.FunctionDef) else n for n in tree.body]
        tree = ast.Module(body, tree.type_ignores)
    namespace: dict[str, Any] = {"__file__": str(code.file), "__name__": f"brainpy_lab_step_{code.hash}"}
    namespace |= known or {}
    exec(compile(tree, str(code.file), "exec"), namespace)
    return {name: namespace[name] for name in code.functions}
