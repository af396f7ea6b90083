"""One step of fractional_neuron: L1, implicit, driver numpy.

Caputo derivative of V of order alpha = (I - V - w) / tau ** alpha
dw/dt = -w / 100
"""
from brainpy_lab.drivers.numpy.math import converged, factor, logical_and, solve, solved, where


def step(t, dt, V, w, V_release, spike_on, alpha, tau, I, b, t_ref, V_memory, V_weight):
    # what the past contributes
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    V_known = where(V_held, V, V + V_memory)
    # Newton's iteration for y_new = y_known + weight*dy(t + dt, y_new), from the state at the start
    V_new = V
    w_new = w
    V_change = 0.0
    w_change = 0.0
    for _ in range(12):
        dV_end = where(V_held, 0.0, (I - V_new - w_new) / tau ** alpha)  # dV/dt
        dw_end = -w_new / 100  # dw/dt
        J_V_V_end = where(V_held, 0.0, -tau ** (-alpha))  # d(dV/dt)/dV
        J_V_w_end = where(V_held, 0.0, -tau ** (-alpha))  # d(dV/dt)/dw
        J_w_w_end = -1 / 100  # d(dw/dt)/dw
        matrix = factor(1 - V_weight * J_V_V_end, -V_weight * J_V_w_end, 0.0, 1 - dt * J_w_w_end)
        V_correction, w_correction = solve(matrix, V_known + V_weight * dV_end - V_new, w + dt * dw_end - w_new)
        V_change = V_correction
        w_change = w_correction
        V_new = V_new + V_correction
        w_new = w_new + w_correction
        if converged(V_change, V_new, w_change, w_new):
            break
    # nan where the iteration has not converged
    V_new = solved(V_change, V_new)
    w_new = solved(w_change, w_new)
    # event spike: V >= 15
    spike_true = V_new >= 15
    spike = logical_and(spike_true, spike_on == 0.0)  # the condition has become true
    spike_stuck = logical_and(logical_and(spike_true, spike_on > 0.0), 1.0 + (V_new - 15) > spike_on)  # its block left it true, and it moved further beyond
    V_new = where(spike, 0, V_new)
    w_new = where(spike, w_new + b, w_new)
    V_release_new = where(spike, t + dt + t_ref, V_release)
    spike_left = where(V_new >= 15, 1.0 + (V_new - 15), 0.0)  # 0: the block has made the condition false
    spike_on_new = where(spike, spike_left, where(spike_true, spike_on, 0.0))
    # remembered: the increments
    V_increment = V_new - V
    return V_new, w_new, V_release_new, spike_on_new, spike, spike_stuck, V_increment
