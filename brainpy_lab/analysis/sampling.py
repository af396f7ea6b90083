"""Points spread evenly over a cube, the same ones every time.

Reference: M. Roberts (2018), The unreasonable effectiveness of quasirandom sequences: the additive recurrence of the
generalised golden ratio. `scipy.stats.qmc` has others; importing it takes longer than most analyses.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from brainpy_lab.analysis.vector_field import Array


@lru_cache(maxsize=16)
def spread(dimension: int, points: int) -> Array:
    """``points`` points of the open unit cube, shape (dimension, points)."""
    golden = 2.0
    for _ in range(60):  # the root of x**(d + 1) = x + 1; each turn leaves a third of the error or less
        golden = (1 + golden) ** (1 / (dimension + 1))
    steps = golden ** -np.arange(1.0, dimension + 1)
    result: Array = (0.5 + steps[:, None] * np.arange(1, points + 1)) % 1.0
    result.flags.writeable = False  # the cache hands the same array to all
    return result
