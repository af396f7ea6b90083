"""Ralston's method of order four."""

from math import sqrt

from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta, Tableau

_ROOT5 = sqrt(5.0)


class Ralston4(ExplicitRungeKutta):
    """Ralston's method with minimal truncation error bound: order 4, four stages.

    A. Ralston, Mathematics of Computation 16, 431-437, 1962. doi:10.1090/S0025-5718-1962-0150954-0
    """

    name = "ralston4"
    title = "Ralston, order 4"
    order = 4
    stages = 4
    reference = "Ralston 1962"
    tableau = Tableau(
        a=(
            (0.4,),
            ((-2889 + 1428 * _ROOT5) / 1024, (3785 - 1620 * _ROOT5) / 1024),
            ((-3365 + 2094 * _ROOT5) / 6040, (-975 - 3046 * _ROOT5) / 2552, (467040 + 203968 * _ROOT5) / 240845),
        ),
        b=(
            (263 + 24 * _ROOT5) / 1812,
            (125 - 1000 * _ROOT5) / 3828,
            1024 * (3346 + 1623 * _ROOT5) / 5924787,
            (30 - 4 * _ROOT5) / 123,
        ),
    )


RALSTON4 = Ralston4()
