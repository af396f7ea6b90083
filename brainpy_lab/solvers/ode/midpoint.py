"""The explicit midpoint method."""

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau, fractions


class Midpoint(ExplicitRungeKutta):
    """The explicit midpoint rule: order 2, two stages; stable for real eigenvalues in -2 <= lambda dt <= 0.

    C. Runge, Mathematische Annalen 46, 167-178, 1895. doi:10.1007/BF01446807
    """

    name = "midpoint"
    title = "explicit midpoint"
    order = 2
    stages = 2
    reference = "Runge 1895"
    tableau = Tableau(a=fractions("1/2"), b=fractions("0 1")[0])


MIDPOINT = Midpoint()
