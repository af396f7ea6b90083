"""Function bodies without branches: assignments in a row, every name given one value, every choice an expression."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from brainpy_lab.equations.names import names_in, substitute

#: A branch's expression of more nodes than this gets a name of its own instead of standing inside the choice: nested
#: branches would repeat it, and double it each time.
_LONG = 300

Fail = Callable[[str, ast.AST, str | None], Exception]


class Straightener:
    """Turns checked statements (assignments, if, return) into rows ``(name, expression)`` and the returned expression.

    Parameters
    ----------
    taken : iterable of str
        Names that rows may not get: parameters of the function and everything around it.
    local : iterable of str
        Names that the body assigns.
    fail : callable
        Makes the error for (message, node, advice).
    """

    def __init__(self, taken: Iterable[str], local: Iterable[str], fail: Fail) -> None:
        self.taken = set(taken)
        self.local = set(local)
        self.fail = fail
        self.rows: list[tuple[str, ast.expr]] = []

    def run(self, body: Sequence[ast.stmt], environment: dict[str, ast.expr]) -> ast.expr | None:
        """The returned expression, or None when the end is reached without `return`."""
        return self._block(list(body), dict(environment), named=True)

    def _block(self, body: list[ast.stmt], env: dict[str, ast.expr], *, named: bool) -> ast.expr | None:
        """The expression that a block returns, None where it does not; ``env``, what names stand for, is changed.

        ``named``: assignments become rows; in a branch they are put into the choice instead.
        """
        for i, statement in enumerate(body):
            match statement:
                case ast.Return(value=ast.expr() as value):
                    return self._read(value, env)
                case ast.Assign(targets=targets, value=value):
                    self._assign(targets, value, env, named=named)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._assign([target], value, env, named=named)
                case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                    old = ast.copy_location(ast.Name(name, ast.Load()), target)
                    self._assign([target], ast.copy_location(ast.BinOp(old, op, value), statement), env, named=named)
                case ast.If(test=test, body=yes, orelse=no):
                    condition = self._read(test, env)
                    if _returns(statement):
                        rest = body[i + 1 :]
                        a = self._block([*yes, *rest], dict(env), named=False)
                        b = self._block([*no, *rest], dict(env), named=False)
                        if a is None or b is None:
                            raise self.fail(
                                "The function can end here without 'return'.",
                                statement,
                                "Add an else branch, or a return below.",
                            )
                        return self._choice(condition, a, b, statement)
                    self._merge(condition, yes, no, env, named=named)
        return None

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, env: dict[str, ast.expr], *, named: bool) -> None:
        result = self._read(value, env)
        for target in targets:
            if isinstance(target, ast.Name):
                self._bind(target.id, result, env, named=named)
            elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(result, (ast.Tuple, ast.List)):
                if len(target.elts) != len(result.elts):
                    raise self.fail(f"{len(result.elts)} values are given to {len(target.elts)} names.", target, None)
                for name, item in zip(target.elts, result.elts, strict=True):
                    assert isinstance(name, ast.Name)
                    self._bind(name.id, item, env, named=named)

    def _merge(
        self, test: ast.expr, yes: list[ast.stmt], no: list[ast.stmt], env: dict[str, ast.expr], *, named: bool
    ) -> None:
        """Go on behind an ``if`` whose branches do not return: a name that they change is a choice from there on."""
        a, b = dict(env), dict(env)
        self._block(yes, a, named=False)
        self._block(no, b, named=False)
        for name in dict.fromkeys([*a, *b]):
            if name not in a or name not in b:
                env.pop(name, None)  # given a value on one side only: reading it later is an error
            elif a[name] is not b[name]:
                self._bind(name, self._choice(test, a[name], b[name], test), env, named=named)

    def _choice(self, test: ast.expr, a: ast.expr, b: ast.expr, at: ast.AST) -> ast.expr:
        """``a if test else b``, element by element for rows of values; one of them where both are the same."""
        if isinstance(a, (ast.Tuple, ast.List)) and isinstance(b, (ast.Tuple, ast.List)):
            if len(a.elts) != len(b.elts):
                raise self.fail("The branches return different numbers of values.", at, None)
            pairs = zip(a.elts, b.elts, strict=True)
            return ast.copy_location(ast.Tuple([self._choice(test, x, y, at) for x, y in pairs], ast.Load()), a)
        if isinstance(a, (ast.Tuple, ast.List)) or isinstance(b, (ast.Tuple, ast.List)):
            raise self.fail("The branches return different numbers of values.", at, None)
        if ast.dump(a) == ast.dump(b):
            return a
        return ast.copy_location(ast.IfExp(test, a, b), a)

    def _bind(self, name: str, value: ast.expr, env: dict[str, ast.expr], *, named: bool) -> None:
        if isinstance(value, (ast.Tuple, ast.List)):
            raise self.fail("A name inside the function stands for one value.", value, "Give each value a name.")
        if named or sum(1 for _ in ast.walk(value)) > _LONG:
            own = self._fresh(name)
            self.rows.append((own, value))
            env[name] = ast.copy_location(ast.Name(own, ast.Load()), value)
        else:
            env[name] = value

    def _read(self, value: ast.expr, env: dict[str, ast.expr]) -> ast.expr:
        for name in sorted(names_in(value) & self.local):
            if name not in env:
                node = next(n for n in ast.walk(value) if isinstance(n, ast.Name) and n.id == name)
                raise self.fail(
                    f"'{name}' may not have a value here.", node, "Give it a value before, or in every branch."
                )
        return substitute(value, env)

    def _fresh(self, name: str) -> str:
        number, own = 2, name
        while own in self.taken:
            own, number = f"{name}_{number}", number + 1
        self.taken.add(own)
        return own


def _returns(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Return) for n in ast.walk(node))


def always_returns(body: Sequence[ast.stmt]) -> bool:
    """True when no path through ``body`` reaches its end."""
    match body[-1] if body else None:
        case ast.Return():
            return True
        case ast.If(body=yes, orelse=no):
            return always_returns(yes) and always_returns(no)
        case ast.While(test=ast.Constant(value=True)):
            return True
    return False


def assigned_names(body: Sequence[ast.stmt]) -> set[str]:
    """Names that the statements give a value."""
    return {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
