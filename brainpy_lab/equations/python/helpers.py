"""Helper functions: bodies checked and brought to normal form, what they read from the cell handed in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from brainpy_lab.equations.expressions import PREFIXES, Normaliser
from brainpy_lab.equations.names import functions_in, why_reserved
from brainpy_lab.equations.python.whole_numbers import with_float_numbers
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.straight import Straightener, always_returns, assigned_names
from brainpy_lab.equations.system import FUNCTIONS, Function
from brainpy_lab.errors import ModelError, ModelSyntaxError

#: Functions of Python that bodies may use besides those of the language; none of them works on arrays.
PYTHON_FUNCTIONS = frozenset({"range", "len", "int", "float", "bool", "round"})

Outer = Callable[[ast.Name], ast.expr]


@dataclass
class Helper:
    """A helper function on its way to a `Function`."""

    name: str
    node: ast.FunctionDef  # in normal form, positional arguments only
    arguments: tuple[str, ...]
    defaults: dict[str, ast.expr]
    obstacle: str = ""
    reads: dict[str, None] = field(default_factory=dict)  # names of the cell that the body reads
    lifted: tuple[str, ...] = ()  # the same, with those of the functions it calls: handed in behind the arguments
    captured: bool = False
    source: Source | None = None

    def bind(
        self, source: Source, node: ast.Call, arguments: Sequence[ast.expr], keywords: Mapping[str, ast.expr]
    ) -> ast.Call:
        """The call with every argument by position; raises ModelSyntaxError when they do not fit."""
        if len(arguments) > len(self.arguments):
            raise source.error(f"'{self.name}' takes {_count(len(self.arguments))}, not {len(arguments)}.", node)
        given = dict(zip(self.arguments, arguments, strict=False))
        for name, value in keywords.items():
            if name not in self.arguments or name in given:
                problem = "twice" if name in given else "but has no such argument"
                raise source.error(f"'{self.name}' is given '{name}' {problem}.", node)
            given[name] = value
        missing = [name for name in self.arguments if name not in given and name not in self.defaults]
        if missing:
            raise source.error(
                f"'{self.name}' needs its argument '{missing[0]}'.", node, f"It takes: {', '.join(self.arguments)}."
            )
        bound = [given.get(name, self.defaults.get(name)) for name in self.arguments]
        bound += [ast.Name(name, ast.Load()) for name in self.lifted]
        func = ast.copy_location(ast.Name(self.name, ast.Load()), node.func)
        call = ast.Call(func, [value for value in bound if value is not None], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def finished(self) -> Function:
        """The `Function` of the System; raises ModelError when a branch-only body leaves a name without value."""
        span = None if self.source is None else self.source.node_span(self.node)
        function = Function(self.name, self.node, not self.obstacle, self.obstacle, self.captured, span)
        if function.vectorizable:
            straighten(function, self.source)
        return function


class BodyScope:
    """Names inside a function body: its arguments and locals first, then the world outside."""

    def __init__(
        self,
        source: Source,
        local: set[str],
        helpers: Mapping[str, Helper],
        outer: Outer,
        states: Collection[str] = (),
    ) -> None:
        self.source = source
        self.states = states
        self.local = local
        self.helpers = helpers
        self.outer = outer

    def name(self, node: ast.Name) -> ast.expr:
        return ast.Name(node.id, ast.Load()) if node.id in self.local else self.outer(node)

    def call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> ast.expr | None:
        if name in self.local:
            raise self.source.error(f"'{name}' is a value here, not a function.", node)
        if name in self.states:
            message = f"The delayed state '{name}(...)' cannot stand inside a function."
            raise self.source.error(message, node, "Hand it in as an argument.")
        helper = self.helpers.get(name)
        if helper is None and name in PYTHON_FUNCTIONS and not node.keywords:
            return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node.func), arguments, [])
        if helper is None:
            return None
        normalise = Normaliser(self.source, self)
        return helper.bind(self.source, node, arguments, {k.arg: normalise(k.value) for k in node.keywords if k.arg})

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        read: Callable[[ast.Call, Normaliser], ast.expr] | None = getattr(self.helpers, "lookup", None)
        if read is None:
            raise self.source.error("A table cannot stand here.", node, "Give it a line of its own.")
        return read(node, normalise)

    def side(self, node: ast.Attribute, side: str) -> ast.expr:
        raise self.source.error(f"A function cannot read '{side}.{node.attr}'.", node, "Hand it in as an argument.")

    def functions(self) -> set[str]:
        return set(self.helpers) | PYTHON_FUNCTIONS


class _BodyNormaliser(Normaliser):
    """Expressions of function bodies: elements of arrays are allowed."""

    def _subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.slice, ast.Slice):
            raise self.source.error("Slices do not belong to helper functions.", node, "Read the elements one by one.")
        index = node.slice
        inner = [self(i) for i in index.elts] if isinstance(index, ast.Tuple) else [self(index)]
        new_index = (
            ast.copy_location(ast.Tuple(list(inner), ast.Load()), index) if isinstance(index, ast.Tuple) else inner[0]
        )
        return ast.Subscript(self(node.value), new_index, ast.Load())


class Body:
    """Checks the statements of one function and brings their expressions to normal form."""

    def __init__(self, source: Source, scope: BodyScope, prefixes: frozenset[str] = PREFIXES) -> None:
        self.source = source
        self.normalise: Normaliser = _BodyNormaliser(source, scope, prefixes)
        self.obstacle = ""

    def block(self, body: Iterable[ast.stmt]) -> list[ast.stmt]:
        """The statements in normal form."""
        return [new for statement in body for new in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                return []
            case ast.Assign(targets=targets, value=value):
                new: ast.stmt = ast.Assign([self.target(t) for t in targets], self.values(value, targets))
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                new = ast.Assign([self.target(target)], self.normalise(value))
            case ast.AugAssign(target=target, op=op, value=value):
                if not isinstance(op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)):
                    raise self.source.error("This sign does not belong to helper functions.", node)
                place = self.target(target)
                assert isinstance(place, (ast.Name, ast.Subscript))
                new = ast.AugAssign(place, op, self.normalise(value))
            case ast.If(test=test, body=body, orelse=orelse):
                new = ast.If(self.normalise(test), self.block(body) or [ast.Pass()], self.block(orelse))
            case ast.For(target=ast.Name() as target, iter=iterated, body=body, orelse=[]):
                self.hinder(f"a for loop at line {node.lineno}")
                new = ast.For(self.target(target), self.normalise(iterated), self.block(body) or [ast.Pass()], [])
            case ast.While(test=test, body=body, orelse=[]):
                self.hinder(f"a while loop at line {node.lineno}")
                new = ast.While(self.normalise(test), self.block(body) or [ast.Pass()], [])
            case ast.Return(value=ast.expr() as value):
                new = ast.Return(self.returned(value))
            case ast.Break():
                new = ast.Break()
            case ast.Continue():
                new = ast.Continue()
            case _:
                raise self.refuse(node)
        return [ast.fix_missing_locations(ast.copy_location(new, node))]

    def target(self, node: ast.expr) -> ast.expr:
        """Left side of an assignment inside a function."""
        match node:
            case ast.Name(id=name):
                reason = why_reserved(name)
                # words of a cell's lines, and the time of a cell: inside a function they are names like others
                if reason is not None and name not in ("t", "order", "hold", "when"):
                    raise self.source.error(f"'{name}' {reason}; it cannot be given a value.", node)
                return node
            case ast.Tuple(elts=items) | ast.List(elts=items) if all(isinstance(i, ast.Name) for i in items):
                return ast.copy_location(ast.Tuple([self.target(i) for i in items], ast.Store()), node)
            case ast.Subscript(value=ast.Name()):
                self.hinder(f"an array changed in place at line {node.lineno}")
                place = self.normalise(node)
                assert isinstance(place, ast.Subscript)
                return ast.copy_location(ast.Subscript(place.value, place.slice, ast.Store()), node)
        raise self.source.error("Only names are given values inside a function.", node)

    def values(self, value: ast.expr, targets: Sequence[ast.expr]) -> ast.expr:
        """Right side of an assignment: a row of values only where a row of names stands left."""
        rows = [t for t in targets if isinstance(t, (ast.Tuple, ast.List))]
        if not rows:
            return self.normalise(value)
        if not isinstance(value, (ast.Tuple, ast.List)) or any(len(r.elts) != len(value.elts) for r in rows):
            raise self.source.error("Left and right of '=' stand different numbers of values.", value)
        return ast.copy_location(ast.Tuple([self.normalise(v) for v in value.elts], ast.Load()), value)

    def returned(self, value: ast.expr) -> ast.expr:
        """What stands behind `return`."""
        return self.normalise(value)

    def hinder(self, what: str) -> None:
        self.obstacle = self.obstacle or what

    def refuse(self, node: ast.stmt) -> ModelError:
        if isinstance(node, ast.Return):
            return self.source.error("This 'return' gives no value.", node, "Write return and an expression.")
        what = _STATEMENTS.get(type(node), f"'{type(node).__name__.lower()}'")
        return self.source.error(
            f"A helper function has no {what}.", node, "It has assignments, if, for, while, and return."
        )


def read_helper(
    source: Source,
    node: ast.FunctionDef,
    helpers: Mapping[str, Helper],
    outer: Outer,
    *,
    captured: bool = False,
    prefixes: frozenset[str] = PREFIXES,
    states: Collection[str] = (),
) -> Helper:
    """Check a function; ``helpers`` are those it may call (heads suffice), ``outer`` gives names from around it."""
    head = read_head(source, node)
    local = set(head.arguments) | assigned_names(node.body)
    reads: dict[str, None] = {}

    def note(name: ast.Name) -> ast.expr:
        found = outer(name)
        if isinstance(found, ast.Name):
            reads[found.id] = None
        return found

    body = Body(source, BodyScope(source, local, helpers, note, states), prefixes)
    statements = body.block(node.body)
    if not always_returns(statements):
        raise source.error(
            f"The function '{node.name}' can end without returning a value.",
            node.body[-1] if node.body else node,
            "End it with return and an expression.",
        )
    obstacle = body.obstacle or next(
        (
            f"an array's element at line {n.lineno}"
            for s in statements
            for n in ast.walk(s)
            if isinstance(n, ast.Subscript)
        ),
        "",
    )
    used = {name for statement in statements for name in functions_in(statement)}
    obstacle = obstacle or ("a call of itself" if node.name in used else "")
    obstacle = obstacle or next((f"the Python function '{name}'" for name in sorted(used & PYTHON_FUNCTIONS)), "")
    statements = with_float_numbers(statements, source)
    new = plain_definition(node.name, head.arguments, statements, node)
    return Helper(node.name, new, head.arguments, head.defaults, obstacle, reads, captured=captured, source=source)


def read_head(source: Source, node: ast.FunctionDef) -> Helper:
    """Name, arguments and defaults of a function; raises ModelSyntaxError for arguments the language does not have."""
    spec = node.args
    if spec.vararg or spec.kwarg:
        star = spec.vararg or spec.kwarg
        raise source.error("A helper function has no * arguments.", star, "Name its arguments one by one.")
    arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    seen: set[str] = set()
    for argument in arguments:
        if argument.arg in seen:
            raise source.error(f"The argument '{argument.arg}' stands twice.", argument, "Give it another name.")
        seen.add(argument.arg)
        reason = why_reserved(argument.arg)
        if reason is not None and argument.arg not in ("t", "dt", "order", "hold", "when"):
            raise source.error(f"The argument '{argument.arg}' {reason}.", argument, "Give it another name.")
    positional = [*spec.posonlyargs, *spec.args]
    pairs: list[tuple[ast.arg, ast.expr | None]] = list(
        zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True)
    )
    pairs += list(zip(spec.kwonlyargs, spec.kw_defaults, strict=True))
    normalise = Normaliser(source, BodyScope(source, set(), {}, _no_names(source)))
    defaults = {argument.arg: normalise(value) for argument, value in pairs if value is not None}
    return Helper(node.name, node, tuple(a.arg for a in arguments), defaults, source=source)


def lift(helpers: dict[str, Helper]) -> None:
    """Hand in what functions read from the cell as further arguments, through every call between them."""
    lifted = {name: dict(helper.reads) for name, helper in helpers.items()}
    calls = {name: functions_in(helper.node) & set(helpers) for name, helper in helpers.items()}
    changed = True  # until nothing new comes in: functions may call each other in any order, and in circles
    while changed:
        before = sum(map(len, lifted.values()))
        for name in helpers:
            for called in sorted(calls[name]):
                lifted[name].update(lifted[called])
        changed = sum(map(len, lifted.values())) != before
    for name, helper in helpers.items():
        extra = tuple(n for n in lifted[name] if n not in helper.arguments)
        clash = sorted(set(lifted[name]) & (set(helper.arguments) | assigned_names(helper.node.body)))
        if clash and helper.source is not None:
            raise helper.source.error(
                f"'{clash[0]}' is a name of the cell and of the function '{name}', and both are read by what it calls.",
                helper.node,
                f"Give '{clash[0]}' another name inside '{name}'.",
            )
        helper.lifted = extra
    for helper in helpers.values():
        for node in ast.walk(helper.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in helpers:
                more = [ast.copy_location(ast.Name(n, ast.Load()), node) for n in helpers[node.func.id].lifted]
                node.args.extend(more)
        helper.node.args.args.extend(ast.arg(n) for n in helper.lifted)
        ast.fix_missing_locations(helper.node)


def straighten(function: Function, source: Source | None = None) -> ast.FunctionDef:
    """An equal function of assignments and one final `return`, every choice written `a if c else b`: it runs on arrays.

    Raises
    ------
    ModelSyntaxError
        When the function has a loop or another obstacle, or reads a name that may have no value.
    """
    if not function.vectorizable:
        raise ModelSyntaxError(f"The function '{function.name}' cannot run on arrays: it has {function.obstacle}.")

    def fail(message: str, node: ast.AST, advice: str | None) -> Exception:
        if source is None or not isinstance(node, (ast.expr, ast.stmt)):
            return ModelSyntaxError(message, advice=advice)
        return source.error(message, node, advice)

    node = function.node
    arguments = [a.arg for a in node.args.args]
    taken = {*arguments, *FUNCTIONS, *functions_in(node)}
    local = assigned_names(node.body)
    straightener = Straightener(taken, local - set(arguments), fail)
    result = straightener.run(node.body, {name: ast.Name(name, ast.Load()) for name in arguments})
    if result is None:
        raise fail(f"The function '{function.name}' can end without returning a value.", node, None)
    rows: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], value) for name, value in straightener.rows]
    return plain_definition(node.name, arguments, [*rows, ast.Return(result)], node)


def definition(name: str, arguments: ast.arguments, body: list[ast.stmt], at: ast.AST) -> ast.FunctionDef:
    """A function definition that any version of Python compiles, standing where ``at`` stands."""
    new = ast.parse("def f(): pass").body[0]
    assert isinstance(new, ast.FunctionDef)
    new.name, new.args, new.body = name, arguments, body
    return ast.fix_missing_locations(ast.copy_location(new, at))


def plain_definition(name: str, arguments: Sequence[str], body: list[ast.stmt], at: ast.AST) -> ast.FunctionDef:
    """A function definition with positional arguments only."""
    args = [ast.arg(argument) for argument in arguments]
    spec = ast.arguments(posonlyargs=[], args=args, kwonlyargs=[], kw_defaults=[], defaults=[])
    return definition(name, spec, body, at)


def _no_names(source: Source) -> Outer:
    def outer(node: ast.Name) -> ast.expr:
        raise source.error("A default value is a number.", node, "Hand the value in where the function is called.")

    return outer


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


_STATEMENTS: dict[type[ast.stmt], str] = {
    ast.FunctionDef: "function inside it",
    ast.ClassDef: "class inside it",
    ast.Import: "'import'",
    ast.ImportFrom: "'import'",
    ast.Expr: "line without effect",
    ast.AnnAssign: "name without value",
    ast.For: "loop of this kind",
    ast.While: "'else' behind a loop",
}
