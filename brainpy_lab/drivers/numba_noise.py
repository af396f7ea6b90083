"""The random draws of Numba kernels: blocks of them made by one native function, compiled once for all models.

A kernel holds a buffer of two rows of `ROW` numbers for each draw: the even and the odd steps of one pair for the lanes
of a block, or of `ROW` pairs for a single cell; and four rows more to make Levy areas in. It has the buffer filled
through a pointer: by `draw`, the generator of `brainpy_lab.drivers.random_draws` in lanes, or by `replay`, which reads
draws that were made beforehand.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic

from brainpy_lab.codegen.draws import HARMONIC, Draw
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.numba_feed import Feed, Supply
from brainpy_lab.drivers.numba_kernel import LANES
from brainpy_lab.drivers.numba_math import Emit
from brainpy_lab.drivers.random_draws import COSINE, KEY_STEPS, MASK, MULTIPLIERS, ROUNDS, SINE

ROW = LANES  # numbers in a row of the buffer
_WORDS = 4  # of the context that stand before the draws
_OF_DRAW = 8  # words of the context for each draw: its kind, its stream, the other streams of areas
_NORMAL, _UNIFORM, _AREA = 0, 1, 2
_ROOT, _TURN, _ALL = math.sqrt(2.0), 2.0 * math.pi, math.pi**2 / 6
_F64, _I64 = ir.DoubleType(), ir.IntType(64)
Value = Any  # an llvmlite value; llvmlite has no type stubs


def _word(value: int) -> Value:
    return ir.Constant(_I64, value)


def _philox(b: Value, element: Value, stream: Value, pair: Value, seed: Value) -> tuple[Value, Value]:
    """`random_draws.block` as instructions: words 0 and 1 in one number of 64 bits, words 2 and 3 in another."""
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


def _from_one(e: Emit, bits: Value) -> Value:
    """1 + the upper 52 bits as a fraction."""
    return e.number(e.b.or_(e.b.lshr(bits, _word(12)), _word(0x3FF0000000000000)))


def _uniforms(e: Emit, *address: Value) -> list[Value]:
    return [e.b.fsub(e.c(2.0), _from_one(e, bits)) for bits in _philox(e.b, *address)]


def _normals(e: Emit, *address: Value) -> list[Value]:
    """Two normals by Box and Muller: sine and cosine of quarter turns by their series."""
    b = e.b
    first, second = _philox(b, *address)
    radius = e.call("llvm.sqrt", b.fmul(e.c(-2.0), e.log(b.fsub(e.c(2.0), _from_one(e, first)))))
    turn = b.fsub(_from_one(e, second), e.c(1.5))
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


def _pair(name: str, emitter: Any) -> Any:
    signature = types.UniTuple(types.float64, 2)(*[types.int64] * 4)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return context.make_tuple(builder, signature.return_type, emitter(Emit(builder), *values))

    namespace: dict[str, Any] = {"answer": lambda: (signature, codegen)}
    exec(f"def {name}(typing_context, element, stream, pair, seed):\n    return answer()", namespace)
    return intrinsic(namespace[name])


_normal_pair = _pair("normal_pair", _normals)
_uniform_pair = _pair("uniform_pair", _uniforms)

_FILLER = types.void(
    types.CPointer(types.float64), types.CPointer(types.int64), types.int64, types.int64, types.int64, types.int64,
    types.int64,
)  # fmt: skip


@njit(error_model="numpy", fastmath={"contract"})
def _areas(even, odd, first, second, streams, terms, seed, element, element_step, pair, pair_step, n):  # type: ignore[no-untyped-def]
    """`levy_areas.area` for the even and the odd steps; ``first`` and ``second`` take the increments of both."""
    for j in range(n):
        address, step = element + j * element_step, pair + j * pair_step
        first[j], first[ROW + j] = _normal_pair(address, streams[1], step, seed)
        second[j], second[ROW + j] = _normal_pair(address, streams[2], step, seed)
        even[j], odd[j] = 0.0, 0.0
    rest = _ALL
    for r in range(1, terms + 1):
        shift, weight = HARMONIC * r, 1.0 / r
        rest -= weight * weight
        for j in range(n):
            address, step = element + j * element_step, pair + j * pair_step
            x1, x1_odd = _normal_pair(address, streams[3] + shift, step, seed)
            y1, y1_odd = _normal_pair(address, streams[4] + shift, step, seed)
            x2, x2_odd = _normal_pair(address, streams[5] + shift, step, seed)
            y2, y2_odd = _normal_pair(address, streams[6] + shift, step, seed)
            even[j] += weight * (x1 * (y2 - _ROOT * second[j]) - x2 * (y1 - _ROOT * first[j]))
            odd[j] += weight * (
                x1_odd * (y2_odd - _ROOT * second[ROW + j]) - x2_odd * (y1_odd - _ROOT * first[ROW + j])
            )
    scale = math.sqrt(2.0 * rest)
    for j in range(n):
        address, step = element + j * element_step, pair + j * pair_step
        z, z_odd = _normal_pair(address, streams[0], step, seed)
        x1, x1_odd = _normal_pair(address, streams[3], step, seed)
        x2, x2_odd = _normal_pair(address, streams[5], step, seed)
        even[j] = (even[j] + scale * (z - x1 * second[j] + x2 * first[j])) / _TURN
        odd[j] = (odd[j] + scale * (z_odd - x1_odd * second[ROW + j] + x2_odd * first[ROW + j])) / _TURN


@cache
def _draw(with_areas: bool) -> int:
    """Address of the function that fills a buffer from the generator; without areas it is compiled sooner."""

    @cfunc(_FILLER, cache=True, error_model="numpy", fastmath={"contract"})
    def draw(out, context, element, element_step, pair, pair_step, n):  # type: ignore[no-untyped-def]
        words = carray(context, (_WORDS,))
        seed, count, terms = words[0], words[1], words[2]
        draws = carray(context, (_WORDS + _OF_DRAW * count,))
        rows = carray(out, (2 * (count + 2) * ROW,))
        work = 2 * count * ROW
        for k in range(count):
            kind, streams = draws[_WORDS + _OF_DRAW * k], draws[_WORDS + _OF_DRAW * k + 1 : _WORDS + _OF_DRAW * (k + 1)]
            stream, even = streams[0], 2 * k * ROW
            odd = even + ROW
            if with_areas and kind == _AREA:
                _areas(
                    rows[even:odd], rows[odd : odd + ROW], rows[work : work + 2 * ROW], rows[work + 2 * ROW :], streams,
                    terms, seed, element, element_step, pair, pair_step, n,
                )  # fmt: skip
            elif kind == _NORMAL:
                for j in range(n):
                    a, b = _normal_pair(element + j * element_step, stream, pair + j * pair_step, seed)
                    rows[even + j] = a
                    rows[odd + j] = b
            else:
                for j in range(n):
                    a, b = _uniform_pair(element + j * element_step, stream, pair + j * pair_step, seed)
                    rows[even + j] = a
                    rows[odd + j] = b

    return int(draw.address)


@cache
def _replay() -> int:
    """Address of the function that fills a buffer from a table (steps, draws, lanes) of draws made beforehand."""

    @cfunc(_FILLER, cache=True, error_model="numpy")
    def replay(out, context, element, element_step, pair, pair_step, n):  # type: ignore[no-untyped-def]
        words = carray(context, (_WORDS,))
        count = words[1]
        shape = carray(context, (_WORDS + _OF_DRAW * count + 4,))[_WORDS + _OF_DRAW * count :]
        first, steps, lanes = shape[0], shape[1], shape[2]
        table = carray(_as_pointer(shape[3]), (steps, count, lanes))
        rows = carray(out, (2 * count * ROW,))
        for k in range(count):
            for half in range(2):
                for j in range(n):
                    lane = min(element + j * element_step, lanes - 1)
                    step = min(max(2 * (pair + j * pair_step) + half - first, 0), steps - 1)
                    rows[(2 * k + half) * ROW + j] = table[step, k, lane]

    return int(replay.address)


@intrinsic
def _as_pointer(typing_context: Any, address: Any) -> Any:
    """A number as a pointer to float64."""
    signature = types.CPointer(types.float64)(types.int64)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], _F64.as_pointer())

    return signature, codegen


@intrinsic
def fill(
    typing_context: Any, filler: Any, buffer: Any, context: Any, element: Any, e_step: Any, pair: Any, p_step: Any,
    n: Any,
) -> Any:  # fmt: skip
    """Call the function at address ``filler`` with pointers to ``buffer`` and ``context`` and the other numbers."""
    numbers = [types.int64] * 5
    signature = types.void(types.int64, types.float64[::1], types.int64[::1], *numbers)

    def codegen(target: Any, builder: Any, signature: Any, values: Any) -> Any:
        address, out, words = values[:3]
        arrays = zip(signature.args[1:3], (out, words), strict=True)
        pointers = [target.make_array(kind)(target, builder, value).data for kind, value in arrays]
        kind = ir.FunctionType(ir.VoidType(), [_F64.as_pointer(), _I64.as_pointer()] + [_I64] * 5)
        builder.call(builder.inttoptr(address, kind.as_pointer()), [*pointers, *values[3:]])
        return target.get_dummy_value()

    return signature, codegen


def noise_feed(code: StepCode, layout: Layout, single: bool) -> Feed:
    """The lines that fill a kernel's buffer of draws and hand them to the step."""
    rows = range(len(code.draws))
    if single:
        pairs = f"0, 0, k_draw // {2 * ROW} * {ROW}, 1, {ROW}"
        fresh = f"k_i == 0 or k_draw % {2 * ROW} == 0"
        places = [f"{2 * k * ROW} + k_draw % 2 * {ROW} + k_draw % {2 * ROW} // 2" for k in rows]
    else:
        pairs = "k_b, 1, k_draw // 2, 0, k_padded"
        fresh = "k_i == 0 or k_draw % 2 == 0"
        places = [f"{2 * k * ROW} + k_half + k_j" for k in rows]
    step = ["k_draw = k_first_draw + k_first + k_i", f"if {fresh}:"]
    step.append(f"    k_fill(k_filler, k_normals, k_context, {pairs})")
    return Feed(
        arguments=(("k_filler", "i8"), ("k_context", "i8[::1]"), ("k_first_draw", "i8")),
        header=("from brainpy_lab.drivers.numba_noise import fill as k_fill\n\n",),
        begin=(f"k_normals = np.empty({2 * (len(code.draws) + 2) * ROW})",),
        step=tuple(step if single else [*step, f"k_half = k_draw % 2 * {ROW}"]),
        before=tuple(f"{d.name} = k_normals[{place}]" for d, place in zip(code.draws, places, strict=True)),
    )


