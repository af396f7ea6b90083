"""Implicit methods in groups: Newton's iteration is a loop within the step, which each driver takes in its own way."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import lif

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]


@pytest.mark.parametrize("backend", [n for n in DRIVERS if n != "numba"])
def test_a_group_is_the_model_by_itself(backend: str) -> None:
    I = np.array([11.0, 13.0, 20.0])
    E = bp.NeuGroup(lif(), 3, name="E", method="backward_euler", I=I)
    sol = bp.Network(E).run(20.0, dt=0.5, backend=backend, record={"E": ["V"]})
    alone = lif().run(20.0, dt=0.5, method="backward_euler", backend="numpy", I=I)
    assert pytest.approx(alone.V, abs=1e-12) == sol["E"].V
    assert sol["E"].events["spike"].count() == alone.events["spike"].count() > 0
