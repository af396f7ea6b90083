"""A curve of cycles in the plane of two parameters as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.cycle_branch import extremes_of
from brainpy_lab.analysis.two_parameters.cycle_conditions import OF_LONG_PERIOD
from brainpy_lab.analysis.two_parameters.cycle_plane_curve import PlaneOrbit
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ByName

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class CycleCurveBranch:
    """Folds of cycles, or other special cycles, that hang together in the plane of two parameters.

    Attributes
    ----------
    kind : str
        "fold of cycles", "period doubling", "torus"; "homoclinic" or "heteroclinic": cycles of one long period.
    parameters : (str, str)
        The names of the free parameters.
    names : tuple of str
        The states.
    places : ndarray, shape (n_points, 2)
        The parameters along the curve.
    period : ndarray, shape (n_points,)
    lowest, highest : ndarray, shape (n_points, n_states)
        The smallest and the largest value of each state.
    multipliers : ndarray of complex, shape (n_points, n_states - 1)
        Without the trivial one, the largest modulus first.
    unstable : ndarray of int, shape (n_points,)
        How many are outside the unit circle, without those on it. Where there are none the curve borders on a region
        with a stable cycle.
    ends : tuple of str
        Why it ends where it begins and where it stops, in words.
    orbits : tuple of PlaneOrbit
        Each with its mesh, profile, period and parameters; none on a curve from a file.
    """

    kind: str
    parameters: tuple[str, str]
    names: tuple[str, ...]
    places: Array
    period: Array
    lowest: Array
    highest: Array
    multipliers: NDArray[np.complex128]
    unstable: NDArray[np.int_]
    ends: tuple[str, str] = field(default=("", ""))
    orbits: tuple[PlaneOrbit, ...] = field(default=(), repr=False, metadata={"saved": False})

    @classmethod
    def of(
        cls,
        kind: str,
        parameters: tuple[str, str],
        names: tuple[str, ...],
        orbits: Sequence[PlaneOrbit],
        multipliers: NDArray[np.complex128],
        unstable: NDArray[np.int_],
        ends: tuple[str, str],
    ) -> CycleCurveBranch:
        """The curve through some orbits."""
        found = [extremes_of(o) for o in orbits]
        return cls(
            kind, parameters, names, np.array([(o.parameter, o.second) for o in orbits]),
            np.array([o.period for o in orbits]), np.array([f[0] for f in found]), np.array([f[1] for f in found]),
            multipliers, unstable, ends, tuple(orbits),
        )  # fmt: skip

    @property
    def label(self) -> str:
        """Its kind; of homoclinic orbits with the period that stands for an infinite one."""
        return f"{self.kind} (period {self.period[0]:.4g})" if self.kind in OF_LONG_PERIOD else self.kind

    @property
    def max(self) -> dict[str, Array]:
        """The largest value of each state along the curve, by name, (n_points,) each."""
        return dict(zip(self.names, self.highest.T, strict=True))

    @property
    def min(self) -> dict[str, Array]:
        """The smallest value of each state along the curve, by name, (n_points,) each."""
        return dict(zip(self.names, self.lowest.T, strict=True))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, name: str) -> Array:
        """A parameter along the curve, or the largest value of a state, (n_points,)."""
        if name in self.parameters:
            return np.asarray(self.places[:, self.parameters.index(name)])
        return ByName(self.max, "state")[name]

    def to_xarray(self) -> xarray.Dataset:
        """Smallest and largest values, period and multipliers; the parameters are coordinates."""
        import xarray as xr

        data = {
            f"{n}_{w}": ("point", values[n]) for w, values in (("min", self.min), ("max", self.max)) for n in values
        }
        return xr.Dataset(
            {
                **data, "period": ("point", self.period), "unstable": ("point", self.unstable),
                "multipliers": (("point", "multiplier"), self.multipliers),
            },
            coords={name: ("point", self[name]) for name in self.parameters},
            attrs={"kind": self.kind, "ends": list(self.ends)},
        )  # fmt: skip

    def __repr__(self) -> str:
        ranges = [f"{name} from {self[name].min():.6g} to {self[name].max():.6g}" for name in self.parameters]
        if self.kind not in OF_LONG_PERIOD:
            ranges.append(f"period from {self.period.min():.6g} to {self.period.max():.6g}")
        return (
            f"curve of kind {self.label}: {len(self)} points, {', '.join(ranges)}; ends: {self.ends[0]}; {self.ends[1]}"
        )
