"""Derivatives of a drift with delays along histories: v exp(s theta), which has the value v exp(-s tau) a time tau ago.

The model is unfolded: each delayed value becomes a state of its own, so that the exact derivatives along directions of
models without delays are those of delayed ones too. The drift of such a state is the time at which it is read, and its
derivatives are those of the delay.

Reference: O. Diekmann, S. A. van Gils, S. M. Verduyn Lunel, H.-O. Walther (1995). Delay Equations, chapter IV.
doi:10.1007/978-1-4612-4206-2
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import State, System
from brainpy_lab.symbolic import NumericSystem, numeric

Complex = NDArray[np.complex128]


@lru_cache(maxsize=64)
def unfolded(system: System) -> System:
    """The system whose last states are the delayed values; the drift of each is the time at which it is read."""
    past = tuple(State(d.name, d.time) for d in system.delays)
    present = tuple(replace(s, history=None, noise=()) for s in system.states)
    return replace(system, states=(*present, *past), delays=(), events=())


@dataclass(frozen=True)
class Histories:
    """A drift with delays around an equilibrium.

    Attributes
    ----------
    field : VectorField
        With the values that its parameters have there.
    names : tuple of str
        The parameters that move.
    point : ndarray, shape (n,)
        The free states.
    """

    field: VectorField
    names: tuple[str, ...]
    point: Array

    @cached_property
    def lags(self) -> Array:
        """The delays, (n_delays,)."""
        result: Array = self.field.t - self._numeric.rhs(self._at, self.field.params, self.field.t)[self._present :]
        return result

    @property
    def rate(self) -> float:
        """How fast things may change: the size of all derivatives together."""
        return float(np.linalg.norm(np.concatenate(self._slopes, axis=1))) or 1.0

    def matrix(self, s: complex) -> tuple[Complex, Complex]:
        """Delta(s) = s - A0 - sum A_k exp(-s tau_k) and its derivative by s, (n, n) each."""
        instant, delayed = self._slopes
        fading = delayed * np.exp(-s * self.lags)
        value = s * np.eye(len(self.point)) - instant - fading @ self._read
        slope = np.eye(len(self.point)) + (fading * self.lags) @ self._read
        return value.astype(complex), slope.astype(complex)

    def exponential(self, v: NDArray[Any], s: complex) -> Complex:
        """The history v exp(s theta), as a direction."""
        result = np.zeros(self._size, dtype=complex)
        result[self.field.rows] = v
        result[self._present : self._present + len(self.lags)] = np.exp(-s * self.lags) * (self._read @ v)
        return result

    def derivative(self, *directions: NDArray[Any]) -> Complex:
        """The drift's derivative along directions, (n,)."""
        result: Complex = self._along(directions)[self.field.rows]
        return result

    def turned(self, v: Complex, w: Complex, s: complex) -> Complex:
        """The derivatives of w·Delta(s)·v by states and moving parameters, (n + n_names,)."""
        unit = self._shifts
        directions = self.exponential(v, s)[:, None], unit
        bent = self._along(directions)[self.field.rows]
        lags = -self._along([unit])[self._present :]
        fading = self._slopes[1] * (np.exp(-s * self.lags) * (self._read @ v))
        result: Complex = w @ (s * fading @ lags - bent)
        return result

    def _along(self, directions: Any) -> Any:
        at = self._at if directions[-1].ndim == 1 else self._at[:, None]
        return self._numeric.directional(at, directions, self.field.params, self.field.t, by=self._by)

    @cached_property
    def _numeric(self) -> NumericSystem:
        return numeric(unfolded(self.field.system))

    @property
    def _present(self) -> int:
        return len(self.field.names)

    @cached_property
    def _by(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in self.field.names)

    @property
    def _size(self) -> int:
        return self._present + len(self.field.system.delays) + len(self._by)

    @cached_property
    def _at(self) -> Array:
        full = self.field.complete(self.point)
        places = [self.field.names.index(d.state) for d in self.field.system.delays]
        return np.append(full, full[places])

    @cached_property
    def _read(self) -> Array:
        """Which free state each delayed value is one of, (n_delays, n); a row of zeros for one that is held."""
        return np.array([[float(d.state == name) for name in self.field.free] for d in self.field.system.delays])

    @cached_property
    def _slopes(self) -> tuple[Array, Array]:
        """The derivatives of the free drifts by the present, (n, n), and by each delayed value, (n, n_delays)."""
        matrix = self._numeric.jacobian(self._at, self.field.params, self.field.t)[self.field.rows]
        return matrix[:, self.field.rows], matrix[:, self._present :]

    @cached_property
    def _shifts(self) -> Array:
        """Directions in which a state stands elsewhere for all times, or a parameter does, (size, n + n_names)."""
        slots = (*self.field.names, *(d.state for d in self.field.system.delays), *self._by)
        return np.array([[float(slot == name) for name in (*self.field.free, *self.names)] for slot in slots])
