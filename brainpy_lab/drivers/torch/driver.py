"""The PyTorch driver: batched eager steps, with derivatives through a run."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.drivers.driver import Capability
from brainpy_lab.drivers.tensor.driver import TensorDriver
from brainpy_lab.drivers.tensor.network_arrays import NetworkArrays


class TorchDriver(TensorDriver):
    """Whole-tensor steps in a Python loop, float64; parameters that require a gradient keep it through the run."""

    name = "torch"
    title = "PyTorch"
    capabilities = frozenset({Capability.AUTOGRAD, Capability.MIXING})
    dialect = Dialect(module="brainpy_lab.drivers.torch.math", selects=True)

    def available(self) -> str | None:
        """None when torch is installed."""
        if importlib.util.find_spec("torch"):
            return None
        return "PyTorch is not installed: pip install 'brainpy-lab[torch]'"

    def array(self, value: Any) -> Any:
        """A float64 tensor."""
        import torch

        if isinstance(value, torch.Tensor):
            return value.to(torch.float64)
        return torch.tensor(np.asarray(value, dtype=float))

    def to_numpy(self, value: Any) -> np.ndarray:
        """A tensor as a NumPy array."""
        return np.asarray(value.detach().cpu().numpy())

    def network_arrays(self) -> NetworkArrays:
        """What networks do with tensors besides computing."""
        import torch

        from brainpy_lab.drivers.torch.network_arrays import DeviceNetworkArrays, TorchNetworkArrays

        return TorchNetworkArrays() if torch.get_default_device().type == "cpu" else DeviceNetworkArrays()

    def gather(self, ring: Any, slot: np.ndarray) -> Any:
        """``ring[slot[j], :, j]`` for each element j."""
        import torch

        shape = np.broadcast_shapes(slot.shape, tuple(ring.shape[2:]))
        whole = torch.tensor(np.array(np.broadcast_to(slot, (1, ring.shape[1], *shape))), device=ring.device)
        return torch.take_along_dim(ring.expand(*ring.shape[:2], *shape), whole, dim=0)[0]

    def mask(self, value: np.ndarray) -> Any:
        """Truth values as a tensor."""
        import torch

        return torch.tensor(np.asarray(value))

    def choose(self, condition: Any, yes: Any, no: Any) -> Any:
        """Elementwise choice."""
        import torch

        return torch.where(condition, yes, no)

    def stack(self, values: Sequence[Any]) -> Any:
        """Tensors of one shape as one."""
        import torch

        return torch.stack(list(values))

    def is_traced(self, value: Any) -> bool:
        """Whether ``value`` is a tensor that requires a gradient."""
        import torch

        return isinstance(value, torch.Tensor) and value.requires_grad

    def computing(self, differentiable: bool) -> Any:
        """Record derivatives only when one is being taken."""
        import torch

        return torch.enable_grad() if differentiable else torch.no_grad()

    def collect(self, initial: list[Any], records: Any) -> list[Any]:
        """Records stacked along time, the initial value first."""
        import torch

        rows = records or []
        columns = []
        for r, first in enumerate(initial):
            later = [row[r] for row in rows]
            columns.append(torch.stack([first.broadcast_to(later[-1].shape) if later else first, *later]))
        return columns

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is; ``torch.compile`` costs seconds and is left to the user's request."""
        return function


TORCH = TorchDriver()
