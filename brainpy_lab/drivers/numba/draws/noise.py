"""The random draws of Numba kernels: blocks of them made by one native function, compiled once for all models.

A kernel holds a buffer of two rows of `ROW` numbers for each draw: the even and the odd steps of one pair for the lanes
of a block, or of `ROW` pairs for a single cell; and `_WORK` rows more to make Levy areas in. It has the buffer filled
through a pointer: by `draw`, the generator of `drivers.feeds.random_draws` in lanes, or by `replay`, which reads
draws that were made beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic

from brainpy_lab.codegen.draws import HARMONIC, Draw
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.numba.cache import kept_cfunc
from brainpy_lab.drivers.numba.draws.philox import radius_of, raw, turned
from brainpy_lab.drivers.numba.feed import LANES, Feed, KernelSupply
from brainpy_lab.drivers.numba.math import Emit

ROW = LANES  # numbers in a row of the buffer
_WORDS = 4  # of the context that stand before the draws
_OF_DRAW = 8  # words of the context for each draw: kind, stream; places and streams of what areas are made of
_NORMAL, _UNIFORM, _AREA = 0, 1, 2
_WORK = 8  # rows that Levy areas are made in
_ROOT, _TURN, _ALL = math.sqrt(2.0), 2.0 * math.pi, math.pi**2 / 6
_F64, _I64 = ir.DoubleType(), ir.IntType(64)
Value = Any  # an llvmlite value; llvmlite has no type stubs


def _intrinsic(name: str, arguments: dict[str, Any], results: int, emitter: Any) -> Any:
    kinds = [types.float64] * results
    signature = (types.Tuple(kinds) if results > 1 else types.float64)(*arguments.values())

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        found = emitter(Emit(builder), *values)
        return context.make_tuple(builder, signature.return_type, found) if results > 1 else found

    namespace: dict[str, Any] = {"answer": lambda: (signature, codegen)}
    exec(f"def {name}(typing_context, {', '.join(arguments)}):\n    return answer()", namespace)
    return intrinsic(namespace[name])


_ADDRESS = dict.fromkeys(("element", "stream", "pair", "seed"), types.int64)
_raw_pair = _intrinsic("raw_pair", _ADDRESS, 2, raw)
_radius_of = _intrinsic("radius_of", {"one_and": types.float64}, 1, radius_of)
_turned_by = _intrinsic("turned_by", {"radius": types.float64, "one_and": types.float64}, 2, turned)

#: Takes buffer, context, the draw's place, element, pair, whether the numbers are of several elements (or else of
#: several pairs), and how many they are.
_FILLER = types.void(types.CPointer(types.float64), types.CPointer(types.int64), *[types.int64] * 5)
_LOOP = {"error_model": "numpy", "fastmath": {"contract"}}


@intrinsic
def fill(
    typing_context: Any, filler: Any, buffer: Any, context: Any, k: Any, element: Any, pair: Any, across: Any, n: Any
) -> Any:
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


@cache
def _draw() -> int:
    """Address of the function that fills the rows of a draw from the generator; of an area, with its own normals.

    The loops are short: a processor works on several turns of such a loop at once, and hardly so of one long loop. No
    loop stands around them, whose constants would take the registers.
    """

    @kept_cfunc(_FILLER, **_LOOP)
    def draw(out, context, k, element, pair, across, n):  # type: ignore[no-untyped-def]
        words = carray(context, (_WORDS + _OF_DRAW * (k + 1),))
        seed, kind, stream = words[0], words[_WORDS + _OF_DRAW * k], words[_WORDS + _OF_DRAW * k + 1]
        rows = carray(out, (2 * (k + 1), ROW))
        even, odd = rows[2 * k], rows[2 * k + 1]
        if across:
            for j in range(n):
                even[j], odd[j] = _raw_pair(element + j, stream, pair, seed)
        else:
            for j in range(n):
                even[j], odd[j] = _raw_pair(element, stream, pair + j, seed)
        if kind == _UNIFORM:
            for j in range(n):
                even[j], odd[j] = 2.0 - even[j], 2.0 - odd[j]
        else:
            for j in range(n):
                even[j] = _radius_of(even[j])
            for j in range(n):
                even[j], odd[j] = _turned_by(even[j], odd[j])

    return int(draw.address)


@cache
def _draw_areas() -> int:
    """Address of the function that fills the rows of a draw, also of a Levy area: see `feeds.levy_areas.area`."""

    @kept_cfunc(_FILLER, **_LOOP)
    def draw_areas(out, context, k, element, pair, across, n):  # type: ignore[no-untyped-def]
        words = carray(context, (_WORDS,))
        seed, count, terms, plain = words[0], words[1], words[2], words[3]
        words = carray(context, (_WORDS + _OF_DRAW * count,))
        flat, rows = carray(out, ((2 * count + _WORK) * ROW,)), carray(out, (2 * count + _WORK, ROW))
        fill(plain, flat, words, k, element, pair, across, n)
        own = words[_WORDS + _OF_DRAW * k : _WORDS + _OF_DRAW * (k + 1)]
        if own[0] != _AREA:
            return
        total, first, second = rows[2 * k : 2 * k + 2], rows[2 * own[2] :], rows[2 * own[3] :]
        work, (x1, y1, x2, y2) = flat[2 * count * ROW :], (rows[-8:-6], rows[-6:-4], rows[-4:-2], rows[-2:])
        four = np.zeros(_WORDS + 4 * _OF_DRAW, np.int64)
        four[0] = seed
        rest = _ALL
        for r in range(1, terms + 1):
            rest -= (1.0 / r) ** 2
        for r in range(terms + 1):
            for c in range(4):
                four[_WORDS + _OF_DRAW * c + 1] = own[4 + c] + HARMONIC * r
                fill(plain, work, four, c, element, pair, across, n)
            weight = 1.0 / r if r > 0 else math.sqrt(2.0 * rest)
            for half in range(2):
                for j in range(n):
                    w1, w2 = first[half, j], second[half, j]
                    if r == 0:
                        total[half, j] = weight * (total[half, j] - x1[half, j] * w2 + x2[half, j] * w1)
                    else:
                        along = x1[half, j] * (y2[half, j] - _ROOT * w2)
                        total[half, j] += weight * (along - x2[half, j] * (y1[half, j] - _ROOT * w1))
        for half in range(2):
            for j in range(n):
                total[half, j] /= _TURN

    return int(draw_areas.address)


@cache
def _replay() -> int:
    """Address of the function that fills the rows of a draw from a table (steps, draws, lanes) made beforehand."""

    @kept_cfunc(_FILLER, error_model="numpy")
    def replay(out, context, k, element, pair, across, n):  # type: ignore[no-untyped-def]
        words = carray(context, (_WORDS,))
        count = words[1]
        shape = carray(context, (_WORDS + _OF_DRAW * count + 4,))[_WORDS + _OF_DRAW * count :]
        first, steps, lanes = shape[0], shape[1], shape[2]
        table = carray(_as_pointer(shape[3]), (steps, count, lanes))
        rows = carray(out, (2 * count, ROW))
        for half in range(2):
            for j in range(n):
                lane = min(element + j * across, lanes - 1)
                step = min(max(2 * (pair + j * (1 - across)) + half - first, 0), steps - 1)
                rows[2 * k + half, j] = table[step, k, lane]

    return int(replay.address)


@intrinsic
def _as_pointer(typing_context: Any, address: Any) -> Any:
    """A number as a pointer to float64."""
    signature = types.CPointer(types.float64)(types.int64)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], _F64.as_pointer())

    return signature, codegen


_ARGUMENTS = (("k_filler", "i8"), ("k_context", "i8[::1]"), ("k_first_draw", "i8"))
_HEADER = ("from brainpy_lab.drivers.numba.draws.noise import fill as k_fill\n\n",)


def noise_feed(code: StepCode, layout: Layout) -> Feed:
    """The lines that fill a kernel's buffer of draws and hand them to the step."""
    if layout.mixes:
        return _array_feed(code)
    single = not layout.ensemble
    rows = range(len(code.draws))
    if single:
        pairs = f"0, k_draw // {2 * ROW} * {ROW}, 0, {ROW}"
        fresh = f"k_i == 0 or k_draw % {2 * ROW} == 0"
        places = [f"{2 * k * ROW} + k_draw % 2 * {ROW} + k_draw % {2 * ROW} // 2" for k in rows]
    else:
        pairs = "k_b, k_draw // 2, 1, k_padded"
        fresh = "k_i == 0 or k_draw % 2 == 0"
        places = [f"{2 * k * ROW} + k_half + k_j" for k in rows]
    step = ["k_draw = k_first_draw + k_first + k_i", f"if {fresh}:"]
    step.append(f"    for k_place in range({len(code.draws)}):")
    step.append(f"        k_fill(k_filler, k_normals, k_context, k_place, {pairs})")
    return Feed(
        arguments=_ARGUMENTS,
        header=_HEADER,
        begin=(f"k_normals = np.empty({(2 * len(code.draws) + _WORK) * ROW})",),
        step=tuple(step if single else [*step, f"k_half = k_draw % 2 * {ROW}"]),
        before=tuple(f"{d.name} = k_normals[{place}]" for d, place in zip(code.draws, places, strict=True)),
    )


