"""Text of generated functions, kept in a content-named file, so that tracebacks and debuggers show its lines."""

from __future__ import annotations

import ast
import hashlib
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

from brainpy_lab.codegen.cachefolder import write_content_named


class CodeText(ABC):
    """What all generated code is: a text that a person reads."""

    text: str

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
