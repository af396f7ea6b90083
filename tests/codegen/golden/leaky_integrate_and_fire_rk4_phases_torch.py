"""One step of LIF: classical Runge-Kutta, order 4, driver torch.

dV/dt = (V_rest - V + I) / tau
"""
from brainpy_lab.drivers.torch.math import logical_and, where


def advance(t, dt, V, V_release, I, tau, V_rest):
    # stage 1, at the start of the step
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    dV_1 = where(V_held, 0.0, (V_rest - V + I) / tau)  # dV/dt
    # stage 2, at t + 0.5*dt
    V_2 = V + 0.5 * dt * dV_1
    dV_2 = where(V_held, 0.0, (V_rest - V_2 + I) / tau)  # dV/dt
    # stage 3, at t + 0.5*dt
    V_3 = V + 0.5 * dt * dV_2
    dV_3 = where(V_held, 0.0, (V_rest - V_3 + I) / tau)  # dV/dt
    # stage 4, at t + dt
    V_4 = V + dt * dV_3
    dV_4 = where(V_held, 0.0, (V_rest - V_4 + I) / tau)  # dV/dt
    # new state
    V_new = V + dt / 6 * (dV_1 + 2 * dV_2 + 2 * dV_3 + dV_4)
    return V_new


def test_spike(t, dt, spike_on, V_th, V_new):
    # event spike: V >= V_th
    spike_true = V_new >= V_th
    spike = logical_and(spike_true, spike_on == 0.0)  # the condition has become true
    spike_stuck = logical_and(logical_and(spike_true, spike_on > 0.0), 1.0 + (V_new - V_th) > spike_on)  # its block left it true, and it moved further beyond
    spike_on_new = where(spike_true, spike_on, 0.0)  # where it has not fired
    return spike, spike_stuck, spike_on_new


def at_spike(t, dt, V_th, V_reset, t_ref):
    V_new = V_reset
    V_release_new = t + dt + t_ref
    spike_left = where(V_new >= V_th, 1.0 + (V_new - V_th), 0.0)  # 0: the block has made the condition false
    return V_new, V_release_new, spike_left
