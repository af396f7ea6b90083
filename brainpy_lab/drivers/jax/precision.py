"""float64 on JAX, within a block and without touching the user's settings; arrays put where JAX keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np


def x64() -> Any:
    """float64 within a block; outside it the user's own setting holds."""
    import jax

    return jax.enable_x64(True)


def placed(values: np.ndarray) -> Any:
    """A copy of a NumPy array where JAX puts arrays; `jnp.asarray` compiles a program for it, one a shape."""
    import jax

    return jax.device_put(values, may_alias=False)
