"""The vector field that an analysis looks at: some states free, the others held, parameters and time fixed.

Here the arguments of the analyses are checked and turned into numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.layout import ModelLike as ModelLike
from brainpy_lab.analysis.layout import arrays_of, by_element, initial_of, layout_of
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.symbolic import NumericSystem, numeric
from brainpy_lab.symbolic.array_numeric import ArrayLayout, ArrayNumeric, array_numeric

Array = NDArray[np.float64]
Range = tuple[float, float]

#: Names that a message lists, at most.
MOST_NAMED = 30


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
    params: Mapping[str, Any]
    t: float = 0.0
    layout: ArrayLayout | None = None

    @cached_property
    def numeric(self) -> NumericSystem | ArrayNumeric:
        """The compiled NumPy form."""
        return numeric(self.system) if self.layout is None else array_numeric(self.system, self.layout)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All states, free and held; of an array state each element."""
        return self.system.state_names if self.layout is None else self.layout.names

    @cached_property
    def free_states(self) -> frozenset[str]:
        """The states that are free, by the names the model has for them."""
        groups = {n: (n,) for n in self.system.state_names} if self.layout is None else self.layout.groups
        free = frozenset(self.free)
        return frozenset(name for name, elements in groups.items() if not free.isdisjoint(elements))

    @cached_property
    def rows(self) -> list[int]:
        """Where the free states stand among all states."""
        place = {name: k for k, name in enumerate(self.names)}
        return [place[name] for name in self.free]

    def complete(self, y: Array) -> Array:
        """All states, shape (n_states, ...), from the free ones, shape (n_free, ...)."""
        if self.is_whole:  # the usual case: searches call this thousands of times
            return y
        full = np.empty((len(self.names), *y.shape[1:]))
        full[self.rows] = y
        for i, name in enumerate(self.names):
            if name in self.held:
                full[i] = self.held[name]
        return full

    def arguments(self, y: Array) -> list[Any]:
        """What a function compiled from the model takes at the free states ``y``: states, parameters and t."""
        full = self.complete(y)
        states = full if self.layout is None else self.layout.split(full)
        values = [self.params[p] for p in self.system.parameter_names]
        return [*states, *(np.float64(v) if isinstance(v, int | float) else v for v in values), np.float64(self.t)]

    @cached_property
    def is_whole(self) -> bool:
        """True when every state is free, in the system's order."""
        return self.free == self.names

    def moved(self, name: str, value: float) -> VectorField:
        """The field with a parameter or a held state at another value."""
        if name in self.held:
            return replace(self, held={**self.held, name: value})
        return replace(self, params={**self.params, name: value})

    def rhs(self, y: Array) -> Array:
        """The drift of the free states, shape (n_free, ...)."""
        drift: Array = self.numeric.rhs(self.complete(y), self.params, self.t)
        return drift if self.is_whole else drift[self.rows]

    def jacobian(self, y: Array) -> Array:
        """The Jacobian of the free states, shape (n_free, n_free, ...)."""
        jacobian: Array = self.numeric.jacobian(self.complete(y), self.params, self.t)
        return jacobian if self.is_whole else jacobian[np.ix_(self.rows, self.rows)]


def make_field(
    model: ModelLike, free: tuple[str, ...] | None, given: Mapping[str, Any], t: float = 0.0, *, arrays: bool = False
) -> VectorField:
    """The field of ``model`` with the ``free`` states (None: all that have a derivative) and the values ``given``.

    Raises
    ------
    ArgumentError
        For a name that is neither parameter nor state, or a value that is no finite number.
    AnalysisError
        For array states, where ``arrays`` says that the analysis does not take them.
    """
    system = model.system
    layout = layout_of(model)
    if layout is not None and not arrays:
        raise AnalysisError(
            f"{system.name} has array states, and this analysis looks at single numbers.",
            advice="bp.analysis.fixed_points, bifurcation and limit_cycle take array states.",
        )
    if layout is not None and system.is_delayed:
        raise AnalysisError(
            f"{system.name} has delays and array states: characteristic roots are known for single numbers.",
            advice="Write the equation of each element by itself.",
        )
    given = by_element(layout, given)
    if free is None:
        free = moving(model, layout)
    _check_names(system, given, layout)
    if not free:
        raise ArgumentError(f"Every variable of {system.name} is held, so nothing is left to look at.")
    _numbers(system, {name: value for name, value in given.items() if name in free})
    params = {**model.parameters, **{k: v for k, v in given.items() if k in system.parameter_names}}
    others = [name for name in (system.state_names if layout is None else layout.names) if name not in set(free)]
    initial = initial_of(model, layout) if others else {}
    held = {name: given.get(name, initial.get(name, 0.0)) for name in others}
    wide = {} if layout is None else arrays_of(system, layout, params)
    numbers = _numbers(system, {name: value for name, value in params.items() if name not in wide})
    params = {name: wide[name] if name in wide else numbers[name] for name in params}
    return VectorField(system, free, _numbers(system, held), params, _numbers(system, {"t": t})["t"], layout)


def moving(model: ModelLike, layout: ArrayLayout | None) -> tuple[str, ...]:
    """The states that have a derivative; of an array state each element."""
    names = [s.name for s in model.system.states if s.drift is not None]
    return tuple(names) if layout is None else tuple(e for name in names for e in layout.groups[name])


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


def _check_names(system: System, given: Mapping[str, Any], layout: ArrayLayout | None) -> None:
    known = system.parameter_names + (system.state_names if layout is None else layout.names)
    for name in given:
        if name not in known:
            raise ArgumentError(
                f"'{name}' is neither a parameter nor a variable of {system.name}.",
                advice=did_you_mean(name, known) or f"It has {', '.join(known[:MOST_NAMED])}.",
            )


def _numbers(system: System, values: Mapping[str, Any]) -> dict[str, float]:
    """All values as floats."""
    numbers: dict[str, float] = {}
    for name, value in values.items():
        array = np.asarray(value)
        if array.ndim:
            raise AnalysisError(
                f"'{name}' of {system.name} is an array of shape {array.shape}; the analysis looks at one cell.",
                advice=f"Write its elements as parameters of their own, {name}_0 and so on."
                if system.mixes_elements
                else f"Give one number, {name}=...",
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
