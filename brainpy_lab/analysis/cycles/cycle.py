"""A periodic orbit as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.extremes import extremes
from brainpy_lab.analysis.cycles.floquet import LARGEST, logarithms, steps_between
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.scaling import LITTLE, swings
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import AnalysisError, ByName

if TYPE_CHECKING:
    import xarray as xr

#: Error of a logarithm of a multiplier, relative to 1 + |log|.
GOOD = 1e-8

#: Steps of a period, about, at most.
MOST_STEPS = 20_000

#: Entries of the matrices of the first steps, at most: of these there are some ten copies at a time.
MOST_NUMBERS = 100_000_000


@dataclass(frozen=True, eq=False)
class Cycle:
    """A periodic orbit.

    Attributes
    ----------
    period : float
        In units of the model's time.
    names : tuple of str
        The states.
    parameters : dict
        Values of all parameters.
    remarks : tuple of str
        What holds for it, in sentences.
    """

    field: VectorField
    mesh: Mesh
    profile: Array
    period: float
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The states."""
        return self.field.free

    @property
    def parameters(self) -> dict[str, float]:
        """Values of all parameters."""
        return dict(self.field.params)

    def __call__(self, t: float | Array) -> dict[str, Array]:
        """The states at a time, or at several; shape of ``t``."""
        times = np.asarray(t, dtype=float)
        values = self.mesh.at(self.profile, times.ravel() / self.period)
        return {name: row.reshape(times.shape) for name, row in zip(self.names, values, strict=True)}

    @cached_property
    def orbit(self) -> xr.Dataset:
        """The states over ``phase``, from 0 to 1, on the mesh; coordinate ``t`` in units of time."""
        import xarray as xr

        phases = np.append(self.mesh.nodes, 1.0)
        closed = np.concatenate([self.profile, self.profile[:, :1]], axis=1)
        data = {name: ("phase", row) for name, row in zip(self.names, closed, strict=True)}
        return xr.Dataset(
            data, coords={"phase": phases, "t": ("phase", phases * self.period)}, attrs={"period": self.period}
        )

    @cached_property
    def _extremes(self) -> tuple[dict[str, float], dict[str, float]]:
        return extremes(self.field, self.mesh, self.profile, self.period)

    @property
    def max(self) -> Mapping[str, float]:
        """The largest value of each state on the orbit."""
        return ByName(self._extremes[1], "state")

    @property
    def min(self) -> Mapping[str, float]:
        """The smallest value of each state on the orbit."""
        return ByName(self._extremes[0], "state")

    @cached_property
    def log_multipliers(self) -> NDArray[np.complex128]:
        """The logarithms of the Floquet multipliers, falling by real part, (n,).

        The trivial one is among them as 0; a negative multiplier has the imaginary part π.
        """
        edges = self.mesh.edges * self.period
        stretch = float((np.abs(self._jacobians(edges[:-1])).sum(axis=2).max(axis=1) * np.diff(edges)).max())
        substeps = max(1, 2 ** int(np.ceil(np.log2(max(1.0, stretch / LARGEST)))))
        if substeps * len(edges) * len(self.profile) ** 2 > MOST_NUMBERS:
            raise AnalysisError(
                f"The multipliers of a cycle of {self.field.system.name} take {substeps * len(edges):.2g} steps: its "
                f"fastest rate is too high beside its period, {self.period:.4g}.",
                advice="Put the fastest state's equilibrium in its place.",
            )
        found = logarithms(steps_between(edges, self._jacobians, substeps))
        while True:
            substeps *= 2
            before, found = found, logarithms(steps_between(edges, self._jacobians, substeps))
            # steps of order four: the finer ones err by a fifteenth of their distance, and that is taken off too
            gap = (found.real - before.real) / 15
            found = found + gap
            if (np.abs(gap) < GOOD * (1 + np.abs(found.real))).all() or substeps * len(edges) > MOST_STEPS:
                break
        trivial = int(np.argmin(np.abs(found)))
        found[trivial] = 0.0
        order = sorted(found, key=lambda v: (-v.real, -v.imag))
        return np.array(order)

    def _jacobians(self, times: Array) -> Array:
        states = self.mesh.at(self.profile, times / self.period)
        # in units of each state's range: the size of a Jacobian is then that of its rates
        scales = swings(self.profile)
        found = self.field.jacobian(states)
        still, sizes = np.ptp(self.profile, axis=1) < scales, np.abs(found).max(axis=2)
        for _ in scales:  # in units of what the others' motion does to it: one may stand still beside another
            answers = (sizes * scales)[:, ~still].max(axis=1) / sizes.diagonal().max()
            lost = np.isfinite(answers) & (scales < np.where(still, 1.0, LITTLE) * answers)
            if not lost.any():
                break
            scales, still = np.where(lost, answers, scales), still & ~lost
        return np.moveaxis(found * (scales / scales[:, None])[:, :, None], -1, 0)

    @property
    def multipliers(self) -> NDArray[np.complex128]:
        """The Floquet multipliers, falling by modulus; those of fast decay may be too small for a number: 0."""
        result: NDArray[np.complex128] = np.exp(self.log_multipliers)
        return result

    @property
    def stable(self) -> bool:
        """Whether disturbances die out."""
        others = np.delete(self.log_multipliers, int(np.argmin(np.abs(self.log_multipliers))))
        return bool((others.real < 0).all())

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        spans = ", ".join(f"{n} from {self.min[n]:.6g} to {self.max[n]:.6g}" for n in self.names)
        lines = [f"{kind} cycle of {self.field.system.name}: period {self.period:.6g}; {spans}", *self.remarks]
        return "\n".join(lines)
