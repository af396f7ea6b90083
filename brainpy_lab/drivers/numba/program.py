"""Kernels as compiled modules, and the program that holds those of one step."""

from __future__ import annotations

import ast
import re
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from numba.core.errors import NumbaError

from brainpy_lab.cache.folder import write_content_named
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Flow, Layout, Program, Setup
from brainpy_lab.drivers.numba.arrays import ArrayFlow, array_kernel
from brainpy_lab.drivers.numba.cache import release
from brainpy_lab.drivers.numba.flow import NumbaFlow
from brainpy_lab.drivers.numba.kernel import Kernel, lane_kernel, single_kernel
from brainpy_lab.errors import CodeError, Location


class NumbaProgram(Program):
    """One compiled kernel."""

    def __init__(self, code: StepCode, layout: Layout) -> None:
        self.code, self.layout = code, layout
        self._of_widths: dict[frozenset[str] | None, Any] = {}
        make_kernel = lane_kernel if layout.ensemble else single_kernel
        self.run: Any = None if layout.mixes else self._compiled(make_kernel(code, layout))

    def _compiled(self, kernel: Kernel) -> Any:
        module = compiled_module(kernel, self.code)
        release_with(self, module)
        return module.run

    def run_with(self, wide: frozenset[str] | None) -> Any:
        """The kernel of array states for one choice of names that hold a number for each element."""
        if wide not in self._of_widths:
            self._of_widths[wide] = self._compiled(array_kernel(self.code, self.layout, wide))
        return self._of_widths[wide]

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if self.layout.mixes:
            return ArrayFlow(self, setup)
        return NumbaFlow(self, setup)


def compiled_module(kernel: Kernel, code: StepCode) -> ModuleType:
    """A kernel as a module of its content-named file."""
    file = write_content_named(kernel.text, f"{code.model}_{code.method}", "kernels")
    return _load(kernel.text, file, code, kernel.line_map)


def _load(text: str, file: Path, code: StepCode, line_map: Mapping[int, int]) -> ModuleType:
    """A kernel's text as a module; its functions are compiled by their own decorators.

    Python must know the module by name: Numba imports it when it loads a kernel from the disk cache.
    """
    module = ModuleType(f"brainpy_lab_kernel_{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(file), "exec"), vars(module))
    except NumbaError as error:
        origin = _origin(error, file, line_map)
        lines = [s.strip() for s in str(error).splitlines() if s.strip() and not s.startswith("Failed in")]
        detail = next((s for s in lines if "rror" in s), lines[0] if lines else type(error).__name__)
        raise CodeError(
            f"Numba cannot compile this step: {detail}",
            location=_location(code, origin) if origin else None,
            advice=_advice(code),
        ) from None
    return module


def _origin(error: NumbaError, file: Path, line_map: Mapping[int, int]) -> int | None:
    """The line of the step code in which an error is: it names lines of the kernel, the innermost one first."""
    lines = [int(n) for n in re.findall(rf"{re.escape(str(file))} \((\d+)\)", str(error))]
    lines += [getattr(getattr(error, "loc", None), "line", None) or 0]
    return next((line_map[n] for n in lines if n in line_map), None)


def release_with(user: object, module: ModuleType) -> None:
    """Let go of a kernel's module when ``user`` of its functions, evicted by its driver, is in no run any more."""
    weakref.finalize(user, release, module).atexit = False


def _advice(code: StepCode) -> str:
    """What to do about code that Numba does not compile: other drivers run it only where no function has a loop."""
    if code.edited or not any(isinstance(n, ast.For | ast.While) for n in ast.walk(code.tree)):
        return "Correct the line, or run the model on the numpy driver: backend='numpy'."
    return "Correct the line: a function with such a loop runs on no other driver."


def _location(code: StepCode, line: int) -> Location:
    return Location(line, 0, code.text.splitlines()[line - 1], 1, f"step code of {code.model}")
