"""Heun's method of order three."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Heun3(ExplicitRungeKutta):
    """Heun's method of order 3, three stages.

    K. Heun, Zeitschrift für Mathematik und Physik 45, 23-38, 1900.
    """

    name = "heun3"
    title = "Heun, order 3"
    order = 3
    stages = 3
    reference = "Heun 1900"
    tableau = Tableau(a=fractions("1/3", "0 2/3"), b=fractions("1/4 0 3/4")[0])


HEUN3 = Heun3()
