"""What is counted and measured at the points of a curve of folds or Hopf points.

Each kind of point of codimension two is where a smooth function changes its sign, or where a further eigenvalue or pair
crosses the axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.continuation.normal_form import lyapunov_terms
from brainpy_lab.analysis.stability import in_order
from brainpy_lab.analysis.two_parameters.conditions import Hopf, padded, singular
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: A first Lyapunov coefficient below this, beside its terms, is zero but for rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Station:
    """A point of a curve.

    Attributes
    ----------
    point : CurvePoint
    eigenvalues : ndarray of complex, shape (n,)
        The one with the largest real part first.
    others : ndarray of complex
        Those without the ones that make it a fold or a Hopf point.
    tests : dict
        By the kind of point: the function that changes its sign there; nan where it is not known.
    signs : dict
        The signs of these; where a value is zero, that of the station before.
    kappa : float
        The square of the angular frequency; 0 on a curve of folds.
    kernel : ndarray, shape (n,)
        On a curve of folds the direction in which equilibria meet, in units.
    l1 : float
        The first Lyapunov coefficient on a curve of Hopf points, else nan.
    """

    point: CurvePoint
    eigenvalues: Complex
    others: Complex
    tests: dict[str, float]
    signs: dict[str, float]
    kappa: float = 0.0
    kernel: Array | None = None
    l1: float = float("nan")

    @property
    def unstable(self) -> int:
        """How many of the other eigenvalues have a positive real part."""
        return int((self.others.real > 0).sum())

    @property
    def crossed(self) -> int:
        """The same without the one that passes zero at a Bogdanov-Takens point of a curve of folds."""
        real = self.others[self.others.imag == 0].real
        if self.kernel is None or not len(real):
            return self.unstable
        return self.unstable - int(min(real, key=abs) > 0)


def fold_station(system: InUnits, point: CurvePoint, before: Station | None) -> Station:
    """Count at a fold."""
    z, is_delayed = point.u / system.units, system.problem.field.system.is_delayed
    slopes = system.slopes(z)
    _, psi, phi = singular(slopes[:, : system.n])
    if before is not None and before.kernel is not None and before.kernel @ phi < 0:
        psi, phi = -psi, -phi  # both: their product is smooth along the curve
    tests = {"cusp": bend(system, z, psi, phi)}
    if system.n > 1 or is_delayed:
        tests["bogdanov-takens"] = float(psi @ (system.slope_at_zero(z) @ phi if is_delayed else phi))
    values = system.problem.eigenvalues(point.u) if is_delayed else in_order(np.linalg.eigvals(slopes[:, : system.n]))
    others = np.delete(values, int(np.argmin(np.abs(values))))
    return Station(point, values, others, tests, _signs(tests, before), kernel=phi)


def bend(system: InUnits, z: Array, psi: Array, phi: Array) -> float:
    """The second derivative along the kernel, seen from the left one: it vanishes at a cusp."""
    v = padded(phi, z)
    return float(psi @ (system.derivatives(z, v) @ v))


def hopf_station(system: InUnits, hopf: Hopf, point: CurvePoint, before: Station | None) -> Station:
    """Count at a Hopf point; ``hopf`` is aimed at its frequency."""
    z = point.u / system.units
    found, others, kappa = hopf.parted(z)
    if abs(kappa) < hopf.still(z):
        kappa = 0.0
    hopf.kappa = kappa
    tests = {"bogdanov-takens": kappa}
    l1 = float("nan")
    if kappa > 0:
        l1, test = bautin_test(system.problem, point.u, kappa, others)
        tests["bautin"] = test
    return Station(point, found, others, tests, _signs(tests, before), kappa, l1=l1)


def bautin_test(problem: EquilibriumProblem, u: Array, kappa: float, others: Complex) -> tuple[float, float]:
    """The first Lyapunov coefficient, and a function that vanishes with it and has no pole at zero-Hopf points."""
    omega = float(np.sqrt(kappa))
    try:
        terms = np.array(lyapunov_terms(problem, u, omega))
    except (AnalysisError, np.linalg.LinAlgError):
        return float("nan"), float("nan")
    l1 = float(terms.sum())
    if not abs(l1) > ROUNDING * float(np.abs(terms).sum()):
        return l1, 0.0
    if problem.field.system.is_delayed:  # of infinitely many the determinant is the product, but for what stays finite
        return l1, float(l1 * np.linalg.det(problem.histories(u).matrix(0.0)[0].real / omega))
    return l1, float(l1 * np.prod(others / (np.abs(others) + omega)).real)


def _signs(tests: dict[str, float], before: Station | None) -> dict[str, float]:
    earlier = {} if before is None else before.signs
    return {
        kind: float(np.sign(value)) if value and np.isfinite(value) else earlier.get(kind, 0.0)
        for kind, value in tests.items()
    }
