"""The strong-stability-preserving method of order three."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class SSPRK3(ExplicitRungeKutta):
    """The strong-stability-preserving method of Shu and Osher: order 3, three stages; stable where Euler steps are.

    C.-W. Shu, S. Osher, Journal of Computational Physics 77, 439-471, 1988. doi:10.1016/0021-9991(88)90177-5
    """

    name = "ssprk3"
    title = "strong stability preserving, order 3"
    order = 3
    stages = 3
    reference = "Shu & Osher 1988"
    tableau = Tableau(a=fractions("1", "1/4 1/4"), b=fractions("1/6 1/6 2/3")[0])


SSPRK3_SHU_OSHER = SSPRK3()
