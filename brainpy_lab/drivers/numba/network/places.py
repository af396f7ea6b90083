"""Functions of a network's step that take their values from places of one array and put what they give there.

In a kernel a call of such a function is one word, whatever it takes: Numba types and lowers little. Where the function
can be lowered straight to LLVM, loads and stores are lowered with it; else the same is written as text.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from typing import Any, Literal

from llvmlite import ir

from brainpy_lab.drivers.numba.math import Emit
from brainpy_lab.drivers.numba.native import Lowering
from brainpy_lab.drivers.numba.network.raw import frozen, tuple_of
from brainpy_lab.drivers.numba.rows import Functions

#: A name in a tree's text.
_NAME = re.compile(r"\bid='(\w+)'")

_F64, _I64 = ir.DoubleType(), ir.IntType(64)

Value = Any  # an llvmlite value; llvmlite has no type stubs

#: What becomes of the results: they are stored, and the answer is their sum, which is not finite where one of them is
#: not ("advance"), or the flags as bits ("take"); nothing is stored, and the answer is whether something would change
#: ("look"), or would if what the function may change were 0, which is then not read ("glance").
Mode = Literal["advance", "take", "look", "glance"]


@dataclass(frozen=True)
class Spot:
    """Where a value is.

    Attributes
    ----------
    kind : str
        "time", "step", "scalar" (a number for an axis), "row" or "passed"; of results also "sum" (what is there becomes
        more by it) and "flag".
    offset : int
        Distance from the address; of scalars and passed values their number.
    address : int
        Which of the addresses that are handed over.
    """

    kind: str
    offset: int = 0
    address: int = 0


@dataclass(frozen=True)
class Placed:
    """A function and its places.

    Attributes
    ----------
    name : str
        In the text.
    takes, gives : tuple of Spot
    copies : tuple of (Spot, Spot)
        Places whose old value is put elsewhere, before anything is stored.
    addresses : int
        How many addresses it takes.
    passed : int
        How many values another function has passed on.
    mode : Mode
    """

    name: str
    takes: tuple[Spot, ...]
    gives: tuple[Spot, ...]
    copies: tuple[tuple[Spot, Spot], ...] = ()
    addresses: int = 1
    passed: int = 0
    mode: Mode = "take"

    @property
    def word(self) -> str:
        """What the function with its places is called in a kernel."""
        return f"k_{self.mode}_{self.name}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of what it takes."""
        return ("k_y", "t", "dt", "k_s", *(f"k_a{i}" for i in range(self.addresses)), *(["k_x"] if self.passed else []))

    def is_zero(self, spot: Spot) -> bool:
        """Whether the function is called with 0 instead of the value at a place."""
        return self.mode == "glance" and spot in self.gives

    @property
    def hands_on(self) -> int:
        """How many values it passes on."""
        return sum(s.kind == "passed" for s in self.gives)


def emit(builder: Value, functions: Functions, placed: Placed, given: list[Value]) -> Value:
    """A call of the function, for `Placed.arguments`, of which ``k_y`` is a pointer.

    It gives what its mode says, or the tuple of what is passed on.
    """
    function = functions[placed.name]
    body = _Body(builder, given, placed)
    names = [a.arg for a in function.args.args]
    values = [body.given(spot) for spot in placed.takes]
    return body.finish(Lowering(functions, Emit(builder)).call(function, dict(zip(names, values, strict=True))))


