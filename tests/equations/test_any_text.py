"""Whatever is typed gives a System or a BrainPyLabError that points into the text, never anything else."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brainpy_lab.equations import System, read_text
from brainpy_lab.equations.latex import system_latex
from brainpy_lab.errors import BrainPyLabError

PIECES = [
    "dV/dt = ", "dw/dt = ", "V", "w", "I = 0.5", " in [0, 2]", "\n", "\n    ", "(", ")", "[", "]", "+", "-", "*", "/",
    "**", "xi", "xi_1", "V(t - tau)", "t", "tau = 3", "when ", "V > 1", ":", ";", "hold(V, 2)", "def f(x):", "return x",
    "if ", " else ", "for i in range(3):", "0", "1.5", "=", "==", "+=", "# c", '"""', "'", "order(V) = ", "V(0) = ",
    "V(t <= 0) = ", "sin(", "where(", "np.exp(V)", "pi", "pre.V", "post.I", " as a", "\\", "\t", ",", "lambda", "f(V)",
    "@", "^", "τ", "²", "{", "}", "import os", "dV(0) = 1", "1e999", "0x1F", "0777", "b'a'", "None", "not ", " and ",
    "is ", "while ", "y = x", "async ", "await ", ".", "\r", "\f", ":=", "~", "%", "!", "zeros(3)", "[1, 2]", "µ", "q",
]  # fmt: skip

LINES = [
    "tau = 3",
    "dV/dt = -V/tau + xi",
    "dw/dt = V(t - 2) - w",
    "when V > 1:\n    V = 0\n    hold(V, 3)",
    "V(0) = -1",
    "def f(x):\n    if x > 1:\n        return 2\n    y = x\n    return y*tau",
    "y = f(V)",
    "order(w) = 0.5",
    "x = y + q",
    "w(t <= 0) = cos(t)",
    "z = 2*xi_a",
    "I = [1, 2]",
]

texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map(lambda p: "dV/dt = -V\n" + "".join(p)),
    st.lists(st.sampled_from(LINES), unique=True, min_size=1).map("\n".join),
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A model with a piece put in, or a character taken out."""
    text = "\n".join(draw(st.lists(st.sampled_from(LINES), unique=True, min_size=1)))
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.sampled_from(PIECES)) + text[place + draw(st.integers(0, 2)) :]


def read(text: str, *, synapse: bool) -> System | BrainPyLabError:
    try:
        return read_text(text, synapse=synapse, namespace={"q": 3.0})
    except BrainPyLabError as error:
        return error


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(texts, damaged()), st.booleans())
def test_any_text_gives_a_system_or_an_error_with_a_place(text: str, synapse: bool) -> None:
    outcome = read(text, synapse=synapse)
    if isinstance(outcome, System):
        assert outcome == read(text, synapse=synapse)
        assert all(isinstance(line, str) for line in system_latex(outcome))
    elif outcome.location is None:
        assert "no state" in outcome.message
    else:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= outcome.location.line <= len(lines)
        assert 0 <= outcome.location.column <= len(lines[outcome.location.line - 1])
        assert str(outcome).startswith(outcome.message)
