"""Every error of the model language: what it says, and the line and column it points at."""

from __future__ import annotations

import pytest

from brainpy_lab.equations import read_text
from brainpy_lab.errors import BrainPyLabError, ModelError, ModelSyntaxError, UnknownNameError

BASE = "dV/dt = -V\n"

# text, part of the message, line, column (0-based), part of the advice (None: no matter)
CASES: list[tuple[str, str, int, int, str | None]] = [
    # the sign of a line
    ("dV/dt == -V", "'==' compares", 1, 6, "Write dV/dt = -V"),
    ("dV/dt = ", "Nothing stands behind 'dV/dt ='", 1, 6, None),
    (BASE + "I =", "Nothing stands behind 'I ='", 2, 2, None),
    (BASE + "= 3", "Nothing stands before", 2, 0, None),
    ("dV/dt -V", "no '=' sign", 1, 0, "dV/dt = ..."),
    (BASE + "I 0.5", "no '=' sign", 2, 0, None),
    (BASE + "I: 0.5", "Values are given with '='", 2, 1, "Write I = 0.5"),
    (BASE + "a += 1", "stands only in a 'when' block", 2, 2, None),
    (BASE + "a = b = 1", "one '=' sign", 2, 6, None),
    (BASE + "a, b = 1, 2", "defines one name", 2, 0, None),
    (BASE + "a: float = 1", "no type annotation", 2, 0, "Write a = ..."),
    # derivatives
    ("V' = -V", "written dV/dt", 1, 0, "Write dV/dt"),
    ("V/dt = -V", "'V/dt' is no derivative", 1, 0, "Write dV/dt"),
    ("dV/dx = -V", "by the time t", 1, 0, "Write dV/dt"),
    ("d2x/dt2 = -x", "second order", 1, 0, "dv/dt"),
    ("d V/dt = -V", "in one word", 1, 0, "dV/dt"),
    (BASE + "V(t) = 3", "without '(t)'", 2, 0, None),
    (BASE + "dV/dt = V", "'V' is defined twice: at line 1", 2, 0, "Delete one"),
    ("dt/dt = 1", "'t' is the time", 1, 0, None),
    # Python and brackets
    ("dV/dt = V^3", "'^' is not a power", 1, 9, "V**3"),
    ("dV/dt = (V + 1\na = 2", "'(' is never closed", 1, 8, "Add the ')'"),
    ("dV/dt = (V + [1)", "')' does not close the '['", 1, 15, "Write ']'"),
    ("dV/dt = V)", "')' closes nothing", 1, 9, None),
    ("dV/dt = 2 V", "operator is missing between '2' and 'V'", 1, 10, "2*V"),
    ("dV/dt = 2V", "operator is missing between '2' and 'V'", 1, 9, "2*V"),
    ("dV/dt = 0.08(V + 1)", "operator is missing between '0.08' and '('", 1, 12, "0.08*("),
    ("dV/dt = (V)(V)", "operator is missing between ')' and '('", 1, 11, "* between"),
    ("dV/dt = V +", "missing behind '+'", 1, 10, None),
    ("dV/dt = V + * 2", "missing between '+' and '*'", 1, 10, None),
    ("dV/dt = * 2", "missing before '*'", 1, 8, None),
    ("dV/dt = V if V > 0", "expected 'else'", 1, 8, None),
    ("dV/dt = V && 1", "does not belong", 1, 10, "and"),
    ("dV/dt = −V", "cannot stand here", 1, 8, "Write -"),
    ("dV/dt = V²", "cannot stand here", 1, 9, "**2"),
    ("dV/dt = V · 2", "cannot stand", 1, 10, "Write *"),
    ("dV/dt = 'a'", "text cannot stand", 1, 8, None),
    ("dV/dt = 'a", "never closed", 1, 8, None),
    ('"""title\n' + BASE, "never closed", 1, 0, '"""'),
    (BASE + "'a text'", "only at the beginning", 2, 0, None),
    ("dV/dt = 1j", "not a number", 1, 8, None),
    ("dV/dt = 1e400", "too large", 1, 8, None),
    ("dV/dt = V.real", "no attributes", 1, 8, None),
    ("dV/dt = V.mean()", "no methods", 1, 8, None),
    ("dV/dt = V[w]", "have whole numbers", 1, 10, "roll"),
    ("dV/dt = [1, V]", "array inside an expression", 1, 8, None),
    ("dV/dt = (1, V)", "row of values", 1, 8, None),
    ("dV/dt = lambda x: 1", "lambda", 1, 8, "def f(x)"),
    ("dV/dt = sum(x for x in V)", "comprehension", 1, 11, None),
    ("dV/dt = V is 3", "compared with", 1, 13, None),
    ("dV/dt = (V := 3)", "':='", 1, 11, None),
    (BASE + "import numpy", "no 'import'", 2, 0, "NumPy"),
    (BASE + "from numpy import exp", "no 'from'", 2, 0, None),
    (BASE + "class A:\n    x = 1", "no 'class'", 2, 0, None),
    (BASE + "while True:\n    x = 1", "no 'while'", 2, 0, "helper function"),
    (BASE + "if V > 1:\n    V = 0", "no 'if'", 2, 0, "when"),
    (BASE + "return V", "no 'return'", 2, 0, None),
    (BASE + "%matplotlib inline", "does not begin a line", 2, 0, "ordinary cell"),
    (BASE + "!ls", "does not begin a line", 2, 0, "ordinary cell"),
    (BASE + "@f", "does not begin a line", 2, 0, None),
    (BASE + "a = 1\\", "in the middle of a line", 2, 5, None),
    (BASE + "a = \x00", "cannot stand in a model", 2, 4, "Delete"),
    # indentation
    (BASE + "    a = 1\nb = 2", "indented, but no block", 2, 4, "first column"),
    (BASE + "when V > 1:\nV = 0", "block of this 'when' is missing", 2, 0, None),
    (BASE + "when V > 1\n    V = 0", "':' at the end of this 'when' line", 2, 10, None),
    (BASE + "when V > 1:\n    V = 0\n  a = 1", "indented like none", 4, 0, None),
    (BASE + "when V > 1:\n \tV = 0", "Tabs and spaces", 3, 0, "spaces only"),
    # names
    ("dV/dt = g_k*V\ng_K = 3", "'g_k' is defined nowhere", 1, 8, "Did you mean 'g_K'? Otherwise define it: g_k = 1.0"),
    ("dV/dt = I + 1", "'I' is defined nowhere", 1, 8, "Define it: I = 1.0"),
    ("dV/dt = (V +\n   I)", "'I' is defined nowhere", 2, 3, None),
    ("dV/dt = sim(V)", "no function 'sim'", 1, 8, "Did you mean"),
    ("dV/dt = f(V, 1)", "no function 'f'", 1, 8, "def f(x, y): return"),
    ("dV/dt = np.expp(V)", "no NumPy function 'expp'", 1, 8, "'exp'"),
    ("dV/dt = sin", "argument is missing", 1, 8, "sin(...)"),
    ("dV/dt = sin(V, 2)", "takes 1 argument, not 2", 1, 8, None),
    ("dV/dt = clip(V, a=1, b=2)", "by position", 1, 16, None),
    ("dV/dt = V + dt", "time step 'dt'", 1, 12, None),
    (BASE + "a = 1\na = 2", "'a' is defined twice: at line 2", 3, 0, None),
    (BASE + "V = 1", "'V' is defined twice", 2, 0, None),
    (BASE + "V(0) = 1\nV(0) = 2", "'V(0)' is defined twice: at line 2", 3, 0, None),
    (BASE + "exp = 3", "'exp' is a function of the language", 2, 0, "another name"),
    (BASE + "t = 3", "'t' is the time", 2, 0, None),
    (BASE + "pi = 3", "'pi' is a constant", 2, 0, None),
    (BASE + "dt = 0.1", "'dt' is the time step", 2, 0, None),
    (BASE + "lambda = 3", "'lambda' is a word of Python", 2, 0, None),
    (BASE + "xi_1 = 3", "'xi_1' is white noise", 2, 0, None),
    (BASE + "def exp(x):\n    return x", "'exp' is a function of the language", 2, 4, None),
    (BASE + "def f(x):\n    return x\nf = 3", "'f' is defined twice", 4, 0, None),
    (BASE + "a = b\nb = c\nc = a", "a -> b -> c -> a", 2, 0, "da/dt"),
    (BASE + "a = a + 1", "'a' is defined by itself", 2, 0, None),
    ("", "no state", 0, 0, "dV/dt"),
    ("a = 1", "no state", 1, 0, "dV/dt"),
    ("dV/dt = I(t)", "no function 'I'", 1, 8, "Define it: def I(x): return ..., or, if it is a delayed state, dI/dt"),
    ("dV/dt = pi(2)", "'pi' is a constant", 1, 8, "pi*(...)"),
    ("dV/dt = e**V", "'e' is defined nowhere", 1, 8, "exp(x)"),
    ("dV/dt = 2*π", "'π' is defined nowhere", 1, 10, "Write pi"),
    ("V’ = -V", "written dV/dt", 1, 0, "dV/dt = -V"),
    ("dV = -V", "no state", 1, 0, "dV/dt = ..."),
    (BASE + "a in [0, 2]", "behind a value", 2, 2, "Write a = 1.0 in [0, 2]"),
    (BASE + "a = 3 [0, 2]", "'in' is missing", 2, 6, "in [0, 2]"),
    (BASE + "a := 3", "given with '='", 2, 2, "Write a = 3"),
    (BASE + "a = [1, [2]]", "different lengths", 2, 4, None),
    (BASE + "a = []", "empty", 2, 4, None),
    (BASE + "when V > 1 as if:\n    V = 0", "word of Python", 2, 14, None),
    (BASE + "def f(x, x): return x", "'x' stands twice", 2, 9, None),
    (BASE + "def f(x): return xi", "inside a function", 2, 17, None),
    (BASE + "def f(x): return V(t - 1)", "inside a function", 2, 17, "argument"),
    ("dV/dt = V(t - xi)", "cannot stand in a delay", 1, 14, None),
    # parameters
    (BASE + "I = 0.5 in [2, 0]", "begins at 2 and ends at 0", 2, 11, "lower limit first"),
    (BASE + "I = 5 in [0, 2]", "5 lies outside its range [0, 2]", 2, 4, None),
    (BASE + "I = 5 in 10", "two limits", 2, 9, "in [lowest, highest]"),
    (BASE + "I = 5 in [0, 10, -1]", "step is not positive", 2, 17, None),
    (BASE + "I = 5 in [0, V]", "limits of a range are numbers", 2, 13, None),
    (BASE + "I = V in [0, 1]", "Only a number has a range", 2, 9, None),
    (BASE + "V(0) = 1 in [0, 1]", "Only a parameter has a range", 2, 9, None),
    (BASE + "w = [1, 2] in [0, 1]", "array has no range", 2, 14, None),
    (BASE + "a = 1/0", "cannot be computed", 2, 4, None),
    (BASE + "a = linspace(0, V, 5)", "array of numbers only", 2, 4, None),
    (BASE + "a = zeros(1000000000)", "cannot be computed", 2, 4, None),
    # initial values, histories, orders
    (BASE + "W(0) = 1", "'W' has no derivative", 2, 0, "dW/dt"),
    ("dvolt/dt = 1\nvolts(0) = 1", "'volts' has no derivative", 2, 0, "'volt'"),
    (BASE + "a = 1\na(0) = 1", "An initial value belongs to a state", 3, 0, None),
    (BASE + "a = 1\norder(a) = 1", "An order belongs to a state", 3, 6, None),
    (BASE + "a = 1\na(t <= 0) = 1", "A history belongs to a state", 3, 0, None),
    (BASE + "V(0) = t", "cannot depend on 't'", 2, 7, None),
    (BASE + "V(0) = xi", "White noise", 2, 7, None),
    (BASE + "dw/dt = 1\nV(0) = w\nw(0) = V(0)", "need each other", 3, 7, None),
    (BASE + "V(t <= 0) = V + 1", "history of 'V' cannot depend on 'V'", 2, 12, None),
    (BASE + "order(V) = 3", "order of 'V' is 3", 2, 11, None),
    (BASE + "order(V) = 0", "order of 'V' is 0", 2, 11, None),
    (BASE + "a = -1\norder(V) = a/2", "order of 'V' is -0.5", 3, 11, None),
    (BASE + "order(V) = V", "can depend on parameters only", 2, 11, None),
    (BASE + "dV(0) = 1", "initial slope", 2, 0, "order(V)"),
    (BASE + "order(V) = 0.5\ndV(0) = 1", "initial slope", 3, 0, "Delete"),
    # noise
    ("dV/dt = exp(xi)", "inside 'exp'", 1, 8, "f + g*xi"),
    ("dV/dt = V + sqrt(1 + 2*xi)", "inside 'sqrt'", 1, 12, "f + g*xi"),
    ("dV/dt = xi*xi", "multiplied with white noise", 1, 8, None),
    ("dV/dt = xi_1*V*xi_2", "multiplied with white noise", 1, 8, None),
    ("dV/dt = xi**2", "in a power", 1, 8, None),
    ("dV/dt = 1/xi", "in a denominator", 1, 8, None),
    ("dV/dt = V if xi > 0 else 1", "in a condition", 1, 8, None),
    ("n = 2*xi\ndV/dt = n*n", "multiplied with white noise", 2, 8, None),
    (BASE + "when V > xi:\n    V = 0", "cannot stand in a condition", 2, 9, None),
    (BASE + "when V > 1:\n    V = xi", "cannot stand in an action", 3, 8, None),
    ("dV/dt = xi(t)", "no value at a time", 1, 8, None),
    # delays
    ("dV/dt = V(t - tau)\ntau = -1", "delay is negative", 1, 8, "tau >= 0"),
    ("dV/dt = V(t + 1)", "delay is negative", 1, 8, None),
    ("dV/dt = V(3)", "no delayed state", 1, 8, "V*(3)"),
    ("dV/dt = V(0)", "initial value 'V(0)'", 1, 8, None),
    ("dV/dt = V(t, 1)", "one argument", 1, 8, None),
    ("dV/dt = I(t - 1)\nI = 3", "'I' is a value", 1, 8, None),
    ("dV/dt = I(t - 1)\nI = 3*V", "'I' is a value", 1, 8, "Only states can be delayed"),
    # events
    (BASE + "when V > 1 as a:\n    V=0\nwhen V < 0 as a:\n    V = 0", "events are called 'a': at line 2", 4, 14, None),
    (BASE + "when V:\n    V = 0", "condition compares", 2, 5, None),
    (BASE + "when V = 1:\n    V = 0", "'=' sets", 2, 7, None),
    (BASE + "when:\n    V = 0", "no condition", 2, 0, None),
    (BASE + "when V > 1 as:\n    V = 0", "event's name", 2, 11, None),
    (BASE + "when V > 1:\n    W = 0", "'W' is set here, but it is no state", 3, 4, "W(0) = 0"),
    (BASE + "a = 1\nwhen V > 1:\n    a = 0", "'a' is a parameter", 4, 4, "a(0) = ..."),
    (BASE + "a = V\nwhen V > 1:\n    a = 0", "'a' is an intermediate", 4, 4, None),
    (BASE + "a = 1\nwhen V > 1:\n    hold(a, 1)", "cannot be held", 4, 9, None),
    (BASE + "when V > 1:\n    hold(V)", "a state and a duration", 3, 4, "hold(V, t_ref)"),
    (BASE + "when V > 1:\n    hold(V + 1, 2)", "Only a state", 3, 9, None),
    (BASE + "when V > 1:\n    hold(V, -2)", "cannot be negative", 3, 12, None),
    (BASE + "n(0) = 0\nwhen V > 1:\n    n += 1\n    hold(n, 2)", "keeps its value anyway", 5, 9, None),
    (BASE + "when V > 1:\n    V == 0", "'==' compares", 3, 6, "Write V = 0"),
    (BASE + "when V > 1:\n    V", "is no action", 3, 4, None),
    (BASE + "when V > 1:\n    dV/dt = 0", "do not belong into a 'when' block", 3, 4, None),
    (BASE + "when V > 1:\n    if V > 2:\n        V = 0", "no 'if'", 3, 4, "a if condition else b"),
    (BASE + "hold(V, 2)", "only in a 'when' block", 2, 0, None),
    # functions
    (BASE + "def f(x):\n    y = x", "can end without returning", 3, 4, "return"),
    (BASE + "def f(x):\n    if x > 1:\n        return 1", "can end without returning", 3, 4, None),
    (BASE + "def f(x):\n    if x > 1:\n        y = 2\n    return y", "'y' may not have a value", 5, 11, None),
    (BASE + "def f(x):\n    return z", "'z' is defined nowhere", 3, 11, None),
    (BASE + "def f(x):\n    import os\n    return x", "no 'import'", 3, 4, None),
    (BASE + "def f(*x):\n    return x", "no * arguments", 2, 7, None),
    (BASE + "def f(exp):\n    return exp", "'exp' is a function", 2, 6, None),
    ("dV/dt = f(V, 1)\ndef f(x):\n    return x", "'f' takes 1 argument, not 2", 1, 8, None),
    ("dV/dt = f(V)\ndef f(x, y):\n    return x", "needs its argument 'y'", 1, 8, None),
    ("dV/dt = f(V, z=1)\ndef f(x):\n    return x", "no such argument", 1, 8, None),
    (BASE + "def f(x:\n    return x", "'(' is never closed", 2, 5, None),
    (BASE + "def f(x):\n    return x +", "invalid syntax", 3, 14, None),
    # synapses
    ("dV/dt = pre.V", "this model is none", 1, 8, "--synapse"),
    (BASE + "post.I += 3", "this model is none", 2, 0, "--synapse"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line", "column", "advice"), CASES, ids=[repr(c[0])[:60] for c in CASES])
def test_error_says_what_and_where(text: str, message: str, line: int, column: int, advice: str | None) -> None:
    with pytest.raises(ModelError) as caught:
        read_text(text)
    error = caught.value
    assert message in error.message
    if line:
        assert error.location is not None
        assert (error.location.line, error.location.column) == (line, column)
        assert error.location.source_line.replace("\N{REPLACEMENT CHARACTER}", "\x00") == text.split("\n")[line - 1]
    if advice is not None:
        assert error.advice is not None
        assert advice in error.advice


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("dg/dt = -g\npost.I = g", "adds to 'post.I'", 2, 7),
        ("dg/dt = -g\npre_V = 1\npost.I += pre.V", "cannot both be names", 3, 10),
        ("dg/dt = -g\npost.I += xi", "cannot stand in what a synapse adds", 2, 10),
        ("dg/dt = pre", "side of a synapse, not a value", 1, 8),
        ("w = 1\ndg/dt = -g\nwhen pre.spike:\n    w += 1", "'w' is a parameter", 4, 4),
    ],
)
def test_errors_of_synapses(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        read_text(text, synapse=True)
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == (line, column)


def test_unknown_names_have_their_own_class() -> None:
    for text in ("dV/dt = I", "dV/dt = f(V)", "dV/dt = np.foo(V)"):
        with pytest.raises(UnknownNameError):
            read_text(text)


def test_printed_error_has_line_column_and_caret() -> None:
    with pytest.raises(BrainPyLabError) as caught:
        read_text("a = 1\ndV/dt = -W", origin="cell In[3]")
    assert str(caught.value).splitlines() == [
        "The name 'W' is defined nowhere.",
        "  cell In[3], line 2, column 10:",
        "    dV/dt = -W",
        "             ^",
        "  Define it: W = 1.0",
    ]


def test_columns_count_characters_and_keep_the_margin() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_text("\n    τ = 3\n    dV/dt = -V/τ + (τ +\n        µ2)\n")
    location = caught.value.location
    assert location is not None
    assert (location.line, location.column, location.width) == (4, 8, 2)


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    with pytest.raises(ModelSyntaxError, match="deep"):
        read_text("dV/dt = " + "(" * 5000 + "V" + ")" * 5000)
    with pytest.raises(ModelSyntaxError, match="deep"):
        read_text("dV/dt = V" + " + V" * 20000)


def test_what_is_copied_from_web_pages_is_read() -> None:
    assert read_text("\ufeffdV/dt\xa0= -V") == read_text("dV/dt = -V")
