"""From the arguments of a run to numbers: which values, which shapes, which parameters move in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.hidden import hidden_names
from brainpy_lab.equations.system import Hold, System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.inputs import Input
from brainpy_lab.simulation.runs.record_size import check_ensemble_memory
from brainpy_lab.simulation.values.axes import Axes
from brainpy_lab.simulation.values.initial import INSTEAD, default_values, initial_number, initial_values, shape_of
from brainpy_lab.simulation.values.lengths import check_lengths
from brainpy_lab.simulation.values.narrow import narrow_states, widths_of
from brainpy_lab.simulation.values.products import check_products

NEVER = -np.inf  # release time of a state that is not held


@dataclass
class Drive:
    """A parameter that moves in time: ``at(times)`` gives (n_times, *shape)."""

    at: Callable[[np.ndarray], np.ndarray]
    shape: tuple[int, ...]
    change_times: Callable[[float, float], np.ndarray] | None = None  # where it jumps, when it is constant between
    knots: np.ndarray | None = None  # times between which it is smooth
    is_linear: bool = True  # between its knots
    mean: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None  # averages, where it is constant between jumps
    place: float = 0.5  # where in each fixed step it is sampled: 0 is the start, 1 the end

    @property
    def is_sampled(self) -> bool:
        """Whether it is a function of which nothing is known but the values asked for."""
        return self.change_times is None and self.knots is None

    def of_steps(self, times: Callable[[np.ndarray], np.ndarray], first: int, n: int) -> np.ndarray:
        """Its values in ``n`` fixed steps; ``times`` gives the time of a number of steps.

        They are averages where it is constant between jumps, else what it is in the middle, or at its place.
        """
        if self.mean is not None:
            edges = times(first + np.arange(n + 1.0))
            return self.mean(edges[:-1], edges[1:])
        return self.at(times(first + self.place + np.arange(n)))


@dataclass
class Problem:
    """The numbers of one run.

    ``ensemble`` is the shape arrays broadcast to, ``cell`` the shape of the array states; ``states``, ``hidden`` and
    ``parameters`` broadcast to ``ensemble + cell``, matrices apart. ``narrow`` are the states that are one number
    beside array states whose elements mix.
    """

    system: System
    ensemble: tuple[int, ...]
    cell: tuple[int, ...]
    states: dict[str, Any]
    hidden: dict[str, Any]
    parameters: dict[str, Any]
    axes: Axes
    drives: dict[str, Drive] = field(default_factory=dict)
    varying_names: tuple[str, ...] = ()
    mixes: bool = False
    narrow: frozenset[str] = frozenset()
    traced: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every value: the ensemble's axes, then the state's."""
        return self.ensemble + self.cell

    def shape_of(self, state: str) -> tuple[int, ...]:
        """Shape of one state's values; where elements mix, one number beside array states has one element."""
        return (*self.ensemble, *(1,) * len(self.cell)) if state in self.narrow else self.shape

    def shape_of_event(self, name: str) -> tuple[int, ...]:
        """Shape of the cells in which an event can happen: the members alone where it is of single numbers."""
        if not (self.mixes and self.cell):
            return self.shape
        widths = widths_of(self.system, self.axes.own)
        tests = [e.condition for e in self.system.events if e.name == name]
        holds = [a for e in self.system.events for a in e.actions if isinstance(a, Hold) and a.state == name]
        return self.shape if any(map(widths, [*tests, *(a.duration for a in holds)])) else self.ensemble

    @property
    def lanes(self) -> int:
        """Number of cells side by side."""
        return math.prod(self.shape)


def check_names(given: Mapping[str, Any], known: tuple[str, ...], what: str, model: str) -> None:
    """Raise ArgumentError for the first name of ``given`` that the model does not have."""
    for name in given:
        if name not in known:
            raise ArgumentError(
                f"The model '{model}' has no {what} '{name}'.",
                advice=did_you_mean(name, known) or f"It has: {', '.join(known) or 'none'}.",
            )


