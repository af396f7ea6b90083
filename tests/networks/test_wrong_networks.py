"""What cannot be is refused in words, with the names of the object and of the argument, before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import AMPA, KICK, STDP, lif, synapse

N = 6


def group(size: object = N, name: str = "E", **options: object) -> bp.NeuGroup:
    return bp.NeuGroup(lif(), size, name=name, method="exponential_euler", **options)


def connected(text: str = KICK, **options: object) -> bp.Synapses:
    E = group()
    return bp.Synapses(
        pre=E, post=E, model=synapse(text), name="syn", **{"connect": bp.connect.all_to_all(), **options}
    )


def run(syn: bp.Synapses, **options: object) -> object:
    return bp.Network(syn.pre_group, syn).run(
        options.pop("duration", 0.2), **{"dt": 0.1, "backend": "numpy", **options}
    )


def _raises(*_: object) -> float:
    raise KeyError("own")


def _of_one(cell: object) -> float:
    return 1.0


CASES: dict[str, Callable[[], object]] = {
    "E: size is a whole number from 0 to 2,147,483,647; got -1.": lambda: group(-1),
    "P: size is a whole number from 0 to 2,147,483,647; got '4'.": lambda: bp.PoissonGroup("4", rate=1.0, name="P"),
    "record: syn has no state 'weight'.": lambda: run(connected(), record={"syn": ["weight"]}),
    "E: initial is a mapping by name; got 3.": lambda: group(initial=3),
    "E: parameters is a mapping by name; got [('I', 1)].": lambda: group(parameters=[("I", 1)]),
    "E: 'I' cannot be '5'.": lambda: group(I="5"),
    "E: 'I' cannot be None.": lambda: group(I=None),
    "E: 'V' cannot be [1, '2'].": lambda: group(2, initial={"V": [1, "2"]}),
    "E[True]: cells are chosen by whole numbers, a mask or a slice.": lambda: group()[True],
    "syn: parameters is a mapping by name; got 3.": lambda: connected(parameters=3),
    "syn: kept is a mapping by name; got 'pre'.": lambda: connected(kept="pre"),
    "syn: the function for 'weight' gives no number for each of 30 connections (KeyError: 'own').": (
        lambda: connected(weight=_raises)
    ),
    "syn: the function for 'delay' gives no number for each of 30 connections (TypeError: "
    "_of_one() takes 1 positional argument but 2 were given).": lambda: connected(delay=_of_one),
    "syn: the function for 'where' gives no number for each of 30 connections (KeyError: 'own').": (
        lambda: connected().set(weight=2, where=_raises)
    ),
    "syn: 'Syn' has no 'wieght'.": lambda: setattr(connected(), "wieght", 2.0),
    "syn: a delay of 1e+300 is 1e+301 steps of 0.1; at most 100,000,000 are remembered.": (
        lambda: run(connected(delay=1e300))
    ),
    "syn: a post_delay of 1e+08 is 1e+09 steps of 0.1; at most 100,000,000 are remembered.": (
        lambda: run(connected(STDP, post_delay=np.r_[np.zeros(29), 1e8]))
    ),
    "The name of a Network is a line of text; got 'a\\nb'.": lambda: bp.Network(group(), name="a\nb"),
    "record: E[9]: index 9 is out of bounds for axis 0 with size 6.": lambda: run(connected(), record={"E[9]": ["V"]}),
    "record: E[::0]: slice step cannot be zero.": lambda: run(connected(), record={"E[::0]": ["V"]}),
    "record: 'syn[99]': index 99 is out of bounds for axis 0 with size 30.": (
        lambda: run(connected(STDP), record={"syn[99]": ["weight"]})
    ),
    "record: 'E' takes names of variables, not [['V']].": lambda: run(connected(), record={"E": [["V"]]}),
    "record: 'E[6:]' is empty, and so there is no mean(V).": lambda: run(connected(), record={"E[6:]": ["mean(V)"]}),
    "record: F[:2] is not in the network.": lambda: run(connected(), record={group(name="F")[:2]: ["V"]}),
    "record: E is not in the network.": lambda: run(connected(), record={group(9): ["V"]}),
    "record_every must be a positive number, not nan.": lambda: run(connected(), record_every=np.nan),
    "record_every must be a positive number, not 'a'.": lambda: run(connected(), record_every="a"),
    "stop must be a threading.Event, not 3.": lambda: run(connected(), stop=3),
    "progress must be True, False or a function of the fraction done, not 3.": lambda: run(connected(), progress=3),
}


@pytest.mark.parametrize("message", CASES)
def test_is_refused_in_words(message: str) -> None:
    with pytest.raises(bp.errors.ArgumentError) as error:
        CASES[message]()
    assert error.value.message == message


def test_delays_that_fill_the_memory_are_refused_with_the_size_of_their_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainpy_lab.networks.room.available_bytes", lambda: 2**28)
    spread = np.r_[np.zeros(29), 1e6]
    with pytest.raises(bp.errors.MemoryLimitError) as error:
        run(connected(delay=spread))
    assert error.value.message.startswith("syn: the tables of 6 cells and 10,000,001 steps of delay take 458 MiB; ")


@pytest.mark.parametrize("sources", [1, 1000])
def test_rates_of_more_spikes_than_memory_holds_are_refused(sources: int) -> None:
    P = bp.PoissonGroup(3, rate=1e12 / sources, sources=sources, name="P")
    with pytest.raises(bp.errors.MemoryLimitError, match=r"^P: the 3.*e\+.* spikes of .* steps take .*\n  Rates are"):
        bp.Network(P).run(1.0, dt=0.1, backend="numpy")


def test_attributes_of_synapses_are_set_as_by_set() -> None:
    syn = connected(AMPA, connect=bp.connect.fixed_probability(1.0))
    syn.weight, syn.tau = 0.25, np.linspace(4, 6, 30)
    syn.delay = 0.7
    assert np.all(syn.weight == 0.25) and syn.tau[-1] == 6 and np.all(syn.delay == 0.7)
    assert syn.homes.of["g"] == "connection"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run(connected(), recrod={"E": ["V"]}),
            "Network.run: got an unexpected keyword argument 'recrod'.\n  D",
        ),
        (lambda: connected(delya=3), "syn: 'Syn' has no 'delya'.\n  Did you mean 'delay'?"),
        (
            lambda: bp.PoissonGroup(3),
            "PoissonGroup: missing a required argument: 'rate'.\n  It takes size, rate, sources=1,",
        ),
        (
            lambda: connected("when pre.spike:\n    post.V += 1", weight=2.0),
            "syn: 'Syn' has no 'weight'.\n  Its text has no weights: write 'weight = 1' there",
        ),
        (lambda: setattr(connected(), "pre", group()), "syn: 'Syn' has no 'pre'.\n  Synapses take 'pre' when they are"),
        (lambda: group(nethod="rk4"), "E: the parameter 'nethod' is unknown.\n  Did you mean 'method'?"),
    ],
)
def test_arguments_that_there_are_not_are_told_with_the_nearest(call: Callable[[], object], message: str) -> None:
    with pytest.raises(bp.errors.ArgumentError) as error:
        call()
    assert str(error.value).startswith(message)


def test_networks_of_nothing_run() -> None:
    E, none = group(), group(0, name="None_")
    nothing = bp.connect.fixed_probability(0.0)
    empty = bp.Synapses(pre=E, post=E, model=synapse(STDP), connect=nothing, name="empty", delay=np.ones(0))
    idle = bp.Synapses(pre=E, post=none, model=synapse(AMPA), connect=bp.connect.all_to_all(), name="idle")
    net = bp.Network(E, none, empty, idle)
    sol = net.run(0.2, dt=0.1, backend="numpy", record={"empty": ["weight", "x"], "None_": ["V"]})
    assert sol["empty"].weight.shape == (3, 0) and sol["None_"].V.shape == (3, 0)
    assert net.checkpoint()["empty.weight"].shape == (0,)


@pytest.mark.parametrize("key", ["E[10:20]", "E[3:3]", "E[:0]", "mask", "view", "exc[90:]"])
def test_parts_without_cells_are_not_recorded_in_silence(key: str) -> None:
    cell = bp.model("dV/dt = -V\nwhen V >= 1:\n    V = 0", name="E")
    E = bp.NeuGroup(cell, 6, name="E")
    model = bp.model("weight(0) = 1\nwhen pre.spike:\n    weight += 1", name="exc", synapse=True)
    net = bp.Network(E, bp.Synapses(pre=E, post=E, model=model, connect=bp.connect.all_to_all(), name="exc"))
    views = {"mask": E[np.zeros(6, dtype=bool)], "view": E[9:]}
    name, there = ("weight", "connections, exc") if key.startswith("exc") else ("V", "cells, E")
    with pytest.raises(bp.errors.ArgumentError, match=rf"is empty, and so there is no {name}.\n  .* {there}\[0\] to"):
        net.run(1.0, dt=0.1, backend="numpy", record={views.get(key, key): [name]})


@pytest.mark.parametrize("side", ["pre", "post"])
def test_synapses_refuse_a_side_without_cells(side: str) -> None:
    E = bp.NeuGroup(bp.model("dV/dt = -V\nwhen V >= 1:\n    V = 0", name="E"), 6, name="E")
    kick = bp.model("when pre.spike:\n    post.V += 1", name="kick", synapse=True)
    sides = {"pre": E, "post": E, side: E[10:20]}
    with pytest.raises(bp.errors.ArgumentError, match=rf"kick: {side}=E\[10:20\] has no cells.\n  E has 6"):
        bp.Synapses(**sides, model=kick, connect=bp.connect.all_to_all())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group(()), r"E: size is \(\); it must be a number of cells"),
        (lambda: group(tau=1.0, parameters={"tau": 2.0}), "E: 'tau' is given twice"),
        (lambda: connected(weight=1.0, parameters={"weight": 2.0}), "syn: 'weight' is given twice"),
        (lambda: connected().set(where=slice(50, 60), weight=1.0), "syn: where=.* chooses none of 30 connections"),
    ],
)
def test_arguments_that_would_be_passed_over_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(bp.errors.ArgumentError, match=message):
        call()
