"""One step of HodgkinHuxley: exponential Euler, driver torch.

dV/dt = (I - I_Na - I_K - I_L) / C
dm/dt = alpha_m * (1 - m) - beta_m * m
dh/dt = alpha_h * (1 - h) - beta_h * h
dn/dt = alpha_n * (1 - n) - beta_n * n
"""
from brainpy_lab.drivers.torch.math import exp, expm1, exprel_of, where


def step(t, dt, V, m, h, n, spike_on, I, C, g_Na, g_K, g_L, E_Na, E_K, E_L):
    # slopes at the start of the step
    I_Na = g_Na * m ** 3 * h * (V - E_Na)  # sodium current, uA/cm2
    I_K = g_K * n ** 4 * (V - E_K)  # potassium current, uA/cm2
    I_L = g_L * (V - E_L)  # leak current, uA/cm2
    dV = (I - I_Na - I_K - I_L) / C  # dV/dt
    # V: linear in itself with rate d(V')/dV
    V_rate = -g_K * n ** 4 / C - g_L / C - g_Na * h * m ** 3 / C
    V_new = V + where(V_rate != 0, dV / V_rate * expm1(V_rate * dt), dt * dV)
    # m: linear in itself, drawn to m_inf between 0 and 1
    V_exp = exp(-V / 80)  # exponentials of V below are powers of these
    V_exp2 = exp(-V / 18)
    alpha_m = 1.0 / exprel_of(exp(-4.0) * V_exp ** 8, -(V + 40) / 10)  # 1/ms
    beta_m = 4 * (exp(-3.611111111111111) * V_exp2)  # 1/ms
    m_rate = alpha_m + beta_m
    m_inf = alpha_m / (m_rate + 1e-300)  # the rates may both underflow to 0
    # h: linear in itself, drawn to h_inf between 0 and 1
    alpha_h = 0.07 * (exp(-3.25) * V_exp ** 4)  # 1/ms
    beta_h = 1 / (1 + exp(-3.5) * V_exp ** 8)  # 1/ms
    h_rate = alpha_h + beta_h
    h_inf = alpha_h / (h_rate + 1e-300)  # the rates may both underflow to 0
    # n: linear in itself, drawn to n_inf between 0 and 1
    alpha_n = 0.1 / exprel_of(exp(-5.5) * V_exp ** 8, -(V + 55) / 10)  # 1/ms
    beta_n = 0.125 * (exp(-0.8125) * V_exp)  # 1/ms
    n_rate = alpha_n + beta_n
    n_inf = alpha_n / (n_rate + 1e-300)  # the rates may both underflow to 0
    # new values of the gates
    m_new = m_inf + (m - m_inf) * exp(-dt * m_rate)
    h_new = h_inf + (h - h_inf) * exp(-dt * h_rate)
    n_new = n_inf + (n - n_inf) * exp(-dt * n_rate)
    # event spike: V >= 0
    spike_on_new = where(V_new >= 0, 1.0, 0.0)
    spike = spike_on_new > spike_on  # the condition has become true
    return V_new, m_new, h_new, n_new, spike_on_new, spike
