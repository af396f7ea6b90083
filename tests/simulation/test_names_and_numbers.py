"""What is asked for by a name that there is not, booleans in place of numbers, and records that come too late."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning


def decay() -> bp.Model:
    return bp.model("tau = 2; V(0) = 1\ndV/dt = -V/tau", name="Decay", backend="numpy")


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda m: m.run(1.0, dt=0.1).stats["step"], r"no entry 'step' in stats.*dt"),
        (lambda m: m.run(1.0, dt=0.1).checkpoint.values["v"], "no state 'v' of Decay. There are: V"),
        (lambda m: m.parameters["tu"], "no parameter 'tu' of Decay. There are: tau"),
        (lambda m: m.initial["x"], "no state 'x' of Decay. There are: V"),
        (lambda m: bp.Network(bp.NeuGroup(m, 2, name="E")).run(1.0, dt=0.1).stats["step"], "no entry 'step' in stats"),
    ],
)
def test_a_name_that_there_is_not_is_told_with_those_that_there_are(read: Callable[..., object], said: str) -> None:
    with pytest.raises(KeyError, match=said):
        read(decay())


MASK = np.array([True, False])


@pytest.mark.parametrize(
    "give",
    [
        lambda m: m.run(1.0, dt=0.1, tau=MASK),
        lambda m: m.run(1.0, dt=0.1, tau=True),
        lambda m: bp.NeuGroup(m, 2, name="E", tau=MASK),
        lambda m: bp.NeuGroup(m, 2, name="E", initial={"V": MASK}),
        lambda m: bp.NeuGroup(m, 2, name="E", tau=lambda index: index > 0),
    ],
)
def test_booleans_are_no_numbers(give: Callable[..., object]) -> None:
    with pytest.raises(bp.errors.ArgumentError, match="takes numbers, not True and False") as error:
        give(decay())
    assert "np.where(mask, 1.0, 0.0)" in str(error.value)


def test_records_that_come_after_the_end_are_said() -> None:
    said = r"record_every \(2\) is longer than the run \(1\): of it the start alone is recorded"
    with pytest.warns(RunWarning, match=said):
        sol = decay().run(1.0, dt=0.1, method="rk4", record_every=2.0)
    assert sol.t.tolist() == [0.0] and float(sol.final["V"]) == pytest.approx(np.exp(-0.5), abs=1e-6)
    E = bp.NeuGroup(decay(), 2, name="E")
    with pytest.warns(RunWarning, match=said):
        bp.Network(E).run(1.0, dt=0.1, backend="numpy", record={"E": ["V"]}, record_every=2.0)
    assert decay().run(1.0, dt=0.1, record_every=1.0).t.tolist() == [0.0, 1.0]
