"""One step of current_synapses: matrix exponential, for linear equations, driver jax.

dV/dt = (E - V + I_syn + sin(t)) / tau
dge/dt = -ge / tau_e
dgi/dt = -gi / tau_i
"""
from brainpy_lab.drivers.jax.math import exp, exprel, logical_and, maximum, minimum, sin, where


def step(t, dt, V, ge, gi, V_release, spike_on, tau, tau_e, tau_i, E, t_ref):
    # linear with constant coefficients: what a unit of each becomes over a step
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    V_rate = -1.0 / tau  # d(dV/dt)/dV
    V_kept = exp(V_rate * dt)
    ge_rate = -1.0 / tau_e  # d(dge/dt)/dge
    V_by_ge = 1.0 / tau * (dt * exp(maximum(V_rate, ge_rate) * dt) * exprel((minimum(V_rate, ge_rate) - maximum(V_rate, ge_rate)) * dt))  # what ge adds to V
    gi_rate = -1.0 / tau_i  # d(dgi/dt)/dgi
    V_by_gi = 1.0 / tau * (dt * exp(maximum(V_rate, gi_rate) * dt) * exprel((minimum(V_rate, gi_rate) - maximum(V_rate, gi_rate)) * dt))  # what gi adds to V
    V_by_input = dt * exprel(V_rate * dt)  # of what drives V
    ge_kept = exp(ge_rate * dt)
    gi_kept = exp(gi_rate * dt)
    # new states
    V_new = where(V_held, V, V_kept * V + V_by_ge * ge + V_by_gi * gi + V_by_input * ((E + sin(t + 0.5 * dt)) / tau))
    ge_new = ge_kept * ge
    gi_new = gi_kept * gi
    # event spike: V >= -50
    spike_true = V_new >= -50
    spike = logical_and(spike_true, spike_on == 0.0)  # the condition has become true
    spike_stuck = logical_and(logical_and(spike_true, spike_on > 0.0), 1.0 + (V_new - -50) > spike_on)  # its block left it true, and it moved further beyond
    V_new = where(spike, -60, V_new)
    V_release_new = where(spike, t + dt + t_ref, V_release)
    spike_left = where(V_new >= -50, 1.0 + (V_new - -50), 0.0)  # 0: the block has made the condition false
    spike_on_new = where(spike, spike_left, where(spike_true, spike_on, 0.0))
    return V_new, ge_new, gi_new, V_release_new, spike_on_new, spike, spike_stuck