class NoiseSupply(Supply):
    """Filler and context of one run."""

    def __init__(self, code: StepCode, layout: Layout, setup: Setup) -> None:
        self.draws, self.noise = code.draws, setup.noise
        self.words = [_signed(self.noise.seed), len(self.draws), self.noise.terms, 0]
        self.words += [word for draw in self.draws for word in _words_of(draw)]
        self.table = np.empty(0)

    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """The generator; or the chunk's draws, which the context points to."""
        words, filler = self.words, _draw(any(draw.kind == "area" for draw in self.draws))
        if self.noise.path is not None:
            filler = _replay()
            self.table = np.ascontiguousarray(self.noise.table(self.draws, first, n))
            words = [*words, self.noise.start + first, n, self.noise.lanes, self.table.ctypes.data]
        return filler, np.array(words, dtype=np.int64), self.noise.start


def _words_of(draw: Draw) -> list[int]:
    """What the context says of a draw."""
    if draw.kind != "area":
        words = [_UNIFORM if draw.is_uniform else _NORMAL, draw.stream]
    else:
        words = [_AREA, draw.stream, *(d.stream for d in draw.increments), *draw.coefficients]
    return words + [0] * (_OF_DRAW - len(words))


def _signed(number: int) -> int:
    """A number of 64 bits as int64 holds it."""
    return number - (1 << 64) if number >= 1 << 63 else number
