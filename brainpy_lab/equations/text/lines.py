"""The forms a line can have, recognised by their left side and taken apart; expressions are parsed, not checked."""

from __future__ import annotations

import ast
import tokenize
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from tokenize import TokenInfo
from typing import Literal

from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Span
from brainpy_lab.equations.text.statements import Statement, check_tokens, span_of
from brainpy_lab.errors import ModelError, did_you_mean

Kind = Literal["definition", "derivative", "initial", "history", "order", "coupling"]

_AUGMENTED = frozenset({"+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=", ">>=", "<<="})

FOREIGN_STATEMENTS = {
    "import": "NumPy's functions are there without it; other functions of the notebook are found by their names.",
    "from": "NumPy's functions are there without it; other functions of the notebook are found by their names.",
    "class": "A model is the lines of the cell; a free-form class belongs in an ordinary cell.",
    "for": "Write a loop inside a helper function: def f(x): ...",
    "while": "Write a loop inside a helper function: def f(x): ...",
    "if": "Write a choice as an expression: a if condition else b; or an event: when condition:",
    "elif": "Write a choice as an expression: a if condition else b.",
    "else": "Write a choice as an expression: a if condition else b.",
    "return": "Equations are lines such as dV/dt = ...",
    "with": None,
    "try": None,
    "del": None,
    "global": None,
    "nonlocal": None,
    "assert": None,
    "raise": None,
    "async": None,
    "await": None,
    "lambda": "Write a helper function: def f(x): return ...",
    "pass": None,
    "break": None,
    "continue": None,
    "yield": None,
    "print": "Values are seen in the Solution of a run.",
    "match": None,
}


@dataclass(frozen=True)
class TextLine:
    """One line ``left = value`` of a model."""

    kind: Kind
    name: str  # the state, or the name defined; the variable of the other side for a coupling
    name_span: Span
    value: ast.expr  # as parsed
    span: Span
    description: str = ""
    bounds: ast.expr | None = None  # what stands behind `in`
    side: Literal["", "pre", "post"] = ""
    sign: str = "="
    part: ast.expr | None = None  # the elements of the state that an equation is about


def read_line(source: Source, statement: Statement) -> TextLine:
    """Recognise a statement that is no block; raises ModelSyntaxError with the form that was probably meant."""
    tokens = statement.tokens
    first = tokens[0]
    sign = sign_position(tokens)
    if (
        first.string in FOREIGN_STATEMENTS
        and (sign is None or sign > 1)
        and (len(tokens) < 2 or tokens[1].string != "=")
    ):
        raise source.error(
            f"The model language has no '{first.string}'.", span_of(source, [first]), FOREIGN_STATEMENTS[first.string]
        )
    if first.string in ("%", "!", "@"):
        raise source.error(
            f"'{first.string}' does not begin a line of a model.",
            span_of(source, [first]),
            "Put it into an ordinary cell.",
        )
    if sign is None:
        raise _no_sign(source, tokens)
    left, right = tokens[:sign], tokens[sign + 1 :]
    if not left:
        raise source.error("Nothing stands before the sign.", span_of(source, [tokens[sign]]), "Write name = value.")
    if tokens[sign].string == "==":
        raise source.error(
            "'==' compares; it does not define.",
            span_of(source, [tokens[sign]]),
            f"Write {shown(left)} = {shown(right)}".rstrip(),
        )
    kind, name_token, side = _left_side(source, left)
    if not right:
        raise source.error(
            f"Nothing stands behind '{shown(left)} {tokens[sign].string}'.",
            span_of(source, [tokens[sign]]),
            "Write its expression, or delete the line.",
        )
    _check_sign(source, kind, tokens[sign], left, right)
    value, bounds = _right_side(source, kind, right)
    name = normal(name_token.string)
    if kind == "derivative":
        name = name[1:]
    part = _part_of(source, name, left[:-2]) if kind == "derivative" and len(left) > 3 else None
    return TextLine(
        kind=kind,
        name=name,
        name_span=span_of(source, [name_token]),
        value=value,
        span=source.span(statement.start, statement.end),
        description=statement.comment,
        bounds=bounds,
        side=side,
        sign=tokens[sign].string,
        part=part,
    )


