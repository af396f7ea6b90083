"""From a text to its statements: tokens grouped by line, `;` and block, brackets and characters checked."""

from __future__ import annotations

import io
import keyword
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tokenize import TokenInfo

from brainpy_lab.equations.source import Position, Source
from brainpy_lab.equations.system import Span
from brainpy_lab.errors import ModelError

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {close: open_ for open_, close in _OPENING.items()}
_WORDS = frozenset({"and", "or", "not", "if", "else", "in", "is", "as", "for"})
_BLOCK_WORDS = frozenset({"when", "def", "if", "elif", "else", "for", "while", "class", "with", "try", "async"})

#: Signs that are tokens to some versions of Python and errors to others.
_NO_TOKENS = frozenset({"!", "?", "$", "`"})

_STRICTLY_BINARY = frozenset({"*", "/", "//", "%", "**", "@", "<", "<=", ">", ">=", "==", "!="})
_BINARY_SIGNS = _STRICTLY_BINARY | {"+", "-"}

#: Signs of Python that the language does not have -> what to write.
_FOREIGN_SIGNS = {
    "^": "Write ** for a power: V**3.",
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "&&": "Write 'and'.",
    "~": "Write 'not'.",
    "!": "Write 'not'.",
    "<<": None,
    ">>": None,
    ":=": "Write = on a line of its own.",
    "->": None,
    "{": "Use ( and ).",
    "}": "Use ( and ).",
    "?": "Write: a if condition else b.",
    "$": None,
    "`": None,
}


@dataclass(frozen=True)
class Statement:
    """One statement: its tokens without comments, its trailing comment, and its block when it heads one."""

    tokens: tuple[TokenInfo, ...]
    comment: str = ""
    body: tuple[Statement, ...] | None = None

    @property
    def start(self) -> Position:
        """Where the statement begins."""
        return self.tokens[0].start

    @property
    def end(self) -> Position:
        """End of the statement, its block included."""
        return self.body[-1].end if self.body else self.tokens[-1].end


def statements(source: Source) -> list[Statement]:
    """Group the text into statements; raises ModelSyntaxError where that is impossible."""
    tokens = _tokens(source)
    reader = _Grouper(source, tokens)
    return list(reader.block(top=True))


def span_of(source: Source, tokens: Sequence[TokenInfo]) -> Span:
    """Where a row of tokens stands."""
    return source.span(tokens[0].start, tokens[-1].end)


def _tokens(source: Source) -> list[TokenInfo]:
    """The tokens of a text up to the first that is none; what failed is raised after the check of brackets.

    A bracket that is never closed makes Python fail far behind it: then the bracket is named, not the place.
    """
    found: list[TokenInfo] = []
    failure: ModelError | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.plain).readline):
            if token.type == tokenize.ERRORTOKEN or token.string in _NO_TOKENS:
                # blanks before such a character come one by one, each at the price of a look at all that follow
                row, column = token.start
                rest = token.line[column:]
                if rest.strip():
                    place = (row, column + len(rest) - len(rest.lstrip()))
                    failure = _bad_character(source, place, found)
                    break
            if token.type == tokenize.NAME and not token.string.isidentifier():
                raise _bad_name(source, token)
            if token.type != tokenize.ERRORTOKEN:
                found.append(token)
    except tokenize.TokenError as error:
        line, column = error.args[1]
        if sys.version_info >= (3, 12) and column:  # counted from 1 since then
            column -= 1
        failure = _token_error(source, str(error.args[0]), (line, column), found)
        if "too many" in str(error.args[0]):
            raise failure from None
    except SyntaxError as error:
        place = (error.lineno or 1, max(0, (error.offset or 1) - 1))
        failure = _token_error(source, error.msg, place, found)
    _check_brackets(source, found, failure)
    return found


def _check_brackets(source: Source, tokens: Sequence[TokenInfo], failure: ModelError | None) -> None:
    open_: list[TokenInfo] = []
    for token in tokens:
        if token.type != tokenize.OP:
            continue
        if token.string in _OPENING:
            open_.append(token)
        elif token.string in _CLOSING:
            if not open_:
                raise source.error(
                    f"'{token.string}' closes nothing.",
                    span_of(source, [token]),
                    "Delete it, or open the bracket before.",
                )
            if _OPENING[open_[-1].string] != token.string:
                raise source.error(
                    f"'{token.string}' does not close the '{open_[-1].string}' before it.",
                    span_of(source, [token]),
                    f"Write '{_OPENING[open_[-1].string]}'.",
                )
            open_.pop()
    if failure is not None and not open_:
        raise failure
    if open_:
        sign = open_[-1].string
        raise source.error(f"'{sign}' is never closed.", span_of(source, [open_[-1]]), f"Add the '{_OPENING[sign]}'.")


