"""What a model may be called: nothing that a user names reaches generated code as code."""

from __future__ import annotations

import ast

import pytest

import brainpy_lab as bp
from brainpy_lab.equations import read_text
from brainpy_lab.equations.system import State, System

DECAY = "dx/dt = -x\nx(0) = 1"
AFTER = 0.904837418  # exp(-0.1)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize(
    "name", ['"""', '"""\\', "\\", "\\N", "\\x", "'''", '"; raise SystemError #', "{x} %s", "日本 😀", "x" * 1000]
)
def test_a_name_of_visible_characters_is_words_in_the_code(name: str, backend: str) -> None:
    model = bp.model(DECAY, name=name, backend=backend)
    module = ast.parse(model.code().text)
    assert isinstance(module.body[0], ast.Expr)
    assert {type(node) for node in module.body[1:]} <= {ast.ImportFrom, ast.FunctionDef}
    shown = name if len(name) <= 80 else "x" * 79 + "…"
    assert ast.get_docstring(module).splitlines()[0].startswith(f"One step of {shown}: classical")
    if backend == "numpy" or len(name) == 4:  # one that ends a docstring is enough to compile
        assert model.run(0.1).x[-1] == pytest.approx(AFTER, abs=1e-8)


@pytest.mark.parametrize(
    "character", ["\n", "\r", "\x0c", "\x0b", "\x00", "\x1b", "\x85", "\u2028", "\u2029", "\ud800", "\u202e", "\u200b"]
)
def test_a_name_with_hidden_characters_is_refused(character: str) -> None:
    name = f'"""{character}raise SystemError{character}"""'
    with pytest.raises(bp.errors.ArgumentError, match="cannot stand in a model's name") as refusal:
        bp.model(DECAY, name=name)
    str(refusal.value).encode()

    def decay(x, t):
        return -x

    decay.__name__ = name
    with pytest.raises(bp.errors.ArgumentError, match="cannot stand in a model's name"):
        bp.odeint(decay)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (5, "is a text, not int"),
        (None, "not NoneType"),
        (b"x", "not bytes"),
        ("", "be empty"),
        ("x" * 1001, "has 1001"),
    ],
)
def test_a_name_is_a_text(name: object, message: str) -> None:
    with pytest.raises(bp.errors.ArgumentError, match=message):
        bp.model(DECAY, name=name)


@pytest.mark.parametrize("name", ["x\nraise SystemError", "x y", "if", "", 5, "x#"])
def test_a_system_made_by_hand_has_identifiers_alone(name: object) -> None:
    with pytest.raises(bp.errors.ArgumentError, match="cannot be a name in a model"):
        System("Model", (State(name, ast.Constant(0.0)),))


@pytest.mark.parametrize("words", ['"""', "\\", "\\N{x}", "\t#", "raise SystemError('x')", '"""\traise SystemError'])
def test_comments_and_titles_stay_words(words: str) -> None:
    title = words.replace("\\", "")
    text = f"'''A title {title}.'''\nk = 1  # {words}\ny = k*x  # {words}\ndx/dt = -y  # {words}\nx(0) = 1  # {words}"
    model = bp.model(f"{text}\nwhen x < -1:  # {words}\n    x = 1  # {words}", backend="numpy")
    body = ast.parse(model.code().text).body
    assert {type(node) for node in body[1:]} <= {ast.ImportFrom, ast.FunctionDef}
    assert not any(isinstance(node, ast.Raise) for node in ast.walk(ast.parse(model.code().text)))
    assert model.run(0.1).x[-1] == pytest.approx(AFTER, abs=1e-8)


@pytest.mark.parametrize("character", ["\x0c", "\x0b", "\x00", "\x85", "\u2028", "\ud800"])
def test_a_text_with_hidden_characters_is_refused_where_they_stand(character: str) -> None:
    with pytest.raises(bp.errors.ModelSyntaxError, match="cannot stand in a model") as refusal:
        read_text(f"dx/dt = -x\nk = 1  # a{character}b")
    assert (refusal.value.location.line, refusal.value.location.column) == (2, 10)
    str(refusal.value).encode()


def test_a_message_can_be_written_whatever_was_given() -> None:
    with pytest.raises(bp.errors.ArgumentError, match=r"no parameter '\\ud800'") as refusal:
        bp.model(DECAY).run(0.1, backend="numpy", **{"\ud800": 1.0})
    str(refusal.value).encode()
