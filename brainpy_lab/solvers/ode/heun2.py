"""Heun's method of order two."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Heun2(ExplicitRungeKutta):
    """Heun's method, the explicit trapezoidal rule: order 2, two stages; real stability interval [-2, 0].

    K. Heun, Zeitschrift für Mathematik und Physik 45, 23-38, 1900.
    """

    name = "heun2"
    title = "Heun, order 2"
    order = 2
    stages = 2
    reference = "Heun 1900"
    tableau = Tableau(a=fractions("1"), b=fractions("1/2 1/2")[0])


HEUN2 = Heun2()
