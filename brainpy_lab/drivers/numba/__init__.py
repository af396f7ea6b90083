"""The Numba driver."""

from brainpy_lab.drivers.numba.driver import NUMBA

__all__ = ["NUMBA"]