def _bad_name(source: Source, token: TokenInfo) -> ModelError:
    """Error for a word with a character that no name has, such as a raised 2."""
    good = next((n for n in range(len(token.string), 0, -1) if token.string[:n].isidentifier()), 0)
    start = (token.start[0], token.start[1] + good)
    return _at_character(source, start, f"The character '{token.string[good]}' cannot stand here.")


def _bad_character(source: Source, start: Position, before: Sequence[TokenInfo]) -> ModelError:
    line = source.lines[start[0] - 1]
    character = line[start[1] : start[1] + 1]
    name = before[-1].string if before and before[-1].type == tokenize.NAME and before[-1].end == start else ""
    if character == "'" and name:
        where = source.span(before[-1].start, _next(start))
        if line[start[1] + 1 :].lstrip().startswith("("):
            message = f"'{name}'(...)' is the derivative of '{name}' at another time: the equation would be neutral."
            advice = f"No solver here follows neutral equations; delayed values, {name}(t - tau), can be used."
            return source.error(message, where, advice)
        return source.error(f"A derivative is written d{name}/dt.", where, f"Write d{name}/dt = ...")
    if character in ("'", '"'):
        sign = character * 3 if line.startswith(character * 3, start[1]) else character
        return _at_character(source, start, "This text is never closed.", f"Add {sign} at its end.")
    if character == "\\":
        advice = "Delete it, or put the expression in parentheses."
        return _at_character(source, start, "A backslash can only end a line.", advice)
    if character in ("!", "?") and not line[: start[1]].strip():
        return _at_character(
            source, start, f"'{character}' does not begin a line of a model.", "Put it into an ordinary cell."
        )
    return _at_character(
        source, start, f"The character '{character}' cannot stand here.", _FOREIGN_SIGNS.get(character)
    )


def _token_error(source: Source, message: str, place: Position, before: Sequence[TokenInfo]) -> ModelError:
    last = len(source.lines)
    start = (min(max(place[0], 1), last), place[1])
    start = (start[0], min(max(start[1], 0), len(source.lines[start[0] - 1])))
    if "unterminated" in message or "EOF in multi-line string" in message or "invalid character" in message:
        return _bad_character(source, start, before)
    if "unindent" in message:
        return source.error(
            "This line is indented like none of the lines before it.",
            source.span((start[0], 0), (start[0], 1)),
            "Begin it at the same column as the line it belongs with.",
        )
    if "EOF" in message:
        filled = max((n for n, line in enumerate(source.lines, 1) if line.strip()), default=1)
        start = (filled, max(0, len(source.lines[filled - 1]) - 1))
        return source.error(
            "The text ends in the middle of a line.", source.span(start, _next(start)), "Finish the line."
        )
    if "too many" in message:
        return source.error("This is too deeply nested to read.", source.span(start, _next(start)))
    return source.error(f"Python cannot read this: {message}.", source.span(start, _next(start)))


def _at_character(source: Source, start: Position, message: str, advice: str | None = None) -> ModelError:
    return source.error(message, source.span(start, _next(start)), source.advice_at(start) or advice)


def _next(position: Position) -> Position:
    return position[0], position[1] + 1


