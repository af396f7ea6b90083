"""The kernel half of BrainPy Lab: magics, widgets, and what the panel talks to.

``%load_ext brainpy_lab`` loads it into a running kernel; the kernel "BrainPy Lab" has it loaded.
"""

from __future__ import annotations

import atexit
from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to ``shell``."""
    from brainpy_kernel import extension

    extension.load(shell)
    atexit.register(extension.stop, shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take everything that was added away."""
    from brainpy_kernel import extension

    atexit.unregister(extension.stop)
    extension.unload(shell)
