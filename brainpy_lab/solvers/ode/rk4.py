"""The classical Runge-Kutta method."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class RK4(ExplicitRungeKutta):
    """The classical Runge-Kutta method: order 4, four stages; real stability interval about [-2.785, 0].

    W. Kutta, Zeitschrift für Mathematik und Physik 46, 435-453, 1901.
    """

    name = "rk4"
    title = "classical Runge-Kutta, order 4"
    order = 4
    stages = 4
    reference = "Kutta 1901"
    tableau = Tableau(a=fractions("1/2", "0 1/2", "0 0 1"), b=fractions("1/6 1/3 1/3 1/6")[0])


RK4_CLASSICAL = RK4()
