"""Kutta's method of order three."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class RK3(ExplicitRungeKutta):
    """Kutta's method of order 3, three stages: Simpson's rule where the equations do not depend on the state.

    W. Kutta, Zeitschrift für Mathematik und Physik 46, 435-453, 1901.
    """

    name = "rk3"
    title = "Kutta, order 3"
    order = 3
    stages = 3
    reference = "Kutta 1901"
    tableau = Tableau(a=fractions("1/2", "-1 2"), b=fractions("1/6 2/3 1/6")[0])


RK3_KUTTA = RK3()
