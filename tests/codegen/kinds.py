"""One method of each kind of code: sweeps over all methods would compile the same lines over and over."""

KINDS = ("rk4", "bs", "rkdp", "exponential_euler", "backward_euler", "rodas4")
