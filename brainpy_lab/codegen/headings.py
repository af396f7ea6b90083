"""The words of generated code: docstrings and comments made of what users wrote, and the heading read back from a text.

A model may be called anything, so its name goes into code as words alone: on one line, without signs that end a string.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from brainpy_lab.codegen.code_text import parsed

#: Characters of a name that a heading shows.
LONGEST = 80

_HEADING = re.compile(r"One step of (?P<model>.*): (?P<title>[^:]+), driver (?P<backend>\w+)\.")


@dataclass(frozen=True)
class Heading:
    """What step code says it is: the step of which model, under which method, for which driver."""

    model: str
    title: str
    backend: str

    def __str__(self) -> str:
        return f"One step of {self.model}: {self.title}, driver {self.backend}."


def heading_of(name: str, title: str, backend: str) -> Heading:
    """The heading of the step of the model ``name`` under the method called ``title``."""
    return Heading(words(name), title, backend)


def read_heading(text: str) -> Heading | None:
    """The heading of step code, or None where its first line is another."""
    found = _HEADING.fullmatch(first_line(text))
    return None if found is None else Heading(found["model"], found["title"], found["backend"])


def first_line(text: str) -> str:
    """The first line of the docstring of a text; "" where it has none."""
    tree = parsed(text)
    doc = ast.get_docstring(tree, clean=False) if tree is not None else None
    return (doc or "").strip().split("\n")[0].strip()


def words(text: str) -> str:
    """``text`` on one line, without characters that cannot be seen, and not too long."""
    seen = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1].rstrip() + "…"


def comment(text: str) -> str:
    """``text`` as what stands behind a ``#``."""
    return "".join(c if c.isprintable() else " " for c in text)


def docstring(*lines: str) -> str:
    """Lines as a string literal in triple quotes, which none of their characters ends."""
    plain = [comment(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"""' + "\n".join(plain) + '\n"""' if len(plain) > 1 else f'"""{plain[0]}"""'
