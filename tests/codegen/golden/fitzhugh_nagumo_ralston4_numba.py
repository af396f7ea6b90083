"""One step of FitzHughNagumo: Ralston, order 4, driver numba.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""


def step(t, dt, V, w, I, a, b, tau):
    # stage 1, at the start of the step
    dV_1 = V - V ** 3 / 3 - w + I  # dV/dt
    dw_1 = (V + a - b * w) / tau  # dw/dt
    # stage 2, at t + 0.4*dt
    V_2 = V + 0.4 * dt * dV_1
    w_2 = w + 0.4 * dt * dw_1
    dV_2 = V_2 - V_2 ** 3 / 3 - w_2 + I  # dV/dt
    dw_2 = (V_2 + a - b * w_2) / tau  # dw/dt
    # stage 3, at t + 0.4557372542187892*dt
    V_3 = V + dt * (0.2969776092477536 * dV_1 + 0.15875964497103556 * dV_2)
    w_3 = w + dt * (0.2969776092477536 * dw_1 + 0.15875964497103556 * dw_2)
    dV_3 = V_3 - V_3 ** 3 / 3 - w_3 + I  # dV/dt
    dw_3 = (V_3 + a - b * w_3) / tau  # dw/dt
    # stage 4, at t + dt
    V_4 = V + dt * (0.21810038822592054 * dV_1 - 3.050965148692931 * dV_2 + 3.83286476046701 * dV_3)
    w_4 = w + dt * (0.21810038822592054 * dw_1 - 3.050965148692931 * dw_2 + 3.83286476046701 * dw_3)
    dV_4 = V_4 - V_4 ** 3 / 3 - w_4 + I  # dV/dt
    dw_4 = (V_4 + a - b * w_4) / tau  # dw/dt
    # new state
    V_new = V + dt * (0.1747602822626904 * dV_1 - 0.551480662878733 * dV_2 + 1.2055355993965235 * dV_3 + 0.17118478121951902 * dV_4)
    w_new = w + dt * (0.1747602822626904 * dw_1 - 0.551480662878733 * dw_2 + 1.2055355993965235 * dw_3 + 0.17118478121951902 * dw_4)
    return V_new, w_new
