"""What networks do with whole arrays besides computing, on tensors: they stay on torch's default device."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import torch

from brainpy_lab.drivers.tensor.network_arrays import Array, NetworkArrays
from brainpy_lab.drivers.torch.fused import FUSED, fused
from brainpy_lab.drivers.torch.spared import SPARED, spared

Tensor = torch.Tensor


class TorchNetworkArrays(NetworkArrays):
    """Tensors in a processor's memory, which NumPy shares: it costs a fraction of what torch takes for few places."""

    known = FUSED | SPARED

    def fused(self, function: ast.FunctionDef, arrays: Collection[str], numbers: Collection[str]) -> ast.FunctionDef:
        """A function that does the same with fewer operations."""
        return spared(fused(function, arrays, numbers), arrays, numbers)

    def floats(self, values: np.ndarray) -> Array:
        """An array of numbers, a copy."""
        return torch.tensor(values, dtype=torch.float64)

    def to_numpy(self, values: Array) -> np.ndarray:
        """A NumPy array."""
        return values.numpy() if isinstance(values, Tensor) else np.asarray(values)

    def whole(self, value: Any, n: int) -> Array:
        """What a function gave, as ``n`` numbers."""
        if not isinstance(value, Tensor):
            return torch.full((n,), float(value), dtype=torch.float64)
        if value.ndim and value.dtype == torch.float64:
            return value
        return torch.zeros(n, dtype=torch.float64).copy_(value)

    def copy(self, values: Array) -> Array:
        """A copy."""
        return values.clone()

    def zeros(self, n: int) -> Array:
        """Zeros."""
        return torch.zeros(n, dtype=torch.float64)

    def raised(self, flags: Any, n: int) -> Array:
        """The places of ``n`` at which a flag holds, ascending."""
        return super().raised(_shared(flags), n)

    def any(self, flags: Any) -> bool:
        """Whether a flag holds anywhere."""
        return super().any(_shared(flags))

    def all_finite(self, rows: Sequence[Array]) -> bool:
        """Whether there is neither nan nor infinity in rows."""
        return super().all_finite([_shared(row) for row in rows])

    def all_signs_finite(self, signs: Sequence[Any]) -> bool:
        """Whether all such numbers are finite; they stay where they are until then."""
        return not signs or math.isfinite(float(torch.stack(list(signs)).sum()))

    def at(self, values: Array, at: Any) -> Array:
        """Numbers at places; of several axes, at a tuple of them."""
        return torch.from_numpy(values.numpy()[at])

    def repeated(self, values: Array, counts: Array, total: int) -> Array:
        """Each value as often as its count says, ``total`` in all."""
        found = super().repeated(_shared(values), counts, total)
        return torch.from_numpy(found) if isinstance(values, Tensor) else found

    def joined(self, parts: Sequence[Array]) -> Array:
        """Arrays one after the other."""
        return super().joined([_shared(part) for part in parts])

    def add(self, into: Array, at: Array, value: Any) -> None:
        """Add to places, one after the other where a place is named again."""
        super().add(into.numpy(), at, _shared(value))

    def put(self, into: Array, at: Array, value: Any) -> None:
        """Set places."""
        super().put(into.numpy(), at, _shared(value))


def _shared(value: Any) -> Any:
    """The NumPy array in the memory of a tensor; other values as they are."""
    return value.numpy() if isinstance(value, Tensor) else value


class DeviceNetworkArrays(TorchNetworkArrays):
    """Tensors on an accelerator, which nothing leaves: sums at places are formed in one fixed order."""

    def numbers(self, values: np.ndarray) -> Array:
        """An array of numbers of places."""
        return torch.tensor(np.asarray(values, dtype=np.int64))

    def to_numpy(self, values: Array) -> np.ndarray:
        """A NumPy array."""
        return np.asarray(values.cpu().numpy()) if isinstance(values, Tensor) else np.asarray(values)

    def raised(self, flags: Any, n: int) -> Array:
        """The places of ``n`` at which a flag holds, ascending."""
        if not isinstance(flags, Tensor) or not flags.ndim:
            return torch.arange(n if flags else 0)
        return flags.nonzero()[:, 0]

    def any(self, flags: Any) -> bool:
        """Whether a flag holds anywhere."""
        return bool(flags.any()) if isinstance(flags, Tensor) else bool(flags)

    def all_finite(self, rows: Sequence[Array]) -> bool:
        """Whether there is neither nan nor infinity in rows."""
        total = sum(row.sum() for row in rows)
        return math.isfinite(float(total)) or all(bool(torch.isfinite(row).all()) for row in rows)

    def at(self, values: Array, at: Any) -> Array:
        """Numbers at places; of several axes, at a tuple of them."""
        return values[at]

    def repeated(self, values: Array, counts: Array, total: int) -> Array:
        """Each value as often as its count says, ``total`` in all."""
        return torch.repeat_interleave(values, counts, output_size=total)

    def stretches(self, values: Array, borders: Sequence[int], some: Array) -> Array:
        """Some stretches of an array of numbers of places, one after the other, by the borders of all."""
        return torch.cat([values[borders[i] : borders[i + 1]] for i in some.tolist()])

    def sequence(self, n: int) -> Array:
        """0, 1, ..., n - 1."""
        return torch.arange(n)

    def joined(self, parts: Sequence[Array]) -> Array:
        """Arrays one after the other."""
        return torch.cat(list(parts))

    def add(self, into: Array, at: Array, value: Any) -> None:
        """Add to places, one after the other where a place is named again."""
        into.index_put_((at,), _as_many(value, at), accumulate=True)  # index_add_ adds in whatever order threads come

    def put(self, into: Array, at: Array, value: Any) -> None:
        """Set places."""
        into[at] = value.to(into.dtype) if isinstance(value, Tensor) else float(value)


def _as_many(value: Any, at: Array) -> Array:
    """As many values as there are places."""
    if not isinstance(value, Tensor):
        return torch.full(at.shape, float(value), dtype=torch.float64, device=at.device)
    return value.to(at.device, torch.float64).expand(at.shape)
