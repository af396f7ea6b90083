"""What kernels of networks say to LLVM themselves.

Elements of arrays are found by address alone: nothing looks whether it is negative, so that loops become vectors.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

Value = Any  # an llvmlite value; llvmlite has no type stubs

_I64, _I32, _F64 = ir.IntType(64), ir.IntType(32), ir.DoubleType()


def read(builder: Value, pointer: Value) -> Value:
    """The number that a pointer leads to; whole numbers come as 64 bits."""
    value = builder.load(pointer)
    return builder.sext(value, _I64) if value.type == _I32 else value


def write(builder: Value, pointer: Value, value: Value) -> None:
    """Put a number where a pointer leads to."""
    if pointer.type.pointee == _I32 and value.type == _I64:
        value = builder.trunc(value, _I32)
    builder.store(value, pointer)


def at(builder: Value, kind: Value, address: Value, index: Value) -> Value:
    """The pointer to an element of an array of ``kind`` by its address."""
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [index], inbounds=True)


def add(builder: Value, total: Value, value: Value) -> Value:
    """`summed`, as an instruction."""
    return builder.fadd(total, value, flags=("reassoc",))


def lowest_bit(builder: Value, bits: Value) -> Value:
    """`lowest`, as an instruction."""
    return builder.cttz(bits, ir.Constant(ir.IntType(1), 1))


def _pointer(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index], inbounds=True)


@intrinsic
def get(typing_context: Any, array: Any, index: Any) -> Any:
    """``array[index]`` of a contiguous array, whose index is within it; whole numbers come as 64 bits."""
    result = types.int64 if isinstance(array.dtype, types.Integer) else array.dtype

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return read(builder, _pointer(context, builder, signature.args[0], *arguments))

    return result(array, types.int64), codegen


@intrinsic
def put(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """``array[index] = value`` in the same way."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, value = arguments
        cast = context.cast(builder, value, signature.args[2], signature.args[0].dtype)
        write(builder, _pointer(context, builder, signature.args[0], array, index), cast)
        return context.get_dummy_value()

    return types.none(array, types.int64, value), codegen


def _element(kind: Any, numba_kind: Any) -> tuple[Any, Any]:
    """Functions ``(address, index)`` and ``(address, index, value)`` for elements of an array by its address."""

    @intrinsic
    def load(typing_context: Any, address: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return read(builder, at(builder, kind, *arguments))

        return numba_kind(types.int64, types.int64), codegen

    @intrinsic
    def store(typing_context: Any, address: Any, index: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            address, index, value = arguments
            write(builder, at(builder, kind, address, index), value)
            return context.get_dummy_value()

        return types.none(types.int64, types.int64, numba_kind), codegen

    return load, store


get_i4, put_i4 = _element(_I32, types.int64)
get_i8, put_i8 = _element(_I64, types.int64)
get_f8, put_f8 = _element(_F64, types.float64)


@intrinsic
def summed(typing_context: Any, total: Any, value: Any) -> Any:
    """``total + value``, of whose terms LLVM may choose the order: a loop with it becomes vectors."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return add(builder, *arguments)

    return types.float64(types.float64, types.float64), codegen


@intrinsic
def apart(typing_context: Any) -> Any:
    """Keep the function that calls this a function: LLVM writes it into none that calls it."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), codegen


@intrinsic
def lowest(typing_context: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set, of which there is one."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return lowest_bit(builder, arguments[0])

    return types.int64(types.int64), codegen


def frozen(builder: Any, value: Any) -> Any:
    """The same value, of which LLVM does not know that it has been loaded.

    Where a choice gives back what stands in its place, LLVM would store under a mask, which takes some processors 20
    times as long as to store all.
    """
    found = ir.Instruction(builder.block, value.type, "freeze", [value])
    builder._insert(found)
    return found


def tuple_of(builder: Value, values: list[Value]) -> Value:
    """Values as one."""
    found = ir.Constant(ir.LiteralStructType([v.type for v in values]), ir.Undefined)
    for place, value in enumerate(values):
        found = builder.insert_value(found, value, place)
    return found
