"""Kernel text of adaptive step code: the functions that the adaptive loop calls, compiled each."""

from __future__ import annotations

from collections.abc import Sequence

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.numba.kernel import FAST_TEXT, Kernel, Writer, native_header, plain_header


def adaptive_kernel(code: StepCode, functions: str, pointers: Sequence[str]) -> Kernel:
    """The functions of adaptive step code, compiled each; those named in ``pointers`` as C functions."""
    w = Writer()
    placer = _placer(code, functions, pointers)
    if placer:
        native_header(w, code, ())
        w.add(0, f"from {placer} as k_placed\n")
        w.add(0, f"FUNCTIONS = {functions!r}")
    else:
        plain_header(w, code, True)
    w.add(0, "from brainpy_lab.drivers.numba.cache import kept_cfunc as k_cfunc")
    if "k_put(" in functions and not placer:
        w.add(0, "from brainpy_lab.drivers.numba.elements import put as k_put")
    w.add(0, "from brainpy_lab.drivers.numba.adaptive import SIGNATURES\n\n")
    for part in functions.rstrip().split("\n\n\n"):
        head, name = part.split("\n")[0], part.split("(")[0].removeprefix("def ")
        if placer:
            w.add(0, f"{name}_placed = k_placed(TEXT, FUNCTIONS, {name!r})")
            part = f"{head}\n    {name}_placed{head.removeprefix(f'def {name}').removesuffix(':')}"
        if name in pointers:
            w.add(0, f"@k_cfunc(SIGNATURES[{name!r}], error_model='numpy', fastmath={{{FAST_TEXT}}})")
        w.add(0, part + "\n\n")
    return w.kernel()


def _placer(code: StepCode, functions: str, names: Sequence[str]) -> str:
    """What lowers the loop's functions straight to LLVM, with the places of all they take and give; "" for nothing."""
    from brainpy_lab.drivers.numba.placed import placed
    from brainpy_lab.drivers.numba.placed_arrays import placed_arrays
    from brainpy_lab.drivers.numba.rows import NotNativeError

    placer = placed_arrays if "k_put(" in functions else placed
    try:
        for name in names:
            placer(code.text, functions, name)
    except NotNativeError:
        return ""
    return f"{placer.__module__} import {placer.__name__}"
