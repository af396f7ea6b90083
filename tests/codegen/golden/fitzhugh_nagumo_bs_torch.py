"""One step of FitzHughNagumo: Bogacki-Shampine 3(2), adaptive, driver torch.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""


def derivative(t, V, w, I, a, b, tau):
    dV = V - V ** 3 / 3 - w + I  # dV/dt
    dw = (V + a - b * w) / tau  # dw/dt
    return dV, dw


def step(t, dt, V, w, dV_1, dw_1, I, a, b, tau):
    # stage 2, at t + 0.5*dt
    V_2 = V + 0.5 * dt * dV_1
    w_2 = w + 0.5 * dt * dw_1
    dV_2 = V_2 - V_2 ** 3 / 3 - w_2 + I  # dV/dt
    dw_2 = (V_2 + a - b * w_2) / tau  # dw/dt
    # stage 3, at t + 0.75*dt
    V_3 = V + 0.75 * dt * dV_2
    w_3 = w + 0.75 * dt * dw_2
    dV_3 = V_3 - V_3 ** 3 / 3 - w_3 + I  # dV/dt
    dw_3 = (V_3 + a - b * w_3) / tau  # dw/dt
    # new state and its slope, stage 4
    V_new = V + dt / 9 * (2 * dV_1 + 3 * dV_2 + 4 * dV_3)
    w_new = w + dt / 9 * (2 * dw_1 + 3 * dw_2 + 4 * dw_3)
    dV_4 = V_new - V_new ** 3 / 3 - w_new + I  # dV/dt
    dw_4 = (V_new + a - b * w_new) / tau  # dw/dt
    # error estimate
    V_error = dt / 72 * (-5 * dV_1 + 6 * dV_2 + 8 * dV_3 - 9 * dV_4)
    w_error = dt / 72 * (-5 * dw_1 + 6 * dw_2 + 8 * dw_3 - 9 * dw_4)
    return V_new, w_new, V_error, w_error, dV_4, dw_4, dV_2, dw_2, dV_3, dw_3


def dense(t, dt, V, w, dV_1, dw_1, V_new, w_new, dV_4, dw_4, dV_2, dw_2, dV_3, dw_3, I, a, b, tau):
    # dense output: y(t + s*dt) = y + dt*(s*dy_1 + s**2*y_q2 + s**3*y_q3)
    V_q2 = -4 / 3 * dV_1 + dV_2 + 4 / 3 * dV_3 - dV_4
    w_q2 = -4 / 3 * dw_1 + dw_2 + 4 / 3 * dw_3 - dw_4
    V_q3 = 5 / 9 * dV_1 - 2 / 3 * dV_2 - 8 / 9 * dV_3 + dV_4
    w_q3 = 5 / 9 * dw_1 - 2 / 3 * dw_2 - 8 / 9 * dw_3 + dw_4
    return dV_1, dw_1, V_q2, w_q2, V_q3, w_q3
