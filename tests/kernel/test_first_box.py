"""The box of a first phase plane: the trajectory's, and the equilibria beside it."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_kernel.sessions.frame import Settings, grown_box, phase_data, with_equilibria
from brainpy_lab.errors import AnalysisError

#: At rest beside a saddle and a focus, far from the trajectory in n (Izhikevich 2007, chapter 4).
RESTING = """
I = 0; gL = 8; EL = -80; gNa = 20; ENa = 60; gK = 10; EK = -90
dV/dt = I - gL*(V - EL) - gNa*(V - ENa)/(1 + exp((-20 - V)/15)) - gK*n*(V - EK)
dn/dt = 1/(1 + exp((-25 - V)/5)) - n
V(0) = -65
n(0) = 0
"""
PITCHFORK = "dx/dt = r*x - x**3\nr = 4\nx(0) = 0"


def boxed(text, **fixed):
    """The model, what a picture asks for, and the boxes without and with the equilibria beside the trajectory."""
    model = bp.model(text)
    initial = {name: float(value) for name, value in model.initial.items()}
    settings = Settings({}, initial, 20.0, axes=tuple(initial), box=fixed)
    first = grown_box({}, model.run(20.0, backend="numpy"), settings.axes, fixed)
    return model, settings, first, with_equilibria(model, settings, first)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (RESTING, ["stable node", "saddle", "unstable focus"]),
        (PITCHFORK, ["stable node", "unstable node", "stable node"]),
    ],
)
def test_equilibria_beside_the_trajectory_are_in_it(text, kinds):
    model, settings, first, box = boxed(text)
    assert len(phase_data(model, settings, first, None).fixed_points) == 1
    assert [point.kind for point in phase_data(model, settings, box, None).fixed_points] == kinds
    assert all(box[name][0] <= first[name][0] and first[name][1] <= box[name][1] for name in settings.axes)


def test_a_box_with_all_of_them_stays():
    _, _, first, box = boxed("dx/dt = -x\nx(0) = 1")
    assert box == first


def test_a_fixed_range_stays():
    _, _, first, box = boxed(RESTING, V=(-90, -50))
    assert box["V"] == first["V"] == (-90, -50)


def test_array_states_are_refused_by_name():
    model = bp.model("dx/dt = -x + y\ndy/dt = -y + sum(z)\ndz/dt = -z\nz(0) = start", namespace={"start": np.ones(3)})
    settings = Settings({}, {"x": 0.0, "y": 0.0}, 1.0, axes=("x", "y"))
    with pytest.raises(AnalysisError, match="has array states"):
        phase_data(model, settings, {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}, None)
