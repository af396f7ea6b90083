"""The box that an analysis looks into: ranges of states, read alike from a mapping and from keywords.

In a call, a pair of numbers under a state's name is a range; one number under a state's or parameter's name is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from brainpy_lab.analysis.layout import ModelLike, layout_of
from brainpy_lab.analysis.vector_field import Range, check_model
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean

#: Ranges wider than this, or narrower than its inverse, overflow in products.
LARGEST = 1e100


class Box(NamedTuple):
    """The ranges of states, in the order they were given, and the values of other states and of parameters."""

    ranges: dict[str, Range]
    values: dict[str, Any]


def read_box(model: ModelLike, box: Any, parameters: Mapping[str, Any] | None, named: Mapping[str, Any]) -> Box:
    """The box of a call such as ``(m, {"V": (-3, 3)}, I=0.8)`` or ``(m, V=(-3, 3), I=0.8)``.

    Parameters
    ----------
    model : Model
    box : mapping or None
        Ranges by the name of a state, and nothing else.
    parameters, named
        Ranges of states and values, in a mapping and as keywords.

    Raises
    ------
    ArgumentError
        For what is no model or no box, a name that is no state, an impossible range, or a state given twice.
    """
    check_model(model)
    system, layout = model.system, layout_of(model)
    if not isinstance(box, Mapping | None):
        raise ArgumentError(f"The box is {box!r}; it must name ranges.", advice=_example(system))
    ranges: dict[str, Range] = {}

    def add(name: str, bounds: Any) -> None:
        if layout is not None and name in {*layout.groups, *layout.names}:
            ranges.update(dict.fromkeys(layout.groups.get(name, (name,)), check_range(name, bounds)))
        else:
            check_state(system, name)
            ranges[name] = check_range(name, bounds)

    def is_array(value: Any) -> bool:
        return layout is not None and isinstance(value, np.ndarray)

    for name, bounds in (box or {}).items():
        add(name, bounds)
    values: dict[str, Any] = {}
    for name, value in {**(parameters or {}), **named}.items():
        is_one = _is_one(value)
        if name in ranges:
            twice = "a range and a value" if is_one else "two ranges"
            raise ArgumentError(f"'{name}' has {twice}; it can have one of them.")
        if is_one or (name in system.parameter_names and not isinstance(value, tuple)) or is_array(value):
            values[name] = value
        else:
            add(name, value)
    return Box(ranges, values)


def no_ranges(system: System) -> ArgumentError:
    """The error of a call that gives no box at all."""
    return ArgumentError("There is no box; it must name ranges.", advice=_example(system))


def _is_one(value: Any) -> bool:
    """True for one number, and for what is no sequence of numbers either."""
    try:
        return np.ndim(value) == 0
    except ValueError:  # rows of different lengths
        return False


def _example(system: System) -> str:
    name = next((s.name for s in system.states if s.drift is not None), "x")
    return f'Write {{"{name}": (low, high)}}, or {name}=(low, high).'


def check_range(name: str, bounds: Any) -> Range:
    """``bounds`` as a pair of numbers, the smaller first.

    Raises
    ------
    ArgumentError
        When it is none.
    """
    try:
        low, high = (float(b) for b in bounds)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"The range of '{name}' is {bounds!r}; it must be two numbers.", advice=f"Write {name}=(low, high)."
        ) from None
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ArgumentError(f"The range of '{name}' is {bounds!r}; both ends must be finite.")
    if high - low > LARGEST or 0 < high - low < 1 / LARGEST:
        raise ArgumentError(
            f"The range of '{name}', {low:g} to {high:g}, is too {'wide' if high - low > 1 else 'narrow'}.",
            advice="Give widths between 1e-100 and 1e100.",
        )
    if not low < high:
        raise ArgumentError(
            f"The range of '{name}' runs from {low:g} to {high:g}.", advice="The first number must be the smaller one."
        )
    return low, high


def check_state(system: System, name: str) -> None:
    """Refuse a name that is no state of ``system``, or one without a derivative."""
    if name not in system.state_names:
        what = "a parameter" if name in system.parameter_names else "no variable"
        raise ArgumentError(
            f"'{name}' is {what} of {system.name}, so no axis can be made of it.",
            advice=did_you_mean(str(name), system.state_names) or f"Its variables are {', '.join(system.state_names)}.",
        )
    if system.states[system.state_names.index(name)].drift is None:
        raise ArgumentError(f"'{name}' has no derivative: only events change it, so no axis can be made of it.")
