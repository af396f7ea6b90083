"""Mean fields of populations: Wilson and Cowan 1972; Montbrió, Pazó and Roxin 2015."""

from brainpy_lab.models.published import PublishedModel

_WILSON_COWAN = '''
"""
# Wilson–Cowan model, {title}

Shares of excitatory (`E`) and inhibitory (`I`) cells that are active; {regime}

H. R. Wilson, J. D. Cowan (1972). Excitatory and inhibitory interactions in localized populations of model neurons.
*Biophys. J.* 12, 1–24. [doi:10.1016/S0006-3495(72)86068-5](https://doi.org/10.1016/S0006-3495(72)86068-5)
"""
P = {P} in [-1, 3]         # input to the excitatory cells
Q = 0 in [-1, 3]           # input to the inhibitory cells
c1 = {c1} in [0, 20]       # excitatory to excitatory
c2 = {c2} in [0, 20]       # inhibitory to excitatory
c3 = {c3} in [0, 20]       # excitatory to inhibitory
c4 = {c4} in [0, 20]       # inhibitory to inhibitory
a_e = {a_e} in [0.5, 2]    # steepest slope of the excitatory response
th_e = {th_e} in [1, 6]    # where it is
a_i = {a_i} in [0.5, 3]    # steepest slope of the inhibitory response
th_i = {th_i} in [1, 6]    # where it is
r = 1 in [0, 2]            # refractory period

def response(x, a, theta):   # zero at zero input
    return 1/(1 + exp(-a*(x - theta))) - 1/(1 + exp(a*theta))

k_e = 1 - 1/(1 + exp(a_e*th_e))   # the largest response
k_i = 1 - 1/(1 + exp(a_i*th_i))

dE/dt = -E + (k_e - r*E) * response(c1*E - c2*I + P, a_e, th_e)
dI/dt = -I + (k_i - r*I) * response(c3*E - c4*I + Q, a_i, th_i)

E(0) = 0.1
I(0) = 0.05
'''

wilson_cowan = PublishedModel(
    name="WilsonCowan",
    dt=0.01,
    duration=50.0,
    text=_WILSON_COWAN.format(
        title="limit cycle",
        regime="with this coupling the two populations chase each other round.",
        P=1.25,
        c1=16,
        c2=12,
        c3=15,
        c4=3,
        a_e=1.3,
        th_e=4,
        a_i=2,
        th_i=3.7,
    ),
)

wilson_cowan_hysteresis = PublishedModel(
    name="WilsonCowanHysteresis",
    dt=0.01,
    duration=50.0,
    text=_WILSON_COWAN.format(
        title="hysteresis",
        regime="two levels of activity exist side by side, and the input switches between them.",
        P=0,
        c1=12,
        c2=4,
        c3=13,
        c4=11,
        a_e=1.2,
        th_e=2.8,
        a_i=1,
        th_i=4,
    ),
)

montbrio_pazo_roxin = PublishedModel(
    name="MontbrioPazoRoxin",
    dt=0.005,
    duration=40.0,
    text='''
"""
# Montbrió–Pazó–Roxin mean field

Firing rate `r` and mean potential `v` of a large population of quadratic integrate-and-fire neurons, exact when the
inputs are spread as a Lorentzian.

E. Montbrió, D. Pazó, A. Roxin (2015). Macroscopic description for networks of spiking neurons. *Phys. Rev. X* 5,
021028.
[doi:10.1103/PhysRevX.5.021028](https://doi.org/10.1103/PhysRevX.5.021028)
"""
eta = -4 in [-10, 2]       # centre of the inputs
Delta = 1 in [0.1, 3]      # their width
J = 15 in [0, 30]          # coupling

dr/dt = Delta/pi + 2*r*v
dv/dt = v**2 + eta + J*r - pi**2*r**2

r(0) = 0.1
v(0) = -1
''',
)
