"""Fehlberg's pair of orders five and four."""

from brainpy_lab.solvers.embedded import EmbeddedRungeKutta, Pair
from brainpy_lab.solvers.runge_kutta import fractions


class Fehlberg(EmbeddedRungeKutta):
    """Fehlberg 5(4): adaptive, order 5 with an embedded order 4, six stages; the solution of order 5 is carried on.

    The dense output is the continuous extension of order 4 with continuous slope that its stages and the slope at
    the new state allow; it solves the order conditions power by power (Hairer, Norsett & Wanner 1993, section II.6).

    E. Fehlberg, Low-order classical Runge-Kutta formulas with stepsize control, NASA Technical Report R-315, 1969;
    Computing 6, 61-71, 1970. doi:10.1007/BF02241732
    """

    name = "rkf45"
    title = "Runge-Kutta-Fehlberg 5(4), adaptive"
    order = 5
    stages = 6
    reference = "Fehlberg 1969"
    tableau = Pair(
        a=fractions(
            "1/4",
            "3/32 9/32",
            "1932/2197 -7200/2197 7296/2197",
            "439/216 -8 3680/513 -845/4104",
            "-8/27 2 -3544/2565 1859/4104 -11/40",
        ),
        b=fractions("16/135 0 6656/12825 28561/56430 -9/50 2/55")[0],
        b_error=fractions("1/360 0 -128/4275 -2197/75240 1/50 2/55")[0],
        dense=fractions(
            "-71/30 0 1664/475 -15379/3135 54/25 6/55 3/2",
            "298/135 0 -3328/675 17576/1485 -126/25 -4/55 -4",
            "-13/18 0 1664/855 -2197/342 27/10 0 5/2",
        ),
    )


RKF45 = Fehlberg()