class _Body:
    """Loads and stores of one call."""

    def __init__(self, builder: Value, values: list[Value], placed: Placed) -> None:
        self.builder, self.values, self.placed = builder, values, placed

    def _pointer(self, spot: Spot) -> Any:
        index = self.builder.add(self.values[4 + spot.address], _I64(spot.offset))
        return self.builder.gep(self.values[0], [index], inbounds=True)

    def load(self, spot: Spot) -> Any:
        """A value that the function takes."""
        match spot.kind:
            case "time":
                return self.values[1]
            case "step":
                return self.values[2]
            case "scalar":
                return self.builder.extract_value(self.values[3], spot.offset)
            case "passed":
                return self.builder.extract_value(self.values[-1], spot.offset)
        value = self.builder.load(self._pointer(spot))
        return frozen(self.builder, value) if spot in self.placed.gives else value

    def given(self, spot: Spot) -> Any:
        """A value that is handed to the function."""
        return _F64(0.0) if self.placed.is_zero(spot) else self.load(spot)

    def finish(self, found: list[Any]) -> Any:
        """Put what the function gave in its place, and answer."""
        placed, b = self.placed, self.builder
        if placed.mode in ("look", "glance"):
            return self._changed(found)
        for old, new in placed.copies:
            b.store(self.load(old), self._pointer(new))
        for spot, value in zip(placed.gives, found, strict=True):
            if spot.kind == "row":
                b.store(value, self._pointer(spot))
            elif spot.kind == "sum":
                pointer = self._pointer(spot)
                b.store(b.fadd(b.load(pointer), value), pointer)
        if placed.hands_on:
            passed = [v for s, v in zip(placed.gives, found, strict=True) if s.kind == "passed"]
            return tuple_of(b, passed)
        return functools.reduce(b.fadd, found) if placed.mode == "advance" else self._flags(found)

    def _changed(self, found: list[Any]) -> Any:
        b, changed = self.builder, ir.Constant(ir.IntType(1), 0)
        for spot, value in zip(self.placed.gives, found, strict=True):
            old = _F64(0.0) if spot.kind == "flag" else self.given(spot)
            changed = b.or_(changed, b.fcmp_unordered("!=", value, old))
        return b.zext(changed, _I64)

    def _flags(self, found: list[Any]) -> Any:
        b, bits = self.builder, _I64(0)
        flags = [v for s, v in zip(self.placed.gives, found, strict=True) if s.kind == "flag"]
        for number, value in enumerate(flags):
            bit = b.zext(b.fcmp_unordered("!=", value, _F64(0.0)), _I64)
            bits = b.or_(bits, b.shl(bit, _I64(number)))
        return bits


def written(placed: Placed) -> str:
    """The same as the text of a function, for what Numba must compile itself."""

    def given(spot: Spot) -> str:
        return "0.0" if placed.is_zero(spot) else value(spot)

    def value(spot: Spot) -> str:
        match spot.kind:
            case "time":
                return "t"
            case "step":
                return "dt"
            case "scalar":
                return f"k_s[{spot.offset}]"
            case "passed":
                return f"k_x[{spot.offset}]"
        return f"k_get(k_y, k_a{spot.address} + {spot.offset})"

    names = [f"k_new_{i}" for i in range(len(placed.gives))]
    lines = [f"{', '.join(names)} = {placed.name}({', '.join(map(given, placed.takes))})"]
    pairs = list(zip(placed.gives, names, strict=True))
    if placed.mode in ("look", "glance"):
        changed = (f"{n} != {'0.0' if s.kind == 'flag' else given(s)}" for s, n in pairs)
        lines.append(f"return 1 if {' or '.join(changed)} else 0")
    else:
        for old, new in placed.copies:
            lines.append(f"k_put(k_y, k_a{new.address} + {new.offset}, {value(old)})")
        for s, n in pairs:
            if s.kind in ("row", "sum"):
                more = f"{value(s)} + " if s.kind == "sum" else ""
                lines.append(f"k_put(k_y, k_a{s.address} + {s.offset}, {more}{n})")
        if placed.hands_on:
            lines.append(f"return ({', '.join(n for s, n in pairs if s.kind == 'passed')},)")
        elif placed.mode == "advance":
            lines.append(f"return 0.0 + {' + '.join(names)}")
        else:
            flags = [n for s, n in pairs if s.kind == "flag"]
            bits = [f"({1 << i} if {n} else 0)" for i, n in enumerate(flags)]
            lines.append(f"return {' | '.join(bits) or '0'}")
    head = f"def {placed.word}({', '.join(placed.arguments)}):"
    return "\n".join([head, *(f"    {line}" for line in lines)])


def lines_of(function: ast.FunctionDef) -> str:
    """A function's lines with numbers in place of its own names: the same for functions that do the same."""
    own = [a.arg for a in function.args.args]
    own += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    numbers = {name: f"k_{number}" for number, name in enumerate(dict.fromkeys(own))}
    text = ast.dump(ast.Module(function.body, []))
    return _NAME.sub(lambda found: f"id='{numbers.get(found[1], found[1])}'", text)
