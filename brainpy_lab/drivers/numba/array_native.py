"""Steps of whole arrays lowered straight to LLVM: loops over the elements (see `numba.array_plan`).

Each loop is a function of its own, whose arrays are known not to overlap, so that LLVM vectorises it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from brainpy_lab.drivers.numba.array_plan import ArrayPlan, Loop, Product, Scalar, Total
from brainpy_lab.drivers.numba.array_turns import Row, Turns, read_by, targets_of
from brainpy_lab.drivers.numba.math import Emit
from brainpy_lab.drivers.numba.native import Lowering
from brainpy_lab.drivers.numba.rows import Functions, functions_of

Value = Any  # an llvmlite value; llvmlite has no type stubs

_F64, _I64, _VOID = ir.DoubleType(), ir.IntType(64), ir.VoidType()
_FAST = ("reassoc", "contract")  # sums of a product with a matrix, as in any library


def plan_of(text: str, name: str, wide: frozenset[str], matrices: frozenset[str]) -> ArrayPlan:
    """The plan of a function of a step code's ``text``; raises NotNativeError when Numba itself must compile it."""
    functions = functions_of(text)
    return ArrayPlan(functions, functions[name], wide, matrices)


def array_function(text: str, name: str, wide: frozenset[str], matrices: frozenset[str]) -> Any:
    """A function of step code as an intrinsic that takes a table besides, whose first rows take the results.

    Parameters
    ----------
    text : str
        The step code.
    name : str
        A function of it.
    wide, matrices : frozenset of str
        Arguments that hold a number for each element, and those that are matrices; all others are one number, alone or
        in an array.
    """
    arguments = [a.arg for a in functions_of(text)[name].args.args]

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # made here: Numba keeps what stands in this closure until Python ends
        plan, functions = plan_of(text, name, wide, matrices), functions_of(text)
        given = {}
        for argument, value, kind in zip(arguments, values, signature.args, strict=False):
            if isinstance(kind, types.Array):
                data = context.make_array(kind)(context, builder, value).data
                given[argument] = data if argument in wide | matrices else builder.load(data)
            else:
                given[argument] = value
        table = context.make_array(signature.args[-1])(context, builder, values[-1])
        size = builder.extract_value(table.shape, 1)
        ArrayLowering(functions, plan, builder, size).emit(given, table.data)
        return context.get_dummy_value()

    namespace: dict[str, Any] = {"answer": lambda *kinds: (types.void(*kinds), codegen)}
    names = ", ".join([*arguments, "k_table"])
    exec(f"def {name}(typing_context, {names}):\n    return answer({names})", namespace)
    return intrinsic(namespace[name])


def rows_of(plan: ArrayPlan) -> int:
    """Rows of the table: results, then the arrays that are kept for a while."""
    return len(plan.results) + len(plan.kept)


