"""`when` blocks: the condition, the name, and the actions, taken apart; expressions are parsed, not yet checked."""

from __future__ import annotations

import ast
import keyword
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from tokenize import TokenInfo
from typing import Literal

from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Span
from brainpy_lab.equations.text.lines import expression, normal, second_sign, shown, sign_position
from brainpy_lab.equations.text.statements import Statement, span_of

_OPERATORS: dict[str, ast.operator] = {
    "+=": ast.Add(), "-=": ast.Sub(), "*=": ast.Mult(), "/=": ast.Div(), "**=": ast.Pow(), "//=": ast.FloorDiv(),
    "%=": ast.Mod(),
}  # fmt: skip


@dataclass(frozen=True)
class RawAction:
    """One line of a block: ``target = value`` (any `+=` written out), or ``hold(target, value)``."""

    target: str
    target_span: Span
    value: ast.expr
    span: Span
    holds: bool = False
    side: Literal["", "pre", "post"] = ""
    part: ast.expr | None = None  # an element or a slice of the target


@dataclass(frozen=True)
class RawEvent:
    """A `when` block as it stands in the text."""

    name: str | None
    name_span: Span
    condition: ast.expr
    actions: tuple[RawAction, ...]
    span: Span


def read_event(source: Source, statement: Statement) -> RawEvent:
    """Take a `when` block apart."""
    header = statement.tokens[1:-1]
    where = span_of(source, statement.tokens)
    condition, name_token = _split_name(source, header)
    if not condition:
        raise source.error("This 'when' has no condition.", where, "Write when V >= V_th:")
    setting = second_sign(condition)
    if setting is not None:
        raise source.error("A condition compares; '=' sets.", span_of(source, [setting]), "Write one of > >= < <=.")
    return RawEvent(
        name=None if name_token is None else normal(name_token.string),
        name_span=where if name_token is None else span_of(source, [name_token]),
        condition=expression(source, condition),
        actions=tuple(action for line in statement.body or () for action in _actions(source, line)),
        span=where,
    )


def _split_name(source: Source, header: Sequence[TokenInfo]) -> tuple[Sequence[TokenInfo], TokenInfo | None]:
    for i, token in enumerate(header):
        if token.type == tokenize.NAME and token.string == "as":
            behind = header[i + 1 :]
            if len(behind) != 1 or behind[0].type != tokenize.NAME:
                raise source.error(
                    "Behind 'as' stands the event's name.", span_of(source, [token]), "Write when V >= V_th as fire:"
                )
            if keyword.iskeyword(behind[0].string):
                raise source.error(
                    f"'{behind[0].string}' is a word of Python.", span_of(source, behind), "Name the event otherwise."
                )
            return header[:i], behind[0]
    return header, None


def _actions(source: Source, statement: Statement) -> list[RawAction]:
    tokens = statement.tokens
    where = source.span(tokens[0].start, tokens[-1].end)
    if statement.body is not None:
        raise source.error(
            f"A 'when' block has no '{tokens[0].string}'.",
            span_of(source, tokens[:1]),
            "Write a choice as an expression: V = a if condition else b",
        )
    if [t.string for t in tokens] == ["pass"]:
        return []
    if tokens[0].string == "hold":
        return [_hold(source, tokens, where)]
    position = sign_position(tokens)
    if position is None or position == 0:
        raise source.error(
            f"'{shown(tokens)}' is no action.", where, "A block has lines such as V = V_reset, w += b, hold(V, t_ref)."
        )
    left, sign, right = tokens[:position], tokens[position], tokens[position + 1 :]
    if sign.string == "==":
        raise source.error(
            "'==' compares; it does not set.", span_of(source, [sign]), f"Write {shown(left)} = {shown(right)}".rstrip()
        )
    if sign.string != "=" and sign.string not in _OPERATORS:
        raise source.error(f"'{sign.string}' does not belong to the model language.", span_of(source, [sign]))
    if not right:
        raise source.error(f"Nothing stands behind '{shown(left)} {sign.string}'.", span_of(source, [sign]))
    name, side = _target(source, left)
    again = second_sign(right)
    if again is not None:
        raise source.error("A line has one '=' sign.", span_of(source, [again]), "Write a line for each state.")
    value = expression(source, right)
    if sign.string != "=":
        old = expression(source, left)
        value = ast.copy_location(ast.BinOp(old, _OPERATORS[sign.string], value), value)
    part = expression(source, left) if _is_part(left) else None
    return [RawAction(normal(name.string), span_of(source, left), value, where, side=side, part=part)]


def _is_part(left: Sequence[TokenInfo]) -> bool:
    """Whether an element or a slice is set: x[0], x[1:]."""
    return len(left) > 3 and left[0].type == tokenize.NAME and left[1].string == "[" and left[-1].string == "]"


def _target(source: Source, left: Sequence[TokenInfo]) -> tuple[TokenInfo, Literal["", "pre", "post"]]:
    words = [t.string for t in left]
    if len(left) == 1 and left[0].type == tokenize.NAME:
        return left[0], ""
    if _is_part(left) and words.count("[") == 1:
        return left[0], ""
    if len(left) == 3 and words[0] in ("pre", "post") and words[1] == "." and left[2].type == tokenize.NAME:
        return left[2], "pre" if words[0] == "pre" else "post"
    if words[1:] == ["/", "dt"] or words[1:2] == ["("]:
        raise source.error(
            "Equations and initial values do not belong into a 'when' block.",
            span_of(source, left),
            "Begin the line at the first column.",
        )
    advice = "An action sets one state: V = V_reset, or elements of it: V[0] = V_reset"
    raise source.error(f"'{shown(left)}' cannot be set.", span_of(source, left), advice)


def _hold(source: Source, tokens: Sequence[TokenInfo], where: Span) -> RawAction:
    form = "Write hold(V, t_ref): the state, and for how long."
    call = expression(source, tokens)
    match call:
        case ast.Call(func=ast.Name(id="hold"), args=[ast.Name(id=state) as target, duration], keywords=[]):
            return RawAction(state, source.node_span(target), duration, where, holds=True)
        case ast.Call(args=[ast.expr() as other, _]):
            raise source.error("Only a state can be held.", other, form)
    raise source.error("'hold' takes a state and a duration.", where, form)
