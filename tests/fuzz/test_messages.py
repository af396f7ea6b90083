"""Messages of a panel put together at random: each is right, or its fault is told in a sentence."""

import random
import warnings

import pytest

from brainpy_kernel.panel.protocol import fault

MESSAGES = [
    {"type": "hello", "protocol": 1}, {"type": "select", "model": "m"}, {"type": "revert", "model": "m"},
    {"type": "configure", "model": "m", "backend": "numpy", "method": "rk4"}, {"type": "show", "view": "code"},
    {"type": "apply", "model": "m", "text": "def step(x, t, dt):\n    return x"}, {"type": "cancel", "run": 1},
]  # fmt: skip

VALUES = [
    None, True, False, 0, 1, -1, 2**70, 1.5, float("nan"), float("inf"), "", "m", "gone", "numpy", "rk4", "rkdp",
    "code", "phase", "runs", "\0", "\ud800", "x" * 1000, [], [1], {}, {"a": {}}, "rk2(beta=nan)", "hello", (), b"m",
]  # fmt: skip

KEYS = ["type", "model", "backend", "method", "text", "view", "run", "protocol", "extra", "", "__class__"]


def message(rng):
    """One of the protocol's, mostly with something put in, taken out, or in another's place."""
    made = dict(rng.choice(MESSAGES))
    for _ in range(rng.randrange(3)):
        if rng.random() < 0.3 and made:
            del made[rng.choice(list(made))]
        else:
            made[rng.choice(KEYS)] = rng.choice(VALUES)
    return made if rng.random() < 0.95 else rng.choice(VALUES)


@pytest.mark.parametrize("cases", [5_000, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_any_message_is_right_or_faulted_in_a_sentence(cases):
    rng, right = random.Random(8), 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(cases):
            found = fault(message(rng), "PanelMessage")
            right += found is None
            assert found is None or (isinstance(found, str) and found.endswith("."))
    assert cases // 10 < right < cases
