"""FitzHugh and Nagumo's plane model of excitability, and its cubic form."""

from brainpy_lab.models.published import PublishedModel

fitzhugh_nagumo = PublishedModel(
    name="FitzHughNagumo",
    dt=0.05,
    duration=200.0,
    text='''
"""
# FitzHugh–Nagumo model

Two variables that keep what makes a nerve excitable: a fast voltage `V` with a cubic nullcline, a slow recovery `w`.
Rest is lost at a Hopf point at `I = 0.33128` and found again at `I = 1.41872`.

R. FitzHugh (1961). Impulses and physiological states in theoretical models of nerve membrane. *Biophys. J.* 1, 445–466.
[doi:10.1016/S0006-3495(61)86902-6](https://doi.org/10.1016/S0006-3495(61)86902-6) ·
J. Nagumo, S. Arimoto, S. Yoshizawa (1962). *Proc. IRE* 50, 2061–2070.
[doi:10.1109/JRPROC.1962.288235](https://doi.org/10.1109/JRPROC.1962.288235)
"""
I = 0.5 in [0, 2]       # input current
a = 0.7 in [0, 1]       # shifts the recovery
b = 0.8 in [0, 1]       # slope of the recovery
tau = 12.5 in [1, 50]   # time constant of the recovery

dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau

V(0) = -1
w(0) = 1
''',
)

fitzhugh_nagumo_cubic = PublishedModel(
    name="FitzHughNagumoCubic",
    dt=0.1,
    duration=500.0,
    text='''
"""
# FitzHugh–Nagumo model, cubic form

The form with the zeros of the cubic at 0, `a` and 1, as in chapter 4 of Izhikevich's book.

E. M. Izhikevich (2007). *Dynamical Systems in Neuroscience*. MIT Press.
[doi:10.7551/mitpress/2526.001.0001](https://doi.org/10.7551/mitpress/2526.001.0001)
"""
I = 0.05 in [-0.1, 0.3]   # input current
a = 0.1 in [-0.2, 0.5]    # threshold
b = 0.01 in [0, 0.1]      # growth of the recovery with V
c = 0.02 in [0, 0.1]      # decay of the recovery

dV/dt = V*(a - V)*(V - 1) - w + I
dw/dt = b*V - c*w

V(0) = 0
w(0) = 0
''',
)
