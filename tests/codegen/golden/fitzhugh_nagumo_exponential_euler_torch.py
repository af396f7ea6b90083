"""One step of FitzHughNagumo: exponential Euler, driver torch.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""
from brainpy_lab.drivers.torch.math import expm1, where


def step(t, dt, V, w, I, a, b, tau):
    # slopes at the start of the step
    dV = V - V ** 3 / 3 - w + I  # dV/dt
    dw = (V + a - b * w) / tau  # dw/dt
    # V: linearised with rate d(V')/dV
    V_rate = 1 - V ** 2
    V_new = V + where(V_rate != 0, dV / V_rate * expm1(V_rate * dt), dt * dV)
    # w: linear in itself with rate d(w')/dw
    w_rate = -b / tau
    w_new = w + where(w_rate != 0, dw / w_rate * expm1(w_rate * dt), dt * dw)
    return V_new, w_new
