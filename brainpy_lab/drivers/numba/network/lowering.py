"""The functions of a network's kernel lowered straight to LLVM.

They are text of few words: whole numbers, float64 numbers and truth values, whose kinds are those of what is first
assigned to a name; loops, choices, and calls of each other, of `raw` and of functions with their places. Numba would
spend five times as long on them, most of it in finding out types, and compile every function by itself and again within
those that call it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from brainpy_lab.drivers.numba.network import meeting, places, raw
from brainpy_lab.drivers.numba.rows import functions_of

Value = Any  # an llvmlite value; llvmlite has no type stubs

_F64, _I64, _I32, _I1 = ir.DoubleType(), ir.IntType(64), ir.IntType(32), ir.IntType(1)
_WHOLE = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and_", ast.BitOr: "or_", ast.LShift: "shl",
    ast.RShift: "ashr",
}  # fmt: skip
_FLOATS = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}

#: Words of the text that are instructions.
_WORDS: dict[str, Callable[..., Value]] = {
    "k_get": lambda b, array, index: raw.read(b, b.gep(array, [index], inbounds=True)),
    "k_put": lambda b, array, index, value: raw.write(b, b.gep(array, [index], inbounds=True), value),
    "k_get_i4": lambda b, address, index: raw.read(b, raw.at(b, _I32, address, index)),
    "k_get_i8": lambda b, address, index: raw.read(b, raw.at(b, _I64, address, index)),
    "k_get_f8": lambda b, address, index: raw.read(b, raw.at(b, _F64, address, index)),
    "k_put_i4": lambda b, address, index, value: raw.write(b, raw.at(b, _I32, address, index), value),
    "k_put_i8": lambda b, address, index, value: raw.write(b, raw.at(b, _I64, address, index), value),
    "k_put_f8": lambda b, address, index, value: raw.write(b, raw.at(b, _F64, address, index), value),
    "k_summed": raw.add,
    "k_lowest": raw.lowest_bit,
    "k_meet": lambda b, gate: meeting.emit(b, "meet", gate),
    "k_part": lambda b, gate: meeting.emit(b, "part", gate),
    "min": lambda b, x, y: b.select(b.icmp_signed("<", x, y), x, y),
}


def lowered(text: str, functions: str, placed: Sequence[places.Placed]) -> Any:
    """The last one of ``functions`` as an intrinsic, which gives a whole number.

    Parameters
    ----------
    text : str
        Step code.
    functions : str
        Functions that call each other, and those of the step code by ``placed``. Each gives a whole number.
    placed : sequence of Placed
    """
    name, _, rest = functions.rpartition("def ")[2].partition("(")
    names = rest.partition(")")[0]  # without a look at the rest, which a kept kernel does not need

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        given = [
            context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args, values, strict=True)
        ]
        # read again: Numba keeps what stands in this closure until Python ends
        return _Unit(builder.module, text, functions, placed).call(builder, name, given)

    namespace: dict[str, Any] = {"answer": lambda *kinds: (types.int64(*kinds), codegen)}
    exec(f"def {name}(typing_context, {names}):\n    return answer({names})", namespace)
    return intrinsic(namespace[name])


def _definitions(text: str) -> list[ast.FunctionDef]:
    return [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]


class _Unit:
    """What a module has of functions, each made when it is first called, for the kinds of what it is given."""

    def __init__(self, module: Value, text: str, functions: str, placed: Sequence[places.Placed]) -> None:
        self.module = module
        self.steps = functions_of(text)
        self.placed = {p.word: p for p in placed}
        self.texts = {f.name: f for f in _definitions(functions)}
        self.made: dict[str, Value] = {}
        self.numbers = count()

    def call(self, builder: Value, name: str, given: list[Value]) -> Value:
        """A call of a function of the text."""
        if name not in self.made:
            kind = ir.FunctionType(_I64, [v.type for v in given])
            function = ir.Function(self.module, kind, f"brainpy_lab_{name}")
            function.linkage = "internal"
            function.attributes.add("noinline")
            self.made[name] = function
            _Function(self, function).write(self.texts[name])
        return builder.call(self.made[name], given)


class _Function:
    """One function: statements and expressions to instructions."""

    def __init__(self, unit: _Unit, function: Value) -> None:
        self.unit, self.function = unit, function
        self.b = ir.IRBuilder(function.append_basic_block("entry"))
        self.fixed: dict[str, Value] = {}  # arguments that stay as they are, and tuples
        self.places: dict[str, Value] = {}  # of all other names, in memory, which LLVM makes registers
        self.loops: list[tuple[Value, Value]] = []  # where those around go on, and where they lead to

    def write(self, text: ast.FunctionDef) -> None:
        """Write the function's instructions."""
        changed = {n.id for n in ast.walk(text) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for argument, value in zip(text.args.args, self.function.args, strict=True):
            if argument.arg in changed:  # rows above may read it again, in the next turn of a loop
                self._assign(argument.arg, value)
            else:
                self.fixed[argument.arg] = value
        self._rows(text.body)
        if not self.b.block.is_terminated:
            self.b.unreachable()  # behind the last return

    # --- statements --------------------------------------------------------------------------------------------------

    def _rows(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self._row(statement)

    def _row(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, self.value(value))
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                self._assign(name, self._binary(operator, self.b.load(self.places[name]), self.value(value)))
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case ast.If(test=test, body=body, orelse=orelse):
                self._choice(test, body, orelse)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body)
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args), body=body, orelse=[]
            ):
                self._range(name, args, body)
            case ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=numbers), body=body, orelse=[]):
                self._each(name, [ast.literal_eval(n) for n in numbers], body)
            case ast.Continue() | ast.Break():
                self.b.branch(self.loops[-1][isinstance(statement, ast.Break)])
                self.b.position_at_end(self.b.append_basic_block("behind"))
            case ast.Return(value=ast.expr() as value):
                self.b.ret(self.value(value))
                self.b.position_at_end(self.b.append_basic_block("behind"))
            case _:
                raise TypeError(ast.unparse(statement))

    def _assign(self, name: str, value: Value) -> None:
        if isinstance(value.type, ir.LiteralStructType):
            self.fixed[name] = value
            return
        if name not in self.places:
            self.places[name] = cgutils.alloca_once(self.b, value.type)
        self.b.store(value, self.places[name])

    def _choice(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        yes, no, after = (self.b.append_basic_block(n) for n in ("yes", "no", "after"))
        self._branch(test, yes, no)
        for block, rows in ((yes, body), (no, orelse)):
            self.b.position_at_end(block)
            self._rows(rows)
            self.b.branch(after)
        self.b.position_at_end(after)

    def _while(self, test: ast.expr, body: list[ast.stmt]) -> None:
        head, inside, after = (self.b.append_basic_block(n) for n in ("head", "inside", "after"))
        self.b.branch(head)
        self.b.position_at_end(head)
        self._branch(test, inside, after)
        self.b.position_at_end(inside)
        self._inner(body, head, after)
        self.b.branch(head)
        self.b.position_at_end(after)

    def _inner(self, body: list[ast.stmt], again: Value, after: Value) -> None:
        self.loops.append((again, after))
        self._rows(body)
        self.loops.pop()

    def _range(self, name: str, args: list[ast.expr], body: list[ast.stmt]) -> None:
        first = self.value(args[0]) if len(args) > 1 else _I64(0)
        end = self.value(args[1] if len(args) > 1 else args[0])
        step = ast.literal_eval(args[2]) if len(args) > 2 else 1
        self._loop(first, end, step, lambda turn: self._assign(name, turn), body)

    def _each(self, name: str, numbers: list[int], body: list[ast.stmt]) -> None:
        """A loop over numbers, which stand in the module."""
        kind = ir.ArrayType(_I64, len(numbers))
        table = ir.GlobalVariable(self.unit.module, kind, f"brainpy_lab_numbers_{next(self.unit.numbers)}")
        table.linkage, table.global_constant = "internal", True
        table.initializer = ir.Constant(kind, [_I64(n) for n in numbers])

        def assign(turn: Value) -> None:
            self._assign(name, self.b.load(self.b.gep(table, [_I64(0), turn], inbounds=True)))

        self._loop(_I64(0), _I64(len(numbers)), 1, assign, body)

    def _loop(self, first: Value, end: Value, step: int, assign: Callable[[Value], None], body: list[ast.stmt]) -> None:
        """Turns from ``first`` to before ``end``; each begins with ``assign``."""
        place = cgutils.alloca_once(self.b, _I64)
        head, inside, again, after = (self.b.append_basic_block(n) for n in ("head", "inside", "again", "after"))
        self.b.store(first, place)
        self.b.branch(head)
        self.b.position_at_end(head)
        turn = self.b.load(place)
        self.b.cbranch(self.b.icmp_signed("<" if step > 0 else ">", turn, end), inside, after)
        self.b.position_at_end(inside)
        assign(turn)
        self._inner(body, again, after)
        self.b.branch(again)
        self.b.position_at_end(again)
        self.b.store(self.b.add(turn, _I64(step), flags=("nsw",)), place)
        self.b.branch(head)
        self.b.position_at_end(after)

    # --- expressions -------------------------------------------------------------------------------------------------

    def _branch(self, test: ast.expr, yes: Value, no: Value) -> None:
        """Go to one of two blocks; what stands behind ``and`` and ``or`` is looked at only where it decides."""
        if isinstance(test, ast.BoolOp):
            for part in test.values[:-1]:
                further = self.b.append_basic_block("further")
                targets = (further, no) if isinstance(test.op, ast.And) else (yes, further)
                self._branch(part, *targets)
                self.b.position_at_end(further)
            self._branch(test.values[-1], yes, no)
            return
        value = self.value(test)
        truth = value if value.type == _I1 else self.b.icmp_signed("!=", value, _I64(0))
        self.b.cbranch(truth, yes, no)

    def value(self, node: ast.expr) -> Value:
        """An expression's value."""
        match node:
            case ast.Constant(value=bool() as truth):
                return ir.Constant(_I1, truth)
            case ast.Constant(value=int() as number):
                return _I64(number)
            case ast.Constant(value=float() as number):
                return ir.Constant(_F64, number)
            case ast.Name(id=name):
                return self.fixed[name] if name in self.fixed else self.b.load(self.places[name])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.b.neg(self.value(operand))  # whole numbers only
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(operator, self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compared(operator, *self._alike(self.value(left), self.value(right)))
            case ast.Tuple(elts=parts):
                return raw.tuple_of(self.b, [self.value(p) for p in parts])
            case ast.Call():
                return self._call(node)
        raise TypeError(ast.unparse(node))

    def _compared(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        sign = _COMPARISONS[type(operator)]
        if left.type != _F64:
            return self.b.icmp_signed(sign, left, right)
        compare = self.b.fcmp_unordered if sign == "!=" else self.b.fcmp_ordered
        return compare(sign, left, right)

    def _alike(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Both as numbers of one kind."""
        if left.type == right.type:
            return left, right
        return self._float(left), self._float(right)

    def _float(self, value: Value) -> Value:
        if value.type == _I1:
            raise TypeError("A truth value is no number.")
        return value if value.type == _F64 else self.b.sitofp(value, _F64)

    def _binary(self, operator: ast.operator, left: Value, right: Value) -> Value:
        left, right = self._alike(left, right)
        if left.type == _F64:
            return getattr(self.b, _FLOATS[type(operator)])(left, right)
        if isinstance(operator, ast.FloorDiv | ast.Mod):
            return self._divided(operator, left, right)
        return getattr(self.b, _WHOLE[type(operator)])(left, right)

    def _divided(self, operator: ast.operator, left: Value, right: Value) -> Value:
        """Quotients and remainders as in Python, of a positive divisor: what is left over is never negative."""
        b = self.b
        rest = b.srem(left, right)
        is_below = b.icmp_signed("<", rest, _I64(0))
        if isinstance(operator, ast.Mod):
            return b.select(is_below, b.add(rest, right), rest)
        return b.sub(b.sdiv(left, right), b.zext(is_below, _I64))

    def _call(self, node: ast.Call) -> Value:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "k_apart":  # so are all
            return None
        given = [self.value(a) for a in node.args]
        if name in self.unit.placed:
            return places.emit(self.b, self.unit.steps, self.unit.placed[name], given)
        if name in _WORDS:
            return _WORDS[name](self.b, *given)
        return self.unit.call(self.b, name, given)
