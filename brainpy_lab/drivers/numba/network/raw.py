"""Elements of arrays by address alone: nothing looks whether an address is negative, so that loops become vectors."""

from __future__ import annotations

from typing import Any

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
