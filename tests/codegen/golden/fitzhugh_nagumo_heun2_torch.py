"""One step of FitzHughNagumo: Heun, order 2, driver torch.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""


def step(t, dt, V, w, I, a, b, tau):
    # stage 1, at the start of the step
    dV_1 = V - V ** 3 / 3 - w + I  # dV/dt
    dw_1 = (V + a - b * w) / tau  # dw/dt
    # stage 2, at t + dt
    V_2 = V + dt * dV_1
    w_2 = w + dt * dw_1
    dV_2 = V_2 - V_2 ** 3 / 3 - w_2 + I  # dV/dt
    dw_2 = (V_2 + a - b * w_2) / tau  # dw/dt
    # new state
    V_new = V + dt / 2 * (dV_1 + dV_2)
    w_new = w + dt / 2 * (dw_1 + dw_2)
    return V_new, w_new
