"""Elementary functions for Numba kernels, emitted as straight-line LLVM IR.

Numba's wheels carry no vector mathematics library: a loop with ``math.exp`` stays scalar. The functions below have no
branches and no calls, so that LLVM vectorises the loop around them, and nothing in them costs Numba type inference.
``exp`` and its kin sum their polynomials by Estrin's scheme: processors wait for a chain of products, also where lanes
stand side by side. Errors are at most a few units in the last place; nan stays nan, overflow is inf.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import acos as arccos  # noqa: F401
from math import asin as arcsin  # noqa: F401
from math import atan as arctan  # noqa: F401
from math import ceil, cos, erf, erfc, floor, log10, pi, sin, sqrt, tan  # noqa: F401
from math import lgamma as gammaln  # noqa: F401
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from brainpy_lab.drivers.numba.draws import philox
from brainpy_lab.drivers.numba.linear import converged, entry, expm, factor, solve, solved  # noqa: F401
from brainpy_lab.drivers.numba.past import before, past  # noqa: F401

abs = abs  # noqa: PLW0127

_F64, _I64 = ir.DoubleType(), ir.IntType(64)
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUNDING = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest whole number in the low mantissa bits
# Chebyshev fits on |r| <= ln 2 / 2, relative errors 2e-17; made with mpmath.chebyfit.
#: exp(r)
_EXP = [
    1.0, 1.0, 0.5000000000000019, 0.1666666666666668,
    0.04166666666648795, 0.008333333333319589, 0.0013888888952352863, 0.00019841269890076403,
    2.4801485441561313e-05, 2.755724088722987e-06, 2.763265472252779e-07, 2.5110049204818658e-08,
]  # fmt: skip
#: (exp(r) - 1)/r
_EXPM1_BY_R = [
    1.0, 0.5000000000000006, 0.1666666666666667, 0.041666666666573066,
    0.008333333333326136, 0.001388888893251478, 0.00019841269874820627, 2.480150431378554e-05,
    2.7557255400206422e-06, 2.7626371065696354e-07, 2.5105217004720745e-08,
]  # fmt: skip
#: (artanh(f)/f - 1)/f**2 in powers of f**2, for |f| <= (sqrt(2) - 1)/(sqrt(2) + 1)
_ARTANH = [
    0.3333333333333335, 0.19999999999949752, 0.14285714312987743, 0.1111110556739754,
    0.09091444562630861, 0.07665860800278021, 0.07308224842521703,
]  # fmt: skip
#: (x/(exp(x) - 1) - 1 + x/2)/x**2 in powers of x**2, for |x| <= 0.1
_BERNOULLI = [0.08333333333330672, -0.0013888888414686743, 3.305626186002435e-05]
_EXP_MAX, _EXP_MIN = 709.78, -708.0

Value = Any  # an llvmlite value; llvmlite has no type stubs


class Emit:
    """Short names for the LLVM instructions that the functions below are made of."""

    def __init__(self, builder: Value) -> None:
        self.b = builder

    def c(self, value: float) -> Value:
        return ir.Constant(_F64, value)

    def call(self, name: str, *args: Value) -> Value:
        kind = ir.FunctionType(_F64, [_F64] * len(args))
        return self.b.call(self.b.module.declare_intrinsic(name, [_F64], kind), args)

    def library(self, name: str, *args: Value) -> Value:
        """A call of the C library."""
        kind = ir.FunctionType(_F64, [_F64] * len(args))
        function = self.b.module.globals.get(name) or ir.Function(self.b.module, kind, name)
        return self.b.call(function, args)

    def fma(self, x: Value, y: Value, z: Value) -> Value:
        return self.call("llvm.fma", x, y, z)

    def where(self, op: str, x: Value, limit: float, yes: Value, no: Value) -> Value:
        return self.b.select(self.b.fcmp_ordered(op, x, self.c(limit)), yes, no)

    def bits(self, x: Value) -> Value:
        return self.b.bitcast(x, _I64)

    def number(self, bits: Value) -> Value:
        return self.b.bitcast(bits, _F64)

    def horner(self, x: Value, coefficients: list[float]) -> Value:
        """Sum of coefficients[i] * x**i by Horner's rule."""
        p = self.c(coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            p = self.fma(p, x, self.c(coefficient))
        return p

    def estrin(self, x: Value, coefficients: list[float]) -> Value:
        """The same sum by Estrin's scheme: pairs, pairs of pairs ..."""
        terms = [self.c(c) for c in coefficients]
        power = x
        while len(terms) > 1:
            pairs = [self.fma(terms[i + 1], power, terms[i]) for i in range(0, len(terms) - 1, 2)]
            terms = pairs + ([terms[-1]] if len(terms) % 2 else [])
            power = self.b.fmul(power, power)
        return terms[0]

    def reduced(self, x: Value) -> tuple[Value, Value]:
        """x = n ln 2 + r with |r| <= ln 2 / 2: the bits of 2**n to add to an exponent, and r."""
        t = self.fma(x, self.c(_LOG2_E), self.c(_ROUNDING))
        minus_n = self.b.fsub(self.c(_ROUNDING), t)
        r = self.fma(minus_n, self.c(_LN2_HIGH), x)
        r = self.fma(minus_n, self.c(_LN2_LOW), r)
        return self.b.shl(self.bits(t), self.places(52)), r

    def places(self, count: int) -> Value:
        """By how many places bits are shifted."""
        return ir.Constant(_I64, count)

    def exp(self, x: Value) -> Value:
        scale, r = self.reduced(x)
        p = self.estrin(r, _EXP)
        result = self.number(self.b.add(self.bits(p), scale))
        result = self.where(">", x, _EXP_MAX, self.c(math.inf), result)
        return self.where("<", x, _EXP_MIN, self.c(0.0), result)

    def expm1(self, x: Value) -> Value:
        """2**n (p - 1) + (2**n - 1), with p - 1 from its own series: exact to rounding near zero too."""
        x = self.where("<", x, -40.0, self.c(-40.0), x)  # -1 from here on; one instruction, unlike a choice afterwards
        scale, r = self.reduced(x)
        power = self.number(self.b.add(self.bits(self.c(1.0)), scale))
        p = self.b.fmul(r, self.estrin(r, _EXPM1_BY_R))
        result = self.fma(power, p, self.b.fsub(power, self.c(1.0)))
        return self.where(">", x, 709.0, self.c(math.inf), result)

    def exprel(self, x: Value) -> Value:
        ratio = self.b.fdiv(self.expm1(x), x)
        return self.where("==", x, 0.0, self.c(1.0), ratio)

    def tanh(self, x: Value) -> Value:
        double = self.b.fadd(x, x)
        double = self.where(">", double, 40.0, self.c(40.0), double)
        u = self.expm1(double)
        return self.b.fdiv(u, self.b.fadd(u, self.c(2.0)))

    def sinh(self, x: Value) -> Value:
        # by |x|, so that the quotient below stays finite
        size = self.call("llvm.fabs", x)
        u = self.expm1(size)
        ratio = self.b.fdiv(u, self.b.fadd(u, self.c(1.0)))
        ratio = self.where(">", size, 40.0, self.c(1.0), ratio)
        half = self.b.fmul(self.c(0.5), self.b.fadd(u, ratio))
        return self.b.call(
            self.b.module.declare_intrinsic("llvm.copysign", [_F64], ir.FunctionType(_F64, [_F64, _F64])), [half, x]
        )

    def cosh(self, x: Value) -> Value:
        e = self.exp(self.call("llvm.fabs", x))
        return self.b.fmul(self.c(0.5), self.b.fadd(e, self.b.fdiv(self.c(1.0), e)))

    def log_parts(self, x: Value) -> tuple[Value, Value, Value, Value]:
        """k, f, s = f**2 and p of ln x = k ln 2 + 2 f (1 + s p), for a positive normal number.

        x = 2**k m with sqrt(1/2) <= m < sqrt(2), and f = (m - 1)/(m + 1) has artanh(f) = f (1 + s p).
        """
        b, root = self.b, 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
        bits = b.add(self.bits(x), ir.Constant(_I64, 0x3FF0000000000000 - root))
        m = self.number(b.add(b.and_(bits, ir.Constant(_I64, (1 << 52) - 1)), ir.Constant(_I64, root)))
        exponent = b.or_(b.lshr(bits, ir.Constant(_I64, 52)), self.bits(self.c(2.0**52)))
        k = b.fsub(self.number(exponent), self.c(2.0**52 + 1023))
        f = b.fdiv(b.fsub(m, self.c(1.0)), b.fadd(m, self.c(1.0)))
        s = b.fmul(f, f)
        return k, f, s, self.horner(s, _ARTANH)

    def log(self, x: Value) -> Value:
        """ln of a positive normal number; -inf at 0, nan below."""
        k, f, s, p = self.log_parts(x)
        twice = self.b.fadd(f, f)
        tail = self.fma(self.b.fmul(twice, s), p, self.b.fmul(k, self.c(_LN2_LOW)))
        result = self.fma(k, self.c(_LN2_HIGH), self.b.fadd(twice, tail))
        result = self.where("==", x, math.inf, self.c(math.inf), result)
        result = self.where("==", x, 0.0, self.c(-math.inf), result)
        result = self.b.select(self.b.fcmp_unordered("<", x, self.c(0.0)), self.c(math.nan), result)
        return result


class Wide(Emit):
    """The same for vectors of some numbers side by side."""

    def __init__(self, builder: Value, size: int) -> None:
        super().__init__(builder)
        self.size, self.floats = size, ir.VectorType(_F64, size)
        self.integers = ir.VectorType(_I64, size)

    def c(self, value: float) -> Value:
        return ir.Constant(self.floats, [ir.Constant(_F64, value)] * self.size)

    def call(self, name: str, *args: Value) -> Value:
        module, kind = self.b.module, ir.FunctionType(self.floats, [self.floats] * len(args))
        name = f"{name}.v{self.size}f64"
        return self.b.call(module.globals.get(name) or ir.Function(module, kind, name), args)

    def bits(self, x: Value) -> Value:
        return self.b.bitcast(x, self.integers)

    def number(self, bits: Value) -> Value:
        return self.b.bitcast(bits, self.floats)

    def places(self, count: int) -> Value:
        return ir.Constant(self.integers, [ir.Constant(_I64, count)] * self.size)


def exp_side_by_side(builder: Value, arguments: list[Value]) -> list[Value]:
    """exp of up to four numbers at once, the same to the last bit as one by one."""
    size, index = 2 if len(arguments) < 3 else 4, ir.IntType(32)
    wide = Wide(builder, size)
    vector = ir.Constant(wide.floats, ir.Undefined)
    for i in range(size):
        vector = builder.insert_element(vector, arguments[min(i, len(arguments) - 1)], index(i))
    result = wide.exp(vector)
    return [builder.extract_element(result, index(i)) for i in range(len(arguments))]


def _pick(op: str) -> Callable[[Emit, Value, Value], Value]:
    def emit(e: Emit, x: Value, y: Value) -> Value:
        chosen = e.b.select(e.b.fcmp_ordered(op, x, y), x, y)
        return e.b.select(e.b.fcmp_unordered("uno", x, x), x, chosen)  # nan in either operand comes through

    return emit


def _sign(e: Emit, x: Value) -> Value:
    """1, -1, or for zero and nan the number itself."""
    return e.where(">", x, 0.0, e.c(1.0), e.where("<", x, 0.0, e.c(-1.0), x))


def _heaviside(e: Emit, x: Value, at_zero: Value) -> Value:
    return e.where(">", x, 0.0, e.c(1.0), e.where("==", x, 0.0, at_zero, e.b.fmul(x, e.c(0.0))))


def _clip(e: Emit, x: Value, low: Value, high: Value) -> Value:
    x = e.b.select(e.b.fcmp_ordered("<", x, low), low, x)
    return e.b.select(e.b.fcmp_ordered(">", x, high), high, x)


def _phi(order: int) -> Callable[..., Value]:
    """phi2 or phi3 of the exponential integrators: Taylor's series for |x| < 1, the recurrence elsewhere."""

    def emit(e: Emit, x: Value) -> Value:
        series = e.horner(x, [1.0 / math.factorial(k + order) for k in range(18)])
        value = e.exprel(x)
        for k in range(1, order):
            value = e.b.fdiv(e.b.fsub(value, e.c(1.0 / math.factorial(k))), x)
        return e.where("<", e.call("llvm.fabs", x), 1.0, series, value)

    return emit


def _exprel_of(e: Emit, power: Value, x: Value) -> Value:
    """exprel(x) where ``power``, exp(x), is known: Taylor's series near 0."""
    series = e.horner(x, [1.0 / math.factorial(k + 1) for k in range(9)])
    quotient = e.b.fdiv(e.b.fsub(power, e.c(1.0)), x)
    return e.where("<", e.call("llvm.fabs", x), 0.1, series, quotient)


def per_exprel(e: Emit, x: Value) -> Value:
    """1/exprel(x) with one division."""
    return e.where("==", x, 0.0, e.c(1.0), e.b.fdiv(x, e.expm1(x)))


def per_exprel_of(e: Emit, power: Value, x: Value) -> Value:
    """1/exprel(x) where ``power``, exp(x), is known, with one division. Near 0 its series is even but for -x/2."""
    square = e.b.fmul(x, x)
    series = e.fma(square, e.horner(square, _BERNOULLI), e.fma(x, e.c(-0.5), e.c(1.0)))
    quotient = e.b.fdiv(x, e.b.fsub(power, e.c(1.0)))
    return e.where("<", e.call("llvm.fabs", x), 0.1, series, quotient)


def _expit(e: Emit, x: Value) -> Value:
    return e.b.fdiv(e.c(1.0), e.b.fadd(e.c(1.0), e.exp(e.b.fneg(x))))


def _logaddexp(e: Emit, x: Value, y: Value) -> Value:
    """The larger of the two plus log1p of the exponential of minus their distance."""
    distance = e.call("llvm.fabs", e.b.fsub(x, y))
    rest = e.library("log1p", e.exp(e.b.fneg(distance)))
    same = e.b.select(e.b.fcmp_ordered("==", x, y), e.c(math.log(2.0)), rest)  # two infinities too
    return e.b.fadd(_pick(">")(e, x, y), same)


#: Functions of the language that are emitted here, by name.
EMITTERS: dict[str, Callable[..., Value]] = {
    "exp": Emit.exp,
    "expm1": Emit.expm1,
    "exprel": Emit.exprel,
    "tanh": Emit.tanh,
    "sinh": Emit.sinh,
    "cosh": Emit.cosh,
    "exprel_of": _exprel_of,
    "expit": _expit,
    "logaddexp": _logaddexp,
    "phi2": _phi(2),
    "phi3": _phi(3),
    "log": Emit.log,
    "sign": _sign,
    "minimum": _pick("<"),
    "maximum": _pick(">"),
    "heaviside": _heaviside,
    "clip": _clip,
    "rand_at": philox.rand_at,
    "randn_at": philox.randn_at,
}


def _intrinsic(name: str, arguments: int) -> Any:
    """A function of `EMITTERS` as Python functions call it in Numba code."""
    emitter = EMITTERS[name]
    signature = types.float64(*[types.float64] * arguments)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return emitter(Emit(builder), *values)

    def answer() -> Any:
        return signature, codegen

    namespace: dict[str, Any] = {"answer": answer}
    names = ", ".join("xyzw"[:arguments])
    exec(f"def {name}(typing_context, {names}):\n    return answer()", namespace)
    return intrinsic(namespace[name])


exp, expm1, exprel = _intrinsic("exp", 1), _intrinsic("expm1", 1), _intrinsic("exprel", 1)
exprel_of, phi2, phi3 = _intrinsic("exprel_of", 2), _intrinsic("phi2", 1), _intrinsic("phi3", 1)
tanh, sinh, cosh = _intrinsic("tanh", 1), _intrinsic("sinh", 1), _intrinsic("cosh", 1)
expit, logaddexp = _intrinsic("expit", 1), _intrinsic("logaddexp", 2)
log, sign = _intrinsic("log", 1), _intrinsic("sign", 1)
minimum, maximum = _intrinsic("minimum", 2), _intrinsic("maximum", 2)
heaviside, clip = _intrinsic("heaviside", 2), _intrinsic("clip", 3)
rand_at, randn_at = _intrinsic("rand_at", 4), _intrinsic("randn_at", 4)
log1p = math.log1p
