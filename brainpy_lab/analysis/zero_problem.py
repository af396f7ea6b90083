"""Zero problems: F(U) = 0, where U holds states and the parameters that are free to move with them.

An equilibrium, a fold, a cycle on its mesh: each is such a problem to what solves or follows it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import ArgumentError, did_you_mean

#: From U, shape (size, ...), to values of shape (n, ...), point by point over the trailing axes.
VectorFunction = Callable[[Array], Array]

#: Arguments of a function in plain numbers, where the unknowns stand among them, and the function.
Plain = tuple[list[float], list[int], Callable[..., tuple[float, ...]]]


@dataclass(frozen=True)
class ZeroProblem:
    """F(U) = 0.

    With as many equations as unknowns its zeros are points; with one unknown more they are curves, which a row of
    `bordered` cuts in points.

    Attributes
    ----------
    size : int
        The number of unknowns: states first, free parameters after them.
    residual : callable
        U, shape (size, ...), to F(U), shape (n_equations, ...).
    jacobian : callable
        U to the derivatives of F by U, shape (n_equations, size, ...).
    at_point : callable, optional
        Both at one U, shape (size,), where that takes less time than one after the other.
    at_points : callable, optional
        Both at several U, shape (size, n_points), where that does.
    """

    size: int
    residual: VectorFunction
    jacobian: VectorFunction
    at_point: Callable[[Array], tuple[Array, Array]] | None = None
    at_points: Callable[[Array], tuple[Array, Array]] | None = None

    def both_at(self, u: Array) -> tuple[Array, Array]:
        """F and its derivatives at several U, (size, n_points)."""
        return (self.residual(u), self.jacobian(u)) if self.at_points is None else self.at_points(u)

    def both(self, u: Array) -> tuple[Array, Array]:
        """F and its derivatives at one U."""
        return (self.residual(u), self.jacobian(u)) if self.at_point is None else self.at_point(u)

    def in_units(self, unknowns: Array, equations: Array) -> ZeroProblem:
        """This problem for U over ``unknowns``, shape (size,), with F over ``equations``, shape (n_equations,).

        Powers of two as units make no rounding errors.
        """

        def residual(z: Array) -> Array:
            result: Array = self.residual(z * _along(unknowns, z)) / _along(equations, z)
            return result

        def jacobian(z: Array) -> Array:
            slopes = self.jacobian(z * _along(unknowns, z))
            result: Array = slopes * (unknowns / equations[:, None]).reshape(slopes.shape[:2] + (1,) * (z.ndim - 1))
            return result

        factors = unknowns / equations[:, None]

        def at_point(z: Array) -> tuple[Array, Array]:
            value, slopes = self.both(z * unknowns)
            return value / equations, slopes * factors

        return ZeroProblem(self.size, residual, jacobian, at_point)

    def bordered(self, rows: Array, at: Array, beyond: Array | float = 0.0) -> ZeroProblem:
        """The problem with the further equations rows·(U - at) = beyond: it stays on a plane through ``at``.

        A bordered Jacobian is regular wherever that of the problem has full rank and no direction of its kernel lies
        in the plane: at folds too, where the derivatives by the states alone are singular (Govaerts 2000, chapter 3,
        doi:10.1137/1.9780898719543).

        Parameters
        ----------
        rows : array, shape (n_rows, size)
        at : array, shape (size,)
        beyond : float or array, shape (n_rows,)
        """

        def at_point(u: Array) -> tuple[Array, Array]:
            value, slopes = self.both(u)
            n, size = slopes.shape
            # filled in place: a branch of a few states takes most of its time between the numbers
            values, matrix = np.empty(n + len(rows)), np.empty((n + len(rows), size))
            values[:n], values[n:] = value, rows @ (u - at) - beyond
            matrix[:n], matrix[n:] = slopes, rows
            return values, matrix

        def residual(u: Array) -> Array:
            plane = np.tensordot(rows, u - _along(at, u), axes=1) - _along(np.broadcast_to(beyond, len(rows)), u)
            return np.concatenate([self.residual(u), plane])

        def jacobian(u: Array) -> Array:
            fixed = np.broadcast_to(_along(rows, u, axes=2), (*rows.shape, *u.shape[1:]))
            return np.concatenate([self.jacobian(u), fixed])

        return ZeroProblem(self.size, residual, jacobian, at_point)


def equilibria(field: VectorField, parameters: Sequence[str] = ()) -> ZeroProblem:
    """The equilibria of ``field``: U holds its free states, and after them ``parameters``.

    Parameters
    ----------
    field : VectorField
    parameters : sequence of str
        Parameters that are unknowns too; the name of a state that the field holds makes its value one.

    Raises
    ------
    ArgumentError
        For a name that is no parameter and no held state, or one given twice.
    """
    if not parameters:
        at_point = None if field.layout is not None else Moving(field, ()).at_point
        return ZeroProblem(len(field.free), field.rhs, field.jacobian, at_point)
    _check(field, parameters)
    return Moving(field, tuple(parameters)).problem


def drift_at(field: VectorField) -> Callable[[Array], Array]:
    """The drift at one point, (n_free,), in plain numbers where it has a value in those."""
    known = plain(field, field.free, ())
    if known is None:
        return field.rhs
    given, places, function = known
    rows = None if field.is_whole else field.rows

    def drift(y: Array) -> Array:
        arguments = given.copy()
        for place, value in zip(places, y.tolist(), strict=True):
            arguments[place] = value
        try:
            found = np.array(function(*arguments), dtype=float)
        except (ArithmeticError, ValueError, TypeError):
            return field.rhs(y)
        return found if rows is None else found[rows]

    return drift


@dataclass(frozen=True)
class Moving:
    """A field whose ``parameters`` are unknowns."""

    field: VectorField
    parameters: tuple[str, ...]

    @property
    def problem(self) -> ZeroProblem:
        size = len(self.field.free) + len(self.parameters)
        has_both = self._is_of_arrays or self.field.numeric.derivative == "exact"
        return ZeroProblem(size, self._residual, self._jacobian, self.at_point, self._at_points if has_both else None)

    def at_point(self, u: Array) -> tuple[Array, Array]:
        """The drift and its derivatives at one point, in plain numbers; with NumPy where those have no value."""
        if self._is_of_arrays:
            return self._of_arrays(u)
        plain = self._plain
        if plain is not None:
            given, places, function = plain
            arguments = given.copy()  # two threads may ask at once
            for place, value in zip(places, u.tolist(), strict=True):
                arguments[place] = value
            try:
                found = np.array(function(*arguments), dtype=float)
                n = self._n_states
            except (ArithmeticError, ValueError, TypeError):
                pass
            else:
                if self.field.is_whole:
                    return found[:n], found[n:].reshape(n, -1)
                rows = self.field.rows
                return found[:n][rows], found[n:].reshape(n, -1)[rows]
        return self._residual(u), self._jacobian(u)

    def _of_arrays(self, u: Array) -> tuple[Array, Array]:
        """The same for array states. What follows a curve asks for its last point again and again: that is kept."""
        key, kept = u.tobytes(), self._last.get("found")
        if kept is not None and kept[0] == key:
            return kept[1]
        drift, slopes = self._at_points(u[:, None])
        found = drift[:, 0], slopes[:, :, 0]
        for part in found:
            part.flags.writeable = False
        self._last["found"] = key, found
        return found

    def _at_points(self, u: Array) -> tuple[Array, Array]:
        """The drift and its derivatives at several points, from one evaluation."""
        states, params = self.values(u)
        field = self.field
        by = self.parameters if self._is_of_arrays else (*field.free, *self.parameters)
        drift, slopes = field.numeric.at(states, params, field.t, by)
        return (drift, slopes) if field.is_whole else (drift[field.rows], slopes[field.rows])

    @cached_property
    def _last(self) -> dict[str, tuple[bytes, tuple[Array, Array]]]:
        return {}

    @cached_property
    def _is_of_arrays(self) -> bool:
        """Whether all states are free, and some are arrays: then one call gives the drift and all derivatives."""
        return self.field.is_whole and self.field.layout is not None

    @cached_property
    def _n_states(self) -> int:
        return len(self.field.system.states)

    @cached_property
    def _plain(self) -> Plain | None:
        names = (*self.field.free, *self.parameters)
        return plain(self.field, names, names)

    def values(self, u: Array) -> tuple[Array, dict[str, Any]]:
        """All states, shape (n_states, ...), and all parameters by name."""
        field, n = self.field, len(self.field.free)
        states, moved = field.complete(u[:n]), dict(zip(self.parameters, u[n:], strict=True))
        held = [name for name in moved if name not in field.params]
        if held:
            states = states.copy()
            for name in held:
                states[field.names.index(name)] = moved[name]
        return states, {name: moved.get(name, value) for name, value in field.params.items()}

    def _residual(self, u: Array) -> Array:
        states, params = self.values(u)
        drift: Array = self.field.numeric.rhs(states, params, self.field.t)
        return drift[self.field.rows]

    def _jacobian(self, u: Array) -> Array:
        field = self.field
        states, params = self.values(u)
        names = field.names
        moved = [name for name in self.parameters if name not in names]
        by_state = field.numeric.jacobian(states, params, field.t)[field.rows]
        by_parameter = field.numeric.parameter_jacobian(states, params, field.t, by=moved)[field.rows]
        columns = [
            by_state[:, names.index(name)] if name in names else by_parameter[:, moved.index(name)]
            for name in (*field.free, *self.parameters)
        ]
        return np.stack(columns, axis=1)


def plain(field: VectorField, unknowns: Sequence[str], by: Sequence[str]) -> Plain | None:
    """The drift and its derivatives ``by`` names, as a function in plain numbers; None where there is none."""
    function = field.numeric.at_point(by)
    if function is None:
        return None
    given = {**field.held, **field.params, **dict.fromkeys(unknowns, 0.0)}
    order = [*field.system.state_names, *field.system.parameter_names]
    if not all(isinstance(given[n], int | float) for n in order):
        return None
    return [*(float(given[n]) for n in order), float(field.t)], [order.index(n) for n in unknowns], function


def _check(field: VectorField, parameters: Sequence[str]) -> None:
    known = (*field.params, *field.held)
    for k, name in enumerate(parameters):
        if name in field.free:
            raise ArgumentError(f"'{name}' is free already.", advice="Hold it at a value first.")
        if name not in known:
            raise ArgumentError(
                f"'{name}' is neither a parameter nor a held variable of {field.system.name}.",
                advice=did_you_mean(name, known),
            )
        if name in parameters[:k]:
            raise ArgumentError(f"'{name}' is given twice.")


def _along(values: Array, like: Array, axes: int = 1) -> Array:
    """``values`` with axes of length one for the trailing axes of ``like``."""
    result: Array = np.reshape(values, np.shape(values)[:axes] + (1,) * (like.ndim - 1))
    return result
