"""Ralston's method of order three."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Ralston3(ExplicitRungeKutta):
    """Ralston's method of order 3, three stages, with minimal truncation error bound; the pair ``bs`` propagates it.

    A. Ralston, Mathematics of Computation 16, 431-437, 1962. doi:10.1090/S0025-5718-1962-0150954-0
    """

    name = "ralston3"
    title = "Ralston, order 3"
    order = 3
    stages = 3
    reference = "Ralston 1962"
    tableau = Tableau(a=fractions("1/2", "0 3/4"), b=fractions("2/9 1/3 4/9")[0])


RALSTON3 = Ralston3()
