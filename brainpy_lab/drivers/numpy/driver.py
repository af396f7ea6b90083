"""The NumPy driver: the reference. A vectorised step in a Python loop; needs nothing but NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.drivers.tensor.driver import TensorDriver


class NumpyDriver(TensorDriver):
    """Whole-array steps in a Python loop."""

    name = "numpy"
    title = "NumPy (reference)"
    dialect = Dialect(module="brainpy_lab.drivers.numpy.math", selects=True)

    def available(self) -> str | None:
        """Always available."""
        return None

    def array(self, value: Any) -> np.ndarray:
        """A float64 array."""
        return np.asarray(value, dtype=float)


NUMPY = NumpyDriver()
