"""Lines of magics put together at random: each is understood, or refused by our own error."""

import random
import warnings

import pytest

from brainpy_kernel.cells import options
from brainpy_lab.errors import ArgumentError

WORDS = [
    "FHN", "m", "--backend", "--method", "--dt", "--duration", "--help", "-h", "numpy", "numba", "rk4", "rk2(beta=0.6)",
    "rk2(beta=nan)", "=", "--dt=", "--dt=0.1", "--dt=-1", "--dt=nan", "1e999", "0", "-1", "'", '"', "\\", "--", "-", "",
    "list", "backend", "panel", "clear-cache", "é", "\ud800", "\0", "\t", "\n", "class", "a b", "--no-such", "--back",
    "$HOME", "`ls`", "%s", "{}", "--duration=10", "1_0", "0x1", "٣", "(", "rk2(", "rk4()",
]  # fmt: skip

COMMANDS = [value for value in vars(options).values() if isinstance(value, options.Command)]


@pytest.mark.parametrize("cases", [5_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_any_line_is_understood_or_refused(cases):
    rng, understood = random.Random(8), 0
    assert COMMANDS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(cases):
            line = rng.choice((" ", "  ", "")).join(rng.choice(WORDS) for _ in range(rng.randrange(6)))
            command = rng.choice(COMMANDS)
            try:
                command.parse(line)
                understood += 1
            except ArgumentError as error:
                assert str(error).startswith(error.message)
            except BaseException as error:
                raise AssertionError(f"{type(error).__name__} of {command.name} {line!r}") from error
            assert all(isinstance(word, str) for word in command.complete(line, line[-2:].strip()))
    assert cases // 100 < understood < cases
