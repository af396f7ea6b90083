"""Small dense linear systems in Numba kernels: LU factors with partial pivoting.

In step code lowered straight to LLVM a matrix is a row of numbers in registers: rows are exchanged by selecting,
without branches, so that systems of neighbouring lanes are solved side by side. Code that Numba compiles itself calls
the functions at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numba import njit
from numba.cpython.unsafe.tuple import tuple_setitem

from brainpy_lab.drivers.negligible import is_negligible

Value = Any  # an llvmlite value; llvmlite has no type stubs

_is_negligible = njit(error_model="numpy")(is_negligible)


@dataclass
class Factors:
    """Factors in place of the matrix, reciprocals of the pivots, and which rows were exchanged when."""

    rows: list[list[Value]]
    reciprocals: list[Value]
    exchanges: list[tuple[int, int, Value]]


def emit_factor(e: Any, entries: list[Value]) -> Factors:
    """Factor a matrix given row by row; ``e`` is an `Emit`."""
    n, b = isqrt(len(entries)), e.b
    rows = [entries[i * n : (i + 1) * n] for i in range(n)]
    factors = Factors(rows, [], [])
    for k in range(n):
        for i in range(k + 1, n):
            size, other = e.call("llvm.fabs", rows[k][k]), e.call("llvm.fabs", rows[i][k])
            larger = b.fcmp_ordered(">", other, size)
            for j in range(n):
                upper, lower = rows[k][j], rows[i][j]
                rows[k][j], rows[i][j] = b.select(larger, lower, upper), b.select(larger, upper, lower)
            factors.exchanges.append((k, i, larger))
        factors.reciprocals.append(b.fdiv(e.c(1.0), rows[k][k]))
        for i in range(k + 1, n):
            rows[i][k] = b.fmul(rows[i][k], factors.reciprocals[k])
            for j in range(k + 1, n):
                rows[i][j] = b.fsub(rows[i][j], b.fmul(rows[i][k], rows[k][j]))
    return factors


def emit_solve(e: Any, factors: Factors, right: list[Value]) -> list[Value]:
    """Solve with the factors of `emit_factor`."""
    n, b, x = len(right), e.b, list(right)
    for k, i, larger in factors.exchanges:
        x[k], x[i] = b.select(larger, x[i], x[k]), b.select(larger, x[k], x[i])
    for k in range(n):
        for i in range(k + 1, n):
            x[i] = b.fsub(x[i], b.fmul(factors.rows[i][k], x[k]))
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            x[k] = b.fsub(x[k], b.fmul(factors.rows[k][j], x[j]))
        x[k] = b.fmul(x[k], factors.reciprocals[k])
    return x


@njit(error_model="numpy")
def factor(*entries: float) -> Any:
    """LU factors of a matrix given row by row; the last column holds which row came to each place."""
    n = round(len(entries) ** 0.5)
    lu = np.empty((n, n + 1))
    for k in range(n * n):
        lu[k // n, k % n] = entries[k]
    for k in range(n):
        lu[k, n] = k
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(lu[i, k]) > abs(lu[pivot, k]):
                pivot = i
        for j in range(n + 1):
            lu[k, j], lu[pivot, j] = lu[pivot, j], lu[k, j]
        for i in range(k + 1, n):
            lu[i, k] /= lu[k, k]
            for j in range(k + 1, n):
                lu[i, j] -= lu[i, k] * lu[k, j]
    return lu


@njit(error_model="numpy")
def solve(lu: Any, *right: float) -> Any:
    """Solution of the system with the factors of `factor`."""
    n = len(right)
    x = np.empty(n)
    for i in range(n):
        x[i] = right[int(lu[i, n])]
        for j in range(i):
            x[i] -= lu[i, j] * x[j]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= lu[i, j] * x[j]
        x[i] /= lu[i, i]
    result = right
    for i in range(n):
        result = tuple_setitem(result, i, x[i])
    return result


@njit(error_model="numpy")
def converged(*pairs: float) -> bool:
    """Whether every change of Newton's iteration is negligible; changes and values in turn."""
    done = True
    for i in range(0, len(pairs), 2):
        done = done and _is_negligible(pairs[i], pairs[i + 1])
    return done


@njit(error_model="numpy")
def solved(change: float, value: float) -> float:
    """``value`` where its last change was negligible, nan elsewhere."""
    return value if _is_negligible(change, value) else np.nan
