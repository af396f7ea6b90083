"""A Solution as a table of other libraries: xarray and pandas."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.record import Record

if TYPE_CHECKING:
    import pandas
    import xarray


def to_xarray(sol: Record) -> xarray.Dataset:
    """``sol`` as a Dataset; see `Solution.to_xarray`."""
    import xarray

    time = time_dimension(sol)
    axes, coordinates = ensemble_axes(sol)
    coordinates[time] = ((time,), as_numpy(sol.t))
    variables: dict[str, Any] = {}
    for name, array in sol.data.items():
        values = as_numpy(array)
        own = time
        if name in sol.own_times:
            own = f"{name}_time"
            coordinates[own] = ((own,), as_numpy(sol.own_times[name]))
        outer = axes if values.shape[1 : 1 + len(axes)] == sol.ensemble_shape else []
        inner = [f"{name}_{i}" for i in range(values.ndim - 1 - len(outer))]
        variables[name] = ((own, *outer, *inner), values)
    for name, train in sol.events.items():
        dimension = name if name not in variables else f"{name}_event"
        variables[f"{name}_t"] = ((dimension,), as_numpy(train.t))
        variables[f"{name}_index"] = ((dimension,), as_numpy(train.index))
        if train.multiplicity is not None:
            variables[f"{name}_count"] = ((dimension,), as_numpy(train.multiplicity))
    return xarray.Dataset(variables, coordinates, _attributes(sol))


def to_pandas(sol: Record) -> pandas.DataFrame:
    """``sol`` as a DataFrame; see `Solution.to_pandas`. Elements of array states are columns ``x[0]``, ``x[1]``, ..."""
    import pandas

    is_of_means = bool(sol.data) and all(array.ndim == 1 for array in sol.data.values())
    shape = () if is_of_means else tuple(sol.ensemble_shape)  # of means over all cells: a row a time
    _check_one_table(sol, shape)
    axes, coordinates = ensemble_axes(sol) if shape else ([], {})
    levels = [as_numpy(sol.t)]
    for axis, length in zip(axes, shape, strict=True):
        levels.append(coordinates[axis][1] if axis in coordinates else np.arange(length))
    name = time_dimension(sol)
    if axes:
        index: pandas.Index = pandas.MultiIndex.from_product(levels, names=[name, *axes])
    else:
        index = pandas.Index(levels[0], name=name)
    columns: dict[str, np.ndarray] = {}
    n_outer = 1 + len(axes)
    for variable, array in sol.data.items():
        values = as_numpy(array)
        inner = values.shape[n_outer:]
        for place in np.ndindex(*inner):
            label = f"{variable}[{', '.join(map(str, place))}]" if inner else variable
            columns[label] = values[(..., *place)].reshape(-1)
    return pandas.DataFrame(columns, index=index)


def _check_one_table(sol: Record, shape: tuple[int, ...]) -> None:
    """Refuse what does not fit under one index of rows."""
    for name, array in sol.data.items():
        if name in sol.own_times:
            why = "was recorded at times of its own"
        elif array.shape[1 : 1 + len(shape)] != shape:
            why = "holds some members of the ensemble"
        else:
            continue
        raise ArgumentError(
            f"'{name}' {why}, and the rows of a table are the same for all variables.",
            advice="sol.to_xarray() holds both.",
        )


def time_dimension(sol: Record) -> str:
    """Name of the time dimension: ``time``, or the next best where the model has a variable of that name."""
    taken = {*sol.data, *sol.params}
    return next(name for name in ("time", "t", "run_time", "solution_time") if name not in taken)


def ensemble_axes(sol: Record) -> tuple[list[str], dict[str, tuple[tuple[str, ...], np.ndarray]]]:
    """Names of the ensemble's axes, and the values of the parameters and initial states that vary along them."""
    varying = _varying(sol)
    axes: list[str] = []
    for axis in range(len(sol.ensemble_shape)):
        along = [name for name, values in varying.items() if values.shape[axis] > 1]
        alone = len(along) == 1 and varying[along[0]].size == sol.ensemble_shape[axis]
        plain = "cell" if len(sol.ensemble_shape) == 1 else f"ensemble_{axis}"
        axes.append(along[0] if alone else plain)
    coordinates = {}
    for name, values in varying.items():
        spanned = tuple(axis for axis, n in zip(axes, values.shape, strict=True) if n > 1)
        coordinates[name] = (spanned, values.squeeze(axis=tuple(i for i, n in enumerate(values.shape) if n == 1)))
    return axes, coordinates


def _varying(sol: Record) -> dict[str, np.ndarray]:
    """Values of what varies over the ensemble, with the ensemble's number of axes; a state's are ``initial_V``."""
    n_axes = len(sol.ensemble_shape)
    varying = {}
    for name in sol.ensemble_params:
        is_parameter = name in sol.params
        value = sol.params[name] if is_parameter else sol.initial.get(name)
        if value is None or callable(value) or not hasattr(value, "shape"):
            continue
        values = as_numpy(value)
        values = values.reshape((1,) * (n_axes - values.ndim) + values.shape)
        fits = values.ndim == n_axes and all(n in (1, m) for n, m in zip(values.shape, sol.ensemble_shape, strict=True))
        label = name if is_parameter else f"initial_{name}"
        for axis in range(values.ndim):  # initial values come broadcast over the ensemble
            if np.array_equal(values, np.broadcast_to(values.take([0], axis), values.shape)):
                values = values.take([0], axis)
        if fits and label not in sol.data:
            varying[label] = values
    return varying


def _attributes(sol: Record) -> dict[str, Any]:
    settings = {key: sol.stats[key] for key in ("method", "backend", "dt") if sol.stats.get(key) is not None}
    numbers = {
        f"parameter_{name}": float(value)
        for name, value in sol.params.items()
        if isinstance(value, int | float | np.number) and not isinstance(value, bool)
    }
    return {
        "model": sol.model_name,
        "model_text": sol.model_text,
        **settings,
        **numbers,
        "seed": sol.seed if abs(sol.seed) < 2**63 else str(sol.seed),
        "outcome": sol.outcome.value,
        "versions": ", ".join(f"{name} {number}" for name, number in versions(sol).items()),
    }


def versions(sol: Record) -> dict[str, str]:
    """Versions of Python, BrainPy Lab, NumPy and the package behind the run's backend."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in dict.fromkeys(("brainpy-lab", "numpy", str(sol.stats.get("backend", "numpy")))):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
