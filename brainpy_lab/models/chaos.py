"""Chaotic flows: Lorenz 1963, Rössler 1976."""

from brainpy_lab.models.published import PublishedModel

lorenz = PublishedModel(
    name="Lorenz",
    dt=0.005,
    duration=40.0,
    text='''
"""
# Lorenz system

E. N. Lorenz (1963). Deterministic nonperiodic flow. *J. Atmos. Sci.* 20, 130–141.
[doi:10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2](https://doi.org/10.1175/1520-0469(1963)020%3C0130:DNF%3E2.0.CO;2)
"""
sigma = 10 in [0, 20]   # Prandtl number
r = 28 in [0, 50]       # Rayleigh number over its critical value
b = 8/3                 # shape of the rolls

dx/dt = sigma * (y - x)
dy/dt = x * (r - z) - y
dz/dt = x*y - b*z

x(0) = 1
y(0) = 1
z(0) = 1
''',
)

rossler = PublishedModel(
    name="Rossler",
    dt=0.01,
    duration=200.0,
    text='''
"""
# Rössler system

O. E. Rössler (1976). An equation for continuous chaos. *Phys. Lett. A* 57, 397–398.
[doi:10.1016/0375-9601(76)90101-8](https://doi.org/10.1016/0375-9601(76)90101-8)
"""
a = 0.2 in [0, 0.5]
b = 0.2 in [0, 2]
c = 5.7 in [2, 15]

dx/dt = -y - z
dy/dt = x + a*y
dz/dt = b + z*(x - c)

x(0) = 1
y(0) = 1
z(0) = 1
''',
)
