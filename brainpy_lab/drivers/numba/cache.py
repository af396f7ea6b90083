"""Native functions on disk, sealed: what is loaded is what was written, or it is compiled anew.

Numba's own cache unpickles and links whatever it finds. A damaged file there fails for ever, or ends the process. Here
each compiled function is one file of the cache folder, whose digest is checked before anything of it is read, and its
name says all that it was compiled from.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
from numba.core import sigutils
from numba.core.caching import NullCache
from numba.core.ccallback import CFunc
from numba.core.compiler import CompileResult
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from brainpy_lab.cache.folder import drop, read_sealed, write_sealed


@cache
def sources_stamp() -> str:
    """Hash of the drivers' own files, of which native functions are made besides a kernel's text."""
    text = b"".join(file.read_bytes() for file in sorted(Path(__file__).parents[1].rglob("*.py")))
    return hashlib.blake2b(text, digest_size=6).hexdigest()


class SealedCache(NullCache):
    """The compiled forms of one function, whose file is named by its content or is one of the drivers'."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.results: list[CompileResult] = []

    def _name(self, signature: Any, codegen: Any) -> str:
        code = self._function.__code__
        versions = numba.__version__, llvmlite.__version__, sys.version, platform.machine(), codegen.magic_tuple()
        origin = Path(code.co_filename).name, code.co_firstlineno, code.co_code, sources_stamp()
        digest = hashlib.blake2b(repr((str(signature), versions, origin)).encode(), digest_size=12).hexdigest()
        return f"kernels/{Path(code.co_filename).stem[-60:]}-{self._function.__name__}-{digest}.nbc"

    def load_overload(self, signature: Any, target: Any) -> CompileResult | None:
        """The function compiled for ``signature``, or None when there is none that can be used."""
        rtsys.initialize(target)  # all that it needs of Numba, whose registries take longer to load than all else
        name = self._name(signature, target.codegen())
        content = read_sealed(name)
        if content is None:
            return None
        try:
            parts = pickle.loads(content)  # noqa: S301 - ours: its digest is right
            result = CompileResult._rebuild(target, *parts)
        except Exception:  # of versions of packages that the name does not tell apart
            drop(name)
            return None
        self.results.append(result)
        return result

    def save_overload(self, signature: Any, result: CompileResult) -> None:
        """Keep a compiled function, unless it holds addresses of this process."""
        self.results.append(result)
        if not (result.lifted or result.library.has_dynamic_globals):
            write_sealed(self._name(signature, result.codegen), dumps(result._reduce()))


def kept_njit(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` for one signature, from the cache folder where it was compiled before."""

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(**options)(function)
        dispatcher._cache = SealedCache(function)
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        return dispatcher

    return compiled


def kept_cfunc(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.cfunc`, from the cache folder where it was compiled before."""

    def compiled(function: Callable[..., Any]) -> Any:
        callback: Any = CFunc(function, sigutils.normalize_signature(signature), locals={}, options=options)
        callback._cache = SealedCache(function)
        callback.compile()
        return callback

    return compiled


def release(module: ModuleType) -> None:
    """Let Numba forget a kernel's functions, which it would keep, with all that they refer to, until Python ends."""
    known, name = cpu_target.target_context._defns, module.__name__
    for value in list(vars(module).values()):
        function = getattr(value, "py_func", None) or getattr(value, "__wrapped__", None)
        if getattr(function, "__globals__", None) is not vars(module):
            continue  # taken from a module that other kernels take it from too
        found = getattr(value, "_cache", None)
        for result in found.results if isinstance(found, SealedCache) else ():
            known.pop(result.entry_point, None)
    vars(module).clear()  # a dispatcher among its own globals would keep itself
    if sys.modules.get(name) is module:
        del sys.modules[name]
