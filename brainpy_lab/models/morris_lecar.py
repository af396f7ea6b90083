"""Morris and Lecar's model of the barnacle muscle fibre, with the three parameter sets of Rinzel and Ermentrout."""

from brainpy_lab.models.published import PublishedModel

_TEXT = '''
"""
# Morris–Lecar model, {title}

Calcium that activates at once and potassium `w` that follows, in the barnacle muscle fibre; {regime}

C. Morris, H. Lecar (1981). Voltage oscillations in the barnacle giant muscle fiber. *Biophys. J.* 35, 193–213.
[doi:10.1016/S0006-3495(81)84782-0](https://doi.org/10.1016/S0006-3495(81)84782-0) · parameters:
J. Rinzel, G. B. Ermentrout (1998), in C. Koch, I. Segev (eds.), *Methods in Neuronal Modeling*, 2nd ed., MIT Press ·
G. B. Ermentrout, D. H. Terman (2010). *Mathematical Foundations of Neuroscience*, Table 3.1.
[doi:10.1007/978-0-387-87708-2](https://doi.org/10.1007/978-0-387-87708-2)
"""
I = {I} in [-20, 250]      # injected current, uA/cm2
C = 20 in [5, 40]          # membrane capacitance, uF/cm2
g_Ca = {g_Ca} in [0, 8]    # calcium conductance, mS/cm2
g_K = 8 in [0, 16]         # potassium conductance, mS/cm2
g_L = 2 in [0, 4]          # leak conductance, mS/cm2
V_Ca = 120 in [80, 140]    # calcium reversal potential, mV
V_K = -84 in [-100, -60]   # potassium reversal potential, mV
V_L = -60 in [-80, -40]    # leak reversal potential, mV
V1 = -1.2 in [-20, 20]     # half activation of calcium, mV
V2 = 18 in [5, 40]         # its width, mV
V3 = {V3} in [-20, 30]     # half activation of potassium, mV
V4 = {V4} in [5, 40]       # its width, mV
phi = {phi} in [0.01, 0.5] # speed of the recovery, 1/ms

m_inf = (1 + tanh((V - V1)/V2)) / 2          # calcium activation
w_inf = (1 + tanh((V - V3)/V4)) / 2          # potassium activation at rest
tau_w = 1 / cosh((V - V3)/(2*V4))            # its time constant, before division by phi

dV/dt = (I - g_Ca*m_inf*(V - V_Ca) - g_K*w*(V - V_K) - g_L*(V - V_L)) / C
dw/dt = phi * (w_inf - w) / tau_w

V(0) = {V0}
w(0) = 0.01
when V >= 0 as spike:
    pass
'''

morris_lecar = PublishedModel(
    name="MorrisLecar",
    dt=0.05,
    duration=500.0,
    text=_TEXT.format(
        title="Hopf (type II)",
        regime="firing begins at a subcritical Hopf point, at a finite rate.",
        I=90,
        g_Ca=4.4,
        V3=2,
        V4=30,
        phi=0.04,
        V0=-20,
    ),
)

morris_lecar_snic = PublishedModel(
    name="MorrisLecarSNIC",
    dt=0.05,
    duration=500.0,
    text=_TEXT.format(
        title="saddle-node on a circle (type I)",
        regime="firing begins at arbitrarily low rates.",
        I=45,
        g_Ca=4,
        V3=12,
        V4=17.4,
        phi=0.067,
        V0=-40,
    ),
)

morris_lecar_homoclinic = PublishedModel(
    name="MorrisLecarHomoclinic",
    dt=0.05,
    duration=500.0,
    text=_TEXT.format(
        title="homoclinic",
        regime="with fast potassium, firing and rest exist side by side, and firing ends at a homoclinic orbit.",
        I=37,
        g_Ca=4,
        V3=12,
        V4=17.4,
        phi=0.23,
        V0=-10,
    ),
)
