"""One step of FitzHughNagumo: classical Runge-Kutta, order 4, driver jax.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""


def step(t, dt, V, w, I, a, b, tau):
    # stage 1, at the start of the step
    dV_1 = V - V ** 3 / 3 - w + I  # dV/dt
    dw_1 = (V + a - b * w) / tau  # dw/dt
    # stage 2, at t + 0.5*dt
    V_2 = V + 0.5 * dt * dV_1
    w_2 = w + 0.5 * dt * dw_1
    dV_2 = V_2 - V_2 ** 3 / 3 - w_2 + I  # dV/dt
    dw_2 = (V_2 + a - b * w_2) / tau  # dw/dt
    # stage 3, at t + 0.5*dt
    V_3 = V + 0.5 * dt * dV_2
    w_3 = w + 0.5 * dt * dw_2
    dV_3 = V_3 - V_3 ** 3 / 3 - w_3 + I  # dV/dt
    dw_3 = (V_3 + a - b * w_3) / tau  # dw/dt
    # stage 4, at t + dt
    V_4 = V + dt * dV_3
    w_4 = w + dt * dw_3
    dV_4 = V_4 - V_4 ** 3 / 3 - w_4 + I  # dV/dt
    dw_4 = (V_4 + a - b * w_4) / tau  # dw/dt
    # new state
    V_new = V + dt / 6 * (dV_1 + 2 * dV_2 + 2 * dV_3 + dV_4)
    w_new = w + dt / 6 * (dw_1 + 2 * dw_2 + 2 * dw_3 + dw_4)
    return V_new, w_new
