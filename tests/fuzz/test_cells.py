"""Cells put together at random: each is a model whose run can be shown, or our own error with a place in the cell."""

import random
import warnings

import pytest

import brainpy_lab as bp
from brainpy_lab.equations.latex import system_latex
from brainpy_lab.errors import BrainPyLabError
from brainpy_lab.simulation.runs.warning import RunWarning

LINES = [
    "I = 0.5 in [0, 2]", "tau = 3", "q = tau*2", "W = [1, 2]", "dV/dt = (I - V)/tau", "dw/dt = V - w", "V(0) = -1",
    "dx/dt = -x + 0.1*xi", "w(0) = 1/2", "when V >= 0.2 as spike:\n    V = 0", "when w > 1 and V < 2: w = 0",
    "def f(x):\n    if x > 1:\n        return 2\n    return x*tau", "y = f(V)", "dz/dt = V(t - 2) - z",
    "V(t <= 0) = cos(t)", "order(w) = 0.5", "a = exp(-V) if V > 0 else 1", "s = where(V > 1, 1, 0)",
    "dt = 3", "t = 2", "dV/dt = V**2 - 1/w",
    "du/dt = a*b - u; b = 2", "p = max(V, 0) + sum(W)", "dh/dt = 1e300*h", "dg/dt = g/0", "V(0) = log(-1)",
]  # fmt: skip

PIECES = [
    "V", "w", "t", "x", "xi", "=", "==", "+=", "dV/dt", "'", '"', "(", ")", "[", "]", "{", "}", "0", "1", "1e999", "-1",
    ".", "..", ",", ":", ";", "\n", "\n    ", "\t", "\r", "\0", "#", "**", "*", "/", "//", "%", "@", "<", ">=", "!=",
    " and ", " not ", " if ", " else ", "for i in range(3):", "lambda ", "def ", "return", "when ", "exp(", "log(",
    "sqrt(", "int(", "__import__", "None", "True", "é", "𝑥", "\ud800", "²", "−", "import os", "0x1F", "1_0",
    "10**10**9", "inf", "nan", "pi", "V(t - 1)", "V(0)", "W[0]", "pre.V", "~", "?", "$", "\\", " ", "in [0, 1]", "1j",
    "b''", "f''",
]  # fmt: skip


MODELS = [
    "I = 0.5 in [0, 2]\ndV/dt = V - V**3/3 - w + I\ndw/dt = (V + 0.7 - 0.8*w)/12.5\nV(0) = -1",
    "tau = 3\ndV/dt = -V/tau + 0.1*xi\nwhen V > 1 as spike:\n    V = 0\n    hold(V, 3)",
    "dw/dt = cos(w(t - 2)) - w\nw(t <= 0) = cos(t)",
    "def f(x):\n    if x > 1:\n        return 2\n    y = x\n    return y*q\nq = 2\ndx/dt = f(x) - x",
    "k = [1, 2]\nx(0) = [1, 2]\ndx/dt = mean(x) - k*x",
    "order(w) = 0.5\ndw/dt = -w + sin(t)",
    "s = heaviside(t - 1, 1)\ndV/dt = s - V if V > 0 else exp(-V)\nV(0) = 1/3",
]


def cell(rng: random.Random) -> str:
    """A model, or lines in any order, then up to three pieces put in or stretches taken out."""
    text = rng.choice(MODELS) if rng.random() < 0.3 else "\n".join(rng.sample(LINES, rng.randrange(1, 7)))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice((rng.choice(PIECES), "")) + text[place + rng.randrange(4) :]
    return text


def check_error(error: BrainPyLabError, text: str) -> None:
    """It says what and, where it stands in the cell, where."""
    assert str(error).startswith(error.message)
    if error.location is not None:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= error.location.line <= len(lines)
        assert 0 <= error.location.column <= len(lines[error.location.line - 1])


@pytest.mark.parametrize(
    ("cases", "runs"), [(5_000, 40), pytest.param(100_000, 3000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_any_cell_is_a_model_or_an_error_with_a_place(cases, runs):
    rng, models, refused = random.Random(8), [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(cases):
            text = cell(rng)
            try:
                model = bp.model(text, name="Fuzzed")
            except BrainPyLabError as error:
                refused += 1
                check_error(error, text)
                continue
            except BaseException as error:
                raise AssertionError(f"{type(error).__name__} of the cell {text!r}") from error
            models.append((model, text))
    assert len(models) > cases // 50
    assert refused > cases // 4
    for model, text in models[:: max(1, len(models) // runs)]:
        run(model, text)


def run(model: bp.Model, text: str) -> None:
    """A short run gives something to look at, or says why not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", RunWarning)
        try:
            system_latex(model.system)
            sol = model.run(0.3, dt=0.1, backend="numpy")
            assert "Fuzzed" in repr(sol)
            assert len(sol.to_pandas()) > 0
        except BrainPyLabError as error:
            assert str(error).startswith(error.message)
        except BaseException as error:
            raise AssertionError(f"{type(error).__name__} of a run of {text!r}") from error
