"""Functions of the adaptive loop over array states, lowered straight to LLVM: see `numba.placed`.

Values are pieces of the loop's arrays, ``y[0:201]``; each piece is one number or as long as all others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from brainpy_lab.drivers.numba.array_native import ArrayLowering, rows_of
from brainpy_lab.drivers.numba.array_plan import ArrayPlan
from brainpy_lab.drivers.numba.placed import definition
from brainpy_lab.drivers.numba.rows import NotNativeError, functions_of

Value = Any  # an llvmlite value; llvmlite has no type stubs

_F64, _I64 = ir.DoubleType(), ir.IntType(64)


@dataclass(frozen=True)
class _Piece:
    """``array[row, start:end]``, perhaps as a matrix; a number has no row, and its end is its start."""

    array: str
    row: int
    start: int
    end: int
    is_matrix: bool = False

    @property
    def size(self) -> int:
        return self.end - self.start


def _piece(node: ast.expr) -> _Piece:
    match node:
        case ast.Name(id=name):
            return _Piece(name, 0, 0, 0)
        case ast.Call(func=ast.Attribute(value=inner, attr="reshape"), args=[ast.Tuple(elts=[ast.Constant(), _])]):
            piece = _piece(inner)
            return _Piece(piece.array, piece.row, piece.start, piece.end, True)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice() as part):
            return _Piece(name, 0, *_edges(part))
        case ast.Subscript(
            value=ast.Name(id=name), slice=ast.Tuple(elts=[ast.Constant(value=int(row)), ast.Slice() as part])
        ):
            return _Piece(name, row, *_edges(part))
    raise NotNativeError(ast.unparse(node))


def _edges(part: ast.Slice) -> tuple[int, int]:
    match part:
        case ast.Slice(lower=ast.Constant(value=int(start)), upper=ast.Constant(value=int(end)), step=None):
            return start, end
    raise NotNativeError(ast.unparse(part))


class _Call:
    """One call of a function of step code: its pieces, its plan, and where its results go."""

    def __init__(self, text: str, call: ast.Call, targets: list[ast.expr]) -> None:
        assert isinstance(call.func, ast.Name)
        self.functions = functions_of(text)
        function = self.functions[call.func.id]
        self.given = {a.arg: _piece(node) for a, node in zip(function.args.args, call.args, strict=True)}
        self.targets = [_piece(t) for t in targets]
        matrices = {name for name, piece in self.given.items() if piece.is_matrix}
        wide = {name for name, piece in self.given.items() if piece.size > 1 and name not in matrices}
        sizes = {piece.size for name, piece in self.given.items() if name in wide}
        sizes |= {piece.size for piece in self.targets if piece.size > 1}
        self.size = max(sizes, default=1)
        if len(sizes) > 1 or any(self.given[name].size != self.size**2 for name in matrices):
            raise NotNativeError("sizes")
        self.plan = ArrayPlan(self.functions, function, wide, matrices)


def _calls(text: str, body: list[ast.stmt]) -> Iterator[_Call]:
    """Calls of the form ``a, b = function(...)``, ``k_put(target, a)``, ``k_put(target, b)``."""
    left = [s for s in body if not isinstance(s, ast.Pass)]
    while left:
        match left.pop(0):
            case ast.Assign(targets=[given], value=ast.Call(func=ast.Name()) as call):
                names = given.elts if isinstance(given, ast.Tuple) else [given]
                puts, left = left[: len(names)], left[len(names) :]
                yield _Call(text, call, [_target(put, name) for put, name in zip(puts, names, strict=True)])
            case other:
                raise NotNativeError(type(other).__name__)


def _target(put: ast.stmt, name: ast.expr) -> ast.expr:
    match put, name:
        case ast.Expr(value=ast.Call(args=[target, ast.Name(id=value)])), ast.Name(id=given) if value == given:
            return target
    raise NotNativeError("target")


def placed_arrays(text: str, functions: str, name: str) -> Any:
    """The function ``name`` of ``functions``, around those of the step code ``text``, as an intrinsic.

    Raises
    ------
    NotNativeError
        When it holds more than calls from pieces to pieces of one size.
    """
    function = definition(functions, name)
    for _ in _calls(text, function.body):
        pass  # for what it may raise
    arguments = [a.arg for a in function.args.args]

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        given = dict(zip(arguments, zip(values, signature.args, strict=True), strict=True))
        # read again: Numba keeps what stands in this closure until Python ends
        for call in _calls(text, definition(functions, name).body):
            _emit(call, context, builder, given)
        return context.get_dummy_value()

    namespace: dict[str, Any] = {"answer": lambda *kinds: (types.void(*kinds), codegen)}
    names = ", ".join(arguments)
    exec(f"def {name}(typing_context, {names}):\n    return answer({names})", namespace)
    return intrinsic(namespace[name])


def _emit(call: _Call, context: Any, builder: Any, given: dict[str, tuple[Value, Any]]) -> None:
    def pointer(piece: _Piece) -> Value:
        value, kind = given[piece.array]
        array = context.make_array(kind)(context, builder, value)
        place = _I64(piece.start)
        if kind.ndim > 1:
            width = builder.extract_value(array.shape, 1)
            place = builder.add(builder.mul(_I64(piece.row), width), place)
        return builder.gep(array.data, [place])

    def value_of(piece: _Piece) -> Value:
        if piece.size == 0:
            return given[piece.array][0]
        return builder.load(pointer(piece)) if piece.size == 1 else pointer(piece)

    memory = context.nrt.allocate(builder, _I64(8 * call.size * rows_of(call.plan)))
    table = builder.bitcast(memory, _F64.as_pointer())
    values = {name: value_of(piece) for name, piece in call.given.items()}
    ArrayLowering(call.functions, call.plan, builder, _I64(call.size)).emit(values, table)
    for row, (piece, (_, is_wide)) in enumerate(zip(call.targets, call.plan.results, strict=True)):
        source, into = builder.gep(table, [_I64(row * call.size)]), pointer(piece)
        with cgutils.for_range(builder, _I64(piece.size), intp=_I64) as turn:
            value = builder.load(builder.gep(source, [turn.index if is_wide else _I64(0)]))
            builder.store(value, builder.gep(into, [turn.index]))
    context.nrt.free(builder, memory)
