"""Networks on numpy and torch: events that nothing waits for, what a step costs, tensors on a device."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.network import NetworkChunk
from brainpy_lab.drivers.tensor.network_quiet import without_what_waits
from brainpy_lab.networks.runs.failures.steps import Steps
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import KICK, LIF, STDP, lif, synapse


def _shortened(text: str, *zeros: str) -> str | None:
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = without_what_waits(function, zeros)
    return found and ast.unparse(found)


def test_a_test_without_anything_that_waits_is_the_condition_alone() -> None:
    net = bp.Network(bp.NeuGroup(lif(), 3, name="E", method="euler"))
    code = net.code(backend="torch")
    assert _shortened(ast.unparse(code.function("test_spike_E")), "spike_on") == (
        "def test_spike_E(t, dt, spike_on, V_th, V_new):\n    spike_true = V_new >= V_th\n    spike = spike_true\n"
        "    return (spike, False, 0.0)"
    )


@pytest.mark.parametrize(
    "body",
    [
        "    a = x > y\n    return a",  # no shorter
        "    if x > 0:\n        y = 1.0\n    return x",
        "    x, y = y, x\n    return x",
    ],
)
def test_other_functions_stay_as_they_are(body: str) -> None:
    assert _shortened(f"def f(x, y):\n{body}", "y") is None


def test_a_name_that_is_assigned_anew_is_no_longer_zero() -> None:
    text = "def f(x, y):\n    a = y == 0.0\n    y = x + 1\n    b = y == 0.0\n    c = logical_and(a, b)\n    return c"
    found = "def f(x, y):\n    y = x + 1\n    b = y == 0.0\n    c = b\n    return c"
    assert _shortened(text, "y") == found


def _left_beyond(times: list[float]) -> bp.Network:
    """Three cells of which the second is left beyond its threshold by its own block; a source lifts all of them."""
    text = "c = 0\ndV/dt = -V/20\nV(0) = 1.5\nwhen V > 1:\n    V = c"
    E = bp.NeuGroup(bp.model(text, name="Left"), 3, name="E", method="euler", c=np.array([0.0, 1.2, 0.5]))
    S = bp.SpikeSource(times, [0] * len(times), 1, name="S")
    kick = bp.Synapses(pre=S, post=E, model=synapse(KICK), connect=bp.connect.all_to_all(), weight=0.7, name="kick")
    return bp.Network(E, S, kick)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_cell_left_beyond_its_threshold_fires_when_it_has_come_back(backend: str) -> None:
    found = _left_beyond([8.0, 16.0]).run(20.0, dt=0.1, backend=backend)["E"].events["spike"]
    np.testing.assert_array_equal(found.index, [0, 1, 2, 1, 2, 0, 1, 2])
    np.testing.assert_allclose(found.t, [0.1] * 3 + [8.1] * 2 + [16.1] * 3, atol=1e-9)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_cell_left_beyond_its_threshold_that_moves_on_ends_the_run(backend: str) -> None:
    with pytest.warns(RunWarning, match=r"the event 'spike' in cell 1 at t = 1\.1"):
        _left_beyond([1.0]).run(20.0, dt=0.1, backend=backend)


@contextmanager
def _operations() -> Iterator[list[tuple[str, int]]]:
    """The operations of torch in a block, and the size of the largest tensor that each takes or gives."""
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    seen: list[tuple[str, int]] = []

    class Seen(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            found = func(*args, **(kwargs or {}))
            sizes = [x.numel() for x in tree_leaves((args, found)) if hasattr(x, "numel")]
            seen.append((str(func), max(sizes, default=0)))
            return found

    with Seen():
        yield seen


def test_a_plastic_network_without_spikes_does_nothing_for_its_connections() -> None:
    E = bp.NeuGroup(bp.model(LIF, name="LIF"), 20, name="E", method="euler", I=5.0)
    S = bp.SpikeSource([0.5], [0], 30, name="S")
    everywhere = bp.connect.all_to_all()
    plastic = bp.Synapses(pre=S, post=E, model=synapse(STDP), connect=everywhere, name="plastic", delay=1.0)
    net = bp.Network(E, S, plastic)
    net.run(2.0, dt=0.1, backend="torch")
    counts = []
    for steps in (10, 20):
        with _operations() as seen:
            net.run(steps * 0.1, backend="torch")
        counts.append(len(seen))
        rows = 8  # of cells and connections: what a run begins with
        assert sum(size >= 600 for _, size in seen) < rows
    assert (counts[1] - counts[0]) / 10 <= 11  # a step's


@pytest.mark.parametrize("delay", [0.0, bp.dist.uniform(0.1, 2.0, seed=3)])
@pytest.mark.filterwarnings("ignore:.*delays are rounded")
def test_tensors_on_a_device_do_what_those_in_memory_do(monkeypatch: pytest.MonkeyPatch, delay: object) -> None:
    """The operations of accelerators, here on the processor."""
    from brainpy_lab.drivers.torch import TORCH
    from brainpy_lab.drivers.torch.network_arrays import DeviceNetworkArrays

    def run() -> bp.NetworkSolution:
        E = bp.NeuGroup(lif(), 20, name="E", method="euler", I=12.0, initial={"V": bp.dist.uniform(-60, -50, seed=1)})
        S = bp.PoissonGroup(30, rate=0.1, sources=8, name="S")
        connect = bp.connect.fixed_probability(0.5, seed=2)
        text = STDP + "    post.V += weight\n"
        plastic = bp.Synapses(pre=S, post=E, model=synapse(text), connect=connect, name="plastic", delay=delay)
        return bp.Network(E, S, plastic).run(20.0, dt=0.1, backend="torch", record={"E": ["V"]}, seed=4)

    memory = run()
    monkeypatch.setattr(TORCH, "network_arrays", DeviceNetworkArrays)
    device = run()
    assert len(device["E"].events["spike"]) > 5
    np.testing.assert_array_equal(device["E"].V, memory["E"].V)
    np.testing.assert_array_equal(device.final["plastic"]["weight"], memory.final["plastic"]["weight"])


#: Its square root is no number in one step, and a block makes one of it before the chunk ends.
MENDED = "V(0) = 0\ndV/dt = sqrt(5 - t) - V\nwhen t > 5.15:\n    V = 0"


@pytest.mark.parametrize("backend", ["numba", "numpy", "torch"])
def test_what_is_no_number_in_one_step_alone_ends_the_run_there(backend: str) -> None:
    A = bp.NeuGroup(bp.model(MENDED, name="A"), 3, name="A", method="euler")
    with pytest.warns(RunWarning, match=r"A: 'V' became nan or infinite in cell 0 at t = 5\.2"):
        sol = bp.Network(A).run(10.0, dt=0.1, backend=backend, record={"A": ["V"]})
    V = 0.0
    for step in range(51):
        V += 0.1 * (np.sqrt(max(5 - step * 0.1, 0.0)) - V)
    assert sol.end == pytest.approx(5.1) and len(sol["A"].V) == 52
    assert sol.final["A"]["V"] == pytest.approx([V] * 3, rel=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_numbers_whose_products_are_too_large_are_numbers(backend: str) -> None:
    A = bp.NeuGroup(bp.model("V(0) = 1e200\ndV/dt = -V", name="A"), 3, name="A", method="euler")
    sol = bp.Network(A).run(1.0, dt=0.1, backend=backend)
    assert sol.outcome.name == "COMPLETED" and sol.final["A"]["V"] == pytest.approx([1e200 * 0.9**10] * 3, rel=1e-12)


@pytest.mark.parametrize("backend", ["numba", "numpy", "torch"])
def test_steps_that_are_taken_again_from_a_mark_give_the_same(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that wait for coming down when it is set, and none of which waits any more when it is gone back to."""
    twice: list[int] = []

    def take(self: Steps, n: int, rows: np.ndarray, row: int) -> NetworkChunk:
        back = self.flow.mark()
        first = self.flow.advance(n, rows, row)
        back()
        again = self.flow.advance(n, rows, row)
        assert np.array_equal(first.step, again.step) and np.array_equal(first.cell, again.cell)
        twice.append(n)
        return again

    def run() -> Any:
        net = _left_beyond([12.0])
        net.run(2.0, dt=0.1, backend=backend)
        return net.run(18.0, dt=0.1, backend=backend)["E"].events["spike"]

    once = run()
    monkeypatch.setattr(Steps, "take", take)
    found = run()
    assert (
        np.array_equal(once.t, found.t)
        and np.array_equal(once.index, found.index)
        and len(once) == 1
        and sum(twice) == 200
    )
