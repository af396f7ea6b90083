"""A branch of cycles as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.cycles.mesh import tables
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import ByName

if TYPE_CHECKING:
    import xarray

#: Places of each interval at which extreme values along a branch are taken.
LOOKED_AT = np.linspace(0, 1, 9)[:-1]


@dataclass(frozen=True, eq=False)
class CycleBranch:
    """Cycles that hang together.

    Attributes
    ----------
    kind : str
        "cycle".
    parameter : str
        The name of the free parameter.
    names : tuple of str
        The states.
    orbits : tuple of Orbit
        Each with its mesh, profile, period and parameter.
    multipliers : ndarray of complex, shape (n_points, n_states - 1)
        Without the trivial one, the largest modulus first. Those below 1e-6 are not exact: `Diagram.at` gives cycles
        with the logarithms of all.
    unstable : ndarray of int, shape (n_points,)
        How many are outside the unit circle.
    ends : tuple of str
        Why it ends where it begins and where it stops, in words.
    """

    kind: str
    parameter: str
    names: tuple[str, ...]
    orbits: tuple[Orbit, ...]
    multipliers: NDArray[np.complex128]
    unstable: NDArray[np.int_]
    ends: tuple[str, str] = field(default=("", ""))

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether disturbances die out, (n_points,)."""
        result: NDArray[np.bool_] = self.unstable == 0
        return result

    @property
    def period(self) -> Array:
        """The period along the branch, (n_points,)."""
        return np.array([o.period for o in self.orbits])

    @property
    def max(self) -> dict[str, Array]:
        """The largest value of each state along the branch, by name, (n_points,) each."""
        return dict(zip(self.names, self._extremes[1], strict=True))

    @property
    def min(self) -> dict[str, Array]:
        """The smallest value of each state along the branch, by name, (n_points,) each."""
        return dict(zip(self.names, self._extremes[0], strict=True))

    @cached_property
    def _extremes(self) -> tuple[Array, Array]:
        found = [extremes_of(o) for o in self.orbits]
        return np.array([f[0] for f in found]).T, np.array([f[1] for f in found]).T

    def __len__(self) -> int:
        return len(self.orbits)

    def __getitem__(self, name: str) -> Array:
        """The parameter along the branch, or the largest value of a state, (n_points,)."""
        if name == self.parameter:
            return np.array([o.parameter for o in self.orbits])
        return ByName(self.max, "state")[name]

    def lines(self, name: str) -> list[Array]:
        """What a diagram draws of a state: its smallest and its largest values."""
        return [self.min[name], self.max[name]]

    def to_xarray(self) -> xarray.Dataset:
        """Smallest and largest values, period, stability and multipliers; the parameter is a coordinate."""
        import xarray as xr

        data = {
            f"{n}_{w}": ("point", values[n]) for w, values in (("min", self.min), ("max", self.max)) for n in values
        }
        return xr.Dataset(
            {
                **data, "period": ("point", self.period), "stable": ("point", self.stable),
                "multipliers": (("point", "mode"), self.multipliers),
            },
            coords={self.parameter: ("point", self[self.parameter])},
            attrs={"kind": self.kind, "ends": list(self.ends)},
        )  # fmt: skip

    def __repr__(self) -> str:
        values = self[self.parameter]
        return (
            f"branch of kind {self.kind}: {len(self)} points, {self.parameter} from {values.min():.6g} to "
            f"{values.max():.6g}, period from {self.period.min():.6g} to {self.period.max():.6g}; "
            f"ends: {self.ends[0]}; {self.ends[1]}"
        )


def extremes_of(orbit: Orbit) -> tuple[Array, Array]:
    """The smallest and largest value of each state, on a fine grid, (n,) each."""
    values = orbit.mesh.pieces(orbit.profile) @ tables(orbit.mesh.degree).basis(LOOKED_AT).T
    return values.min(axis=(1, 2)), values.max(axis=(1, 2))


def point_of_cycles(
    kind: str, parameter: str, field: VectorField, orbit: Orbit, multipliers: NDArray[np.complex128], note: str = ""
) -> SpecialPoint:
    """The special point at an orbit with these ``multipliers`` besides the one that is always 1."""
    names, (low, high) = field.free, extremes_of(orbit)
    data = {
        "multipliers": np.append(multipliers, 1.0), "orbit": orbit,
        "min": dict(zip(names, low.tolist(), strict=True)), "max": dict(zip(names, high.tolist(), strict=True)),
    }  # fmt: skip
    values = dict(zip(names, high.tolist(), strict=True))
    return SpecialPoint(kind, {parameter: orbit.parameter}, values, orbit.period, data, note, field)
