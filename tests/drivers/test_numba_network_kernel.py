"""The text of a network's kernel: functions that do the same are written, and compiled, once."""

import re

import numpy as np

import brainpy_lab as bp
from brainpy_lab.drivers.numba.network.kernel import network_kernel
from tests.networks.cells import AMPA, LIF, synapse


def _ring(groups: int, looped: bool = False) -> bp.Network:
    """Groups of one model in a ring, each excited by the one before it."""
    cell = LIF
    if looped:  # no function with such a loop is lowered straight to LLVM
        cell += "\ndef level(x):\n    y = x\n    for k in range(3):\n        y = y/2\n    return y\n"
        cell = cell.replace("+ I)", "+ I + level(V)*0)")
    model = bp.model(cell, name="LIF")
    parts = [bp.NeuGroup(model, 70, name=f"G{i}", method="euler", I=14.0 + i) for i in range(groups)]
    for i in range(groups):
        rule = bp.connect.fixed_probability(0.1, seed=i)
        sides = {"pre": parts[i], "post": parts[(i + 1) % groups]}
        parts.append(bp.Synapses(**sides, model=synapse(AMPA), connect=rule, delay=0.5, name=f"s{i}"))
    return bp.Network(*parts)


def test_functions_of_a_kernel_do_not_grow_with_groups_of_one_model() -> None:
    def functions(groups: int) -> list[str]:
        text = network_kernel(_ring(groups).code("numba")).text
        return re.findall(r"def k_do_\d+\((?:.|\n)*?return 0\n", text)

    assert functions(2) == functions(5)
    assert len(functions(2)) == 3  # advance, test, arrive: of all groups and synapses


def test_what_numba_must_compile_itself_gives_the_same() -> None:
    runs = [_ring(1, looped=True).run(40.0, dt=0.1, backend=backend) for backend in ("numba", "numpy")]
    spikes = [sol["G0"].events["spike"] for sol in runs]
    assert len(spikes[0]) > 50
    assert np.array_equal(spikes[0].t, spikes[1].t) and np.array_equal(spikes[0].index, spikes[1].index)
    assert np.allclose(runs[0].final["G0"]["V"], runs[1].final["G0"]["V"], rtol=1e-12)
