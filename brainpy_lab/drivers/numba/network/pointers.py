"""Arrays as native functions take them."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np


def pointer(array: np.ndarray) -> Any:
    """The address of an array's first number."""
    kind: Any = {"d": ctypes.c_double, "l": ctypes.c_int64, "q": ctypes.c_int64, "i": ctypes.c_int32}[array.dtype.char]
    return array.ctypes.data_as(ctypes.POINTER(kind))
