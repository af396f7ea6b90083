"""The vector field that an analysis looks at: some states free, the others held, parameters and time fixed.

Here the arguments of the analyses are checked and turned into numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.symbolic import NumericSystem, numeric

Array = NDArray[np.float64]
Range = tuple[float, float]


class ModelLike(Protocol):
    """What the analyses need of a model."""

    @property
    def system(self) -> System:
        """The equations."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The default values of the parameters."""


@dataclass(frozen=True)
class VectorField:
    """The drift of ``free`` states with every other state held and parameters given.

    Attributes
    ----------
    system : System
    free : tuple of str
        The states that vary, in the order of the first axis of all arrays.
    held : mapping
        The value of every other state.
    params : mapping
        The value of every parameter.
    t : float
        The time at which a time-dependent drift is frozen.
    """

    system: System
    free: tuple[str, ...]
    held: Mapping[str, float]
    params: Mapping[str, float]
    t: float = 0.0

    @cached_property
    def numeric(self) -> NumericSystem:
        """The compiled NumPy form."""
        return numeric(self.system)

    @cached_property
    def rows(self) -> list[int]:
        """Where the free states stand among all states."""
        return [self.system.state_names.index(name) for name in self.free]

    def complete(self, y: Array) -> Array:
        """All states, shape (n_states, ...), from the free ones, shape (n_free, ...)."""
        if self._is_whole:  # the usual case: searches call this thousands of times
            return y
        full = np.empty((len(self.system.states), *y.shape[1:]))
        for i, name in enumerate(self.system.state_names):
            full[i] = y[self.free.index(name)] if name in self.free else self.held[name]
        return full

    @cached_property
    def _is_whole(self) -> bool:
        """True when every state is free, in the system's order."""
        return self.free == self.system.state_names

    def moved(self, name: str, value: float) -> VectorField:
        """The field with a parameter or a held state at another value."""
        if name in self.held:
            return replace(self, held={**self.held, name: value})
        return replace(self, params={**self.params, name: value})

    def rhs(self, y: Array) -> Array:
        """The drift of the free states, shape (n_free, ...)."""
        drift: Array = self.numeric.rhs(self.complete(y), self.params, self.t)
        return drift if self._is_whole else drift[self.rows]

    def jacobian(self, y: Array) -> Array:
        """The Jacobian of the free states, shape (n_free, n_free, ...)."""
        jacobian: Array = self.numeric.jacobian(self.complete(y), self.params, self.t)
        return jacobian if self._is_whole else jacobian[np.ix_(self.rows, self.rows)]


def make_field(model: ModelLike, free: tuple[str, ...] | None, given: Mapping[str, Any], t: float = 0.0) -> VectorField:
    """The field of ``model`` with the ``free`` states (None: all that have a derivative) and the values ``given``.

    Raises
    ------
    ArgumentError
        For a name that is neither parameter nor state, or a value that is no finite number.
    """
    system = model.system
    if free is None:
        free = tuple(s.name for s in system.states if s.drift is not None)
    _check_names(system, given)
    if not free:
        raise ArgumentError(f"Every variable of {system.name} is held, so nothing is left to look at.")
    params = {**model.parameters, **{k: v for k, v in given.items() if k in system.parameter_names}}
    others = [name for name in system.state_names if name not in free]
    initial = getattr(model, "initial", {}) if others else {}  # a `ModelLike` need not have any
    held = {name: given.get(name, initial.get(name, 0.0)) for name in others}
    return VectorField(system, free, _numbers(system, held), _numbers(system, params), _numbers(system, {"t": t})["t"])


def check_model(model: Any) -> None:
    """Refuse what is no model, or one that is not made yet.

    Raises
    ------
    ArgumentError
    """
    if hasattr(model, "system") and hasattr(model, "parameters"):
        return
    if hasattr(model, "system") and callable(model):
        name = getattr(model, "name", "name")
        raise ArgumentError(
            f"{name} is a published model that is not made yet.", advice="Call it to make one: bp.models.<name>()."
        )
    raise ArgumentError(f"{model!r} is no model.", advice="Make one with bp.model(text).")


def _check_names(system: System, given: Mapping[str, Any]) -> None:
    known = system.parameter_names + system.state_names
    for name in given:
        if name not in known:
            raise ArgumentError(
                f"'{name}' is neither a parameter nor a variable of {system.name}.",
                advice=did_you_mean(name, known) or f"It has {', '.join(known)}.",
            )


def _numbers(system: System, values: Mapping[str, Any]) -> dict[str, float]:
    """All values as floats."""
    numbers: dict[str, float] = {}
    for name, value in values.items():
        array = np.asarray(value)
        if array.ndim:
            raise AnalysisError(
                f"'{name}' of {system.name} is an array of shape {array.shape}; the analysis looks at one cell.",
                advice=f"Give one number, {name}=...",
            )
        try:
            numbers[name] = float(array)
        except OverflowError:
            raise ArgumentError(f"'{name}' is larger than any floating-point number.") from None
        except (TypeError, ValueError):
            advice = (
                f"Give the value it has at one time, {name}=..., and that time as t=..." if callable(value) else None
            )
            raise ArgumentError(f"'{name}' is {value!r}; it must be a number.", advice=advice) from None
        if not np.isfinite(numbers[name]):
            raise ArgumentError(f"'{name}' is {value!r}; it must be finite.")
    return numbers
