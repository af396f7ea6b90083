"""Loops of step code for JAX: ``for _ in range(n): ...; if test: break`` as a function that XLA repeats."""

from __future__ import annotations

import ast
import copy
from typing import Any

_TURN, _REPEAT = "k_turn", "k_repeat"


def with_loops(function: ast.FunctionDef, fixed: bool) -> ast.FunctionDef:
    """``function`` with its loops as calls of `brainpy_lab.drivers.jax.math.repeat`.

    ``fixed``: with all their turns, so that a derivative can be taken in reverse.
    """
    if not any(isinstance(s, ast.For) for s in function.body):
        return function
    changed = copy.deepcopy(function)
    known = {a.arg for a in changed.args.args}
    body: list[ast.stmt] = ast.parse(f"from brainpy_lab.drivers.jax.math import repeat as {_REPEAT}").body
    for statement in changed.body:
        body += _repeated(statement, known, fixed) if isinstance(statement, ast.For) else [statement]
        known |= _stored(statement)
    changed.body = body
    return ast.fix_missing_locations(changed)


def flag_of_lanes(flag: Any, shape: tuple[int, ...]) -> Any:
    """An event's flag for every lane; one of one number beside array states is that of the first of its elements."""
    import jax.numpy as jnp

    if jnp.ndim(flag) == len(shape) and shape and flag.shape[-1] == 1 < shape[-1]:
        first = jnp.arange(shape[-1]) == 0
        return jnp.broadcast_to(flag & first, shape)
    return jnp.broadcast_to(flag, shape)


def _stored(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _repeated(loop: ast.For, known: set[str], fixed: bool) -> list[ast.stmt]:
    """The loop as an inner function of the names it changes, and the call that repeats it; other forms as they are."""
    match loop:
        case ast.For(iter=ast.Call(args=[times]), body=[*rows, ast.If(test=until, body=[ast.Break()], orelse=[])]):
            names = sorted(set().union(*(_stored(row) for row in rows)) & known)
            carried = ", ".join(names) + ","
            turn = ast.parse(f"def {_TURN}({', '.join(names)}):\n    return ({carried}), until").body[0]
            call = ast.parse(f"{carried} = {_REPEAT}({_TURN}, times, ({carried}), {fixed})").body[0]
            assert isinstance(turn, ast.FunctionDef) and isinstance(call, ast.Assign)
            result = turn.body[-1]
            assert isinstance(result, ast.Return) and isinstance(result.value, ast.Tuple)
            assert isinstance(call.value, ast.Call)
            result.value.elts[1], call.value.args[1] = until, times
            turn.body = [*rows, result]
            return [turn, call]
    return [loop]
