"""Where a run stands, in one thing: a run that goes on from it is the one that never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, ByName, did_you_mean, in_words
from brainpy_lab.simulation.by_name import spelled
from brainpy_lab.simulation.solution.described import FORMAT, check_numbers, described_part, plain, rebuilt_parts
from brainpy_lab.simulation.solution.files import Content, format_of, write

#: Fields of a checkpoint that hold arrays by name.
CHECKPOINT_PARTS = ("values", "arrays")

#: What JSON holds besides lists and tables.
Plain = bool | int | float | str | None


class UnknownVariableError(ArgumentError, KeyError, AttributeError):
    """A run has no variable of this name."""


@dataclass(frozen=True, repr=False, eq=False)
class Checkpoint:
    """The whole state of a run at the time it has reached.

    ``m.run(duration, start=checkpoint)`` goes on from there, on any driver. With the method and dt of before, each
    number of such a run is, bit for bit, the one that a run without the stop gives.

    Parameters
    ----------
    time : float
        The time reached, in the model's unit.
    values : mapping of str to array (*ensemble, *state)
        The states, in the model's units; ``checkpoint["V"]`` gives one.
    arrays : mapping of str to array
        What a run carries along besides, by names in parts: ``"hidden/spike_on"``, ``"past/start"``.
    numbers : mapping of str to number, text or None
        The same of what is no array: the clock that steps are counted by (``"origin"``, ``"dt"``, ``"step"``), the
        number of the next random draws (``"draws"``), the ``"method"`` and whether ``"auto"`` chose it, and in
        ``"loop"`` what the steps of the adaptive loop depend on, as a digest.
    seed : int
        Seed of the run's random numbers, with which a run goes on.
    model_name : str
        The model.
    ensemble_shape : tuple of int
        Shape of the ensemble; ``()`` is a single run.

    Examples
    --------
    >>> Checkpoint(2.5, {"V": -65.0, "x": np.zeros(3)}, model_name="Cell")
    Checkpoint of Cell at t = 2.5: V = -65, x (3).
    """

    time: float
    values: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, Plain] = field(default_factory=dict)
    seed: int = 0
    model_name: str = "Model"
    ensemble_shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", ByName(self.values, "state", f"of {self.model_name}"))

    def __getitem__(self, name: str) -> Any:
        try:
            return self.values[spelled(name)]
        except KeyError:
            near = did_you_mean(str(name), self.values) or f"It has: {', '.join(self.values)}."
            message = f"The checkpoint of {self.model_name} has no state '{name}'."
            raise UnknownVariableError(message, advice=near) from None

    def part(self, name: str) -> dict[str, Any]:
        """The arrays whose names begin with ``name/``, by what follows."""
        return {key[len(name) + 1 :]: a for key, a in self.arrays.items() if key.startswith(f"{name}/")}

    @in_words("save")
    def save(self, path: str | Path) -> Path:
        """Write it to ``path``: NetCDF (``.nc``), NumPy (``.npz``) or Zarr (``.zarr``). ``bp.load`` reads all.

        An error leaves a file that stood there as it was.
        """
        path = Path(path)
        format_of(path)
        check_numbers(self.values)
        described, arrays = self.described()
        write(Content({"format": FORMAT, "checkpoint": described}, arrays), path)
        return path

    def described(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The same as JSON and named arrays."""
        arrays: dict[str, np.ndarray] = {}
        described: dict[str, Any] = {
            "time": float(self.time),
            "numbers": {key: plain(value) for key, value in self.numbers.items()},
            "seed": int(self.seed),
            "model_name": self.model_name,
            "ensemble_shape": [int(n) for n in self.ensemble_shape],
        }
        described |= {part: described_part(part, getattr(self, part), arrays) for part in CHECKPOINT_PARTS}
        return described, arrays

    @staticmethod
    def of(described: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Checkpoint:
        """Back from `described`."""
        return Checkpoint(
            time=float(described["time"]),
            numbers=dict(described["numbers"]),
            seed=int(described["seed"]),
            model_name=str(described["model_name"]),
            ensemble_shape=tuple(int(n) for n in described["ensemble_shape"]),
            **rebuilt_parts(described, CHECKPOINT_PARTS, arrays),
        )

    def __repr__(self) -> str:
        states = ", ".join(_value_text(name, value) for name, value in self.values.items()) or "no states"
        size = " × ".join(map(str, self.ensemble_shape))
        ensemble = f", ensemble of {size}" if size else ""
        return f"Checkpoint of {self.model_name} at t = {self.time:g}{ensemble}: {states}."


def in_part(name: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays by name as a part of a checkpoint's."""
    return {f"{name}/{key}": array for key, array in arrays.items()}


def _value_text(name: str, value: Any) -> str:
    """A number, or the shape of an array."""
    shape = np.shape(value)
    return f"{name} ({' × '.join(map(str, shape))})" if shape else f"{name} = {float(value):g}"