def resolve(
    system: System,
    parameters: Mapping[str, Any],
    initial: Mapping[str, Any],
    hidden: Mapping[str, Any],
    is_traced: Callable[[Any], bool],
    t0: float = 0.0,
    ranks: Mapping[str, int] | None = None,
) -> Problem:
    """Check and shape the values of a run.

    Parameters
    ----------
    system : System
    parameters : mapping
        Parameters that differ from the system's own: numbers, arrays, Inputs, functions of t, or Solutions.
    initial : mapping
        Initial values that differ from the system's own.
    hidden : mapping
        Hidden variables of the Solution that is continued.
    is_traced : callable
        The driver's test whether a derivative is taken through a value.
    t0 : float
        The start, at which inputs have the values that initial values are computed from.
    ranks : mapping
        How many axes for elements the initial values of another run have.
    """
    check_names(parameters, system.parameter_names, "parameter", system.name)
    check_names(initial, system.state_names, "state", system.name)
    values: dict[str, Any] = {}
    drives: dict[str, Drive] = {}
    starts: dict[str, Any] = {}
    traced = False
    for parameter in system.parameters:
        value = parameters.get(parameter.name, parameter.value)
        drive = as_drive(parameter.name, value)
        if drive is not None:
            drives[parameter.name] = drive
        elif is_traced(value):
            traced = True
        else:
            value = as_numbers(parameter.name, value)
        values[parameter.name] = value
    defaults = default_values(system)
    own = {p.name: shape_of(p.value) for p in system.parameters}
    cell = _common_shape([*map(shape_of, defaults.values()), *(own.values() if not system.mixes_elements else ())])
    if not cell and system.mixes_elements and any(len(shape) == 1 for shape in own.values()):
        cell = (1,)  # single numbers beside arrays: what a step makes of those keeps an axis of one element
    own |= {n: () if shape_of(v) == (1,) != cell else shape_of(v) for n, v in defaults.items()}  # as of z(0) = sum(x)
    axes = Axes(own, cell, ranks or {})
    starts = {name: value if is_traced(value) else initial_number(name, value) for name, value in initial.items()}
    ensemble, varying = _ensemble(axes, {**values, **starts, **drives})
    for name, drive in drives.items():
        if system.mixes_elements and own[name] not in ((), cell):
            raise ArgumentError(
                f"'{name}' has the shape {own[name]}, and only the values of array states' elements may move in time.",
                advice=f"Let a number move: write k*{name} in the cell, with k = 1, and give the input for k.",
            )
        drives[name] = _aligned_drive(axes, name, drive, system.mixes_elements)
        first = drives[name].at(np.array([t0]))[0]
        values[name] = first if first.ndim else float(first)
    values = {name: axes.aligned(name, value) for name, value in values.items()}
    if system.mixes_elements:  # a sum over an array counts each of its elements
        values = {name: axes.filled(name, value) for name, value in values.items()}
    starts = {name: axes.aligned(name, value) for name, value in starts.items()}
    states = initial_values(system, values, starts, defaults, is_traced)
    traced = traced or any(is_traced(v) for v in states.values())
    values |= {name: float(values[name].ravel()[0]) for name in drives if shape_of(values[name])}
    narrow: frozenset[str] = frozenset()
    if system.mixes_elements:
        check_lengths(system, {**values, **states}, cell[-1] if cell else 1)
        check_products(system, axes.own)
        narrow = narrow_states(system, axes.own) if cell else narrow
    stages = 4  # a state, its new value and what a step keeps besides, at the least
    kept = stages * len(system.states) + len(hidden_names(system)) + len(system.parameters)
    check_ensemble_memory(math.prod(ensemble) * math.prod(cell), kept)
    hidden = {n: hidden.get(n, NEVER if n.endswith("_release") else 0.0) for n in hidden_names(system)}
    return Problem(
        system, ensemble, cell, states, hidden, values, axes, drives, varying, system.mixes_elements, narrow, traced
    )


