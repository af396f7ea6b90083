"""The JAX driver."""

from brainpy_lab.drivers.jax.driver import JAX

__all__ = ["JAX"]
