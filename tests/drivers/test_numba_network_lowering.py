"""Functions that are lowered straight to LLVM do what Python does with the same text."""

from typing import Any

import numpy as np
import pytest
from numba import njit

import brainpy_lab as bp
from brainpy_lab.drivers.numba.network.lowering import lowered
from tests.networks.cells import LIF

#: Each puts whole numbers, and behind them float64 numbers, which ``put`` and ``put_f8`` take by their places.
_TEXTS = {
    "an argument that a loop changes below where it is read": """
    for i in range(n):
        k_put_i8(into, i, row * 10 + left)
        left -= 1
        if left == 0:
            left = 3
            row += 1
    return row * 100 + left
""",
    "a loop's end is known at its beginning, and its number may change": """
    total = 0
    end = n
    for i in range(1, end):
        end += 1
        i += 5
        total += i
    for i in range(end, n, -2):
        total = total * 3 + i
    k_put_i8(into, 0, total)
    for i in (7, -1, 4):
        total += i * i
    return total
""",
    "loops that go on and end": """
    total = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        j = 0
        while j < n:
            j += 1
            if j == i:
                continue
            if j > i + 2 or total > 400:
                break
            total += i * j
        if total > 500:
            break
        total += 1000 * j
    k_put_i8(into, 0, total)
    return total
""",
    "quotients, remainders and bits of numbers below zero": """
    for i in range(-n, n):
        k_put_i8(into, 4 * (i + n), i // 3)
        k_put_i8(into, 4 * (i + n) + 1, i % 3)
        k_put_i8(into, 4 * (i + n) + 2, (i >> 2) * 8 + (i & 5) + min(i, -i))
        bits = 1 << (i + n) | 4
        k_put_i8(into, 4 * (i + n) + 3, k_lowest(bits & -bits))
    return 0
""",
    "what stands behind and, or is looked at only where it decides": """
    found = 0
    for i in range(n):
        if i > 3 and count(into, 0) > 2 or i == 1 and count(into, 1) < 100 or count(into, 2) == i:
            found += 1
        elif i == 5:
            found += 1000
        else:
            found += 100
    is_full = False
    for i in range(n):
        is_full |= i == left
    if is_full:
        found += 1
    return found
""",
    "numbers of both kinds": """
    x = 0.5
    for i in range(n):
        x = x * 1.5 - i / 2.0 + 2 * x
        if x < i:
            x += row
    k_put_f8(into, 100, x)
    y = x - x
    if y != 0.0:
        return 1
    if k_get_f8(into, 101) - k_get_f8(into, 101) != 0.0:  # not finite
        return 2
    return 3
""",
}
_COUNT = """
def count(into, place):
    k_put_i8(into, place, k_get_i8(into, place) + 1)
    return k_get_i8(into, place)


"""


def _as_python(text: str, into: np.ndarray, *numbers: int) -> int:
    """What Python does; an address is the array itself."""
    words: dict[str, Any] = {
        "k_get_i8": lambda array, i: int(array[i]),
        "k_put_i8": lambda array, i, value: array.__setitem__(i, value),
        "k_get_f8": lambda array, i: float(array.view(float)[i]),
        "k_put_f8": lambda array, i, value: array.view(float).__setitem__(i, value),
        "k_lowest": lambda bits: (bits & -bits).bit_length() - 1,
    }
    exec(text, words)
    return int(words["f"](into, *numbers))


def test_what_is_lowered_does_what_python_does() -> None:
    text = _COUNT
    for number, body in enumerate(_TEXTS.values()):
        text += f"def f{number}(into, n, row, left):{body}\n\n"
    choices = "".join(f"    if which == {k}:\n        return f{k}(into, n, row, left)\n" for k in range(len(_TEXTS)))
    text += f"def f(into, which, n, row, left):\n{choices}    return -1\n"
    function = lowered("", text, ())

    @njit
    def called(into, which, n, row, left):  # type: ignore[no-untyped-def]
        return function(into, which, n, row, left)

    for number, name in enumerate(_TEXTS):
        found, expected = np.zeros(128, np.int64), np.zeros(128, np.int64)
        for array in (found, expected):
            array.view(float)[101] = np.inf
        for numbers in ((9, 2, 3), (1, 5, 1)):
            given = (number, *numbers)
            assert called(found.ctypes.data, *given) == _as_python(text, expected, *given), name
            assert np.array_equal(found, expected), name


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\n    x = 0.5\n    return x",
        "for i in range(n):\n        pass\n    else:\n        n = 1\n    return n",
        "x = n > 1\n    return x + 0.5",
        "return n ** 2",
    ],
)
def test_what_has_no_one_meaning_is_refused(body: str) -> None:
    function = lowered("", f"def f(n):\n    {body}", ())

    @njit
    def called(n):  # type: ignore[no-untyped-def]
        return function(n)

    with pytest.raises((TypeError, KeyError)):
        called(3)


@pytest.mark.parametrize("every", [0.1, 0.3])
def test_records_stand_one_behind_the_other(every: float) -> None:
    group = bp.NeuGroup(bp.model(LIF, name="LIF"), 70, name="G", method="euler", I=np.linspace(10, 30, 70))
    runs = [
        bp.Network(group).run(12.0, dt=0.1, record={"G": ["V"], "G[3:5]": ["V"]}, record_every=every, backend=backend)
        for backend in ("numba", "numpy")
    ]
    for key in ("G", "G[3:5]"):
        traces = [sol[key]["V"] for sol in runs]
        assert len(np.unique(traces[0][:, 0])) > 20
        assert np.allclose(*traces, rtol=1e-12)
