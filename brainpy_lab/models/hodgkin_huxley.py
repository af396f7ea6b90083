"""Conductance models of the squid axon kind: Hodgkin and Huxley 1952, Wang and Buzsáki 1996."""

from brainpy_lab.models.published import PublishedModel

hodgkin_huxley = PublishedModel(
    name="HodgkinHuxley",
    dt=0.01,
    duration=100.0,
    text='''
"""
# Hodgkin–Huxley model of the squid giant axon

Membrane potential `V` with sodium (`m`, `h`), potassium (`n`) and leak currents, at 6.3 °C, in the convention in
which the cell rests near −65 mV. With `E_L = -54.387` the rest is at −64.996 mV; `E_L = -54.401` is the value of
1952 moved to this convention.

A. L. Hodgkin, A. F. Huxley (1952). A quantitative description of membrane current and its application to conduction and
excitation in nerve. *J. Physiol.* 117, 500–544.
[doi:10.1113/jphysiol.1952.sp004764](https://doi.org/10.1113/jphysiol.1952.sp004764)
"""
I = 10 in [0, 160]            # injected current, uA/cm2
C = 1 in [0.5, 2]             # membrane capacitance, uF/cm2
g_Na = 120 in [0, 200]        # sodium conductance, mS/cm2
g_K = 36 in [0, 60]           # potassium conductance, mS/cm2
g_L = 0.3 in [0, 1]           # leak conductance, mS/cm2
E_Na = 50 in [30, 70]         # sodium reversal potential, mV
E_K = -77 in [-90, -60]       # potassium reversal potential, mV
E_L = -54.387 in [-70, -45]   # leak reversal potential, mV

alpha_m = 0.1*(V + 40) / (1 - exp(-(V + 40)/10))    # 1/ms
beta_m = 4 * exp(-(V + 65)/18)            # 1/ms
alpha_h = 0.07 * exp(-(V + 65)/20)        # 1/ms
beta_h = 1 / (1 + exp(-(V + 35)/10))      # 1/ms
alpha_n = 0.01*(V + 55) / (1 - exp(-(V + 55)/10))   # 1/ms
beta_n = 0.125 * exp(-(V + 65)/80)        # 1/ms

I_Na = g_Na * m**3 * h * (V - E_Na)       # sodium current, uA/cm2
I_K = g_K * n**4 * (V - E_K)              # potassium current, uA/cm2
I_L = g_L * (V - E_L)                     # leak current, uA/cm2

dV/dt = (I - I_Na - I_K - I_L) / C
dm/dt = alpha_m * (1 - m) - beta_m * m
dh/dt = alpha_h * (1 - h) - beta_h * h
dn/dt = alpha_n * (1 - n) - beta_n * n

V(0) = -65
m(0) = alpha_m / (alpha_m + beta_m)
h(0) = alpha_h / (alpha_h + beta_h)
n(0) = alpha_n / (alpha_n + beta_n)
when V >= 0 as spike:
    pass
''',
)

wang_buzsaki = PublishedModel(
    name="WangBuzsaki",
    dt=0.01,
    duration=200.0,
    text='''
"""
# Wang–Buzsáki model of a fast-spiking interneuron

One compartment with instantaneous sodium activation; it begins to fire at arbitrarily low rates (type I).

X.-J. Wang, G. Buzsáki (1996). Gamma oscillation by synaptic inhibition in a hippocampal interneuronal network model.
*J. Neurosci.* 16, 6402–6413. [doi:10.1523/JNEUROSCI.16-20-06402.1996](https://doi.org/10.1523/JNEUROSCI.16-20-06402.1996)
"""
I = 1 in [-1, 10]             # injected current, uA/cm2
C = 1 in [0.5, 2]             # membrane capacitance, uF/cm2
g_Na = 35 in [0, 60]          # sodium conductance, mS/cm2
g_K = 9 in [0, 20]            # potassium conductance, mS/cm2
g_L = 0.1 in [0, 1]           # leak conductance, mS/cm2
E_Na = 55 in [30, 70]         # sodium reversal potential, mV
E_K = -90 in [-100, -60]      # potassium reversal potential, mV
E_L = -65 in [-80, -50]       # leak reversal potential, mV
phi = 5 in [1, 10]            # speed of the gates

alpha_m = 0.1*(V + 35) / (1 - exp(-(V + 35)/10))
beta_m = 4 * exp(-(V + 60)/18)
alpha_h = 0.07 * exp(-(V + 58)/20)
beta_h = 1 / (1 + exp(-(V + 28)/10))
alpha_n = 0.01*(V + 34) / (1 - exp(-(V + 34)/10))
beta_n = 0.125 * exp(-(V + 44)/80)
m_inf = alpha_m / (alpha_m + beta_m)

dV/dt = (I - g_Na*m_inf**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L)) / C
dh/dt = phi * (alpha_h*(1 - h) - beta_h*h)
dn/dt = phi * (alpha_n*(1 - n) - beta_n*n)

V(0) = -64
h(0) = alpha_h / (alpha_h + beta_h)
n(0) = alpha_n / (alpha_n + beta_n)
when V >= 0 as spike:
    pass
''',
)
