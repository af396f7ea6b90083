"""Heun's method with Euler's embedded."""

from brainpy_lab.solvers.embedded import EmbeddedRungeKutta, Pair
from brainpy_lab.solvers.runge_kutta import fractions


class HeunEuler(EmbeddedRungeKutta):
    """Heun-Euler 2(1): adaptive, order 2 with an embedded order 1, two stages.

    The dense output is the cubic Hermite polynomial.

    E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., 1993, section II.4.
    doi:10.1007/978-3-540-78862-1
    """

    name = "heun_euler"
    title = "Heun-Euler 2(1), adaptive"
    order = 2
    stages = 2
    reference = "Hairer, Norsett & Wanner 1993"
    tableau = Pair(
        a=fractions("1"),
        b=fractions("1/2 1/2")[0],
        b_error=fractions("-1/2 1/2")[0],
    )


HEUN_EULER = HeunEuler()