def _ensemble(axes: Axes, values: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The shape to which the axes before the elements' broadcast, and the names of the values that have such."""
    leading = {n: axes.leading(n, v.shape if isinstance(v, Drive) else shape_of(v)) for n, v in values.items()}
    for name, shape in leading.items():
        if 0 in shape:
            raise ArgumentError(
                f"'{name}' is empty (shape {shape}): an ensemble has at least one member.",
                advice=f"Give '{name}' a value; a selection of values may have left none.",
            )
    try:
        return _common_shape(leading.values()), tuple(n for n, s in leading.items() if s)
    except ValueError:
        shapes = ", ".join(f"{n} {s}" for n, s in leading.items() if s)
        raise ArgumentError(
            f"The arrays of this run do not broadcast together: {shapes}.",
            advice="Give them the same length, or add axes (array[:, None]) to span a grid.",
        ) from None


def _aligned_drive(axes: Axes, name: str, drive: Drive, fill: bool) -> Drive:
    """A drive whose values have axes for the elements where they have those of the ensemble; ``fill``: all of them."""
    padded = axes.padded(name, drive.shape)
    shape = axes.full(name, padded) if fill else padded
    if shape == drive.shape:
        return drive
    at, mean = drive.at, drive.mean

    def shaped(values: np.ndarray) -> np.ndarray:
        count = len(values)
        inner = (1,) * (len(shape) - len(padded)) + padded
        return np.broadcast_to(values.reshape(count, *inner), (count, *shape))

    return replace(
        drive,
        at=lambda times: shaped(at(times)),
        shape=shape,
        mean=None if mean is None else lambda begins, ends: shaped(mean(begins, ends)),
    )


def _common_shape(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape to which all broadcast."""
    arrays = {shape for shape in shapes if shape}
    return np.broadcast_shapes(*arrays) if arrays else ()


def as_numbers(name: str, value: Any) -> Any:
    """A parameter's or initial value as a float or a float64 array.

    Raises
    ------
    ArgumentError
        When it is neither a number nor an array of them.
    """
    if isinstance(value, float) and value == value:  # the usual case; nan goes on to its message
        return value
    if getattr(value, "requires_grad", False):
        raise ArgumentError(
            f"'{name}' is a tensor through which a derivative is taken, which this driver cannot follow.",
            advice="Run on a driver that can, backend='torch', or give a number: value.detach().",
        )
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        if np.iscomplexobj(value):
            raise TypeError("complex")
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"'{name}' must be a number, an array, an input or a function of t; it is a {type(value).__name__}."
        ) from None
    if np.asarray(value).dtype == bool:
        raise ArgumentError(
            f"'{name}' takes numbers, not True and False.",
            advice=INSTEAD,
        )
    if np.isnan(array).any():
        raise ArgumentError(f"'{name}' is not a number (nan).")
    return float(array) if array.ndim == 0 else array


def as_drive(name: str, value: Any) -> Drive | None:
    """``value`` as a quantity over time, or None when it is a number or an array."""
    if isinstance(value, Input):
        if value.interpolation == "linear":
            return Drive(value, value.shape, knots=_bends_of(value))
        return Drive(value, value.shape, _jumps_of(value), mean=value.mean)
    if hasattr(value, "data") and hasattr(value, "outcome") and hasattr(value, "t"):
        return _solution_drive(name, value)
    if callable(value):
        return _function_drive(name, value)
    return None


def _jumps_of(source: Input) -> Callable[[float, float], np.ndarray]:
    """The times between two others at which an input that is constant between samples takes another value."""
    changes = np.any(np.diff(source.values.reshape(len(source), -1), axis=0) != 0, axis=1)
    times = source.t[1:][changes]

    def between(start: float, end: float) -> np.ndarray:
        return times[(times > start) & (times < end)]

    return between


def _bends_of(source: Input) -> np.ndarray:
    """Times at which a linear input changes its slope; one step ends there."""
    flat = source.values.reshape(len(source), -1)
    # a straight line's second differences are rounding errors, and no step has to end there
    bends = np.any(np.abs(np.diff(flat, 2, axis=0)) > 1e-12 * np.abs(flat).max(initial=0.0), axis=1)
    return np.asarray(np.concatenate([source.t[:1], source.t[1:-1][bends], source.t[-1:]]))


def _solution_drive(name: str, solution: Any) -> Drive:
    """A Solution as an input: by its own interpolation where it has one, else straight between its records."""
    names = list(solution.data)
    chosen = name if name in names else names[0] if len(names) == 1 else None
    if chosen is None:
        raise ArgumentError(
            f"The solution that drives '{name}' recorded {', '.join(names) or 'nothing'}.",
            advice=f"Give an input of one of them: {name}=bp.inputs.Input(sol['{(*names, 'V')[0]}'], dt=...).",
        )
    grid, values = np.asarray(solution.t), np.asarray(solution.data[chosen])
    if solution.interpolant is not None and chosen in solution.final:

        def course(times: np.ndarray) -> np.ndarray:
            return np.asarray(solution(np.clip(times, grid[0], grid[-1]))[chosen])

        return Drive(course, tuple(values.shape[1:]), knots=grid, is_linear=False)

    def at(times: np.ndarray) -> np.ndarray:
        flat = values.reshape(len(grid), -1)
        columns = [np.interp(times, grid, column) for column in flat.T]
        return np.stack(columns, axis=1).reshape(len(times), *values.shape[1:])

    return Drive(at, tuple(values.shape[1:]), knots=grid)


def _function_drive(name: str, function: Callable[[Any], Any]) -> Drive:
    """A function of time as an input; its value at t = 0 tells the shape of all others."""
    try:
        first = np.asarray(function(0.0), dtype=float)
    except Exception as error:
        raise ArgumentError(
            f"The function given for '{name}' failed at t = 0: {type(error).__name__}: {error}",
            advice="It must take a time and give a number (or one for each cell).",
        ) from error

    def at(times: np.ndarray) -> np.ndarray:
        try:
            whole = np.asarray(function(times), dtype=float)
            # as many times as cells: an array of that length may be one value for each cell, at one time
            if whole.shape == (len(times), *first.shape) and (first.ndim == 0 or len(times) != first.shape[0]):
                return whole
        except Exception:  # not written for arrays: one time after the other
            pass
        return np.array([np.asarray(function(float(t)), dtype=float) for t in times]).reshape(-1, *first.shape)

    return Drive(at, first.shape)
