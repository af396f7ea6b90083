"""Ornstein-Uhlenbeck paths by hand: a sequential generator in each lane, two normals a draw, lanes inside of time.

xoshiro256++ (Blackman & Vigna 2021) carries a state of four words in every lane and cannot be addressed: it is the
cheapest source of normals that was found, and so the measuring rod for generators that can.
"""

import math

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from .exponential import FLOAT, INTEGER, LN2_HIGH, LN2_LOW, ROUND, fma

U = np.uint64
LANES = 64
TEXT = "theta = 1; mu = 0; sigma = 0.5; z = 0\ndx/dt = theta*(mu - x) + sigma*xi\nx(0) = 1"


@intrinsic
def number(typing_context, bits):
    """The float64 of 64 bits."""
    return types.float64(types.int64), lambda context, builder, signature, args: builder.bitcast(args[0], FLOAT)


@intrinsic
def bits(typing_context, value):
    """The 64 bits of a float64."""
    return types.int64(types.float64), lambda context, builder, signature, args: builder.bitcast(args[0], INTEGER)


@intrinsic
def rint(typing_context, x):
    """The nearest whole number."""

    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(FLOAT, [FLOAT])
        return builder.call(builder.module.declare_intrinsic("llvm.rint", [FLOAT], kind), args)

    return types.float64(types.float64), codegen


@njit(inline="always")
def log(x):
    """ln of a positive normal number."""
    i = bits(x)
    e = (i - 0x3FE6A09E667F3BCD) >> 52
    m = number(i - (e << 52))
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = fma(fma(fma(fma(1 / 19, s, 1 / 17), s, 1 / 15), s, 1 / 13), s, 1 / 11)
    p = fma(fma(fma(fma(p, s, 1 / 9), s, 1 / 7), s, 1 / 5), s, 1 / 3)
    k = float(e)
    return fma(k, LN2_HIGH, 2.0 * f + fma(2.0 * f * s, p, k * LN2_LOW))


TURN = 2 * math.pi
S1, S3, S5, S7, S9, S11, S13 = ((-1) ** i * TURN ** (2 * i + 1) / math.factorial(2 * i + 1) for i in range(7))
K2, K4, K6, K8, K10, K12, K14 = ((-1) ** i * TURN ** (2 * i) / math.factorial(2 * i) for i in range(1, 8))


@njit(inline="always")
def sine_and_cosine(turns):
    """Sine and cosine of an angle in turns."""
    q = rint(4.0 * turns)
    y = fma(q, -0.25, turns)
    z = y * y
    s = y * fma(fma(fma(fma(fma(fma(S13, z, S11), z, S9), z, S7), z, S5), z, S3), z, S1)
    c = fma(fma(fma(fma(fma(fma(fma(K14, z, K12), z, K10), z, K8), z, K6), z, K4), z, K2), z, 1.0)
    k = bits(q + ROUND)
    a, b = (c, s) if (k & 1) != 0 else (s, c)
    a = -a if (k & 2) != 0 else a
    b = -b if ((k + 1) & 2) != 0 else b
    return a, b


@njit(inline="always")
def rotated(x, k):
    """Bits rotated to the left."""
    return (x << U(k)) | (x >> U(64 - k))


@njit(inline="always")
def fraction(x):
    """The upper 52 bits as a number in [0, 1)."""
    return number(np.int64((x >> U(12)) | U(0x3FF0000000000000))) - 1.0


@njit(inline="always")
def advanced(s0, s1, s2, s3):
    """The next word of xoshiro256++, and the state after it."""
    word = rotated(s0 + s3, 23) + s0
    q = s1 << U(17)
    s2 = s2 ^ s0
    s3 = s3 ^ s1
    s1 = s1 ^ s2
    s0 = s0 ^ s3
    return word, s0, s1, s2 ^ q, rotated(s3, 45)


@njit(cache=True)
def seeded(seed, n):
    """States of ``n`` generators, by splitmix64."""
    states = np.empty((4, n), np.uint64)
    z = U(seed)
    for j in range(n):
        for i in range(4):
            z += U(0x9E3779B97F4A7C15)
            x = z
            x = (x ^ (x >> U(30))) * U(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> U(27))) * U(0x94D049BB133111EB)
            states[i, j] = x ^ (x >> U(31))
    return states


@njit(cache=True, error_model="numpy", fastmath={"contract", "arcp"})
def block(x, s, steps, rate, mu, spread):
    """``steps`` Euler-Maruyama steps (an even number) of the paths ``x``."""
    s0s, s1s, s2s, s3s = s[0], s[1], s[2], s[3]
    for _ in range(0, steps, 2):
        for j in range(x.size):
            s0, s1, s2, s3 = s0s[j], s1s[j], s2s[j], s3s[j]
            first, s0, s1, s2, s3 = advanced(s0, s1, s2, s3)
            second, s0, s1, s2, s3 = advanced(s0, s1, s2, s3)
            s0s[j], s1s[j], s2s[j], s3s[j] = s0, s1, s2, s3
            radius = math.sqrt(-2.0 * log(1.0 - fraction(first)))
            sine, cosine = sine_and_cosine(fraction(second) - 0.5)
            y = x[j]
            y = y + rate * (mu - y) + spread * (radius * sine)
            x[j] = y + rate * (mu - y) + spread * (radius * cosine)


@njit(cache=True)
def paths(x, steps, rate, mu, spread, seed):
    """All paths, on one thread."""
    for k in range(0, x.size, LANES):
        end = min(x.size, k + LANES)
        block(x[k:end], seeded(seed * 1000003 + k, end - k), steps, rate, mu, spread)


@njit(cache=True, parallel=True)
def paths_threads(x, steps, rate, mu, spread, seed):
    """All paths, on Numba's threads."""
    for b in prange((x.size + LANES - 1) // LANES):
        k = b * LANES
        end = min(x.size, k + LANES)
        block(x[k:end], seeded(seed * 1000003 + k, end - k), steps, rate, mu, spread)
