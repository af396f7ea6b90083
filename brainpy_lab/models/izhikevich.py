"""Izhikevich's models: the simple model of 2003, and persistent sodium with potassium from his book."""

from brainpy_lab.models.published import PublishedModel

izhikevich = PublishedModel(
    name="Izhikevich",
    dt=0.1,
    duration=500.0,
    text='''
"""
# Izhikevich's simple model of spiking neurons

A quadratic voltage `v`, a recovery `u`, and a reset at the top of the spike. With the parameters here: regular spiking;
`c = -55, d = 4` intrinsically bursting; `c = -50, d = 2` chattering; `a = 0.1, d = 2` fast spiking.

E. M. Izhikevich (2003). Simple model of spiking neurons. *IEEE Trans. Neural Netw.* 14, 1569–1572.
[doi:10.1109/TNN.2003.820440](https://doi.org/10.1109/TNN.2003.820440)
"""
I = 10 in [0, 20]       # input current
a = 0.02 in [0, 0.2]    # rate of the recovery, 1/ms
b = 0.2 in [0, 0.4]     # how much the recovery follows the voltage
c = -65 in [-70, -45]   # voltage after a spike, mV
d = 8 in [0, 10]        # jump of the recovery at a spike

dv/dt = 0.04*v**2 + 5*v + 140 - u + I
du/dt = a * (b*v - u)

v(0) = -65
u(0) = b*v
when v >= 30 as spike:
    v = c
    u += d
''',
)

_PERSISTENT_SODIUM = '''
"""
# Persistent sodium and potassium, {title}

The minimal model `I_Na,p + I_K` of chapter 4: instantaneous sodium and a slow potassium gate `n`; {regime}

E. M. Izhikevich (2007). *Dynamical Systems in Neuroscience*. MIT Press.
[doi:10.7551/mitpress/2526.001.0001](https://doi.org/10.7551/mitpress/2526.001.0001)
"""
I = {I} in [-50, 100]      # injected current, uA/cm2
C = 1 in [0.5, 2]          # membrane capacitance, uF/cm2
g_L = 8 in [0, 16]         # leak conductance, mS/cm2
E_L = {E_L} in [-90, -60]  # leak reversal potential, mV
g_Na = 20 in [0, 40]       # sodium conductance, mS/cm2
E_Na = 60 in [40, 80]      # sodium reversal potential, mV
g_K = 10 in [0, 20]        # potassium conductance, mS/cm2
E_K = -90 in [-100, -70]   # potassium reversal potential, mV
V_m = -20 in [-40, 0]      # half activation of sodium, mV
k_m = 15 in [5, 25]        # its width, mV
V_n = {V_n} in [-60, -10]  # half activation of potassium, mV
k_n = 5 in [2, 15]         # its width, mV
tau = {tau} in [0.1, 2]    # time constant of potassium, ms

m_inf = 1 / (1 + exp((V_m - V)/k_m))         # sodium activation
n_inf = 1 / (1 + exp((V_n - V)/k_n))         # potassium activation at rest

dV/dt = (I - g_L*(V - E_L) - g_Na*m_inf*(V - E_Na) - g_K*n*(V - E_K)) / C
dn/dt = (n_inf - n) / tau

V(0) = -65
n(0) = 0
when V >= 0 as spike:
    pass
'''

persistent_sodium = PublishedModel(
    name="PersistentSodium",
    dt=0.01,
    duration=50.0,
    text=_PERSISTENT_SODIUM.format(
        title="high threshold",
        regime="rest is lost at a saddle-node on the circle of spikes.",
        I=10,
        E_L=-80,
        V_n=-25,
        tau=1,
    ),
)

persistent_sodium_low = PublishedModel(
    name="PersistentSodiumLow",
    dt=0.01,
    duration=50.0,
    text=_PERSISTENT_SODIUM.format(
        title="low threshold",
        regime="rest is lost at a supercritical Hopf point.",
        I=30,
        E_L=-78,
        V_n=-45,
        tau=1,
    ),
)

persistent_sodium_homoclinic = PublishedModel(
    name="PersistentSodiumHomoclinic",
    dt=0.01,
    duration=50.0,
    text=_PERSISTENT_SODIUM.format(
        title="high threshold, fast potassium",
        regime="spikes end at a homoclinic orbit, and rest exists beside them.",
        I=4,
        E_L=-80,
        V_n=-25,
        tau=0.152,
    ),
)
