"""One picture: a simulation and the phase plane that belongs to it, as arrays, computed by the worker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainpy_kernel.sessions.reduction import drawable
from brainpy_kernel.sessions.shown import Outcome, attempted
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_kernel.sessions.runtime import Ticket
    from brainpy_lab import Model, Solution
    from brainpy_lab.analysis import FixedPoints
    from brainpy_lab.analysis.vector_field import VectorField

Box = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Settings:
    """What a picture is asked for: everything the sliders and boxes say at one moment."""

    params: Mapping[str, float]
    initial: Mapping[str, float]
    duration: float
    dt: float | None = None
    axes: tuple[str, ...] = ()  # one or two states of the phase plane; none: not wanted
    box: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # ranges that the user fixed
    version: int = 0
    backward: bool = False  # whether the phase plane shows where the trajectory came from


@dataclass(frozen=True)
class PhaseData:
    """Nullclines and fixed points over the states ``axes``; with one state, its right-hand side.

    ``threshold`` and ``reset`` are curves by event: where it resets a state, and where it puts it. ``past`` is the
    orbit that comes to the start, where it was asked for; ``no_past`` says why there is none, or what ended it.
    """

    axes: tuple[str, ...]
    nullclines: Mapping[str, list[NDArray[np.float64]]]
    fixed_points: FixedPoints
    threshold: Mapping[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    reset: Mapping[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    past: Solution | None = None
    no_past: str = ""


@dataclass(frozen=True)
class Frame:
    """What the views draw. ``message`` is an error in words; the parts that succeeded are there all the same."""

    settings: Settings
    solution: Solution | None = None
    box: Box = field(default_factory=dict)
    phase: PhaseData | None = None
    fixed_points: FixedPoints | None = None
    message: str = ""
    wall_time: float = 0.0


def simulate(model: Model, settings: Settings, ticket: Ticket, report: Callable[[float], None]) -> Outcome:
    """Run ``model`` as ``settings`` say."""
    from brainpy_lab.simulation.model import run_options

    options = run_options()
    hidden = {name: value for name, value in _every(model, settings).items() if name in options}
    others: dict[str, Any] = {name: value for name, value in settings.params.items() if name not in hidden}

    def run() -> Solution:
        return model.run(
            settings.duration,
            dt=settings.dt,
            initial=dict(settings.initial),
            stop=ticket,
            progress=report,
            on_interrupt="return",
            parameters=hidden,
            **others,
        )

    return attempted(run, ticket)


def _every(model: Model, settings: Settings) -> dict[str, Any]:
    """Every parameter with its value: arrays have no slider."""
    return {**model.parameters, **settings.params}


def _held(model: Model, settings: Settings) -> dict[str, Any]:
    """Every parameter with its value, and the states that are no axes with their initial ones."""
    initial = {**model.initial, **settings.initial}  # arrays have no box to write in
    return {**_every(model, settings), **{n: initial[n] for n in model.system.state_names if n not in settings.axes}}


def grown_box(
    known: Box, solution: Solution | None, states: tuple[str, ...], fixed: Mapping[str, tuple[float, float]]
) -> Box:
    """A box around the trajectory with a margin; a known box only grows, so that the picture stands still."""
    box = {**known, **fixed}
    if solution is None:
        return {name: box.get(name, (-1.0, 1.0)) for name in states}
    for name in states:
        bounds = extent(np.asarray(solution[name], dtype=float))
        if name in fixed or bounds is None:
            box.setdefault(name, (-1.0, 1.0))
            continue
        low, high = bounds
        if name in box and box[name][0] <= low and high <= box[name][1]:
            continue
        box[name] = _rounded(*_with_margin(low, high))
    return box


def with_equilibria(model: Model, settings: Settings, box: Box) -> Box:
    """The box of a first picture, grown so that equilibria beside the trajectory are in it as well.

    They are looked for along the first axis; the other one may be anywhere.
    """
    from brainpy_lab import analysis

    first = next((name for name in settings.axes if name not in settings.box), None)
    if first is None:
        return box
    low, high = box[first]
    middle, half = (low + high) / 2, (high - low) / 2
    reach = max(3 * half, abs(middle), 3.0)  # 3: a state that rests at 0 says nothing of sizes
    ranges = {
        **{name: settings.box[name] for name in settings.axes if name in settings.box},
        first: (middle - reach, middle + reach),
    }
    try:
        found = analysis.fixed_points(model, ranges, proven=False, parameters=_held(model, settings))
    except BrainPyLabError:
        return box
    grown = dict(box)
    for name in settings.axes:
        values = [point.values[name] for point in found if math.isfinite(point.values[name])]
        low, high = box[name]
        if name in settings.box or not values or (low <= min(values) and max(values) <= high):
            continue
        low, high = min(low, *values), max(high, *values)
        grown[name] = _rounded(low - 0.1 * (high - low), high + 0.1 * (high - low))
    return grown


def extent(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The smallest and the largest of the values that are drawn; None when there are none."""
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if low >= -1e5 and high <= 1e5:  # no blow-up by the rule of `drawable`, which takes longer to ask; nan fails this
        return low, high
    drawn = drawable(values)
    drawn = drawn[np.isfinite(drawn)]
    return (float(drawn.min()), float(drawn.max())) if drawn.size else None


def _with_margin(low: float, high: float) -> tuple[float, float]:
    """40 % on each side, and at least a quarter of the values' size: sliders then move curves within one picture."""
    middle = (low + high) / 2
    half = max(0.9 * (high - low), 0.25 * abs(middle), 1e-6)  # 1e-6: a state that rests at 0
    return middle - half, middle + half


def _rounded(low: float, high: float) -> tuple[float, float]:
    """The interval widened to round numbers."""
    unit = 10.0 ** math.floor(math.log10(high - low)) / 10  # two digits: labels of the axes stay short
    return math.floor(low / unit) * unit, math.ceil(high / unit) * unit


def phase_data(model: Model, settings: Settings, box: Box, ticket: Ticket) -> PhaseData:
    """Nullclines and fixed points in ``box``, the states that are no axes held at their initial values."""
    from brainpy_lab.analysis import PhasePlane

    ranges: dict[str, Any] = {name: box[name] for name in settings.axes}
    plane = PhasePlane(model, parameters={**_held(model, settings), **ranges})
    found = PhaseData(settings.axes, plane.nullclines(), plane.fixed_points(), plane.threshold, plane.reset)
    return _with_past(found, plane.field, settings, ticket) if settings.backward else found


def _with_past(found: PhaseData, field: VectorField, settings: Settings, ticket: Ticket) -> PhaseData:
    """The same with the orbit backward in time, or with the reason why there is none."""
    from brainpy_lab.analysis.plane.backward import backward

    try:
        past = backward(field, settings.initial, settings.duration, ticket)
    except BrainPyLabError as error:
        return replace(found, no_past=str(error))
    return replace(found, past=past, no_past=str(past.stats.get("ended", "")))


def fixed_points(model: Model, settings: Settings, box: Box) -> FixedPoints:
    """All fixed points of the whole system in ``box``, found without a proof: they follow the sliders."""
    from brainpy_lab import analysis

    return analysis.fixed_points(
        model, {name: box[name] for name in model.system.state_names}, proven=False, parameters=dict(settings.params)
    )