def _array_feed(code: StepCode) -> Feed:
    """The same where a step takes whole arrays: the rows of a member's lanes are put together in a table."""
    count = len(code.draws)
    return Feed(
        arguments=(*_ARGUMENTS, ("k_taken", "i8[::1]")),
        header=_HEADER,
        begin=(f"k_normals = np.empty({(2 * count + _WORK) * ROW})", f"k_draws = np.empty(({2 * count}, k_m))"),
        step=(
            "k_draw = k_first_draw + k_first + k_i",
            "if k_i == 0 or k_draw % 2 == 0:",
            f"    for k_j in range(0, k_m, {ROW}):",
            f"        k_part = min({ROW}, k_m - k_j)",
            f"        for k_place in range({count}):",
            "            k_fill(k_filler, k_normals, k_context, k_place, k_b + k_j, k_draw // 2, 1, k_part)",
            f"        for k_o in range({2 * count}):",
            f"            k_put(k_draws[k_o, k_j:k_j + k_part], k_normals[k_o * {ROW}:k_o * {ROW} + k_part])",
        ),
        before=tuple(f"{d.name} = k_draws[{2 * k} + k_draw % 2, :k_taken[{k}]]" for k, d in enumerate(code.draws)),
    )


class NoiseSupply(KernelSupply):
    """Filler and context of one run."""

    def __init__(self, code: StepCode, layout: Layout, setup: Setup) -> None:
        self.draws, self.noise = code.draws, setup.noise
        self.words = [_signed(self.noise.seed), len(self.draws), self.noise.terms, _draw()]
        self.words += [word for draw in self.draws for word in _words_of(draw, self.draws)]
        self.table = np.empty(0)
        cell = int(np.prod(setup.cell, dtype=int))
        narrow = self.noise.narrow_among(self.draws)
        self.taken = (np.array([1 if n else cell for n in narrow], dtype=np.int64),) if layout.mixes else ()

    def arguments(self, first: int, n: int) -> tuple[Any, ...]:
        """The generator; or the chunk's draws, which the context points to."""
        has_areas = any(draw.kind == "area" for draw in self.draws)
        words, filler = self.words, _draw_areas() if has_areas else _draw()
        if self.noise.path is not None:
            filler = _replay()
            self.table = np.ascontiguousarray(self.noise.table(self.draws, first, n))
            words = [*words, self.noise.start + first, n, self.noise.lanes, self.table.ctypes.data]
        return filler, np.array(words, dtype=np.int64), self.noise.start, *self.taken


def _words_of(draw: Draw, among: Sequence[Draw]) -> list[int]:
    """What the context says of a draw."""
    if draw.kind != "area":
        return [_UNIFORM if draw.is_uniform else _NORMAL, draw.stream] + [0] * (_OF_DRAW - 2)
    streams = [other.stream for other in among]
    places = [streams.index(increment.stream) for increment in draw.increments]
    return [_AREA, draw.stream, *places, *draw.coefficients]


def draw_context(seed: int, stream: int, *, is_uniform: bool) -> list[int]:
    """The function that fills a row of one draw, normal or uniform numbers of a stream, and its context's words."""
    own = [_UNIFORM if is_uniform else _NORMAL, stream] + [0] * (_OF_DRAW - 2)
    return [_draw(), _signed(seed), 1, 1, _draw(), *own]


def _signed(number: int) -> int:
    """A number of 64 bits as int64 holds it."""
    return number - (1 << 64) if number >= 1 << 63 else number
