"""The values of a network that sliders move: single numbers that no code depends on, so that nothing compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.shown import Knob
from brainpy_lab.equations.text.ranges import guess_range

if TYPE_CHECKING:
    from brainpy_lab import Network
    from brainpy_lab.equations.system import System
    from brainpy_lab.networks.synapses import Synapses

#: Sliders without a choice, at most: more of them push the pictures off the screen.
MOST_SLIDERS = 24

#: How a value is found by sliders, and how it is set.
Place = tuple[str, Knob, Callable[[float], None]]


def places(net: Network, dt: float) -> Iterator[Place]:
    """Parameters of groups, rates of sources, then parameters, weights and delays of synapses: ``E.I``, ``exc.weight``.

    Values of each cell or connection, and those that move in time, have no slider. Nor has a delay of 0: another one
    would be other code.
    """
    for group in net.groups:
        yield from _of_group(group)
    for syn in net.synapses:
        yield from _of_synapses(syn, dt)


def without_choice(net: Network, known: Iterable[str]) -> tuple[str, ...]:
    """Which of the ``known`` values have sliders where the user names none.

    All of them, if that is not too many. Else those that somebody has chosen before: with a range in the model's text
    or a value other than the model's; and weights, delays, rates, and what synapses add to. Of these the first.
    """
    names = tuple(known)
    if len(names) <= MOST_SLIDERS:
        return names
    chosen = {
        f"{group.name}.{name}"
        for group in net.groups
        if hasattr(group, "system")
        for name in _moved(group.system, group.parameters)
    }
    for syn in net.synapses:
        chosen.update(
            f"{syn.name}.{name}" for name in ("weight", "delay", "post_delay", *_moved(syn.system, syn.values))
        )
        chosen.update(f"{syn.post_group.name}.{c.target}" for c in syn.system.couplings if c.side == "post")
    chosen.update(name for name in names if name.endswith(".rate"))
    return tuple(name for name in names if name in chosen)[:MOST_SLIDERS] or names[:MOST_SLIDERS]


def _moved(system: System, values: Mapping[str, Any]) -> list[str]:
    """Parameters with a range in the text, or with another value than the text has."""
    return [
        p.name
        for p in system.parameters
        if p.bounds is not None or (_is_number(values[p.name]) and values[p.name] != p.value)
    ]


def _of_group(group: Any) -> Iterator[Place]:
    rate = getattr(group, "rate", None)
    rates = np.unique(rate) if isinstance(rate, float | np.ndarray) else np.empty(0)
    if len(rates) == 1 and _is_number(rates[0]):
        yield f"{group.name}.rate", Knob(float(rates[0]), (0.0, _reach(rates[0]))), _setter(group, "rate")
    if not hasattr(group, "system"):
        return
    for p in group.system.parameters:
        value = group.parameters[p.name]
        if _is_number(value):
            knob = Knob(float(value), p.bounds, p.step, p.description)
            yield f"{group.name}.{p.name}", knob, _setter(group, p.name)


def _of_synapses(syn: Synapses, dt: float) -> Iterator[Place]:
    for p in syn.system.parameters:
        value = syn.values[p.name]
        if _is_number(value):
            yield f"{syn.name}.{p.name}", Knob(float(value), p.bounds, p.step, p.description), _setting(syn, p.name)
    if "weight" in syn.system.state_names and _is_number(syn.initial("weight")):
        yield f"{syn.name}.weight", Knob(float(syn.initial("weight"))), _setting(syn, "weight")
    for name in ("delay", "post_delay"):
        value = getattr(syn, f"{name}_given")
        if _is_number(value) and value > 0:
            steps = max(1, round(_reach(value) / dt))
            yield f"{syn.name}.{name}", Knob(float(value), (dt, steps * dt), dt), _setting(syn, name)


def _is_number(value: Any) -> bool:
    """A finite number that is not one of many: `Values` are floats or arrays."""
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


def _reach(value: float) -> float:
    return guess_range(float(value))[1]


def _setter(group: Any, name: str) -> Callable[[float], None]:
    return lambda value: setattr(group, name, value)


def _setting(syn: Synapses, name: str) -> Callable[[float], None]:
    return lambda value: syn.set(**{name: value})
