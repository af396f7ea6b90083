"""The functions of the model language for PyTorch tensors; plain numbers are taken too."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import factorial, isqrt, pi  # noqa: F401
from typing import Any

import numpy as np
import torch

from brainpy_lab.drivers.feeds import addressed
from brainpy_lab.drivers.matrix_exponential import exponential
from brainpy_lab.drivers.negligible import is_negligible

Tensor = Any


def _tensor(x: Any) -> Tensor:
    if isinstance(x, torch.Tensor):
        return x
    return torch.as_tensor(x, dtype=torch.bool if isinstance(x, bool) else torch.float64)  # a condition of constants


@lru_cache(maxsize=1024, typed=True)
def _of_numbers(function: Callable[..., Tensor], *numbers: float) -> Any:
    """What a function gives for plain numbers, a plain number: parts of a step that stay the same are computed once."""
    return function(*(torch.as_tensor(n, dtype=torch.float64, device="cpu") for n in numbers)).item()


def _lift(function: Callable[..., Tensor]) -> Callable[..., Any]:
    def lifted(*args: Any) -> Any:
        if type(args[0]) is torch.Tensor and len(args) == 1:  # a step has many: what it costs to ask is felt
            return function(*args)
        if all(isinstance(a, float) and a for a in args):  # not 0, which has a sign that the cache does not see
            return _of_numbers(function, *args)
        return function(*(_tensor(a) for a in args))

    lifted.__name__ = function.__name__
    return lifted


exp, expm1, log, log1p, log10 = (_lift(f) for f in (torch.exp, torch.expm1, torch.log, torch.log1p, torch.log10))
sin, cos, tan = _lift(torch.sin), _lift(torch.cos), _lift(torch.tan)
arcsin, arccos, arctan = _lift(torch.arcsin), _lift(torch.arccos), _lift(torch.arctan)
sinh, cosh, tanh = _lift(torch.sinh), _lift(torch.cosh), _lift(torch.tanh)
sqrt, abs, sign, floor, ceil = (_lift(f) for f in (torch.sqrt, torch.abs, torch.sign, torch.floor, torch.ceil))
minimum, maximum = _lift(torch.minimum), _lift(torch.maximum)
logical_and, logical_or, logical_not = (_lift(f) for f in (torch.logical_and, torch.logical_or, torch.logical_not))
heaviside = _lift(torch.heaviside)
erf, erfc, expit, gammaln = (_lift(f) for f in (torch.erf, torch.erfc, torch.sigmoid, torch.lgamma))
logaddexp = _lift(torch.logaddexp)


def where(condition: Any, yes: Any, no: Any) -> Tensor:
    """``yes`` where the condition holds, or is a number other than 0; else ``no``."""
    if isinstance(condition, bool | np.bool_):
        return yes if condition else no
    holds = _tensor(condition)
    if holds.dtype != torch.bool:
        holds = holds != 0.0
    is_one_number = (isinstance(yes, float) and _is_array(no)) or (isinstance(no, float) and _is_array(yes))
    if not is_one_number:  # torch takes one beside an array
        yes, no = _tensor(yes), _tensor(no)
    return torch.where(holds, yes, no)


def _is_array(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and x.dtype == torch.float64


def clip(x: Any, low: Any, high: Any) -> Tensor:
    """x limited to [low, high]."""
    return torch.clamp(_tensor(x), _tensor(low), _tensor(high))


def exprel(x: Any) -> Tensor:
    """(exp(x) - 1)/x, with its limit 1 at 0 and its derivatives there."""
    return _phi(_tensor(x), 1)


def exprel_of(power: Any, x: Any) -> Tensor:
    """exprel(x) where ``power``, exp(x), is known: Taylor's series near 0."""
    x = _tensor(x)
    near = torch.abs(x) < 0.1
    series = torch.zeros_like(x)
    for k in range(8, -1, -1):
        series = series * x + 1.0 / factorial(k + 1)
    return torch.where(near, series, (power - 1.0) / torch.where(near, torch.ones_like(x), x))


def sum(x: Any) -> Tensor:
    """Sum over the last axis, kept so that it broadcasts against the state."""
    return torch.sum(_tensor(x), dim=-1, keepdim=True)


