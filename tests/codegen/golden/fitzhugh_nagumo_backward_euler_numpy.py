"""One step of FitzHughNagumo: implicit Euler, driver numpy.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""
from brainpy_lab.drivers.numpy.math import converged, factor, solve, solved


def step(t, dt, V, w, I, a, b, tau):
    # Newton's iteration for y_new = y + dt*dy(t + dt, y_new), from the state at the start
    V_new = V
    w_new = w
    V_change = 0.0
    w_change = 0.0
    for _ in range(12):
        dV_end = V_new - V_new ** 3 / 3 - w_new + I  # dV/dt
        dw_end = (V_new + a - b * w_new) / tau  # dw/dt
        J_V_V_end = 1 - V_new ** 2  # d(dV/dt)/dV
        J_V_w_end = -1  # d(dV/dt)/dw
        J_w_V_end = 1 / tau  # d(dw/dt)/dV
        J_w_w_end = -b / tau  # d(dw/dt)/dw
        matrix = factor(1 - dt * J_V_V_end, -dt * J_V_w_end, -dt * J_w_V_end, 1 - dt * J_w_w_end)
        V_correction, w_correction = solve(matrix, V + dt * dV_end - V_new, w + dt * dw_end - w_new)
        V_change = V_correction
        w_change = w_correction
        V_new = V_new + V_correction
        w_new = w_new + w_correction
        if converged(V_change, V_new, w_change, w_new):
            break
    # nan where the iteration has not converged
    V_new = solved(V_change, V_new)
    w_new = solved(w_change, w_new)
    return V_new, w_new
