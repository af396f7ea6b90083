"""Models with array states: which states are arrays, and values by name and by element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.symbolic.array_numeric import ArrayLayout, array_numeric


class ModelLike(Protocol):
    """What the analyses need of a model."""

    @property
    def system(self) -> System:
        """The equations."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The default values of the parameters."""


def layout_of(model: ModelLike) -> ArrayLayout | None:
    """Which states of ``model`` are arrays; None where all are single numbers.

    A state is an array where its initial value is one, or where its equation has several elements, as ``W @ x``.
    """
    system, initial = model.system, getattr(model, "initial", {})
    shapes = {name: np.shape(initial.get(name, 0.0)) for name in system.state_names}
    if not system.mixes_elements and not any(shapes.values()):
        return None
    for name, shape in shapes.items():
        if len(shape) > 1:
            raise AnalysisError(
                f"'{name}' of {system.name} begins with an array of shape {shape}; the analysis looks at one cell.",
                advice=f"Give {name} one axis: that of its elements.",
            )
    ranks = tuple((n, np.ndim(v)) for n, v in model.parameters.items() if np.ndim(v))
    sizes = {name: shape[0] if shape else None for name, shape in shapes.items()}
    for _ in system.states:  # a state becomes as wide as its equation, and so may those that read it
        layout = ArrayLayout(tuple(sizes.items()), ranks)
        wide = array_numeric(system, layout).widths(model.parameters)
        grown = {n: w if sizes[n] is None and w > 1 else sizes[n] for n, w in wide.items()}
        if grown == sizes:
            break
        sizes = grown
    return layout if any(n is not None for n in sizes.values()) else None


def by_element(layout: ArrayLayout | None, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """``given`` values with each array state's put at its elements: one number for all, or one for each."""
    if layout is None:
        return given
    result: dict[str, Any] = {}
    for name, value in given.items():
        elements = layout.groups.get(name, (name,))
        if len(elements) == 1 and np.ndim(value) == 0:
            result[elements[0]] = value
            continue
        if name not in layout.groups:
            result[name] = value
            continue
        if np.ndim(value) and np.shape(value) != (len(elements),):
            raise ArgumentError(f"'{name}' has {len(elements)} elements; shape {np.shape(value)} does not fit them.")
        result.update(zip(elements, np.broadcast_to(value, len(elements)).tolist(), strict=True))
    return result


def initial_of(model: ModelLike, layout: ArrayLayout | None) -> Mapping[str, float]:
    """The initial values; of an array state each element's."""
    return by_element(layout, getattr(model, "initial", {}))  # a `ModelLike` need not have any


def arrays_of(system: System, layout: ArrayLayout, params: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The parameters that are arrays."""
    arrays = {}
    for name, rank in layout.ranks:
        value = np.asarray(params[name], dtype=float)
        if value.ndim != rank:
            raise ArgumentError(
                f"'{name}' of {system.name} has shape {value.shape}, not {rank} {'axis' if rank == 1 else 'axes'}."
            )
        if not np.isfinite(value).all():
            raise ArgumentError(f"'{name}' has entries that are not finite.")
        arrays[name] = value
    return arrays
