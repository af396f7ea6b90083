"""Hindmarsh and Rose's model of bursting."""

from brainpy_lab.models.published import PublishedModel

hindmarsh_rose = PublishedModel(
    name="HindmarshRose",
    dt=0.02,
    duration=1000.0,
    text='''
"""
# Hindmarsh–Rose model of bursting

A fast spiking pair `x`, `y`, and a slow `z` that switches it on and off.

J. L. Hindmarsh, R. M. Rose (1984). A model of neuronal bursting using three coupled first order differential equations.
*Proc. R. Soc. Lond. B* 221, 87–102. [doi:10.1098/rspb.1984.0024](https://doi.org/10.1098/rspb.1984.0024)
"""
I = 3.25 in [0, 5]           # input current
a = 1 in [0.5, 2]
b = 3 in [2, 4]
c = 1 in [0, 2]
d = 5 in [3, 7]
r = 0.006 in [0.001, 0.05]   # speed of the slow variable
s = 4 in [1, 5]              # how much it follows x
x_R = -1.6 in [-2, -1]       # where it rests

dx/dt = y - a*x**3 + b*x**2 - z + I
dy/dt = c - d*x**2 - y
dz/dt = r * (s*(x - x_R) - z)

x(0) = -1.5
y(0) = -10
z(0) = 2
''',
)
