"""The PyTorch driver."""

from brainpy_lab.drivers.torch.driver import TORCH

__all__ = ["TORCH"]
