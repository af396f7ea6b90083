"""Results as NumPy arrays, converted only when asked: a run may hold arrays of JAX or torch that carry derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_numpy(array: Any) -> np.ndarray:
    """``array`` as a NumPy array; a torch tensor is detached and brought to the CPU."""
    if hasattr(array, "detach"):
        array = array.detach().cpu().numpy()
    return np.asarray(array)
