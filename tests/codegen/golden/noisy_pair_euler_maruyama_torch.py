"""One step of noisy_pair: Euler-Maruyama, driver torch.

dV/dt = (I - V) / tau + sigma * xi
dw/dt = V - w + s * w * xi + 0.1 * xi_2
"""
from brainpy_lab.drivers.torch.math import sqrt


def step(t, dt, V, w, tau, I, s, xi, xi_2):
    sigma = s * sqrt(2 / tau)
    # increments of the Wiener processes
    sqrt_dt = sqrt(dt)
    dW_xi = sqrt_dt * xi
    dW_xi_2 = sqrt_dt * xi_2
    # drift and noise at the start of the step
    dV = (I - V) / tau  # dV/dt
    dw = V - w  # dw/dt
    g_w_xi = s * w  # amplitude of xi in dw
    # new state
    V_new = V + dt * dV + sigma * dW_xi
    w_new = w + dt * dw + g_w_xi * dW_xi + 0.1 * dW_xi_2
    return V_new, w_new
