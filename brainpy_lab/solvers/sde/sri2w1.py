"""SRI2W1 of Roessler."""

from __future__ import annotations

from brainpy_lab.solvers.runge_kutta import fractions
from brainpy_lab.solvers.stochastic_runge_kutta import StrongRungeKutta, StrongTableau


class Sri2w1(StrongRungeKutta):
    """SRI2W1 (Ito): strong order 3/2 and weak order 2 for scalar and diagonal noise; order 3 without noise.

    Scalar: one source drives all. Diagonal: each state has a source of its own, and its amplitude depends on that state
    (or on states without noise) alone.

    A. Roessler, SIAM Journal on Numerical Analysis 48, 922-952, 2010, table 2. doi:10.1137/09076636X
    """

    name = "sri2w1"
    title = "SRI2W1"
    order = 1.5
    weak_order = 2
    stages = 4
    reference = "Roessler 2010"
    tableau = StrongTableau(
        a0=fractions("1", "1/4 1/4", "0 0 0"),
        b0=fractions("0", "1 1/2", "0 0 0"),
        a1=fractions("1/4", "1 0", "0 0 1/4"),
        b1=fractions("-1/2", "1 0", "2 -1 1/2"),
        alpha=fractions("1/6 1/6 2/3 0")[0],
        beta=fractions("-1 4/3 2/3 0", "1 -4/3 1/3 0", "2 -4/3 -2/3 0", "-2 5/3 -2/3 1"),
    )


SRI2W1 = Sri2w1()