def _part_of(source: Source, name: str, left: Sequence[TokenInfo]) -> ast.expr:
    """The elements of a state in ``dx[0]/dt``, as an expression of the state: x[0]."""
    part = expression(source, left)
    if not isinstance(part, ast.Subscript) or not isinstance(part.value, ast.Name):
        raise source.error(
            f"'{shown(left)}' is no part of a state.", span_of(source, left), f"Write d{name}[0]/dt = ..."
        )
    return ast.copy_location(ast.Subscript(ast.copy_location(ast.Name(name, ast.Load()), part.value), part.slice), part)


def expression(source: Source, tokens: Sequence[TokenInfo]) -> ast.expr:
    """Parse a row of tokens as one expression."""
    check_tokens(source, tokens)
    return source.expression(tokens[0].start, tokens[-1].end)


def normal(name: str) -> str:
    """A name as Python stores it (the micro sign becomes a mu)."""
    return unicodedata.normalize("NFKC", name)


def sign_position(tokens: Sequence[TokenInfo]) -> int | None:
    """Position of the first `=`, `==` or `+=` outside brackets."""
    depth = 0
    for i, token in enumerate(tokens):
        if token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        if depth == 0 and (token.string in ("=", "==") or token.string in _AUGMENTED):
            return i
    return None


def second_sign(tokens: Sequence[TokenInfo]) -> TokenInfo | None:
    """The first sign outside brackets that sets a value where only a value can stand; `==` compares."""
    while (position := sign_position(tokens)) is not None:
        if tokens[position].string != "==":
            return tokens[position]
        tokens = tokens[position + 1 :]
    return None


def shown(tokens: Sequence[TokenInfo]) -> str:
    """Tokens on one line, for a message."""
    text = ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        apart = before is not None and (before.end != token.start)
        text += (" " if apart else "") + token.string
    return text if len(text) <= 60 else text[:57] + "..."  # half a line: the message stands around it


def _no_sign(source: Source, tokens: Sequence[TokenInfo]) -> ModelError:
    """The error for a line without '=', by what it begins with."""
    where = span_of(source, tokens)
    if tokens[0].type == tokenize.STRING:
        return source.error(
            "A text stands only at the beginning of a model.",
            where,
            "Move it to the first line, or write it as a # comment.",
        )
    if tokens[0].string == "when":
        return source.error(
            "A 'when' line ends with ':'.", where, "Write when V >= V_th: and the reset on the lines below it."
        )
    if tokens[0].string == "def":
        return source.error("A 'def' line ends with ':'.", where, "Write def f(x): and its lines below it.")
    if tokens[0].string == "hold":
        return source.error(
            "'hold' stands only in a 'when' block.", where, "Write when V >= V_th: and hold(V, t_ref) below it."
        )
    if len(tokens) > 2 and tokens[1].string == "in":
        message = "A range stands behind a value."
        return source.error(
            message, span_of(source, [tokens[1]]), f"Write {tokens[0].string} = 1.0 {shown(tokens[1:])}"
        )
    if len(tokens) > 1 and tokens[1].string in (":", ":="):
        return source.error(
            "Values are given with '='.",
            span_of(source, [tokens[1]]),
            f"Write {tokens[0].string} = {shown(tokens[2:])}",
        )
    near = (
        did_you_mean(tokens[0].string, ("when", "def", *FOREIGN_STATEMENTS))
        if len(tokens) > 1 and len(tokens[0].string) > 2
        else None
    )
    return source.error(
        "This line has no '=' sign.",
        where,
        near or "A line of a model is name = value, dV/dt = ..., V(0) = ..., or when ...:",
    )


def _left_side(source: Source, left: Sequence[TokenInfo]) -> tuple[Kind, TokenInfo, Literal["", "pre", "post"]]:
    """What a line is by its left side, the token of its name, and the side of a synapse that it adds to."""
    words = [t.string for t in left]
    first = left[0]
    if first.type == tokenize.NAME:
        match words[1:]:
            case []:
                return "definition", first, ""
            case ["/", "dt"] if len(first.string) > 1 and first.string.startswith("d"):
                return "derivative", first, ""
            case ["[", *_, "]", "/", "dt"] if len(first.string) > 1 and first.string.startswith("d"):
                return "derivative", first, ""
            case ["(", "0" | "0.0" | "0.", ")"]:
                return "initial", first, ""
            case ["(", "t", "<=" | "<", "0" | "0.0" | "0.", ")"]:
                return "history", first, ""
            case ["(", _, ")"] if first.string == "order" and left[2].type == tokenize.NAME:
                return "order", left[2], ""
            case [".", _] if first.string in ("pre", "post") and left[2].type == tokenize.NAME:
                return "coupling", left[2], "pre" if first.string == "pre" else "post"
    raise _bad_left_side(source, left, words)


