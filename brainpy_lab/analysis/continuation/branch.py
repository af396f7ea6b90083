"""A branch of equilibria as data."""

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
class Branch:
    """Equilibria that hang together.

    Attributes
    ----------
    kind : str
        "equilibrium".
    parameter : str
        The name of the free parameter.
    names : tuple of str
        The states.
    points : ndarray, shape (n_points, n_states + 1)
        States, and the parameter last, along the branch.
    eigenvalues : ndarray of complex, shape (n_points, n_states)
        The one with the largest real part first.
    unstable : ndarray of int, shape (n_points,)
        How many have a positive real part.
    ends : tuple of str
        Why it ends where it begins and where it stops, in words.
    """

    kind: str
    parameter: str
    names: tuple[str, ...]
    points: Array
    eigenvalues: Complex
    unstable: np.ndarray
    ends: tuple[str, str] = field(default=("", ""))

    @property
    def stable(self) -> np.ndarray:
        """Whether disturbances die out, (n_points,)."""
        result: np.ndarray = self.unstable == 0
        return result

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, name: str) -> Array:
        """A state or the parameter along the branch, (n_points,); ``norm`` is that of all states."""
        if name == "norm" and name not in (*self.names, self.parameter):
            return np.asarray(np.linalg.norm(self.points[:, :-1], axis=1))
        columns = ByName({n: k for k, n in enumerate((*self.names, self.parameter))}, "state or parameter")
        return self.points[:, columns[name]]

    def lines(self, name: str) -> list[Array]:
        """What a diagram draws of a state."""
        return [self[name]]

    def to_xarray(self) -> xarray.Dataset:
        """States, stability and eigenvalues over the points of the branch; the parameter is a coordinate."""
        import xarray as xr

        data = {name: ("point", self[name]) for name in self.names}
        return xr.Dataset(
            {**data, "stable": ("point", self.stable), "eigenvalues": (("point", "mode"), self.eigenvalues)},
            coords={self.parameter: ("point", self[self.parameter])},
            attrs={"kind": self.kind, "ends": list(self.ends)},
        )

    def __repr__(self) -> str:
        values = self[self.parameter]
        return (
            f"branch of kind {self.kind}: {len(self)} points, {self.parameter} from {values.min():.6g} to "
            f"{values.max():.6g}; ends: {self.ends[0]}; {self.ends[1]}"
        )
