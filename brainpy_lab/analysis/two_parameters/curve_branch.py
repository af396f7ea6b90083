"""A curve of folds or Hopf points as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import Complex
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ByName

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class CurveBranch:
    """Folds, or Hopf points, that hang together in the plane of two parameters.

    Attributes
    ----------
    kind : str
        "fold" or "hopf".
    parameters : (str, str)
        The names of the free parameters.
    names : tuple of str
        The states.
    points : ndarray, shape (n_points, n_states + 2)
        States, then the parameters, along the curve.
    eigenvalues : ndarray of complex, shape (n_points, n_states)
        The one with the largest real part first.
    unstable : ndarray of int, shape (n_points,)
        How many have a positive real part, without those on the axis. Where there are none the curve borders on a
        region with a stable equilibrium.
    omega : ndarray, shape (n_points,)
        Angular frequency at Hopf points; 0 at folds.
    l1 : ndarray, shape (n_points,)
        First Lyapunov coefficient at Hopf points, else nan.
    ends : tuple of str
        Why it ends where it begins and where it stops, in words.
    on_circle : ndarray of bool, shape (n_points,)
        At which folds a stable cycle begins: saddle-nodes on an invariant circle. Empty where that was not asked.
    """

    kind: str
    parameters: tuple[str, str]
    names: tuple[str, ...]
    points: Array
    eigenvalues: Complex
    unstable: np.ndarray
    omega: Array
    l1: Array
    ends: tuple[str, str] = field(default=("", ""))
    on_circle: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def label(self) -> str:
        """Its kind."""
        return self.kind

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, name: str) -> Array:
        """A state or a parameter along the curve, (n_points,)."""
        columns = ByName({n: k for k, n in enumerate((*self.names, *self.parameters))}, "state or parameter")
        return self.points[:, columns[name]]

    def to_xarray(self) -> xarray.Dataset:
        """States, frequency and Lyapunov coefficient over the points; the parameters are coordinates."""
        import xarray as xr

        data = {name: ("point", self[name]) for name in self.names}
        if self.kind == "hopf":
            data |= {"omega": ("point", self.omega), "l1": ("point", self.l1)}
        if len(self.on_circle):
            data |= {"on_circle": ("point", self.on_circle)}
        return xr.Dataset(
            {**data, "unstable": ("point", self.unstable), "eigenvalues": (("point", "mode"), self.eigenvalues)},
            coords={name: ("point", self[name]) for name in self.parameters},
            attrs={"kind": self.kind, "ends": list(self.ends)},
        )

    def __repr__(self) -> str:
        every = np.ones(len(self), dtype=bool)
        circle = f"; on an invariant circle: {self._spans(self.on_circle)}" if self.on_circle.any() else ""
        return (
            f"curve of kind {self.kind}: {len(self)} points, {self._spans(every)}{circle}; "
            f"ends: {self.ends[0]}; {self.ends[1]}"
        )

    def _spans(self, where: np.ndarray) -> str:
        """Between which values the parameters are at some of the points."""
        chosen = {name: self[name][where] for name in self.parameters}
        return ", ".join(f"{name} from {v.min():.6g} to {v.max():.6g}" for name, v in chosen.items())
