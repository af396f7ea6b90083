"""Cells that the tests run."""

FITZHUGH_NAGUMO = """\
%%brainpy_model FHN
I = 0.5 in [0, 2]        # input current
a = 0.7
b = 0.8
tau = 12.5 in [5, 20]
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau
V(0) = -1
w(0) = 1"""

DECAY = """\
%%brainpy_model Decay
rate = 0.5 in [0, 1]
dx/dt = -rate * x
x(0) = 1"""
