"""The Bogacki-Shampine pair of orders three and two."""

from brainpy_lab.solvers.embedded import EmbeddedRungeKutta, Pair
from brainpy_lab.solvers.runge_kutta import fractions


class BogackiShampine(EmbeddedRungeKutta):
    """Bogacki-Shampine 3(2): adaptive, order 3 with an embedded order 2, four stages, the last reused (FSAL).

    The dense output is the cubic Hermite polynomial, of order 3.

    P. Bogacki, L. F. Shampine, Applied Mathematics Letters 2, 321-325, 1989. doi:10.1016/0893-9659(89)90079-7
    """

    name = "bs"
    title = "Bogacki-Shampine 3(2), adaptive"
    order = 3
    stages = 4
    reference = "Bogacki & Shampine 1989"
    tableau = Pair(
        a=fractions("1/2", "0 3/4", "2/9 1/3 4/9"),
        b=fractions("2/9 1/3 4/9 0")[0],
        b_error=fractions("-5/72 1/12 1/9 -1/8")[0],
    )


BS = BogackiShampine()
