"""Actions that set an element or a slice of an array state, ``x[0] = 0``, in the form that drivers take: with a mask.

``x[1:] = value`` becomes ``x = where(mask, value, x)``, with a constant array of zeros and ones for the mask. Slices in
the value are moved to the places that are set: ``x[1:] = x[:-1]`` moves all elements up by one.
"""

from __future__ import annotations

import ast

import numpy as np

from brainpy_lab.equations import constants
from brainpy_lab.equations.names import functions_in, names_in
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import ARRAY_FUNCTIONS, FUNCTIONS, Assign, Parameter, Span
from brainpy_lab.equations.text.definitions import Definitions
from brainpy_lab.equations.text.draft import Draft
from brainpy_lab.equations.text.events import RawAction, RawEvent
from brainpy_lab.equations.text.scope import CellScope
from brainpy_lab.errors import ModelError


class ElementSetter:
    """Writes actions on elements as actions on whole arrays; the masks join the parameters.

    Parameters
    ----------
    source : Source
    draft : Draft
    scope : CellScope
    definitions : Definitions
    """

    def __init__(self, source: Source, draft: Draft, scope: CellScope, definitions: Definitions) -> None:
        self.source, self.draft, self.scope, self.definitions = source, draft, scope, definitions
        self.masks: dict[tuple[str, int, int], str] = {}

    def __call__(self, raw: RawAction, value: ast.expr) -> Assign:
        """The action on the whole state that sets some of its elements to ``value``."""
        assert raw.part is not None
        size = self.size(raw.target, raw.target_span)
        start, stop = self.places(raw.target, raw.part, raw.target_span, size)
        moved = self.moved(value, start, stop, size)
        mask = self.mask(raw.target, raw.part, raw.span, start, stop, size)
        arguments: list[ast.expr] = [mask, moved, ast.Name(raw.target, ast.Load())]
        whole = ast.copy_location(ast.Call(ast.Name("where", ast.Load()), arguments, []), value)
        return Assign(raw.target, whole, raw.span, (start, stop, size))

    def places(self, name: str, part: ast.expr, span: Span, size: int) -> tuple[int, int]:
        """The first element that is set and that behind the last one; raises where there is none."""
        start, stop = self.bounds(part, size)
        if not start < stop:
            raise self.source.error(
                f"'{ast.unparse(part)}' is none of the {size} elements of '{name}'.", span,
                f"They are numbered 0 to {size - 1}.",
            )  # fmt: skip
        return start, stop

    def moved(self, value: ast.expr, start: int, stop: int, size: int) -> ast.expr:
        """A value whose slices stand at the elements from ``start`` to ``stop``."""
        return _Moved(self, start, stop - start, size)(value)

    def check_condition(self, raw: RawEvent, condition: ast.expr) -> None:
        """Refuse a condition that each element meets by itself where the block sets elements by number."""
        by_number = next((a for a in raw.actions if a.part is not None), None)
        if by_number is None or by_number.part is None:
            return
        array = self.array_in(self.definitions.inline(condition, derived=True))
        if array:
            raise self.source.error(
                f"'{array}' is tested for each element by itself, and its block sets '{ast.unparse(by_number.part)}'.",
                by_number.target_span,
                f"Write the condition with one number, such as {array}[0] >= 1 or sum({array}) >= 1.",
            )

    def array_in(self, node: ast.AST) -> str:
        """An array that an expression reads as a whole, or ""."""
        match node:
            case ast.Call(func=ast.Name(id="sum" | "mean" | "dot")):
                return ""
            case ast.Call(func=ast.Name(id="part"), args=[ast.Name(id=name), *_]) if name in self.scope.states:
                start, stop = self.bounds(node, 2**30)  # of an array of any length: more than one element, or one
                return name if stop - start > 1 else ""
            case ast.Name(id=name):
                state = self.scope.delays[name].state if name in self.scope.delays else name
                return state if self.length(state) is not None else ""
        return next(filter(None, map(self.array_in, ast.iter_child_nodes(node))), "")

    def length(self, name: str) -> int | None:
        """How many elements an array parameter or a state has, as far as the text says; None for one number."""
        if name in self.scope.parameters:
            value = self.scope.parameters[name].value
            return len(value) if isinstance(value, np.ndarray) and value.ndim == 1 else None
        line = self.draft.initials.get(name)
        if line is None:
            return None
        try:
            value = constants.evaluate(line.value)
        except constants.NotConstant:
            return self.computed_length(name, line.value)
        return len(value) if isinstance(value, np.ndarray) and value.ndim == 1 else None

    def computed_length(self, name: str, initial: ast.expr) -> int | None:
        """How many elements a state has whose initial value is computed from arrays; None where that is not known."""
        self.scope.at_start = True
        try:
            start = self.definitions.inline(self.scope.normalise(initial), derived=True)
        finally:
            self.scope.at_start = False
        if not functions_in(start).isdisjoint(ARRAY_FUNCTIONS - {"roll"}):
            return None
        sizes = {self.length(n) for n in names_in(start) if n != name} - {None}
        return sizes.pop() if len(sizes) == 1 else None

    def size(self, name: str, span: Span) -> int:
        """The number of elements of a state that is set, or has equations, by elements."""
        size = self.length(name)
        if size is None:
            raise self.source.error(
                f"'{name}' is one number, or how many elements it has is not known.", span,
                f"Give its elements at the start: {name}(0) = [0, 0, 0], or an array of the notebook.",
            )  # fmt: skip
        return size

    def bounds(self, part: ast.expr, size: int) -> tuple[int, int]:
        """The first element of a part and that behind its last, counted from 0."""
        call = self.scope.normalise(part) if isinstance(part, ast.Subscript) else part
        assert isinstance(call, ast.Call)
        low, high = (int(ast.literal_eval(bound)) for bound in call.args[1:])
        if high - low == 1 and not -size <= low < size:  # slices are cut to the array, elements are not
            return 0, 0
        start, stop, _ = slice(low, high).indices(size)
        return start, stop

    def mask(self, name: str, part: ast.expr, span: Span, start: int, stop: int, size: int) -> ast.expr:
        """The parameter that is 1 at the elements of a state and 0 elsewhere."""
        key = (name, start, stop)
        if key not in self.masks:
            plain, number = f"{name}_at_{start}" + (f"_to_{stop - 1}" if stop - start > 1 else ""), 2
            own = plain
            while own in self.scope.known() or own in self.scope.delays:
                own, number = f"{plain}_{number}", number + 1
            chosen = np.zeros(size)
            chosen[start:stop] = 1.0
            what = f"1 at {ast.unparse(part)}, 0 elsewhere"
            self.scope.parameters[own] = Parameter(own, chosen, description=what, span=span)
            self.masks[key] = own
        return ast.Name(self.masks[key], ast.Load())

    def wrong_length(self, node: ast.expr, length: int, wanted: int) -> ModelError:
        """The error for a slice on the right that does not fit that on the left."""
        return self.source.error(f"This has {length} elements; {wanted} are set.", node)


