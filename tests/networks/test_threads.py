"""One network on several threads: the same numbers, bit for bit, for any number of them."""

from __future__ import annotations

import ctypes
import signal
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab import drivers
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.drivers.numba.network.arguments import ARGUMENTS, words_of
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome
from tests.networks.cells import AMPA, KICK, LIF, STDP, synapse

#: Depression that the presynaptic cell is told of before it changes.
DEPRESSING = """
U = 0.4
x(0) = 1
dx/dt = (1 - x)/100
when pre.spike:
    post.V += weight*U*x
    x -= U*x
"""
GAP = "g = 0.02\npost.I += g*(pre.V - post.V)"
#: What a target tells the cell that has lifted it.
BACK = "when pre.spike:\n    post.V += weight\n    pre.V -= 0.01*weight"


def _group(name: str, size: int, text: str = LIF, **options: Any) -> bp.NeuGroup:
    options = {"method": "exponential_euler", "initial": {"V": bp.dist.uniform(-60, -50, seed=size)}} | options
    return bp.NeuGroup(bp.model(text, name=f"Cells{name}"), size, name=name, **options)


def _plastic() -> bp.Network:
    """Poisson sources, learned weights with delays both ways, conductances, depression, and a write to the source."""
    E, I = _group("E", 200, I=13.0), _group("I", 130, I=11.0)
    P = bp.PoissonGroup(70, rate=0.1, sources=3, name="P")
    far = bp.connect.fixed_probability(0.2, seed=1)
    learned = synapse(STDP + "    post.V += weight")
    drive = bp.Synapses(pre=P, post=E, model=learned, connect=far, name="drive", delay=0.5)
    late = bp.dist.uniform(0.1, 3, seed=2)
    exc = bp.Synapses(pre=E, post=I, model=synapse(AMPA), connect=far, name="exc", weight=0.05, delay=late)
    stp = bp.Synapses(pre=I, post=E, model=synapse(DEPRESSING), connect=far, name="stp", weight=-0.3)
    back = bp.Synapses(pre=E, post=E, model=synapse(BACK), connect=far, name="back", weight=0.1, delay=1.0)
    return bp.Network(E, I, P, drive, exc, stp, back)


def _noisy() -> bp.Network:
    """Cells with noise and gap junctions, and synapses that advance one by one and read both their cells."""
    text = LIF.replace("/ tau\n", "/ tau + sigma*xi\n").replace("I = 0", "I = 11; sigma = 1.5")
    E, B = _group("E", 150, text, method="euler_maruyama"), _group("B", 65, I=bp.dist.uniform(11, 14, seed=3))
    slow = "tau = 8\nds/dt = -s/tau\npost.I += weight*s*(1 + 0.01*pre.V)\nwhen pre.spike:\n    s += 0.3*(1 - s)"
    some = bp.connect.fixed_probability(0.1, seed=4)
    gap = bp.Synapses(pre=E, post=E, model=synapse(GAP), connect=some, name="gap")
    kept = {"s": "connection"}
    own = bp.Synapses(pre=E, post=B, model=synapse(slow), connect=some, name="own", weight=0.2, delay=0.3, kept=kept)
    return bp.Network(E, B, gap, own)


def _unsorted(in_order: bool = False) -> bp.Network:
    """Connections in no order, or sorted."""
    E = _group("E", 150, I=12.0)
    pre, post = np.random.default_rng(5).integers(0, 150, (2, 900))
    if in_order:
        order = np.lexsort((post, pre))
        pre, post = pre[order], post[order]
    pairs = bp.connect.pairs(pre, post, autapses=True, multapses=True)
    weight = bp.dist.uniform(0, 0.5, seed=6)
    return bp.Network(E, bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=pairs, name="kick", weight=weight))


def _found(net: bp.Network, record: dict[str, list[str]], *durations: float, **options: Any) -> dict[str, np.ndarray]:
    """Everything that runs one after the other give."""
    found: dict[str, list[np.ndarray]] = {}
    for number, duration in enumerate(durations):
        start = None if number else 0
        sol = net.run(duration, dt=0.1, seed=7, start=start, record=record, backend="numba", **options)
        for key, names in record.items():
            for name in names:
                found.setdefault(f"{key} {name}", []).append(sol[key][name][min(number, 1) :])
        for group in (g for g in net.groups if sol[g.name].events):
            train = sol[group.name].events["spike"]
            found.setdefault(f"{group.name} t", []).append(train.t)
            found.setdefault(f"{group.name} index", []).append(train.index)
    last = {f"{part} {n}": [v] for part, values in sol.final.items() for n, v in values.items()}
    return {key: np.concatenate(parts) for key, parts in (found | {f"final {k}": v for k, v in last.items()}).items()}


@pytest.mark.filterwarnings("ignore:exc. delays are rounded")
@pytest.mark.parametrize(
    ("build", "record"),
    [
        (_plastic, {"E": ["V", "mean(V)"], "I[:5]": ["V"], "drive[:9]": ["weight"]}),
        (_noisy, {"E": ["V"], "own[:7]": ["s"]}),
    ],
)
def test_results_do_not_depend_on_threads(build: Callable[[], bp.Network], record: dict[str, list[str]]) -> None:
    net = build()
    one = _found(net, record, 12.0)
    compiled = drivers.get("numba").compilations
    assert len(one["E t"]) > 20
    for threads, durations in ((2, (12.0,)), (3, (0.1, 5.3, 6.6)), (1000, (12.0,))):
        several = _found(net, record, *durations, threads=threads)
        different = [key for key in one if not np.array_equal(one[key], several[key])]
        assert not different and one.keys() == several.keys(), (threads, different)
    assert drivers.get("numba").compilations == compiled


