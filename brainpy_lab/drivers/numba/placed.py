"""Functions of the adaptive loop lowered straight to LLVM: their arguments and results by their places in arrays.

`adaptive.functions.function_text` hands a model's functions hundreds of numbers, each an element of an array. Numba
would find out types for every one; here each becomes a load or a store at once.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from brainpy_lab.drivers.numba.math import Emit
from brainpy_lab.drivers.numba.native import Lowering, lookup
from brainpy_lab.drivers.numba.past import STEPS
from brainpy_lab.drivers.numba.rows import Functions, NotNativeError, check, functions_of

Value = Any  # an llvmlite value; llvmlite has no type stubs
Named = dict[str, tuple[Value, Any]]  # values with their Numba types, by the names of arguments

_I64 = ir.IntType(64)


def placed(text: str, functions: str, name: str) -> Any:
    """The function ``name`` of ``functions``, around those of the step code ``text``, as an intrinsic.

    Raises
    ------
    NotNativeError
        When it holds more than calls from places to places.
    """
    inner, function = functions_of(text), definition(functions, name)
    for targets, call in _calls(function.body):
        for node in (*targets, *call.args):
            _check_place(node)
        check(inner, inner[_name(call.func)])
    arguments = [a.arg for a in function.args.args]

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        given = dict(zip(arguments, zip(values, signature.args, strict=True), strict=True))
        # read again: Numba keeps what stands in this closure until Python ends
        _Placed(functions_of(text), context, builder, given).rows(definition(functions, name).body)
        return context.get_dummy_value()

    namespace: dict[str, Any] = {"answer": lambda *kinds: (types.void(*kinds), codegen)}
    names = ", ".join(arguments)
    exec(f"def {name}(typing_context, {names}):\n    return answer({names})", namespace)
    return intrinsic(namespace[name])


def definition(text: str, name: str) -> ast.FunctionDef:
    """A function of ``text``."""
    return next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)


def _calls(body: list[ast.stmt]) -> Iterator[tuple[list[ast.expr], ast.Call]]:
    """Targets and call of each ``places = function(places)``, those under ``if k == 0:`` among them."""
    for statement in body:
        match statement:
            case ast.Pass():
                continue
            case ast.If(test=ast.Compare(left=ast.Name(), ops=[ast.Eq()], comparators=[ast.Constant()]), orelse=[]):
                yield from _calls(statement.body)
            case ast.Assign(targets=[target], value=ast.Call(keywords=[]) as call):
                yield (target.elts if isinstance(target, ast.Tuple) else [target]), call
            case _:
                raise NotNativeError(type(statement).__name__)


def _name(node: ast.expr) -> str:
    if not isinstance(node, ast.Name):
        raise NotNativeError("call")
    return node.id


def _check_place(node: ast.expr) -> None:
    match node:
        case ast.Name() | ast.Tuple(elts=[ast.Name(), ast.Name(), ast.BinOp()]):
            return
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=int())):
            return
        case ast.Subscript(value=ast.Name(), slice=ast.Tuple(elts=[ast.Constant(), ast.Constant()])):
            return
    raise NotNativeError(ast.unparse(node))


class _Placed:
    """Calls of a step code's functions, from places to places."""

    def __init__(self, functions: Functions, context: Any, builder: Any, given: Named) -> None:
        self.functions, self.context, self.builder, self.given = functions, context, builder, given

    def rows(self, body: list[ast.stmt]) -> None:
        """The statements in order."""
        for statement in body:
            if isinstance(statement, ast.If):
                assert isinstance(statement.test, ast.Compare)
                chosen = self._whole(statement.test.left), self._whole(statement.test.comparators[0])
                with self.builder.if_then(self.builder.icmp_signed("==", *chosen)):
                    self.rows(statement.body)
            else:
                for targets, call in _calls([statement]):
                    self._call(targets, call)

    def _call(self, targets: list[ast.expr], call: ast.Call) -> None:
        function = self.functions[_name(call.func)]
        find: Callable[..., Value] = functools.partial(lookup, self.context, self.builder)
        lowering = Lowering(self.functions, Emit(self.builder), find)
        names = [a.arg for a in function.args.args]
        results = lowering.call(function, dict(zip(names, map(self._value, call.args), strict=True)))
        for target, result in zip(targets, results, strict=True):
            self.builder.store(result, self._pointer(target))

    def _value(self, node: ast.expr) -> Any:
        """A number, or a history with its type."""
        match node:
            case ast.Name(id=name):
                return self.given[name][0]
            case ast.Tuple(elts=[ast.Name(id=table), ast.Name(id=span), column]):
                parts = [self.given[table][0], self.given[span][0], self._whole(column)]
                return self.context.make_tuple(self.builder, STEPS, parts), STEPS
        return self.builder.load(self._pointer(node))

    def _pointer(self, node: ast.expr) -> Value:
        """Where ``y[3]`` or ``k[1, 2]`` stands."""
        assert isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
        value, kind = self.given[node.value.id]
        array = self.context.make_array(kind)(self.context, self.builder, value)
        index = self._whole(node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice)
        if isinstance(node.slice, ast.Tuple):
            width = self.builder.extract_value(array.shape, 1)
            index = self.builder.add(self.builder.mul(self._whole(node.slice.elts[0]), width), index)
        return self.builder.gep(array.data, [index])

    def _whole(self, node: ast.expr) -> Value:
        """A whole number: a column of a history, or an event's number."""
        match node:
            case ast.Constant(value=number):
                return _I64(number)
            case ast.Name(id=name):
                return self.given[name][0]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.builder.add(self._whole(left), self._whole(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.builder.mul(self._whole(left), self._whole(right))
            case ast.Call(func=ast.Name(id="int"), args=[place]):
                return self.builder.fptosi(self.builder.load(self._pointer(place)), _I64)
        raise NotNativeError(ast.unparse(node))
