"""What drivers have in common whose steps act on whole arrays."""

from brainpy_lab.drivers.tensor.driver import TensorDriver

__all__ = ["TensorDriver"]
