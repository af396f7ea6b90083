"""The text of a network's kernel: functions that do the same are written, and compiled, once."""

import re

import numpy as np
import pytest
from numba import njit

import brainpy_lab as bp
from brainpy_lab.drivers.numba.network.flow import aligned
from brainpy_lab.drivers.numba.network.kernel import network_kernel
from brainpy_lab.drivers.numba.network.lowering import lowered
from brainpy_lab.drivers.numba.network.places import Placed, Spot
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


def test_every_cell_of_a_whole_and_of_a_broken_block_fires_once() -> None:
    for size in (1, 63, 64, 130):
        group = bp.NeuGroup(bp.model(LIF, name="LIF"), size, name="G", method="euler", I=60.0)
        spikes = bp.Network(group).run(8.0, dt=0.1, backend="numba")["G"].events["spike"]
        assert np.unique(spikes.t).size == 1
        assert np.array_equal(spikes.index, np.arange(size))


@pytest.mark.parametrize("schedule", [None, "brian2"])
def test_cells_that_stay_above_a_threshold_fire_again_when_they_have_been_below_it(schedule: str | None) -> None:
    """Whether any cell of a block has yet to come down is known block by block, and found out anew in each run."""
    wave = bp.model("w = 0.1\nn(0) = 0\ndn/dt = 0\ndx/dt = w*cos(w*t)\nwhen x > 0.5:\n    n += 1", name="Wave")
    w = np.linspace(0.05, 0.4, 130)
    net = bp.Network(bp.NeuGroup(wave, 130, name="G", method="euler", w=w), schedule=schedule)
    parts = [net.run(150.0, dt=0.1, backend="numba", start=0), net.run(150.0, dt=0.1, backend="numba")]
    spikes = np.concatenate([sol["G"].events["spike"].index for sol in parts])
    counts = np.bincount(spikes, minlength=130)
    assert np.array_equal(counts, np.floor((300 * w / np.pi - 1 / 6) / 2 + 1))  # sin(w t) has risen above 1/2
    assert np.array_equal(parts[1].final["G"]["n"], counts)


def test_what_is_kept_in_its_place_is_stored_without_a_mask() -> None:
    """Stores under a mask take some processors 20 times as long; LLVM likes to make them of such a choice."""
    text = "def f(x, held):\n    x_new = x if held > 0 else 0.5 * x\n    return x_new\n"
    spots = (Spot("row", 0), Spot("row", 64))
    placed = Placed("f", spots, spots[:1], mode="advance")
    rows = ["k_s = (0.0,)", "k_bad = 0.0", "for k_j in range(64):"]
    rows += [
        f"    k_bad = k_summed(k_bad, {placed.word}(k_y, t, dt, k_s, k_j))",
        "k_put_f8(k_into, 0, k_bad)",
        "return 0",
    ]
    lines = "\n    ".join(["def advance(k_y, t, dt, k_into):", *rows])
    kept = lowered(text, lines, (placed,))

    @njit(error_model="numpy")
    def advance(y, into):  # type: ignore[no-untyped-def]
        return kept(y, 0.0, 0.1, into)

    y = np.arange(128.0) - 96
    expected = np.where(np.arange(64) > 32, 1.0, 0.5) * y[:64]
    total = np.zeros(1)
    assert advance(y, total.ctypes.data) == 0
    assert total[0] == expected.sum()
    assert np.array_equal(y[:64], expected)
    assert all("maskmov" not in text and "masked.store" not in text for text in advance.inspect_asm().values())


def test_values_begin_at_a_line_of_the_cache() -> None:
    kept = [aligned(length) for length in (1, 7, 64, 1000, 100_000) for _ in range(5)]
    assert all(values.ctypes.data % 64 == 0 and values.flags.c_contiguous and not values.any() for values in kept)
    assert [len(values) for values in kept[::5]] == [1, 7, 64, 1000, 100_000]
