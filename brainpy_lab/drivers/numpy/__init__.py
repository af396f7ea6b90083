"""The NumPy driver."""

from brainpy_lab.drivers.numpy.driver import NUMPY

__all__ = ["NUMPY"]
