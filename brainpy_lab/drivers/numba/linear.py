"""Small dense matrices in Numba kernels: LU factors with partial pivoting, and the exponential.

In step code lowered straight to LLVM a matrix is a row of numbers in registers: rows are exchanged by selecting,
without branches, so that those of neighbouring lanes are worked on side by side. Code that Numba compiles itself calls
the functions that have no ``emit`` in their names. The exponential is that of `drivers.matrix_exponential`; LLVM takes
it out of loops that change nothing in it.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.cpython.unsafe.tuple import tuple_setitem

from brainpy_lab.drivers.matrix_exponential import MOST_HALVINGS, TERMS
from brainpy_lab.drivers.negligible import is_negligible

Value = Any  # an llvmlite value; llvmlite has no type stubs
#: A matrix of numbers in registers; None where it is zero whatever happens.
Matrix = list[list[Value]]

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


def emit_expm(e: Any, entries: list[Value | None]) -> Matrix:
    """The exponential of a matrix given row by row; ``e`` is an `Emit`."""
    n, b = isqrt(len(entries)), e.b
    matrix = [entries[i * n : (i + 1) * n] for i in range(n)]
    halvings = _halvings(e, matrix)
    integer = ir.IntType(64)
    scale = b.bitcast(b.shl(b.sub(integer(1023), halvings), integer(52)), ir.DoubleType())
    small = [[_mul(e, x, scale) for x in row] for row in matrix]
    rest = [[_mul(e, x, e.c(1.0 / TERMS)) for x in row] for row in small]
    for k in range(TERMS - 1, 0, -1):
        rest = [[_mul(e, x, e.c(1.0 / k)) for x in row] for row in _sum(e, small, _product(e, small, rest))]
    for turn in range(MOST_HALVINGS):
        again = b.icmp_signed(">", halvings, integer(turn))
        twice = [[_mul(e, x, e.c(2.0)) for x in row] for row in rest]
        squared = _sum(e, twice, _product(e, rest, rest))
        rest = [
            [s if r is None else b.select(again, s, r) for s, r in zip(*rows, strict=True)]
            for rows in zip(squared, rest, strict=True)
        ]
    large = b.icmp_signed(">", halvings, integer(MOST_HALVINGS))
    for i, row in enumerate(rest):
        for j, x in enumerate(row):
            value = e.c(float(i == j)) if x is None else b.fadd(x, e.c(1.0)) if i == j else x
            row[j] = b.select(large, e.c(math.nan), value)
    return rest


def _halvings(e: Any, matrix: Matrix) -> Value:
    """The exponent of the norm, the largest sum of a row, plus 2, and at least 0."""
    b, integer = e.b, ir.IntType(64)
    sums = [
        functools.reduce(b.fadd, [e.call("llvm.fabs", x) for x in row if x is not None], e.c(0.0)) for row in matrix
    ]
    norm = functools.reduce(lambda x, y: b.select(b.fcmp_unordered(">", x, y), x, y), sums)
    halvings = b.sub(b.lshr(b.bitcast(norm, integer), integer(52)), integer(1023 - 2))
    return b.select(b.icmp_signed(">", halvings, integer(0)), halvings, integer(0))


def _mul(e: Any, x: Value | None, y: Value) -> Value | None:
    return None if x is None else e.b.fmul(x, y)


def _sum(e: Any, x: Matrix, y: Matrix) -> Matrix:
    def added(a: Value, c: Value) -> Value:
        return c if a is None else a if c is None else e.b.fadd(a, c)

    return [[added(a, c) for a, c in zip(*rows, strict=True)] for rows in zip(x, y, strict=True)]


def _product(e: Any, x: Matrix, y: Matrix) -> Matrix:
    def entry(row: list[Value], column: int) -> Value:
        total = None
        for a, other in zip(row, y, strict=True):
            if a is not None and other[column] is not None:
                total = e.b.fmul(a, other[column]) if total is None else e.fma(a, other[column], total)
        return total

    return [[entry(row, j) for j in range(len(y))] for row in x]


@njit(error_model="numpy")
def expm(*entries: float) -> Any:
    """The exponential of a matrix given row by row."""
    n = round(len(entries) ** 0.5)
    matrix = np.empty((n, n))
    for k in range(n * n):
        matrix[k // n, k % n] = entries[k]
    norm = 0.0
    for i in range(n):
        norm = max(norm, np.abs(matrix[i]).sum())
    halvings = max(0.0, np.floor(np.log2(norm)) + 2.0) if norm > 0.0 else 0.0
    if not halvings <= MOST_HALVINGS:
        return np.full((n, n), np.nan)
    small = matrix * 0.5**halvings
    rest = small / TERMS
    for k in range(TERMS - 1, 0, -1):
        rest = (small + _multiplied(small, rest)) / k
    for _ in range(int(halvings)):
        rest = 2.0 * rest + _multiplied(rest, rest)
    for i in range(n):
        rest[i, i] += 1.0
    return rest


@njit(error_model="numpy")
def _multiplied(x: Any, y: Any) -> Any:
    result = np.zeros_like(x)
    for i in range(x.shape[0]):
        for k in range(x.shape[0]):
            for j in range(x.shape[0]):
                result[i, j] += x[i, k] * y[k, j]
    return result


@njit(error_model="numpy")
def entry(matrix: Any, row: int, column: int) -> float:
    """One number of a matrix."""
    found: float = matrix[row, column]
    return found
