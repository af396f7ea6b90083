"""The family of methods of order two with two stages."""

from __future__ import annotations

from fractions import Fraction

from brainpy_lab.errors import MethodError
from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau


class RK2(ExplicitRungeKutta):
    """All methods of order 2 with two stages; the second stage stands at ``t + beta*dt``.

    ``beta`` = 1/2 is the midpoint method, 1 Heun's, 2/3 (the default) Ralston's. A method with another ``beta`` is made
    by its name, ``method="rk2(beta=0.6)"``, or as ``RK2(beta=0.6)``.

    J. C. Butcher, Numerical Methods for Ordinary Differential Equations, 3rd ed., 2016, section 232.
    doi:10.1002/9781119121534

    Parameters
    ----------
    beta : float
        Node of the second stage, 0 < beta <= 1.
    """

    name = "rk2"
    title = "order 2 with two stages, second at beta"
    order = 2
    stages = 2
    reference = "Butcher 2016"

    def __init__(self, beta: float | None = None) -> None:
        node = Fraction(2, 3)
        if beta is not None and 0 < beta <= 1:
            node = Fraction(str(float(beta)))
        elif beta is not None:
            raise MethodError(f"rk2 needs 0 < beta <= 1, not {beta!r}.", advice="For example method='rk2(beta=0.75)'.")
        if beta is not None:
            self.name = f"rk2(beta={float(beta)!r})"
            self.title = f"{self.name}, order 2 with two stages"
        self.tableau = Tableau(a=((node,),), b=(1 - 1 / (2 * node), 1 / (2 * node)))

    def with_options(self, options: dict[str, float]) -> RK2:
        """The method with another ``beta``."""
        self.check_options(options, ("beta",))
        return RK2(**options)


RK2_DEFAULT = RK2()
