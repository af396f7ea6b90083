"""Small Systems built from expressions, without the reader of the model language."""

import ast
from collections.abc import Callable

import pytest

from brainpy_lab.equations.system import Definition, Delay, Function, Parameter, State, System


def parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def build(
    states: dict[str, str],
    parameters: dict[str, float] | None = None,
    intermediates: dict[str, str] | None = None,
    functions: str = "",
    delays: dict[str, tuple[str, str]] | None = None,
) -> System:
    return System(
        name="Small",
        states=tuple(State(name, parse(drift)) for name, drift in states.items()),
        parameters=tuple(Parameter(name, value) for name, value in (parameters or {}).items()),
        intermediates=tuple(Definition(name, parse(e)) for name, e in (intermediates or {}).items()),
        functions=tuple(Function(f.name, f, True) for f in ast.parse(functions).body if isinstance(f, ast.FunctionDef)),
        delays=tuple(Delay(name, state, parse(time)) for name, (state, time) in (delays or {}).items()),
    )


@pytest.fixture(scope="session")
def make_system() -> Callable[..., System]:
    return build
