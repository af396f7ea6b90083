"""Oscillators: van der Pol, Duffing, the Brusselator, Lotka and Volterra, Stuart and Landau."""

from brainpy_lab.models.published import PublishedModel

van_der_pol = PublishedModel(
    name="VanDerPol",
    dt=0.01,
    duration=40.0,
    text='''
"""
# Van der Pol oscillator

B. van der Pol (1926). On "relaxation-oscillations". *Phil. Mag.* 2, 978–992.
[doi:10.1080/14786442608564127](https://doi.org/10.1080/14786442608564127)
"""
mu = 1 in [0, 10]   # damping: negative inside, positive outside

dx/dt = y
dy/dt = mu*(1 - x**2)*y - x

x(0) = 2
y(0) = 0
''',
)

duffing = PublishedModel(
    name="Duffing",
    dt=0.01,
    duration=100.0,
    text='''
"""
# Duffing oscillator

A particle in a double well, damped and driven.

G. Duffing (1918). *Erzwungene Schwingungen bei veränderlicher Eigenfrequenz und ihre technische Bedeutung*. Vieweg ·
P. Holmes (1979). A nonlinear oscillator with a strange attractor. *Phil. Trans. R. Soc. A* 292, 419–448.
[doi:10.1098/rsta.1979.0068](https://doi.org/10.1098/rsta.1979.0068)
"""
delta = 0.3 in [0, 1]    # damping
gamma = 0 in [0, 1]      # strength of the drive
omega = 1.2 in [0.1, 3]  # its angular frequency

dx/dt = y
dy/dt = x - x**3 - delta*y + gamma*cos(omega*t)

x(0) = 1
y(0) = 1
''',
)

brusselator = PublishedModel(
    name="Brusselator",
    dt=0.01,
    duration=40.0,
    text='''
"""
# Brusselator

A chemical oscillator; the fixed point `(A, B/A)` is lost at a Hopf point at `B = 1 + A**2`.

I. Prigogine, R. Lefever (1968). Symmetry breaking instabilities in dissipative systems II. *J. Chem. Phys.* 48,
1695–1700.
[doi:10.1063/1.1668896](https://doi.org/10.1063/1.1668896)
"""
A = 1 in [0.5, 2]   # supply
B = 3 in [0, 5]     # second supply

dx/dt = A + x**2*y - (B + 1)*x
dy/dt = B*x - x**2*y

x(0) = 1.5
y(0) = 3
''',
)

lotka_volterra = PublishedModel(
    name="LotkaVolterra",
    dt=0.01,
    duration=40.0,
    text='''
"""
# Lotka–Volterra model of predators and prey

V. Volterra (1926). Fluctuations in the abundance of a species considered mathematically. *Nature* 118, 558–560.
[doi:10.1038/118558a0](https://doi.org/10.1038/118558a0)
"""
a = 1.5 in [0, 3]   # growth of the prey
b = 1 in [0, 3]     # loss to predators
c = 3 in [0, 5]     # death of predators
d = 1 in [0, 3]     # growth by prey

dx/dt = a*x - b*x*y
dy/dt = d*x*y - c*y

x(0) = 1
y(0) = 1
''',
)

stuart_landau = PublishedModel(
    name="StuartLandau",
    dt=0.01,
    duration=20.0,
    text='''
"""
# Stuart–Landau oscillator

The normal form of a supercritical Hopf point: for `mu > 0` a circle of radius `sqrt(mu)`.

J. T. Stuart (1960). On the non-linear mechanics of wave disturbances in stable and unstable parallel flows.
*J. Fluid Mech.* 9, 353–370. [doi:10.1017/S002211206000116X](https://doi.org/10.1017/S002211206000116X)
"""
mu = 1 in [-1, 2]      # distance from the Hopf point
omega = 3 in [0, 6]    # angular frequency at small amplitude
q = 1 in [-2, 2]       # how it changes with amplitude

s = x**2 + y**2

dx/dt = mu*x - omega*y - s*(x - q*y)
dy/dt = mu*y + omega*x - s*(y + q*x)

x(0) = 1
y(0) = 0
''',
)
