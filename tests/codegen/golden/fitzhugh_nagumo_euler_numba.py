"""One step of FitzHughNagumo: explicit Euler, driver numba.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""


def step(t, dt, V, w, I, a, b, tau):
    # stage 1, at the start of the step
    dV_1 = V - V ** 3 / 3 - w + I  # dV/dt
    dw_1 = (V + a - b * w) / tau  # dw/dt
    # new state
    V_new = V + dt * dV_1
    w_new = w + dt * dw_1
    return V_new, w_new