def mean(x: Any) -> Tensor:
    """Mean over the last axis, kept so that it broadcasts against the state."""
    return torch.mean(_tensor(x), dim=-1, keepdim=True)


def dot(x: Any, y: Any) -> Tensor:
    """Inner product over the last axis, kept so that it broadcasts against the state."""
    return sum(x * y)


def roll(x: Any, shift: int) -> Tensor:
    """Elements moved along the last axis, round its end."""
    x = _tensor(x)
    return torch.roll(x, int(shift), -1) if x.ndim else x


def matvec(matrix: Any, x: Any) -> Tensor:
    """``matrix @ x`` along the last axis of ``x``."""
    return torch.einsum("ij,...j->...i", matrix, x)


def past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``."""
    return history.at(t, "past")


def before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, should it jump there."""
    return history.at(t, "before")


def factor(*entries: Any) -> Any:
    """LU factors with partial pivoting of a matrix given row by row."""
    n = isqrt(len(entries))
    whole = torch.broadcast_tensors(*(torch.as_tensor(e, dtype=torch.float64) for e in entries))
    factors, pivots, _ = torch.linalg.lu_factor_ex(torch.stack(whole, dim=-1).reshape(*whole[0].shape, n, n))
    return factors, pivots


def solve(factors: Any, *right: Any) -> Any:
    """Solution of the linear system with the factors of `factor`."""
    whole = torch.broadcast_tensors(*(torch.as_tensor(r, dtype=torch.float64) for r in right))
    x = torch.linalg.lu_solve(*factors, torch.stack(whole, dim=-1).unsqueeze(-1)).squeeze(-1)
    return x.unbind(-1)


def expm(*entries: Any) -> Tensor:
    """The exponential of a matrix given row by row, its axes last."""
    n, whole = isqrt(len(entries)), torch.broadcast_tensors(*(torch.as_tensor(e, dtype=torch.float64) for e in entries))
    matrix = torch.stack(whole, dim=-1).reshape(*whole[0].shape, n, n)
    norm = matrix.detach().abs().sum(-1).amax(-1)[..., None, None]
    halvings = (norm.clamp(min=1e-300).log2().floor() + 2.0).clamp(min=0.0)
    return torch.eye(n, dtype=torch.float64) + exponential(matrix, halvings, torch.where)


def entry(matrix: Tensor, row: int, column: int) -> Tensor:
    """One number of each matrix."""
    return matrix[..., row, column]


def converged(*pairs: Any) -> bool:
    """Whether every change of Newton's iteration is negligible; changes and values in turn."""
    return all(bool(is_negligible(*pair).all()) for pair in zip(pairs[::2], pairs[1::2], strict=True))


def solved(change: Any, value: Any) -> Tensor:
    """``value`` where its last change was negligible, nan elsewhere."""
    return torch.where(is_negligible(change, value), value, torch.nan)


def phi2(x: Any) -> Tensor:
    """(exprel(x) - 1)/x, with its limit 1/2 at 0."""
    return _phi(_tensor(x), 2)


def phi3(x: Any) -> Tensor:
    """(phi2(x) - 1/2)/x, with its limit 1/6 at 0."""
    return _phi(_tensor(x), 3)


def _phi(x: Tensor, order: int) -> Tensor:
    """Taylor's series for |x| < 1, the recurrence elsewhere."""
    near = torch.abs(x) < 1.0
    small, large = torch.where(near, x, 0.0), torch.where(near, 1.0, x)
    series = torch.zeros_like(small)
    for k in range(17, -1, -1):
        series = series * small + 1.0 / factorial(k + order)
    value = torch.expm1(large) / large
    for k in range(1, order):
        value = (value - 1.0 / factorial(k)) / large
    return torch.where(near, series, value)


def rand_at(seed: float, call: int, place: Any, number: Any) -> Tensor:
    """Uniform numbers in (0, 1] by their address."""
    return addressed.uniform(torch.Tensor.double, int(seed), call, _tensor(place).long(), _tensor(number).long())


def randn_at(seed: float, call: int, place: Any, number: Any) -> Tensor:
    """Standard normal numbers by their address."""
    place, number = _tensor(place).long(), _tensor(number).long()
    return addressed.normal(torch, torch.Tensor.double, int(seed), call, place, number)
