"""What SymPy found out about a system, kept in the cache folder: a new process that has it there imports no SymPy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from brainpy_lab.cache.folder import read_sealed, write_sealed
from brainpy_lab.equations.system import System


def found(system: System, question: str, ask: Callable[[], Any]) -> Any:
    """The answer to ``question`` about all systems of a fingerprint: the one that is kept, else that of ``ask()``.

    An answer is made of what JSON knows; expressions are in it as text.
    """
    asked = "\n".join((system.fingerprint, question, _source()))
    name = f"findings/{hashlib.blake2b(asked.encode(), digest_size=12).hexdigest()}.json"
    content = read_sealed(name)
    if content is None:
        content = json.dumps(ask()).encode()
        write_sealed(name, content)
    return json.loads(content)


@cache
def _source() -> str:
    """What answers come from: the files of `brainpy_lab.symbolic` and the version of SymPy."""
    files = sorted((Path(__file__).parents[1] / "symbolic").glob("*.py"))
    text = b"".join(file.read_bytes() for file in files)
    return hashlib.blake2b(text + version("sympy").encode(), digest_size=8).hexdigest()
