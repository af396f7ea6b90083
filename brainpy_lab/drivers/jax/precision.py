"""float64 on JAX, within a block and without touching the user's settings."""

from __future__ import annotations

from typing import Any


def x64() -> Any:
    """float64 within a block; outside it the user's own setting holds."""
    import jax

    return jax.enable_x64(True)