def test_connections_in_no_order_run_on_one_thread_and_that_is_said() -> None:
    net = _unsorted()
    one = _found(net, {"E": ["V"]}, 12.0)
    with pytest.warns(RunWarning, match="^kick: the network runs on one thread, because of pairs that are not sorted"):
        several = _found(net, {"E": ["V"]}, 12.0, threads=2)
    assert all(np.array_equal(one[key], several[key]) for key in one) and len(one["E t"]) > 20


@pytest.mark.filterwarnings("ignore:exc. delays are rounded")
def test_what_threads_share_out_is_told() -> None:
    whole = "With threads= on numba they share out cells and connections"
    assert f"{whole}.\n" in _noisy().explain()
    told = next(line for line in _plastic().explain().splitlines() if line.startswith(whole))
    assert (
        "; one thread alone does: spikes of E whose delay is over, at back: pre_spike_back; spikes of P, known" in told
    )


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_drivers_without_threads_refuse_them(backend: str) -> None:
    net = bp.Network(_group("E", 3))
    with pytest.raises(ArgumentError) as caught:
        net.run(1.0, dt=0.1, backend=backend, threads=2)
    assert str(caught.value).splitlines() == [
        f"run: the driver '{backend}' runs one network on one thread; got threads=2.",
        "  Run it on a driver that has threads, backend='numba', or without threads=.",
    ]
    assert net.time == 0.0


def test_the_first_cell_that_blows_up_is_named_whichever_thread_finds_it() -> None:
    grows = "a = 1\ndV/dt = a*V*V\nV(0) = 1\nwhen V >= 1e300:\n    V = 0"
    rates = np.full(200, 1.0)
    rates[[70, 190]] = 1e200, 1e200
    found = []
    for threads in (1, 2, 3):
        G = _group("G", 200, grows, method="euler", initial={}, a=rates)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sol = bp.Network(G).run(5.0, dt=0.1, backend="numba", threads=threads)
        said = str(caught[0].message)
        assert sol.outcome is Outcome.NON_FINITE and "G: 'V' became nan or infinite in cell 70 at" in said
        found.append((said, sol.t[-1], sol.final["G"]["V"]))
    assert found[0][:2] == found[1][:2] == found[2][:2]
    assert np.array_equal(found[0][2], found[1][2], equal_nan=True)
    assert np.array_equal(found[0][2], found[2][2], equal_nan=True)


def _thread_of(code: NetworkCode) -> Callable[[tuple[Any, ...]], int]:
    """The number of the thread in what a kernel is called with: one of the words whose address that holds."""
    words, word = [name for name, _ in ARGUMENTS].index("k_words"), words_of(code).index("k_thread")
    return lambda arguments: ctypes.c_int64.from_address(arguments[words] + 8 * word).value


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_thread_that_fails_lets_the_others_go(failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    net = _unsorted(in_order=True)
    code = net.code(backend="numba")
    program = drivers.get("numba").network(code)
    run, of = program.run, _thread_of(code)

    def fails(*arguments: Any) -> object:
        if of(arguments) == failing:
            raise RuntimeError("no more")
        return run(*arguments)

    monkeypatch.setattr(program, "run", fails)
    with pytest.raises(RuntimeError, match="no more"):
        net.run(5.0, dt=0.1, backend="numba", threads=3)
    monkeypatch.undo()
    assert net.run(5.0, dt=0.1, start=0, backend="numba", threads=3).outcome is Outcome.COMPLETED


@pytest.mark.parametrize("how", ["interrupt", "stop"])
def test_threads_that_are_interrupted_or_stopped_end_at_one_step(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While two threads are in the kernel: the run ends with their chunk, and goes on without a trace."""
    net, stop = _unsorted(in_order=True), threading.Event()
    whole = net.run(400.0, dt=0.1, backend="numba", threads=2, record={"E": ["V"]})
    code = net.code(backend="numba")
    program = drivers.get("numba").network(code)
    run, of = program.run, _thread_of(code)

    def ends(*arguments: Any) -> object:
        if of(arguments) == 1 and how == "interrupt":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        stop.set()
        return run(*arguments)

    options = {"backend": "numba", "threads": 2, "record": {"E": ["V"]}}
    with monkeypatch.context() as patch:
        patch.setattr(program, "run", ends)
        if how == "interrupt":
            with pytest.raises(KeyboardInterrupt):
                net.run(400.0, dt=0.1, start=0, **options)
        else:
            net.run(400.0, dt=0.1, start=0, stop=stop, **options)
    first = net.last
    assert first.outcome is (Outcome.INTERRUPTED if how == "interrupt" else Outcome.STOPPED)
    assert 0 < net.time < 400.0
    rest = net.run(round(400.0 - net.time, 9), **options)
    assert np.array_equal(np.concatenate([first["E"].V, rest["E"].V[1:]]), whole["E"].V)
    spikes = np.concatenate([first["E"].events["spike"].t, rest["E"].events["spike"].t])
    assert np.array_equal(spikes, whole["E"].events["spike"].t) and len(spikes) > 20
