"""Equilibria with one free parameter: the problem that a curve follows, and its derivatives along directions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.characteristic import characteristic_roots
from brainpy_lab.analysis.continuation.histories import Histories
from brainpy_lab.analysis.stability import in_order
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import Moving, ZeroProblem, equilibria
from brainpy_lab.errors import AnalysisError, ArgumentError

#: Steps of differences of the exact Jacobian, where there is no exact second derivative: eps**(1/3), relative.
STEP = 6e-6

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class EquilibriumProblem:
    """The equilibria of ``field`` as its parameter ``name`` moves; unknowns are the free states, then the parameter.

    With a ``second_name`` two parameters move, and stand last.
    """

    field: VectorField
    name: str
    second_name: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that move."""
        return (self.name,) if self.second_name is None else (self.name, self.second_name)

    @cached_property
    def zeros(self) -> ZeroProblem:
        """F(U) = 0."""
        return equilibria(self.field, self.names)

    @property
    def n(self) -> int:
        """Number of free states."""
        return len(self.field.free)

    def slopes(self, u: Array) -> Array:
        """The derivatives by states and parameters, (n, n + 1) where one moves."""
        return self.zeros.both(u)[1]

    def jacobian(self, u: Array) -> Array:
        """The derivatives by states, (n, n)."""
        result: Array = self.slopes(u)[:, : self.n]
        return result

    def eigenvalues(self, u: Array, slopes: Array | None = None) -> Complex:
        """Those that decide on stability, the one with the largest real part first; `slopes` may be known.

        Delays bring infinitely many: all with a positive real part are given, and some more.
        """
        if self.field.system.is_delayed:
            return in_order(characteristic_roots(self._at(u), u[: self.n], unstable=True))
        return in_order(np.linalg.eigvals(self.jacobian(u) if slopes is None else slopes[:, : self.n]))

    def eigenvalues_along(self, u: Array, slopes: Array, aside: Array) -> tuple[Complex, Complex]:
        """`eigenvalues` at ``u``, where `slopes` are known, and beside it."""
        if self.field.system.is_delayed or not np.isfinite(slopes).all():
            return self.eigenvalues(u), self.eigenvalues(aside)
        first, second = np.linalg.eigvals(np.stack([slopes[:, : self.n], self.jacobian(aside)]))
        return in_order(first), in_order(second)

    def turning(self, u: Array, omega: float) -> tuple[Complex, Complex]:
        """The matrix that is singular where i omega is an eigenvalue, and its derivative by omega, (n, n) each.

        That is A - i omega without delays, and A0 + sum A_k exp(-i omega tau_k) - i omega with them.
        """
        unit = np.eye(self.n, dtype=complex)
        if not self.field.system.is_delayed:
            return self.jacobian(u) - 1j * omega * unit, -1j * unit
        value, slope = self.histories(u).matrix(1j * omega)
        return -value, -1j * slope

    def histories(self, u: Array) -> Histories:
        """The drift with delays around ``u``."""
        return Histories(self._at(u), self.names, u[: self.n])

    def _at(self, u: Array) -> VectorField:
        field = self.field
        for name, value in zip(self.names, u[self.n :].tolist(), strict=True):
            field = field.moved(name, value)
        return field

    def second(self, u: Array, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        """The second derivative along ``a`` and ``b``, each of the size of ``u``, (size, ...); (n, ...)."""
        return self._along(u, [a, b])

    def third(self, u: Array, a: Complex, b: Complex, c: Complex) -> Complex:
        """The third derivative along three directions."""
        return self._along(u, [a, b, c])

    def _along(self, u: Array, directions: list[NDArray[Any]]) -> NDArray[Any]:
        if not self.has_exact:
            return self._differences(u, directions)
        field = self.field
        states, params = Moving(field, self.names).values(u)
        by, places = self._places
        vectors = directions
        if places is not None:
            vectors = []
            for direction in directions:
                full = np.zeros((len(field.names) + len(by), *direction.shape[1:]), direction.dtype)
                full[places] = direction
                vectors.append(full)
        shape = np.broadcast_shapes(*(v.shape[1:] for v in vectors))
        at = np.broadcast_to(states.reshape(-1, *(1,) * len(shape)), (len(states), *shape))
        result: NDArray[Any] = field.numeric.directional(at, vectors, params, field.t, by=by)[field.rows]
        return result

    @cached_property
    def _places(self) -> tuple[tuple[str, ...], list[int] | None]:
        """The parameters that move and are no states; and where unknowns stand among all states and these.

        None instead of places where unknowns are all of them, in their order.
        """
        field = self.field
        by = tuple(name for name in self.names if name not in field.names)
        order = {name: k for k, name in enumerate((*field.names, *by))}
        places = [order[name] for name in (*field.free, *self.names)]
        return by, None if places == [*range(len(order))] else places

    @cached_property
    def has_exact(self) -> bool:
        """Whether the model has exact derivatives along directions."""
        unit = np.zeros(len(self.field.names))
        try:
            self.field.numeric.directional(unit, [unit, unit], self.field.params, self.field.t)
        except (AnalysisError, ArgumentError):
            return False
        return True

    def _differences(self, u: Array, directions: list[NDArray[Any]]) -> NDArray[Any]:
        """The same by central differences of the Jacobian; complex directions by their parts."""
        *rest, last = directions
        if np.iscomplexobj(last):
            return self._differences(u, [*rest, last.real]) + 1j * self._differences(u, [*rest, last.imag])
        if last.ndim > 1 or any(d.ndim > 1 for d in rest):
            columns = np.broadcast_arrays(*(d.reshape(len(d), -1) for d in directions))
            each = [self._differences(u, [c[:, k] for c in columns]) for k in range(columns[0].shape[1])]
            return np.stack(each, axis=1)
        size = float(np.abs(last / (1 + np.abs(u))).max(initial=0.0))
        if not size:
            return np.zeros(self.n)
        h = STEP ** (2 / (1 + len(rest))) / size
        if len(rest) == 1:
            two = [self.slopes(u + s * h * last) @ rest[0] for s in (1, -1)]
        else:
            two = [self._differences(u + s * h * last, rest) for s in (1, -1)]
        result: NDArray[Any] = (two[0] - two[1]) / (2 * h)
        return result
