"""Helper functions: read, handed what they read from the cell, and straightened for arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np
import pytest

from brainpy_lab.equations import read_text, straighten
from brainpy_lab.equations.elementary import NUMPY_FUNCTIONS
from brainpy_lab.equations.system import Function, System
from brainpy_lab.errors import ModelError, ModelSyntaxError


def read(text: str, **namespace: object) -> System:
    return read_text(text + "\ndV/dt = -V", namespace=namespace)


def compiled(node: ast.FunctionDef, *others: Function) -> Callable[..., object]:
    """The function as Python runs it, the language's functions being NumPy's."""
    body: list[ast.stmt] = [*(f.node for f in others), node]
    names: dict[str, object] = {**NUMPY_FUNCTIONS, "pi": np.pi}
    exec(compile(ast.fix_missing_locations(ast.Module(body, [])), "test", "exec"), names)
    found = names[node.name]
    assert callable(found)
    return found


BRANCHES = [
    "def f(x):\n    return x + 1",
    "def f(x):\n    if x > 0:\n        return x\n    return -x",
    "def f(x):\n    if x > 0:\n        y = x\n    else:\n        y = -2*x\n    return y + 1",
    "def f(x):\n    y = 0\n    if x > 0.5:\n        y += 1\n        if x > 0.8:\n            y *= 3\n"
    "    elif x < -0.5:\n        return 7\n    return y + x",
    "def f(x):\n    a, b = x, 1\n    a, b = b, a\n    x = a - b\n    x -= 1\n    return x",
    "def f(x):\n    a = b = x\n    a = a + 1\n    return a*b",
    "def f(x):\n    if x > 0:\n        if x > 0.5:\n            return 1\n    else:\n        return 2\n"
    "    z = exp(x)\n    return z",
    "def f(x):\n    if abs(x) < 1e-6:\n        return 1.0\n    y = x/(exp(x) - 1)\n    return y",
    "def f(x):\n    y: float = 2*x\n    if 0 < x < 0.5:\n        y = y if x > 0.1 else -y\n    pass\n    return y",
]


@pytest.mark.parametrize("text", BRANCHES)
def test_straightened_functions_give_the_same_numbers(text: str) -> None:
    (function,) = read(text).functions
    assert function.vectorizable
    straight = straighten(function)
    assert all(isinstance(s, ast.Assign) for s in straight.body[:-1])
    assert isinstance(straight.body[-1], ast.Return)
    one, other = compiled(function.node), compiled(straight)
    for x in np.linspace(-1.05, 1.05, 40):
        assert one(x) == pytest.approx(other(x), rel=1e-15)


@pytest.mark.parametrize(
    ("body", "obstacle"),
    [
        ("    s = 0\n    for i in range(3):\n        s += x**i\n    return s", "a for loop at line 3"),
        ("    while x > 1:\n        x = x/2\n    return x", "a while loop at line 2"),
        ("    return x[x]", "an array's element at line 2"),
        ("    return x if x < 1 else f(x - 1)", "a call of itself"),
        ("    return int(x)", "the Python function 'int'"),
        ("    x[0] = 1\n    return x", "an array changed in place at line 2"),
    ],
)
def test_obstacles_are_named(body: str, obstacle: str) -> None:
    (function,) = read("def f(x):\n" + body).functions
    assert (function.vectorizable, function.obstacle) == (False, obstacle)
    with pytest.raises(ModelSyntaxError, match="cannot run on arrays"):
        straighten(function)


def test_loops_keep_their_meaning() -> None:
    (function,) = read("def f(x):\n    s = 0\n    for i in range(4):\n        s += x**i\n    return s").functions
    assert compiled(function.node)(2.0) == 15.0


def test_names_of_the_cell_are_handed_in() -> None:
    system = read_text(
        """
        k = 2; c = 3; q = 2*k
        def g(x): return h(x)*k
        def h(x):
            return x + c + q*w + t
        dV/dt = g(V)
        dw/dt = h(w)
        """
    )
    states = {s.name: ast.unparse(s.drift) for s in system.states if s.drift}
    assert states == {"V": "g(V, k, c, q, w, t)", "w": "h(w, c, q, w, t)"}
    assert {f.name: ast.unparse(f.node).split("\n")[0] for f in system.functions} == {
        "g": "def g(x, k, c, q, w, t):",
        "h": "def h(x, c, q, w, t):",
    }
    assert ast.unparse(system.functions[0].node.body[0]) == "return h(x, c, q, w, t) * k"


def test_names_that_clash_with_a_called_functions_are_refused() -> None:
    with pytest.raises(ModelError, match="'c' is a name of the cell and of the function 'g'"):
        read("c = 3\ndef h(x): return x + c\ndef g(c): return h(c)")


def test_defaults_and_keywords_become_positions() -> None:
    system = read_text("def f(x, a=1, b=-2): return a*x + b\ndV/dt = f(V, b=3) + f(V) + f(a=V, x=1)")
    state = system.states[0]
    assert state.drift is not None
    assert ast.unparse(state.drift) == "f(V, 1, 3) + f(V, 1, -2) + f(1, V, -2)"


def test_function_of_parameters_only_is_derived() -> None:
    system = read_text("def f(x): return 2*x\na = 1\nb = f(a)\nc = f(V)\ndV/dt = c")
    assert [d.name for d in system.derived] == ["b"]
    assert [d.name for d in system.intermediates] == ["c"]