class _Moved:
    """Moves slices in a value to the places that are set, without those that sums and helper functions are given."""

    def __init__(self, setter: ElementSetter, start: int, length: int, size: int) -> None:
        self.setter, self.start, self.length, self.size = setter, start, length, size

    def __call__(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="part"), args=[ast.Name() as array, *_]):
                return self._slice(node, array)
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS or name in ARRAY_FUNCTIONS:
                return node
            case ast.Call(func=func, args=args):
                return ast.copy_location(ast.Call(func, [self(a) for a in args], []), node)
            case ast.BinOp(left=left, op=op, right=right) if not isinstance(op, ast.MatMult):
                return ast.copy_location(ast.BinOp(self(left), op, self(right)), node)
            case ast.UnaryOp(op=sign, operand=operand):
                return ast.copy_location(ast.UnaryOp(sign, self(operand)), node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.copy_location(ast.IfExp(self(test), self(body), self(orelse)), node)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return ast.copy_location(ast.Compare(self(left), ops, [self(o) for o in others]), node)
            case ast.BoolOp(op=word, values=values):
                return ast.copy_location(ast.BoolOp(word, [self(v) for v in values]), node)
        return node

    def _slice(self, node: ast.Call, array: ast.Name) -> ast.expr:
        start, stop = self.setter.bounds(node, self.size)
        if stop - start == 1:
            return node
        if stop - start != self.length:
            raise self.setter.wrong_length(node, stop - start, self.length)
        by = self.start - start
        if by == 0:
            return array
        places = ast.Constant(by) if by > 0 else ast.UnaryOp(ast.USub(), ast.Constant(-by))
        return ast.copy_location(ast.Call(ast.Name("roll", ast.Load()), [array, places], []), node)
