"""Ralston's method of order two."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Ralston2(ExplicitRungeKutta):
    """Ralston's method of order 2, two stages: the smallest bound on the truncation error of all with two stages.

    A. Ralston, Mathematics of Computation 16, 431-437, 1962. doi:10.1090/S0025-5718-1962-0150954-0
    """

    name = "ralston2"
    title = "Ralston, order 2"
    order = 2
    stages = 2
    reference = "Ralston 1962"
    tableau = Tableau(a=fractions("2/3"), b=fractions("1/4 3/4")[0])


RALSTON2 = Ralston2()