class ArrayLowering:
    """The parts of a plan, one after the other."""

    def __init__(self, functions: Functions, plan: ArrayPlan, builder: Any, size: Value) -> None:
        self.functions, self.plan, self.builder, self.size = functions, plan, builder, size

    def emit(self, given: Mapping[str, Value], table: Value) -> None:
        """Compute from values and, of wide names and matrices, pointers; results go to the rows of ``table``."""
        b, names = self.builder, dict(given)
        results = {name: i for i, (name, _) in enumerate(self.plan.results)}
        kept = [n for n in self.plan.kept if n not in results]
        rows = results | {name: len(results) + i for i, name in enumerate(kept)}
        places = {name: b.gep(table, [b.mul(self.size, _I64(row))]) for name, row in rows.items()}
        lowering = Lowering(self.functions, Emit(b), element=_element(b, self.size, names))
        for part in self.plan.parts:
            match part:
                case Scalar():
                    names[part.target] = lowering.value(part.expr, names)
                case Turns():
                    _take_turns(lowering, part, names)
                case Loop():
                    self._loop(part, names, places)
                case Total():
                    names[part.target] = self._total(part, names[part.source])
                case Product():
                    self._product(names[part.matrix], names[part.source], places[part.target])
                    names[part.target] = places[part.target]
        for name, is_wide in self.plan.results:
            if not is_wide:
                b.store(lowering.number(names[name]), places[name])

    def _function(self, pointers: list[Value], numbers: list[Value]) -> tuple[Any, Any]:
        """A function of arrays that do not overlap and of numbers, called here; its arguments and builder."""
        kind = ir.FunctionType(_VOID, [_I64, *(p.type for p in pointers), *(n.type for n in numbers)])
        module = self.builder.module
        function = ir.Function(module, kind, module.get_unique_name("elements"))
        function.linkage = "internal"
        for argument in function.args[1 : len(pointers) + 1]:
            argument.add_attribute("noalias")
        self.builder.call(function, [self.size, *pointers, *numbers])
        return function.args, ir.IRBuilder(function.append_basic_block("entry"))

    def _loop(self, loop: Loop, names: dict[str, Value], places: Mapping[str, Value]) -> None:
        known: set[str] = set()
        used: list[str] = []
        for row in loop.rows:
            used += sorted(n for n in read_by(row) - known if n in names)
            known |= targets_of(row)
        used = list(dict.fromkeys(used))
        wide = [n for n in used if isinstance(names[n].type, ir.PointerType)]
        narrow = [n for n in used if n not in wide]
        # an array that is read and written anew counts once: the arrays of a loop must not overlap
        pointers = list({id(p): p for p in [*(names[n] for n in wide), *(places[n] for n in loop.kept)]}.values())
        arguments, b = self._function(pointers, [names[n] for n in narrow])
        arrays = {id(p): argument for p, argument in zip(pointers, arguments[1:], strict=False)}
        with cgutils.for_range(b, arguments[0], intp=_I64) as turn:
            inner = dict(zip(narrow, arguments[1 + len(pointers) :], strict=True))
            for name in wide:
                inner[name] = b.load(b.gep(arrays[id(names[name])], [turn.index]))
            held = {name: arrays[id(names[name])] for name in wide}
            lowering = Lowering(self.functions, Emit(b), element=_element(b, arguments[0], held))
            _take_rows(lowering, loop.rows, inner)
            for name in loop.kept:
                b.store(lowering.number(inner[name]), b.gep(arrays[id(places[name])], [turn.index]))
        b.ret_void()
        names.update({name: places[name] for name in loop.kept})

    def _total(self, part: Total, source: Value) -> Value:
        """The sum in the order of the elements."""
        b, e = self.builder, Emit(self.builder)
        total = cgutils.alloca_once_value(b, e.c(0.0))
        with cgutils.for_range(b, self.size, intp=_I64) as turn:
            b.store(b.fadd(b.load(total), b.load(b.gep(source, [turn.index]))), total)
        return b.fdiv(b.load(total), b.sitofp(self.size, _F64)) if part.is_mean else b.load(total)

    def _product(self, matrix: Value, source: Value, target: Value) -> None:
        (size, matrix, source, target), b = self._function([matrix, source, target], [])
        with cgutils.for_range(b, size, intp=_I64) as row:
            start = b.gep(matrix, [b.mul(row.index, size)])
            total = cgutils.alloca_once_value(b, ir.Constant(_F64, 0.0))
            with cgutils.for_range(b, size, intp=_I64) as column:
                factors = (b.load(b.gep(array, [column.index])) for array in (start, source))
                b.store(b.fadd(b.load(total), b.fmul(*factors, flags=_FAST), flags=_FAST), total)
            b.store(b.load(total), b.gep(target, [row.index]))
        b.ret_void()


def _element(b: Any, size: Value, arrays: Mapping[str, Value]) -> Callable[[str, Value], Value]:
    """What reads one element of an array; places from the end are negative, at any other there is nan."""

    def read(name: str, place: Value) -> Value:
        place = b.select(b.icmp_signed("<", place, _I64(0)), b.add(place, size), place)
        is_there = b.icmp_unsigned("<", place, size)  # edited code may read any place
        value = b.load(b.gep(arrays[name], [b.select(is_there, place, _I64(0))]))
        return b.select(is_there, value, ir.Constant(_F64, math.nan))

    return read


def _take_rows(lowering: Lowering, rows: Iterable[Row], names: dict[str, Value]) -> None:
    for row in rows:
        if isinstance(row, Turns):
            _take_turns(lowering, row, names)
        else:
            names[row[0]] = lowering.value(row[1], names)


def _take_turns(lowering: Lowering, turns: Turns, names: dict[str, Value]) -> None:
    """A loop over numbers; what it carries lives in memory, which LLVM makes registers."""
    b, numbers = lowering.e.b, turns.numbers
    places = {name: cgutils.alloca_once(b, _F64) for name in turns.carried}
    for name, place in places.items():
        b.store(lowering.number(names[name]), place)
    with cgutils.for_range(b, _I64(len(numbers)), intp=_I64) as turn:
        number = b.add(_I64(numbers.start), b.mul(turn.index, _I64(numbers.step)))
        inner = {**names, turns.name: b.sitofp(number, _F64), **{n: b.load(p) for n, p in places.items()}}
        _take_rows(lowering, turns.rows, inner)
        for name, place in places.items():
            b.store(lowering.number(inner[name]), place)
    names.update({name: b.load(place) for name, place in places.items()})
