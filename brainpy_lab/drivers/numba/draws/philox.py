"""The generator of `feeds.random_draws` as LLVM instructions; ``e`` is the emitter of `math`."""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir

from brainpy_lab.drivers.feeds.random_draws import COSINE, KEY_STEPS, MASK, MULTIPLIERS, ROUNDS, SINE

_I64 = ir.IntType(64)
Value = Any  # an llvmlite value; llvmlite has no type stubs


def _word(value: int) -> Value:
    return ir.Constant(_I64, value)


def _philox(b: Value, element: Value, stream: Value, pair: Value, seed: Value) -> tuple[Value, Value]:
    """`feeds.random_draws.block` as instructions: words 0 and 1 in one number of 64 bits, words 2 and 3 in another."""
    mask, half = _word(MASK), _word(32)
    c0, c1, c2, c3 = element, stream, pair, b.lshr(pair, half)
    k0, k1 = b.and_(seed, mask), b.lshr(seed, half)
    for number in range(ROUNDS):
        # each word stands in the low half of 64 bits; what is in the high half is dropped by the next product
        p0 = b.mul(_word(MULTIPLIERS[0]), b.and_(c0, mask))
        p1 = b.mul(_word(MULTIPLIERS[1]), b.and_(c2, mask))
        keys = [b.add(k, _word((number * s) & MASK)) for k, s in zip((k0, k1), KEY_STEPS, strict=True)]
        c0, c1 = b.xor(b.xor(b.lshr(p1, half), c1), keys[0]), p1
        c2, c3 = b.xor(b.xor(b.lshr(p0, half), c3), keys[1]), p0
    first, second = (b.or_(b.shl(high, half), b.and_(low, mask)) for high, low in ((c0, c1), (c2, c3)))
    return first, second


def _from_one(e: Any, bits: Value) -> Value:
    """1 + the upper 52 bits as a fraction."""
    return e.number(e.b.or_(e.b.lshr(bits, _word(12)), _word(0x3FF0000000000000)))


def raw(e: Any, *address: Value) -> list[Value]:
    """1 + v of two numbers v in [0, 1) for an address: element, stream, pair, seed."""
    return [_from_one(e, bits) for bits in _philox(e.b, *address)]


def radius_of(e: Any, one_and: Value) -> Value:
    """sqrt(-2 ln(1 - v)) of 1 + v; the logarithm as in `math.Emit.log`, its factor in the constants."""
    k, f, s, p = e.log_parts(e.b.fsub(e.c(2.0), one_and))
    f = e.b.fmul(e.c(-4.0), f)
    return e.call("llvm.sqrt", e.fma(k, e.c(-2.0 * math.log(2.0)), e.fma(e.b.fmul(f, s), p, f)))


def turned(e: Any, radius: Value, one_and: Value) -> list[Value]:
    """Radius times sine and cosine of 1/2 - v turns of 1 + v, by the series of quarter turns."""
    b = e.b
    turn = b.fsub(one_and, e.c(1.5))
    rounded = e.fma(turn, e.c(4.0), e.c(6755399441055744.0))  # the nearest whole number in the low bits
    quarter = b.fsub(rounded, e.c(6755399441055744.0))
    y = e.fma(quarter, e.c(-0.25), turn)
    z = b.fmul(y, y)
    sine, cosine = b.fmul(y, e.horner(z, SINE)), e.horner(z, COSINE)
    bits = e.bits(rounded)
    odd = b.trunc(bits, ir.IntType(1))
    sine, cosine = b.select(odd, cosine, sine), b.select(odd, sine, cosine)

    def signed(value: Value, number: Value) -> Value:
        sign = b.shl(b.and_(number, _word(2)), _word(62))
        return e.number(b.xor(e.bits(value), sign))

    return [b.fmul(radius, signed(sine, bits)), b.fmul(radius, signed(cosine, b.add(bits, _word(1))))]


def rand_at(e: Any, seed: Value, call: Value, place: Value, number: Value) -> Value:
    """`feeds.addressed.uniform` of numbers that are floats."""
    return e.b.fsub(e.c(2.0), _at(e, seed, call, place, number)[0])


def randn_at(e: Any, seed: Value, call: Value, place: Value, number: Value) -> Value:
    """`feeds.addressed.normal` of numbers that are floats."""
    first, second = _at(e, seed, call, place, number)
    return turned(e, radius_of(e, first), second)[0]


def _at(e: Any, seed: Value, call: Value, place: Value, number: Value) -> list[Value]:
    return raw(e, *(e.b.fptosi(value, _I64) for value in (place, call, number, seed)))
