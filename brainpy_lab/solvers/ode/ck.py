"""The Cash-Karp pair of orders five and four."""

from brainpy_lab.solvers.embedded import EmbeddedRungeKutta, Pair
from brainpy_lab.solvers.runge_kutta import fractions


class CashKarp(EmbeddedRungeKutta):
    """Cash-Karp 5(4): adaptive, order 5 with an embedded order 4, six stages.

    The dense output is the continuous extension of order 4 with continuous slope that its stages and the slope at
    the new state allow; it solves the order conditions power by power (Hairer, Norsett & Wanner 1993, section II.6).

    J. R. Cash, A. H. Karp, ACM Transactions on Mathematical Software 16, 201-222, 1990. doi:10.1145/79505.79507
    """

    name = "ck"
    title = "Cash-Karp 5(4), adaptive"
    order = 5
    stages = 6
    reference = "Cash & Karp 1990"
    tableau = Pair(
        a=fractions(
            "1/5",
            "3/40 9/40",
            "3/10 -9/10 6/5",
            "-11/54 5/2 -70/27 35/27",
            "1631/55296 175/512 575/13824 44275/110592 253/4096",
        ),
        b=fractions("37/378 0 250/621 125/594 0 512/1771")[0],
        b_error=fractions("-277/64512 0 6925/370944 -6925/202752 -277/14336 277/7084")[0],
        dense=fractions(
            "-65/21 0 2500/483 -125/44 -45/28 1536/1771 3/2",
            "677/189 0 -38000/4347 3875/594 45/14 -1024/1771 -4",
            "-25/18 0 250/63 -125/36 -45/28 0 5/2",
        ),
    )


CK = CashKarp()
