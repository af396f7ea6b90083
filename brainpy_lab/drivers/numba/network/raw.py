"""What kernels of networks say to LLVM themselves.

Elements of arrays are found by address alone: nothing looks whether it is negative, so that loops become vectors.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _pointer(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index], inbounds=True)


@intrinsic
def get(typing_context: Any, array: Any, index: Any) -> Any:
    """``array[index]`` of a contiguous array, whose index is within it; whole numbers come as 64 bits."""
    result = types.int64 if isinstance(array.dtype, types.Integer) else array.dtype

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = builder.load(_pointer(context, builder, signature.args[0], *arguments))
        return context.cast(builder, value, signature.args[0].dtype, result)

    return result(array, types.int64), codegen


@intrinsic
def put(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """``array[index] = value`` in the same way."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, value = arguments
        cast = context.cast(builder, value, signature.args[2], signature.args[0].dtype)
        builder.store(cast, _pointer(context, builder, signature.args[0], array, index))
        return context.get_dummy_value()

    return types.none(array, types.int64, value), codegen


def _element(kind: Any) -> tuple[Any, Any]:
    """Functions ``(address, index)`` and ``(address, index, value)`` for elements of an array by its address."""
    result = types.int64 if isinstance(kind, types.Integer) else kind

    def pointer(context: Any, builder: Any, address: Any, index: Any) -> Any:
        first = builder.inttoptr(address, context.get_value_type(kind).as_pointer())
        return builder.gep(first, [index], inbounds=True)

    @intrinsic
    def load(typing_context: Any, address: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = builder.load(pointer(context, builder, *arguments))
            return context.cast(builder, value, kind, result)

        return result(types.int64, types.int64), codegen

    @intrinsic
    def store(typing_context: Any, address: Any, index: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            address, index, value = arguments
            builder.store(context.cast(builder, value, result, kind), pointer(context, builder, address, index))
            return context.get_dummy_value()

        return types.none(types.int64, types.int64, result), codegen

    return load, store


get_i4, put_i4 = _element(types.int32)
get_i8, put_i8 = _element(types.int64)
get_f8, put_f8 = _element(types.float64)


@intrinsic
def summed(typing_context: Any, total: Any, value: Any) -> Any:
    """``total + value``, of whose terms LLVM may choose the order: a loop with it becomes vectors."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments, flags=("reassoc",))

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
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), codegen


def frozen(builder: Any, value: Any) -> Any:
    """The same value, of which LLVM does not know that it has been loaded.

    Where a choice gives back what stands in its place, LLVM would store under a mask, which takes some processors 20
    times as long as to store all.
    """
    found = ir.Instruction(builder.block, value.type, "freeze", [value])
    builder._insert(found)
    return found
