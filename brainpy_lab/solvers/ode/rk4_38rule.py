"""Kutta's 3/8 rule."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class RK4Rule38(ExplicitRungeKutta):
    """Kutta's 3/8 rule: order 4, four stages, with smaller error coefficients than the classical method.

    W. Kutta, Zeitschrift für Mathematik und Physik 46, 435-453, 1901.
    """

    name = "rk4_38rule"
    title = "3/8 rule, order 4"
    order = 4
    stages = 4
    reference = "Kutta 1901"
    tableau = Tableau(a=fractions("1/3", "-1/3 1", "1 -1 1"), b=fractions("1/8 3/8 3/8 1/8")[0])


RK4_38RULE = RK4Rule38()
