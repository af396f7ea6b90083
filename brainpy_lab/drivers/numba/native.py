"""Step functions lowered straight to LLVM IR, as Numba intrinsics.

A generated step is a row of assignments of float64 expressions. Numba would spend most of its compile time on inferring
types for them that are known beforehand; here each expression becomes its instructions at once, inside the function
that Numba compiles around it. Whatever goes beyond such rows (loops, other functions, edited code of any kind) raises
`NotNativeError` and is left to Numba itself.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from brainpy_lab.drivers.negligible import ABSOLUTE, RELATIVE
from brainpy_lab.drivers.numba import linear as numba_linear
from brainpy_lab.drivers.numba import math as numba_math
from brainpy_lab.drivers.numba import past as numba_past
from brainpy_lab.drivers.numba.math import Emit, exp_side_by_side
from brainpy_lab.drivers.numba.rows import (
    CALLS,
    COMPARISONS,
    ELEMENT,
    LIBRARY,
    LOOKUPS,
    SELECTS,
    Functions,
    NotNativeError,
    check,
    constant,
    exponential_increment,
    functions_of,
    half_number,
    is_zero,
    loop_of,
    ready_exponentials,
    results_of,
)

Value = Any  # an llvmlite value; llvmlite has no type stubs

_F64 = ir.DoubleType()
_I1 = ir.IntType(1)
_I64 = ir.IntType(64)
_LARGEST_POWER = 64
_WIDEST = 4  # numbers side by side in a vector
_OPERATORS = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}


def native(text: str, name: str, packs: bool = False) -> Any:
    """The function ``name`` of a step code's ``text`` as an intrinsic that takes and returns float64.

    Parameters
    ----------
    text : str
        The step code.
    name : str
        A function of it.
    packs : bool
        Exponentials that wait for no other are computed side by side: for one cell, whose loop has no lanes for that.

    Raises
    ------
    NotNativeError
        When the function must be compiled by Numba itself.
    """
    functions = functions_of(text)
    function = functions[name]
    arguments = [a.arg for a in function.args.args]
    check(functions, function)
    results = results_of(function)
    kind = types.float64 if len(results) == 1 else types.UniTuple(types.float64, len(results))

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        find = functools.partial(lookup, context, builder)
        functions = functions_of(text)  # again: Numba keeps what stands in this closure until Python ends
        lowering = Lowering(functions, Emit(builder), find, packs=packs)
        given = [v if t == types.float64 else (v, t) for v, t in zip(values, signature.args, strict=True)]
        out = lowering.call(functions[name], dict(zip(arguments, given, strict=True)))
        return out[0] if len(out) == 1 else context.make_tuple(builder, signature.return_type, out)

    def answer(*given: Any) -> Any:
        """Histories, which are tuples, come as they are, all else as float64."""
        return kind(*(t if isinstance(t, types.BaseTuple) else types.float64 for t in given)), codegen

    namespace: dict[str, Any] = {"answer": answer}
    names = ", ".join(arguments)
    exec(f"def {name}(typing_context, {names}):\n    return answer({names})", namespace)
    return intrinsic(namespace[name])


def lookup(context: Any, builder: Any, name: str, history: tuple[Value, Any], time: Value) -> Value:
    """A call of ``past`` or ``before`` for a history and its type."""
    value, kind = history
    function = numba_past.LOOKUPS[name, len(kind)]
    return context.compile_internal(builder, function, types.float64(kind, types.float64), (value, time))


class Lowering:
    """Expressions to instructions."""

    def __init__(
        self,
        functions: Functions,
        emit: Emit | None,
        lookup: Callable[..., Value] | None = None,
        element: Callable[[str, Value], Value] | None = None,
        packs: bool = False,
    ) -> None:
        self.functions, self.emit, self.lookup, self.element = functions, emit, lookup, element
        self.packs = packs and "exp" not in functions
        self._packed: dict[int, Value] = {}  # exponentials that are computed already, by their node

    @property
    def e(self) -> Emit:
        """The emitter."""
        assert self.emit is not None
        return self.emit

    def call(self, function: ast.FunctionDef, names: dict[str, Value]) -> list[Value]:
        """The function's rows in order, then its results as float64."""
        outer, self._packed = self._packed, {}  # a function that is called again has other arguments
        self._rows(function.body[:-1], names)
        results = [self.number(self.value(r, names)) for r in results_of(function)]
        self._packed = outer
        return results

    def _rows(self, body: list[ast.stmt], names: dict[str, Value]) -> None:
        for i, statement in enumerate(body):
            if self.packs:
                self._pack(body[i:], names)
            match statement:
                case ast.Assign(
                    targets=[ast.Name(id=target)], value=ast.Call(func=ast.Name(id="factor"), args=entries)
                ):
                    names[target] = numba_linear.emit_factor(self.e, [self.real(e, names) for e in entries])
                case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(func=ast.Name(id="expm"), args=entries)):
                    given = [None if is_zero(e) else self.real(e, names) for e in entries]
                    names[target] = numba_linear.emit_expm(self.e, given)
                case ast.Assign(targets=[ast.Name(id=target)]):
                    names[target] = self.value(statement.value, names)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call(args=[ast.Name(id=matrix), *right])):
                    values = [self.real(r, names) for r in right]
                    found = numba_linear.emit_solve(self.e, names[matrix], values)
                    names.update(zip((t.id for t in targets if isinstance(t, ast.Name)), found, strict=True))
                case ast.For():
                    self._repeat(statement, names)

    def _pack(self, body: list[ast.stmt], names: dict[str, Value]) -> None:
        """Compute the exponentials of the next rows side by side, as far as their arguments are known."""
        calls = [call for call in ready_exponentials(body, names) if id(call) not in self._packed][:_WIDEST]
        if len(calls) > 1:
            values = exp_side_by_side(self.e.b, [self.real(call.args[0], names) for call in calls])
            self._packed.update(zip(map(id, calls), values, strict=True))

    def _repeat(self, statement: ast.For, names: dict[str, Value]) -> None:
        """A loop of `_loop`'s form: names that it changes live in memory, which LLVM makes registers."""
        b = self.e.b
        rows, times, until = loop_of(statement)
        stored = (
            n.id for row in rows for n in ast.walk(row) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
        places = {name: cgutils.alloca_once(b, _F64) for name in dict.fromkeys(stored) if name in names}
        for name, place in places.items():
            b.store(self.number(names[name]), place)
        turn = cgutils.alloca_once(b, _I64)
        b.store(_I64(0), turn)
        again, after = b.append_basic_block("again"), b.append_basic_block("after")
        b.branch(again)
        b.position_at_end(again)
        inner = {**names, **{name: b.load(place) for name, place in places.items()}}
        self._rows(rows, inner)
        for name, place in places.items():
            b.store(self.number(inner[name]), place)
        count = b.add(b.load(turn), _I64(1))
        b.store(count, turn)
        done = b.or_(self.truth(self.value(until, inner)), b.icmp_signed(">=", count, _I64(times)))
        b.cbranch(done, after, again)
        b.position_at_end(after)
        names.update({name: b.load(place) for name, place in places.items()})

    def _settled(self, change: Value, value: Value) -> Value:
        """`is_negligible`, as instructions."""
        size, limit = self.e.call("llvm.fabs", change), self.e.call("llvm.fabs", value)
        return self.e.b.fcmp_ordered("<=", size, self.e.fma(limit, self.e.c(RELATIVE), self.e.c(ABSOLUTE)))

    def number(self, value: Value) -> Value:
        """A value as float64."""
        return self.e.b.uitofp(value, _F64) if value.type == _I1 else value

    def truth(self, value: Value) -> Value:
        """A value as a truth value: not zero."""
        return value if value.type == _I1 else self.e.b.fcmp_unordered("!=", value, self.e.c(0.0))

    def real(self, node: ast.expr, names: dict[str, Value]) -> Value:
        """An expression's value as float64."""
        return self.number(self.value(node, names))

    def value(self, node: ast.expr, names: dict[str, Value]) -> Value:
        """An expression's value, float64 or a truth value."""
        b = self.e.b
        match node:
            case ast.Constant(value=bool()):
                return ir.Constant(_I1, node.value)
            case ast.Constant(value=int() | float() as number):
                return self.e.c(float(number))
            case ast.Name():
                return names[node.id] if node.id in names else self.e.c(constant(node.id))
            case ast.BinOp(left=share, op=ast.Div(), right=ast.Call(func=ast.Name(id="exprel"), args=[x])):
                per = numba_math.per_exprel(self.e, self.real(x, names))  # rates of channels are such
                return b.fmul(self.real(share, names), per)
            case ast.BinOp(left=share, op=ast.Div(), right=ast.Call(func=ast.Name(id="exprel_of"), args=[p, x])):
                per = numba_math.per_exprel_of(self.e, self.real(p, names), self.real(x, names))
                return b.fmul(self.real(share, names), per)
            case ast.BinOp():
                return self._binary(node, names)
            case ast.UnaryOp(op=ast.Not()):
                return b.not_(self.truth(self.value(node.operand, names)))
            case ast.UnaryOp(op=ast.USub()):
                return b.fneg(self.real(node.operand, names))
            case ast.UnaryOp():
                return self.real(node.operand, names)
            case ast.Compare():
                compare = b.fcmp_unordered if isinstance(node.ops[0], ast.NotEq) else b.fcmp_ordered
                sides = self.real(node.left, names), self.real(node.comparators[0], names)
                return compare(COMPARISONS[type(node.ops[0])], *sides)
            case ast.BoolOp():
                join = b.and_ if isinstance(node.op, ast.And) else b.or_
                return functools.reduce(join, (self.truth(self.value(v, names)) for v in node.values))
            case ast.IfExp() if (parts := exponential_increment(node)) is not None:
                return self._increment(*(self.real(p, names) for p in parts))
            case ast.IfExp():
                test = self.truth(self.value(node.test, names))
                return b.select(test, self.real(node.body, names), self.real(node.orelse, names))
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=history), time]) if name in LOOKUPS:
                assert self.lookup is not None
                return self.lookup(name, names[history], self.real(time, names))
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=array), place]) if name == ELEMENT:
                assert self.element is not None
                return self.element(array, b.fptosi(self.real(place, names), _I64))
            case ast.Call(func=ast.Name(id="entry"), args=[ast.Name(id=matrix), row, column]):
                return names[matrix][ast.literal_eval(row)][ast.literal_eval(column)]
            case ast.Call(func=ast.Name(id="converged"), args=args):
                numbers = [self.real(a, names) for a in args]
                tests = [self._settled(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
                return functools.reduce(b.and_, tests)
            case ast.Call(func=ast.Name(id="solved"), args=[change, value]):
                number = self.real(value, names)
                return b.select(self._settled(self.real(change, names), number), number, self.e.c(math.nan))
            case ast.Call(func=ast.Name(id=name), args=args) if name in SELECTS:
                return self._select(name, args, names)
            case ast.Call() if id(node) in self._packed:
                return self._packed.pop(id(node))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, [self.real(a, names) for a in node.args])
        raise NotNativeError(type(node).__name__)

    def _select(self, name: str, args: list[ast.expr], names: dict[str, Value]) -> Value:
        """Choices and logic written as functions, in code for whole arrays."""
        b, test = self.e.b, self.truth(self.value(args[0], names))
        if name == "where":
            return b.select(test, self.real(args[1], names), self.real(args[2], names))
        if name == "logical_not":
            return b.not_(test)
        return (b.and_ if name == "logical_and" else b.or_)(test, self.truth(self.value(args[1], names)))

    def _increment(self, slope: Value, rate: Value, dt: Value) -> Value:
        """slope/rate*expm1(rate*dt) without a choice: a rate of 0 counts as 1e-150, whose result is the limit."""
        b = self.e.b
        rate = b.fadd(rate, self.e.c(1e-150))
        return b.fmul(b.fdiv(slope, rate), self.e.expm1(b.fmul(rate, dt)))

    def _binary(self, node: ast.BinOp, names: dict[str, Value]) -> Value:
        b = self.e.b
        if isinstance(node.op, ast.Pow):
            return self._power(node, names)
        left, right = self.real(node.left, names), self.real(node.right, names)
        if type(node.op) in _OPERATORS:
            operation: Callable[..., Value] = getattr(b, _OPERATORS[type(node.op)])
            return operation(left, right)
        whole = self.e.call("llvm.floor", b.fdiv(left, right))
        if isinstance(node.op, ast.FloorDiv):
            return whole
        if isinstance(node.op, ast.Mod):
            return b.fsub(left, b.fmul(whole, right))
        raise NotNativeError(type(node.op).__name__)

    def _power(self, node: ast.BinOp, names: dict[str, Value]) -> Value:
        base, e = self.real(node.left, names), self.e
        twice = half_number(node.right)
        if twice is None or abs(twice) > 2 * _LARGEST_POWER:
            return e.call("llvm.pow", base, self.real(node.right, names))
        result = e.call("llvm.sqrt", base) if twice % 2 else None
        square, left = base, abs(twice) // 2
        while left:
            if left & 1:
                result = square if result is None else e.b.fmul(result, square)
            left >>= 1
            if left:
                square = e.b.fmul(square, square)
        if result is None:
            return e.c(1.0)
        return e.b.fdiv(e.c(1.0), result) if twice < 0 else result

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name in self.functions:
            function = self.functions[name]
            inner = dict(zip((a.arg for a in function.args.args), arguments, strict=True))
            return self.call(function, inner)[0]
        if name in CALLS:
            return self.e.call(CALLS[name], *arguments)
        if name in LIBRARY:
            return self.e.library(LIBRARY[name], *arguments)
        return numba_math.EMITTERS[name](self.e, *arguments)


def unpack(count: int) -> Any:
    """A function that gives the first ``count`` numbers of a float64 array as a tuple: one call for Numba to type."""
    vector = types.float64[::1]
    signature = types.UniTuple(types.float64, count)(vector)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(vector)(context, builder, values[0]).data
        index = ir.IntType(64)
        numbers = [builder.load(builder.gep(data, [index(i)])) for i in range(count)]
        return context.make_tuple(builder, signature.return_type, numbers)

    def unpack_numbers(typing_context: object, array: object) -> Any:
        return signature, codegen

    return intrinsic(unpack_numbers)


def pack(count: int) -> Any:
    """A function ``(array, *numbers)`` that writes ``count`` numbers to the start of a float64 array."""
    vector = types.float64[::1]
    signature = types.void(vector, *[types.float64] * count)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(vector)(context, builder, values[0]).data
        index = ir.IntType(64)
        for i, number in enumerate(values[1:]):
            builder.store(number, builder.gep(data, [index(i)]))
        return context.get_dummy_value()

    names = ", ".join(f"x{i}" for i in range(count))
    namespace: dict[str, Any] = {"answer": lambda: (signature, codegen)}
    exec(f"def pack_numbers(typing_context, array, {names}):\n    return answer()", namespace)
    return intrinsic(namespace["pack_numbers"])
