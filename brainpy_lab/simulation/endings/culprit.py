"""Which operation of an expression gives the first value that is not finite, inside helper functions too."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.equations.system import Assign, Function, Span, System
from brainpy_lab.errors import ModelError
from brainpy_lab.simulation.endings.helper_calls import NotFollowed, first_in_call
from brainpy_lab.simulation.values.initial import value_of


@dataclass(frozen=True)
class Culprits:
    """Looks for culprits in the expressions of one System."""

    system: System

    def operation(self, expr: ast.expr, known: Mapping[str, Any]) -> str | None:
        """The innermost operation whose operands are finite and whose value is not; None where there is none."""
        # operands first: what is not finite in one of them is the cause of all around it
        for operand in _operands(expr, known):
            found = self.operation(operand, known)
            if found is not None:
                return found
        value = _value(expr, known)
        if np.isfinite(value).all():
            return None
        inside = self._inside(expr, known) if isinstance(expr, ast.Call) else None
        return inside or self._described(expr, known, value)

    def _inside(self, call: ast.Call, known: Mapping[str, Any]) -> str | None:
        """Where in the body of a helper function its value ceases to be finite; None for a function of the language."""
        function = next((f for f in self.system.functions if f.name == ast.unparse(call.func)), None)
        if function is None:
            return None
        arguments = np.broadcast_arrays(*(_value(argument, known) for argument in call.args))
        element = int(np.flatnonzero(~np.isfinite(np.ravel(_value(call, known))))[0])
        try:
            found = first_in_call(function, [np.ravel(a)[element] for a in arguments], known, self.operation)
        except (NotFollowed, ModelError, ArithmeticError, ValueError, TypeError, IndexError):
            return None  # of a body that cannot be followed the call itself is named
        if found is None:
            return None
        text, line = found
        if "in the helper '" in text:  # the innermost one says it all
            return text
        return f"{text}, in the helper '{function.name}'{self._line(function, line)}"

    def _line(self, function: Function, line: int) -> str:
        if function.captured or not self.system.text:
            return ""
        place = self.system.place(Span(line, 0, line, 0))
        return f" ({place.file}, line {line}: {place.source_line.strip()})"

    def _described(self, expr: ast.expr, known: Mapping[str, Any], value: np.ndarray) -> str:
        text = self.text(expr)
        if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Div) and (_value(expr.right, known) == 0).any():
            over = (np.asarray(_value(expr.left, known)) == 0).any()
            return (f"{text} is 0/0" if over else f"{text} divides by zero") + self.zeros(expr.right, known)
        kind = "nan" if np.isnan(value).any() else "infinite"
        if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Pow) and kind == "nan":
            base, power = (_value(side, known) for side in (expr.left, expr.right))
            if not base.ndim and not power.ndim and base < 0:
                base_text = "" if isinstance(expr.left, ast.Constant) else f"{self.text(expr.left)} is {base:g}, and "
                return f"{text} is nan: {base_text}negative numbers have no power {power:g}"
        operands = [] if isinstance(expr, ast.Name | ast.Constant) else _operands(expr, known)
        numbers = [_value(operand, known) for operand in operands]
        if len(numbers) == 1 and numbers[0].ndim == 0:
            return f"{text} is {kind}, its argument {float(numbers[0]):g}"
        return f"{text} is {kind}"

    def zeros(self, divisor: ast.expr, known: Mapping[str, Any]) -> str:
        """The parameters that make a divisor zero, as far as they are zero themselves."""
        read = self.system.names_read(divisor)
        zero = [p for p in self.system.parameter_names if p in read and (np.asarray(known[p]) == 0).any()]
        return f": {' and '.join(zero)} {'is' if len(zero) == 1 else 'are'} 0" if zero else ""

    def text(self, expr: ast.expr) -> str:
        """An expression as the user writes it: delayed states by their time."""
        text = ast.unparse(expr)
        for delay in self.system.delays:
            text = text.replace(delay.name, delay.written)
        return text


def zero_divisor(system: System, parameters: Mapping[str, Any]) -> str | None:
    """The first division by parameters alone that are zero, in equations or blocks; None where there is none."""
    culprits = Culprits(system)
    rows = [*(d.expr for d in system.derived + system.intermediates), *(s.drift for s in system.states if s.drift)]
    rows += [action.value for event in system.events for action in event.actions if isinstance(action, Assign)]
    nodes = (n for row in rows for n in ast.walk(row))
    divisions = [n for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]
    known = {p: parameters[p] for p in system.parameter_names}
    for definition in system.derived:
        known[definition.name] = _value(definition.expr, known)
    for division in divisions:
        divisor = division.right
        if system.names_read(divisor) <= known.keys() and (_value(divisor, known) == 0).any():
            return f"{culprits.text(division)} divides by zero{culprits.zeros(divisor, known)}"
    return None


def _operands(expr: ast.expr, known: Mapping[str, Any]) -> list[ast.expr]:
    if isinstance(expr, ast.IfExp):
        test = _value(expr.test, known)
        chosen = [expr.body, expr.orelse] if test.ndim else [expr.body if test else expr.orelse]
        return [expr.test, *chosen]
    if isinstance(expr, ast.Call):
        return expr.args
    return [node for node in ast.iter_child_nodes(expr) if isinstance(node, ast.expr)]


def _value(expr: ast.expr, known: Mapping[str, Any]) -> np.ndarray:
    try:
        return np.asarray(value_of(expr, known), dtype=float)
    except ArithmeticError:
        return np.asarray(np.nan)
