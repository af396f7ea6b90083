"""One step of adapting: matrix exponential, for linear equations, driver numba.

dV/dt = (20 - V - w) / tau
dw/dt = (a * V - w) / tau_w
"""
from brainpy_lab.drivers.numba.math import entry, exp, expm, exprel


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
    V_new = V if V_held else V_kept * V + V_by_w * w + V_by_V_input * (20 / tau)
    w_new = w_kept_held * w + w_by_input_held * (a / tau_w * V) if V_held else w_by_V * V + w_kept * w + w_by_V_input * (20 / tau)
    # event spike: V >= 10
    spike_true = V_new >= 10
    spike = spike_true and spike_on == 0.0  # the condition has become true
    spike_stuck = (spike_true and spike_on > 0.0) and 1.0 + (V_new - 10) > spike_on  # its block left it true, and it moved further beyond
    V_new = 0 if spike else V_new
    w_new = w_new + 1 if spike else w_new
    V_release_new = t + dt + t_ref if spike else V_release
    spike_left = 1.0 + (V_new - 10) if V_new >= 10 else 0.0  # 0: the block has made the condition false
    spike_on_new = spike_left if spike else spike_on if spike_true else 0.0
    return V_new, w_new, V_release_new, spike_on_new, spike, spike_stuck