def _bad_left_side(source: Source, left: Sequence[TokenInfo], words: Sequence[str]) -> ModelError:
    """The error for a left side of no known form: other languages' forms first, the most particular before the rest."""
    where = span_of(source, left)
    match words:
        case [("for" | "while" | "if" | "import" | "class" | "with" | "lambda" | "del") as word, *_]:
            return source.error(
                f"The model language has no '{word}'.", span_of(source, left[:1]), FOREIGN_STATEMENTS[word]
            )
        case ["when", *_]:
            return source.error(
                "'=' defines; a condition compares.", where, "Write when V >= V_th: with one of > >= < <=."
            )
        case [name, "/", time] if name.startswith("d2") and time in ("dt2", "dt"):
            return _second_order(source, where)
        case [name, "/", time] if name.startswith("d") and time.startswith("d"):
            return source.error(
                f"Derivatives are by the time t, not by {time[1:] or '...'}.", where, f"Write {name}/dt = ..."
            )
        case [name, "/", "dt"]:
            return source.error(f"'{name}/dt' is no derivative.", where, f"Write d{name}/dt = ...")
        case ["d", "/", "dt", *_] | ["d", _, "/", "dt"]:
            return source.error("A derivative is written in one word.", where, "Write dV/dt = ...")
        case [_, "**", *_]:
            return _second_order(source, where)
        case [name, "(", "t", ")"]:
            return source.error(
                f"'{name}(t)' is written without '(t)'.",
                where,
                f"Write {name} = ... or d{name}/dt = ...; its value at the start is {name}(0) = ...",
            )
        case [name, "(", *_, ")"] if name.isidentifier():
            return source.error(
                f"'{shown(left)}' cannot stand left of '='.",
                where,
                f"Initial value: {name}(0) = ...; history: {name}(t <= 0) = ...; function: def {name}(x):",
            )
        case [_, ",", *_]:
            return source.error("A line defines one name.", where, "Write a line for each, or put ';' between them.")
        case [name, ":", *_]:
            return source.error("Names have no type annotation here.", where, f"Write {name} = ...")
        case [side, ".", *_] if side not in ("pre", "post"):
            return source.error("Attributes cannot be set in a model.", where, "Write a plain name.")
    return source.error(
        f"'{shown(left)}' cannot stand left of '='.",
        where,
        "A line of a model is name = value, dV/dt = ..., V(0) = ..., or when ...:",
    )


def _second_order(source: Source, where: Span) -> ModelError:
    message = "An equation of second order stands as two of first order."
    return source.error(message, where, "Write dx/dt = v and dv/dt = ...")


def _check_sign(
    source: Source, kind: Kind, sign: TokenInfo, left: Sequence[TokenInfo], right: Sequence[TokenInfo]
) -> None:
    where = span_of(source, [sign])
    again = second_sign(right)
    if again is not None:
        raise source.error("A line has one '=' sign.", span_of(source, [again]), "Write a line for each name.")
    if kind == "coupling":
        if sign.string not in ("+=", "-="):
            raise source.error(
                f"A synapse adds to '{shown(left)}', it does not set it.",
                where,
                f"Write {shown(left)} += {shown(right)}",
            )
    elif sign.string != "=":
        raise source.error(
            f"'{sign.string}' stands only in a 'when' block.",
            where,
            f"Write {shown(left)} = ..., or put the line below a 'when'.",
        )


def _right_side(source: Source, kind: Kind, right: Sequence[TokenInfo]) -> tuple[ast.expr, ast.expr | None]:
    """The value of a line, and the range behind 'in'; an 'in' inside brackets belongs to the expression."""
    depth = 0
    for i, token in enumerate(right):
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if depth == 0 and token.string == "in" and token.type == tokenize.NAME:
            if kind != "definition":
                raise source.error("Only a parameter has a range.", span_of(source, [token]), "Delete 'in ...'.")
            if i == 0 or i + 1 == len(right):
                raise source.error(
                    "A range stands between a value and its limits.",
                    span_of(source, [token]),
                    "Write I = 0.5 in [0, 2]",
                )
            return expression(source, right[:i]), expression(source, right[i + 1 :])
    return expression(source, right), None
