"""One step of adapting: matrix exponential, for linear equations, driver torch.

dV/dt = (20 - V - w) / tau
dw/dt = (a * V - w) / tau_w
"""
from brainpy_lab.drivers.torch.math import entry, exp, expm, exprel, logical_and, where


def step(t, dt, V, w, V_release, spike_on, tau, tau_w, a, t_ref):
    # linear with constant coefficients: what a unit of each becomes over a step
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    V_rate = -1.0 / tau  # d(dV/dt)/dV
    w_rate = -1.0 / tau_w  # d(dw/dt)/dw
    V_matrix = expm(V_rate * dt, -1.0 / tau * dt, dt, a / tau_w * dt, w_rate * dt, 0.0, 0.0, 0.0, 0.0)  # over V, w, V input
    V_kept = entry(V_matrix, 0, 0)
    V_by_w = entry(V_matrix, 0, 1)
    V_by_V_input = entry(V_matrix, 0, 2)
    w_by_V = entry(V_matrix, 1, 0)
    w_kept = entry(V_matrix, 1, 1)
    w_by_V_input = entry(V_matrix, 1, 2)
    w_kept_held = exp(w_rate * dt)
    w_by_input_held = dt * exprel(w_rate * dt)  # of what drives w
    # new states
    V_new = where(V_held, V, V_kept * V + V_by_w * w + V_by_V_input * (20 / tau))
    w_new = where(V_held, w_kept_held * w + w_by_input_held * (a / tau_w * V), w_by_V * V + w_kept * w + w_by_V_input * (20 / tau))
    # event spike: V >= 10
    spike_true = V_new >= 10
    spike = logical_and(spike_true, spike_on == 0.0)  # the condition has become true
    spike_stuck = logical_and(logical_and(spike_true, spike_on > 0.0), 1.0 + (V_new - 10) > spike_on)  # its block left it true, and it moved further beyond
    V_new = where(spike, 0, V_new)
    w_new = where(spike, w_new + 1, w_new)
    V_release_new = where(spike, t + dt + t_ref, V_release)
    spike_left = where(V_new >= 10, 1.0 + (V_new - 10), 0.0)  # 0: the block has made the condition false
    spike_on_new = where(spike, spike_left, where(spike_true, spike_on, 0.0))
    return V_new, w_new, V_release_new, spike_on_new, spike, spike_stuck
