"""Where each state and parameter stands among the numbers of the adaptive loop."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.simulation.values.input_polynomials import parameters_of
from brainpy_lab.simulation.values.problem import Problem


@dataclass(frozen=True)
class Slots:
    """Rows of the loop's tables by state and parameter, and the lanes beside them.

    Where elements of array states mix, a lane is a member of the ensemble and an array state has a row for each
    element; elsewhere every element is a lane of its own and every state one row.

    Attributes
    ----------
    lanes : tuple of int
        Shape of the lanes.
    sizes : tuple of int
        Elements of each state; empty where they do not mix.
    shapes : tuple of tuples
        Shapes of the parameters; empty where they do not mix.
    scalars : tuple of bool
        Which states are single numbers.
    """

    lanes: tuple[int, ...]
    sizes: tuple[int, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    scalars: tuple[bool, ...] = ()

    @staticmethod
    def of(problem: Problem, code: StepCode) -> Slots:
        """The slots of a problem."""
        if not problem.mixes:
            return Slots(problem.shape)
        names = problem.system.state_names
        scalars = tuple(not problem.cell or s in problem.narrow for s in names)
        arrays = {p.name: np.shape(p.value) for p in problem.system.parameters}
        for name in problem.drives:  # an array that moves in time comes as coefficients, arrays of the same shape
            parts = parameters_of(name, problem.system)
            arrays |= {part: arrays[name] for key, part in parts.items() if key not in ("at", "per")}
        shapes = tuple(arrays.get(p, ()) or (1,) for p in code.parameters)
        sizes = tuple(1 if scalar else prod(problem.cell) for scalar in scalars)
        return Slots(problem.ensemble, sizes, shapes, scalars)

    @property
    def rows(self) -> tuple[slice | int, ...]:
        """The rows of each state."""
        edges = np.cumsum([0, *self.sizes])
        return tuple(
            int(a) if scalar else slice(int(a), int(b))
            for a, b, scalar in zip(edges[:-1], edges[1:], self.scalars, strict=True)
        )

    def flat(self, values: list[Any], shapes: list[tuple[int, ...]]) -> np.ndarray:
        """Values of single numbers and arrays as (rows, lanes)."""
        members = prod(self.lanes)
        parts = []
        for value, shape in zip(values, shapes, strict=True):
            array = np.asarray(value, dtype=float)
            if array.ndim and not shape:  # one number, with an axis for the elements beside it
                array = array.reshape(array.shape[: len(self.lanes)])
            whole = np.broadcast_to(array, (*self.lanes, *shape))
            parts.append(whole.reshape(members, prod(shape)).T)
        return np.ascontiguousarray(np.concatenate(parts)) if parts else np.empty((0, members))
