"""The cache of generated code and compiled kernels."""

from __future__ import annotations

import shutil

from brainpy_lab import drivers
from brainpy_lab.codegen.stepcode import cache_folder


def clear_cache() -> int:
    """Delete generated code and compiled kernels from the user's cache folder and from this process.

    Returns
    -------
    int
        Bytes freed on disk.
    """
    folder = cache_folder()
    freed = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    for part in ("steps", "kernels"):
        shutil.rmtree(folder / part, ignore_errors=True)
    for driver in drivers.registry().values():
        driver.forget()
    return freed
