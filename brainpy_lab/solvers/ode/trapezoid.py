"""The implicit trapezoidal rule."""

from brainpy_lab.solvers.implicit import ImplicitMethod


class Trapezoid(ImplicitMethod):
    """The implicit trapezoidal rule (Crank-Nicolson): order 2, A-stable; Newton's iteration with the exact Jacobian.

    J. Crank, P. Nicolson, Mathematical Proceedings of the Cambridge Philosophical Society 43, 50-67, 1947.
    doi:10.1017/S0305004100023197
    """

    name = "trapezoid"
    title = "implicit trapezoidal rule"
    order = 2
    stages = 2
    reference = "Crank & Nicolson 1947"
    theta = 0.5


TRAPEZOID = Trapezoid()
