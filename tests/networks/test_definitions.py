"""What cells define, `I_L = gL*(V - E)`, recorded in networks: what its equation says of the recorded states."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

CELLS = bp.model(
    """
gL = 0.1; E = -65; I = 1
def twice(V):
    return 2*V
k = 1 + gL
I_L = gL*(V - E)
power = I_L*twice(V) + k*t
net_I = I - I_L
dV/dt = net_I
V(0) = -65
when V >= -60:
    V = -65
""",
    name="Cells",
)
FADING = bp.model(
    "tau = 3; weight = 1\ndg/dt = -g/tau\npost.I += g*(0 - post.V)*0.001\nwhen pre.spike:\n    g += weight",
    name="Fading",
    synapse=True,
)
GAP = bp.model("weight = 0.1\npost.I += weight*(pre.V - post.V)", name="Gap", synapse=True)
GL = np.array([0.1, 0.11, 0.12, 0.13])


def run(group, *parts, backend="numpy", duration=4.0, record, **options):
    return bp.Network(group, *parts).run(duration, dt=0.1, backend=backend, record=record, **options)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_definitions_are_what_their_equations_say(backend):
    G = bp.NeuGroup(CELLS, (2, 2), name="G", I=[1.0, 2.0, 3.0, 4.0], gL=GL)
    S = bp.SpikeSource([0.5, 1.0, 2.0], name="S")
    syn = bp.Synapses(pre=S, post=G, model=FADING, connect=bp.connect.all_to_all(), weight=[1.0, 2, 3, 4], name="syn")
    wanted = ["V", "I_L", "power", "net_I", "mean(I_L)"]
    sol = run(G, S, syn, backend=backend, record={"G": wanted, "syn": ["post.I"], G[::-1]: ["net_I"]})
    V, gL, t = sol["G"].V, GL.reshape(2, 2), sol["G"].t[:, None, None]
    leak = gL * (V + 65)
    assert np.allclose(sol["G"]["I_L"], leak, atol=1e-12)
    assert np.allclose(sol["G"]["mean(I_L)"], leak.mean(axis=(1, 2)), atol=1e-12)
    assert np.allclose(sol["G"]["power"], leak * 2 * V + (1 + gL) * t, atol=1e-9)
    given = np.array([[1.0, 2], [3, 4]]) + sol["syn"]["post.I"].reshape(V.shape)
    assert np.allclose(sol["G"]["net_I"], given - leak, atol=1e-12)
    assert np.allclose(sol[G[::-1].text]["net_I"], (given - leak)[:, ::-1].reshape(len(V), 4), atol=1e-12)


def test_inputs_that_move_are_those_of_the_record_s_time():
    course = bp.inputs.Input(np.sin(np.arange(60) * 0.1), dt=0.1)
    G = bp.NeuGroup(CELLS, 2, name="G", I=course, method="rk4")
    sol = run(G, record={"G": ["net_I"]}, record_every=0.2)
    alone = CELLS.run(4.0, dt=0.1, method="rk4", backend="numpy", I=course, record=["net_I"], record_every=0.2)
    assert np.allclose(sol["G"]["net_I"][:, 1], alone["net_I"], atol=1e-12)
    apart = bp.NeuGroup(CELLS, 2, name="G", I=lambda t: np.array([np.sin(t), 1.0]), method="rk4")
    found = run(apart, record={"G": ["net_I", "V"]})["G"]
    assert np.allclose(found["net_I"][:, 0], np.sin(found.t) - 0.1 * (found.V[:, 0] + 65), atol=1e-12)


def test_runs_that_go_on_and_ensembles_have_them():
    G = bp.NeuGroup(CELLS, 2, name="G")
    net = bp.Network(G)
    net.run(1.0, dt=0.1, backend="numpy")
    later = net.run(1.0, dt=0.1, backend="numpy", record={"G": ["power", "V"]})["G"]
    leak = 0.1 * (later.V + 65)
    assert np.allclose(later["power"], leak * 2 * later.V + 1.1 * later.t[:, None], atol=1e-9)
    members = run(G, record={"G": ["I_L", "V"]}, start=0, parameters={"G.gL": [0.1, 0.3]})["G"]
    assert np.allclose(members["I_L"], np.array([[0.1], [0.3]]) * (members.V + 65), atol=1e-12)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net_I", r"'net_I' reads 'I', to which gap adds a sum(.|\n)*'post.I'"),
        ("k", "'k' depends on parameters alone"),
        ("gL", "It is a parameter: G.gL has it"),
    ],
)
def test_what_is_not_recorded_is_said(name, said):
    G = bp.NeuGroup(CELLS, 3, name="G")
    gap = bp.Synapses(pre=G, post=G, model=GAP, connect=bp.connect.pairs([0, 1], [1, 2]), name="gap")
    with pytest.raises(ArgumentError, match=said):
        run(G, gap, record={"G": [name]})
    assert run(G, gap, record={"G": ["I_L"]})["G"]["I_L"].shape == (41, 3)
