"""exp as straight-line code that LLVM vectorises: no branch, no call, at most one unit in the last place off.

exp(x) = 2**n * exp(r) with n the whole number nearest to x/ln 2 and |r| <= ln 2 / 2. Adding 1.5 * 2**52 leaves n in the
low bits of the mantissa; shifted to the exponent's place they multiply by 2**n. Arguments stay within [-708, 709]: a
kernel for measuring, not for users, because a clamped argument hides nan.
"""

import math

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

FLOAT, INTEGER = ir.DoubleType(), ir.IntType(64)
LOG2_E = 1 / math.log(2)
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROUND = 6755399441055744.0
C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12 = (1 / math.factorial(i) for i in range(2, 13))


@intrinsic
def fma(typing_context, x, y, z):
    """x*y + z, rounded once."""

    def codegen(context, builder, signature, args):
        function = ir.FunctionType(FLOAT, [FLOAT] * 3)
        return builder.call(builder.module.declare_intrinsic("llvm.fma", [FLOAT], function), args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@intrinsic
def times_power_of_two(typing_context, p, n_bits):
    """p * 2**n, with n in the low bits of ``n_bits`` (a number that ROUND was added to)."""

    def codegen(context, builder, signature, args):
        p_bits, n = (builder.bitcast(arg, INTEGER) for arg in args)
        return builder.bitcast(builder.add(p_bits, builder.shl(n, ir.Constant(INTEGER, 52))), FLOAT)

    return types.float64(types.float64, types.float64), codegen


@njit(inline="always")
def exp_horner(x):
    """exp with the fewest instructions: for many lanes, where throughput counts."""
    x = min(max(x, -708.0), 709.0)
    shifted = fma(x, LOG2_E, ROUND)
    n = shifted - ROUND
    r = fma(-n, LN2_LOW, fma(-n, LN2_HIGH, x))
    p = fma(C12, r, C11)
    p = fma(p, r, C10)
    p = fma(p, r, C9)
    p = fma(p, r, C8)
    p = fma(p, r, C7)
    p = fma(p, r, C6)
    p = fma(p, r, C5)
    p = fma(p, r, C4)
    p = fma(p, r, C3)
    p = fma(p, r, C2)
    p = fma(p, r, 1.0)
    p = fma(p, r, 1.0)
    return times_power_of_two(p, shifted)


@njit(inline="always")
def exp_estrin(x):
    """exp with the shortest chain of dependent instructions: for one cell, where latency counts."""
    x = min(max(x, -708.0), 709.0)
    shifted = fma(x, LOG2_E, ROUND)
    n = shifted - ROUND
    r = fma(-n, LN2_LOW, fma(-n, LN2_HIGH, x))
    r2 = r * r
    r4 = r2 * r2
    low = fma(r2, fma(r, C3, C2), r + 1.0)
    middle = fma(r2, fma(r, C7, C6), fma(r, C5, C4))
    high = fma(r4, C12, fma(r2, fma(r, C11, C10), fma(r, C9, C8)))
    return times_power_of_two(fma(r4 * r4, high, fma(r4, middle, low)), shifted)
