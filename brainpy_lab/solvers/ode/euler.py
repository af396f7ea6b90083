"""Euler's method."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Euler(ExplicitRungeKutta):
    """The explicit Euler method: order 1, one stage; stable for real eigenvalues in -2 <= lambda dt <= 0.

    L. Euler, Institutionum calculi integralis, vol. 1, 1768.
    """

    name = "euler"
    title = "explicit Euler"
    order = 1
    stages = 1
    reference = "Euler 1768"
    tableau = Tableau(a=(), b=fractions("1")[0])


EULER = Euler()
