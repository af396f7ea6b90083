"""The cache of generated code and compiled kernels."""

from __future__ import annotations

from brainpy_lab import drivers
from brainpy_lab.cache import folder as cachefolder


def clear_cache() -> int:
    """Delete generated code and compiled kernels from the user's cache folder and from this process.

    Returns
    -------
    int
        Bytes freed on disk.
    """
    freed = cachefolder.clear()
    for driver in drivers.registry().values():
        driver.forget()
    return freed
