"""Where the threads of one run wait for each other, in compiled code: Numba has nothing of the kind.

The last that comes to a meeting goes on, and may do what is for one alone, until it parts the meeting; the others wait
so long. They turn round for some time, since the others are mostly a few microseconds late, and then give way to
whatever else the machine has to do. Each function is LLVM's, made once a module, and takes no time to compile.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

#: Words of what threads meet at: how many they are, how many have come, the number of the meeting, and whether one has
#: failed, so that nobody may wait for it. They are set apart by the length of a line of the processor's cache.
COUNT, CAME, TURN, FAILED = 0, 8, 16, 24
_WORDS = 32
#: Turns of waiting before a thread gives way.
_TURNS = 200
_I64, _I32 = ir.IntType(64), ir.IntType(32)
_ORDER, _ALIGN = "seq_cst", 8
#: What tells a processor that a thread only waits, and its argument.
_PAUSE: dict[str, tuple[str, tuple[int, ...]]] = {
    **dict.fromkeys(("x86_64", "AMD64"), ("llvm.x86.sse2.pause", ())),
    **dict.fromkeys(("aarch64", "arm64"), ("llvm.aarch64.hint", (1,))),
}


def meeting_place(count: int) -> np.ndarray:
    """What ``count`` threads meet at."""
    words = np.zeros(_WORDS, np.int64)
    words[COUNT] = count
    return words


def _function(module: Any, name: str, write: Callable[[Any], None]) -> Any:
    """The function of a module that is called so: ``(address of the words) -> whole number``."""
    known = module.globals.get(name)
    if known is not None:
        return known
    function = ir.Function(module, ir.FunctionType(_I64, [_I64]), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    write(function)
    return function


def _word(builder: Any, function: Any, index: int) -> Any:
    words = builder.inttoptr(function.args[0], _I64.as_pointer())
    return builder.gep(words, [_I64(index)], inbounds=True)


def _write_meet(function: Any) -> None:
    """1 for the last that comes, at once; 0 for the others, when it has parted the meeting or a thread has failed."""
    names = ("entry", "several", "last", "one", "first", "wait", "late", "still", "near", "far", "again", "over")
    at = {name: function.append_basic_block(name) for name in names}
    b = ir.IRBuilder(at["entry"])
    count, came, turn, failed = (_word(b, function, w) for w in (COUNT, CAME, TURN, FAILED))
    most = b.load(count)
    b.cbranch(b.icmp_signed("==", most, _I64(1)), at["one"], at["several"])
    b.position_at_end(at["several"])
    before = b.load_atomic(turn, _ORDER, _ALIGN)
    place = b.atomic_rmw("add", came, _I64(1), _ORDER)
    b.cbranch(b.icmp_signed("==", b.add(place, _I64(1)), most), at["last"], at["first"])
    b.position_at_end(at["last"])
    b.store_atomic(_I64(0), came, _ORDER, _ALIGN)
    b.branch(at["one"])
    b.position_at_end(at["one"])
    b.ret(_I64(1))
    b.position_at_end(at["first"])
    b.branch(at["wait"])
    b.position_at_end(at["wait"])
    turns = b.phi(_I64)
    turns.add_incoming(_I64(0), at["first"])
    turns.add_incoming(b.add(turns, _I64(1)), at["again"])
    b.cbranch(b.icmp_signed("==", b.load_atomic(turn, _ORDER, _ALIGN), before), at["late"], at["over"])
    b.position_at_end(at["late"])
    b.cbranch(b.icmp_signed("==", b.load_atomic(failed, _ORDER, _ALIGN), _I64(0)), at["still"], at["over"])
    b.position_at_end(at["still"])
    b.cbranch(b.icmp_signed("<", turns, _I64(_TURNS)), at["near"], at["far"])
    b.position_at_end(at["near"])
    if platform.machine() in _PAUSE:
        name, given = _PAUSE[platform.machine()]
        pause = _declared(function.module, name, ir.FunctionType(ir.VoidType(), [_I32] * len(given)))
        b.call(pause, [_I32(g) for g in given])
    b.branch(at["again"])
    b.position_at_end(at["far"])
    b.call(_give_way(function.module), [])
    b.branch(at["again"])
    b.position_at_end(at["again"])
    b.branch(at["wait"])
    b.position_at_end(at["over"])
    b.ret(_I64(0))


def _write_part(function: Any) -> None:
    """Let those go on that wait."""
    b = ir.IRBuilder(function.append_basic_block("entry"))
    b.atomic_rmw("add", _word(b, function, TURN), _I64(1), _ORDER)
    b.ret(_I64(0))


def _declared(module: Any, name: str, kind: Any) -> Any:
    """A function that the module has from elsewhere."""
    return module.globals.get(name) or ir.Function(module, kind, name)


def _give_way(module: Any) -> Any:
    """The system's call that lets other threads run."""
    name = "SwitchToThread" if sys.platform == "win32" else "sched_yield"
    return _declared(module, name, ir.FunctionType(_I32, []))


def emit(builder: Any, name: str, words: Any) -> Any:
    """A call of ``meet`` or ``part`` for the address of the words."""
    return builder.call(_function(builder.module, f"brainpy_lab_{name}", _WRITTEN[name]), [words])


_WRITTEN = {"meet": _write_meet, "part": _write_part}


def _called(name: str) -> Any:
    """A function of the address of the words, for compiled code."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return emit(builder, name, *arguments)

    def called(typing_context: Any, words: Any) -> Any:
        return types.int64(types.int64), codegen

    called.__name__ = name
    return intrinsic(called)


meet = _called("meet")
part = _called("part")