class _Grouper:
    """Reads tokens from left to right into statements."""

    def __init__(self, source: Source, tokens: Sequence[TokenInfo]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.before: Sequence[TokenInfo] = ()
        self.indents: list[str] = []

    def block(self, *, top: bool) -> Iterator[Statement]:
        """Statements up to the end of the block."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.type in (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE):
                self.at += 1
            elif token.type in (tokenize.DEDENT, tokenize.ENDMARKER):
                if top:
                    self.at += 1
                    continue
                return
            elif token.type == tokenize.INDENT:
                raise self.unexpected_indent()
            else:
                yield from self.line()

    def line(self) -> Iterator[Statement]:
        """The statements of one logical line, with the block below it."""
        parts: list[list[TokenInfo]] = [[]]
        comments: list[str] = []
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == tokenize.COMMENT:
                comments.append(token.string.lstrip("#").strip())
            elif token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                break
            elif token.type == tokenize.OP and token.string == ";" and depth == 0:
                parts.append([])
            elif token.type != tokenize.NL:
                depth += (token.string in _OPENING) - (token.string in _CLOSING) if token.type == tokenize.OP else 0
                parts[-1].append(token)
                if depth == 0 and token.string == ":" and self.heads_block(parts):
                    yield self.block_of(parts[-1], comments)
                    return
        filled = [part for part in parts if part]
        self.before = filled[-1] if filled else ()
        comment = " ".join(comments) if len(filled) == 1 else ""
        for part in filled:
            yield Statement(tuple(part), comment)

    def heads_block(self, parts: Sequence[Sequence[TokenInfo]]) -> bool:
        return len(parts) == 1 and parts[0][0].string in _BLOCK_WORDS and not _is_assignment(parts[0])

    def block_of(self, header: Sequence[TokenInfo], comments: list[str]) -> Statement:
        """The statement headed by ``header`` (which ends in ':') with the block that follows."""
        while self.tokens[self.at].type in (tokenize.COMMENT, tokenize.NL):
            comments.append(self.tokens[self.at].string.lstrip("#").strip())
            self.at += 1
        if self.tokens[self.at].type != tokenize.NEWLINE:
            return Statement(tuple(header), " ".join(comments), tuple(self.line()))
        self.at += 1
        while self.tokens[self.at].type in (tokenize.NL, tokenize.COMMENT):
            self.at += 1
        token = self.tokens[self.at]
        if token.type != tokenize.INDENT:
            raise self.source.error(
                f"The block of this '{header[0].string}' is missing.",
                span_of(self.source, header),
                "Write what happens on the lines below it, indented by four spaces.",
            )
        self.check_tabs(token)
        self.at += 1
        body = tuple(self.block(top=False))
        self.indents.pop()
        self.at += 1
        return Statement(tuple(header), " ".join(c for c in comments if c), body)

    def check_tabs(self, indent: TokenInfo) -> None:
        """Refuse tabs under spaces or spaces under tabs: nobody sees where such a block ends."""
        outer = self.indents[-1] if self.indents else ""
        self.indents.append(indent.string)
        if not indent.string.startswith(outer) or ("\t" in indent.string and " " in indent.string):
            raise self.source.error(
                "Tabs and spaces are mixed here.", span_of(self.source, [indent]), "Indent with spaces only."
            )

    def unexpected_indent(self) -> ModelError:
        if self.before and self.before[0].string in _BLOCK_WORDS and not _is_assignment(self.before):
            word, last = self.before[0].string, self.before[-1]
            where = self.source.span(last.end, _next(last.end))
            return self.source.error(f"The ':' at the end of this '{word}' line is missing.", where, "Add ':'.")
        token = self.tokens[self.at]
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else token
        return self.source.error(
            "This line is indented, but no block begins above it.",
            span_of(self.source, [following]),
            "Begin it at the first column; only lines below 'when ...:' and 'def ...:' are indented.",
        )


def _is_assignment(tokens: Sequence[TokenInfo]) -> bool:
    """True for ``for: ...`` written as a name, such as ``when = 3``."""
    return len(tokens) > 1 and tokens[1].string == "="


def check_tokens(source: Source, tokens: Sequence[TokenInfo]) -> None:
    """Refuse what no expression contains, with the sign to write instead."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == tokenize.OP and token.string in _FOREIGN_SIGNS:
            meaning = "is not a power here" if token.string == "^" else "does not belong to the model language"
            raise source.error(f"'{token.string}' {meaning}.", span_of(source, [token]), _FOREIGN_SIGNS[token.string])
        if token.type == tokenize.STRING:
            raise source.error("A text cannot stand in an expression.", span_of(source, [token]))
        if before is not None and _ends_operand(before) and _begins_operand(before, token):
            product = f"{before.string}*{token.string}" if before.string not in (")", "]") else "* between them."
            is_unit = before.type == tokenize.NUMBER and token.type == tokenize.NAME
            unit = f"; a unit stands in a comment: {before.string}  # {token.string}" if is_unit else ""
            raise source.error(
                f"An operator is missing between '{before.string}' and '{token.string}'.",
                span_of(source, [token]),
                f"For a product write {product}{unit}",
            )
        if before is not None and before.type == tokenize.NUMBER and token.string == "[":
            raise source.error(
                "The word 'in' is missing before the range.", span_of(source, [token]), "Write I = 0.5 in [0, 2]"
            )
        if before is not None and before.string in _BINARY_SIGNS and token.string in _STRICTLY_BINARY:
            where = span_of(source, [before, token])
            raise source.error(f"Something is missing between '{before.string}' and '{token.string}'.", where)
    if tokens[-1].string in _BINARY_SIGNS or tokens[-1].string in _WORDS:
        raise source.error(f"Something is missing behind '{tokens[-1].string}'.", span_of(source, tokens[-1:]))
    if tokens[0].string in _STRICTLY_BINARY:
        raise source.error(f"Something is missing before '{tokens[0].string}'.", span_of(source, tokens[:1]))


def _ends_operand(token: TokenInfo) -> bool:
    if token.type == tokenize.NAME:
        return not keyword.iskeyword(token.string) or token.string in ("True", "False")
    return token.type == tokenize.NUMBER or token.string in (")", "]")


def _begins_operand(before: TokenInfo, token: TokenInfo) -> bool:
    if token.type == tokenize.NAME:
        return token.string not in _WORDS
    if token.type == tokenize.NUMBER:
        return True
    return token.string == "(" and (before.type == tokenize.NUMBER or before.string in (")", "]"))
