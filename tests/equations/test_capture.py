"""Names taken from the notebook around a cell."""

from __future__ import annotations

import ast
import functools
import linecache
import math

import numpy as np
import pytest

from brainpy_lab.equations import read_text
from brainpy_lab.errors import ModelError, UnknownNameError

E_LEAK = -65
WEIGHTS = np.arange(3.0)


def leak(V, g=0.1):  # type: ignore[no-untyped-def]
    return shifted(V) * g + E_LEAK**2


def shifted(V):  # type: ignore[no-untyped-def]
    """Docstring."""
    if V > 0:
        return np.exp(-V)
    return math.sin(V)


def summed(V):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(3):
        total += V**i
    return total


def reads_array(V):  # type: ignore[no-untyped-def]
    return V * WEIGHTS


def with_import(V):  # type: ignore[no-untyped-def]
    import os

    return V + len(os.sep)


@functools.cache
def decorated(V):  # type: ignore[no-untyped-def]
    return 2 * V


def test_numbers_and_arrays_become_parameters() -> None:
    namespace = {"g": 0.1, "n": np.int64(3), "w": np.array([1, 2]), "row": [1.0, 2.0], "unused": 5}
    system = read_text("dV/dt = -g*V*n + w + row", namespace=namespace)
    assert {p.name: np.asarray(p.value).tolist() for p in system.parameters} == {
        "g": 0.1,
        "n": 3.0,
        "w": [1, 2],
        "row": [1, 2],
    }
    assert all(p.captured for p in system.parameters)
    assert "g = 0.1 was taken from the notebook" in system.notes
    assert "w = an array of shape (2,) was taken from the notebook" in system.notes


def test_the_cell_comes_first() -> None:
    system = read_text("g = 1\ndV/dt = -g*V", namespace={"g": 5, "V": 7})
    assert [(p.name, p.value, p.captured) for p in system.parameters] == [("g", 1.0, False)]


def test_functions_are_read_with_what_they_call() -> None:
    system = read_text("dV/dt = leak(V, g=k)", namespace={"leak": leak, "k": 2})
    functions = {f.name: f for f in system.functions}
    assert set(functions) == {"leak", "shifted"}
    assert all(f.captured and f.vectorizable for f in functions.values())
    assert ast.unparse(functions["leak"].node.body[0]) == "return shifted(V) * g + (-65.0) ** 2"
    assert ast.unparse(functions["shifted"].node.body[-1]) == "return sin(V)"
    assert "E_LEAK = -65 was written into the function leak" in system.notes
    assert "function leak was taken from the notebook" in system.notes


def test_functions_with_loops_are_marked() -> None:
    (function,) = read_text("dV/dt = summed(V)", namespace={"summed": summed}).functions
    assert not function.vectorizable
    assert function.obstacle == "a for loop at line 3"


def test_decorated_functions_and_lambdas() -> None:
    square = lambda x: x**2  # noqa: E731
    system = read_text("dV/dt = decorated(V) + square(V)", namespace={"decorated": decorated, "square": square})
    assert [ast.unparse(f.node.body[0]) for f in system.functions] == ["return 2 * V", "return x ** 2"]


def test_closures() -> None:
    def make(rate: float):  # type: ignore[no-untyped-def]
        def f(x):  # type: ignore[no-untyped-def]
            return rate * x

        return f

    (function,) = read_text("dV/dt = f(V)", namespace={"f": make(3)}).functions
    assert ast.unparse(function.node.body[0]) == "return 3.0 * x"


def test_functions_of_notebook_cells() -> None:
    text = "def alpha(V):\n    return 0.1*V\n"
    name = "<ipython-input-7-0123456789ab>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, object] = {}
    exec(compile(text, name, "exec"), namespace)
    (function,) = read_text("dV/dt = alpha(V)", namespace=namespace).functions
    assert ast.unparse(function.node.body[0]) == "return 0.1 * V"


def test_other_names_of_numpy() -> None:
    system = read_text("dV/dt = onp.exp(V)", namespace={"onp": np})
    assert system.states[0].drift is not None
    assert ast.unparse(system.states[0].drift) == "exp(V)"


def test_functions_of_numpy_under_other_names() -> None:
    system = read_text(
        "dV/dt = up(V) + larger(V, 1) + e_to(V)", namespace={"up": np.exp, "larger": np.fmax, "e_to": math.exp}
    )
    assert system.states[0].drift is not None
    assert ast.unparse(system.states[0].drift) == "exp(V) + maximum(V, 1) + exp(V)"
    assert system.functions == ()


@pytest.mark.parametrize(
    ("text", "namespace", "message"),
    [
        ("dV/dt = f(V)", {"f": int}, "'f' is of type type in the notebook"),
        ("dV/dt = f(V)", {"f": len}, "'f' is of type builtin_function_or_method"),
        ("dV/dt = name", {"name": "text"}, "'name' is of type str in the notebook"),
        ("dV/dt = f", {"f": leak}, "'f' is a function of the notebook: its argument is missing"),
        ("dV/dt = z*V", {"z": 1j}, "'z' is of type complex"),
        ("dV/dt = reads_array(V)", {"reads_array": reads_array}, "reads the array 'WEIGHTS'"),
        ("dV/dt = with_import(V)", {"with_import": with_import}, "no 'import'"),
    ],
)
def test_what_cannot_be_taken(text: str, namespace: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_text(text, namespace=namespace)


def test_functions_without_source() -> None:
    namespace: dict[str, object] = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(ModelError, match="source of the function 'f' cannot be found"):
        read_text("dV/dt = f(V)", namespace=namespace)


def test_the_notebooks_names_are_suggested() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_text("dV/dt = conductanse*V", namespace={"conductance": 1.0})
    assert caught.value.advice is not None
    assert "Did you mean 'conductance'?" in caught.value.advice


def test_errors_in_captured_functions_point_into_them() -> None:
    with pytest.raises(ModelError) as caught:
        read_text("dV/dt = with_import(V)", namespace={"with_import": with_import})
    location = caught.value.location
    assert location is not None
    assert (location.file, location.line, location.source_line) == ("function with_import", 2, "    import os")
