"""All lines of a cell sorted by what they say, each name checked: not reserved, not defined twice."""

from __future__ import annotations

import ast
import inspect
import tokenize
from dataclasses import dataclass, field

from brainpy_lab.equations.names import why_reserved
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Span
from brainpy_lab.equations.text.events import RawEvent, read_event
from brainpy_lab.equations.text.lines import FOREIGN_STATEMENTS, TextLine, read_line
from brainpy_lab.equations.text.statements import Statement, span_of, statements
from brainpy_lab.errors import ModelError, did_you_mean


@dataclass
class Draft:
    """A cell's lines, by name and kind; expressions as parsed."""

    doc: str = ""
    definitions: dict[str, TextLine] = field(default_factory=dict)
    derivatives: dict[str, TextLine] = field(default_factory=dict)
    parts: dict[str, list[TextLine]] = field(default_factory=dict)  # derivatives of elements and slices
    initials: dict[str, TextLine] = field(default_factory=dict)
    slopes: dict[str, TextLine] = field(default_factory=dict)
    histories: dict[str, TextLine] = field(default_factory=dict)
    orders: dict[str, TextLine] = field(default_factory=dict)
    couplings: list[TextLine] = field(default_factory=list)
    events: list[RawEvent] = field(default_factory=list)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)

    @property
    def ruled(self) -> dict[str, Span]:
        """Names that an event sets -> where first."""
        found: dict[str, Span] = {}
        for event in self.events:
            for action in event.actions:
                if not action.holds and not action.side:
                    found.setdefault(action.target, action.target_span)
        return found

    @property
    def states(self) -> list[str]:
        """States in the order of the text: those with a derivative, and those with an initial value and a rule."""
        ruled = self.ruled
        names = {name: line.span.line for name, line in self.derivatives.items()}
        for name, line in self.initials.items():
            if name in ruled and name not in self.definitions:
                names.setdefault(name, line.span.line)
        return sorted(names, key=names.__getitem__)


def draft(source: Source) -> Draft:
    """Sort the text's statements; raises ModelSyntaxError at the first that cannot be one."""
    sorter = _Sorter(source)
    for number, statement in enumerate(statements(source)):
        sorter.add(statement, first=number == 0)
    sorter.settle_slopes()
    return sorter.draft


class _Sorter:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.draft = Draft()
        self.seen: dict[str, tuple[str, Span]] = {}

    def add(self, statement: Statement, *, first: bool) -> None:
        tokens = statement.tokens
        if first and all(token.type == tokenize.STRING for token in tokens):
            self.draft.doc = self.read_doc(statement)
        elif statement.body is not None:
            self.add_block(statement)
        else:
            self.add_line(read_line(self.source, statement))

    def read_doc(self, statement: Statement) -> str:
        node = self.source.expression(statement.tokens[0].start, statement.tokens[-1].end)
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise self.source.error(
                "The text of a model is a plain one.", span_of(self.source, statement.tokens), 'Write """..."""'
            )
        return inspect.cleandoc(node.value)

    def add_block(self, statement: Statement) -> None:
        head = statement.tokens[0]
        if head.string == "when":
            self.draft.events.append(read_event(self.source, statement))
        elif head.string == "def":
            self.add_function(statement)
        else:
            advice = FOREIGN_STATEMENTS.get(head.string)
            raise self.source.error(f"The model language has no '{head.string}'.", span_of(self.source, [head]), advice)

    def add_function(self, statement: Statement) -> None:
        node = self.source.statements(statement.start[0], statement.end[0])[0]
        assert isinstance(node, ast.FunctionDef)
        span = span_of(self.source, statement.tokens[1:2])
        self.claim(node.name, span, "a function")
        self.draft.functions[node.name] = node

    def add_line(self, line: TextLine) -> None:
        """Put a line under its kind and name; of equations of a state's elements the first claims the name."""
        if line.kind == "coupling":
            self.draft.couplings.append(line)
            return
        if line.part is not None:
            self.draft.parts.setdefault(line.name, []).append(line)
            if len(self.draft.parts[line.name]) > 1:
                return
        elif line.kind == "derivative" and line.name in self.draft.parts:
            raise self.twice(f"'{line.name}'", line.name_span, self.draft.parts[line.name][0].span)
        table, what = {
            "definition": (self.draft.definitions, ""),
            "derivative": (self.draft.derivatives, ""),
            "initial": (self.draft.initials, f"'{line.name}(0)'"),
            "history": (self.draft.histories, f"'{line.name}(t <= 0)'"),
            "order": (self.draft.orders, f"'order({line.name})'"),
        }[line.kind]
        if not what:
            self.claim(line.name, line.name_span, "a state" if line.kind == "derivative" else "")
        elif line.name in table:
            raise self.twice(what, line.name_span, table[line.name].span)
        table[line.name] = line

    def claim(self, name: str, span: Span, what: str) -> None:
        """Note that ``name`` is defined here; raises when it is reserved or taken."""
        reason = why_reserved(name)
        if reason is not None:
            raise self.source.error(f"'{name}' {reason}; it cannot be defined.", span, "Give it another name.")
        if name in self.seen:
            raise self.twice(f"'{name}'", span, self.seen[name][1])
        self.seen[name] = (what, span)

    def twice(self, what: str, span: Span, first: Span) -> ModelError:
        return self.source.error(
            f"{what} is defined twice: at line {first.line} and here.", span, "Delete one of the two lines."
        )

    def settle_slopes(self) -> None:
        """``dV(0)`` is the slope of the state V, unless a state is itself called dV: told when all lines are known."""
        draft = self.draft
        for name in list(draft.initials):
            if name not in draft.derivatives and name[:1] == "d" and name[1:] in draft.derivatives:
                draft.slopes[name[1:]] = draft.initials.pop(name)


def check_subjects(source: Source, draft: Draft) -> None:
    """Initial values, histories, orders and slopes must belong to states."""
    states = draft.states
    tables = (("initial value", draft.initials), ("history", draft.histories), ("order", draft.orders))
    for what, table in tables:
        for name, line in table.items():
            if name in states:
                continue
            if name in draft.definitions or name in draft.functions:
                kind = "function" if name in draft.functions else "parameter or an intermediate"
                article = "An" if what[0] in "io" else "A"
                raise source.error(
                    f"{article} {what} belongs to a state, but '{name}' is a {kind}.",
                    line.name_span,
                    f"A state has a line d{name}/dt = ...",
                )
            near = did_you_mean(name, states)
            raise source.error(
                f"The state '{name}' has no derivative, and no 'when' block sets it.",
                line.name_span,
                near or f"Write d{name}/dt = ...",
            )
    for name, line in draft.slopes.items():
        if name not in draft.orders:
            raise source.error(
                f"An initial slope belongs to an order above 1, but d{name}/dt is of order 1.",
                line.name_span,
                f"Delete it, or write order({name}) = ...",
            )
