"""Integrate-and-fire models: leaky, quadratic, exponential, adaptive exponential."""

from brainpy_lab.models.published import PublishedModel

leaky_integrate_and_fire = PublishedModel(
    name="LIF",
    dt=0.1,
    duration=200.0,
    text='''
"""
# Leaky integrate-and-fire neuron

L. Lapicque (1907). Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation.
*J. Physiol. Pathol. Gén.* 9, 620–635; translation: N. Brunel, M. C. W. van Rossum (2007), *Biol. Cybern.* 97, 341–349.
[doi:10.1007/s00422-007-0189-6](https://doi.org/10.1007/s00422-007-0189-6)
"""
I = 15 in [0, 40]             # input, as the voltage it would bring about, mV
tau = 20 in [5, 50]           # membrane time constant, ms
V_rest = -60 in [-80, -50]    # resting potential, mV
V_th = -50 in [-60, -40]      # threshold, mV
V_reset = -60 in [-80, -50]   # potential after a spike, mV
t_ref = 5 in [0, 20]          # refractory period, ms

dV/dt = (V_rest - V + I) / tau

V(0) = V_rest
when V >= V_th as spike:
    V = V_reset
    hold(V, t_ref)
''',
)

quadratic_integrate_and_fire = PublishedModel(
    name="QIF",
    dt=0.01,
    duration=50.0,
    text='''
"""
# Quadratic integrate-and-fire neuron

The normal form of a saddle-node on a circle. For `b > 0` it fires; with limits at infinity the period is `pi/sqrt(b)`.

G. B. Ermentrout, N. Kopell (1986). Parabolic bursting in an excitable system coupled with a slow oscillation.
*SIAM J. Appl. Math.* 46, 233–253. [doi:10.1137/0146017](https://doi.org/10.1137/0146017)
"""
b = 0.5 in [-1, 2]           # input
V_th = 10 in [1, 100]        # where a spike ends
V_reset = -10 in [-100, 0]   # where it begins again

dV/dt = V**2 + b

V(0) = V_reset
when V >= V_th as spike:
    V = V_reset
''',
)

exponential_integrate_and_fire = PublishedModel(
    name="EIF",
    dt=0.01,
    duration=200.0,
    text='''
"""
# Exponential integrate-and-fire neuron

A leaky membrane with an exponential upstroke of width `D_T` that takes the place of a hard threshold.

N. Fourcaud-Trocmé, D. Hansel, C. van Vreeswijk, N. Brunel (2003). How spike generation mechanisms determine the
neuronal response to fluctuating inputs. *J. Neurosci.* 23, 11628–11640.
[doi:10.1523/JNEUROSCI.23-37-11628.2003](https://doi.org/10.1523/JNEUROSCI.23-37-11628.2003)
"""
I = 10 in [0, 30]              # input, as the voltage it would bring about, mV
tau = 10 in [5, 50]            # membrane time constant, ms
V_L = -65 in [-80, -60]        # leak potential, mV
V_T = -59.9 in [-65, -50]      # soft threshold, mV
D_T = 3.48 in [0.5, 6]         # width of the upstroke, mV
V_reset = -68 in [-80, -60]    # potential after a spike, mV
V_peak = -30 in [-40, 0]       # where the spike is cut, mV
t_ref = 1.7 in [0, 10]         # refractory period, ms

dV/dt = (V_L - V + D_T*exp((V - V_T)/D_T) + I) / tau

V(0) = V_L
when V >= V_peak as spike:
    V = V_reset
    hold(V, t_ref)
''',
)

adaptive_exponential = PublishedModel(
    name="AdEx",
    dt=0.01,
    duration=300.0,
    method="tsit5",
    text='''
"""
# Adaptive exponential integrate-and-fire neuron

R. Brette, W. Gerstner (2005). Adaptive exponential integrate-and-fire model as an effective description of neuronal
activity. *J. Neurophysiol.* 94, 3637–3642. [doi:10.1152/jn.00686.2005](https://doi.org/10.1152/jn.00686.2005)
"""
I = 800 in [0, 2000]           # injected current, pA
C = 281 in [100, 400]          # membrane capacitance, pF
g_L = 30 in [5, 60]            # leak conductance, nS
E_L = -70.6 in [-80, -60]      # leak reversal potential, mV
V_T = -50.4 in [-60, -40]      # soft threshold, mV
D_T = 2 in [1, 5]              # width of the upstroke, mV
tau_w = 144 in [10, 300]       # time constant of the adaptation, ms
a = 4 in [-10, 20]             # adaptation by the voltage, nS
b = 80.5 in [0, 200]           # adaptation by a spike, pA
V_reset = -70.6 in [-80, -45]  # potential after a spike, mV
V_peak = -20 in [-40, 0]       # where the spike is cut, mV; the paper's 20 follows within 1e-5 ms, faster than floats

dV/dt = (-g_L*(V - E_L) + g_L*D_T*exp((V - V_T)/D_T) - w + I) / C
dw/dt = (a*(V - E_L) - w) / tau_w

V(0) = E_L
w(0) = 0
when V >= V_peak as spike:
    V = V_reset
    w += b
''',
)
