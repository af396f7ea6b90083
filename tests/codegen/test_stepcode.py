"""StepCode: what it refuses, where, its file, its determinism, and its map to the user's lines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import brainpy_lab as bp
from brainpy_lab.cache.folder import write_content_named
from brainpy_lab.errors import CodeError

from .kinds import KINDS

TEXT = """
a = 2
u = a*x
dx/dt = y - u
dy/dt = -x
x(0) = 1
when x > 3:
    x = 0
"""


@pytest.fixture
def code():
    return bp.model(TEXT, name="Edited").code("numpy", "euler")


def _without(text, part):
    assert part in text
    return text.replace(part, "", 1)


def _line(text, part):
    return next(i for i, line in enumerate(text.splitlines(), 1) if part in line)


def test_an_edit_is_code_with_the_users_text(code):
    text = code.text.replace("x_new = x + dt", "x_new = x + 2*dt")
    edited = code.edit(text)
    assert edited.edited
    assert edited.text == str(edited) == text
    assert not code.edited
    assert not code.edit(code.text).edited
    assert edited.functions == code.functions


def test_a_syntax_error_has_its_place(code):
    text = code.text.replace("x_new = x + ", "x_new = x + + * ")
    with pytest.raises(CodeError, match="does not parse") as error:
        code.edit(text)
    location = error.value.location
    assert location.line == _line(text, "+ + *")
    assert location.source_line[location.column] == "*"
    assert f"edited step code, line {location.line}" in str(error.value)


def test_text_cut_off(code):
    with pytest.raises(CodeError, match="does not parse"):
        code.edit(code.text.rsplit("return", 1)[0] + "return (")


def test_a_missing_function(code):
    with pytest.raises(CodeError, match="no longer defines the function 'step'") as error:
        code.edit(code.text.replace("def step", "def stop"))
    assert "def step(t, dt, x, y, spike_on, a):" in str(error.value)
    with pytest.raises(CodeError, match="'step'"):
        code.edit("")


@pytest.mark.parametrize(
    "arguments",
    ["t, dt, x, y", "t, dt, y, x, spike_on, a", "t, dt, x, y, spike_on, a, b", "t, dt, x, y, spike_on, a, *more", ""],
)
def test_changed_arguments(code, arguments):
    text = code.text.replace("def step(t, dt, x, y, spike_on, a)", f"def step({arguments})")
    with pytest.raises(CodeError, match="must keep its arguments") as error:
        code.edit(text)
    assert error.value.location.line == _line(text, "def step")


def test_a_changed_number_of_results(code):
    returned = next(line for line in code.text.splitlines() if line.lstrip().startswith("return"))
    text = code.text.replace(returned, returned + ", 1.0")
    with pytest.raises(CodeError, match="must return 5 values, here it returns 6") as error:
        code.edit(text)
    assert error.value.location.line == _line(text, "return")
    with pytest.raises(CodeError, match="returns nothing"):
        code.edit(_without(code.text, returned))


def test_returns_of_inner_functions_are_their_own(code):
    text = code.text.replace(
        "    return", "    def inner(z):\n        return 2*z\n    x_new = inner(x_new)\n    return"
    )
    assert code.edit(text).edited


def test_an_unknown_name(code):
    text = code.text.replace("x_new = x + ", "x_new = z + ")
    with pytest.raises(CodeError, match="The name 'z' is defined nowhere") as error:
        code.edit(text)
    location = error.value.location
    assert (location.line, location.source_line[location.column]) == (_line(text, "z + "), "z")


@pytest.mark.parametrize(
    "text",
    [
        "import math\n",
        "from numpy import exp as e_x\n",
        "SCALE = 2.0\n",
        "def double(z):\n    return 2*z\n",
        "TABLE: list = [1, 2]\n",
    ],
)
def test_names_may_be_defined(code, text):
    name = {"import math": "math.pi", "from": "e_x(1.0)", "SCALE": "SCALE", "def": "double(1.0)", "TABLE:": "TABLE[0]"}
    used = next(v for k, v in name.items() if text.startswith(k))
    edited = code.edit(text + code.text.replace("x_new = x + ", f"x_new = x*{used} + "))
    assert edited.edited


@pytest.mark.parametrize("expression", ["sum([z for z in (x, y)])", "(lambda z: z)(x)", "(z := x) + z"])
def test_names_inside_expressions_are_known(code, expression):
    assert code.edit(code.text.replace("x_new = x + ", f"x_new = {expression} + ")).edited


# --- files -------------------------------------------------------------------------------------------------------


def test_files_are_named_by_content_and_written_once(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path))
    first = write_content_named("a = 1\n", "Model_rk4", "steps")
    os.utime(first, (1e9, 1e9))
    second = write_content_named("a = 1\n", "Model_rk4", "steps")
    other = write_content_named("a = 2\n", "Model_rk4", "steps")
    assert first == second != other
    assert first.stat().st_mtime == 1e9
    assert first.read_text() == "a = 1\n"
    assert [p.suffix for p in first.parent.iterdir()] == [".py", ".py"]


def test_a_file_holds_the_text(code):
    assert code.file.read_text() == code.text
    assert code.hash in code.file.name
    assert code.file.name.startswith("Edited_euler_numpy_")
    assert code._repr_mimebundle_()["text/plain"] == code.text


@pytest.mark.parametrize("name", ["Naïve neuron", "a/b", "../up", "x" * 300, "con:1"])
def test_any_name_of_a_model_gives_a_file(name):
    made = bp.model("dx/dt = -x", name=name).code("numpy", "euler").file
    assert made.is_file()
    assert made.parent.name == "steps"


def test_code_is_the_same_in_every_process():
    script = (
        "import brainpy_lab as bp\n"
        "for name in ('hodgkin_huxley', 'adaptive_exponential'):\n"
        f"    for method in {KINDS}:\n"
        "        for backend in ('numpy', 'numba'):\n"
        "            print(getattr(bp.models, name)().code(backend, method).text)\n"
    )
    texts = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120,
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1


# --- the map to the user's lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", KINDS)
@pytest.mark.parametrize("backend", bp.drivers.registry())
def test_line_map(backend, method):
    code = bp.model(TEXT, name="Edited").code(backend, method)
    lines = code.text.splitlines()
    cell = TEXT.splitlines()
    assert set(code.line_map.values()) == {3, 4, 5, 7, 8}
    for number, origin in code.line_map.items():
        line = lines[number - 1]
        target = line.split(" = ")[0].strip()
        if origin in (4, 5):
            assert target.startswith(("dx", "dy"))
            assert cell[origin - 1].split("/")[0] in line
        if origin == 3:
            assert target.startswith("u")
