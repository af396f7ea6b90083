"""One step of delayed_neuron: classical Runge-Kutta, order 4, driver numba.

dV/dt = (1.5 - V - g * x_delayed * late) / tau
dx/dt = -x / 2
dw/dt = (x_delayed - w) / tau
"""
from brainpy_lab.drivers.numba.math import abs, before, past


def step(t, dt, V, x, w, spike_on, tau, delay, g, V_past, x_past):
    # stage 1, at the start of the step
    V_delayed = past(V_past, t - delay / (1 + w))  # V(t - delay / (1 + w))
    x_delayed = past(x_past, t - delay)  # x(t - delay)
    late = V_delayed
    dV_1 = (1.5 - V - g * x_delayed * late) / tau  # dV/dt
    dx_1 = -x / 2  # dx/dt
    dw_1 = (x_delayed - w) / tau  # dw/dt
    # stage 2, at t + 0.5*dt
    V_2 = V + 0.5 * dt * dV_1
    x_2 = x + 0.5 * dt * dx_1
    w_2 = w + 0.5 * dt * dw_1
    V_delayed_2 = past(V_past, t + 0.5 * dt - delay / (1 + w_2))  # V(t - delay / (1 + w))
    x_delayed_2 = past(x_past, t + 0.5 * dt - delay)  # x(t - delay)
    late_2 = V_delayed_2
    dV_2 = (1.5 - V_2 - g * x_delayed_2 * late_2) / tau  # dV/dt
    dx_2 = -x_2 / 2  # dx/dt
    dw_2 = (x_delayed_2 - w_2) / tau  # dw/dt
    # stage 3, at t + 0.5*dt
    V_3 = V + 0.5 * dt * dV_2
    x_3 = x + 0.5 * dt * dx_2
    w_3 = w + 0.5 * dt * dw_2
    V_delayed_3 = past(V_past, t + 0.5 * dt - delay / (1 + w_3))  # V(t - delay / (1 + w))
    late_3 = V_delayed_3
    dV_3 = (1.5 - V_3 - g * x_delayed_2 * late_3) / tau  # dV/dt
    dx_3 = -x_3 / 2  # dx/dt
    dw_3 = (x_delayed_2 - w_3) / tau  # dw/dt
    # stage 4, at t + dt
    V_4 = V + dt * dV_3
    x_4 = x + dt * dx_3
    w_4 = w + dt * dw_3
    V_delayed_4 = before(V_past, t + dt - delay / (1 + w_4))  # V(t - delay / (1 + w))
    x_delayed_4 = before(x_past, t + dt - delay)  # x(t - delay)
    late_4 = V_delayed_4
    dV_4 = (1.5 - V_4 - g * x_delayed_4 * late_4) / tau  # dV/dt
    dx_4 = -x_4 / 2  # dx/dt
    dw_4 = (x_delayed_4 - w_4) / tau  # dw/dt
    # new state
    V_new = V + dt / 6 * (dV_1 + 2 * dV_2 + 2 * dV_3 + dV_4)
    x_new = x + dt / 6 * (dx_1 + 2 * dx_2 + 2 * dx_3 + dx_4)
    w_new = w + dt / 6 * (dw_1 + 2 * dw_2 + 2 * dw_3 + dw_4)
    # the step as a polynomial, for later delayed values: y(t + s*dt) = y + dt*(s*dy_1 + s**2*y_q2 + s**3*y_q3)
    V_q2 = -1.5 * dV_1 + dV_2 + dV_3 - 0.5 * dV_4
    x_q2 = -1.5 * dx_1 + dx_2 + dx_3 - 0.5 * dx_4
    V_q3 = 2 / 3 * dV_1 - 2 / 3 * dV_2 - 2 / 3 * dV_3 + 2 / 3 * dV_4
    x_q3 = 2 / 3 * dx_1 - 2 / 3 * dx_2 - 2 / 3 * dx_3 + 2 / 3 * dx_4
    # event spike: V >= 1
    spike_true = V_new >= 1
    spike = spike_true and spike_on == 0.0  # the condition has become true
    spike_stuck = (spike_true and spike_on > 0.0) and 1.0 + (V_new - 1) > spike_on  # its block left it true, and it moved further beyond
    spike_spoiled = spike and abs(V_new - V - dt * dV_1) > abs(dt * dV_1) and (abs(x_new - x - dt * dx_1) > 0.02 * (abs(x) + abs(dt * dx_1)) or abs(w_new - w - dt * dw_1) > 0.02 * (abs(w) + abs(dt * dw_1)))  # stages beyond the border have spoiled it
    V_new = 0 if spike else V_new
    x_new = x_new + 1 if spike else x_new
    spike_left = 1.0 + (V_new - 1) if V_new >= 1 else 0.0  # 0: the block has made the condition false
    spike_on_new = spike_left if spike else spike_on if spike_true else 0.0
    return V_new, x_new, w_new, spike_on_new, spike, spike_stuck, spike_spoiled, dV_1, V_q2, V_q3, dx_1, x_q2, x_q3
