"""The Dormand-Prince pair of orders five and four."""

from brainpy_lab.solvers.embedded import EmbeddedRungeKutta, Pair
from brainpy_lab.solvers.runge_kutta import fractions


class DormandPrince(EmbeddedRungeKutta):
    """Dormand-Prince 5(4): adaptive, order 5 with an embedded order 4, seven stages of which the last is reused (FSAL).

    The dense output is Shampine's interpolant of order 4.

    J. R. Dormand, P. J. Prince, Journal of Computational and Applied Mathematics 6, 19-26, 1980.
    doi:10.1016/0771-050X(80)90013-3;
    L. F. Shampine, Mathematics of Computation 46, 135-150, 1986. doi:10.1090/S0025-5718-1986-0815836-3
    """

    name = "rkdp"
    title = "Dormand-Prince 5(4), adaptive"
    order = 5
    stages = 7
    reference = "Dormand & Prince 1980"
    tableau = Pair(
        a=fractions(
            "1/5",
            "3/40 9/40",
            "44/45 -56/15 32/9",
            "19372/6561 -25360/2187 64448/6561 -212/729",
            "9017/3168 -355/33 46732/5247 49/176 -5103/18656",
            "35/384 0 500/1113 125/192 -2187/6784 11/84",
        ),
        b=fractions("35/384 0 500/1113 125/192 -2187/6784 11/84 0")[0],
        b_error=fractions("71/57600 0 -71/16695 71/1920 -17253/339200 22/525 -1/40")[0],
        dense=fractions(
            "-8048581381/2820520608 0 131558114200/32700410799 -1754552775/470086768 "
            "127303824393/49829197408 -282668133/205662961 40617522/29380423",
            "8663915743/2820520608 0 -68118460800/10900136933 14199869525/1410260304 "
            "-318862633887/49829197408 2019193451/616988883 -110615467/29380423",
            "-12715105075/11282082432 0 87487479700/32700410799 -10690763975/1880347072 "
            "701980252875/199316789632 -1453857185/822651844 69997945/29380423",
        ),
    )


RKDP = DormandPrince()
