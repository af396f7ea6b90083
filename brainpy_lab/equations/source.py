"""A user's text with its margin taken off, and the way back from any position to the text as written.

A model text may stand indented in a Python file, as the source of a method does. It is read without that margin, and
every position (of AST nodes, spans, errors) is given in the text as the user sees it.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from brainpy_lab.equations.system import Span
from brainpy_lab.equations.text.foreign_words import CHARACTERS
from brainpy_lab.errors import Location, ModelError, ModelSyntaxError

#: (line, column) in the text without margin: 1-based line, 0-based column in characters.
Position = tuple[int, int]

#: First lines below which lines are indented for a reason of their own.
_HEAD = re.compile(r"(when|def|if|for|while|class|with|try|async)\b|@")


@dataclass(frozen=True)
class Source:
    """A text, its lines without margin, and the width of each line's margin."""

    text: str
    origin: str
    lines: tuple[str, ...]
    margins: tuple[int, ...]

    @classmethod
    def of(cls, text: str, origin: str = "cell") -> Source:
        """Prepare ``text``; raises ModelSyntaxError for characters that no model has."""
        text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace("\N{NO-BREAK SPACE}", " ")  # copied from a web page
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            for column, character in enumerate(line):
                if _is_control(character):
                    shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_control(c) else c for c in line)
                    raise ModelSyntaxError(
                        f"The character {character!a} cannot stand in a model.",
                        location=Location(number, column, shown, 1, origin),
                        advice="Delete it.",
                    )
        margins = _margins(lines)
        plain = tuple(line[margin:] for line, margin in zip(lines, margins, strict=True))
        return cls(text, origin, plain, margins)

    @property
    def plain(self) -> str:
        """The text without margin."""
        return "\n".join(self.lines) + "\n"

    def between(self, start: Position, end: Position) -> str:
        """The text without margin from ``start`` up to ``end``."""
        if start[0] == end[0]:
            return self.lines[start[0] - 1][start[1] : end[1]]
        first = self.lines[start[0] - 1][start[1] :]
        return "\n".join([first, *self.lines[start[0] : end[0] - 1], self.lines[end[0] - 1][: end[1]]])

    def span(self, start: Position, end: Position) -> Span:
        """The span, in the text as written, between two positions of the text without margin."""
        return Span(start[0], start[1] + self._margin(start[0]), end[0], end[1] + self._margin(end[0]))

    def node_span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Span:
        """The span of a node that `expression` or `statements` gave."""
        end_line = node.lineno if node.end_lineno is None else node.end_lineno
        end_column = node.col_offset + 1 if node.end_col_offset is None else node.end_col_offset
        return Span(node.lineno, node.col_offset, end_line, end_column)

    def error(
        self,
        message: str,
        at: Span | ast.expr | ast.stmt | ast.arg | ast.keyword | None,
        advice: str | None = None,
        kind: type[ModelError] = ModelSyntaxError,
    ) -> ModelError:
        """An error that points at ``at``; the caller raises it."""
        if at is None:
            return kind(message, advice=advice)
        span = at if isinstance(at, Span) else self.node_span(at)
        return kind(message, location=span.location(self.text, self.origin), advice=advice)

    def expression(self, start: Position, end: Position) -> ast.expr:
        """Parse the text between two positions as one expression; its nodes carry positions of the text as written."""
        segment = self.between(start, end)
        tree = self._parse(f"({segment}\n)", "eval", start[0] - 1, start[1] - 1)
        assert isinstance(tree, ast.Expression)
        return tree.body

    def statements(self, first: int, last: int) -> list[ast.stmt]:
        """Parse lines ``first`` to ``last`` (1-based, inclusive) as Python statements."""
        tree = self._parse("\n".join(self.lines[first - 1 : last]) + "\n", "exec", first - 1, 0)
        assert isinstance(tree, ast.Module)
        return tree.body

    def _parse(self, code: str, mode: str, line_shift: int, column_shift: int) -> ast.AST:
        """The tree of ``code``, its nodes at their places in the text as written, to which the shifts lead."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "'int' object is not callable": said better by the checks that follow
                tree = ast.parse(code, mode=mode)
        except SyntaxError as error:
            raise self._syntax_error(error, code, line_shift, column_shift) from None
        except (RecursionError, MemoryError, ValueError, OverflowError):
            start = (line_shift + 1, max(0, column_shift))
            raise self.error("This is too long or too deeply nested to read.", self.span(start, start)) from None
        code_lines = code.split("\n")
        for node in ast.walk(tree):
            if isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword)):
                self._relocate(node, code_lines, line_shift, column_shift)
        return tree

    def _relocate(
        self,
        node: ast.expr | ast.stmt | ast.arg | ast.keyword,
        code_lines: Sequence[str],
        line_shift: int,
        column_shift: int,
    ) -> None:
        """Give a node its place in the text as written: Python counts columns in bytes, and without the margin."""

        def place(line: int, offset: int) -> Position:
            code_line = code_lines[line - 1]
            column = offset if code_line.isascii() else len(code_line.encode()[:offset].decode(errors="replace"))
            column += column_shift if line == 1 else 0
            return line + line_shift, max(0, column) + self._margin(line + line_shift)

        end = place(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset + 1)
        node.lineno, node.col_offset = place(node.lineno, node.col_offset)
        node.end_lineno, node.end_col_offset = end

    def _syntax_error(self, error: SyntaxError, code: str, line_shift: int, column_shift: int) -> ModelError:
        line, column = error.lineno or 1, (error.offset or 1) - 1
        last = len(self.lines)
        place = line + line_shift
        start: Position = (place, column + (column_shift if line == 1 else 0))
        if place > last or line > len(code.split("\n")) - 1:
            start = (min(place, last), len(self.lines[min(place, last) - 1]))
        start = (start[0], max(0, min(start[1], len(self.lines[start[0] - 1]))))
        end = (start[0], start[1] + 1)
        if error.end_lineno == error.lineno and error.end_offset and error.end_offset > (error.offset or 1):
            end = (start[0], start[1] + error.end_offset - (error.offset or 1))
        if "too many" in str(error.msg) or "too deep" in str(error.msg):
            return self.error(
                "This is too deeply nested to read.", self.span(start, end), "Give parts of it names of their own."
            )
        return self.error(f"Python cannot read this: {error.msg}.", self.span(start, end), self.advice_at(start))

    def advice_at(self, position: Position) -> str | None:
        """What to write instead of the character at ``position``, for signs copied from paper."""
        line = self.lines[position[0] - 1] if position[0] <= len(self.lines) else ""
        return CHARACTERS.get(line[position[1] : position[1] + 1])

    def _margin(self, line: int) -> int:
        return self.margins[line - 1] if 0 < line <= len(self.margins) else 0


def _is_control(character: str) -> bool:
    if character == "\t":
        return False
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _margins(lines: Sequence[str]) -> tuple[int, ...]:
    """Width of the white space that all lines share; the first line may stand right behind the opening quotes."""
    filled = [(i, line) for i, line in enumerate(lines) if line.strip()]
    if not filled:
        return tuple(len(line) for line in lines)
    first, rest = filled[0], filled[1:]
    shared = _shared_indent([line for _, line in filled])
    if shared == 0 and first[0] == 0 and rest and not _HEAD.match(lines[0]):
        hanging = _shared_indent([line for _, line in rest])
        return tuple(0 if i == 0 else min(hanging, _indent(line)) for i, line in enumerate(lines))
    return tuple(min(shared, _indent(line)) for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _shared_indent(lines: Sequence[str]) -> int:
    width = min(_indent(line) for line in lines)
    while width and any(line[:width] != lines[0][:width] for line in lines):
        width -= 1
    return width
