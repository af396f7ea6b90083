"""From the arguments of a run to numbers: which values, which shapes, which parameters move in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.codegen.builder import memory_names
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.inputs import Input
from brainpy_lab.simulation.initial import initial_values, shape_of
from brainpy_lab.simulation.lengths import check_lengths
from brainpy_lab.simulation.memory import check_ensemble_memory
from brainpy_lab.simulation.products import check_products

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


@dataclass
class Problem:
    """The numbers of one run.

    ``ensemble`` is the shape arrays broadcast to, ``cell`` the shape of the array states; ``states``, ``memory`` and
    ``parameters`` broadcast to ``ensemble + cell``.
    """

    system: System
    ensemble: tuple[int, ...]
    cell: tuple[int, ...]
    states: dict[str, Any]
    memory: dict[str, Any]
    parameters: dict[str, Any]
    drives: dict[str, Drive] = field(default_factory=dict)
    varying_names: tuple[str, ...] = ()
    mixes: bool = False
    traced: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every value: the ensemble's axes, then the state's."""
        return self.ensemble + self.cell

    def shape_of(self, state: str) -> tuple[int, ...]:
        """Shape of one state's values; where elements mix, one number beside array states has one element."""
        if self.mixes and self.cell and np.shape(self.states[state])[-1:] != self.cell[-1:]:
            return (*self.ensemble, *(1,) * len(self.cell))
        return self.shape

    def expanded(self, value: Any) -> Any:
        """A value with axes for the state's elements, of length one, where it has those of the ensemble alone."""
        if self.cell and hasattr(value, "shape"):
            is_own = value.ndim >= len(self.cell) and tuple(value.shape[-len(self.cell) :]) == self.cell
            if not is_own and value.ndim and value.ndim <= len(self.ensemble):
                return value.reshape(tuple(value.shape) + (1,) * len(self.cell))
        return value

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
    memory: Mapping[str, Any],
    is_traced: Callable[[Any], bool],
    t0: float = 0.0,
) -> Problem:
    """Check and shape the values of a run.

    Parameters
    ----------
    system : System
    parameters : mapping
        Parameters that differ from the system's own: numbers, arrays, Inputs, functions of t, or Solutions.
    initial : mapping
        Initial values that differ from the system's own.
    memory : mapping
        Hidden variables of the Solution that is continued.
    is_traced : callable
        The driver's test whether a derivative is taken through a value.
    t0 : float
        The start, at which inputs have the values that initial values are computed from.
    """
    check_names(parameters, system.parameter_names, "parameter", system.name)
    check_names(initial, system.state_names, "state", system.name)
    values: dict[str, Any] = {}
    at_start: dict[str, Any] = {}
    drives: dict[str, Drive] = {}
    traced = False
    for parameter in system.parameters:
        value = parameters.get(parameter.name, parameter.value)
        drive = as_drive(parameter.name, value)
        if drive is not None:
            drives[parameter.name] = drive
            first = drive.at(np.array([t0]))[0]
            at_start[parameter.name] = first if first.ndim else float(first)
            value = float(first.ravel()[0])
        elif is_traced(value):
            traced = True
        else:
            value = numeric(parameter.name, value)
        values[parameter.name] = value
    own = {p.name: shape_of(p.value) for p in system.parameters}
    starts = initial_values(system, {**values, **at_start}, initial, is_traced)
    traced = traced or any(is_traced(v) for v in starts.values.values())
    cell = _common_shape([*starts.shapes.values(), *(own.values() if not system.mixes_elements else ())])
    if system.mixes_elements:
        check_lengths(system, {**values, **starts.values}, cell[-1] if cell else 1)
    if system.mixes_elements:
        check_products(system, starts.shapes)
    ranks = {**own, **starts.shapes}
    leading: dict[str, tuple[int, ...]] = {}
    for name, value in {**values, **starts.values}.items():
        shape = drives[name].shape if name in drives else shape_of(value)
        leading[name] = shape[: len(shape) - len(ranks[name])] if len(shape) >= len(ranks[name]) else ()
        if leading[name] and len(ranks[name]) > 1:
            raise ArgumentError(
                f"An ensemble of matrices is not possible: '{name}' has the shape {shape}, the model's {ranks[name]}.",
                advice="Run the model once for each matrix, or scale one by a parameter that spans the ensemble.",
            )
    try:
        ensemble = _common_shape(leading.values())
    except ValueError:
        shapes = ", ".join(f"{n} {s}" for n, s in leading.items() if s)
        raise ArgumentError(
            f"The arrays of this run do not broadcast together: {shapes}.",
            advice="Give them the same length, or add axes (array[:, None]) to span a grid.",
        ) from None
    stages = 4  # a state, its new value and what a step keeps besides, at the least
    kept = stages * len(system.states) + len(memory_names(system)) + len(system.parameters)
    check_ensemble_memory(math.prod(ensemble) * math.prod(cell), kept)
    varying = tuple(n for n, s in leading.items() if s)
    hidden = {n: memory.get(n, NEVER if n.endswith("_release") else 0.0) for n in memory_names(system)}
    return Problem(
        system, ensemble, cell, starts.values, hidden, values, drives, varying, system.mixes_elements, traced
    )


def _common_shape(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape to which all broadcast."""
    arrays = {shape for shape in shapes if shape}
    return np.broadcast_shapes(*arrays) if arrays else ()


def numeric(name: str, value: Any) -> Any:
    """A parameter's or initial value as a float or a float64 array.

    Raises
    ------
    ArgumentError
        When it is neither a number nor an array of them.
    """
    if isinstance(value, float) and value == value:
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
    changes = np.any(np.diff(source.values.reshape(len(source), -1), axis=0) != 0, axis=1)
    times = source.t[1:][changes]

    def between(start: float, end: float) -> np.ndarray:
        return times[(times > start) & (times < end)]

    return between


def _bends_of(source: Input) -> np.ndarray:
    """Times at which a linear input changes its slope; one step ends there."""
    flat = source.values.reshape(len(source), -1)
    bends = np.any(np.abs(np.diff(flat, 2, axis=0)) > 1e-12 * np.abs(flat).max(initial=0.0), axis=1)
    return np.asarray(np.concatenate([source.t[:1], source.t[1:-1][bends], source.t[-1:]]))


def _solution_drive(name: str, solution: Any) -> Drive:
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
            if whole.shape == (len(times), *first.shape) and (first.ndim == 0 or len(times) != first.shape[0]):
                return whole
        except Exception:  # not written for arrays: one time after the other
            pass
        return np.array([np.asarray(function(float(t)), dtype=float) for t in times]).reshape(-1, *first.shape)

    return Drive(at, first.shape)
