"""One method of each kind of code: sweeps over all methods would compile the same lines over and over."""

from brainpy_lab import solvers

KINDS = ("rk4", "bs", "rkdp", "exponential_euler", "backward_euler", "rodas4")

FIXED = {name: method for name, method in solvers.registry().items() if not method.is_adaptive}
