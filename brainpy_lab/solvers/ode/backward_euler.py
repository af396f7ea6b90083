"""The implicit Euler method."""

from brainpy_lab.solvers.implicit import ImplicitMethod


class BackwardEuler(ImplicitMethod):
    """The implicit Euler method: order 1, L-stable; Newton's iteration with the exact Jacobian in every step.

    E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, section IV.3.
    doi:10.1007/978-3-642-05221-7
    """

    name = "backward_euler"
    title = "implicit Euler"
    order = 1
    stages = 1
    reference = "Hairer & Wanner 1996"
    theta = 1.0


BACKWARD_EULER = BackwardEuler()
